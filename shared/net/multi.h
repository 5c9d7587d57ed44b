/*
 * multi.h - one set of kept connections: a libcurl multi handle on the event loop.
 *
 * libcurl must not be called from inside its own callbacks, and our callers are called from
 * there.  So everything is done from a kick, which the loop calls soon, in the same turn.
 */
#ifndef SY_NET_MULTI_H
#define SY_NET_MULTI_H

#include <curl/curl.h>
#include <ev.h>
#include <stdbool.h>

struct sy_multi {
	struct ev_loop *loop;
	CURLM *curl;
	ev_timer timer; /* when libcurl wants to be called without a socket's event */
	ev_timer kick;  /* never started: fed to the loop by hand */
	bool working;   /* a kick is about to call libcurl in any case */
	unsigned hurried_in; /* the turn of the last kick that libcurl asked for */
	struct sy_multi_watch **watches; /* by descriptor */
	size_t watch_room;

	/* Adds, removes and resumes what is to be; called outside of libcurl. */
	void (*work)(struct sy_multi *m);
	/* A transfer has ended and is no longer in the multi handle. */
	void (*ended)(struct sy_multi *m, CURL *easy, CURLcode code);
};

/* False when libcurl could not make one. */
bool sy_multi_open(struct sy_multi *m, struct ev_loop *loop);
/* All easy handles have been removed. */
void sy_multi_close(struct sy_multi *m);

/* For CURLOPT_CLOSESOCKETFUNCTION, with the multi as its data. */
int sy_multi_close_socket(void *multi, curl_socket_t fd);

/* Has work() called before the loop next waits. */
void sy_multi_kick(struct sy_multi *m);

#endif
