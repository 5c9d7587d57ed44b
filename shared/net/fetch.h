/*
 * fetch.h - one HTTP exchange with a provider, driven by the process's event loop.
 *
 * Bytes, not meaning.  A fetch calls back from the loop, never from inside sy_fetch_start();
 * after `done` or sy_fetch_cancel() it is gone.  libcurl never repeats a request by
 * itself: a second beginning is refused, so one fetch is one request on the wire, and what
 * failed is told apart by how far it got.
 */
#ifndef SY_NET_FETCH_H
#define SY_NET_FETCH_H

#include "base/error.h"
#include "base/http.h"

#include <stdbool.h>
#include <stdint.h>

struct ev_loop;
struct sy_fetch;
struct sy_net;

/* How a fetch ended, without a judgement. */
struct sy_fetched {
	bool ok;        /* a whole HTTP exchange, whatever its status */
	bool connected; /* a connection was there */
	bool sent;      /* some of the request was handed to the socket */
	bool answered; /* a status line came */
	enum sy_kind
	    kind;      /* !ok: SY_UNREACHED, SY_LOST, SY_TOO_SLOW, SY_UNUSABLE (headers or
	                    * framing beyond reason), SY_TRUNCATED (after the head) */
	char why[160]; /* !ok: one line, no URL query, no secret */
	int connect_ms, total_ms;
	bool reused; /* went over a connection that was open already */
};

struct sy_fetch_taker {
	/* The head.  Header names are lower case; values and array are borrowed. */
	void (
	    *head)(void *arg, int status, const struct sy_header *headers, size_t count);
	/* Body bytes.  False: pause, until sy_fetch_resume(); the bytes were taken. */
	bool (*data)(void *arg, const char *data, size_t len);
	void (*done)(void *arg, const struct sy_fetched *end);
	void *arg;
};

struct sy_fetch_options {
	int connect_ms; /* DNS, TCP and TLS together */
	const char
	    *pool; /* connections are shared only inside one pool: provider and secret */
	const char *proxy; /* NULL or "": none, whatever the environment says */
	const char *ca_file; /* NULL: the net's */
	bool http2;
	bool stream; /* the answer comes in small pieces */
};

/* ca_file NULL: found in the usual places.  -1 with SY_CONFIG when there is none. */
int sy_net_new(struct ev_loop *loop, const char *ca_file, struct sy_net **out,
    struct sy_error *err);
void sy_net_free(struct sy_net *net); /* cancels what is left */

/* Only its options' and http's pointers need to live until the fetch ends. */
struct sy_fetch *sy_fetch_start(struct sy_net *net, const struct sy_http *http,
    const struct sy_fetch_options *options, const struct sy_fetch_taker *taker);
void sy_fetch_cancel(struct sy_fetch *f); /* no more calls; closes the connection */
void sy_fetch_resume(struct sy_fetch *f);

#endif
