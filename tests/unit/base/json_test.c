#include "base/json.h"

#include "../suites.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/walk.h"

#include <string.h>

static const char body[] =
    "{\"s\":\"text\",\"i\":-5,\"d\":0.10,\"big\":18446744073709551615,\"b\":true,\"z\":null,"
    "\"nul\":\"a\\u0000\",\"o\":{},\"a\":[1],\"w\":\"two\",\"url\":\"a/b\"}";

static void test_readers(void)
{
	static const struct sy_word words[] = { { "one", 1 }, { "two", 2 }, { NULL, 0 } };
	struct sy_arena *a = sy_arena_new();
	struct json_object *o, *got = NULL;
	const char *text = NULL;
	struct sy_error err;
	int64_t n = 0;
	bool yes = false;
	int word = 0;

	CU_ASSERT_EQUAL_FATAL(sy_json_parse(a, body, strlen(body), &o, &err), 0);
	CU_ASSERT_EQUAL(sy_json_string(o, "s", "", &text, &err), 1);
	CU_ASSERT_STRING_EQUAL(text, "text");
	CU_ASSERT_EQUAL(sy_json_string(o, "z", "", &text, &err), 0);
	CU_ASSERT_EQUAL(sy_json_string(o, "absent", "", &text, &err), 0);
	CU_ASSERT_EQUAL(sy_json_string(o, "nul", "", &text, &err), -1);
	CU_ASSERT_EQUAL(sy_json_string(o, "i", "messages[2]", &text, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "messages[2].i");
	CU_ASSERT_STRING_EQUAL(err.code, "invalid_type");
	CU_ASSERT_EQUAL(sy_json_int(o, "i", "", -5, 5, &n, &err), 1);
	CU_ASSERT_EQUAL(n, -5);
	CU_ASSERT_EQUAL(sy_json_int(o, "i", "", 0, 5, &n, &err), -1);
	CU_ASSERT_EQUAL(sy_json_int(o, "d", "", 0, 5, &n, &err), -1);
	CU_ASSERT_EQUAL(sy_json_number(o, "d", "", &text, &err), 1);
	CU_ASSERT_STRING_EQUAL(text, "0.10");
	CU_ASSERT_EQUAL(sy_json_number(o, "big", "", &text, &err), 1);
	CU_ASSERT_STRING_EQUAL(text, "18446744073709551615");
	CU_ASSERT_EQUAL(sy_json_bool(o, "b", "", &yes, &err), 1);
	CU_ASSERT_TRUE(yes);
	CU_ASSERT_EQUAL(sy_json_word(o, "w", "", words, &word, &err), 1);
	CU_ASSERT_EQUAL(word, 2);
	CU_ASSERT_EQUAL(sy_json_word(o, "s", "", words, &word, &err), -1);
	CU_ASSERT_EQUAL(sy_json_object(o, "o", "", &got, &err), 1);
	CU_ASSERT_EQUAL(sy_json_object(o, "a", "", &got, &err), -1);
	CU_ASSERT_EQUAL(sy_json_array(o, "a", "", &got, &err), 1);
	CU_ASSERT_EQUAL(sy_json_need(0, "tools", "x", &err), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "x.tools");
	sy_arena_free(a);
}

static void test_parse_and_print(void)
{
	static const char *const bad[] = { "", "{", "nope", "{\"a\":}" };
	struct sy_arena *a = sy_arena_new();
	struct json_object *o;
	struct sy_error err;
	struct sy_buf out;

	sy_buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_EQUAL(sy_json_parse(a, bad[i], strlen(bad[i]), &o, &err), -1);
	CU_ASSERT_EQUAL(sy_json_parse(a, "42", 2, &o, &err), 0);
	CU_ASSERT_EQUAL(json_object_get_int(o), 42);
	CU_ASSERT_EQUAL(sy_json_parse(a, "null", 4, &o, &err), 0);
	CU_ASSERT_PTR_NULL(o);
	CU_ASSERT_EQUAL_FATAL(sy_json_parse(a, body, strlen(body), &o, &err), 0);
	sy_json_print(&out, o);
	CU_ASSERT_STRING_EQUAL(out.data, body);
	sy_buf_release(&out);
	sy_arena_free(a);
}

static struct sy_span span(const char *text)
{
	return (struct sy_span){ text, strlen(text) };
}

static void test_walk(void)
{
	struct sy_span whole =
	    span("{ \"a\" : [ 1 , {\"x\":\"]}\\\"\"} ,[ ] ] ,\"b\":\"\\\\\", \"c\":-3 }");
	struct sy_arena *arena = sy_arena_new();
	struct sy_span list = sy_walk_get(whole, "a"), v, k;
	int64_t n = 0;
	size_t pos = 0, len;

	CU_ASSERT_TRUE(sy_walk_element(list, &pos, &v));
	CU_ASSERT_TRUE(sy_span_int(v, &n) && n == 1);
	CU_ASSERT_TRUE(sy_walk_element(list, &pos, &v));
	CU_ASSERT_TRUE(sy_span_is_object(v));
	CU_ASSERT_STRING_EQUAL(sy_unquote(arena, sy_walk_get(v, "x"), &len), "]}\"");
	CU_ASSERT_TRUE(sy_walk_element(list, &pos, &v));
	CU_ASSERT_TRUE(sy_span_is_array(v));
	CU_ASSERT_FALSE(sy_walk_element(list, &pos, &v));
	CU_ASSERT_STRING_EQUAL(sy_unquote(arena, sy_walk_get(whole, "b"), NULL), "\\");
	CU_ASSERT_TRUE(sy_span_int(sy_walk_get(whole, "c"), &n) && n == -3);
	CU_ASSERT_PTR_NULL(sy_walk_get(whole, "d").at);
	pos = 0;
	CU_ASSERT_FALSE(sy_walk_member(span("{ }"), &pos, &k, &v));
	CU_ASSERT_FALSE(sy_span_int(span("99999999999999999999"), &n));
	CU_ASSERT_FALSE(sy_span_int(span("1.5"), &n));
	sy_arena_free(arena);
}

CU_TestInfo json_tests[] = {
	{ "typed readers name the field", test_readers },
	{ "parse and print", test_parse_and_print },
	{ "walking without a tree", test_walk },
	CU_TEST_INFO_NULL,
};
