/*
 * eventstream.c - see eventstream.h.
 */
#include "base/eventstream.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

enum {
	PRELUDE_BYTES = 12,
	CHECKSUM_BYTES = 4,
	LEAST_BYTES = PRELUDE_BYTES + CHECKSUM_BYTES,
	FRAME_BYTES =
	    LEAST_BYTES + SY_EVENTSTREAM_HEADER_BYTES + SY_EVENTSTREAM_PAYLOAD_BYTES,
};

uint32_t sy_crc32(uint32_t crc, const void *data, size_t len)
{
	static const uint32_t nibbles[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8,
		0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320,
		0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278,
		0xbdbdf21c };
	const unsigned char *p = data;

	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		crc = crc >> 4 ^ nibbles[crc & 15];
		crc = crc >> 4 ^ nibbles[crc & 15];
	}
	return ~crc;
}

void sy_eventstream_init(struct sy_eventstream *s)
{
	memset(s, 0, sizeof(*s));
	sy_buf_init(&s->frame, FRAME_BYTES);
}

void sy_eventstream_release(struct sy_eventstream *s)
{
	sy_buf_release(&s->frame);
}

static uint32_t number_at(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

/* --- Headers. ---------------------------------------------------------------------------- */

struct header {
	const char *name;
	size_t name_len;
	const char *text; /* of a string; NULL of any other type */
	size_t len;
};

/* Bytes of a value of that type; the length of strings and bytes stands before them. */
static bool value_bytes(int type, const char *p, const char *end, size_t *before,
    size_t *bytes)
{
	/* true, false, 8 to 64 bits, bytes, string, time, UUID */
	static const size_t sizes[] = { 0, 0, 1, 2, 4, 8, 0, 0, 8, 16 };

	*before = type == 6 || type == 7 ? 2 : 0;
	if (type < 0 || type > 9 || (size_t)(end - p) < *before)
		return false;
	*bytes = *before == 0 ? sizes[type]
	                      : (size_t)(unsigned char)p[0] << 8 | (unsigned char)p[1];
	return (size_t)(end - p) - *before >= *bytes;
}

/* The header at *at, which moves behind it; false when it is none. */
static bool next_header(const char **at, const char *end, struct header *out)
{
	size_t name_len = (unsigned char)**at, before, bytes;
	const char *p = *at + 1;
	int type;

	if ((size_t)(end - p) < name_len + 1)
		return false;
	out->name = p;
	out->name_len = name_len;
	type = (unsigned char)p[name_len];
	p += name_len + 1;
	if (!value_bytes(type, p, end, &before, &bytes))
		return false;
	out->text = type == 7 ? p + before : NULL;
	out->len = bytes;
	*at = p + before + bytes;
	return true;
}

static bool named(const struct header *h, const char *name)
{
	return h->text != NULL && h->name_len == strlen(name) &&
	       memcmp(h->name, name, h->name_len) == 0;
}

static bool says(const struct header *h, const char *text)
{
	return h->len == strlen(text) && memcmp(h->text, text, h->len) == 0;
}

/* What the headers say; `words` is where an error has its message. */
static int read_headers(struct sy_eventstream *s, struct sy_record *rec,
    struct header *words, struct sy_error *err)
{
	const char *p = s->frame.data + PRELUDE_BYTES, *end = p + s->header_bytes;
	struct header h;

	while (p < end) {
		if (!next_header(&p, end, &h))
			return sy_fail(err, SY_UNUSABLE, "",
			    "a frame of the stream has broken headers");
		if (named(&h, ":message-type"))
			rec->failure = !says(&h, "event");
		else if (named(&h, ":event-type") || named(&h, ":exception-type") ||
		         named(&h, ":error-code"))
			sy_copy_n(s->name, sizeof(s->name), h.text, h.len);
		else if (named(&h, ":error-message"))
			*words = h;
	}
	return 0;
}

/* --- Frames. ----------------------------------------------------------------------------- */

static int take_prelude(struct sy_eventstream *s, struct sy_error *err)
{
	const char *p = s->frame.data;
	uint32_t total = number_at(p), headers = number_at(p + 4);

	if (sy_crc32(0, p, 8) != number_at(p + 8))
		return sy_fail(err, SY_UNUSABLE, "",
		    "the stream is not of frames, or its bytes were changed");
	if (total < LEAST_BYTES || headers > total - LEAST_BYTES)
		return sy_fail(err, SY_UNUSABLE, "",
		    "a frame of the stream has lengths that cannot be");
	if (headers > SY_EVENTSTREAM_HEADER_BYTES ||
	    total - LEAST_BYTES - headers > SY_EVENTSTREAM_PAYLOAD_BYTES)
		return sy_fail(err, SY_UNUSABLE, "",
		    "a frame of the stream is over %d bytes", FRAME_BYTES);
	s->total = total;
	s->header_bytes = headers;
	return 0;
}

/* Hands the frame over; the payload is terminated where its checksum stood. */
static int take_frame(struct sy_eventstream *s, sy_take_record *take, void *arg,
    struct sy_error *err)
{
	size_t body = s->total - CHECKSUM_BYTES, from = PRELUDE_BYTES + s->header_bytes;
	struct sy_record rec = { s->name, s->frame.data + from, body - from, false };
	struct header words = { .text = NULL };

	if (sy_crc32(0, s->frame.data, body) != number_at(s->frame.data + body))
		return sy_fail(err, SY_UNUSABLE, "",
		    "a frame of the stream does not match its checksum");
	s->frame.data[body] = '\0';
	s->name[0] = '\0';
	if (read_headers(s, &rec, &words, err) < 0)
		return -1;
	if (rec.len == 0 && words.text != NULL) {
		/* Moved to the front, where there is room behind it for its end. */
		rec.data = memmove(s->frame.data, words.text, words.len);
		rec.len = words.len;
		s->frame.data[words.len] = '\0';
	}
	return take(arg, &rec, err);
}

/* Adds as much as the frame, or first its prelude, still lacks. */
static size_t gather(struct sy_eventstream *s, const char *data, size_t len)
{
	size_t lacks = (s->total > 0 ? s->total : PRELUDE_BYTES) - s->frame.len;
	size_t n = len < lacks ? len : lacks;

	sy_buf_add(&s->frame, data, n);
	return n;
}

int sy_eventstream_feed(struct sy_eventstream *s, const char *data, size_t len,
    sy_take_record *take, void *arg, struct sy_error *err)
{
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		n = gather(s, data + at, len - at);
		if (s->total == 0 && s->frame.len == PRELUDE_BYTES &&
		    take_prelude(s, err) < 0)
			return -1;
		if (s->total == 0 || s->frame.len < s->total)
			continue;
		if (take_frame(s, take, arg, err) < 0)
			return -1;
		sy_buf_reset(&s->frame);
		s->total = 0;
	}
	return 0;
}

