#include "meta.h"

#include "base/arena.h"

#include "../suites.h"

#include <stdio.h>
#include <string.h>

static void test_names_are_sorted(void)
{
	for (int i = 1; i < SY_META_NAMES; i++)
		CU_ASSERT_TRUE(strcmp(sy_meta_names[i - 1], sy_meta_names[i]) < 0);
}

static int add(struct sy_meta *m, struct sy_arena *a, const char *name, const char *value,
    struct sy_error *err)
{
	return sy_meta_add(m, a, name, strlen(name), value, strlen(value), err);
}

/* Each known name in both orders with itself; one that nobody reads may come often. */
static void test_twice(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_meta m;

	for (int i = 0; i < SY_META_NAMES; i++) {
		sy_meta_init(&m);
		CU_ASSERT_EQUAL(add(&m, a, sy_meta_names[i], "1", &err), 0);
		CU_ASSERT_EQUAL(add(&m, a, sy_meta_names[i], "2", &err), -1);
		CU_ASSERT_EQUAL(err.status, 400);
		CU_ASSERT_STRING_EQUAL(m.value[i], "1");
	}
	sy_meta_init(&m);
	CU_ASSERT_EQUAL(add(&m, a, "HTTP_ACCEPT", "1", &err), 0);
	CU_ASSERT_EQUAL(add(&m, a, "HTTP_ACCEPT", "2", &err), 0);
	for (int i = 2; i < 200; i++)
		CU_ASSERT_EQUAL(add(&m, a, "HTTP_ACCEPT", "2", &err), 0);
	CU_ASSERT_EQUAL(add(&m, a, "HTTP_ACCEPT", "2", &err), -1);
	sy_arena_free(a);
}

static void test_nul(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_meta m;

	sy_meta_init(&m);
	CU_ASSERT_EQUAL(sy_meta_add(&m, a, "REQUEST_URI", 11, "/v1\0/x", 6, &err), -1);
	sy_arena_free(a);
}

static void test_credentials(void)
{
	/* clang-format off */
	static const struct {
		const char *name, *value, *credential;
	} cases[] = {
		{ "HTTP_AUTHORIZATION", "Bearer sk-test-1", "sk-test-1" },
		{ "HTTP_AUTHORIZATION", "bearer \t sk-test-1", "sk-test-1" },
		{ "HTTP_AUTHORIZATION", "Bearer", NULL },
		{ "HTTP_AUTHORIZATION", "Bearer ", NULL },
		{ "HTTP_AUTHORIZATION", "Bearersk-test-1", NULL },
		{ "HTTP_AUTHORIZATION", "Basic c2stdGVzdA==", NULL },
		{ "HTTP_AUTHORIZATION", "", NULL },
		{ "REDIRECT_HTTP_AUTHORIZATION", "Bearer sk-test-2", "sk-test-2" },
		{ "HTTP_X_API_KEY", "sk-test-3", "sk-test-3" },
		{ "HTTP_X_API_KEY", "", NULL },
		{ "HTTP_X_GOOG_API_KEY", "sk-test-4", "sk-test-4" },
		{ "HTTP_API_KEY", "sk-test-5", "sk-test-5" },
		{ "HTTP_COOKIE", "key=sk-test-6", NULL },
	};
	/* clang-format on */
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_meta m;
		const char *got;

		sy_meta_init(&m);
		add(&m, a, cases[i].name, cases[i].value, &err);
		got = sy_meta_credential(&m);
		CU_ASSERT_STRING_EQUAL(got != NULL ? got : "none",
		    cases[i].credential != NULL ? cases[i].credential : "none");
	}
	sy_arena_free(a);
}

static void test_query(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_meta m;

	sy_meta_init(&m);
	CU_ASSERT_PTR_NULL(sy_meta_query(&m, "alt", a));
	m.value[SY_META_QUERY_STRING] = "alternative=1&key=sk%2Dtest%2F1&alt=sse&bad=%0a&n=";
	CU_ASSERT_STRING_EQUAL(sy_meta_query(&m, "key", a), "sk-test/1");
	CU_ASSERT_STRING_EQUAL(sy_meta_query(&m, "alt", a), "sse");
	CU_ASSERT_STRING_EQUAL(sy_meta_query(&m, "n", a), "");
	CU_ASSERT_PTR_NULL(sy_meta_query(&m, "bad", a));
	CU_ASSERT_PTR_NULL(sy_meta_query(&m, "sse", a));
	sy_arena_free(a);
}

