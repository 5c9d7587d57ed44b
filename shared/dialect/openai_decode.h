/*
 * openai_decode.h - what reading an answer of the OpenAI dialect has in hand.
 */
#ifndef SY_DIALECT_OPENAI_DECODE_H
#define SY_DIALECT_OPENAI_DECODE_H

#include "base/walk.h"
#include "dialect/adapter.h"
#include "dialect/think.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SY_OPENAI_CALLS_MAX 128

struct sy_openai_call {
	struct sy_openai_call *next;
	int index;      /* dense, as the client is told */
	int64_t given;  /* the provider's; -1 none */
	const char *id; /* the provider's; "" none */
	bool has_arguments;
	bool custom;
};

struct sy_openai_choice {
	struct sy_openai_choice *next;
	int index;
	struct sy_openai_call *calls, *last;
	int call_count;
	enum sy_finish finish;
	char native[32];
	bool finish_said;
	bool has_content;
	struct sy_think think;
};

struct sy_openai_state {
	struct sy_openai_choice *choices; /* by index */
	char *scratch;
	size_t scratch_room;
	char id[96], model[96];
	int64_t created;
	const char *prompt_filter; /* what was found in the prompt, until it is told; or NULL */
	uint32_t extras_said; /* by place in root_keys: those of the answer come once */
	bool ended;
};

/* One record, or a whole answer, that is being read. */
struct sy_openai_decode {
	const struct sy_call *call;
	struct sy_openai_state *st;
	const struct sy_sink *sink;
	struct sy_openai_choice *c;
	bool whole;
};

/* Hands on an event of the choice that is being read. */
void sy_openai_emit(const struct sy_openai_decode *d, struct sy_event *ev);

/* Fields for clients of the same dialect: values of keys, both from `from` on. */
void sy_openai_say_extras(struct sy_openai_decode *d, enum sy_extra_place place,
    const struct sy_key *keys, const struct sy_span *values, size_t from, size_t count);

/* A delta, or a message, to the events of its content. */
void sy_openai_read_delta(struct sy_openai_decode *d, struct sy_span delta);

/* The choice has no more content: what was held back comes out, and calls without arguments
 * get empty ones, unless the answer was cut short. */
void sy_openai_end_delta(struct sy_openai_decode *d, bool cut_short);

#endif
