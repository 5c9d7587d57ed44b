/*
 * import_test.c - a feed against the catalogue: what is shown, what is written, what is held.
 */
#include "ops/op_import.h"

#include "../config/world.h"
#include "base/arena.h"
#include "base/buf.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define NOW 1780000000000 /* 2026-05-28 */

static struct sy_import im;
static struct sy_error err;

/* A feed of one provider whose models are `rows`, read against the world. */
static int import(struct world *w, const char *rows)
{
	struct sy_import_ask ask = { .now_ms = NOW };
	struct sy_buf b;
	int rc;

	sy_buf_init(&b, 1 << 20);
	sy_buf_printf(&b, "{\"openai\": {\"models\": {%s}}}", rows);
	world_write(w, "feed.json", b.data, b.len);
	sy_buf_release(&b);
	ask.path = sy_strf(w->arena, "%s/feed.json", w->dir);
	rc = sy_op_import(&w->root, &ask, w->arena, &im, &err);
	if (rc < 0)
		fprintf(stderr, "%s\n", err.message);
	return rc;
}

#define MODEL(name, in, out)                                                             \
	"\"" name "\": {\"modalities\":{\"input\":[\"text\",\"image\"],\"output\":[\"text\"]}," \
	"\"tool_call\":true,\"structured_output\":false,"                                 \
	"\"limit\":{\"context\":128000,\"output\":16384},"                                 \
	"\"cost\":{\"input\":" in ",\"output\":" out ",\"cache_read\":1.25}}"

static const struct sy_change *change(const char *model, const char *what)
{
	for (size_t i = 0; i < im.count; i++)
		if (strcmp(im.changes[i].model, model) == 0 &&
		    strcmp(im.changes[i].what, what) == 0)
			return &im.changes[i];
	return NULL;
}

static int64_t out_price(struct world *w, const char *name)
{
	const struct sy_model *m;

	CU_ASSERT_EQUAL(world_read(w), 0);
	m = w->config != NULL ? sy_config_model(w->config, "openai", name) : NULL;
	return m != NULL ? m->price.per_class[SY_OUT] : -2;
}

static void test_difference(void)
{
	const struct sy_change *c;
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", "provider openai { }\n");
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("gpt-x", "2.5", "12") "," MODEL("new-1", "3",
	    "4") ", \"small-1\": {\"modalities\":{\"input\":[\"text\"],\"output\":[\"text\"]}, "
		 "\"tool_call\":true, \"structured_output\":false, \"cost\": "
		 "{\"input\":0.15,\"output\":0.6,\"cache_read\":0.075}}"), 0);
	c = change("gpt-x", "out");
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL(c->kind, SY_PRICE_CHANGED);
	CU_ASSERT_STRING_EQUAL(c->before, "10.00");
	CU_ASSERT_STRING_EQUAL(c->after, "12.00");
	CU_ASSERT(c->counted && c->permille == 200);
	c = change("new-1", "");
	CU_ASSERT(c != NULL && c->kind == SY_MODEL_ADDED);
	CU_ASSERT_STRING_EQUAL(c->after, "in 3.00 out 4.00");
	CU_ASSERT_PTR_NULL(change("gpt-x", "in"));
	CU_ASSERT_EQUAL(im.count, 2);
	CU_ASSERT_EQUAL(im.same, 1);
	CU_ASSERT_EQUAL(im.models, 3);
	CU_ASSERT_EQUAL(im.not_in_it, 2);
	CU_ASSERT_EQUAL(im.findings.errors, 0);
	/* Only what differs is written, and it holds. */
	CU_ASSERT_EQUAL(im.row_count, 2);
	CU_ASSERT_EQUAL(out_price(&w, "gpt-x"), 10000000);
	CU_ASSERT_EQUAL(sy_op_import_write(&im, &err), 0);
	CU_ASSERT_EQUAL(out_price(&w, "gpt-x"), 12000000);
	CU_ASSERT_EQUAL(out_price(&w, "new-1"), 4000000);
	CU_ASSERT_EQUAL(out_price(&w, "small-1"), 600000);
	CU_ASSERT_STRING_EQUAL(
	    sy_config_model(w.config, "openai", "gpt-x")->upstream, "gpt-x-2026");
	world_drop(&w);
}

