/*
 * http.c - the request reader: head, then a body by length or in chunks.
 *
 * Strict where leniency would hide a mistake of whoever sends (two lengths, a length beside
 * chunks, folded or unnamed headers), lenient only in taking bare line feeds.
 */
#include "sim/http.h"

#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_BYTES = 8192 };

void sy_sim_http_init(struct sy_sim_http *h)
{
	*h = (struct sy_sim_http){ .reading = SY_SIM_READ_HEAD };
	sy_buf_init(&h->head, SY_SIM_HEAD_BYTES);
	sy_buf_init(&h->raw, SY_SIM_HEAD_BYTES);
	sy_buf_init(&h->line, LINE_BYTES);
	sy_buf_init(&h->body, SY_SIM_BODY_BYTES);
}

void sy_sim_http_release(struct sy_sim_http *h)
{
	sy_buf_release(&h->head);
	sy_buf_release(&h->raw);
	sy_buf_release(&h->line);
	sy_buf_release(&h->body);
}

void sy_sim_http_reset(struct sy_sim_http *h)
{
	sy_buf_reset(&h->head);
	sy_buf_reset(&h->raw);
	sy_buf_reset(&h->line);
	sy_buf_reset(&h->body);
	h->reading = SY_SIM_READ_HEAD;
	h->header_count = 0;
	h->keep_alive = h->knows_chunks = h->expects_continue = false;
	h->missing = 0;
	h->method = h->path = NULL;
}

const char *sy_sim_http_header(const struct sy_sim_http *h, const char *name)
{
	for (size_t i = 0; i < h->header_count; i++)
		if (strcasecmp(h->head.data + h->headers[i].name, name) == 0)
			return h->head.data + h->headers[i].value;
	return NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character of a query, decoded; *p moves past it. */
static char query_char(const char **p)
{
	const char *s = *p;

	if (s[0] == '%' && hex_digit(s[1]) >= 0 && hex_digit(s[2]) >= 0) {
		*p = s + 3;
		return (char)(hex_digit(s[1]) << 4 | hex_digit(s[2]));
	}
	*p = s + 1;
	return s[0] == '+' ? ' ' : s[0];
}

bool sy_sim_http_query(const struct sy_sim_http *h, const char *name, char *out,
    size_t room)
{
	size_t name_len = strlen(name), n = 0;
	const char *p = h->query;

	while (strncmp(p, name, name_len) != 0 || p[name_len] != '=') {
		p = strchr(p, '&');
		if (p == NULL)
			return false;
		p++;
	}
	for (p += name_len + 1; *p != '\0' && *p != '&' && n + 1 < room;)
		out[n++] = query_char(&p);
	out[n] = '\0';
	return *p == '\0' || *p == '&';
}

/* One past the empty line that ends the head, or 0 while it has not come. */
static size_t head_end(const struct sy_buf *head, size_t from)
{
	const char *end = head->data + head->len;
	const char *p = head->data + from;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		if (p < end && *p == '\n')
			return (size_t)(p + 1 - head->data);
		if (p + 1 < end && p[0] == '\r' && p[1] == '\n')
			return (size_t)(p + 2 - head->data);
	}
	return 0;
}

/* Cuts the next line off as a string without its line end; NULL after the last. */
static char *cut_line(char **at)
{
	char *line = *at, *nl = strchr(line, '\n');

	if (nl == NULL)
		return NULL;
	*at = nl + 1;
	if (nl > line && nl[-1] == '\r')
		nl--;
	*nl = '\0';
	return line;
}

static bool is_token(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("!#$%&'*+-.^_`|~", *s) == NULL)
			return false;
	return true;
}

static bool has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
			return true;
	return false;
}

static int read_request_line(struct sy_sim_http *h, char *line, struct sy_error *err)
{
	char *path = strchr(line, ' ');
	char *version = path != NULL ? strchr(path + 1, ' ') : NULL;
	char *query;

	if (version == NULL || has_control(line))
		return sy_fail(err, SY_BAD_REQUEST, "", "the request line is broken");
	*path++ = '\0';
	*version++ = '\0';
	if (!is_token(line) || *path != '/')
		return sy_fail(err, SY_BAD_REQUEST, "", "the request line is broken");
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0) {
		sy_fail(err, SY_BAD_REQUEST, "", "only HTTP/1.1 and HTTP/1.0 are spoken");
		err->status = 505;
		return -1;
	}
	h->knows_chunks = h->keep_alive = strcmp(version, "HTTP/1.1") == 0;
	query = strchr(path, '?');
	if (query != NULL)
		*query++ = '\0';
	h->method = line;
	h->path = path;
	h->query = query != NULL ? query : "";
	return 0;
}

