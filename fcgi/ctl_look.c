/*
 * ctl_look.c - status, providers, models: how it is going, and what there is.
 */
#include "ctl.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/buf.h"
#include "config/option.h"
#include "model/config.h"
#include "ops/op_provider.h"
#include "ops/op_status.h"

#include <inttypes.h>
#include <string.h>

static const struct sy_column provider_columns[] = {
	{ "PROVIDER", "id", SY_V_TEXT },
	{ "CIRCUIT", "circuit", SY_V_STATE },
	{ "SINCE", "since", SY_V_TIME },
	{ "NEXT TRY", "retry_at", SY_V_TIME },
	{ "ATTEMPTS 1h", "attempts", SY_V_COUNT },
	{ "FAILED 1h", "failed", SY_V_COUNT },
	{ "SHARE", "failed_share", SY_V_SHARE },
	{ "FIRST TOKEN p50", "ttft_p50_ms", SY_V_MS },
	{ "p95", "ttft_p95_ms", SY_V_MS },
	{ NULL, "sim", SY_V_YES },
	{ NULL, "label", SY_V_TEXT },
};
#define PROVIDER_COLUMNS (sizeof(provider_columns) / sizeof(provider_columns[0]))

static void page_providers(const struct sy_provider_state *list, int count,
    struct sy_page *page)
{
	sy_page_table(page, "providers", provider_columns, PROVIDER_COLUMNS);
	sy_page_if_empty(page,
	    "No provider is in use. Next: switchyard secret set NAME, then switchyard apply");
	for (int i = 0; i < count; i++) {
		const struct sy_provider_state *s = &list[i];
		const struct sy_value row[PROVIDER_COLUMNS] = {
			sy_value_text(s->provider->name),
			sy_value_text(sy_circuit_name(s->circuit)),
			sy_value_unless(s->since_ms, 0),
			sy_value_unless(s->retry_ms, 0),
			sy_value_n(s->attempts),
			sy_value_n(s->failed),
			s->attempts > 0 ? sy_value_n(s->failed * 1000 / s->attempts)
			                : sy_value_text(NULL),
			sy_value_unless(s->first_p50_ms, -1),
			sy_value_unless(s->first_p95_ms, -1),
			sy_value_n(s->provider->simulated),
			sy_value_text(s->provider->label),
		};

		sy_page_row(page, row);
	}
}

