/*
 * feed_test.c - the three shapes, small, and what a stranger may put into them.
 */
#include "config/feed.h"

#include "base/arena.h"
#include "config/draft.h"
#include "config/source.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct sy_draft draft;
	struct sy_findings findings;
	struct sy_feed feed;
	struct sy_error err;
	int rc;
};

static void read_text(struct reading *r, const char *text, enum sy_feed_shape shape)
{
	struct sy_source *s;

	memset(r, 0, sizeof(*r));
	r->draft.arena = sy_arena_new();
	r->draft.findings = &r->findings;
	s = sy_source_text(text, strlen(text), "feed.json", r->draft.arena, &r->findings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	r->rc = sy_feed_read(&r->draft, s, shape, &r->feed, &r->err);
}

static void drop(struct reading *r)
{
	sy_arena_free(r->draft.arena);
}

static const struct sy_model *find(const struct reading *r, const char *provider,
    const char *name)
{
	for (size_t i = 0; i < r->draft.model_count; i++)
		if (strcmp(r->draft.models[i].provider, provider) == 0 &&
		    strcmp(r->draft.models[i].m.name, name) == 0)
			return &r->draft.models[i].m;
	fprintf(stderr, "no %s:%s\n", provider, name);
	abort();
}

static void is_price(const struct sy_model *m, int64_t in, int64_t read, int64_t write,
    int64_t out, int64_t reasoning)
{
	const int64_t want[SY_TOKEN_CLASSES] = { in, read, write, out, reasoning };

	for (int class = 0; class < SY_TOKEN_CLASSES; class++)
		CU_ASSERT_EQUAL(m->price.per_class[class], want[class]);
}

#define U SY_PRICE_UNKNOWN

static const char models_dev[] =
    "{ \"acme\": { \"name\": \"Acme\", \"models\": {\n"
    "  \"large-1\": { \"reasoning\": true, \"tool_call\": true,\n"
    "    \"modalities\": {\"input\": [\"text\", \"image\", \"pdf\"], \"output\": [\"text\"]},\n"
    "    \"limit\": {\"context\": 1000000, \"output\": 64000},\n"
    "    \"cost\": {\"input\": 2, \"output\": 12.5, \"cache_read\": 0.2, \"tiers\": [\n"
    "      {\"tier\": {\"type\": \"context\", \"size\": 200000}, \"input\": 4, \"output\": 18}]}},\n"
    "  \"old-1\": { \"status\": \"deprecated\", \"structured_output\": false,\n"
    "    \"modalities\": {\"input\": [\"text\"], \"output\": [\"text\"]},\n"
    "    \"limit\": {\"context\": 0, \"output\": 0},\n"
    "    \"cost\": {\"input\": 0, \"output\": 0}},\n"
    "  \"text-embed-1\": { \"modalities\": {\"input\": [\"text\"], \"output\": [\"text\"]},\n"
    "    \"limit\": {}, \"cost\": {\"input\": 0.02, \"output\": 0}},\n"
    "  \"film-1\": { \"modalities\": {\"input\": [\"text\"], \"output\": [\"video\"]}},\n"
    "  \"over-1\": { \"modalities\": {\"input\": [\"text\"], \"output\": [\"text\"]},\n"
    "    \"cost\": {\"input\": 1, \"output\": 2, \"input_audio\": 3,\n"
    "      \"context_over_200k\": {\"input\": 3}}}\n"
    "} } }\n";

static void test_models_dev(void)
{
	const struct sy_model *m;
	struct reading r;

	read_text(&r, models_dev, SY_FEED_UNSAID);
	CU_ASSERT_EQUAL_FATAL(r.rc, 0);
	CU_ASSERT_EQUAL(r.feed.shape, SY_FEED_MODELS_DEV);
	CU_ASSERT_EQUAL(r.findings.count, 0);
	CU_ASSERT_EQUAL(r.draft.model_count, 4);
	m = find(&r, "acme", "large-1");
	is_price(m, 2000000, 200000, U, 12500000, U);
	CU_ASSERT_EQUAL(m->price.tiers.tier[0].above_tokens, 200000);
	CU_ASSERT_EQUAL(m->price.tiers.tier[0].per_class[SY_OUT], 18000000);
	CU_ASSERT_EQUAL(m->context_tokens, 1000000);
	CU_ASSERT_EQUAL(m->max_output_tokens, 64000);
	CU_ASSERT_EQUAL(m->caps, SY_CAP_CHAT | SY_CAP_TOOLS | SY_CAP_VISION | SY_CAP_SCHEMA |
	        SY_CAP_REASONING | SY_CAP_FILES);
	m = find(&r, "acme", "old-1");
	is_price(m, U, U, U, U, U);
	CU_ASSERT_EQUAL(m->caps, SY_CAP_CHAT);
	CU_ASSERT_EQUAL(m->context_tokens, 0);
	CU_ASSERT_NOT_EQUAL(m->deprecated, 0);
	m = find(&r, "acme", "text-embed-1");
	is_price(m, 20000, U, U, U, U);
	CU_ASSERT_EQUAL(m->caps, SY_CAP_EMBED);
	CU_ASSERT_EQUAL(find(&r, "acme", "over-1")->price.tiers.tier[0].above_tokens, 200000);
	CU_ASSERT_EQUAL(r.feed.no_use, 1);
	CU_ASSERT_EQUAL(r.feed.unpriced, 1);
	CU_ASSERT_EQUAL(r.feed.other_units, 1);
	drop(&r);
}

static const char litellm[] =
    "{ \"sample_spec\": {\"litellm_provider\": \"one of ...\", \"mode\": \"chat\"},\n"
    "  \"gemini/pro-1\": {\"litellm_provider\": \"gemini\", \"mode\": \"chat\",\n"
    "    \"input_cost_per_token\": 1.25e-06, \"output_cost_per_token\": 0.00001,\n"
    "    \"input_cost_per_token_above_200k_tokens\": 2.5e-06,\n"
    "    \"max_input_tokens\": 1048576, \"max_output_tokens\": 65535,\n"
    "    \"supports_function_calling\": true, \"supports_vision\": false,\n"
    "    \"deprecation_date\": \"2027-02-01\"},\n"
    "  \"vertex_ai/pro-1\": {\"litellm_provider\": \"vertex_ai-language-models\",\n"
    "    \"mode\": \"chat\", \"input_cost_per_token\": 1.25e-06,\n"
    "    \"output_cost_per_token\": 1e-05},\n"
    "  \"claude-x\": {\"litellm_provider\": \"anthropic\", \"mode\": \"chat\",\n"
    "    \"input_cost_per_token\": 3e-06, \"output_cost_per_token\": 1.5e-05,\n"
    "    \"cache_read_input_token_cost\": 3e-07,\n"
    "    \"cache_creation_input_token_cost\": 3.75e-06, \"max_tokens\": 200000},\n"
    "  \"together_ai/org/m-1\": {\"litellm_provider\": \"together_ai\", \"mode\": \"rerank\",\n"
    "    \"input_cost_per_token\": 1e-07},\n"
    "  \"tts-1\": {\"litellm_provider\": \"openai\", \"mode\": \"audio_speech\",\n"
    "    \"input_cost_per_character\": 1.5e-05},\n"
    "  \"search\": {\"litellm_provider\": \"tavily\", \"mode\": \"search\"} }\n";

static void test_litellm(void)
{
	const struct sy_model *m;
	struct reading r;

	read_text(&r, litellm, SY_FEED_UNSAID);
	CU_ASSERT_EQUAL_FATAL(r.rc, 0);
	CU_ASSERT_EQUAL(r.feed.shape, SY_FEED_LITELLM);
	CU_ASSERT_EQUAL(r.findings.count, 0);
	CU_ASSERT_EQUAL(r.draft.model_count, 5);
	m = find(&r, "google", "pro-1");
	is_price(m, 1250000, U, U, 10000000, U);
	CU_ASSERT_EQUAL(m->price.tiers.tier[0].per_class[SY_IN], 2500000);
	CU_ASSERT_EQUAL(m->caps, SY_CAP_CHAT | SY_CAP_TOOLS);
	CU_ASSERT_EQUAL(m->deprecated, sy_date_parse("2027-02-01"));
	find(&r, "google-vertex", "pro-1");
	m = find(&r, "anthropic", "claude-x");
	is_price(m, 3000000, 300000, 3750000, 15000000, U);
	CU_ASSERT_EQUAL(m->context_tokens, 200000);
	CU_ASSERT_EQUAL(find(&r, "togetherai", "org/m-1")->caps, SY_CAP_RERANK);
	CU_ASSERT_EQUAL(find(&r, "openai", "tts-1")->caps, SY_CAP_SPEECH);
	CU_ASSERT_EQUAL(r.feed.no_use, 1);
	CU_ASSERT_EQUAL(r.feed.other_units, 1);
	drop(&r);
}

static const char openrouter[] =
    "{\"data\": [\n"
    " {\"id\": \"acme/large-1\", \"name\": \"Acme: Large\", \"context_length\": 400000,\n"
    "  \"architecture\": {\"input_modalities\": [\"text\", \"image\", \"file\"],\n"
    "    \"output_modalities\": [\"text\"]},\n"
    "  \"pricing\": {\"prompt\": \"0.00000125\", \"completion\": \"0.00001\",\n"
    "    \"input_cache_read\": \"0.000000125\", \"request\": \"0\", \"web_search\": \"0.01\"},\n"
    "  \"top_provider\": {\"context_length\": 400000, \"max_completion_tokens\": 128000},\n"
    "  \"supported_parameters\": [\"tools\", \"structured_outputs\", \"seed\"]},\n"
    " {\"id\": \"openrouter/auto\", \"architecture\": {\"input_modalities\": [\"text\"],\n"
    "    \"output_modalities\": [\"text\"]}, \"pricing\": {\"prompt\": \"-1\", \"completion\": \"-1\"}},\n"
    " {\"id\": \"acme/large-1:free\", \"architecture\": {\"input_modalities\": [\"text\"],\n"
    "    \"output_modalities\": [\"text\"]}, \"pricing\": {\"prompt\": \"0\", \"completion\": \"0\"}}\n"
    "]}\n";

static void test_openrouter(void)
{
	const struct sy_model *m;
	struct reading r;

	read_text(&r, openrouter, SY_FEED_UNSAID);
	CU_ASSERT_EQUAL_FATAL(r.rc, 0);
	CU_ASSERT_EQUAL(r.feed.shape, SY_FEED_OPENROUTER);
	CU_ASSERT_EQUAL(r.findings.count, 0);
	m = find(&r, "openrouter", "acme/large-1");
	is_price(m, 1250000, 125000, U, 10000000, U);
	CU_ASSERT_EQUAL(m->context_tokens, 400000);
	CU_ASSERT_EQUAL(m->max_output_tokens, 128000);
	CU_ASSERT_EQUAL(m->caps, SY_CAP_CHAT | SY_CAP_TOOLS | SY_CAP_VISION | SY_CAP_SCHEMA |
	        SY_CAP_FILES);
	is_price(find(&r, "openrouter", "openrouter/auto"), U, U, U, U, U);
	is_price(find(&r, "openrouter", "acme/large-1:free"), U, U, U, U, U);
	CU_ASSERT_EQUAL(r.feed.unpriced, 2);
	drop(&r);
}

/* A row of models.dev with that cost. */
#define COST(c)                                                                          \
	"{\"models\": [{\"provider\": \"acme\", \"id\": \"m\", \"modalities\":"           \
	"{\"input\":[\"text\"],\"output\":[\"text\"]}, \"cost\": " c "}]}"
#define NAMED(n)                                                                         \
	"{\"models\": [\n{\"provider\": \"acme\", \"id\": " n ", \"modalities\":"          \
	"{\"input\":[\"text\"],\"output\":[\"text\"]}}]}"

/* What should hold an import back, with the row it is in and the key. */
static const struct {
	const char *text, *says;
} doubtful[] = {
	{ COST("{\"input\": -1, \"output\": 2}"), "acme:m: input is below zero" },
	{ COST("{\"input\": 1e6, \"output\": 2}"), "acme:m: input is 1e6: that cannot be" },
	{ COST("{\"input\": 1, \"output\": 0.00005}"), "acme:m: output is 0.00005" },
	{ COST("{\"input\": 1e300, \"output\": 2}"), "acme:m: input is \"1e300\", which is" },
	{ COST("{\"input\": \"free\", \"output\": 2}"), "acme:m: input is \"free\", which" },
	{ COST("{\"input\": \"NaN\", \"output\": 2}"), "acme:m: input is \"NaN\", which" },
	{ COST("{\"input\": {}, \"output\": 2}"), "acme:m: input is \"{}\", which" },
	{ COST("{\"input\": 1, \"output\": 2, \"tiers\": [{\"tier\": {\"size\": 5}, "
	       "\"input\": -3}]}"), "acme:m: input is below zero" },
	{ NAMED("\"\""), "can be no name" },
	{ NAMED("\"a b\""), "can be no name" },
	{ NAMED("\"a\\u0007b\""), "can be no name" },
	{ NAMED("\"a\\u0000b\""), "can be no name" },
	{ NAMED("7"), "can be no name" },
	{ "{\"models\": [{\"provider\": \"ac:me\", \"id\": \"m\"}]}", "can be no name" },
	{ "{\"models\": [7, null, []]}", "can be no name" },
	{ "{\"acme\": {\"models\": {"
	  "\"m\": {\"modalities\":{\"input\":[\"text\"],\"output\":[\"text\"]},"
	  " \"cost\": {\"input\": 1, \"output\": 2}},"
	  "\"m\": {\"modalities\":{\"input\":[\"text\"],\"output\":[\"text\"]},"
	  " \"cost\": {\"input\": 2, \"output\": 2}}}}}",
	    "acme:m: it is there twice" },
};

static void test_doubtful(void)
{
	for (size_t i = 0; i < sizeof(doubtful) / sizeof(doubtful[0]); i++) {
		struct reading r;
		bool found;

		read_text(&r, doubtful[i].text, SY_FEED_MODELS_DEV);
		found = r.findings.errors > 0 &&
		    strstr(r.findings.list[0].text, doubtful[i].says) != NULL;
		CU_ASSERT_TRUE(found);
		if (!found)
			fprintf(stderr, "%s: %s\n", doubtful[i].text,
			    r.findings.count > 0 ? r.findings.list[0].text : "nothing");
		CU_ASSERT(r.findings.count == 0 || r.findings.list[0].line >= 1);
		for (size_t m = 0; m < r.draft.model_count; m++)
			for (int class = 0; class < SY_TOKEN_CLASSES; class++)
				CU_ASSERT(r.draft.models[m].m.price.per_class[class] != 0 &&
				    r.draft.models[m].m.price.per_class[class] <= 10000000000);
		drop(&r);
	}
}

/* What is mended, and told. */
static void test_mended(void)
{
	struct reading r;

	read_text(&r, COST("{\"input\": 1, \"output\": 2, \"cache_read\": 3}"),
	    SY_FEED_MODELS_DEV);
	CU_ASSERT_EQUAL(r.rc, 0);
	is_price(find(&r, "acme", "m"), 1000000, U, U, 2000000, U);
	CU_ASSERT(r.findings.errors == 0 && r.findings.warnings == 1);
	drop(&r);
	read_text(&r, COST("{\"input\": 1, \"output\": 0}"), SY_FEED_MODELS_DEV);
	is_price(find(&r, "acme", "m"), U, U, U, U, U);
	CU_ASSERT(r.findings.errors == 0 && r.findings.warnings == 1);
	drop(&r);
	/* A tier that changes nothing is none. */
	read_text(&r, COST("{\"input\": 1, \"output\": 2, \"tiers\": "
			   "[{\"tier\": {\"size\": 5}, \"input\": 1}]}"), SY_FEED_MODELS_DEV);
	CU_ASSERT_EQUAL(find(&r, "acme", "m")->price.tiers.tier[0].above_tokens, 0);
	drop(&r);
}

/* Not a feed at all. */
static void test_no_feed(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "not valid JSON at byte 0" },
		{ "{\"models\": [}", "not valid JSON at byte" },
		{ "{\"acme\": {\"models\": {\"m\": {\"cost\": {\"input\": NaN}}}}}",
		    "not valid JSON at byte" },
		{ "[]", "no list of models" },
		{ "{}", "no list of models" },
		{ "{\"a\": 1}", "no list of models" },
		{ "{\"data\": []}", "no model in it" },
		{ "{\"acme\": {\"models\": {}}}", "no model in it" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;

		read_text(&r, cases[i].text, SY_FEED_UNSAID);
		CU_ASSERT_EQUAL(r.rc, -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(r.err.message, cases[i].says));
		if (strstr(r.err.message, cases[i].says) == NULL)
			fprintf(stderr, "%s: %s\n", cases[i].text, r.err.message);
		drop(&r);
	}
}

CU_TestInfo feed_tests[] = {
	{ "models.dev", test_models_dev },
	{ "litellm", test_litellm },
	{ "openrouter", test_openrouter },
	{ "doubtful rows", test_doubtful },
	{ "mended rows", test_mended },
	{ "no feed at all", test_no_feed },
	CU_TEST_INFO_NULL,
};
