#include "dialect/seal.h"

#include "base/arena.h"

#include "../suites.h"

#include <stddef.h>

static void test_round_trip(void)
{
	static const struct sy_seal seals[] = {
		{ SY_SEAL_SIGNATURE, "google-gemini-v1", "a.b.c" },
		{ SY_SEAL_DATA, "openai-responses-v1", "" },
		{ SY_SEAL_CALL, NULL, "sy1.s.x.y" },
	};
	struct sy_arena *a = sy_arena_new();

	for (size_t i = 0; i < sizeof(seals) / sizeof(seals[0]); i++) {
		struct sy_seal back;
		const char *text =
		    sy_seal(a, seals[i].kind, seals[i].format, seals[i].payload);

		CU_ASSERT_TRUE_FATAL(sy_unseal(a, text, &back));
		CU_ASSERT_EQUAL(back.kind, seals[i].kind);
		CU_ASSERT_STRING_EQUAL(back.payload, seals[i].payload);
		if (seals[i].format == NULL) {
			CU_ASSERT_PTR_NULL(back.format);
		} else {
			CU_ASSERT_STRING_EQUAL(back.format, seals[i].format);
		}
	}
	sy_arena_free(a);
}

static void test_not_ours(void)
{
	static const char *const texts[] = { "", "sy1", "sy1.", "sy1.s", "sy1.s.",
		"sy1.s.f", "sy1.x.f.p", "sy1.sf.p", "ErUBCkYIBBgC", "SY1.s.f.p" };
	struct sy_arena *a = sy_arena_new();
	struct sy_seal seal;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CU_ASSERT_FALSE(sy_unseal(a, texts[i], &seal));
	/* what Anthropic signs is nobody's to wrap */
	CU_ASSERT_STRING_EQUAL(sy_seal(a, SY_SEAL_SIGNATURE, "anthropic-claude-v1",
	                           "RXJV"),
	    "RXJV");
	sy_arena_free(a);
}

CU_TestInfo seal_tests[] = {
	{ "what is sealed comes out again", test_round_trip },
	{ "what is no seal of ours", test_not_ours },
	CU_TEST_INFO_NULL,
};
