/*
 * head.h - the head of an answer, line by line, as the connection brings it.
 */
#ifndef SY_NET_HEAD_H
#define SY_NET_HEAD_H

#include "base/buf.h"
#include "base/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SY_HEAD_BYTES 65536 /* of all heads of one answer: 1xx, final, trailers */
#define SY_HEAD_LINES 200

struct sy_head {
	int status; /* of the last status line; 0 before the first */
	bool whole; /* the final head has come; trailers are counted and not kept */

	struct sy_buf text;
	struct sy_head_line {
		uint32_t name, value; /* offsets, as text may still move */
	} *at;
	size_t count, room;
	size_t lines_so_far, bytes_so_far;
};

void sy_head_init(struct sy_head *h);
void sy_head_reset(struct sy_head *h);
void sy_head_release(struct sy_head *h);

/* Takes a line with its end; NULL, or why the answer can't be used. */
const char *sy_head_line(struct sy_head *h, const char *line, size_t len);

/* The headers, with names in lower case; they point into h. */
size_t sy_head_headers(const struct sy_head *h, struct sy_header out[SY_HEAD_LINES]);

#endif
