/*
 * connection.c - see connection.h.
 */
#include "connection.h"

#include "records.h"
#include "visit.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 131072
#define OUT_BYTES  (256 << 20) /* an answer longer than this is no answer */
#define KEPT_BYTES 16384       /* buffers up to this size are kept for the next request */
#define MOST_SPARE 256
#define ACCEPTS    16 /* in one turn, so that those accepted are served too */
#define TICK_S     1.0
#define PAUSE_S    0.1 /* after accept() failed for want of descriptors */
#define WRITE_US   (20 * INT64_C(1000000))
#define LINGER_US  (2 * INT64_C(1000000))
#define CUT_US     INT64_C(300000)

struct connection {
	struct sy_wire wire; /* first */
	struct sy_connections *all;
	struct connection *prev, *next; /* next also in the list of spare ones */
	struct connection *next_dirty;
	struct sy_visit visit;
	struct sy_fcgi in;
	struct sy_fcgi_out out;
	size_t sent;         /* bytes of out that are gone */
	int64_t progress_us; /* when the web server last took something */
	ev_io readable, writable;
	bool dirty;     /* in the list of those with something to send */
	bool ended;     /* the answer is whole, in out */
	bool cut;       /* it is not, and nothing follows */
	bool long_told; /* the visit was told to pause */
	bool lingering; /* we have said all, but the web server has not */
};

struct sy_connections {
	struct ev_loop *loop;
	struct sy_edge *edge;
	ev_io acceptable;
	ev_timer flush;  /* never started: fed, at the lowest priority */
	ev_timer tick;   /* runs while there are connections */
	ev_timer resume; /* accepting, after a failure */
	struct connection *first, *dirty, *spare;
	unsigned count, spare_count;
	bool stopped;
	char bytes[READ_BYTES];
};

/* --- Life. ------------------------------------------------------------------------------- */

static void trim(struct sy_buf *b)
{
	if (b->room > KEPT_BYTES)
		sy_buf_release(b);
	else
		sy_buf_reset(b);
}

static void free_spare(struct connection *c)
{
	sy_fcgi_release(&c->in);
	sy_buf_release(&c->out.bytes);
	free(c);
}

static void unlink_dirty(struct connection *c)
{
	struct connection **at = &c->all->dirty;

	if (!c->dirty)
		return;
	while (*at != c)
		at = &(*at)->next_dirty;
	*at = c->next_dirty;
	c->dirty = false;
}

static void close_connection(struct connection *c)
{
	struct sy_connections *cs = c->all;

	if (c->visit.phase != SY_VISIT_NONE)
		sy_visit_gone(&c->visit);
	unlink_dirty(c);
	ev_io_stop(cs->loop, &c->readable);
	ev_io_stop(cs->loop, &c->writable);
	close(c->readable.fd);
	*(c->prev != NULL ? &c->prev->next : &cs->first) = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	if (--cs->count == 0)
		ev_timer_stop(cs->loop, &cs->tick);
	if (cs->spare_count >= MOST_SPARE) {
		free_spare(c);
		return;
	}
	trim(&c->in.params);
	trim(&c->out.bytes);
	c->next = cs->spare;
	cs->spare = c;
	cs->spare_count++;
}

/* --- Writing. ---------------------------------------------------------------------------- */

static size_t queued(const struct connection *c)
{
	return c->out.bytes.len - c->sent;
}

static void mark_dirty(struct connection *c)
{
	struct sy_connections *cs = c->all;

	if (c->dirty)
		return;
	if (queued(c) == 0)
		c->progress_us = sy_monotonic_us();
	c->dirty = true;
	c->next_dirty = cs->dirty;
	cs->dirty = c;
	ev_feed_event(cs->loop, &cs->flush, EV_CUSTOM);
}

static bool wire_write(struct sy_wire *w, const void *data, size_t len)
{
	struct connection *c = (struct connection *)w;

	mark_dirty(c);
	sy_fcgi_out_add(&c->out, data, len);
	if (queued(c) > SY_CONNECTION_LONG_BYTES)
		c->long_told = true;
	return !c->long_told;
}

static void wire_end(struct sy_wire *w)
{
	struct connection *c = (struct connection *)w;

	mark_dirty(c);
	sy_fcgi_out_end(&c->out);
	c->ended = true;
	sy_fcgi_done(&c->in);
}

/* A close without an end of the request is what web servers break their client's connection
 * for, if they have passed on the head by then; so it comes with a tick. */
static void wire_cut(struct sy_wire *w)
{
	struct connection *c = (struct connection *)w;

	mark_dirty(c);
	c->cut = true;
}

static const struct sy_wire_ops wire_ops = { wire_write, wire_end, wire_cut };

