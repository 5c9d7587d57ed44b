/*
 * http.h - one exchange as plain data.
 */
#ifndef SY_BASE_HTTP_H
#define SY_BASE_HTTP_H

#include <stddef.h>
#include <sys/uio.h>

struct sy_header {
	const char *name;
	const char *value;
};

#define SY_HTTP_HEADERS 24
#define SY_HTTP_PIECES  20

/*
 * What is to be sent.  The body is a list of pieces, so that a spliced body is sent from
 * where it stands, without a copy; the memory behind the pieces outlives the exchange.
 */
struct sy_http {
	const char *method; /* NULL: POST */
	const char *url;
	const char *content_type; /* NULL: JSON */
	const char *accept;       /* NULL: JSON, or a stream of the dialect */
	struct sy_header headers[SY_HTTP_HEADERS];
	size_t header_count;
	struct iovec body[SY_HTTP_PIECES];
	size_t piece_count;
	size_t body_len; /* sum of the pieces */
};

struct sy_error;

/*
 * Adds a header.  The one gate through which any text becomes a header: names of letters,
 * digits and hyphens, values of visible ASCII and spaces; anything else is -1 with
 * SY_BAD_REQUEST, so no value can begin a second header.  Name and value are borrowed.
 */
int sy_http_header(struct sy_http *h, const char *name, const char *value,
    struct sy_error *err);

/* The reason phrase of a status (RFC 9110, section 15): of its class where it has none. */
const char *sy_http_reason(int status);

/* Adds a piece of body; -1 with SY_BUG when there is no room for one more. */
int sy_http_piece(struct sy_http *h, const void *data, size_t len, struct sy_error *err);

#endif
