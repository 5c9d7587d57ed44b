/*
 * multi.c - see multi.h.
 */
#include "net/multi.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_KEPT                                                                        \
	4096 /* fewer than are in use, and connections are closed after each use */

/* Of a socket, for as long as it is open.  Between two transfers libcurl lets go of it, and
 * takes it up again with the next: it stays watched meanwhile, which is cheaper. */
struct sy_multi_watch {
	ev_io io;
	struct sy_multi *multi;
	bool between;
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
	struct sy_multi_watch *w = (struct sy_multi_watch *)io;
	int events = (revents & EV_READ ? CURL_CSELECT_IN : 0) |
	             (revents & EV_WRITE ? CURL_CSELECT_OUT : 0);

	if (w->between) /* closed by the other side, most likely; libcurl will find out */
		ev_io_stop(loop, io);
	else
		act(w->multi, io->fd, events);
}

static struct sy_multi_watch *find_watch(const struct sy_multi *m, curl_socket_t fd)
{
	return (size_t)fd < m->watch_room ? m->watches[fd] : NULL;
}

static struct sy_multi_watch *new_watch(struct sy_multi *m, curl_socket_t fd)
{
	struct sy_multi_watch *w = sy_xcalloc(1, sizeof(*w));
	size_t room = m->watch_room;

	if ((size_t)fd >= room) {
		m->watch_room = (size_t)fd + 64;
		m->watches =
		    sy_xrealloc(m->watches, m->watch_room * sizeof(*m->watches));
		memset(m->watches + room, 0,
		    (m->watch_room - room) * sizeof(*m->watches));
	}
	w->multi = m;
	ev_io_init(&w->io, on_ready, fd, 0);
	m->watches[fd] = w;
	return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *assigned)
{
	struct sy_multi *m = arg;
	struct sy_multi_watch *w = find_watch(m, fd);
	int events = (what & CURL_POLL_IN ? EV_READ : 0) |
	             (what & CURL_POLL_OUT ? EV_WRITE : 0);

	(void)easy, (void)assigned;
	if (w == NULL)
		w = new_watch(m, fd);
	w->between = what == CURL_POLL_REMOVE;
	if (w->between || (ev_is_active(&w->io) && w->io.events == events))
		return 0;
	ev_io_stop(m->loop, &w->io);
	ev_io_set(&w->io, fd, events);
	ev_io_start(m->loop, &w->io);
	return 0;
}

int sy_multi_close_socket(void *multi, curl_socket_t fd)
{
	struct sy_multi *m = multi;
	struct sy_multi_watch *w = find_watch(m, fd);

	if (w != NULL) {
		ev_io_stop(m->loop, &w->io);
		free(w);
		m->watches[fd] = NULL;
	}
	return close(fd);
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
	free(m->watches);
}

void sy_multi_kick(struct sy_multi *m)
{
	ev_feed_event(m->loop, &m->kick, EV_CUSTOM);
}
