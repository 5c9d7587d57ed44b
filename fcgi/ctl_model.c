/*
 * ctl_model.c - model import: what a feed would change, and the change.
 */
#include "ctl.h"
#include "ctl_run.h"

#include "base/text.h"
#include "ops/op_import.h"

#include <string.h>

static const struct sy_column facts[] = {
	{ "Shape", "shape", SY_V_TEXT },
	{ "Models", "models", SY_V_COUNT },
	{ "As they are", "same", SY_V_COUNT },
	{ "Yours, kept", "yours", SY_V_COUNT },
	{ "Not in it, kept", "not_in_it", SY_V_COUNT },
	{ "Without a price", "unpriced", SY_V_COUNT },
	{ "Of no use here", "no_use", SY_V_COUNT },
	{ "Other units too", "other_units", SY_V_COUNT },
	{ "Of strangers", "strangers", SY_V_COUNT },
	{ "Their names", "unknown", SY_V_TEXT },
};
#define FACTS (sizeof(facts) / sizeof(facts[0]))

static void page_facts(const struct sy_import *im, struct sy_page *page)
{
	const struct sy_value values[FACTS] = {
		sy_value_text(sy_word_name(sy_feed_words, (int)im->feed.shape)),
		sy_value_n((int64_t)im->models),
		sy_value_n((int64_t)im->same),
		sy_value_n((int64_t)im->yours),
		sy_value_n((int64_t)im->not_in_it),
		sy_value_n((int64_t)im->feed.unpriced),
		sy_value_n((int64_t)im->feed.no_use),
		sy_value_n((int64_t)im->feed.other_units),
		sy_value_n((int64_t)im->strangers),
		sy_value_text(im->unknown),
	};

	for (size_t i = 0; i < FACTS; i++)
		sy_page_fact(page, &facts[i], values[i]);
}

static const struct sy_column change_columns[] = {
	{ "CHANGE", "change", SY_V_TEXT },
	{ "PROVIDER", "provider", SY_V_TEXT },
	{ "MODEL", "model", SY_V_TEXT },
	{ "WHAT", "what", SY_V_TEXT },
	{ "BEFORE", "before", SY_V_TEXT },
	{ "AFTER", "after", SY_V_TEXT },
	{ "BY", "share", SY_V_SHARE },
};

static void page_changes(const struct sy_import *im, int64_t limit, struct sy_page *page)
{
	sy_page_table(page, "changes", change_columns, 7);
	sy_page_if_empty(page, "Nothing in it is other than what is known.");
	for (size_t i = 0; i < im->count && (int64_t)i < limit; i++) {
		const struct sy_change *c = &im->changes[i];
		const struct sy_value row[] = {
			sy_value_text(sy_word_name(sy_change_words, (int)c->kind)),
			sy_value_text(c->provider),
			sy_value_text(c->model),
			sy_value_text(c->what),
			sy_value_text(c->before),
			sy_value_text(c->after),
			c->counted ? sy_value_n(c->permille) : sy_value_text(NULL),
		};

		sy_page_row(page, row);
	}
	if ((int64_t)im->count > limit)
		sy_page_note(page, "%zu changes more: --limit %zu",
		    im->count - (size_t)limit, im->count);
}

static const struct sy_column finding_columns[] = {
	{ "LEVEL", "level", SY_V_STATE },
	{ "LINE", "line", SY_V_COUNT },
	{ "FOUND", "text", SY_V_TEXT },
};

static void page_findings(const struct sy_findings *f, struct sy_page *page)
{
	sy_page_table(page, "findings", finding_columns, 3);
	for (size_t i = 0; i < f->count; i++) {
		const struct sy_value row[] = {
			sy_value_text(f->list[i].warning ? "warning" : "error"),
			sy_value_unless(f->list[i].line, 0),
			sy_value_text(f->list[i].text),
		};

		sy_page_row(page, row);
	}
}

static int read_from(const struct sy_cli *cli, enum sy_feed_shape *shape,
    struct sy_error *err)
{
	const char *from = sy_cli_option(cli, "from");
	int value = from != NULL ? sy_word_value(sy_feed_words, from) : SY_FEED_UNSAID;

	if (value < 0)
		return sy_fail(err, SY_USAGE, "",
		    "--from is models.dev, litellm or openrouter, not \"%.40s\"", from);
	*shape = (enum sy_feed_shape)value;
	return 0;
}

/* What would be written is shown; it is written with --yes, unless something holds it back. */
static int finish(const struct sy_cli *cli, const struct sy_import *im,
    struct sy_page *page)
{
	bool held = im->findings.errors > 0 && !sy_cli_flag(cli, "force");
	bool yes = sy_cli_flag(cli, "yes");
	struct sy_error err;

	if (held)
		sy_page_note(page, "%zu %s: nothing %s written without --force.",
		    im->findings.errors,
		    im->findings.errors == 1 ? "finding holds it back"
		                             : "findings hold it back",
		    yes ? "was" : "would be");
	else if (!yes)
		sy_page_note(page, "Nothing was written: --yes writes %zu rows to %s.",
		    im->row_count, im->path);
	else if (sy_op_import_write(im, &err) < 0)
		return sy_cli_fail(cli, &err);
	else
		sy_page_note(page, "%zu rows were written to %s. Next: switchyard apply",
		    im->row_count, im->path);
	sy_page_print(page, stdout);
	return held ? SY_EXIT_CONFIG : SY_EXIT_OK;
}

int sy_run_model_import(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_import_ask ask = { .path = sy_cli_arg(cli, 0),
		.provider = sy_cli_option(cli, "provider"),
		.output = sy_cli_option(cli, "output"),
		.now_ms = cli->view.now_ms };
	struct sy_import im;
	struct sy_error err;
	int64_t limit;

	if (read_from(cli, &ask.shape, &err) < 0 ||
	    sy_cli_number(cli, "limit", 1, SY_MODELS_MAX, 50, &limit, &err) < 0 ||
	    sy_cli_root(cli, &err) < 0 ||
	    sy_op_import(&cli->root, &ask, cli->arena, &im, &err) < 0)
		return sy_cli_fail(cli, &err);
	page_facts(&im, page);
	page_changes(&im, cli->view.form == SY_FORM_TABLE ? limit : SY_MODELS_MAX, page);
	page_findings(&im.findings, page);
	return finish(cli, &im, page);
}
