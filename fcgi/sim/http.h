/*
 * http.h - reading HTTP/1.1 requests, a piece at a time, from any borders.
 *
 * Knows the framing and nothing else: it is fed bytes and says when a whole request is
 * there.  No sockets, no clock.
 */
#ifndef SY_SIM_HTTP_H
#define SY_SIM_HTTP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_error;

#define SY_SIM_HEAD_BYTES (64 * 1024)
#define SY_SIM_BODY_BYTES (64 * 1024 * 1024)
#define SY_SIM_HEADERS    100

/* A place in the head: strings are NUL-terminated there once it has been parsed. */
struct sy_sim_header {
	size_t name;
	size_t value;
};

enum sy_sim_reading {
	SY_SIM_READ_HEAD,
	SY_SIM_READ_LENGTH,
	SY_SIM_READ_CHUNK_SIZE,
	SY_SIM_READ_CHUNK,
	SY_SIM_READ_CHUNK_END,
	SY_SIM_READ_TRAILER,
	SY_SIM_READ_DONE,
};

struct sy_sim_http {
	enum sy_sim_reading reading;
	struct sy_buf head; /* as received, then cut into strings in place */
	struct sy_buf raw;  /* the head as received */
	struct sy_buf line; /* a chunk's size line or a trailer, while incomplete */
	struct sy_buf body; /* chunks joined */
	size_t missing;     /* bytes still due, of the body or the chunk */

	const char *method; /* these point into head, from the end of the head on */
	char *path;         /* without the query */
	const char *query;  /* "" if none */
	bool keep_alive;
	bool knows_chunks; /* HTTP/1.1 */
	bool expects_continue;
	size_t header_count;
	struct sy_sim_header headers[SY_SIM_HEADERS];
};

void sy_sim_http_init(struct sy_sim_http *h);
void sy_sim_http_release(struct sy_sim_http *h);
void sy_sim_http_reset(struct sy_sim_http *h); /* for the next request; keeps memory */

/*
 * Takes up to len bytes and says in *used how many; the rest belongs to the next request.
 * 1 when the request is whole, 0 when more is needed, -1 with err->status 400, 413, 431,
 * 501 or 505 when it is no request we take.
 */
int sy_sim_http_feed(struct sy_sim_http *h, const char *data, size_t len, size_t *used,
    struct sy_error *err);

/* The first header of that name, any case, or NULL. */
const char *sy_sim_http_header(const struct sy_sim_http *h, const char *name);

/* Copies the query's value for name, percent-decoded; false if absent or too long. */
bool sy_sim_http_query(const struct sy_sim_http *h, const char *name, char *out,
    size_t room);

#endif
