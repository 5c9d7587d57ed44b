/*
 * cgi.c - see cgi.h.
 */
#include "cgi.h"

#include "connection.h"
#include "visit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 65536
#define OUT_BYTES  (256 << 20)
#define WRITE_US   (20 * INT64_C(1000000))
#define LINGER_US  (60 * INT64_C(1000000))

struct sy_cgi {
	struct sy_wire wire; /* first */
	struct ev_loop *loop;
	struct sy_visit visit;
	ev_io readable, writable;
	ev_timer tick;
	struct sy_buf out;
	size_t sent;
	int64_t progress_us;
	int64_t left; /* of the announced body; -1: to the end of input */
	bool ended, long_told;
	void (*over)(void *arg);
	void *arg;
};

static size_t queued(const struct sy_cgi *c)
{
	return c->out.len - c->sent;
}

static void be_over(struct sy_cgi *c)
{
	ev_io_stop(c->loop, &c->readable);
	ev_io_stop(c->loop, &c->writable);
	ev_timer_stop(c->loop, &c->tick);
	if (c->visit.phase != SY_VISIT_NONE)
		sy_visit_gone(&c->visit);
	c->over(c->arg);
}

/* --- The answer. ------------------------------------------------------------------------- */

static bool wire_write(struct sy_wire *w, const void *data, size_t len)
{
	struct sy_cgi *c = (struct sy_cgi *)w;

	if (queued(c) == 0)
		c->progress_us = sy_monotonic_us();
	sy_buf_add(&c->out, data, len);
	if (queued(c) > SY_CONNECTION_LONG_BYTES)
		c->long_told = true;
	ev_io_start(c->loop, &c->writable);
	return !c->long_told;
}

static void wire_end(struct sy_wire *w)
{
	struct sy_cgi *c = (struct sy_cgi *)w;

	c->ended = true;
	ev_io_start(c->loop, &c->writable);
}

/* Only a length that was announced can tell: output has no end but its end. */
static const struct sy_wire_ops wire_ops = { wire_write, wire_end, wire_end };

/* Web servers write the whole body before they read an answer, and lose the answer to a
 * request that was refused early if we leave before. */
static bool is_done(const struct sy_cgi *c)
{
	return c->ended && queued(c) == 0 && !ev_is_active(&c->readable);
}

static void all_sent(struct sy_cgi *c)
{
	ev_io_stop(c->loop, &c->writable);
	sy_buf_reset(&c->out);
	c->sent = 0;
	if (is_done(c))
		be_over(c);
}

static void on_writable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct sy_cgi *c = io->data;
	ssize_t n = 0;

	(void)loop, (void)revents;
	if (queued(c) > 0)
		n = write(io->fd, c->out.data + c->sent, queued(c));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 || c->out.full) {
		be_over(c);
		return;
	}
	c->sent += (size_t)n;
	c->progress_us = sy_monotonic_us();
	if (c->long_told && queued(c) < SY_CONNECTION_SHORT_BYTES) {
		c->long_told = false;
		sy_visit_drained(&c->visit);
	}
	if (queued(c) == 0)
		all_sent(c);
}

/* --- The request. ------------------------------------------------------------------------ */

static void end_input(struct sy_cgi *c)
{
	ev_io_stop(c->loop, &c->readable);
	sy_visit_body_end(&c->visit);
	if (is_done(c))
		be_over(c);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct sy_cgi *c = io->data;
	char bytes[READ_BYTES];
	size_t room = sizeof(bytes);
	ssize_t n;

	(void)loop, (void)revents;
	if (c->left >= 0 && (int64_t)room > c->left)
		room = (size_t)c->left;
	n = read(io->fd, bytes, room);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		sy_visit_body(&c->visit, bytes, (size_t)n);
	if (c->left > 0 && n > 0)
		c->left -= n;
	if (n <= 0 || c->left == 0)
		end_input(c);
}

static void give_environment(struct sy_visit *v, char **environment)
{
	for (; *environment != NULL; environment++) {
		const char *equals = strchr(*environment, '=');

		if (equals != NULL)
			sy_visit_meta(v, *environment, (size_t)(equals - *environment),
			    equals + 1, strlen(equals + 1));
	}
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sy_cgi *c = w->data;
	int64_t now_us = sy_monotonic_us();

	(void)loop, (void)revents;
	if ((queued(c) > 0 && now_us - c->progress_us > WRITE_US) ||
	    (c->ended && now_us - c->progress_us > LINGER_US))
		be_over(c);
	else
		sy_visit_tick(&c->visit, now_us);
}

static void set_nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* A body is announced, or its method has one. */
static bool has_body(const struct sy_meta *m)
{
	const char *method = m->value[SY_META_REQUEST_METHOD];

	if (m->content_length >= 0)
		return m->content_length > 0;
	return method != NULL && strcmp(method, "GET") != 0 &&
	       strcmp(method, "HEAD") != 0;
}

struct sy_cgi *sy_cgi_new(struct ev_loop *loop, struct sy_edge *edge, char **environment,
    int in, int out, void (*over)(void *arg), void *arg)
{
	struct sy_cgi *c = sy_xcalloc(1, sizeof(*c));

	c->wire.ops = &wire_ops;
	c->loop = loop;
	c->over = over;
	c->arg = arg;
	sy_buf_init(&c->out, OUT_BYTES);
	set_nonblocking(in);
	set_nonblocking(out);
	ev_io_init(&c->readable, on_readable, in, EV_READ);
	ev_io_init(&c->writable, on_writable, out, EV_WRITE);
	ev_timer_init(&c->tick, on_tick, 1.0, 1.0);
	c->readable.data = c->writable.data = c->tick.data = c;
	ev_timer_start(loop, &c->tick);
	sy_visit_begin(&c->visit, edge, &c->wire);
	give_environment(&c->visit, environment);
	sy_visit_head(&c->visit);
	c->left = c->visit.meta.content_length;
	if (has_body(&c->visit.meta))
		ev_io_start(loop, &c->readable);
	else
		end_input(c);
	return c;
}

void sy_cgi_free(struct sy_cgi *c)
{
	if (c == NULL)
		return;
	sy_buf_release(&c->out);
	free(c);
}
