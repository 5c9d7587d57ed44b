/*
 * multi.c - see multi.h.
 */
#include "net/multi.h"

#include "base/arena.h"

#include <stdlib.h>

#define MOST_KEPT                                                                        \
	4096 /* fewer than are in use, and connections are closed after each use */

struct watch {
	ev_io io;
	struct sy_multi *multi;
};

static void collect(struct sy_multi *m)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(m->curl, &left)) != NULL) {
		CURL *easy = msg->easy_handle;
		CURLcode code = msg->data.result;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_multi_remove_handle(m->curl, easy); /* msg is gone after this */
		m->ended(m, easy, code);
	}
}

static void act(struct sy_multi *m, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(m->curl, fd, events, &running);
	collect(m);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop, (void)revents;
	act(w->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_kick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sy_multi *m = w->data;

	(void)loop, (void)revents;
	m->working = true;
	m->work(m);
	m->working = false;
	act(m, CURL_SOCKET_TIMEOUT, 0);
}

static void on_ready(struct ev_loop *loop, ev_io *io, int revents)
{
	struct watch *w = (struct watch *)io;
	int events = (revents & EV_READ ? CURL_CSELECT_IN : 0) |
	             (revents & EV_WRITE ? CURL_CSELECT_OUT : 0);

	(void)loop;
	act(w->multi, io->fd, events);
}

static void unwatch(struct sy_multi *m, struct watch *w)
{
	if (w == NULL)
		return;
	ev_io_stop(m->loop, &w->io);
	free(w);
}

static struct watch *new_watch(struct sy_multi *m, curl_socket_t fd)
{
	struct watch *w = sy_xcalloc(1, sizeof(*w));

	w->multi = m;
	ev_io_init(&w->io, on_ready, fd, 0);
	curl_multi_assign(m->curl, fd, w);
	return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *assigned)
{
	struct sy_multi *m = arg;
	struct watch *w = assigned;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		unwatch(m, w);
		return 0;
	}
	if (w == NULL)
		w = new_watch(m, fd);
	ev_io_stop(m->loop, &w->io);
	ev_io_set(&w->io, fd,
	    (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
	ev_io_start(m->loop, &w->io);
	return 0;
}

/* A timer of zero would let the loop sleep for a millisecond.  But one kick a turn, or a
 * transfer that always has more would keep the others waiting. */
static bool may_hurry(struct sy_multi *m)
{
	unsigned turn = ev_iteration(m->loop);

	if (m->working || m->hurried_in == turn)
		return false;
	m->hurried_in = turn;
	return true;
}

static int on_timeout(CURLM *curl, long ms, void *arg)
{
	struct sy_multi *m = arg;

	(void)curl;
	ev_timer_stop(m->loop, &m->timer);
	if (ms == 0 && may_hurry(m)) {
		sy_multi_kick(m);
	} else if (ms >= 0) {
		ev_timer_set(&m->timer, (double)ms / 1000, 0);
		ev_timer_start(m->loop, &m->timer);
	}
	return 0;
}

bool sy_multi_open(struct sy_multi *m, struct ev_loop *loop)
{
	m->loop = loop;
	m->curl = curl_multi_init();
	if (m->curl == NULL)
		return false;
	ev_init(&m->timer, on_timer);
	ev_init(&m->kick, on_kick);
	m->timer.data = m->kick.data = m;
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_MAXCONNECTS, (long)MOST_KEPT);
	return true;
}

void sy_multi_close(struct sy_multi *m)
{
	curl_multi_cleanup(m->curl);
	ev_timer_stop(m->loop, &m->timer);
	ev_clear_pending(m->loop, &m->kick);
}

void sy_multi_kick(struct sy_multi *m)
{
	ev_feed_event(m->loop, &m->kick, EV_CUSTOM);
}
