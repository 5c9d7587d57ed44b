#include "world.h"

#include "base/arena.h"
#include "base/buf.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS "model,provider,in,out,valid_from\n"

static const struct bad {
	const char *text;
	int line;
	const char *says;
	const char *hint;
} bad[] = {
	{ "model,provder,in\n", 1, "no column called \"provder\"", "provider" },
	{ "model,in,out\n", 1, "\"model\" and \"provider\" among them", NULL },
	{ "model,provider,in,in\n", 1, "\"in\" is there twice", NULL },
	{ COLUMNS "a,openai,1\n", 2, "has 3 fields, the first one 5", NULL },
	{ COLUMNS "a,openai,1,2,,x\n", 2, "has 6 fields", NULL },
	{ COLUMNS "a,openai,-1,2,\n", 2, "column in cannot be \"-1\"", NULL },
	{ COLUMNS "a,openai,1e9,2,\n", 2, "column in cannot be \"1e9\"", NULL },
	{ COLUMNS "a,openai,1,2,2026-02-30\n", 2, "column valid_from cannot be", NULL },
	{ "model,provider,tiers\na,openai,200k in 1\n", 2, "column tiers cannot be", NULL },
	{ COLUMNS ",openai,1,2,\n", 2, "a model's name is", NULL },
	{ COLUMNS "a,,1,2,\n", 2, "a model needs a provider", NULL },
	{ COLUMNS "a b,openai,1,2,\n", 2, "a model's name is", NULL },
	{ COLUMNS "a\x1bz,openai,1,2,\n", 2, "a model's name is", NULL },
	{ COLUMNS "a\xff,openai,1,2,\n", 2, "a model's name is", NULL },
	{ COLUMNS "a,nobody,1,2,\n", 2, "there is no provider \"nobody\"", NULL },
	{ COLUMNS "a,openai,1,2,\na,openai,3,4,\n", 3, "is there twice for the same day",
	    NULL },
	{ COLUMNS "\"a,openai,1,2,\n", 2, "quotes of this line do not match", NULL },
	{ COLUMNS "a\"b,openai,1,2,\n", 2, "quotes of this line do not match", NULL },
};

static void test_bad(void)
{
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", "provider openai { }\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct sy_finding *f;
		bool good;

		world_puts(&w, "etc/models.d/50-local.csv", bad[i].text);
		CU_ASSERT_EQUAL(world_read(&w), -1);
		f = world_finding(&w.findings, bad[i].says);
		good = f != NULL && f->line == bad[i].line &&
		       strcmp(f->file, "models.d/50-local.csv") == 0 &&
		       (bad[i].hint == NULL ||
		           (f->hint != NULL && strstr(f->hint, bad[i].hint) != NULL));
		CU_ASSERT(good);
		for (size_t n = 0; !good && n < w.findings.count; n++)
			fprintf(stderr, "%s%s:%d: %s\n", bad[i].text,
			    w.findings.list[n].file, w.findings.list[n].line,
			    w.findings.list[n].text);
	}
	world_drop(&w);
}

static int64_t price_of(struct world *w, const char *name)
{
	const struct sy_model *m = sy_config_model(w->config, "openai", name);

	return m != NULL ? m->price.per_class[SY_OUT] : -2;
}

/* The later file over the earlier, the price in force over the older and the coming one. */
static void test_layers(void)
{
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf",
	    "provider openai { }\nmodel small-1 { provider = openai out = 0.70 }\n");
	world_puts(&w, "etc/models.d/50-local.csv",
	    "# ours\n" COLUMNS "gpt-x,openai,3,11,2026-01-15\n"
	    "gpt-x,openai,3,12,2026-03-01\n"
	    "gpt-x,openai,3,99,2199-01-01\n"
	    "\n"
	    "\"quoted,name\",openai,1,2,\r\n"
	    "last-1,openai,1,5,");
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	CU_ASSERT_EQUAL(price_of(&w, "gpt-x"), 12000000);
	CU_ASSERT_EQUAL(price_of(&w, "small-1"), 700000);
	CU_ASSERT_EQUAL(price_of(&w, "free-1"), SY_PRICE_UNKNOWN);
	CU_ASSERT_EQUAL(price_of(&w, "quoted,name"), 2000000);
	CU_ASSERT_EQUAL(price_of(&w, "last-1"), 5000000);
	CU_ASSERT_EQUAL(w.findings.warnings, 1);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "a price that begins later"));

	world_puts(&w, "etc/models.d/60-more.csv",
	    "provider,model,cache_read,in,out\nopenai,odd-1,2,1,3\n");
	CU_ASSERT_EQUAL(world_read(&w), 0);
	CU_ASSERT_PTR_NOT_NULL(
	    world_finding(&w.findings, "cache_read costs more than in"));
	world_drop(&w);
}

/* What a file says of tiers and of the end of a model comes through to where it is used. */
static void test_tiers_and_ends(void)
{
	struct world w;
	const struct sy_model *m;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf",
	    "provider openai { }\nroute old { targets = { \"openai:old-1\" } }\n");
	world_puts(&w, "etc/models.d/50-local.csv",
	    "model,provider,in,out,tiers,deprecated\n"
	    "old-1,openai,2,8,200k: in 4 out 12,2026-05-01\n");
	CU_ASSERT_EQUAL_FATAL(world_read(&w), 0);
	m = sy_config_model(w.config, "openai", "old-1");
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_EQUAL(m->price.tiers.tier[0].above_tokens, 200000);
	CU_ASSERT_EQUAL(m->price.tiers.tier[0].per_class[SY_OUT], 12000000);
	CU_ASSERT_EQUAL(m->price.tiers.tier[0].per_class[SY_OUT_REASONING],
	    SY_PRICE_UNKNOWN);
	CU_ASSERT_EQUAL(m->price.tiers.tier[1].above_tokens, 0);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings,
	    "route \"old\": target \"openai:old-1\" is deprecated from 2026-05-01 on"));
	world_drop(&w);
}

/* More lines than any feed should have. */
static void test_many(void)
{
	struct sy_buf b;
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", "provider openai { }\n");
	sy_buf_init(&b, 16 << 20);
	sy_buf_puts(&b, "model,provider\n");
	for (int i = 0; i < 200010; i++)
		sy_buf_printf(&b, "m%d,openai\n", i);
	world_write(&w, "etc/models.d/many.csv", b.data, b.len);
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "more than 200000 models"));
	sy_buf_release(&b);
	world_drop(&w);
}

CU_TestInfo catalogue_tests[] = {
	{ "bad lines", test_bad },
	{ "layers", test_layers },
	{ "tiers and ends", test_tiers_and_ends },
	{ "many", test_many },
	CU_TEST_INFO_NULL,
};
