/*
 * answer.h - a whole answer: the fold of its events.
 *
 * What a client that does not stream is answered from.  All of it lives in the arena.
 */
#ifndef SY_MODEL_ANSWER_H
#define SY_MODEL_ANSWER_H

#include "base/buf.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;

/* More choices or calls than these in one answer are nonsense; what is over is left out. */
#define SY_ANSWER_CHOICES 128
#define SY_ANSWER_CALLS   128
#define SY_ANSWER_BYTES   (32 << 20) /* of one text; longer ones set `overflow` */

struct sy_answer_call {
	struct sy_answer_call *next;
	const char *id;
	const char *name;
	bool custom;
	struct sy_buf arguments;
};

/* A thought that is signed or encrypted, to be handed back unchanged. */
struct sy_answer_thought {
	struct sy_answer_thought *next;
	const char *text; /* NULL: none of its own */
	const char *signature;
	const char *data;
	const char *format;
};

/* A field that the waist has no place for; pieces of one key are told apart by order. */
struct sy_answer_extra {
	struct sy_answer_extra *next;
	enum sy_extra_place place;
	const char *key;
	const char *json;
	size_t json_len;
};

struct sy_answer_choice {
	struct sy_buf text, reasoning, refusal;
	struct sy_answer_thought *thoughts;
	struct sy_answer_call *calls;
	int call_count;
	struct sy_answer_extra *extras;
	enum sy_finish finish;
	const char *native;
	size_t
	    thought_from; /* where in `reasoning` the thought that is under way began */
};

struct sy_answer {
	struct sy_arena *arena;
	const char *id, *model; /* the provider's own; NULL not said */
	int64_t created;
	struct sy_answer_choice *choices[SY_ANSWER_CHOICES]; /* NULL where none came */
	int choice_count; /* one more than the highest that came */
	struct sy_answer_extra *extras;
	struct sy_usage usage;
	bool ended;
	bool overflow;
};

void sy_answer_init(struct sy_answer *answer, struct sy_arena *arena);

/* Takes an event; `answer` is void * so that this fits a sy_sink.  Errors are not folded. */
void sy_answer_take(void *answer, const struct sy_event *ev);

#endif
