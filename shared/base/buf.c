/*
 * buf.c - see buf.h.
 */
#include "base/buf.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sy_buf_init(struct sy_buf *b, size_t limit)
{
	memset(b, 0, sizeof(*b));
	b->limit = limit;
}

void sy_buf_release(struct sy_buf *b)
{
	size_t limit = b->limit;

	free(b->data);
	sy_buf_init(b, limit);
}

void sy_buf_reset(struct sy_buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

bool sy_buf_reserve(struct sy_buf *b, size_t more)
{
	size_t room;

	if (b->full || more > b->limit - b->len) {
		b->full = true;
		return false;
	}
	if (b->len + more + 1 <= b->room)
		return true;
	room = b->room ? b->room * 2 : 256;
	if (room < b->len + more + 1)
		room = b->len + more + 1;
	b->data = sy_xrealloc(b->data, room);
	b->room = room;
	return true;
}

void sy_buf_cut(struct sy_buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

void sy_buf_add(struct sy_buf *b, const void *data, size_t len)
{
	if (!sy_buf_reserve(b, len))
		return;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void sy_buf_puts(struct sy_buf *b, const char *s)
{
	sy_buf_add(b, s, strlen(s));
}

void sy_buf_putc(struct sy_buf *b, char c)
{
	sy_buf_add(b, &c, 1);
}

void sy_buf_int(struct sy_buf *b, int64_t n)
{
	char digits[24];
	char *p = digits + sizeof(digits);
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (n < 0)
		*--p = '-';
	sy_buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

void sy_buf_printf(struct sy_buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0 || !sy_buf_reserve(b, (size_t)len))
		return;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
}

void sy_buf_eat(struct sy_buf *b, size_t len)
{
	if (len >= b->len) {
		sy_buf_reset(b);
		return;
	}
	memmove(b->data, b->data + len, b->len - len + 1);
	b->len -= len;
}

static void put_escape(struct sy_buf *b, unsigned char c)
{
	static const char short_form[] = "btn\0fr"; /* 0x08 to 0x0d */
	char text[8];

	if (c >= 0x08 && c <= 0x0d && c != 0x0b)
		snprintf(text, sizeof(text), "\\%c", short_form[c - 0x08]);
	else
		snprintf(text, sizeof(text), "\\u%04x", c);
	sy_buf_puts(b, text);
}

void sy_buf_json_piece(struct sy_buf *b, const char *s, size_t len)
{
	size_t from = 0, at = 0;

	if (len == 0)
		return; /* s may be NULL then */
	while (at < len) {
		unsigned char c = (unsigned char)s[at];
		size_t step = c < 0x80 ? 1 : sy_utf8_step(s + at, len - at);

		if (step > 0 && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
			at += step;
			continue;
		}
		sy_buf_add(b, s + from, at - from);
		if (step == 0)
			sy_buf_puts(b, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			sy_buf_add(b, (const char[]){ '\\', (char)c }, 2);
		else
			put_escape(b, c);
		from = ++at;
	}
	if (at > from) /* s may be NULL with a length of 0 */
		sy_buf_add(b, s + from, at - from);
}

void sy_buf_json(struct sy_buf *b, const char *s, size_t len)
{
	sy_buf_putc(b, '"');
	sy_buf_json_piece(b, s, len);
	sy_buf_putc(b, '"');
}

void sy_buf_json_str(struct sy_buf *b, const char *s)
{
	if (s == NULL)
		sy_buf_puts(b, "null");
	else
		sy_buf_json(b, s, strlen(s));
}

void sy_buf_key(struct sy_buf *b, const char *key)
{
	if (b->len > 0 && b->data[b->len - 1] != '{')
		sy_buf_putc(b, ',');
	sy_buf_putc(b, '"');
	sy_buf_puts(b, key);
	sy_buf_lit(b, "\":");
}

void sy_buf_member(struct sy_buf *b, const char *key, const char *s)
{
	sy_buf_key(b, key);
	sy_buf_json_str(b, s);
}

void sy_buf_member_int(struct sy_buf *b, const char *key, int64_t n)
{
	sy_buf_key(b, key);
	sy_buf_int(b, n);
}
