/*
 * http.c - see http.h.
 */
#include "base/http.h"

#include "base/error.h"

#include <ctype.h>

static int check_name(const char *name, struct sy_error *err)
{
	const char *p = name;

	while (isalnum((unsigned char)*p) || *p == '-')
		p++;
	if (p == name || *p != '\0')
		return sy_fail(err, SY_BAD_REQUEST, "", "a header name has a forbidden byte");
	return 0;
}

static int check_value(const char *name, const char *value, struct sy_error *err)
{
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			return sy_fail(err, SY_BAD_REQUEST, name,
			    "the value for header '%s' has a forbidden byte", name);
	return 0;
}

int sy_http_header(struct sy_http *h, const char *name, const char *value,
    struct sy_error *err)
{
	if (check_name(name, err) < 0 || check_value(name, value, err) < 0)
		return -1;
	if (h->header_count == SY_HTTP_HEADERS)
		return sy_fail(err, SY_BUG, "", "more headers than an exchange has room for");
	h->headers[h->header_count++] = (struct sy_header){ name, value };
	return 0;
}

int sy_http_piece(struct sy_http *h, const void *data, size_t len, struct sy_error *err)
{
	if (len == 0)
		return 0;
	if (h->piece_count == SY_HTTP_PIECES)
		return sy_fail(err, SY_BUG, "", "more pieces than a body has room for");
	h->body[h->piece_count].iov_base = (void *)data;
	h->body[h->piece_count++].iov_len = len;
	h->body_len += len;
	return 0;
}