static void test_key_in_query(void)
{
	static const char *const bad[] = { "key=1", "a=b&api_key=1", "API-KEY=1",
		"x&apikey=", "access_token=t" };
	static const char *const good[] = { "", "api-version=2024-10-21",
		"beta=true&monkey=1", "&&", "keys=1" };
	struct sy_error err;
	struct sy_meta m;

	sy_meta_init(&m);
	CU_ASSERT_EQUAL(sy_meta_no_key_in_query(&m, &err), 0);
	for (size_t i = 0; i < 5; i++) {
		m.value[SY_META_QUERY_STRING] = bad[i];
		CU_ASSERT_EQUAL(sy_meta_no_key_in_query(&m, &err), -1);
		CU_ASSERT_EQUAL(err.status, 401);
		m.value[SY_META_QUERY_STRING] = good[i];
		CU_ASSERT_EQUAL(sy_meta_no_key_in_query(&m, &err), 0);
	}
}

static void test_lengths(void)
{
	/* clang-format off */
	static const struct {
		const char *text;
		int64_t length; /* -2: refused */
	} cases[] = {
		{ NULL, -1 }, { "", -1 }, { "0", 0 }, { "00017", 17 },
		{ "123456789012345", INT64_C(123456789012345) }, { "1234567890123456", -2 },
		{ "-1", -2 }, { "+1", -2 }, { "0x10", -2 }, { "1 2", -2 }, { "1,1", -2 },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_error err;
		struct sy_meta m;
		int rc;

		sy_meta_init(&m);
		m.value[SY_META_REQUEST_METHOD] = "POST";
		m.value[SY_META_REQUEST_URI] = "/";
		m.value[SY_META_CONTENT_LENGTH] = cases[i].text;
		rc = sy_meta_check(&m, &err);
		CU_ASSERT_EQUAL(rc < 0 ? -2 : m.content_length, cases[i].length);
	}
}

static void test_timeouts(void)
{
	/* clang-format off */
	static const struct {
		const char *ms, *seconds;
		int64_t wanted_ms;
	} cases[] = {
		{ NULL, NULL, 0 }, { "1500", NULL, 1500 }, { NULL, "600", 600000 },
		{ NULL, "2.5", 2000 }, { "1", "2", 1 }, { "soon", "2", 2000 }, { "-1", NULL, 0 },
		{ "999999999999999", NULL, 0 }, { NULL, "999999999999999", 0 },
		{ "99999999999999999999", NULL, 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_meta m;

		sy_meta_init(&m);
		m.value[SY_META_REQUEST_TIMEOUT_MS] = cases[i].ms;
		m.value[SY_META_STAINLESS_TIMEOUT] = cases[i].seconds;
		CU_ASSERT_EQUAL(sy_meta_timeout_ms(&m), cases[i].wanted_ms);
	}
}

/* Agents carry a subscription's token in one header and our key in the other. */
static void test_our_key_first(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_meta m;

	sy_meta_init(&m);
	add(&m, a, "HTTP_AUTHORIZATION", "Bearer sk-test-1", &err);
	add(&m, a, "HTTP_X_API_KEY", "sy_demo", &err);
	CU_ASSERT_STRING_EQUAL(sy_meta_credential(&m), "sy_demo");
	sy_meta_init(&m);
	add(&m, a, "HTTP_AUTHORIZATION", "Bearer sk-test-1", &err);
	add(&m, a, "HTTP_X_API_KEY", "sk-test-2", &err);
	CU_ASSERT_STRING_EQUAL(sy_meta_credential(&m), "sk-test-1");
	sy_arena_free(a);
}

CU_TestInfo meta_tests[] = {
	{ "the names are sorted", test_names_are_sorted },
	{ "a name twice", test_twice },
	{ "a NUL inside", test_nul },
	{ "credentials", test_credentials },
	{ "of two credentials ours comes first", test_our_key_first },
	{ "a field of the query string", test_query },
	{ "a key in the query string", test_key_in_query },
	{ "lengths", test_lengths },
	{ "how long the client will wait", test_timeouts },
	CU_TEST_INFO_NULL,
};
