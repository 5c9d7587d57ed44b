/*
 * task.h - what a client wants done: a chat, or something plainer.
 *
 * All of them go through the one relay; the rows of task.c say where they differ.
 */
#ifndef SY_MODEL_TASK_H
#define SY_MODEL_TASK_H

#include <stdbool.h>
#include <stdint.h>

enum sy_task {
	SY_TASK_CHAT,
	SY_TASK_COMPLETE, /* a raw prompt, continued */
	SY_TASK_EMBED,
	SY_TASK_RERANK,
	SY_TASK_MODERATE,
	SY_TASK_IMAGE,
	SY_TASK_IMAGE_EDIT,
	SY_TASK_IMAGE_VARY,
	SY_TASK_SPEAK,
	SY_TASK_TRANSCRIBE,
	SY_TASK_TRANSLATE,
	SY_TASK_COUNT, /* the tokens of a request that is not sent */
	SY_TASKS
};

struct sy_task_info {
	const char *name;          /* "embeddings", as in "does not do embeddings" */
	uint32_t cap;              /* enum sy_cap bit that a model for it has; 0 none */
	const char *default_model; /* the official API's, where a request names none; or NULL */
	bool by_tokens; /* billed by tokens: what nobody counted is estimated.  Of the others,
	                 * a bill that no answer tells in tokens stays unknown */
	bool writes;    /* an answer has output tokens, and the model a price for them */
	bool free;      /* nobody bills it, and no limit of a key weighs it */
	bool raw;       /* an answer need not be JSON */
};

const struct sy_task_info *sy_task_info(enum sy_task task);

#endif
