#include "dialect/anthropic_usage.h"

#include "../suites.h"

#include <string.h>

struct want {
	const char *first, *second;
	enum sy_usage_source source;
	int64_t tokens[SY_TOKEN_CLASSES];
};

#define IS SY_USAGE_PROVIDER
#define NO SY_USAGE_NONE

/* clang-format off */
static const struct want cases[] = {
	{ "{\"input_tokens\":12,\"cache_creation_input_tokens\":300,\"cache_read_input_tokens\":2000,"
	  "\"output_tokens\":88,\"output_tokens_details\":{\"thinking_tokens\":40}}", "null",
	  IS, { 12, 2000, 300, 48, 40 } },
	/* a delta repeats the totals */
	{ "{\"input_tokens\":9,\"output_tokens\":2}", "{\"input_tokens\":9,\"output_tokens\":21}",
	  IS, { 9, 0, 0, 21, 0 } },
	/* the split comes late: not added, not the larger */
	{ "{\"input_tokens\":50000,\"output_tokens\":1}",
	  "{\"input_tokens\":200,\"cache_read_input_tokens\":49800,\"output_tokens\":5}",
	  IS, { 200, 49800, 0, 5, 0 } },
	/* zeros after the start say nothing */
	{ "{\"input_tokens\":70,\"output_tokens\":1}", "{\"input_tokens\":0,\"output_tokens\":5}",
	  IS, { 70, 0, 0, 5, 0 } },
	/* zeros before the end neither */
	{ "{\"input_tokens\":0,\"output_tokens\":0}", "{\"input_tokens\":70,\"output_tokens\":5}",
	  IS, { 70, 0, 0, 5, 0 } },
	{ "{\"input_tokens\":0,\"output_tokens\":0}", "null", IS, { 0, 0, 0, 0, 0 } },
	{ "{\"input_tokens\":7,\"cache_read_input_tokens\":null,\"output_tokens\":5}", "{}",
	  IS, { 7, 0, 0, 5, 0 } },
	/* more thinking than output is none */
	{ "{\"input_tokens\":1,\"output_tokens\":5,\"output_tokens_details\":{\"thinking_tokens\":9}}",
	  "null", IS, { 1, 0, 0, 0, 5 } },
	/* what is no count: nothing is believed */
	{ "{\"input_tokens\":-1,\"output_tokens\":5}", "null", NO, { 0 } },
	{ "{\"input_tokens\":1.5,\"output_tokens\":5}", "null", NO, { 0 } },
	{ "{\"input_tokens\":\"7\",\"output_tokens\":5}", "null", NO, { 0 } },
	{ "{\"input_tokens\":18446744073709551616,\"output_tokens\":5}", "null", NO, { 0 } },
	{ "{\"input_tokens\":1,\"output_tokens\":100000001}", "null", NO, { 0 } },
	{ "{\"input_tokens\":1e30,\"output_tokens\":5}", "null", NO, { 0 } },
};
/* clang-format on */

static void merge(struct sy_anthropic_usage *u, const char *text)
{
	sy_anthropic_usage_merge(u, (struct sy_span){ text, strlen(text) });
}

static void test_merge(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_anthropic_usage u;
		struct sy_usage out;

		sy_anthropic_usage_init(&u);
		merge(&u, cases[i].first);
		merge(&u, cases[i].second);
		CU_ASSERT_TRUE(sy_anthropic_usage_get(&u, &out));
		CU_ASSERT_EQUAL(out.source, cases[i].source);
		for (int c = 0; c < SY_TOKEN_CLASSES; c++)
			CU_ASSERT_EQUAL(out.tokens[c], cases[i].tokens[c]);
	}
}

static void test_nothing_said(void)
{
	struct sy_anthropic_usage u;
	struct sy_usage out;

	sy_anthropic_usage_init(&u);
	CU_ASSERT_FALSE(sy_anthropic_usage_get(&u, &out));
	merge(&u, "[]");
	merge(&u, "{\"service_tier\":\"standard\"}");
	CU_ASSERT_FALSE(sy_anthropic_usage_get(&u, &out));
}

CU_TestInfo anthropic_usage_tests[] = {
	{ "the last that was said holds", test_merge },
	{ "nothing said is no usage", test_nothing_said },
	CU_TEST_INFO_NULL,
};
