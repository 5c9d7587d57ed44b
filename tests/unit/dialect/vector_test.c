#include "dialect/vector.h"

#include "base/buf.h"

#include "../suites.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sy_span span(const struct sy_buf *b)
{
	return (struct sy_span){ b->data, b->len };
}

static const struct {
	const char *numbers, *base64;
} pairs[] = {
	{ "[0]", "\"AAAAAA==\"" },
	{ "[-0]", "\"AAAAgA==\"" },
	{ "[1]", "\"AACAPw==\"" },
	{ "[1,-2]", "\"AACAPwAAAMA=\"" },
	{ "[1,-2,0.1]", "\"AACAPwAAAMDNzMw9\"" },
};

static void test_pairs(void)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct sy_span numbers = { pairs[i].numbers, strlen(pairs[i].numbers) };
		struct sy_span base64 = { pairs[i].base64, strlen(pairs[i].base64) };
		struct sy_buf out;

		sy_buf_init(&out, 1000);
		CU_ASSERT(sy_vector_pack(numbers, &out));
		CU_ASSERT_STRING_EQUAL(out.data, pairs[i].base64);
		sy_buf_reset(&out);
		CU_ASSERT(sy_vector_unpack(base64, &out));
		CU_ASSERT_STRING_EQUAL(out.data, pairs[i].numbers);
		sy_buf_release(&out);
	}
}

static float value_of(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Packed, unpacked and packed again: the same bits, whatever they are. */
static void check_round(const struct sy_buf *numbers)
{
	struct sy_buf once, digits, again;

	sy_buf_init(&once, 1 << 20);
	sy_buf_init(&digits, 1 << 20);
	sy_buf_init(&again, 1 << 20);
	CU_ASSERT(sy_vector_pack(span(numbers), &once));
	CU_ASSERT(sy_vector_unpack(span(&once), &digits));
	CU_ASSERT(sy_vector_pack(span(&digits), &again));
	CU_ASSERT_STRING_EQUAL(once.data, again.data);
	sy_buf_release(&once);
	sy_buf_release(&digits);
	sy_buf_release(&again);
}

/* Every length around the borders of base64 and of the batches; bits from a fixed sequence,
 * denormal ones among them. */
static void test_bits(void)
{
	uint32_t state = 1;

	for (size_t count = 1; count < 400; count++) {
		struct sy_buf numbers;

		sy_buf_init(&numbers, 1 << 20);
		for (size_t i = 0; i < count; i++) {
			float value;

			do {
				state = state * 1664525 + 1013904223;
				value = value_of(i % 7 == 0 ? state & 0x807fffff : state);
			} while (!isfinite(value));
			sy_buf_printf(&numbers, "%c%.9g", i == 0 ? '[' : ',', (double)value);
		}
		sy_buf_putc(&numbers, ']');
		check_round(&numbers);
		sy_buf_release(&numbers);
	}
}

/* Rounded once, to the nearest: through a double in between these would be off by one. */
static void test_rounded_once(void)
{
	static const char text[] = "[1.00000005960464477539062500000001,16777217.0000001]";
	struct sy_buf out;

	sy_buf_init(&out, 1000);
	CU_ASSERT(sy_vector_pack((struct sy_span){ text, sizeof(text) - 1 }, &out));
	CU_ASSERT_STRING_EQUAL(out.data, "\"AQCAPwEAgEs=\"");
	sy_buf_release(&out);
}

static const char *const no_numbers[] = { "[]", "[ ]", "{}", "1", "\"AAAA\"", "[null]", "[1,null]",
	"[1,\"2\"]", "[[1]]", "[true]", "[1e39]", "[-1e39]" };
static const char *const no_base64[] = { "\"\"", "\"A\"", "\"AAAA\"", "\"AAAAAAA=\"",
	"\"!!!!\"", "\"AACAPw\"", "\"AACAPw==\\n\"", "[1]", "1", "\"AACAfw==\"",
	"\"AADAfw==\"" };

static void test_refused(void)
{
	struct sy_buf out;

	sy_buf_init(&out, 1000);
	sy_buf_puts(&out, "before");
	for (size_t i = 0; i < sizeof(no_numbers) / sizeof(no_numbers[0]); i++) {
		struct sy_span v = { no_numbers[i], strlen(no_numbers[i]) };

		CU_ASSERT_FALSE(sy_vector_pack(v, &out));
		CU_ASSERT_STRING_EQUAL(out.data, "before");
	}
	for (size_t i = 0; i < sizeof(no_base64) / sizeof(no_base64[0]); i++) {
		struct sy_span v = { no_base64[i], strlen(no_base64[i]) };

		CU_ASSERT_FALSE(sy_vector_unpack(v, &out));
		CU_ASSERT_STRING_EQUAL(out.data, "before");
	}
	sy_buf_release(&out);
}

CU_TestInfo vector_tests[] = {
	{ "pairs", test_pairs },
	{ "bits", test_bits },
	{ "rounded once", test_rounded_once },
	{ "refused", test_refused },
	CU_TEST_INFO_NULL,
};
