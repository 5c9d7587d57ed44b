#include "model/config.h"

#include "../suites.h"

static struct sy_provider providers[] = {
	{ .name = "acme", .enabled = true },
	{ .name = "beta", .enabled = true, .timeouts = { .first_ms = 7, .idle_ms = 8 } },
	{ .name = "closed", .enabled = false },
};
static struct sy_model models[] = {
	{ .provider = &providers[0], .name = "large" },
	{ .provider = &providers[1], .name = "large" },
	{ .provider = &providers[1], .name = "org/small:free" },
	{ .provider = &providers[2], .name = "hidden" },
};
static struct sy_route routes[] = { { .name = "chat", .timeouts = { .first_ms = 5 } } };
static struct sy_alias aliases[] = { { "gpt-4", "chat" }, { "tiny", "beta:org/small:free" } };
static struct sy_config config = {
	.allow_direct = true,
	.timeouts = { .connect_ms = 1, .first_ms = 2, .idle_ms = 3 },
	.providers = providers, .provider_count = 3,
	.models = models, .model_count = 4,
	.routes = routes, .route_count = 1,
	.aliases = aliases, .alias_count = 2,
};

static void test_meaning(void)
{
	static const struct {
		const char *asked;
		const struct sy_route *route;
		const struct sy_model *model;
	} cases[] = {
		{ "chat", &routes[0], NULL },
		{ "gpt-4", &routes[0], NULL },
		{ "tiny", NULL, &models[2] },
		{ "beta:large", NULL, &models[1] },
		{ "beta/org/small:free", NULL, &models[2] },
		{ "large", NULL, &models[0] },
		{ "hidden", NULL, NULL },
		{ "closed:hidden", NULL, NULL },
		{ "nothing", NULL, NULL },
		{ "", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_meaning m;
		bool found = sy_config_meaning(&config, cases[i].asked, &m);

		CU_ASSERT_EQUAL(found, cases[i].route != NULL || cases[i].model != NULL);
		CU_ASSERT(!found || (m.route == cases[i].route &&
		    (m.route != NULL || m.target.model == cases[i].model)));
	}
}

static void test_direct_can_be_forbidden(void)
{
	struct sy_config strict = config;
	struct sy_meaning m;

	strict.allow_direct = false;
	CU_ASSERT_FALSE(sy_config_meaning(&strict, "beta:large", &m));
	CU_ASSERT_TRUE(sy_config_meaning(&strict, "chat", &m));
}

static void test_timeouts_by_level(void)
{
	struct sy_timeouts t = sy_timeouts_of(&config, &routes[0], &providers[1]);

	CU_ASSERT_EQUAL(t.first_ms, 5);
	CU_ASSERT_EQUAL(t.idle_ms, 8);
	CU_ASSERT_EQUAL(t.connect_ms, 1);
}

static void test_priced(void)
{
	struct sy_model both = { .price.per_class = { 1, -1, -1, 1, -1 } };
	struct sy_model in = { .price.per_class = { 1, -1, -1, -1, -1 } };

	CU_ASSERT_TRUE(sy_model_priced(&both));
	CU_ASSERT_FALSE(sy_model_priced(&in));
	in.caps = SY_CAP_EMBED;
	CU_ASSERT_TRUE(sy_model_priced(&in));
	in.caps = SY_CAP_EMBED | SY_CAP_CHAT;
	CU_ASSERT_FALSE(sy_model_priced(&in));
}

CU_TestInfo config_tests[] = {
	{ "what a name means", test_meaning },
	{ "direct targets can be forbidden", test_direct_can_be_forbidden },
	{ "priced where tokens are used", test_priced },
	{ "the first level that sets a timeout wins", test_timeouts_by_level },
	CU_TEST_INFO_NULL,
};
