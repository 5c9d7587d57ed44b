/*
 * visit.h - one request of a client, whichever way it came in, and the answer to it.
 *
 * A wire (a FastCGI connection, or the standard streams of a CGI program) brings the pieces
 * of a request and takes those of the answer; a visit makes a request out of them, weighs it
 * and hands it to its endpoint.  It is the relay's client meanwhile.
 */
#ifndef SY_FCGI_VISIT_H
#define SY_FCGI_VISIT_H

#include "meta.h"

#include "base/buf.h"
#include "relay/relay.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SY_VISIT_BODY_US   (60 * INT64_C(1000000)) /* for a whole request to arrive */
#define SY_VISIT_SILENT_US (10 * INT64_C(1000000)) /* between two pieces of it */

struct sy_endpoint;
struct sy_wire;

/* What all visits of a process share. */
struct sy_edge {
	struct sy_relay *relay;
	const char *mount; /* where the web server puts us, if it was said; or NULL */
	bool draining;     /* no new requests */
};

struct sy_wire_ops {
	/* False: much is queued; sy_visit_drained() will tell.  All was taken. */
	bool (*write)(struct sy_wire *w, const void *data, size_t len);
	/* Nothing follows, and the visit is over; it may be used for the next request. */
	void (*end)(struct sy_wire *w);
	/* The same, but what was written is not whole, and the reader has to see that. */
	void (*cut)(struct sy_wire *w);
};

struct sy_wire {
	const struct sy_wire_ops *ops;
};

enum sy_visit_phase {
	SY_VISIT_NONE,
	SY_VISIT_HEAD, /* meta-variables are coming */
	SY_VISIT_BODY,
	SY_VISIT_ANSWER,
};

struct sy_visit {
	struct sy_client client; /* first */
	struct sy_edge *edge;
	struct sy_wire *wire;
	enum sy_visit_phase phase;
	int64_t began_us, heard_us;

	struct sy_id id;
	struct sy_arena *arena; /* passes to the relay with the request */
	struct sy_meta meta;
	const struct sy_endpoint *endpoint;
	const char *subject; /* what the path names: a model; or NULL */
	const char *allow;   /* with the wrong method: the right ones */
	struct sy_buf *body; /* in the arena */
	int64_t body_limit;
	int64_t body_seen;
	bool head_only; /* HEAD: no body is sent */

	bool refused; /* `error` is the answer, once the request is here */
	struct sy_error error;
	struct sy_request *request; /* in the relay */
};

/* From the wire, in this order. */
void sy_visit_begin(struct sy_visit *v, struct sy_edge *edge, struct sy_wire *wire);
void sy_visit_meta(struct sy_visit *v, const char *name, size_t name_len,
    const char *value, size_t value_len);
void sy_visit_spoil(struct sy_visit *v, const char *why); /* they can't be read */
void sy_visit_head(struct sy_visit *v); /* all meta-variables have been given */
void sy_visit_body(struct sy_visit *v, const char *data, size_t len);
void sy_visit_body_end(struct sy_visit *v);

/* From the wire, at any time. */
void sy_visit_gone(struct sy_visit *v); /* nobody reads any more; the visit is over */
void sy_visit_drained(struct sy_visit *v);
void sy_visit_tick(struct sy_visit *v, int64_t now_us); /* now and then: deadlines */

/* From endpoints: the whole answer at once; the visit is over. */
void sy_visit_answer(struct sy_visit *v, int status, const struct sy_header *headers,
    size_t count, const char *body, size_t len);
void sy_visit_refuse(struct sy_visit *v, const struct sy_error *err);

/* From endpoints: what the relay is to be given. */
struct sy_inbound sy_visit_inbound(const struct sy_visit *v);

#endif
