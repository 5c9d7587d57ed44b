/*
 * edit.c - see edit.h.
 */
#include "dialect/edit.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/http.h"

#include <string.h>

#define LARGE_BYTES 2048 /* from here on a value is a piece of its own */
#define LARGE_MAX   8

static void release(void *buf)
{
	sy_buf_release(buf);
}

/* All that is copied fits, so the memory never moves. */
void sy_edit_begin(struct sy_edit *e, const struct sy_scan *scan, size_t extra,
    struct sy_arena *a, struct sy_http *out, struct sy_error *err)
{
	size_t room = extra, large = 0;

	*e = (struct sy_edit){ .out = out, .err = err };
	for (size_t i = 0; i < scan->member_count; i++) {
		const struct sy_member *m = &scan->members[i];

		room += 6 * strlen(m->key) + 64;
		if (m->len < LARGE_BYTES || large++ >= LARGE_MAX)
			room += m->len;
	}
	sy_buf_init(&e->small, room);
	sy_buf_reserve(&e->small, room);
	sy_defer(a, release, &e->small);
}

static int flush(struct sy_edit *e)
{
	const char *from = e->small.data + e->sent;
	size_t len = e->small.len - e->sent;

	e->sent = e->small.len;
	return len == 0 ? 0 : sy_http_piece(e->out, from, len, e->err);
}

void sy_edit_key(struct sy_edit *e, const char *key)
{
	sy_buf_putc(&e->small, e->small.len == 0 ? '{' : ',');
	sy_buf_json_str(&e->small, key);
	sy_buf_putc(&e->small, ':');
}

int sy_edit_value(struct sy_edit *e, const char *at, size_t len)
{
	if (len < LARGE_BYTES || e->large == LARGE_MAX) {
		sy_buf_add(&e->small, at, len);
		return 0;
	}
	e->large++;
	if (flush(e) < 0)
		return -1;
	return sy_http_piece(e->out, at, len, e->err);
}

int sy_edit_end(struct sy_edit *e)
{
	sy_buf_putc(&e->small, '}');
	if (e->small.full)
		return sy_fail(e->err, SY_BUG, "",
		    "a spliced body came out longer than it can");
	return flush(e);
}
