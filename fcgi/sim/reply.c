/*
 * reply.c - see reply.h.
 */
#include "sim/reply.h"

#include "base/arena.h"

#include <stdlib.h>

enum { HEADER_BYTES = 64 * 1024 };

void sy_sim_reply_init(struct sy_sim_reply *r)
{
	*r = (struct sy_sim_reply){ .status = 200 };
	sy_buf_init(&r->headers, HEADER_BYTES);
	sy_buf_init(&r->body, SY_SIM_REPLY_BYTES);
}

void sy_sim_reply_release(struct sy_sim_reply *r)
{
	sy_buf_release(&r->headers);
	sy_buf_release(&r->body);
	free(r->marks);
}

void sy_sim_reply_reset(struct sy_sim_reply *r)
{
	r->status = 200;
	r->streamed = r->framed = false;
	r->content_type = "application/json";
	sy_buf_reset(&r->headers);
	sy_buf_reset(&r->body);
	r->count = 0;
}

void sy_sim_reply_mark(struct sy_sim_reply *r)
{
	if (r->count == r->room) {
		r->room = r->room > 0 ? r->room * 2 : 16;
		r->marks = sy_xrealloc(r->marks, r->room * sizeof(*r->marks));
	}
	r->marks[r->count++] = r->body.len;
}

size_t sy_sim_reply_event(const struct sy_sim_reply *r, size_t n)
{
	return n == 0 ? 0 : n <= r->count ? r->marks[n - 1] : r->body.len;
}

void sy_sim_reply_cut(struct sy_sim_reply *r, size_t n)
{
	if (n >= r->count)
		return;
	r->body.len = sy_sim_reply_event(r, n);
	r->count = n;
}
