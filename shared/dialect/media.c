/*
 * media.c - see media.h.  Providers compare the declared type with the bytes and refuse what
 * differs; clients get it wrong often enough (image/jpg, PNG named as JPEG).
 */
#include "dialect/media.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "model/chat.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define NONE (-1) /* no letter of base64 */
#define SKIP (-2) /* white space */

/* The 64 letters, and those that URLs have in the place of two. */
static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Attachments are long: what passes as it is, is found with one look a byte. */
static const bool plain[256] = {
	['A' ... 'Z'] = true,
	['a' ... 'z'] = true,
	['0' ... '9'] = true,
	['+'] = true,
	['/'] = true,
};

static int value_of(char c)
{
	const char *at;

	if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		return SKIP;
	at = memchr(letters, c == '-' ? '+' : c == '_' ? '/' : c, 64);
	return at != NULL ? (int)(at - letters) : NONE;
}

/* Decodes up to `room` bytes; the number of them, or -1. */
static long decode(const struct sy_media *m, unsigned char *out, size_t room)
{
	unsigned bits = 0;
	int have = 0;
	size_t n = 0;

	for (size_t i = 0; i < m->len && n < room && m->data[i] != '='; i++) {
		int v = value_of(m->data[i]);

		if (v == NONE)
			return -1;
		if (v == SKIP)
			continue;
		bits = bits << 6 | (unsigned)v;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		out[n++] = (unsigned char)(bits >> have);
	}
	return (long)n;
}

static const char *sniff(const unsigned char *head, size_t len)
{
	static const struct {
		const char *magic;
		const char *type;
	} kinds[] = {
		{ "\xff\xd8\xff", "image/jpeg" },
		{ "\x89PNG", "image/png" },
		{ "GIF8", "image/gif" },
		{ "%PDF", "application/pdf" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (len >= strlen(kinds[i].magic) &&
		    memcmp(head, kinds[i].magic, strlen(kinds[i].magic)) == 0)
			return kinds[i].type;
	if (len >= 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0)
		return "image/webp";
	return NULL;
}

static int split_data_url(const char *url, const char *param, struct sy_arena *a,
    struct sy_media *out, struct sy_error *err)
{
	const char *comma = strchr(url, ',');
	const char *type = url + strlen("data:");

	if (comma == NULL || comma - type < 7 ||
	    strncasecmp(comma - 7, ";base64", 7) != 0)
		return sy_fail_code(err, SY_REFUSED, param, "unsupported_content",
		    "a data URL has to be base64");
	out->type = sy_strndup(a, type, strcspn(type, ";,"));
	out->data = comma + 1;
	out->len = strlen(out->data);
	return 0;
}

int sy_media_of(const struct sy_part *part, const char *param, struct sy_arena *a,
    struct sy_media *out, struct sy_error *err)
{
	const char *data = part->data != NULL ? part->data : part->url;
	unsigned char head[12];
	const char *real;
	long n;

	memset(out, 0, sizeof(*out));
	if (data == NULL)
		return sy_fail(err, SY_REFUSED, param,
		    "an attachment has no data and no URL");
	if (strncasecmp(data, "data:", 5) == 0) {
		if (split_data_url(data, param, a, out, err) < 0)
			return -1;
	} else if (part->data != NULL) {
		out->type = part->media_type;
		out->data = data;
		out->len = strlen(data);
	} else {
		out->url = data;
		out->type = part->media_type;
		return 0;
	}
	n = decode(out, head, sizeof(head));
	if (n <= 0)
		return sy_fail(err, SY_REFUSED, param, "an attachment is not base64");
	real = sniff(head, (size_t)n);
	if (real != NULL)
		out->type = real;
	else if (out->type == NULL)
		out->type = "";
	return 0;
}

int sy_media_base64(const struct sy_media *m, const char *param, struct sy_buf *out,
    struct sy_error *err)
{
	size_t count = 0, i = 0;

	while (i < m->len && m->data[i] != '=') {
		size_t from = i;
		int v;

		while (i < m->len && plain[(unsigned char)m->data[i]])
			i++;
		sy_buf_add(out, m->data + from, i - from);
		count += i - from;
		if (i == m->len || m->data[i] == '=')
			break;
		v = value_of(m->data[i++]);
		if (v == NONE)
			return sy_fail(err, SY_REFUSED, param,
			    "an attachment is not base64");
		if (v == SKIP)
			continue;
		sy_buf_putc(out, letters[v]);
		count++;
	}
	for (; count % 4 != 0; count++)
		sy_buf_putc(out, '=');
	return 0;
}

char *sy_media_text(const struct sy_media *m, struct sy_arena *a, size_t *len)
{
	char *text = sy_alloc(a, m->len + 1);
	long n = decode(m, (unsigned char *)text, m->len);

	if (n < 0)
		return NULL;
	for (long at = 0; at < n;) {
		size_t step = sy_utf8_step(text + at, (size_t)(n - at));

		if (step == 0 || text[at] == '\0')
			return NULL;
		at += (long)step;
	}
	*len = (size_t)n;
	return text;
}
