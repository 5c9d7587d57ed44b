/*
 * answer.h - what the simulated models say.
 *
 * An answer is the same for both dialects: reasoning, text, tool calls, how it ended and
 * what it cost.  A model's name decides how it is made; everything is deterministic.
 *
 * Tokens: of the prompt, a quarter of its bytes, rounded up, at least 1; of the answer, the
 * words of reasoning and text and a quarter of the bytes of tool arguments.
 */
#ifndef SY_SIM_ANSWER_H
#define SY_SIM_ANSWER_H

#include "sim/ask.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_sim_step;

enum sy_sim_finish {
	SY_SIM_STOPPED,
	SY_SIM_LENGTH,
	SY_SIM_CALLED,
	SY_SIM_REFUSED,
	SY_SIM_FINISHES
};

struct sy_sim_tool_call {
	const char *name;
	struct sy_buf args;
};

struct sy_sim_usage {
	int64_t prompt; /* all of it, cached and written to the cache included */
	int64_t cached, cache_write;
	int64_t completion; /* reasoning included */
	int64_t reasoning;
};

struct sy_sim_answer {
	struct sy_buf reasoning;
	struct sy_buf text;
	struct sy_sim_tool_call calls[SY_SIM_TOOLS];
	size_t call_count;
	enum sy_sim_finish finish;
	struct sy_sim_usage usage;
};

void sy_sim_answer_init(struct sy_sim_answer *a);
void sy_sim_answer_release(struct sy_sim_answer *a);

/* Makes the answer to ask, as the step says; what was in *a goes. */
void sy_sim_answer_make(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step);

/* Only the prompt's side of the usage: for embeddings and counting. */
void sy_sim_answer_count(struct sy_sim_answer *a, const struct sy_sim_ask *ask,
    const struct sy_sim_step *step);

/* Bytes of the next word with the white space behind it; 0 at the end. */
size_t sy_sim_next_word(const char *s, size_t len);

/* The models' names, ending with NULL. */
extern const char *const sy_sim_models[];

#endif
