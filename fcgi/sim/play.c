/*
 * play.c - a reply goes out piece by piece.
 *
 * Each phase puts bytes on the wire buffer and perhaps asks for a pause; the loop in run()
 * flushes before each pause and at the end, so that a reply without any is one write.
 */
#include "sim/play.h"

#include "sim/serve.h"

#include "base/http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CORK_BYTES = 64 * 1024, WIRE_BYTES = 512 * 1024 * 1024, TORN_BYTES = 256 };

static void run(struct sy_sim_play *p);

static void on_writable(struct ev_loop *loop, struct ev_io *w, int events)
{
	(void)events;
	ev_io_stop(loop, w);
	run(w->data);
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	run(w->data);
}

void sy_sim_play_init(struct sy_sim_play *p, struct ev_loop *loop, int fd)
{
	*p = (struct sy_sim_play){ .loop = loop, .fd = fd };
	sy_buf_init(&p->wire, WIRE_BYTES);
	ev_io_init(&p->writable, on_writable, fd, EV_WRITE);
	ev_timer_init(&p->timer, on_timer, 0, 0);
	p->writable.data = p->timer.data = p;
}

void sy_sim_play_stop(struct sy_sim_play *p)
{
	ev_io_stop(p->loop, &p->writable);
	ev_timer_stop(p->loop, &p->timer);
	p->call = NULL;
}

void sy_sim_play_release(struct sy_sim_play *p)
{
	sy_sim_play_stop(p);
	sy_buf_release(&p->wire);
}

static void pause_for(struct sy_sim_play *p, double seconds)
{
	p->pausing = true;
	p->pause_s = seconds > 0 ? seconds : 0;
}

static void end(struct sy_sim_play *p, enum sy_sim_outcome outcome,
    enum sy_sim_after after)
{
	p->phase = SY_SIM_PLAY_DONE;
	p->outcome = outcome;
	p->after = after;
}

/* Whether "name:" begins one of the lines. */
static bool has_header(const struct sy_buf *lines, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = lines->data; p != NULL && *p != '\0';) {
		if (strncasecmp(p, name, len) == 0 && p[len] == ':')
			return true;
		p = strchr(p, '\n');
		p = p != NULL ? p + 1 : NULL;
	}
	return false;
}

/* Chunks for a stream, or where the body is to come in slices or end early; a length for
 * the rest, and for those who do not know chunks. */
static bool wants_chunks(const struct sy_sim_call *call)
{
	if (!call->http.knows_chunks)
		return false;
	if (call->step->chunked != SY_SIM_NEVER)
		return call->step->chunked;
	return call->reply.streamed || call->step->slice > 0 || call->cut_clean;
}

/* A script's own header stands in the place of ours, be it right or wrong. */
static void write_head(struct sy_sim_play *p)
{
	const struct sy_sim_reply *r = &p->call->reply;
	struct sy_buf *out = &p->wire;

	sy_buf_puts(out, "HTTP/1.1 ");
	sy_buf_int(out, r->status);
	sy_buf_putc(out, ' ');
	sy_buf_puts(out, sy_http_reason(r->status));
	sy_buf_puts(out, "\r\n");
	if (r->content_type != NULL && !has_header(&r->headers, "content-type")) {
		sy_buf_puts(out, "content-type: ");
		sy_buf_puts(out, r->content_type);
		sy_buf_puts(out, "\r\n");
	}
	sy_buf_add(out, r->headers.data, r->headers.len);
	if (p->chunked) {
		sy_buf_puts(out, "transfer-encoding: chunked\r\n");
	} else if (!has_header(&r->headers, "content-length")) {
		sy_buf_puts(out, "content-length: ");
		sy_buf_int(out, (int64_t)r->body.len);
		sy_buf_puts(out, "\r\n");
	}
	if (!p->call->http.keep_alive)
		sy_buf_puts(out, "connection: close\r\n");
	sy_buf_puts(out, "\r\n");
}

static void write_piece(struct sy_sim_play *p, size_t len)
{
	const char *from = p->call->reply.body.data + p->sent;

	if (p->chunked)
		sy_buf_printf(&p->wire, "%zx\r\n", len);
	sy_buf_add(&p->wire, from, len);
	if (p->chunked)
		sy_buf_puts(&p->wire, "\r\n");
	p->sent += len;
}

/* Breaks off inside of a chunk, half an event on its way. */
static void tear(struct sy_sim_play *p)
{
	const struct sy_sim_reply *r = &p->call->reply;
	size_t half =
	    r->streamed ? (sy_sim_reply_event(r, p->event + 1) - p->sent) / 2 : 0;

	if (p->chunked) {
		sy_buf_printf(&p->wire, "%zx\r\n", half + TORN_BYTES);
		sy_buf_add(&p->wire, r->body.data + p->sent, half);
	}
	end(p, SY_SIM_CUT,
	    p->call->step->cut == SY_SIM_CUT_RESET ? SY_SIM_CLOSE_RST : SY_SIM_CLOSE);
}

