#include "base/buf.h"

#include "../suites.h"

#include <string.h>

static void test_limit_is_remembered(void)
{
	struct sy_buf b;

	sy_buf_init(&b, 8);
	sy_buf_puts(&b, "12345678");
	CU_ASSERT_FALSE(b.full);
	sy_buf_putc(&b, '9');
	CU_ASSERT_TRUE(b.full);
	CU_ASSERT_STRING_EQUAL(b.data, "12345678");
	sy_buf_reset(&b);
	sy_buf_puts(&b, "ok");
	CU_ASSERT_STRING_EQUAL(b.data, "ok");
	sy_buf_release(&b);
}

static void test_numbers(void)
{
	struct sy_buf b;

	sy_buf_init(&b, 1000);
	sy_buf_int(&b, INT64_MIN);
	sy_buf_putc(&b, ' ');
	sy_buf_int(&b, 0);
	sy_buf_printf(&b, " %d%s", 42, "!");
	CU_ASSERT_STRING_EQUAL(b.data, "-9223372036854775808 0 42!");
	sy_buf_eat(&b, 21);
	CU_ASSERT_STRING_EQUAL(b.data, "0 42!");
	sy_buf_release(&b);
}

static void test_json_strings(void)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{ NULL, 0, "\"\"" },
		{ "plain", 5, "\"plain\"" },
		{ "a\"b\\c", 5, "\"a\\\"b\\\\c\"" },
		{ "\n\t\x01\x0b", 4, "\"\\n\\t\\u0001\\u000b\"" },
		{ "\0", 1, "\"\\u0000\"" },
		{ "gr\xc3\xbc\xc3\x9f", 6, "\"gr\xc3\xbc\xc3\x9f\"" },
		{ "\xff|\xc3", 3, "\"\xef\xbf\xbd|\xef\xbf\xbd\"" },
	};
	struct sy_buf b;

	sy_buf_init(&b, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sy_buf_reset(&b);
		sy_buf_json(&b, cases[i].in, cases[i].len);
		CU_ASSERT_STRING_EQUAL(b.data, cases[i].out);
	}
	sy_buf_release(&b);
}

static void test_json_members(void)
{
	struct sy_buf b;

	sy_buf_init(&b, 1000);
	sy_buf_member(&b, "a", "{");
	sy_buf_member_int(&b, "b", -1);
	sy_buf_key(&b, "c");
	sy_buf_putc(&b, '{');
	sy_buf_member(&b, "d", NULL);
	sy_buf_lit(&b, "}");
	CU_ASSERT_STRING_EQUAL(b.data, "\"a\":\"{\",\"b\":-1,\"c\":{\"d\":null}");
	sy_buf_release(&b);
}

static void test_cut(void)
{
	struct sy_buf b;

	sy_buf_init(&b, 1000);
	sy_buf_cut(&b, 0);
	sy_buf_cut(&b, 3);
	CU_ASSERT_PTR_NULL(b.data);
	sy_buf_puts(&b, "abc");
	sy_buf_cut(&b, 4);
	CU_ASSERT_STRING_EQUAL(b.data, "abc");
	sy_buf_cut(&b, 1);
	CU_ASSERT_STRING_EQUAL(b.data, "a");
	sy_buf_puts(&b, "d");
	CU_ASSERT_STRING_EQUAL(b.data, "ad");
	sy_buf_release(&b);
}

CU_TestInfo buf_tests[] = {
	{ "the limit is kept and remembered", test_limit_is_remembered },
	{ "numbers", test_numbers },
	{ "cut", test_cut },
	{ "JSON strings", test_json_strings },
	{ "members of a JSON object", test_json_members },
	CU_TEST_INFO_NULL,
};
