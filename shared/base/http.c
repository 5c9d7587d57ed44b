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

const char *sy_http_reason(int status)
{
	/* clang-format off */
	static const struct {
		int status;
		const char *words;
	} rows[] = {
		{ 200, "OK" }, { 204, "No Content" }, { 304, "Not Modified" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 402, "Payment Required" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 408, "Request Timeout" }, { 409, "Conflict" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" }, { 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" }, { 500, "Internal Server Error" },
		{ 502, "Bad Gateway" }, { 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};
	static const char *const classes[] = { "Informational", "Successful", "Redirection",
		"Client Error", "Server Error" };
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].words;
	return status >= 100 && status < 600 ? classes[status / 100 - 1] : "Unknown";
}