/* Whether anything depends on where events end. */
static bool minds_events(const struct sy_sim_call *call)
{
	return call->step->slice == 0 || call->gap_s > 0 || call->cut_at != SIZE_MAX ||
	       call->stall_at != SIZE_MAX;
}

static size_t piece_len(const struct sy_sim_play *p)
{
	const struct sy_sim_call *call = p->call;
	size_t slice = (size_t)call->step->slice;
	size_t stop = minds_events(call) ? sy_sim_reply_event(&call->reply, p->event + 1)
	                                 : call->reply.body.len;
	size_t len = stop - p->sent;

	return slice > 0 && len > slice ? slice : len;
}

static void play_delay(struct sy_sim_play *p)
{
	switch (p->call->silence) {
	case SY_SIM_SPEAK:
		p->phase = SY_SIM_PLAY_HEAD;
		break;
	case SY_SIM_REFUSE:
		end(p, SY_SIM_REFUSED_CALL, SY_SIM_CLOSE);
		break;
	case SY_SIM_RESET:
		end(p, SY_SIM_REFUSED_CALL, SY_SIM_CLOSE_RST);
		break;
	case SY_SIM_STALL:
		p->phase = SY_SIM_PLAY_STALLED;
		break;
	}
	if (p->call->delay_ms > 0)
		pause_for(p, (double)p->call->delay_ms / 1000);
}

static void play_head(struct sy_sim_play *p)
{
	write_head(p);
	p->phase = SY_SIM_PLAY_BODY;
	if (p->call->step->header_delay_ms > 0)
		pause_for(p, (double)p->call->step->header_delay_ms / 1000);
}

/* Events are due at a steady beat, whatever the writing of each took. */
static void pause_between(struct sy_sim_play *p, bool event_ended)
{
	const struct sy_sim_call *call = p->call;

	if (event_ended && call->gap_s > 0) {
		if (p->due <= 0)
			p->due = ev_now(p->loop);
		p->due += call->gap_s;
		pause_for(p, p->due - ev_now(p->loop));
	} else if (call->step->slice > 0) {
		pause_for(p, (double)call->step->slice_delay_ms / 1000);
	}
}

static void play_body(struct sy_sim_play *p)
{
	const struct sy_sim_reply *r = &p->call->reply;
	bool at_end = p->sent == r->body.len;
	size_t before = p->event;

	if (p->event == p->call->stall_at) {
		p->phase = SY_SIM_PLAY_STALLED;
		pause_for(p, 0);
	} else if (p->event == p->call->cut_at) {
		tear(p);
	} else if (at_end) {
		if (p->chunked)
			sy_buf_puts(&p->wire, "0\r\n\r\n");
		end(p, p->call->cut_clean ? SY_SIM_CUT : SY_SIM_WHOLE,
		    p->call->http.keep_alive ? SY_SIM_KEEP : SY_SIM_CLOSE);
	} else {
		write_piece(p, piece_len(p));
		while (p->event < r->count && r->marks[p->event] <= p->sent)
			p->event++;
		if (p->sent < r->body.len)
			pause_between(p, p->event > before);
	}
}

/* True when all is written; false when the rest must wait or the client has gone. */
static bool flush(struct sy_sim_play *p)
{
	while (p->written < p->wire.len) {
		ssize_t n = send(p->fd, p->wire.data + p->written,
		    p->wire.len - p->written, MSG_NOSIGNAL);

		if (n > 0) {
			p->written += (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			ev_io_start(p->loop, &p->writable);
			return false;
		} else if (errno != EINTR) {
			p->ended(p, SY_SIM_CLIENT_CLOSED, SY_SIM_CLOSE);
			return false;
		}
	}
	p->call->attempt.events = (uint32_t)p->event;
	sy_buf_reset(&p->wire);
	p->written = 0;
	return true;
}

static void play_phase(struct sy_sim_play *p)
{
	if (p->phase == SY_SIM_PLAY_DELAY)
		play_delay(p);
	else if (p->phase == SY_SIM_PLAY_HEAD)
		play_head(p);
	else
		play_body(p);
}

static void run(struct sy_sim_play *p)
{
	for (;;) {
		bool stops = p->pausing || p->phase >= SY_SIM_PLAY_STALLED;

		if ((stops || p->wire.len >= CORK_BYTES) && !flush(p))
			return;
		if (p->pausing) {
			p->pausing = false;
			ev_timer_set(&p->timer, p->pause_s, 0);
			ev_timer_start(p->loop, &p->timer);
			return;
		}
		if (p->phase == SY_SIM_PLAY_DONE) {
			p->ended(p, p->outcome, p->after);
			return;
		}
		if (p->phase == SY_SIM_PLAY_STALLED)
			return;
		play_phase(p);
	}
}

void sy_sim_play_start(struct sy_sim_play *p, struct sy_sim_call *call)
{
	p->call = call;
	p->phase = SY_SIM_PLAY_DELAY;
	sy_buf_reset(&p->wire);
	p->written = p->sent = p->event = 0;
	p->pausing = false;
	p->due = 0;
	p->chunked = wants_chunks(call);
	run(p);
}
