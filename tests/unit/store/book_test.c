#include "scratch.h"

#include "base/arena.h"

#include <stdio.h>
#include <string.h>

static struct sy_generation save(const char *blob, const char *note)
{
	struct sy_generation meta = { .applied_ms = 12345, .who = "ann" };
	char text[64];
	struct sy_error err;

	snprintf(meta.note, sizeof(meta.note), "%s", note);
	snprintf(text, sizeof(text), "text of %s\n", blob);
	ok(sy_generation_save(s.book, &meta, blob, strlen(blob), text, &err), &err);
	return meta;
}

static uint32_t active(void)
{
	struct sy_error err;
	uint32_t number = 99;

	ok(sy_generation_active(s.book, &number, &err), &err);
	return number;
}

static void test_save_and_load(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_generation meta;
	const void *blob;
	const char *text;
	size_t len;
	struct sy_error err;

	CU_ASSERT_EQUAL(active(), 0);
	CU_ASSERT_EQUAL(sy_generation_load(s.book, 1, a, &meta, &blob, &len, &text, &err),
	    0);
	CU_ASSERT_EQUAL(save("one", "first").number, 1);
	CU_ASSERT_EQUAL(save("two", "second").number, 2);
	CU_ASSERT_EQUAL(active(), 2);
	CU_ASSERT_EQUAL(sy_generation_load(s.book, 1, a, &meta, &blob, &len, &text, &err),
	    1);
	CU_ASSERT_EQUAL(len, 3);
	CU_ASSERT_EQUAL(memcmp(blob, "one", 3), 0);
	CU_ASSERT_STRING_EQUAL(text, "text of one\n");
	CU_ASSERT_STRING_EQUAL(meta.who, "ann");
	CU_ASSERT_STRING_EQUAL(meta.note, "first");
	CU_ASSERT_EQUAL(strlen(meta.hash), 64);
	CU_ASSERT_EQUAL(meta.parent, 0);
	sy_arena_free(a);
}

static void test_activate(void)
{
	struct sy_generation list[SY_GENERATIONS_KEPT];
	struct sy_error err;

	save("one", "");
	save("two", "");
	CU_ASSERT_EQUAL(sy_generation_activate(s.book, 3, &err), -1);
	CU_ASSERT_EQUAL(sy_generation_activate(s.book, 0, &err), -1);
	CU_ASSERT_EQUAL(active(), 2);
	ok(sy_generation_activate(s.book, 1, &err), &err);
	CU_ASSERT_EQUAL(active(), 1);
	CU_ASSERT_EQUAL(save("three", "").number, 3); /* numbers never come again */
	CU_ASSERT_EQUAL(sy_generation_list(s.book, list, &err), 3);
	CU_ASSERT_EQUAL(list[0].number, 3);
	CU_ASSERT_EQUAL(list[0].parent, 1);
	CU_ASSERT_EQUAL(list[2].number, 1);
	CU_ASSERT_EQUAL(list[2].parent, 2); /* rolled back from there */
}

/* The active one stays, however old it is. */
static void test_keeps_some(void)
{
	struct sy_generation list[SY_GENERATIONS_KEPT];
	struct sy_error err;

	for (int i = 0; i < 30; i++)
		save("blob", "");
	CU_ASSERT_EQUAL(sy_generation_list(s.book, list, &err), SY_GENERATIONS_KEPT);
	CU_ASSERT_EQUAL(list[0].number, 30);
	CU_ASSERT_EQUAL(list[SY_GENERATIONS_KEPT - 1].number,
	    30 - SY_GENERATIONS_KEPT + 1);
	ok(sy_generation_activate(s.book, 11, &err), &err);
	save("blob", "");
	CU_ASSERT_EQUAL(sy_generation_activate(s.book, 11, &err), -1);
	CU_ASSERT_EQUAL(active(), 31);
}

static void test_large_blob(void)
{
	static char blob[3000000];
	struct sy_generation meta = { 0 };
	struct sy_arena *a = sy_arena_new();
	const void *got;
	const char *text;
	size_t len;
	struct sy_error err;

	memset(blob, 'x', sizeof(blob));
	ok(sy_generation_save(s.book, &meta, blob, sizeof(blob), "", &err), &err);
	CU_ASSERT_EQUAL(sy_generation_load(s.book, meta.number, a, &meta, &got, &len,
	                    &text, &err),
	    1);
	CU_ASSERT_EQUAL(len, sizeof(blob));
	CU_ASSERT_EQUAL(memcmp(got, blob, len), 0);
	CU_ASSERT_STRING_EQUAL(text, "");
	sy_arena_free(a);
}

CU_TestInfo book_tests[] = {
	{ "saved, active, loaded", test_save_and_load },
	{ "an older one made active", test_activate },
	{ "so many are kept", test_keeps_some },
	{ "a large one", test_large_blob },
	CU_TEST_INFO_NULL,
};
