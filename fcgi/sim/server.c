/*
 * server.c - connections: bytes in, calls served one after the other, replies played.
 */
#include "sim/server.h"

#include "sim/play.h"
#include "sim/serve.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, READ_BYTES = 64 * 1024, PENDING_BYTES = 1024 * 1024 };

/* How long a client that was refused may still send, so that it reads why. */
#define DRAIN_S 1.0

struct conn {
	struct conn *next, **link; /* of the server's list */
	struct sy_sim_server *server;
	int fd;
	struct ev_io readable;
	struct ev_timer drain;
	struct sy_sim_call call;
	struct sy_sim_play play;
	struct sy_buf pending; /* came while a reply was played */
	bool playing, draining;
	bool broken;  /* the request can't be read: what follows it is no request */
	bool serving; /* take() is under way, and will look at closing */
	bool closing;
	enum sy_sim_after after;
};

struct sy_sim_server {
	struct ev_loop *loop;
	struct sy_sim *sim;
	int fd;
	struct ev_io acceptable;
	struct conn *conns;
	char in[READ_BYTES]; /* shared by all connections, used within one event */
};

static void take(struct conn *c, const char *data, size_t len);

static void end_attempt(struct conn *c, enum sy_sim_outcome outcome)
{
	if (!c->call.counted)
		return;
	c->call.counted = false;
	sy_sim_attempt_end(&c->server->sim->attempts, &c->call.attempt, outcome);
}

static void close_socket(struct conn *c)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	if (c->after == SY_SIM_CLOSE_RST)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(c->fd);
}

static void conn_free(struct conn *c)
{
	struct sy_sim_server *s = c->server;

	ev_io_stop(s->loop, &c->readable);
	ev_timer_stop(s->loop, &c->drain);
	sy_sim_play_release(&c->play);
	close_socket(c);
	sy_sim_call_release(&c->call);
	sy_buf_release(&c->pending);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	free(c);
	ev_io_start(s->loop, &s->acceptable); /* there may have been no descriptor left */
}

/* Half-closes and reads on for a while: closing at once would reset the connection, and
 * the client would lose the answer that says what was wrong. */
static void start_drain(struct conn *c)
{
	c->draining = true;
	shutdown(c->fd, SHUT_WR);
	ev_timer_start(c->server->loop, &c->drain);
	ev_io_start(c->server->loop, &c->readable);
}

static void finish(struct conn *c)
{
	struct sy_buf pending = c->pending;

	if (c->closing && c->broken && c->after == SY_SIM_CLOSE) {
		start_drain(c);
		return;
	}
	if (c->closing) {
		conn_free(c);
		return;
	}
	ev_io_start(c->server->loop, &c->readable);
	if (pending.len == 0)
		return;
	sy_buf_init(&c->pending, PENDING_BYTES);
	take(c, pending.data, pending.len);
	sy_buf_release(&pending);
}

static void on_ended(struct sy_sim_play *p, enum sy_sim_outcome outcome,
    enum sy_sim_after after)
{
	struct conn *c = (struct conn *)((char *)p - offsetof(struct conn, play));

	end_attempt(c, outcome);
	sy_sim_play_stop(p);
	c->playing = false;
	c->after = after;
	c->closing = after != SY_SIM_KEEP;
	if (!c->closing)
		sy_sim_call_reset(&c->call);
	if (!c->serving)
		finish(c);
}

static void play(struct conn *c)
{
	c->playing = true;
	sy_sim_play_start(&c->play, &c->call);
}

/* Feeds the parser; serves each request that becomes whole; keeps what is too early. */
static void take(struct conn *c, const char *data, size_t len)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct sy_sim_http *http = &c->call.http;
	struct sy_error err;
	size_t used;
	int rc;

	c->serving = true;
	while (len > 0 && !c->playing && !c->closing) {
		rc = sy_sim_http_feed(http, data, len, &used, &err);
		data += used;
		len -= used;
		if (rc == 0 && http->expects_continue &&
		    http->reading != SY_SIM_READ_HEAD) {
			http->expects_continue = false;
			send(c->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL);
		}
		if (rc < 0) {
			c->broken = true;
			http->keep_alive = false;
			sy_sim_serve_error(&c->call, &err);
		} else if (rc > 0) {
			sy_sim_serve(c->server->sim, &c->call);
		}
		if (rc != 0)
			play(c);
	}
	c->serving = false;
	if (len > 0 && !c->closing)
		sy_buf_add(&c->pending, data, len);
	if (c->closing)
		finish(c);
}

