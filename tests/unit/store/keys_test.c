#include "scratch.h"

#include "base/text.h"
#include "store/handles.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct sy_key create(const char *label, const char *fixed, char text[SY_KEY_TEXT])
{
	struct sy_key k = { .budget_nanodollars = 5, .requests_per_minute = 6 };
	struct sy_error err;

	sy_copy(k.label, sizeof(k.label), label);
	ok(sy_key_create(s.book, &k, fixed, text, &err), &err);
	return k;
}

static int find(const char *credential)
{
	struct sy_key k;
	struct sy_error err;

	return ok(sy_key_find(s.book, credential, &k, &err), &err);
}

static void test_create_and_find(void)
{
	char text[SY_KEY_TEXT], other[SY_KEY_TEXT];
	struct sy_key k = create("app", NULL, text), got;
	struct sy_error err;

	create("other", NULL, other);
	CU_ASSERT_EQUAL(strlen(text), 3 + 8 + 43);
	CU_ASSERT(sy_starts(text, k.id));
	CU_ASSERT_EQUAL(strlen(k.id), 11);
	CU_ASSERT_EQUAL(sy_key_find(s.book, text, &got, &err), 1);
	CU_ASSERT_STRING_EQUAL(got.id, k.id);
	CU_ASSERT_STRING_EQUAL(got.label, "app");
	CU_ASSERT_EQUAL(got.budget_nanodollars, 5);
	CU_ASSERT_EQUAL(got.requests_per_minute, 6);
	CU_ASSERT(got.created_ms > 0);
	CU_ASSERT_EQUAL(find(""), 0);
	CU_ASSERT_EQUAL(find(k.id), 0);
	text[strlen(text) - 1]++;
	CU_ASSERT_EQUAL(find(text), 0);
	text[strlen(text) - 1] = '\0';
	CU_ASSERT_EQUAL(find(text), 0);
	CU_ASSERT_EQUAL(
	    find("sy_0123456789012345678901234567890123456789012345678901234567890"
	         "123456789"),
	    0);
}

static void test_by_name(void)
{
	char text[SY_KEY_TEXT];
	struct sy_key k = create("app", NULL, text), got;
	struct sy_error err;

	CU_ASSERT_EQUAL(sy_key_get(s.book, k.id, &got, &err), 1);
	CU_ASSERT_EQUAL(sy_key_get(s.book, "app", &got, &err), 1);
	CU_ASSERT_STRING_EQUAL(got.id, k.id);
	CU_ASSERT_EQUAL(sy_key_get(s.book, "", &got, &err), 0);
	CU_ASSERT_EQUAL(sy_key_get(s.book, "sy_abcdefghijklmnopq", &got, &err), 0);
	/* One label, one key in force. */
	CU_ASSERT_EQUAL(sy_key_create(s.book, &got, NULL, text, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "label");
	k.revoked = true;
	ok(sy_key_save(s.book, &k, &err), &err);
	create("app", NULL, text);
	CU_ASSERT_EQUAL(sy_key_get(s.book, "app", &got, &err), 1);
	CU_ASSERT_FALSE(got.revoked);
}

static void test_change_is_in_force_at_once(void)
{
	char text[SY_KEY_TEXT];
	struct sy_key k = create("app", NULL, text), got;
	struct sy_error err;

	k.revoked = true;
	sy_copy(k.routes, sizeof(k.routes), "smart small");
	ok(sy_key_save(s.book, &k, &err), &err);
	CU_ASSERT_EQUAL(sy_key_find(s.book, text, &got, &err), 1);
	CU_ASSERT_TRUE(got.revoked);
	CU_ASSERT_STRING_EQUAL(got.routes, "smart small");
	sy_copy(k.id, sizeof(k.id), "sy_unknown1");
	CU_ASSERT_EQUAL(sy_key_save(s.book, &k, &err), -1);
}

static void count(void *arg, const struct sy_key *k)
{
	struct sy_key got;
	struct sy_error err;

	/* Coming back to the store from here is allowed. */
	CU_ASSERT_EQUAL(sy_key_get(s.book, k->id, &got, &err), 1);
	++*(int *)arg;
}

static void test_each_and_fixed(void)
{
	char text[SY_KEY_TEXT];
	struct sy_key k = create("demo", "sy_demo", text);
	struct sy_error err;
	int keys = 0;

	CU_ASSERT_STRING_EQUAL(text, "sy_demo");
	CU_ASSERT_STRING_EQUAL(k.id, "sy_demo");
	CU_ASSERT_EQUAL(find("sy_demo"), 1);
	create("app", NULL, text);
	ok(sy_key_each(s.book, count, &keys, &err), &err);
	CU_ASSERT_EQUAL(keys, 2);
	k.label[0] = '\0';
	CU_ASSERT_EQUAL(sy_key_create(s.book, &k, "sy_demo", text, &err), -1);
	CU_ASSERT_EQUAL(sy_key_create(s.book, &k, "demo", text, &err), -1);
	CU_ASSERT_EQUAL(sy_key_create(s.book, &k, "sy_", text, &err), -1);
	CU_ASSERT_EQUAL(sy_key_create(s.book, &k, "sy_with blank", text, &err), -1);
}

/* Whoever reads the file learns no key. */
static void test_no_key_in_the_file(void)
{
	char text[SY_KEY_TEXT], path[200];
	static char bytes[1 << 20];
	size_t len;
	FILE *f;

	create("app", NULL, text);
	snprintf(path, sizeof(path), "%s/data.mdb", s.book_dir);
	f = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	CU_ASSERT(len > 4096);
	CU_ASSERT_PTR_NULL(memmem(bytes, len, text + 11, 20));
	CU_ASSERT_PTR_NOT_NULL(memmem(bytes, len, text, 11)); /* its id is no secret */
}

CU_TestInfo keys_tests[] = {
	{ "created, found, and nothing else is", test_create_and_find },
	{ "by id and by label", test_by_name },
	{ "a change is in force at once", test_change_is_in_force_at_once },
	{ "each of them, and fixed ones", test_each_and_fixed },
	{ "no key is in the file", test_no_key_in_the_file },
	CU_TEST_INFO_NULL,
};
