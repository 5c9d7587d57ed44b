#include "config/option.h"

#include "base/arena.h"
#include "base/buf.h"
#include "model/usage.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

static void test_money(void)
{
	static const struct {
		const char *text;
		int64_t micro_dollars;
		const char *again; /* NULL: refused */
	} cases[] = {
		{ "0", 0, "0.00" },
		{ "2.5", 2500000, "2.50" },
		{ "2.50", 2500000, "2.50" },
		{ "0.000001", 1, "0.000001" },
		{ "0.075", 75000, "0.075" },
		{ "1000000000", 1000000000000000, "1000000000.00" },
		{ "0.0000001", -1, NULL },
		{ "-1", -1, NULL },
		{ "+1", -1, NULL },
		{ "1e3", -1, NULL },
		{ "1.", -1, NULL },
		{ ".5", -1, NULL },
		{ "1,5", -1, NULL },
		{ "", -1, NULL },
		{ "$2", -1, NULL },
		{ "99999999999999999999", -1, NULL },
		{ "0x10", -1, NULL },
		{ "nan", -1, NULL },
		{ " 1", -1, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_buf b;

		CU_ASSERT_EQUAL(sy_money_parse(cases[i].text), cases[i].micro_dollars);
		if (cases[i].again == NULL)
			continue;
		sy_buf_init(&b, 100);
		sy_money_print(cases[i].micro_dollars, &b);
		CU_ASSERT_STRING_EQUAL(b.data, cases[i].again);
		sy_buf_release(&b);
	}
}

static void test_date(void)
{
	struct sy_buf b;

	CU_ASSERT_EQUAL(sy_date_parse("1970-01-02"), 86400);
	CU_ASSERT_EQUAL(sy_date_parse("2024-02-29"), 1709164800);
	CU_ASSERT_EQUAL(sy_date_parse("2026-02-29"), -1);
	CU_ASSERT_EQUAL(sy_date_parse("2026-13-01"), -1);
	CU_ASSERT_EQUAL(sy_date_parse("2026-00-10"), -1);
	CU_ASSERT_EQUAL(sy_date_parse("26-01-01"), -1);
	CU_ASSERT_EQUAL(sy_date_parse("2026-1-1x"), -1);
	CU_ASSERT_EQUAL(sy_date_parse("20260-1-01"), -1);
	CU_ASSERT_EQUAL(sy_date_parse(""), -1);
	sy_buf_init(&b, 100);
	sy_date_print(1709164800, &b);
	CU_ASSERT_STRING_EQUAL(b.data, "2024-02-29");
	sy_buf_release(&b);
}

/* A value by its option's row, and as it is printed again; NULL: refused. */
static void test_values(void)
{
	static const struct {
		const struct sy_block *block;
		const char *option, *text, *again;
	} cases[] = {
		{ &sy_block_timeouts, "first", "60s", "1m" },
		{ &sy_block_timeouts, "first", "1500ms", "1500ms" },
		{ &sy_block_timeouts, "first", "2h", "2h" },
		{ &sy_block_timeouts, "first", "1d", "1d" },
		{ &sy_block_timeouts, "first", "60", NULL },
		{ &sy_block_timeouts, "first", "0", NULL },
		{ &sy_block_timeouts, "first", "-5s", NULL },
		{ &sy_block_timeouts, "first", "1.5s", NULL },
		{ &sy_block_timeouts, "first", "2d", NULL },
		{ &sy_block_timeouts, "first", "5 s", NULL },
		{ &sy_block_timeouts, "first", "99999999999999999999s", NULL },
		{ &sy_block_gateway, "heartbeat", "0", "0ms" },
		{ &sy_block_gateway, "body_limit", "32M", "32M" },
		{ &sy_block_gateway, "body_limit", "1536K", "1536K" },
		{ &sy_block_gateway, "body_limit", "100", NULL },
		{ &sy_block_gateway, "body_limit", "1G", NULL },
		{ &sy_block_gateway, "body_limit", "32m", NULL },
		{ &sy_block_gateway, "allow_direct", "yes", "yes" },
		{ &sy_block_gateway, "allow_direct", "off", "no" },
		{ &sy_block_gateway, "allow_direct", "maybe", NULL },
		{ &sy_block_gateway, "attempts", "3", "3" },
		{ &sy_block_gateway, "attempts", "11", NULL },
		{ &sy_block_gateway, "attempts", "three", NULL },
		{ &sy_block_model, "context", "128k", "128k" },
		{ &sy_block_model, "context", "1M", "1M" },
		{ &sy_block_model, "context", "131072", "131072" },
		{ &sy_block_model, "in", "unknown", "unknown" },
		{ &sy_block_model, "caps", "tools chat", "\"chat tools\"" },
		{ &sy_block_model, "caps", "tolls", NULL },
		{ &sy_block_model, "valid_from", "2026-02-28", "2026-02-28" },
		{ &sy_block_model, "valid_from", "2026-02-30", NULL },
		{ &sy_block_model, "tiers", "", "\"\"" },
		{ &sy_block_model, "tiers", "200000: out 18 in 4", "\"200k: in 4.00 out 18.00\"" },
		{ &sy_block_model, "tiers", " 200k:in 4;  500k: cache_read 0.5 ; ",
		    "\"200k: in 4.00; 500k: cache_read 0.50\"" },
		{ &sy_block_model, "tiers", "200k", NULL },
		{ &sy_block_model, "tiers", "200k:", NULL },
		{ &sy_block_model, "tiers", "200k: in", NULL },
		{ &sy_block_model, "tiers", "200k: in 1 in 2", NULL },
		{ &sy_block_model, "tiers", "200k: inn 1", NULL },
		{ &sy_block_model, "tiers", "200k: in -1", NULL },
		{ &sy_block_model, "tiers", "0: in 1", NULL },
		{ &sy_block_model, "tiers", "200k: in 1; 100k: in 2", NULL },
		{ &sy_block_model, "tiers", "1k: in 1; 2k: in 1; 3k: in 1; 4k: in 1", NULL },
		{ &sy_block_model, "deprecated", "2026-07-02", "2026-07-02" },
		{ &sy_block_target, "weight", "70%", "70" },
		{ &sy_block_target, "weight", "0", NULL },
		{ &sy_block_target, "weight", "-1", NULL },
		{ &sy_block_route, "strategy", "weighted", "weighted" },
		{ &sy_block_route, "strategy", "Weighted", NULL },
		{ &sy_block_provider, "label", "A \"b\" \\c", "\"A \\\"b\\\" \\\\c\"" },
		{ &sy_block_provider, "label", "two\nlines", NULL },
		{ &sy_block_quirks, "schema", "prompt", "prompt" },
		{ &sy_block_quirks, "temperature_max", "100", "100" },
	};
	struct sy_arena *a = sy_arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sy_conf_option *o =
		    sy_conf_option_find(cases[i].block, cases[i].option);
		char *at = sy_alloc(a, cases[i].block->size);
		struct sy_error err = { .message = "" };
		struct sy_buf b;
		int rc;

		CU_ASSERT_PTR_NOT_NULL_FATAL(o);
		rc = sy_conf_option_parse(o, cases[i].text, at + o->offset, a, &err);
		if (rc != (cases[i].again != NULL ? 0 : -1))
			fprintf(stderr, "%s = %s\n", cases[i].option, cases[i].text);
		CU_ASSERT_EQUAL(rc, cases[i].again != NULL ? 0 : -1);
		if (rc < 0) {
			CU_ASSERT_EQUAL(err.kind, SY_CONFIG);
			CU_ASSERT_NOT_EQUAL(err.message[0], '\0');
			continue;
		}
		sy_buf_init(&b, 1000);
		sy_conf_option_print(o, at + o->offset, &b);
		CU_ASSERT_STRING_EQUAL(b.data, cases[i].again);
		sy_buf_release(&b);
	}
	sy_arena_free(a);
}

/* Every initial value is one that its own row takes, and every row has help. */
static void check_rows(const struct sy_block *b)
{
	char *at = sy_xcalloc(1, b->size);
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	size_t count = 0;

	for (const struct sy_conf_option *o = sy_block_options(b); o->name != NULL;
	     o++, count++) {
		CU_ASSERT_PTR_NOT_NULL(o->help);
		CU_ASSERT(o->offset < b->size);
		if (o->initial != NULL)
			CU_ASSERT_EQUAL(sy_conf_option_parse(o, o->initial,
			                    at + o->offset, a, &err),
			    0);
	}
	CU_ASSERT(count > 0 && count <= 64);
	for (const struct sy_block *const *in = b->inner; in != NULL && *in != NULL; in++)
		check_rows(*in);
	sy_arena_free(a);
	free(at);
}

static void test_rows(void)
{
	for (const struct sy_block *const *b = sy_blocks; *b != NULL; b++)
		check_rows(*b);
}

CU_TestInfo option_tests[] = {
	{ "money", test_money },
	{ "date", test_date },
	{ "values", test_values },
	{ "rows", test_rows },
	CU_TEST_INFO_NULL,
};