static int read_header_line(struct sy_sim_http *h, char *line, struct sy_error *err)
{
	char *colon = strchr(line, ':'), *value, *end;

	if (colon == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "", "a header line has no colon");
	*colon = '\0';
	if (!is_token(line))
		return sy_fail(err, SY_BAD_REQUEST, "", "a header's name is broken");
	if (h->header_count == SY_SIM_HEADERS) {
		sy_fail(err, SY_BAD_REQUEST, "", "more than %d headers", SY_SIM_HEADERS);
		err->status = 431;
		return -1;
	}
	value = colon + 1 + strspn(colon + 1, " \t");
	for (end = value + strlen(value); end > value && strchr(" \t", end[-1]) != NULL;)
		*--end = '\0';
	if (has_control(value))
		return sy_fail(err, SY_BAD_REQUEST, "", "control bytes in header %s",
		    line);
	h->headers[h->header_count++] = (struct sy_sim_header){
		.name = (size_t)(line - h->head.data),
		.value = (size_t)(value - h->head.data),
	};
	return 0;
}

static int read_length(struct sy_sim_http *h, const char *value, struct sy_error *err)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end != '\0' || errno != 0)
		return sy_fail(err, SY_BAD_REQUEST, "", "content-length is no number");
	if (n > SY_SIM_BODY_BYTES)
		return sy_fail(err, SY_TOO_LARGE, "", "a body of %llu bytes is too much",
		    n);
	h->missing = (size_t)n;
	h->reading = n > 0 ? SY_SIM_READ_LENGTH : SY_SIM_READ_DONE;
	return 0;
}

/* How the body comes; a head that says so twice is refused. */
static int read_framing(struct sy_sim_http *h, struct sy_error *err)
{
	const char *length = NULL, *coding = NULL;

	for (size_t i = 0; i < h->header_count; i++) {
		const char *name = h->head.data + h->headers[i].name;
		const char *value = h->head.data + h->headers[i].value;
		bool is_length = strcasecmp(name, "content-length") == 0;

		if (!is_length && strcasecmp(name, "transfer-encoding") != 0)
			continue;
		if (length != NULL || coding != NULL)
			return sy_fail(err, SY_BAD_REQUEST, "",
			    "two lengths for one body");
		*(is_length ? &length : &coding) = value;
	}
	if (coding != NULL && strcasecmp(coding, "chunked") != 0) {
		sy_fail(err, SY_BAD_REQUEST, "", "transfer-encoding is not chunked");
		err->status = 501;
		return -1;
	}
	h->reading = coding != NULL ? SY_SIM_READ_CHUNK_SIZE : SY_SIM_READ_DONE;
	return length != NULL ? read_length(h, length, err) : 0;
}

static void read_connection(struct sy_sim_http *h)
{
	const char *connection = sy_sim_http_header(h, "connection");
	const char *expect = sy_sim_http_header(h, "expect");

	if (connection != NULL && strcasecmp(connection, "close") == 0)
		h->keep_alive = false;
	if (connection != NULL && strcasecmp(connection, "keep-alive") == 0)
		h->keep_alive = true;
	h->expects_continue = expect != NULL && strcasecmp(expect, "100-continue") == 0 &&
	                      h->reading != SY_SIM_READ_DONE;
}

static int read_head(struct sy_sim_http *h, struct sy_error *err)
{
	char *at = h->head.data, *line;

	if (memchr(at, '\0', h->head.len) != NULL)
		return sy_fail(err, SY_BAD_REQUEST, "", "a NUL byte in the head");
	line = cut_line(&at);
	if (read_request_line(h, line, err) < 0)
		return -1;
	while ((line = cut_line(&at)) != NULL && *line != '\0')
		if (read_header_line(h, line, err) < 0)
			return -1;
	if (read_framing(h, err) < 0)
		return -1;
	read_connection(h);
	return 0;
}

static int feed_head(struct sy_sim_http *h, const char *data, size_t len, size_t *used,
    struct sy_error *err)
{
	size_t had = h->head.len, room = SY_SIM_HEAD_BYTES - 1 - had, end;