int sy_eventstream_end(struct sy_eventstream *s, struct sy_error *err)
{
	if (s->frame.len > 0)
		return sy_fail(err, SY_TRUNCATED, "",
		    "the stream ended inside of a frame");
	return 0;
}

/* --- The other way. ---------------------------------------------------------------------- */

static void add_number(struct sy_buf *out, uint32_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		sy_buf_putc(out, (char)(n >> shift));
}

static void add_header(struct sy_buf *out, const char *name, const char *value,
    size_t len)
{
	sy_buf_putc(out, (char)strlen(name));
	sy_buf_puts(out, name);
	sy_buf_putc(out, 7);
	sy_buf_putc(out, (char)(len >> 8));
	sy_buf_putc(out, (char)len);
	sy_buf_add(out, value, len);
}

void sy_eventstream_add(struct sy_buf *out, const char *type, const char *name,
    const char *data, size_t len)
{
	bool event = strcmp(type, "event") == 0, error = strcmp(type, "error") == 0;
	size_t from = out->len, payload = error ? 0 : len;
	struct sy_buf headers;

	sy_buf_init(&headers, SY_EVENTSTREAM_HEADER_BYTES);
	add_header(&headers,
	    event   ? ":event-type"
	    : error ? ":error-code"
	            : ":exception-type",
	    name, strlen(name));
	if (error)
		add_header(&headers, ":error-message", data, len);
	else
		add_header(&headers, ":content-type", "application/json",
		    strlen("application/json"));
	add_header(&headers, ":message-type", type, strlen(type));
	add_number(out, (uint32_t)(LEAST_BYTES + headers.len + payload));
	add_number(out, (uint32_t)headers.len);
	add_number(out, sy_crc32(0, out->data + from, 8));
	sy_buf_add(out, headers.data, headers.len);
	sy_buf_add(out, data, payload);
	add_number(out, sy_crc32(0, out->data + from, out->len - from));
	sy_buf_release(&headers);
}
