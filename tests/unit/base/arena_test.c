#include "base/arena.h"

#include "../suites.h"

#include <stdint.h>
#include <string.h>

static void test_zeroed_and_aligned(void)
{
	struct sy_arena *a = sy_arena_new();

	for (size_t size = 1; size < 10000; size += 97) {
		char *p = sy_alloc(a, size);

		CU_ASSERT_EQUAL((uintptr_t)p % 16, 0);
		CU_ASSERT(p[0] == 0 && p[size - 1] == 0);
		memset(p, 0xff, size);
	}
	sy_arena_free(a);
	sy_arena_free(NULL);
}

static void note(void *arg)
{
	char **at = arg;

	*(*at)++ = 'x';
}

static void mark(void *arg)
{
	char **at = arg;

	*(*at)++ = 'y';
}

static void test_deferred_newest_first(void)
{
	struct sy_arena *a = sy_arena_new();
	char seen[3] = "";
	char *at = seen;

	sy_defer(a, note, &at);
	sy_defer(a, mark, &at);
	sy_arena_free(a);
	CU_ASSERT_STRING_EQUAL(seen, "yx");
}

static void test_strings(void)
{
	struct sy_arena *a = sy_arena_new();

	CU_ASSERT_STRING_EQUAL(sy_strf(a, "%s-%d", "a", 7), "a-7");
	CU_ASSERT_STRING_EQUAL(sy_strndup(a, "abcdef", 3), "abc");
	CU_ASSERT_PTR_NULL(sy_strdup(a, NULL));
	sy_arena_free(a);
}

CU_TestInfo arena_tests[] = {
	{ "memory is zeroed and aligned", test_zeroed_and_aligned },
	{ "deferred calls run newest first", test_deferred_newest_first },
	{ "strings", test_strings },
	CU_TEST_INFO_NULL,
};
