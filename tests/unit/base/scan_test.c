#include "base/scan.h"

#include "../suites.h"
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

static int scan(const char *text, size_t len, struct sy_arena *a, struct sy_scan *out,
    struct sy_error *err)
{
	/* Exactly as long as the text, so that reading over its end is noticed. */
	char *copy = malloc(len ? len : 1);
	int rc;

	memcpy(copy, text, len);
	rc = sy_scan(copy, len, NULL, a, out, err);
	CU_ASSERT_EQUAL(sy_scan_check(copy, len, NULL, err) < 0, rc < 0);
	free(copy);
	return rc;
}

static const char *const accepted[] = {
	"{}", "[]", " {\t}\r\n", "null", "true", "false", "0", "-0", "1e400", "1E-2", "-0.5e+7",
	"123456789012345678901234567890", "\"\"", "\"\\u0000\"", "\"\\ud800\"",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "\"\x7f\"", "\"\xc2\x80\"", "\"\xf4\x8f\xbf\xbf\"",
	"\"\xef\xbf\xbf\"", "[1,[2,[3]],{\"a\":{}}]", "{\"a\":{\"b\":1,\"b\":2}}",
	"{\"\":1}", "[\"0123456789012345678901234567890123456789\"]",
};

static const char *const refused[] = {
	"", " ", "{", "}", "[", "]", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
	"{'a':1}", "{\"a\" 1}", "{1:1}", "nul", "nulls", "True", "NaN", "Infinity", "-", "+1", "01",
	"1.", ".5", "1e", "1e+", "0x1", "--1", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
	"\"\n\"", "\"\x1f\"", "\"\x80\"", "\"\xc0\x80\"", "\"\xc3\"", "\"\xed\xa0\x80\"",
	"\"\xf4\x90\x80\x80\"", "\"\xff\"", "{}{}", "1 2", "{} x", "// c\n{}", "{/**/}",
	"\xef\xbb\xbf{}", "{\"a\":1,\"a\":2}", "{\"model\":1,\"mod\\u0065l\":2}",
	"{\"model\\u0000x\":1}", "[{\"x\\u0000\":1}]", "[1 2]", "{\"a\":1 \"b\":2}", "\"\\", "[\"\xe2\x82\"]",
};

static void test_what_is_json(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_scan s;

	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
		CU_ASSERT_EQUAL(scan(accepted[i], strlen(accepted[i]), a, &s, &err), 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct sy_scan t;

		CU_ASSERT_EQUAL(sy_scan(refused[i], strlen(refused[i]), NULL, a, &t, &err), -1);
		CU_ASSERT_EQUAL(err.kind, SY_BAD_REQUEST);
	}
	CU_ASSERT_EQUAL(sy_scan("\"\0\"", 3, NULL, a, &s, &err), -1);
	CU_ASSERT_EQUAL(sy_scan("\"a\\\0b\"", 6, NULL, a, &s, &err), -1);
	CU_ASSERT_EQUAL(sy_scan("[\0]", 3, NULL, a, &s, &err), -1);
	sy_arena_free(a);
}

/* A special byte is found wherever it stands in a run that is read many bytes at a time. */
static void test_every_place_in_a_long_string(void)
{
	static const char specials[] = { '\n', '\x1f', '\x80', '\xff' };
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_scan s;
	char text[102];

	for (size_t i = 1; i < 100; i++)
		for (size_t k = 0; k < sizeof(specials); k++) {
			memset(text, 'x', sizeof(text));
			text[0] = text[101] = '"';
			CU_ASSERT_EQUAL(sy_scan(text, sizeof(text), NULL, a, &s, &err), 0);
			text[i] = specials[k];
			CU_ASSERT_EQUAL(sy_scan(text, sizeof(text), NULL, a, &s, &err), -1);
		}
	sy_arena_free(a);
}

static void test_limits(void)
{
	struct sy_scan_limits limits = { .nodes = 5, .depth = 3, .messages = 3 };
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_scan s;
	char deep[2 * (SY_SCAN_DEPTH + 1)];

#define TRY(text) sy_scan(text, strlen(text), &limits, a, &s, &err)
	CU_ASSERT_EQUAL(TRY("[1,2,3,4]"), 0);
	CU_ASSERT_EQUAL(TRY("[1,2,3,4,5]"), -1);
	CU_ASSERT_EQUAL(err.kind, SY_TOO_LARGE);
	CU_ASSERT_EQUAL(TRY("[[[]]]"), 0);
	CU_ASSERT_EQUAL(TRY("[[[[]]]]"), -1);
	CU_ASSERT_EQUAL(err.kind, SY_TOO_LARGE);
	limits.nodes = 100;
	CU_ASSERT_EQUAL(TRY("{\"m\":[1,2,3]}"), 0);
	CU_ASSERT_EQUAL(TRY("{\"m\":[1,2,3,4]}"), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "m");
#undef TRY
	memset(deep, '[', sizeof(deep) / 2);
	memset(deep + sizeof(deep) / 2, ']', sizeof(deep) / 2);
	CU_ASSERT_EQUAL(sy_scan(deep, sizeof(deep), NULL, a, &s, &err), -1);
	CU_ASSERT_EQUAL(sy_scan(deep + 1, sizeof(deep) - 2, NULL, a, &s, &err), 0);
	sy_arena_free(a);
}

