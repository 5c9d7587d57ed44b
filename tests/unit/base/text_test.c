#include "base/text.h"

#include "../suites.h"

static void test_utf8(void)
{
	static const struct {
		const char *s;
		size_t step;
	} cases[] = { { "a", 1 }, { "\xc3\xa9", 2 }, { "\xe2\x82\xac", 3 },
		{ "\xf0\x9f\x98\x80", 4 }, { "\xc0\x80", 0 }, { "\xe0\x80\x80", 0 },
		{ "\xed\xa0\x80", 0 }, { "\xf4\x90\x80\x80", 0 }, { "\xff", 0 }, { "\xe2\x82", 0 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = 0;

		while (cases[i].s[len] != '\0')
			len++;
		CU_ASSERT_EQUAL(sy_utf8_step(cases[i].s, len), cases[i].step);
	}
	CU_ASSERT_EQUAL(sy_utf8_step("", 0), 0);
}

static void test_copy_cuts_between_characters(void)
{
	char dst[4];

	sy_copy(dst, sizeof(dst), "ab\xc3\xa9");
	CU_ASSERT_STRING_EQUAL(dst, "ab");
	sy_copy(dst, sizeof(dst), "abc");
	CU_ASSERT_STRING_EQUAL(dst, "abc");
}

static void test_did_you_mean(void)
{
	static const char *const words[] = { "provider", "route", "timeout_idle", NULL };

	CU_ASSERT_STRING_EQUAL(sy_did_you_mean("provder", words), "provider");
	CU_ASSERT_STRING_EQUAL(sy_did_you_mean("ruote", words), "route");
	CU_ASSERT_STRING_EQUAL(sy_did_you_mean("timeoutidle", words), "timeout_idle");
	CU_ASSERT_PTR_NULL(sy_did_you_mean("banana", words));
}

static void test_listed(void)
{
	CU_ASSERT_TRUE(sy_listed("seed top_p", "seed"));
	CU_ASSERT_TRUE(sy_listed("seed top_p", "top_p"));
	CU_ASSERT_FALSE(sy_listed("seed top_p", "top"));
	CU_ASSERT_FALSE(sy_listed("top_p", "p"));
	CU_ASSERT_FALSE(sy_listed("", "seed"));
	CU_ASSERT_FALSE(sy_listed(NULL, "seed"));
}

CU_TestInfo text_tests[] = {
	{ "UTF-8", test_utf8 },
	{ "copies are cut between characters", test_copy_cuts_between_characters },
	{ "did you mean", test_did_you_mean },
	{ "words in a list", test_listed },
	CU_TEST_INFO_NULL,
};