/* The answer is out.  A web server that is still sending its request would take a close for
 * an error, and lose the answer. */
static void finish(struct connection *c)
{
	c->ended = false;
	if (c->in.keep && !c->all->stopped)
		return;
	if (c->in.phase == SY_FCGI_IDLE) {
		close_connection(c);
		return;
	}
	shutdown(c->readable.fd, SHUT_WR);
	c->lingering = true;
	c->progress_us = sy_monotonic_us();
}

static void all_sent(struct connection *c)
{
	trim(&c->out.bytes);
	c->sent = 0;
	ev_io_stop(c->all->loop, &c->writable);
	if (c->ended)
		finish(c);
}

/* Keeps the queue from growing by what has been sent. */
static void forget_sent(struct connection *c)
{
	if (c->sent < SY_CONNECTION_LONG_BYTES)
		return;
	sy_buf_eat(&c->out.bytes, c->sent);
	c->sent = 0;
}

static void send_queued(struct connection *c)
{
	ssize_t n;

	sy_fcgi_out_close(&c->out);
	if (c->out.bytes.full) {
		close_connection(c);
		return;
	}
	n = send(c->readable.fd, c->out.bytes.data + c->sent, queued(c), MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		close_connection(c);
		return;
	}
	if (n > 0) {
		c->sent += (size_t)n;
		c->progress_us = sy_monotonic_us();
	}
	forget_sent(c); /* while no record is open */
	if (c->long_told && queued(c) < SY_CONNECTION_SHORT_BYTES) {
		c->long_told = false;
		sy_visit_drained(&c->visit);
	}
	if (queued(c) == 0)
		all_sent(c);
	else
		ev_io_start(c->all->loop, &c->writable);
}

static void on_writable(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop, (void)revents;
	send_queued(io->data);
}

static void on_flush(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sy_connections *cs = w->data;
	struct connection *c;

	(void)loop, (void)revents;
	while ((c = cs->dirty) != NULL) {
		cs->dirty = c->next_dirty;
		c->dirty = false;
		if (!ev_is_active(&c->writable))
			send_queued(c);
	}
}

/* --- Reading. ---------------------------------------------------------------------------- */

static void in_begin(void *arg)
{
	struct connection *c = arg;

	c->out.id = c->in.id;
	c->out.open = false;
	c->ended = c->cut = c->long_told = false;
	sy_visit_begin(&c->visit, c->all->edge, &c->wire);
}

static void give_params(struct connection *c)
{
	struct sy_fcgi_pair p;
	size_t at = 0;
	int rc;

	while ((rc = sy_fcgi_pair(&c->in.params, &at, &p)) == 1)
		sy_visit_meta(&c->visit, p.name, p.name_len, p.value, p.value_len);
	if (rc < 0)
		sy_visit_spoil(&c->visit, "the web server's parameters are cut short");
}

static void in_params(void *arg)
{
	struct connection *c = arg;

	if (c->in.params_too_long)
		sy_visit_spoil(&c->visit,
		    "the request's headers are longer than 65536 bytes");
	else
		give_params(c);
	trim(&c->in.params);
	sy_visit_head(&c->visit);
}

static void in_input(void *arg, const char *data, size_t len)
{
	struct connection *c = arg;

	sy_visit_body(&c->visit, data, len);
}

static void in_input_end(void *arg)
{
	struct connection *c = arg;

	sy_visit_body_end(&c->visit);
}

/* The web server knows that its client has left; it wants the end of the request and nothing
 * else. */
static void in_aborted(void *arg)
{
	struct connection *c = arg;

	if (c->visit.phase == SY_VISIT_NONE)
		return;
	sy_visit_gone(&c->visit);
	wire_end(&c->wire);
}

static void in_reply(void *arg, const void *record, size_t len)
{
	struct connection *c = arg;

	mark_dirty(c);
	sy_fcgi_out_close(&c->out);
	sy_buf_add(&c->out.bytes, record, len);
}

static const struct sy_fcgi_ops in_ops = {
	.begin = in_begin,
	.params = in_params,
	.input = in_input,
	.input_end = in_input_end,
	.aborted = in_aborted,
	.reply = in_reply,
};