int sy_run_providers(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_provider_state *list;
	struct sy_error err;
	int count;

	if (sy_cli_open(cli, SY_OPS_LIVE, &err) < 0)
		return sy_cli_fail(cli, &err);
	count = sy_op_providers(&cli->ops, cli->arena, &list, &err);
	if (count < 0)
		return sy_cli_fail(cli, &err);
	page_providers(list, count, page);
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

static const struct sy_column status_columns[] = {
	{ "Switchyard", "version", SY_V_TEXT },
	{ "Generation", "generation", SY_V_COUNT },
	{ "Applied", "applied", SY_V_TIME },
	{ "By", "who", SY_V_TEXT },
	{ "Note", "note", SY_V_TEXT },
	{ "Processes", "workers", SY_V_COUNT },
	{ "In flight", "in_flight", SY_V_COUNT },
	{ "Requests 1h", "requests", SY_V_COUNT },
	{ "Failed 1h", "upstream_error", SY_V_COUNT },
	{ "Rescued 1h", "rescued", SY_V_COUNT },
	{ "Cost 1h", "cost_uusd", SY_V_MONEY },
	{ "Last request", "last_request", SY_V_TIME },
	{ "Store", "store_bytes", SY_V_BYTES },
	{ "Disk free", "disk_free_bytes", SY_V_BYTES },
	{ NULL, "outbox", SY_V_COUNT },
	{ NULL, "as_of", SY_V_TIME },
};
#define STATUS_COLUMNS (sizeof(status_columns) / sizeof(status_columns[0]))

static void page_status(const struct sy_cli *cli, const struct sy_status *s,
    struct sy_page *page)
{
	const struct sy_generation *g = &cli->ops.generation;
	const struct sy_value values[STATUS_COLUMNS] = {
		sy_value_text(PACKAGE_VERSION),
		sy_value_unless(g->number, 0),
		sy_value_unless(g->applied_ms, 0),
		sy_value_text(g->who),
		sy_value_text(g->note),
		sy_value_n(s->now.workers),
		sy_value_n(s->now.in_flight),
		sy_value_n(s->hour.requests),
		sy_value_n(s->hour.ends[SY_END_UPSTREAM_ERROR]),
		sy_value_n(s->hour.rescued),
		sy_value_n(s->hour.cost_nanodollars),
		sy_value_unless(s->span.last_ms, 0),
		sy_value_n(s->book_bytes + s->live_bytes),
		sy_value_unless(s->disk_free_bytes, 0),
		sy_value_n(s->now.outbox),
		sy_value_n(s->as_of_ms),
	};

	for (size_t i = 0; i < STATUS_COLUMNS; i++)
		/* A note that nobody made is no line for people. */
		if (values[i].known || cli->view.form != SY_FORM_TABLE)
			sy_page_fact(page, &status_columns[i], values[i]);
}

#define DISK_LEAST (200 << 20)

/* What needs somebody, a line each; how many there are. */
static int page_problems(const struct sy_cli *cli, const struct sy_status *s,
    const struct sy_provider_state *list, int count, struct sy_page *page)
{
	int problems = 0;

	for (int i = 0; i < count; i++) {
		if (list[i].circuit == SY_CLOSED)
			continue;
		problems++;
		sy_page_note(page, "%s is %s: %d of %d targets%s%s%s",
		    list[i].provider->name, sy_circuit_name(list[i].circuit),
		    list[i].targets_open, list[i].targets,
		    list[i].circuit == SY_OPEN ? " (" : "",
		    list[i].circuit == SY_OPEN ? sy_kind_info(list[i].reason)->name : "",
		    list[i].circuit == SY_OPEN ? ")" : "");
	}
	if (s->hour.unpriced > 0)
		sy_page_note(page,
		    "%" PRId64 " requests of the last hour have no known price: "
		    "switchyard models --unpriced",
		    s->hour.unpriced);
	if (s->disk_free_bytes > 0 && s->disk_free_bytes < DISK_LEAST)
		sy_page_note(page, "the disk of %s is nearly full", cli->root.var_dir);
	problems += s->hour.unpriced > 0;
	return problems + (s->disk_free_bytes > 0 && s->disk_free_bytes < DISK_LEAST);
}

int sy_run_status(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_provider_state *list = NULL;
	struct sy_status status;
	struct sy_error err;
	int count = 0;

	if (sy_cli_open(cli, SY_OPS_LIVE, &err) < 0 ||
	    sy_op_status(&cli->ops, &status, &err) < 0)
		return sy_cli_fail(cli, &err);
	if (cli->ops.config != NULL)
		count = sy_op_providers(&cli->ops, cli->arena, &list, &err);
	if (count < 0)
		return sy_cli_fail(cli, &err);
	page_status(cli, &status, page);
	page_providers(list, count, page);
	if (cli->ops.config == NULL)
		sy_page_note(page,
		    "Nothing has been applied yet. Next: switchyard apply");
	else if (page_problems(cli, &status, list, count, page) == 0 && count > 0)
		sy_page_note(page, "All is well.");
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

/* --- Models. ------------------------------------------------------------------------------ */

static const struct sy_column model_columns[] = {
	{ "MODEL", "id", SY_V_TEXT },
	{ "PROVIDER", "provider", SY_V_TEXT },
	{ "CONTEXT", "context_tokens", SY_V_COUNT },
	{ "IN $/M", "in_nusd", SY_V_MONEY },
	{ "CACHE READ", "in_cache_read_nusd", SY_V_MONEY },
	{ "OUT $/M", "out_nusd", SY_V_MONEY },
	{ "CAN", "caps", SY_V_TEXT },
	{ "DEPRECATED", "deprecated", SY_V_TEXT },
	{ NULL, "tiers", SY_V_TEXT },
	{ NULL, "in_cache_write_nusd", SY_V_MONEY },
	{ NULL, "out_reasoning_nusd", SY_V_MONEY },
	{ NULL, "max_output_tokens", SY_V_COUNT },
	{ NULL, "upstream", SY_V_TEXT },
};
#define MODEL_COLUMNS (sizeof(model_columns) / sizeof(model_columns[0]))

static const char *caps_text(uint32_t caps, struct sy_arena *a)
{
	const char *text = "";

	for (const struct sy_word *w = sy_cap_words; w->name != NULL; w++)
		if (caps & (uint32_t)w->value)
			text =
			    sy_strf(a, "%s%s%s", text, *text != '\0' ? " " : "", w->name);
	return text;
}

/* NULL for none. */
static const char *day_text(int64_t unix_s, struct sy_arena *a)
{
	struct sy_buf b;
	const char *text;

	if (unix_s == 0)
		return NULL;
	sy_buf_init(&b, 64);
	sy_date_print(unix_s, &b);
	text = sy_strdup(a, b.data);
	sy_buf_release(&b);
	return text;
}

static const char *tiers_text(const struct sy_tiers *tiers, struct sy_arena *a)
{
	struct sy_buf b;
	const char *text;

	sy_buf_init(&b, 1024);
	sy_tiers_print(tiers, &b);
	text = sy_strdup(a, b.data);
	sy_buf_release(&b);
	return text;
}

/* Micro-dollars to nano-dollars, which is what a page shows as money. */
static struct sy_value price(const struct sy_model *m, enum sy_token_class class)
{
	int64_t p = m->price.per_class[class];

	return p == SY_PRICE_UNKNOWN ? sy_value_text(NULL) : sy_value_n(p * 1000);
}

int sy_run_models(struct sy_cli *cli)
{
	const char *only = sy_cli_option(cli, "provider");
	bool unpriced = sy_cli_flag(cli, "unpriced"), all = sy_cli_flag(cli, "all");
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	const struct sy_provider *provider = NULL;
	const struct sy_config *c;
	struct sy_error err;

	if (sy_cli_open(cli, SY_OPS_BOOK, &err) < 0 ||
	    sy_ops_configured(&cli->ops, &err) < 0 ||
	    (only != NULL && sy_op_provider(&cli->ops, only, &provider, &err) < 0))
		return sy_cli_fail(cli, &err);
	c = cli->ops.config;
	sy_page_table(page, "models", model_columns, MODEL_COLUMNS);
	sy_page_if_empty(page,
	    unpriced ? "Every model in use has a price." : "There are none.");
	for (size_t i = 0; i < c->model_count; i++) {
		const struct sy_model *m = &c->models[i];
		const struct sy_value row[MODEL_COLUMNS] = {
			sy_value_text(m->name),
			sy_value_text(m->provider->name),
			sy_value_unless(m->context_tokens, 0),
			price(m, SY_IN),
			price(m, SY_IN_CACHE_READ),
			price(m, SY_OUT),
			sy_value_text(caps_text(m->caps, cli->arena)),
			sy_value_text(day_text(m->deprecated, cli->arena)),
			sy_value_text(tiers_text(&m->price.tiers, cli->arena)),
			price(m, SY_IN_CACHE_WRITE),
			price(m, SY_OUT_REASONING),
			sy_value_unless(m->max_output_tokens, 0),
			sy_value_text(m->upstream),
		};

		if ((provider != NULL && m->provider != provider) ||
		    (provider == NULL && !all && !m->provider->enabled) ||
		    (unpriced && sy_model_priced(m)))
			continue;
		sy_page_row(page, row);
	}
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

/* --- Providers in and out of use. --------------------------------------------------------- */

/* The number of targets, or an exit code below zero. */
static int steer(struct sy_cli *cli, enum sy_circuit circuit,
    const struct sy_provider **p)
{
	struct sy_error err;
	int count;

	if (sy_cli_open(cli, SY_OPS_LIVE, &err) < 0 ||
	    sy_op_provider(&cli->ops, sy_cli_arg(cli, 0), p, &err) < 0)
		return -sy_cli_fail(cli, &err);
	count = sy_op_provider_steer(&cli->ops, *p, circuit, 0, &err);
	return count < 0 ? -sy_cli_fail(cli, &err) : count;
}

int sy_run_provider_drain(struct sy_cli *cli)
{
	const struct sy_provider *p;
	int count = steer(cli, SY_DRAINED, &p);

	if (count < 0)
		return -count;
	sy_cli_say(cli,
	    "%s is drained: none of its %d targets gets new requests. "
	    "Undo: switchyard provider resume %s",
	    p->name, count, p->name);
	return SY_EXIT_OK;
}

int sy_run_provider_resume(struct sy_cli *cli)
{
	const struct sy_provider *p;
	int count = steer(cli, SY_CLOSED, &p);

	if (count < 0)
		return -count;
	sy_cli_say(cli, "%s is back in use, with %d targets.", p->name, count);
	return SY_EXIT_OK;
}

int sy_run_provider_reset(struct sy_cli *cli)
{
	const struct sy_provider *p;
	int count = steer(cli, SY_CLOSED, &p);

	if (count < 0)
		return -count;
	sy_cli_say(cli, "The circuits of %s are closed, for %d targets.", p->name, count);
	return SY_EXIT_OK;
}
