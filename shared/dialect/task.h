/*
 * task.h - how a provider is asked for something that is no chat.
 *
 * An adapter has a row a task that its dialect knows.  What has a canonical form (embeddings,
 * reranking) is read into it; of everything else the answer passes as it came, while a tap
 * reads usage and errors.  What is said of adapters in adapter.h holds here.
 */
#ifndef SY_DIALECT_TASK_H
#define SY_DIALECT_TASK_H

#include "base/record.h"
#include "model/task.h"

struct sy_adapter;
struct sy_buf;
struct sy_call;
struct sy_error;
struct sy_http;
struct sy_model;
struct sy_ranking;
struct sy_reading;
struct sy_span;
struct sy_vectors;

struct sy_task_way {
	enum sy_task task;

	/* Path below the base URL, headers of the dialect, and body, from call->ask. */
	int (*build)(struct sy_call *call, struct sy_http *out, struct sy_error *err);

	/* A whole 2xx answer, which is JSON; one of these, or neither. */
	int (*vectors)(const struct sy_call *call, struct sy_span body,
	    struct sy_vectors *out, struct sy_error *err);
	int (*ranking)(const struct sy_call *call, struct sy_span body,
	    struct sy_ranking *out, struct sy_error *err);

	/* Without a canonical form: what one JSON document of the answer (the whole of it, or
	 * an event's data) tells.  Sets `whole` where it ends a stream; -1 where it is an
	 * error. */
	int (*tap)(const struct sy_call *call, struct sy_span json, struct sy_reading *out,
	    struct sy_error *err);

	/* MAY be NULL: an event of a stream as the client may read it, as sy_adapter's pass;
	 * else it passes as it came. */
	int (*pass)(const struct sy_call *call, const struct sy_record *rec,
	    struct sy_buf *out);

	const char *member; /* MAY be NULL: without it a whole answer is none */
};

/* The row by which the task goes to this model; NULL: as a chat, or not at all. */
const struct sy_task_way *sy_task_way(const struct sy_adapter *adapter,
    const struct sy_model *model, enum sy_task task);

/* Whether it goes at all: a completion can be had by chat, what is left needs a row. */
bool sy_task_fits(const struct sy_adapter *adapter, const struct sy_model *model,
    enum sy_task task);

/* Notes as left out what the request has beside these fields (words with spaces between). */
void sy_task_note_rest(struct sy_call *call, const char *known);

#endif