static void read_some(struct connection *c)
{
	struct sy_connections *cs = c->all;
	ssize_t n = recv(c->readable.fd, cs->bytes, sizeof(cs->bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 ||
	    (!c->lingering && sy_fcgi_feed(&c->in, &in_ops, c, cs->bytes, (size_t)n) < 0))
		close_connection(c);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop, (void)revents;
	read_some(io->data);
}

/* --- Accepting. -------------------------------------------------------------------------- */

static struct connection *new_connection(struct sy_connections *cs)
{
	struct connection *c = cs->spare;

	if (c != NULL) {
		struct sy_buf params = c->in.params, out = c->out.bytes,
		              values = c->in.values;

		cs->spare = c->next;
		cs->spare_count--;
		memset(c, 0, sizeof(*c));
		c->in.params = params;
		c->in.values = values;
		c->out.bytes = out;
		return c;
	}
	c = sy_xcalloc(1, sizeof(*c));
	sy_fcgi_init(&c->in);
	sy_buf_init(&c->out.bytes, OUT_BYTES);
	return c;
}

static void add_connection(struct sy_connections *cs, int fd)
{
	struct connection *c = new_connection(cs);

	c->wire.ops = &wire_ops;
	c->all = cs;
	c->progress_us = sy_monotonic_us();
	c->next = cs->first;
	if (c->next != NULL)
		c->next->prev = c;
	cs->first = c;
	if (cs->count++ == 0)
		ev_timer_again(cs->loop, &cs->tick);
	ev_io_init(&c->readable, on_readable, fd, EV_READ);
	ev_io_init(&c->writable, on_writable, fd, EV_WRITE);
	c->readable.data = c->writable.data = c;
	ev_io_start(cs->loop, &c->readable);
	read_some(c); /* the request is mostly there already */
}

static void accept_later(struct sy_connections *cs)
{
	sy_log(SY_WARNING, "fcgi", NULL, "accept: %s", strerror(errno));
	ev_io_stop(cs->loop, &cs->acceptable);
	ev_timer_again(cs->loop, &cs->resume);
}

static void on_resume(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sy_connections *cs = w->data;

	(void)revents;
	ev_timer_stop(loop, w);
	if (!cs->stopped)
		ev_io_start(loop, &cs->acceptable);
}

static void on_acceptable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct sy_connections *cs = io->data;

	(void)loop, (void)revents;
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			add_connection(cs, fd);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			accept_later(cs);
		return; /* nothing more, or another process was faster */
	}
}

/* --- Deadlines. -------------------------------------------------------------------------- */

static bool is_late(const struct connection *c, int64_t now_us)
{
	if (c->lingering)
		return now_us - c->progress_us > LINGER_US;
	if (c->cut && queued(c) == 0)
		return now_us - c->progress_us > CUT_US;
	return queued(c) > 0 && now_us - c->progress_us > WRITE_US;
}

static bool is_unused(const struct connection *c)
{
	return c->in.phase == SY_FCGI_IDLE && queued(c) == 0;
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sy_connections *cs = w->data;
	int64_t now_us = sy_monotonic_us();
	struct connection *c, *next;

	(void)loop, (void)revents;
	for (c = cs->first; c != NULL; c = next) {
		next = c->next;
		if (is_late(c, now_us) || (cs->stopped && is_unused(c)))
			close_connection(c);
		else
			sy_visit_tick(&c->visit, now_us);
	}
}

/* --- Interface. -------------------------------------------------------------------------- */

struct sy_connections *sy_connections_new(struct ev_loop *loop, struct sy_edge *edge,
    int listener)
{
	struct sy_connections *cs = sy_xcalloc(1, sizeof(*cs));

	cs->loop = loop;
	cs->edge = edge;
	fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
	ev_io_init(&cs->acceptable, on_acceptable, listener, EV_READ);
	ev_init(&cs->flush, on_flush);
	ev_set_priority(&cs->flush, EV_MINPRI);
	ev_timer_init(&cs->tick, on_tick, 0, TICK_S);
	ev_timer_init(&cs->resume, on_resume, 0, PAUSE_S);
	cs->acceptable.data = cs->flush.data = cs->tick.data = cs->resume.data = cs;
	ev_io_start(loop, &cs->acceptable);
	return cs;
}

void sy_connections_stop(struct sy_connections *cs)
{
	struct connection *c, *next;

	cs->stopped = true;
	ev_io_stop(cs->loop, &cs->acceptable);
	ev_timer_stop(cs->loop, &cs->resume);
	for (c = cs->first; c != NULL; c = next) {
		next = c->next;
		if (is_unused(c))
			close_connection(c);
	}
}

void sy_connections_free(struct sy_connections *cs)
{
	struct connection *c;

	sy_connections_stop(cs);
	while (cs->first != NULL)
		close_connection(cs->first);
	while ((c = cs->spare) != NULL) {
		cs->spare = c->next;
		free_spare(c);
	}
	ev_clear_pending(cs->loop, &cs->flush);
	free(cs);
}

unsigned sy_connections_count(const struct sy_connections *cs)
{
	return cs->count;
}
