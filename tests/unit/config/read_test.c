/*
 * read_test.c - what a good configuration becomes; printed, packed and compared.
 */
#include "world.h"

#include "base/arena.h"
#include "base/buf.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char whole[] =
    "# all there is to say\r\n"
    "gateway {\r\n"
    "	time_zone = \"Europe/Berlin\"\n"
    "	body_limit = 16M\n"
    "	heartbeat = 10s // often\n"
    "	drain = 5s\n"
    "	attempts = 4\n"
    "	allow_direct = no\n"
    "}\n"
    "timeouts { connect = 3s first = 20s }\n"
    "/* a local server\n"
    "   on this machine */\n"
    "provider local {\n"
    "	dialect = openai\n"
    "	base = \"http://127.0.0.1:8000/v1/\"\n"
    "	auth = none\n"
    "	unpriced_ok = yes\n"
    "	max_in_flight = 4\n"
    "}\n"
    "provider openai {\n"
    "	proxy = 'http://10.0.0.1:3128' query = 'a=${b}' # single quotes: as it is\n"
    "	label = \"Ours\" abort_stops_billing = yes\n"
    "	timeouts { idle = 90s }\n"
    "	quirks { drop = \"user store\" developer_role = yes }\n"
    "}\n"
    "model \"new/model:1\" {\n"
    "	provider = openai in = 1 out = 2.000001 caps = \"chat tools\"\n"
    "	context = 1M valid_from = 2026-02-01\n"
    "}\n"
    "model gpt-x { provider = openai out = 12 }\n"
    "route chat {\n"
    "	strategy = weighted\n"
    "	target \"openai:gpt-x\" { weight = 70% }\n"
    "	target \"openai:new/model:1\" { weight = 30 }\n"
    "	fallback = { \"openai:small-1\", local:any }\n"
    "	context_fallback = local:big\n"
    "	complete = yes\n"
    "	feature = support\n"
    "	timeouts { first = 15s }\n"
    "}\n"
    "route plain { targets = { \"openai/small-1\" } attempts = 2 }\n"
    "alias \"gpt-4\" { to = \"fast\" }\n"
    "alias fast { to = chat }\n"
    "alias tiny { to = \"openai:small-1\" }\n";

static void test_whole(void)
{
	const struct sy_provider *p;
	const struct sy_model *m;
	const struct sy_route *r;
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", whole);
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	CU_ASSERT_EQUAL(w.findings.count, 0);
	CU_ASSERT_STRING_EQUAL(w.config->time_zone, "Europe/Berlin");
	CU_ASSERT_EQUAL(w.config->body_limit_bytes, 16 << 20);
	CU_ASSERT_EQUAL(w.config->heartbeat_ms, 10000);
	CU_ASSERT_EQUAL(w.config->drain_ms, 5000);
	CU_ASSERT_FALSE(w.config->allow_direct);
	CU_ASSERT_EQUAL(w.config->timeouts.first_ms, 20000);
	CU_ASSERT_EQUAL(w.config->timeouts.whole_ms, 600000);

	/* The packaged row that nobody speaks of is not there. */
	CU_ASSERT_EQUAL(w.config->provider_count, 2);
	CU_ASSERT_PTR_NULL(sy_config_provider(w.config, "spare"));
	p = sy_config_provider(w.config, "local");
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_STRING_EQUAL(p->base_url, "http://127.0.0.1:8000/v1");
	CU_ASSERT(p->enabled && p->unpriced_ok && p->quirks.stream_options);
	CU_ASSERT_STRING_EQUAL(p->origin, "switchyard.conf:13");

	/* The packaged row, with what is ours laid over it. */
	p = sy_config_provider(w.config, "openai");
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_STRING_EQUAL(p->base_url, "https://api.openai.com/v1");
	CU_ASSERT_STRING_EQUAL(p->label, "Ours");
	CU_ASSERT_STRING_EQUAL(p->secret, "openai");
	CU_ASSERT_STRING_EQUAL(p->query, "a=${b}");
	CU_ASSERT_EQUAL(p->abort_stops, SY_ABORT_YES);
	CU_ASSERT_EQUAL(p->timeouts.idle_ms, 90000);
	CU_ASSERT(p->quirks.clean && p->quirks.max_completion_tokens &&
	          p->quirks.developer_role);
	CU_ASSERT_STRING_EQUAL(p->quirks.drop, "user store");

	m = sy_config_model(w.config, "openai", "gpt-x");
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_STRING_EQUAL(m->upstream, "gpt-x-2026");
	CU_ASSERT_EQUAL(m->price.per_class[SY_IN], 2500000);
	CU_ASSERT_EQUAL(m->price.per_class[SY_OUT], 12000000);
	CU_ASSERT_EQUAL(m->price.per_class[SY_OUT_REASONING], SY_PRICE_UNKNOWN);
	m = sy_config_model(w.config, "openai", "new/model:1");
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_STRING_EQUAL(m->upstream, "new/model:1");
	CU_ASSERT_EQUAL(m->price.per_class[SY_OUT], 2000001);
	CU_ASSERT_EQUAL(m->caps, SY_CAP_CHAT | SY_CAP_TOOLS);
	CU_ASSERT_EQUAL(m->price_from, 1769904000);
	m = sy_config_model(w.config, "local", "any");
	CU_ASSERT(m != NULL && m->price.per_class[SY_IN] == SY_PRICE_UNKNOWN);

	CU_ASSERT_EQUAL_FATAL(w.config->route_count, 2);
	r = &w.config->routes[0];
	CU_ASSERT_STRING_EQUAL(r->name, "chat");
	CU_ASSERT_EQUAL(r->strategy, SY_WEIGHTED);
	CU_ASSERT_EQUAL_FATAL(r->target_count, 2);
	CU_ASSERT_EQUAL(r->targets[0].weight, 70);
	CU_ASSERT_STRING_EQUAL(r->targets[1].model->name, "new/model:1");
	CU_ASSERT_EQUAL(r->fallback_count, 2);
	CU_ASSERT_EQUAL(r->context_fallback_count, 1);
	CU_ASSERT(r->complete);
	CU_ASSERT_EQUAL(r->attempts, 4);
	CU_ASSERT_EQUAL(r->target_attempts, 2);
	CU_ASSERT_EQUAL(r->timeouts.first_ms, 15000);
	CU_ASSERT_STRING_EQUAL(r->feature, "support");
	CU_ASSERT_EQUAL(w.config->routes[1].attempts, 2);
	CU_ASSERT_STRING_EQUAL(w.config->routes[1].origin, "switchyard.conf:41");

	/* An alias of an alias stands for the last one. */
	CU_ASSERT_EQUAL_FATAL(w.config->alias_count, 3);
	CU_ASSERT_STRING_EQUAL(w.config->aliases[0].to, "chat");
	world_drop(&w);
}