/* A second import takes the place of the first; what the operator wrote stays. */
static void test_again(void)
{
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", "provider openai { }\n");
	world_puts(&w, "etc/models.d/50-ours.csv",
	    "model,provider,in,out\nsmall-1,openai,1,7\n");
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("gpt-x", "2.5", "12") "," MODEL("new-1", "3",
	    "4") "," MODEL("small-1", "0.2", "0.6")), 0);
	CU_ASSERT_EQUAL(im.yours, 1);
	CU_ASSERT_EQUAL(sy_op_import_write(&im, &err), 0);
	CU_ASSERT_EQUAL(out_price(&w, "small-1"), 7000000);
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("gpt-x", "2.5", "11")), 0);
	CU_ASSERT_PTR_NOT_NULL(change("new-1", ""));
	CU_ASSERT_EQUAL(change("new-1", "")->kind, SY_MODEL_REMOVED);
	CU_ASSERT_STRING_EQUAL(change("gpt-x", "out")->before, "12.00");
	CU_ASSERT_EQUAL(sy_op_import_write(&im, &err), 0);
	CU_ASSERT_EQUAL(out_price(&w, "gpt-x"), 11000000);
	CU_ASSERT_EQUAL(out_price(&w, "new-1"), -2);
	/* Back to what is packaged: nothing is left to override. */
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("gpt-x", "2.5", "10")), 0);
	CU_ASSERT_EQUAL(im.row_count, 0);
	world_drop(&w);
}

static bool held(const char *part)
{
	for (size_t i = 0; i < im.findings.count; i++)
		if (!im.findings.list[i].warning &&
		    strstr(im.findings.list[i].text, part) != NULL)
			return true;
	return false;
}

static void test_guards(void)
{
	struct sy_buf b;
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", "provider openai { }\n");
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("gpt-x", "2.5", "101")), 0);
	CU_ASSERT_TRUE(held("openai:gpt-x: out goes from 10.00 to 101.00 dollars"));
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("gpt-x", "2.5", "0.9")), 0);
	CU_ASSERT_TRUE(held("more than 10 times down"));
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("gpt-x", "2.5", "100")), 0);
	CU_ASSERT_EQUAL(im.findings.errors, 0);
	/* Free from today on: more likely a slip; the price that is known stays. */
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("gpt-x", "0", "0")), 0);
	CU_ASSERT_EQUAL(im.findings.errors, 0);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&im.findings, "the one that is known is kept"));
	CU_ASSERT_PTR_NULL(change("gpt-x", "out"));

	/* Twelve models, then all of them in another unit, then most of them gone. */
	for (int unit = 1; unit <= 1000; unit *= 1000) {
		sy_buf_init(&b, 1 << 20);
		for (int i = 0; i < 12; i++)
			sy_buf_printf(&b,
			    "%s\"m%d\": {\"modalities\":{\"input\":[\"text\"],\"output\":"
			    "[\"text\"]},\"cost\":{\"input\":%d,\"output\":%d}}",
			    i > 0 ? "," : "", i, unit, 2 * unit);
		CU_ASSERT_EQUAL_FATAL(import(&w, b.data), 0);
		CU_ASSERT_EQUAL(im.findings.errors > 0, unit > 1);
		if (unit == 1)
			CU_ASSERT_EQUAL(sy_op_import_write(&im, &err), 0);
		sy_buf_release(&b);
	}
	CU_ASSERT_TRUE(held("as if they were in another unit"));
	CU_ASSERT_EQUAL_FATAL(import(&w, MODEL("m1", "1", "2")), 0);
	CU_ASSERT_TRUE(held("11 of the 12 models that were imported are no longer in it"));
	world_drop(&w);
}

static void test_strangers(void)
{
	struct sy_import_ask ask = { .now_ms = NOW };
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", "");
	world_puts(&w, "feed.json",
	    "{\"models\": [{\"provider\":\"nobody\",\"id\":\"a\","
	    "\"modalities\":{\"input\":[\"text\"],\"output\":[\"text\"]}}]}");
	ask.path = sy_strf(w.arena, "%s/feed.json", w.dir);
	CU_ASSERT_EQUAL(sy_op_import(&w.root, &ask, w.arena, &im, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "a provider that is known"));
	CU_ASSERT_STRING_EQUAL(im.unknown, "nobody");
	ask.path = sy_strf(w.arena, "%s/none.json", w.dir);
	CU_ASSERT_EQUAL(sy_op_import(&w.root, &ask, w.arena, &im, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "No such file"));
	world_drop(&w);
}

CU_TestInfo import_tests[] = {
	{ "what differs", test_difference },
	{ "a second import", test_again },
	{ "guards", test_guards },
	{ "strangers, and no file", test_strangers },
	CU_TEST_INFO_NULL,
};
