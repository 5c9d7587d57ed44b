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

/* More choices or blocks than these in one answer are nonsense; what is over is left out. */
#define SY_ANSWER_CHOICES 128
#define SY_ANSWER_BLOCKS  1024
#define SY_ANSWER_BYTES   (32 << 20) /* of one text; longer ones set `overflow` */

struct sy_answer_citation {
	struct sy_answer_citation *next;
	const char *url, *title, *document; /* NULL where unknown */
	const char *cited;                  /* the words that were cited, or NULL */
	int64_t from, to;                   /* as in the event */
	const char *json;                   /* the provider's own form, or NULL */
	size_t json_len;
	const char *format; /* the dialect of that form */
};

enum sy_block_kind {
	SY_BLOCK_TEXT,
	SY_BLOCK_REASONING, /* one thought: what came up to its signature or `data` */
	SY_BLOCK_REFUSAL,
	SY_BLOCK_CALL,
	SY_BLOCK_MEDIA,
};

/* A stretch of one kind; they stand in the order in which they came. */
struct sy_answer_block {
	struct sy_answer_block *next;
	enum sy_block_kind kind;
	bool closed;        /* a thought that has its signature: the next one is another */
	struct sy_buf text; /* of a call: its arguments */
	struct sy_answer_citation *citations; /* of a text */
	const char *id, *name; /* of a call */
	bool custom;
	const char *signature; /* of a thought, or of a call */
	const char *format;    /* of a thought */
	const char *data; /* of a thought: encrypted; of media: base64 */
	const char *media_type;
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
	struct sy_answer_block *blocks, *last;
	int block_count;
	struct sy_answer_extra *extras;
	enum sy_finish finish;
	const char *native;
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

/* The first block of the kind from `b` on, `b` included; or NULL. */
const struct sy_answer_block *sy_answer_block(const struct sy_answer_block *b,
    enum sy_block_kind kind);

#endif