static void forget_origins(struct sy_config *c)
{
	for (size_t i = 0; i < c->provider_count; i++)
		c->providers[i].origin = NULL;
	for (size_t i = 0; i < c->route_count; i++)
		c->routes[i].origin = NULL;
}

/* Printed, read again and packed: the same bytes, but for where things were said. */
static void test_print_read_pack(void)
{
	const void *blob, *again;
	size_t len, again_len;
	const char *text;
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", whole);
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	text = sy_config_print(w.config, w.arena);
	forget_origins(w.config);
	sy_config_pack(w.config, w.arena, &blob, &len);

	world_puts(&w, "etc/switchyard.conf", text);
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	CU_ASSERT_EQUAL(w.findings.count, 0);
	CU_ASSERT_STRING_EQUAL(sy_config_print(w.config, w.arena), text);
	forget_origins(w.config);
	sy_config_pack(w.config, w.arena, &again, &again_len);
	CU_ASSERT_EQUAL_FATAL(len, again_len);
	CU_ASSERT_EQUAL(memcmp(blob, again, len), 0);
	world_drop(&w);
}

static void collect(void *arg, const char *text)
{
	sy_buf_puts(arg, text);
	sy_buf_putc(arg, '\n');
}

static void test_diff(void)
{
	static const char before[] =
	    "provider openai { }\n"
	    "route chat {\n"
	    "	strategy = weighted\n"
	    "	target \"openai:gpt-x\" { weight = 10 }\n"
	    "	target \"openai:small-1\" { }\n"
	    "}\n"
	    "route old { targets = { \"openai:gpt-x\", \"openai:small-1\" } }\n"
	    "alias a { to = old }\n";
	static const char after[] =
	    "gateway { drain = 9s }\n"
	    "provider openai { timeouts { first = 30s } quirks { no_n = yes } }\n"
	    "model gpt-x { provider = openai out = 8 }\n"
	    "route chat {\n"
	    "	strategy = weighted\n"
	    "	target \"openai:gpt-x\" { weight = 30 }\n"
	    "	target \"openai:embed-1\" { }\n"
	    "	fallback = \"openai:small-1\"\n"
	    "}\n"
	    "route old { targets = { \"openai:small-1\", \"openai:gpt-x\" } }\n"
	    "alias b { to = old }\n";
	struct sy_config *from;
	struct sy_buf b;
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", before);
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	from = sy_config_ref(w.config);
	world_puts(&w, "etc/switchyard.conf", after);
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	sy_buf_init(&b, 10000);
	CU_ASSERT_EQUAL(sy_config_diff(from, w.config, collect, &b), 11);
	CU_ASSERT_STRING_EQUAL(b.data,
	    "gateway: drain 8s -> 9s\n"
	    "provider openai timeouts: first 0ms -> 30s\n"
	    "provider openai quirks: no_n no -> yes\n"
	    "model openai:gpt-x: out 10.00 -> 8.00\n"
	    "route chat: fallback { } -> { \"openai:small-1\" }\n"
	    "route chat: openai:gpt-x weight 10 -> 30\n"
	    "route chat: openai:small-1 removed\n"
	    "route chat: openai:embed-1 added, weight 1\n"
	    "route old: order of targets openai:gpt-x, openai:small-1 -> openai:small-1, "
	    "openai:gpt-x\n"
	    "alias a removed\n"
	    "alias b added\n");
	CU_ASSERT_EQUAL(sy_config_diff(from, from, collect, &b), 0);
	CU_ASSERT_EQUAL(sy_config_diff(from, w.config, NULL, NULL), 11);
	sy_buf_release(&b);
	sy_config_unref(from);
	world_drop(&w);
}

