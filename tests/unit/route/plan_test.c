#include "route/plan.h"

#include "base/arena.h"

#include "../suites.h"

#include <string.h>

#define NOW 1000000

static struct sy_provider acme = { .name = "acme", .enabled = true };
static struct sy_provider dark = { .name = "dark" };
static struct sy_model models[] = {
	{ .provider = &acme, .name = "a", .price.per_class = { 1, 1, 1, 1, 1 } },
	{ .provider = &acme, .name = "b", .price.per_class = { 1, 1, 1, 1, 1 } },
	{ .provider = &acme, .name = "c", .price.per_class = { 1, 1, 1, 1, 1 } },
	{ .provider = &dark, .name = "d", .price.per_class = { 1, 1, 1, 1, 1 } },
	{ .provider = &acme, .name = "tiny", .price.per_class = { 1, 1, 1, 1, 1 },
	    .context_tokens = 10, .caps = SY_CAP_CHAT },
	{ .provider = &acme, .name = "dear",
	    .price.per_class = { SY_PRICE_UNKNOWN, 1, 1, 1, 1 } },
};
static const struct sy_route weighted = { .strategy = SY_WEIGHTED };
static struct sy_ask ask = { .input_tokens = 100, .caps = SY_CAP_CHAT };

static struct sy_candidate candidate(int model, int weight, bool fallback)
{
	return (struct sy_candidate){ .model = &models[model], .weight = weight,
		.fallback = fallback };
}

static void shut(struct sy_candidate *c, int64_t for_ms)
{
	c->health.circuit = SY_OPEN;
	c->health.open_until_ms = NOW + for_ms;
	c->health.leased_at_ms = NOW - 60000;
}

static const char *order(const struct sy_plan *plan, struct sy_arena *a)
{
	const char *out = "";

	for (size_t i = 0; i < plan->usable; i++)
		out = sy_strf(a, "%s%s", out, plan->choices[i].candidate->model->name);
	return out;
}

static void test_in_order_with_fallbacks_last(void)
{
	struct sy_candidate cand[] = { candidate(0, 1, false), candidate(1, 1, false),
		candidate(2, 1, true) };
	struct sy_arena *a = sy_arena_new();
	struct sy_plan plan;

	sy_plan_make(&ask, NULL, cand, 3, NOW, 7, a, &plan);
	CU_ASSERT_STRING_EQUAL(order(&plan, a), "abc");
	shut(&cand[0], 5000);
	sy_plan_make(&ask, NULL, cand, 3, NOW, 7, a, &plan);
	CU_ASSERT_STRING_EQUAL(order(&plan, a), "bc");
	CU_ASSERT_STRING_EQUAL(plan.choices[2].candidate->model->name, "a");
	CU_ASSERT_STRING_EQUAL(plan.choices[2].why, "circuit open for 5 s more (bad_request)");
	sy_arena_free(a);
}

static void test_what_does_not_fit_is_left_out(void)
{
	struct sy_candidate cand[] = { candidate(3, 1, false), candidate(4, 1, false),
		candidate(5, 1, false), candidate(0, 1, false) };
	struct sy_ask tools = { .input_tokens = 1, .caps = SY_CAP_CHAT | SY_CAP_TOOLS };
	struct sy_arena *a = sy_arena_new();
	struct sy_plan plan;

	sy_plan_make(&ask, NULL, cand, 4, NOW, 7, a, &plan);
	CU_ASSERT_STRING_EQUAL(order(&plan, a), "a");
	CU_ASSERT_STRING_EQUAL(plan.choices[1].why, "the provider is switched off");
	CU_ASSERT_STRING_EQUAL(plan.choices[2].why, "about 100 tokens do not fit into its 10");
	CU_ASSERT_PTR_NOT_NULL(strstr(plan.choices[3].why, "no price"));
	sy_plan_make(&tools, NULL, &cand[1], 1, NOW, 7, a, &plan);
	CU_ASSERT_EQUAL(plan.usable, 0);
	CU_ASSERT_EQUAL(plan.ready_ms, 0);
	CU_ASSERT_STRING_EQUAL(plan.choices[0].why, "the model cannot do tools");
	sy_arena_free(a);
}

static void test_weights_are_kept(void)
{
	struct sy_candidate cand[] = { candidate(0, 70, false), candidate(1, 30, false),
		candidate(2, 0, false), candidate(2, 1, true) };
	int first[3] = { 0 };
	struct sy_plan plan;

	for (uint64_t dice = 0; dice < 20000; dice++) {
		struct sy_arena *a = sy_arena_new();

		sy_plan_make(&ask, &weighted, cand, 4, NOW, dice, a, &plan);
		CU_ASSERT_EQUAL_FATAL(plan.usable, 4);
		CU_ASSERT_TRUE(plan.choices[3].candidate->fallback);
		first[plan.choices[0].candidate->model - models]++;
		sy_arena_free(a);
	}
	CU_ASSERT(first[0] > 13700 && first[0] < 14300);
	CU_ASSERT_EQUAL(first[2], 0);
}

static void test_same_dice_same_plan(void)
{
	struct sy_candidate cand[] = { candidate(0, 1, false), candidate(1, 1, false),
		candidate(2, 1, false) };
	struct sy_arena *a = sy_arena_new();
	struct sy_plan one, two;

	for (uint64_t dice = 0; dice < 100; dice++) {
		sy_plan_make(&ask, &weighted, cand, 3, NOW, dice, a, &one);
		sy_plan_make(&ask, &weighted, cand, 3, NOW, dice, a, &two);
		CU_ASSERT_STRING_EQUAL(order(&one, a), order(&two, a));
	}
	sy_arena_free(a);
}

static void test_never_all_shut(void)
{
	struct sy_candidate cand[] = { candidate(0, 1, false), candidate(1, 1, false) };
	struct sy_arena *a = sy_arena_new();
	struct sy_plan plan;

	shut(&cand[0], 9000);
	shut(&cand[1], 4000);
	sy_plan_make(&ask, NULL, cand, 2, NOW, 7, a, &plan);
	CU_ASSERT_STRING_EQUAL(order(&plan, a), "b");
	CU_ASSERT_EQUAL(plan.choices[0].leave, SY_MAY_FORCE);
	cand[0].health.leased_at_ms = cand[1].health.leased_at_ms = NOW - 10;
	sy_plan_make(&ask, NULL, cand, 2, NOW, 7, a, &plan);
	CU_ASSERT_EQUAL(plan.usable, 0);
	CU_ASSERT_EQUAL(plan.ready_ms, NOW + 4000);
	CU_ASSERT_FALSE(plan.later);
	cand[1].health.circuit = SY_CLOSED;
	cand[1].health.not_before_ms = NOW + 2000;
	sy_plan_make(&ask, NULL, cand, 2, NOW, 7, a, &plan);
	CU_ASSERT_EQUAL(plan.usable, 0);
	CU_ASSERT_EQUAL(plan.ready_ms, NOW + 2000);
	CU_ASSERT_TRUE(plan.later);
	sy_arena_free(a);
}

CU_TestInfo plan_tests[] = {
	{ "in order, fallbacks last, shut ones out", test_in_order_with_fallbacks_last },
	{ "what does not fit is left out, with the reason", test_what_does_not_fit_is_left_out },
	{ "weights are kept", test_weights_are_kept },
	{ "the same dice give the same plan", test_same_dice_same_plan },
	{ "with all shut, one may be probed", test_never_all_shut },
	CU_TEST_INFO_NULL,
};
