/*
 * vector.c - see vector.h.
 */
#include "dialect/vector.h"

#include "base/arena.h"
#include "base/buf.h"

#include <math.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE64 sodium_base64_VARIANT_ORIGINAL

/* Digits enough for any binary32, and the comma. */
#define NUMBER_BYTES 24

/* Triples, so that each batch but the last is base64 without padding. */
#define BATCH 192

static void put_bits(unsigned char *dst, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	for (int i = 0; i < 4; i++)
		dst[i] = (unsigned char)(bits >> 8 * i);
}

static float get_bits(const unsigned char *src)
{
	uint32_t bits = 0;
	float value;

	for (int i = 0; i < 4; i++)
		bits |= (uint32_t)src[i] << 8 * i;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* The text behind a number is a comma, a bracket or white space, so strtof() stops in time. */
static bool read_number(struct sy_span v, float *out)
{
	if (*v.at != '-' && (*v.at < '0' || *v.at > '9'))
		return false;
	*out = strtof(v.at, NULL);
	return isfinite(*out);
}

static void put_batch(const unsigned char *bytes, size_t count, struct sy_buf *out)
{
	char text[BATCH * 4 / 3 * 4 + 1];

	sodium_bin2base64(text, sizeof(text), bytes, count * 4, BASE64);
	sy_buf_puts(out, text);
}

static bool put_packed(struct sy_span array, struct sy_buf *out)
{
	unsigned char bytes[BATCH * 4];
	size_t pos = 0, n = 0;
	struct sy_span v;
	float value;

	while (sy_walk_element(array, &pos, &v)) {
		if (!read_number(v, &value))
			return false;
		if (n == BATCH) {
			put_batch(bytes, n, out);
			n = 0;
		}
		put_bits(bytes + 4 * n++, value);
	}
	put_batch(bytes, n, out);
	return n > 0;
}

bool sy_vector_pack(struct sy_span array, struct sy_buf *out)
{
	size_t before = out->len;

	sy_buf_putc(out, '"');
	if (!put_packed(array, out)) {
		sy_buf_cut(out, before);
		return false;
	}
	sy_buf_putc(out, '"');
	return true;
}

/* The fewest digits that are still this number; nine always are. */
static void put_number(float value, struct sy_buf *out)
{
	char text[NUMBER_BYTES];

	for (int digits = 6; digits <= 9; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, (double)value);
		if (strtof(text, NULL) == value)
			break;
	}
	sy_buf_puts(out, text);
}

static bool put_numbers(const unsigned char *bytes, size_t len, struct sy_buf *out)
{
	size_t before = out->len;

	sy_buf_putc(out, '[');
	for (size_t i = 0; i < len; i += 4) {
		float value = get_bits(bytes + i);

		if (!isfinite(value)) {
			sy_buf_cut(out, before);
			return false;
		}
		if (i > 0)
			sy_buf_putc(out, ',');
		put_number(value, out);
	}
	sy_buf_putc(out, ']');
	return true;
}

bool sy_vector_unpack(struct sy_span string, struct sy_buf *out)
{
	char *text = sy_xcalloc(1, string.len + 1);
	unsigned char *bytes = sy_xcalloc(1, string.len + 1);
	size_t text_len = sy_unquote_to(text, string), len;
	const char *end;
	bool good = sy_span_is_string(string) &&
	            sodium_base642bin(bytes, string.len + 1, text, text_len, NULL, &len, &end,
	                BASE64) == 0 &&
	            end == text + text_len && len > 0 && len % 4 == 0 &&
	            put_numbers(bytes, len, out);

	free(bytes);
	free(text);
	return good;
}
