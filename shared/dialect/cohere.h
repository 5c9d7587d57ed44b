/*
 * cohere.h - Cohere's chat, version 2, as we speak it to a provider.
 *
 *	cohere_build   a request: what is asked for, and how
 *	cohere_turns   its messages and documents
 *	cohere_read    answers to events
 *	cohere_blame   what an error means
 *	cohere_tasks   embeddings and reranking
 *	cohere_out     the table
 */
#ifndef SY_DIALECT_COHERE_H
#define SY_DIALECT_COHERE_H

#include "base/walk.h"
#include "dialect/adapter.h"
#include "dialect/task.h"

#include <stddef.h>

#define SY_COHERE_STREAM_BYTES sizeof(void *)

int sy_cohere_build(struct sy_call *call, struct sy_http *out, struct sy_error *err);

int sy_cohere_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err);
int sy_cohere_feed(const struct sy_call *call, void *state, const struct sy_record *rec,
    const struct sy_sink *sink, struct sy_error *err);
void sy_cohere_finish(const struct sy_call *call, void *state,
    const struct sy_sink *sink);

void sy_cohere_blame(const struct sy_call *call, int status, const char *body, size_t len,
    struct sy_error *err);

/* --- Embeddings and reranking. ----------------------------------------------------------- */

#define SY_COHERE_TEXTS_MAX 96

/* What is embedded and what for, as members; others serve Cohere's models in the same shape. */
void sy_cohere_put_embed(const struct sy_call *call, struct sy_buf *out);

extern const struct sy_task_way sy_cohere_ways[];

extern const struct sy_adapter sy_adapter_cohere;

#endif
