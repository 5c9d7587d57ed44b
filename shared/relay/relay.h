/*
 * relay.h - the engine: it knows when.
 *
 * Who asks hands over a request and a client to answer; the relay authenticates, plans,
 * admits, tries, fails over, streams and settles.  It is driven by one libev loop and blocks
 * on nothing.
 */
#ifndef SY_RELAY_RELAY_H
#define SY_RELAY_RELAY_H

#include "base/error.h"
#include "base/http.h"
#include "base/id.h"
#include "dialect/surface.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ev_loop;
struct sy_arena;
struct sy_relay;
struct sy_request;

/*
 * The one who is to be answered; the edge (fcgi/) embeds it.  All calls only queue.  After
 * `end` the relay has forgotten the client.
 */
struct sy_client {
	const struct sy_client_ops *ops;
};

struct sy_client_ops {
	/* Once, first.  Headers are checked already; Status and the edge's own headers
	 * (x-request-id among them) are the edge's to add. */
	void (*head)(struct sy_client *c, int status, const struct sy_header *headers,
	    size_t count);
	/* False: the queue is long; stop until sy_request_drained().  The bytes were taken. */
	bool (*body)(struct sy_client *c, const void *data, size_t len);
	void (*end)(struct sy_client *c);
	/* Instead: what was given is not whole, and bytes of its kind cannot say so; the
	 * connection is to break off, where that can be seen. */
	void (*cut)(struct sy_client *c);
};

/*
 * A request as the edge read it.  The arena holds its strings and body and passes to the
 * relay, which frees it when all is settled: later than `end`, and also after the client has
 * gone.  So the client itself must not live in it.
 */
struct sy_inbound {
	struct sy_id id;
	struct sy_arena *arena;
	const struct sy_surface *surface; /* NULL: a list of models, as OpenAI has it */
	const char *credential; /* the client's key, from whichever header; NULL none */
	const char *server;     /* SERVER_SOFTWARE, for hints in errors; or NULL */
	const char *address;    /* REMOTE_ADDR */
	const char *content_type; /* NULL not said: JSON */
	const char *body;
	size_t body_len;
	int64_t arrived_us; /* monotonic */

	/* From headers; NULL or 0 when absent. */
	const char *feature;      /* x-switchyard-feature */
	const char *user;         /* x-switchyard-user */
	const char *complete;     /* x-switchyard-complete: "yes" */
	const char *betas;        /* anthropic-beta */
	const char *version;      /* anthropic-version */
	int64_t timeout_ms;       /* x-request-timeout-ms, x-stainless-timeout * 1000 */
	const char *query;        /* the query string */
	const char *path_model;   /* Azure-style paths name the model; or NULL */
};

struct sy_relay_options {
	const char *root;    /* where etc/ and var/ are */
	bool once;           /* plain CGI: one request, then the loop ends */
};

/* Opens the store and loads the active generation if there is one; a missing generation is
 * no failure here but SY_CONFIG for each request until there is one. */
int sy_relay_new(struct ev_loop *loop, const struct sy_relay_options *o,
    struct sy_relay **out, struct sy_error *err);
void sy_relay_free(struct sy_relay *r);

/* Copies *in.  Never calls the client before it returns. */
struct sy_request *sy_relay_start(struct sy_relay *r, const struct sy_inbound *in,
    struct sy_client *client);

/* GET /v1/models and /v1/models/{id}: id NULL lists. */
struct sy_request *sy_relay_models(struct sy_relay *r, const struct sy_inbound *in,
    const char *id, struct sy_client *client);

/* Answers that were kept, by their ids: SY_KEPT_DELETED forgets one. */
struct sy_request *sy_relay_kept(struct sy_relay *r, const struct sy_inbound *in,
    const char *id, enum sy_kept_view view, struct sy_client *client);

void sy_request_gone(struct sy_request *q);    /* the client left: no more calls to it */
void sy_request_drained(struct sy_request *q); /* the queue is short again */

/* 0 when requests can be served: the store answers and a generation is active. */
int sy_relay_ready(struct sy_relay *r, struct sy_error *err);

/* The longest body that is taken; the configuration's, or 32 MiB before there is one. */
int64_t sy_relay_body_limit(const struct sy_relay *r);

unsigned sy_relay_busy(const struct sy_relay *r); /* requests not ended, settling included */

/* No new requests will come: calls back once all have ended and all is settled, or after
 * the configuration's drain time with the rest cancelled and settled. */
void sy_relay_drain(struct sy_relay *r, void (*drained)(void *arg), void *arg);

#endif
