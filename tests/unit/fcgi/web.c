/*
 * web.c - see web.h.
 */
#include "web.h"

#include <fastcgi.h>
#include <stdio.h>
#include <string.h>

void web_record(struct sy_buf *b, int type, int id, const void *data, size_t len)
{
	/* padded, as web servers do */
	size_t padding = (8 - len % 8) % 8;
	const unsigned char head[8] = { 1, (unsigned char)type, (unsigned char)(id >> 8),
		(unsigned char)id, (unsigned char)(len >> 8), (unsigned char)len,
		(unsigned char)padding, 0 };

	sy_buf_add(b, head, sizeof(head));
	sy_buf_add(b, data, len);
	sy_buf_add(b, "\0\0\0\0\0\0\0", padding);
}

void web_begin(struct sy_buf *b, int id, int role, bool keep)
{
	const unsigned char body[8] = { 0, (unsigned char)role, keep, 0 };

	web_record(b, FCGI_BEGIN_REQUEST, id, body, sizeof(body));
}

static void put_length(struct sy_buf *b, size_t len)
{
	if (len > 127)
		sy_buf_putc(b, (char)(0x80 | (len >> 24 & 0x7f)));
	if (len > 127)
		sy_buf_putc(b, (char)(len >> 16));
	if (len > 127)
		sy_buf_putc(b, (char)(len >> 8));
	sy_buf_putc(b, (char)len);
}

void web_pair(struct sy_buf *b, const char *name, const char *value)
{
	put_length(b, strlen(name));
	put_length(b, strlen(value));
	sy_buf_puts(b, name);
	sy_buf_puts(b, value);
}

static void put_stream(struct sy_buf *b, int type, int id, const char *data, size_t len)
{
	while (len > 0) {
		size_t n = len < 65535 ? len : 65535;

		web_record(b, type, id, data, n);
		data += n;
		len -= n;
	}
	web_record(b, type, id, "", 0);
}

void web_request(struct sy_buf *b, int id, bool keep, const char *method, const char *uri,
    const char *body, const char *const *more)
{
	struct sy_buf params;
	char length[24];

	sy_buf_init(&params, 1 << 20);
	web_pair(&params, "REQUEST_METHOD", method);
	web_pair(&params, "REQUEST_URI", uri);
	web_pair(&params, "SCRIPT_NAME", uri);
	web_pair(&params, "SERVER_SOFTWARE", "test/1");
	if (strchr(uri, '?') != NULL)
		web_pair(&params, "QUERY_STRING", strchr(uri, '?') + 1);
	if (body != NULL) {
		snprintf(length, sizeof(length), "%zu", strlen(body));
		web_pair(&params, "CONTENT_LENGTH", length);
		web_pair(&params, "CONTENT_TYPE", "application/json; charset=utf-8");
	}
	for (; more != NULL && more[0] != NULL; more += 2)
		web_pair(&params, more[0], more[1]);
	web_begin(b, id, FCGI_RESPONDER, keep);
	put_stream(b, FCGI_PARAMS, id, params.data, params.len);
	put_stream(b, FCGI_STDIN, id, body, body != NULL ? strlen(body) : 0);
	sy_buf_release(&params);
}

static void take(struct web_answer *a, const unsigned char *h, size_t len)
{
	if (h[1] == FCGI_STDOUT && len > 0) {
		sy_buf_add(&a->out, h + 8, len);
		a->records++;
	} else if (h[1] == FCGI_END_REQUEST) {
		a->ends++;
		a->status = h[12];
	} else if (h[1] != FCGI_STDOUT) {
		a->others++;
		a->other_type = h[1];
	}
}

size_t web_answer_read(struct web_answer *a, const char *data, size_t len)
{
	size_t at = 0;

	if (a->out.limit == 0)
		sy_buf_init(&a->out, 64 << 20);
	while (len - at >= 8) {
		const unsigned char *h = (const unsigned char *)data + at;
		size_t content = (size_t)h[4] << 8 | h[5];

		a->broken |= h[0] != 1;
		if (a->broken || len - at < 8 + content + h[6])
			break;
		take(a, h, content);
		at += 8 + content + h[6];
	}
	return at;
}

void web_answer_release(struct web_answer *a)
{
	sy_buf_release(&a->out);
}
