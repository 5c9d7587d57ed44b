/*
 * openai_task.h - what the files of OpenAI's dialect share for tasks that are no chat.
 *
 *	openai_task_in  surface: what the engine asks of a request
 *	openai_completions  raw prompts, and how they become chats
 *	openai_embed    embeddings, both ways
 *	openai_task     adapter: a request edited in place, the tap on its answer
 */
#ifndef SY_DIALECT_OPENAI_TASK_H
#define SY_DIALECT_OPENAI_TASK_H

#include "dialect/task.h"
#include "dialect/translate.h"

/* --- Surface. ---------------------------------------------------------------------------- */

/* Begins *out from a JSON body: scan, model, user, stream; the estimate of
 * the tokens from all strings. */
int sy_openai_task_ask(enum sy_task task, const char *body, size_t len, struct sy_arena *a,
    struct sy_ask *out, struct sy_error *err);

/* "'input' is missing", and its like. */
int sy_openai_missing(const char *field, struct sy_error *err);

/* --- Adapter. ---------------------------------------------------------------------------- */

int sy_openai_task_build(struct sy_call *call, struct sy_http *out, struct sy_error *err);
int sy_openai_vectors(const struct sy_call *call, struct sy_span body,
    struct sy_vectors *out, struct sy_error *err);

/* Tokens under any of the names that answers to tasks use; false when none are counted. */
bool sy_openai_task_usage(const struct sy_call *call, struct sy_span usage,
    struct sy_usage *out);

extern const struct sy_task_way sy_openai_ways[];

#endif
