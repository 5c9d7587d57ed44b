#include "store/kept.h"

#include "../suites.h"
#include "base/arena.h"
#include "scratch.h"

#include <stdlib.h>
#include <string.h>

static struct sy_id id_of(int64_t ms)
{
	return sy_id_new(ms);
}

static void keep(const char *key, const struct sy_id *id, const char *text, size_t len,
    int64_t expires_ms)
{
	const struct sy_kept kept = { key, id, expires_ms, text, len };
	struct sy_turn *t = turn_begin(s.live);
	struct sy_error err;

	sy_turn_keep(t, &kept);
	ok(sy_turn_end(t, &err), &err);
}

/* The length of what is found; -1 when nothing is. */
static int64_t found(const char *key, const struct sy_id *id, int64_t boot_ms)
{
	struct sy_arena *a = sy_arena_new();
	const char *text = NULL;
	struct sy_error err;
	size_t len = 0;
	int rc = ok(sy_kept_find(s.live, key, id, boot_ms, a, &text, &len, &err), &err);

	if (rc > 0)
		CU_ASSERT_EQUAL(text[len], '\0');
	sy_arena_free(a);
	return rc > 0 ? (int64_t)len : -1;
}

static void test_found_by_its_key_alone(void)
{
	struct sy_id a = id_of(1000), b = id_of(2000);

	keep("key_a", &a, "{\"a\":1}", 7, 500);
	CU_ASSERT_EQUAL(found("key_a", &a, 499), 7);
	CU_ASSERT_EQUAL(found("key_a", &b, 499), -1);
	CU_ASSERT_EQUAL(found("key_b", &a, 499), -1);
	CU_ASSERT_EQUAL(found("key_a", &a, 500), -1); /* its time is up */
}

static void test_forgotten(void)
{
	struct sy_id a = id_of(1000), b = id_of(2000);
	struct sy_turn *t;
	struct sy_error err;

	keep("key_a", &a, "x", 1, 500);
	keep("key_a", &b, "xy", 2, 500);
	t = turn_begin(s.live);
	sy_turn_forget(t, "key_a", &a);
	sy_turn_forget(t, "key_b", &b); /* another's: nothing happens */
	ok(sy_turn_end(t, &err), &err);
	CU_ASSERT_EQUAL(found("key_a", &a, 0), -1);
	CU_ASSERT_EQUAL(found("key_a", &b, 0), 2);
}

static void test_expired_are_dropped(void)
{
	struct sy_id ids[10];
	struct sy_error err;

	for (int i = 0; i < 10; i++) {
		ids[i] = id_of(1000 + i);
		keep(i % 2 ? "key_a" : "key_b", &ids[i], "x", 1, 100 * (i + 1));
	}
	CU_ASSERT_EQUAL(ok(sy_kept_expire(s.live, 450, &err), &err), 4);
	CU_ASSERT_EQUAL(ok(sy_kept_expire(s.live, 450, &err), &err), 0);
	for (int i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(found(i % 2 ? "key_a" : "key_b", &ids[i], 0),
		    i < 4 ? -1 : 1);
}

static void test_too_long_is_not_kept(void)
{
	char *text = calloc(1, SY_KEPT_BYTES + 2);
	struct sy_id a = id_of(1000), b = id_of(2000);

	keep("key_a", &a, text, SY_KEPT_BYTES, 500);
	keep("key_a", &b, text, SY_KEPT_BYTES + 1, 500);
	CU_ASSERT_EQUAL(found("key_a", &a, 0), SY_KEPT_BYTES);
	CU_ASSERT_EQUAL(found("key_a", &b, 0), -1);
	free(text);
}

/* A key that keeps much loses its own oldest, and nobody else's. */
static void test_bytes_are_bounded(void)
{
	char *text = calloc(1, SY_KEPT_BYTES);
	struct sy_id other = id_of(1), ids[12];
	int64_t sum = 0;

	keep("key_b", &other, "x", 1, 500);
	for (int i = 0; i < 12; i++) {
		ids[i] = id_of(1000 + i);
		keep("key_a", &ids[i], text, SY_KEPT_BYTES, 500);
	}
	for (int i = 0; i < 12; i++) {
		int64_t len = found("key_a", &ids[i], 0);

		CU_ASSERT_EQUAL(len, i < 5 ? -1 : SY_KEPT_BYTES);
		sum += len > 0 ? len : 0;
	}
	CU_ASSERT(sum <= SY_KEPT_KEY_BYTES);
	CU_ASSERT_EQUAL(found("key_b", &other, 0), 1);
	free(text);
}

static void test_number_is_bounded(void)
{
	struct sy_id first = id_of(1), second = id_of(2), last;

	keep("key_a", &first, "x", 1, 500);
	keep("key_a", &second, "x", 1, 500);
	for (int i = 0; i < SY_KEPT_KEY_MOST - 1; i++) {
		last = id_of(1000 + i);
		keep("key_a", &last, "x", 1, 500);
	}
	CU_ASSERT_EQUAL(found("key_a", &first, 0), -1);
	CU_ASSERT_EQUAL(found("key_a", &second, 0), 1);
	CU_ASSERT_EQUAL(found("key_a", &last, 0), 1);
}

CU_TestInfo kept_tests[] = {
	{ "found by its own key alone, until its time is up",
	    test_found_by_its_key_alone },
	{ "forgotten", test_forgotten },
	{ "what has expired is dropped", test_expired_are_dropped },
	{ "what is too long is not kept", test_too_long_is_not_kept },
	{ "the bytes of a key are bounded", test_bytes_are_bounded },
	{ "the number of a key is bounded", test_number_is_bounded },
	CU_TEST_INFO_NULL,
};
