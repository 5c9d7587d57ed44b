/*
 * Amazon's event streams: however they are cut, the same records come out.  The first byte
 * says where.  The checksums are set right first, or nothing would get past them.
 */
#include "base/eventstream.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static uint32_t number_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_number(unsigned char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(n >> (24 - 8 * i));
}

/* Every frame whose lengths make sense gets the checksums that it should have. */
static void set_right(unsigned char *data, size_t len)
{
	size_t total;

	for (size_t at = 0; len - at >= 12; at += total) {
		put_number(data + at + 8, sy_crc32(0, data + at, 8));
		total = number_at(data + at);
		if (total < 16 || total > len - at)
			return;
		put_number(data + at + total - 4, sy_crc32(0, data + at, total - 4));
	}
}

static int note(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct sy_buf *seen = arg;

	(void)err;
	if (rec->data[rec->len] != '\0')
		abort();
	sy_buf_printf(seen, "%s|%d|", rec->event, rec->failure);
	sy_buf_add(seen, rec->data, rec->len);
	sy_buf_putc(seen, '\n');
	return 0;
}

/* Each piece in memory of its own size. */
static int feed(struct sy_eventstream *s, const unsigned char *data, size_t len,
    struct sy_buf *seen, struct sy_error *err)
{
	char *copy = malloc(len);
	int rc;

	memcpy(copy, data, len);
	rc = sy_eventstream_feed(s, copy, len, note, seen, err);
	free(copy);
	return rc;
}

static void cut(const unsigned char *data, size_t len, size_t step, struct sy_buf *seen)
{
	struct sy_eventstream s;
	struct sy_error err = { .message = "whole" };
	int rc = 0;

	sy_buf_init(seen, 64 << 20);
	sy_eventstream_init(&s);
	for (size_t at = 0; at < len && rc == 0; at += step)
		rc = feed(&s, data + at, len - at < step ? len - at : step, seen, &err);
	if (rc == 0)
		sy_eventstream_end(&s, &err);
	sy_buf_puts(seen, err.message);
	sy_eventstream_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_buf whole, cut_up;
	unsigned char *frames;

	if (size < 2)
		return 0;
	frames = malloc(size - 1);
	memcpy(frames, data + 1, size - 1);
	if (data[0] < 0xf0)
		set_right(frames, size - 1);
	cut(frames, size - 1, size, &whole);
	cut(frames, size - 1, data[0] % 64 + 1, &cut_up);
	if (whole.len != cut_up.len || memcmp(whole.data, cut_up.data, whole.len) != 0)
		abort();
	sy_buf_release(&whole);
	sy_buf_release(&cut_up);
	free(frames);
	return 0;
}