static void on_gone(struct conn *c)
{
	end_attempt(c, SY_SIM_CLIENT_CLOSED);
	c->after = SY_SIM_CLOSE;
	conn_free(c);
}

static void on_readable(struct ev_loop *loop, struct ev_io *w, int events)
{
	struct conn *c = w->data;
	struct sy_sim_server *s = c->server;
	bool peek = c->playing;
	ssize_t n = recv(c->fd, s->in, sizeof(s->in), peek ? MSG_PEEK : 0);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0)
		on_gone(c);
	else if (peek)
		ev_io_stop(loop,
		    w); /* an early request waits in the kernel for its turn */
	else if (!c->draining)
		take(c, s->in, (size_t)n);
}

static void on_drained(struct ev_loop *loop, struct ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	conn_free(w->data);
}

static void conn_new(struct sy_sim_server *s, int fd)
{
	struct conn *c = sy_xcalloc(1, sizeof(*c));
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->server = s;
	c->fd = fd;
	c->next = s->conns;
	c->link = &s->conns;
	if (c->next != NULL)
		c->next->link = &c->next;
	s->conns = c;
	sy_sim_call_init(&c->call);
	sy_sim_play_init(&c->play, s->loop, fd);
	c->play.ended = on_ended;
	sy_buf_init(&c->pending, PENDING_BYTES);
	ev_timer_init(&c->drain, on_drained, DRAIN_S, 0);
	ev_io_init(&c->readable, on_readable, fd, EV_READ);
	c->readable.data = c->drain.data = c;
	ev_io_start(s->loop, &c->readable);
}

static void on_acceptable(struct ev_loop *loop, struct ev_io *w, int events)
{
	struct sy_sim_server *s = w->data;
	int fd;

	(void)events;
	while ((fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		conn_new(s, fd);
	if ((errno == EMFILE || errno == ENFILE) && s->conns != NULL) {
		sy_log(SY_WARNING, "sim", NULL,
		    "no descriptor left for more connections");
		ev_io_stop(loop, w); /* until one of them ends */
	}
}

static int read_address(const char *text, struct sockaddr_in *out, struct sy_error *err)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	char *end = NULL;
	long port = colon != NULL ? strtol(colon + 1, &end, 10) : -1;

	*out = (struct sockaddr_in){ .sin_family = AF_INET };
	if (port < 0 || port > 65535 || end == colon + 1 || *end != '\0')
		return sy_fail(err, SY_USAGE, "--listen", "'%s' is not ADDRESS:PORT",
		    text);
	sy_copy_n(host, sizeof(host), text, (size_t)(colon - text));
	out->sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &out->sin_addr) != 1)
		return sy_fail(err, SY_USAGE, "--listen", "'%s' is no IPv4 address",
		    host);
	return 0;
}

static int open_socket(const char *address, struct sy_error *err)
{
	struct sockaddr_in at;
	int on = 1, fd;

	if (read_address(address, &at, err) < 0)
		return -1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	sy_fail(err, SY_USAGE, "--listen", "cannot listen on %s: %s", address,
	    strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

struct sy_sim_server *sy_sim_server_new(struct ev_loop *loop, struct sy_sim *sim,
    const char *address, struct sy_error *err)
{
	int fd = open_socket(address, err);
	struct sy_sim_server *s;

	if (fd < 0)
		return NULL;
	s = sy_xcalloc(1, sizeof(*s));
	s->loop = loop;
	s->sim = sim;
	s->fd = fd;
	ev_io_init(&s->acceptable, on_acceptable, fd, EV_READ);
	s->acceptable.data = s;
	ev_io_start(loop, &s->acceptable);
	return s;
}

void sy_sim_server_free(struct sy_sim_server *s)
{
	if (s == NULL)
		return;
	while (s->conns != NULL) {
		end_attempt(s->conns, SY_SIM_STOPPED_HERE);
		conn_free(s->conns);
	}
	ev_io_stop(s->loop, &s->acceptable);
	close(s->fd);
	free(s);
}

int sy_sim_server_port(const struct sy_sim_server *s)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	getsockname(s->fd, (struct sockaddr *)&at, &len);
	return ntohs(at.sin_port);
}
