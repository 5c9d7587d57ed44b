#include "model/usage.h"

#include "../suites.h"

#include <string.h>

#define U SY_PRICE_UNKNOWN

static void test_cost(void)
{
	/* $2.50 and $10 a million tokens, cached reads $1.25. */
	static const struct sy_price price = { .per_class = { 2500000, 1250000, U, 10000000, U } };
	static const struct {
		struct sy_usage usage;
		int64_t cost;
	} cases[] = {
		{ { .source = SY_USAGE_PROVIDER, .tokens = { 0, 0, 0, 0, 0 } }, 0 },
		{ { .source = SY_USAGE_PROVIDER, .tokens = { 1, 0, 0, 0, 0 } }, 2500 },
		{ { .source = SY_USAGE_PROVIDER, .tokens = { 1000000, 0, 0, 1000000, 0 } }, 12500000000 },
		{ { .source = SY_USAGE_PROVIDER, .tokens = { 0, 3, 2, 1, 1 } }, 3750 + 5000 + 20000 },
		{ { .source = SY_USAGE_PROVIDER, .tokens = { 58, 448, 0, 5, 5 },
		      .billed = true, .billed_in = 11, .billed_out = 4 }, 27500 + 40000 },
	};
	int64_t cost;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_TRUE(sy_usage_cost(&cases[i].usage, &price, &cost));
		CU_ASSERT_EQUAL(cost, cases[i].cost);
	}
}

static void test_rounds_half_up_once(void)
{
	/* A tenth of a cent a million: 1 micro-dollar per 1,000 tokens. */
	static const struct sy_price price = { .per_class = { 1500, U, U, 1499, U } };
	struct sy_usage usage = { .source = SY_USAGE_PROVIDER, .tokens = { 1, 0, 0, 0, 0 } };
	int64_t cost;

	CU_ASSERT_TRUE(sy_usage_cost(&usage, &price, &cost));
	CU_ASSERT_EQUAL(cost, 2);
	usage.tokens[SY_OUT] = 1;
	CU_ASSERT_TRUE(sy_usage_cost(&usage, &price, &cost));
	CU_ASSERT_EQUAL(cost, 3);
}

static void test_unpriced_is_a_state(void)
{
	static const struct sy_price none = { .per_class = { U, U, U, U, U } };
	static const struct sy_price free_of_charge = { .per_class = { 0, U, U, 0, U } };
	struct sy_usage usage = { .source = SY_USAGE_PROVIDER, .tokens = { 10, 0, 0, 10, 0 } };
	int64_t cost;

	CU_ASSERT_FALSE(sy_usage_cost(&usage, &none, &cost));
	CU_ASSERT_TRUE(sy_usage_cost(&usage, &free_of_charge, &cost));
	CU_ASSERT_EQUAL(cost, 0);
}

static void test_large(void)
{
	static const struct sy_price dear = { .per_class = { 1000000000000, U, U, 1000000000000, U } };
	struct sy_usage usage = { .source = SY_USAGE_PROVIDER, .tokens = { 1000000, 0, 0, 0, 0 } };
	int64_t cost;

	CU_ASSERT_TRUE(sy_usage_cost(&usage, &dear, &cost));
	CU_ASSERT_EQUAL(cost, 1000000000000000);
}

/* The whole request costs what the tier says, from the first token above its threshold on. */
static void test_tiers(void)
{
	static const struct sy_price price = { { 1000, 100, U, 5000, U },
		{ { { 200, { 2000, U, U, 8000, U } }, { 500, { 3000, 300, U, U, U } } } } };
	static const struct {
		int64_t tokens[SY_TOKEN_CLASSES];
		int64_t cost;
	} cases[] = {
		{ { 200, 0, 0, 10, 0 }, 200 + 50 },
		{ { 201, 0, 0, 10, 0 }, 402 + 80 },
		{ { 101, 100, 0, 10, 10 }, 202 + 10 + 80 + 80 },
		{ { 0, 0, 201, 0, 0 }, 402 },
		{ { 500, 0, 0, 0, 0 }, 1000 },
		{ { 500, 10, 0, 10, 0 }, 1500 + 3 + 50 },
		{ { 10, 0, 0, 1000000, 0 }, 10 + 5000000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_usage usage = { .source = SY_USAGE_PROVIDER };
		int64_t cost;

		memcpy(usage.tokens, cases[i].tokens, sizeof(usage.tokens));
		CU_ASSERT_TRUE(sy_usage_cost(&usage, &price, &cost));
		CU_ASSERT_EQUAL(cost, cases[i].cost);
	}
}

CU_TestInfo usage_tests[] = {
	{ "cost by class", test_cost },
	{ "rounded half up, once", test_rounds_half_up_once },
	{ "unpriced is a state, not zero", test_unpriced_is_a_state },
	{ "tiers by the length of the input", test_tiers },
	{ "large figures", test_large },
	CU_TEST_INFO_NULL,
};