static void test_enabled(void)
{
	const struct sy_provider *p;
	struct world w;

	world_make(&w);
	/* By its secret alone. */
	world_puts(&w, "etc/switchyard.conf", "");
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	CU_ASSERT_EQUAL(w.config->provider_count, 1);
	CU_ASSERT_EQUAL(w.config->model_count, 4);
	p = sy_config_provider(w.config, "openai");
	CU_ASSERT(p != NULL && p->enabled);

	/* By a route, with a warning that its secret is missing. */
	world_puts(&w, "etc/switchyard.conf",
	    "route chat { targets = \"spare:other-1\" }\n");
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	p = sy_config_provider(w.config, "spare");
	CU_ASSERT(p != NULL && p->enabled);
	CU_ASSERT_EQUAL(w.findings.warnings, 1);
	CU_ASSERT_PTR_NOT_NULL(
	    world_finding(&w.findings, "no secret for provider spare"));

	/* By the environment, which is warned of. */
	world_puts(&w, "etc/switchyard.conf",
	    "provider spare { env = SPARE_TEST_KEY }\n");
	setenv("SPARE_TEST_KEY", "sk-test-1", 1);
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "comes from SPARE_TEST_KEY"));
	unsetenv("SPARE_TEST_KEY");

	/* And not when the operator says no; it is still known. */
	world_puts(&w, "etc/switchyard.conf", "provider openai { enabled = no }\n");
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	p = sy_config_provider(w.config, "openai");
	CU_ASSERT(p != NULL && !p->enabled);
	CU_ASSERT_EQUAL(w.config->model_count, 0);
	world_drop(&w);
}

/* Three megabytes of routes: read whole, and in their order. */
static void test_large(void)
{
	struct sy_buf b;
	struct world w;

	world_make(&w);
	sy_buf_init(&b, 8 << 20);
	sy_buf_puts(&b, "provider openai { }\n");
	for (int i = 0; i < 9999; i++)
		sy_buf_printf(&b,
		    "# %0220d\nroute route-%d {\n\ttargets = { \"openai:gpt-x\", "
		    "\"openai:small-1\" }\n\tattempts = 3\n}\n",
		    i, i);
	CU_ASSERT(b.len > 3000000);
	world_write(&w, "etc/switchyard.conf", b.data, b.len);
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	CU_ASSERT_EQUAL(w.config->route_count, 9999);
	CU_ASSERT_STRING_EQUAL(w.config->routes[9998].name, "route-9998");
	sy_buf_puts(&b,
	    "route a { targets = \"openai:gpt-x\" }\nroute b { }\nroute c { }\n");
	world_write(&w, "etc/switchyard.conf", b.data, b.len);
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_EQUAL(w.findings.errors, 2);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "more than 10000 blocks"));
	sy_buf_release(&b);
	world_drop(&w);
}

static void test_timeouts(void)
{
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf",
	    "provider openai { }\n"
	    "route chat { targets = \"openai:gpt-x\" timeouts { first = 20m } }\n");
	CU_ASSERT_EQUAL(world_read(&w), 0);
	CU_ASSERT_EQUAL(w.findings.warnings, 1);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings,
	    "route \"chat\": the limit \"first\" is longer than \"stream\""));
	world_drop(&w);
}

static void test_region(void)
{
	const struct sy_provider *p;
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf",
	    "provider aws { dialect = bedrock auth = sigv4 region = \"eu-central-1\"\n"
	    "	base = \"https://bedrock-runtime.{region}.amazonaws.com\" }\n");
	CU_ASSERT_EQUAL(world_read(&w), 0);
	p = sy_config_provider(w.config, "aws");
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_STRING_EQUAL(p->base_url,
	    "https://bedrock-runtime.eu-central-1.amazonaws.com");
	CU_ASSERT_STRING_EQUAL(p->region, "eu-central-1");
	CU_ASSERT_EQUAL(p->auth, SY_AUTH_SIGV4);
	world_drop(&w);
}

CU_TestInfo read_tests[] = {
	{ "whole", test_whole },
	{ "print, read, pack", test_print_read_pack },
	{ "diff", test_diff },
	{ "enabled", test_enabled },
	{ "large", test_large },
	{ "timeouts", test_timeouts },
	{ "region", test_region },
	CU_TEST_INFO_NULL,
};