	if (had == 0 && (*data == '\r' || *data == '\n')) {
		*used = 1; /* empty lines before a request are allowed */
		return 0;
	}
	sy_buf_add(&h->head, data, len < room ? len : room);
	end = head_end(&h->head, had > 2 ? had - 2 : 0);
	if (end == 0 && len >= room) {
		sy_fail(err, SY_TOO_LARGE, "", "a head over %d bytes", SY_SIM_HEAD_BYTES);
		err->status = 431;
		return -1;
	}
	*used = end != 0 ? end - had : len;
	if (end == 0)
		return 0;
	h->head.len = end;
	h->head.data[end] = '\0';
	sy_buf_add(&h->raw, h->head.data, end);
	return read_head(h, err);
}

/* Collects a line of the chunked framing; 1 once it is there, without its end. */
static int feed_line(struct sy_sim_http *h, const char *data, size_t len, size_t *used,
    struct sy_error *err)
{
	const char *nl = memchr(data, '\n', len);

	*used = nl != NULL ? (size_t)(nl + 1 - data) : len;
	sy_buf_add(&h->line, data, *used);
	if (h->line.full)
		return sy_fail(err, SY_BAD_REQUEST, "", "an endless line in the body");
	if (nl == NULL)
		return 0;
	h->line.len--;
	if (h->line.len > 0 && h->line.data[h->line.len - 1] == '\r')
		h->line.len--;
	h->line.data[h->line.len] = '\0';
	return 1;
}

static int read_chunk_size(struct sy_sim_http *h, struct sy_error *err)
{
	const char *p = h->line.data;
	size_t size = 0, digits = strspn(p, "0123456789abcdefABCDEF");

	if (digits == 0 || digits > 8 || strchr("; \t", p[digits]) == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "", "a chunk's size is broken");
	for (size_t i = 0; i < digits; i++)
		size = size << 4 | (size_t)hex_digit(p[i]);
	if (h->body.len + size > SY_SIM_BODY_BYTES)
		return sy_fail(err, SY_TOO_LARGE, "", "the body is too large");
	h->missing = size;
	h->reading = size > 0 ? SY_SIM_READ_CHUNK : SY_SIM_READ_TRAILER;
	return 0;
}

static int read_line(struct sy_sim_http *h, struct sy_error *err)
{
	if (h->reading == SY_SIM_READ_CHUNK_SIZE)
		return read_chunk_size(h, err);
	if (h->reading == SY_SIM_READ_CHUNK_END) {
		h->reading = SY_SIM_READ_CHUNK_SIZE;
		return h->line.len == 0 ? 0
		                        : sy_fail(err, SY_BAD_REQUEST, "",
		                              "a chunk is longer than its size");
	}
	if (h->line.len == 0)
		h->reading = SY_SIM_READ_DONE;
	return 0;
}

static void feed_body(struct sy_sim_http *h, const char *data, size_t len, size_t *used)
{
	*used = len < h->missing ? len : h->missing;
	sy_buf_add(&h->body, data, *used);
	h->missing -= *used;
	if (h->missing == 0)
		h->reading = h->reading == SY_SIM_READ_CHUNK ? SY_SIM_READ_CHUNK_END
		                                             : SY_SIM_READ_DONE;
}

static int feed_some(struct sy_sim_http *h, const char *data, size_t len, size_t *used,
    struct sy_error *err)
{
	int rc;

	if (h->reading == SY_SIM_READ_HEAD)
		return feed_head(h, data, len, used, err);
	if (h->reading == SY_SIM_READ_LENGTH || h->reading == SY_SIM_READ_CHUNK) {
		feed_body(h, data, len, used);
		return 0;
	}
	rc = feed_line(h, data, len, used, err);
	if (rc > 0) {
		rc = read_line(h, err);
		sy_buf_reset(&h->line);
	}
	return rc;
}

int sy_sim_http_feed(struct sy_sim_http *h, const char *data, size_t len, size_t *used,
    struct sy_error *err)
{
	*used = 0;
	while (h->reading != SY_SIM_READ_DONE && *used < len) {
		size_t some = 0;

		if (feed_some(h, data + *used, len - *used, &some, err) < 0)
			return -1;
		*used += some;
	}
	return h->reading == SY_SIM_READ_DONE;
}