static const char body[] =
    "{ \"model\" : \"a\\u0062\\ud83d\\ude00\\udc00\",\n\"n\":-7, \"stream\":true,\"user\":null,"
    "\"big\":99999999999999999999,\"half\":1.5,\"nul\":\"a\\u0000b\","
    "\"messages\":[{\"content\":[{\"type\":\"image\",\"url\":\"data:x\"},{\"data\":\"QUJD\"},"
    "\"text\"]},{}]}";

static void test_members(void)
{
	static const char *const watch[] = { "audio", "image", NULL };
	static const char *const keys[] = { "messages", "text", "url", NULL };
	struct sy_scan_limits limits = { 100, 10, 10, watch, keys };
	struct sy_arena *a = sy_arena_new();
	const struct sy_member *m;
	struct sy_error err;
	struct sy_scan s;

	CU_ASSERT_EQUAL_FATAL(sy_scan(body, strlen(body), &limits, a, &s, &err), 0);
	CU_ASSERT_EQUAL(s.type, SY_J_OBJECT);
	CU_ASSERT_EQUAL(s.member_count, 8);
	CU_ASSERT_EQUAL(s.media_count, 2);
	m = sy_scan_find(&s, "messages");
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_EQUAL(m->elements, 2);
	CU_ASSERT_EQUAL(m->type, SY_J_ARRAY);
	CU_ASSERT_EQUAL(m->seen, 2);
	CU_ASSERT_EQUAL(m->seen_keys, 4);
	CU_ASSERT_EQUAL(body[m->key_at], '"');
	CU_ASSERT_EQUAL(body[m->at], '[');
	CU_ASSERT_EQUAL(body[m->at + m->len - 1], ']');
	CU_ASSERT_PTR_NULL(sy_scan_find(&s, "content"));
	sy_arena_free(a);
}

static void test_typed(void)
{
	struct sy_arena *a = sy_arena_new();
	const char *text = NULL;
	struct sy_error err;
	struct sy_scan s;
	bool yes = false;
	int64_t n = 0;

	CU_ASSERT_EQUAL_FATAL(sy_scan(body, strlen(body), NULL, a, &s, &err), 0);
	CU_ASSERT_EQUAL(sy_scan_string(&s, "model", a, &text, &err), 1);
	CU_ASSERT_STRING_EQUAL(text, "ab\xf0\x9f\x98\x80\xef\xbf\xbd");
	CU_ASSERT_EQUAL(sy_scan_string(&s, "user", a, &text, &err), 0);
	CU_ASSERT_EQUAL(sy_scan_string(&s, "nul", a, &text, &err), -1);
	CU_ASSERT_EQUAL(sy_scan_string(&s, "n", a, &text, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "n");
	CU_ASSERT_STRING_EQUAL(err.code, "invalid_type");
	CU_ASSERT_EQUAL(sy_scan_bool(&s, "stream", &yes, &err), 1);
	CU_ASSERT_TRUE(yes);
	CU_ASSERT_EQUAL(sy_scan_int(&s, "n", -7, 7, &n, &err), 1);
	CU_ASSERT_EQUAL(n, -7);
	CU_ASSERT_EQUAL(sy_scan_int(&s, "n", 0, 7, &n, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.code, "integer_below_min_value");
	CU_ASSERT_EQUAL(sy_scan_int(&s, "big", 0, INT64_MAX - 1, &n, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.code, "integer_above_max_value");
	CU_ASSERT_EQUAL(sy_scan_int(&s, "half", 0, 7, &n, &err), -1);
	CU_ASSERT_EQUAL(sy_scan_int(&s, "absent", 0, 7, &n, &err), 0);
	sy_arena_free(a);
}

CU_TestInfo scan_tests[] = {
	{ "what is JSON and what is not", test_what_is_json },
	{ "a special byte at every place", test_every_place_in_a_long_string },
	{ "limits", test_limits },
	{ "members", test_members },
	{ "members by type", test_typed },
	CU_TEST_INFO_NULL,
};
