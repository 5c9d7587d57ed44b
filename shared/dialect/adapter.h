/*
 * adapter.h - a wire shape as we speak it to a provider.
 *
 * An adapter is a constant table of functions.  It opens no connection, reads no clock,
 * touches no store, and never decides whether to try again: it translates, and the relay
 * acts.  So a failed attempt leaves nothing behind, and the same request can be built again
 * for the next target.
 */
#ifndef SY_DIALECT_ADAPTER_H
#define SY_DIALECT_ADAPTER_H

#include "base/framing.h"
#include "base/record.h"
#include "model/ask.h"
#include "model/event.h"

#include <stddef.h>

struct json_object;
struct sy_arena;
struct sy_buf;
struct sy_chat;
struct sy_http;
struct sy_model;
struct sy_task_way;

/* What one attempt has to go by; all of it outlives the attempt. */
struct sy_call {
	const struct sy_ask *ask;
	const struct sy_model *model; /* the upstream's own name, provider, quirks, limits */
	struct sy_arena *arena;       /* the attempt's, not the request's */
	bool stream;                  /* whether the provider is asked to stream */
	unsigned attempt;             /* which of the request it is, from 1; 0 not said */
	const char *dropped;          /* out: names of fields left out, with spaces; or NULL */
	const char *error_type;       /* a failed answer's, where its head says it; or NULL */
};

struct sy_adapter {
	const char *name; /* the word a provider row uses, and the dialect: "anthropic" */
	enum sy_framing framing;
	size_t stream_state; /* bytes of zeroed state that one stream needs */

	/* The tasks beside chat that it can do; NULL: none. */
	const struct sy_task_way *ways;

	/* Path below the base URL, headers of the dialect, and body, from ask->chat. */
	int (*build)(struct sy_call *call, struct sy_http *out, struct sy_error *err);

	/* MAY be NULL.  The same from the body as the client sent it, edited in place: for a
	 * surface of the same dialect.  1; or 0 when this body must be rebuilt after all. */
	int (*splice)(struct sy_call *call, struct sy_http *out, struct sy_error *err);

	/* MAY be NULL.  A record of a stream as a client of the same dialect may read it,
	 * framing included, appended to out; of the end marker nothing.  Only for providers
	 * whose answers are clean and for records that feed took.  1 when it was the usage. */
	int (*pass)(const struct sy_call *call, const struct sy_record *rec,
	    struct sy_buf *out);

	/* A whole 2xx answer to events, usage and END included. */
	int (*parse)(const struct sy_call *call, const char *body, size_t len,
	    const struct sy_sink *sink, struct sy_error *err);

	/* One record of a stream to zero or more events.  A record that is no JSON is -1
	 * with SY_UNUSABLE; the caller skips it and goes on. */
	int (*feed)(const struct sy_call *call, void *state, const struct sy_record *rec,
	    const struct sy_sink *sink, struct sy_error *err);

	/* The connection ended cleanly: what was held back comes out (a missing [DONE]
	 * after a finish reason is an end; without one it is none). */
	void (*finish)(const struct sy_call *call, void *state, const struct sy_sink *sink);

	/* What a non-2xx answer means; body may be anything, and empty.  Fills *err whole:
	 * the kind from the provider's own words first, the status second. */
	void (*blame)(const struct sy_call *call, int status, const char *body, size_t len,
	    struct sy_error *err);
};

/* The adapter of that name, or NULL; the names, for "did you mean". */
const struct sy_adapter *sy_adapter_find(const char *name);
extern const char *const sy_adapter_names[];

#endif
