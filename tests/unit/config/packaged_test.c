/*
 * packaged_test.c - what is packaged loads, whole and without a finding.
 */
#include "world.h"

#include "base/arena.h"
#include "base/buf.h"
#include "config/draft.h"
#include "dialect/adapter.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The project's etc/, from wherever the test runs. */
static void use_packaged(struct world *w)
{
	const char *top = getenv("srcdir");

	w->root.data_dir = sy_strf(w->arena, "%s/etc", top != NULL ? top : "..");
}

static void tell(const struct world *w)
{
	for (size_t i = 0; i < w->findings.count; i++)
		fprintf(stderr, "%s:%d: %s\n", w->findings.list[i].file,
		    w->findings.list[i].line, w->findings.list[i].text);
}

/* Every row, spoken of: dialect and base are good, and only an account's own part may lack. */
static void test_rows(void)
{
	struct sy_draft d = { 0 };
	struct sy_buf b;
	struct world w;

	world_make(&w);
	use_packaged(&w);
	d.arena = w.arena;
	d.findings = &w.findings;
	world_puts(&w, "etc/switchyard.conf", "");
	sy_draft_read(&d, &w.root);
	CU_ASSERT(d.provider_count >= 31);
	CU_ASSERT_EQUAL(w.findings.count, 0);
	tell(&w);
	sy_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < d.provider_count; i++) {
		const struct sy_provider *p = &d.providers[i].p;
		bool own = strchr(p->base_url, '{') != NULL;

		CU_ASSERT_PTR_NOT_NULL(p->label);
		CU_ASSERT_EQUAL(p->auth == SY_AUTH_NONE, p->secret_env == NULL);
		sy_buf_printf(&b, "provider %s { %s }\n", p->name,
		    own ? "base = \"https://ours.example/v1\"" : "");
	}
	world_write(&w, "etc/switchyard.conf", b.data, b.len);
	CU_ASSERT_EQUAL(world_read(&w), 0);
	for (size_t i = 0; i < w.findings.count; i++)
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(w.findings.list[i].text, "there is no secret"));
	CU_ASSERT_EQUAL(w.findings.errors, 0);
	CU_ASSERT(w.config != NULL && w.config->provider_count == d.provider_count);
	CU_ASSERT(w.config != NULL && w.config->model_count > 1000);
	sy_buf_release(&b);
	world_drop(&w);
}

/* A model of the catalogue has all the price it needs or none of it, and none is zero. */
static void test_prices(void)
{
	size_t priced = 0, providers = 0;
	struct sy_draft d = { 0 };
	struct world w;

	world_make(&w);
	use_packaged(&w);
	d.arena = w.arena;
	d.findings = &w.findings;
	world_puts(&w, "etc/switchyard.conf", "");
	sy_draft_read(&d, &w.root);
	sy_draft_read_catalogue(&d, &w.root);
	CU_ASSERT_EQUAL(w.findings.count, 0);
	tell(&w);
	for (size_t i = 0; i < d.model_count; i++) {
		const struct sy_model *m = &d.models[i].m;
		const char *before = i > 0 ? d.models[i - 1].provider : "";
		int64_t in = m->price.per_class[SY_IN], out = m->price.per_class[SY_OUT];

		CU_ASSERT(in != 0 && out != 0 && m->caps != 0);
		CU_ASSERT(sy_model_priced(m) || in == SY_PRICE_UNKNOWN);
		priced += sy_model_priced(m);
		providers += strcmp(before, d.models[i].provider) != 0;
		CU_ASSERT_PTR_NOT_NULL(sy_draft_provider(&d, d.models[i].provider));
	}
	CU_ASSERT(priced >= 1500);
	CU_ASSERT(providers >= 45);
	world_drop(&w);
}

/* The reader's list of dialects is the adapters' own. */
static void test_dialects(void)
{
	struct world w;

	world_make(&w);
	for (size_t i = 0; sy_adapter_names[i] != NULL; i++) {
		char text[128];

		snprintf(text, sizeof(text),
		    "provider a { dialect = %s base = \"https://a.example\" }\n",
		    sy_adapter_names[i]);
		world_puts(&w, "etc/switchyard.conf", text);
		CU_ASSERT_EQUAL(world_read(&w), 0);
	}
	world_drop(&w);
}

CU_TestInfo packaged_tests[] = {
	{ "rows", test_rows },
	{ "prices", test_prices },
	{ "dialects", test_dialects },
	CU_TEST_INFO_NULL,
};
