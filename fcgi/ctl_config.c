/*
 * ctl_config.c - check, diff, apply, history, rollback, export, show.
 */
#include "ctl.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/buf.h"
#include "config/config_file.h"
#include "model/config.h"
#include "ops/op_config.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FINDING_MAX 8192

/* On standard error, as a compiler's: they are talk about the files, not a result. */
static void print_findings(const struct sy_cli *cli, const struct sy_findings *f)
{
	size_t listed = f->count < SY_FINDINGS_MAX ? f->count : SY_FINDINGS_MAX;
	struct sy_buf b;

	sy_buf_init(&b, FINDING_MAX);
	for (size_t i = 0; i < listed; i++) {
		sy_buf_reset(&b);
		sy_finding_print(&f->list[i], &b);
		fwrite(b.data, 1, b.len, stderr);
	}
	sy_buf_release(&b);
	if (f->errors + f->warnings > 0)
		sy_cli_say(cli, "%zu %s, %zu %s", f->errors,
		    f->errors == 1 ? "error" : "errors", f->warnings,
		    f->warnings == 1 ? "warning" : "warnings");
}

static const struct sy_column finding_columns[] = {
	{ "LEVEL", "level", SY_V_STATE },
	{ "FILE", "file", SY_V_TEXT },
	{ "LINE", "line", SY_V_COUNT },
	{ "TEXT", "text", SY_V_TEXT },
	{ "HINT", "hint", SY_V_TEXT },
};

static void page_findings(const struct sy_cli *cli, const struct sy_findings *f)
{
	struct sy_page *p = sy_page_new(&cli->view, cli->arena);

	sy_page_table(p, "findings", finding_columns, 5);
	for (size_t i = 0; i < f->count && i < SY_FINDINGS_MAX; i++) {
		const struct sy_finding *at = &f->list[i];
		const struct sy_value row[] = {
			sy_value_text(at->warning ? "warning" : "error"),
			sy_value_text(at->file),
			sy_value_unless(at->line, 0),
			sy_value_text(at->text),
			sy_value_text(at->hint),
		};

		sy_page_row(p, row);
	}
	sy_page_print(p, stdout);
}

static void tell_findings(const struct sy_cli *cli, const struct sy_findings *f)
{
	if (cli->view.form == SY_FORM_TABLE)
		print_findings(cli, f);
	else
		page_findings(cli, f);
}

int sy_run_check(struct sy_cli *cli)
{
	struct sy_findings findings = { 0 };
	struct sy_config *config = NULL;
	struct sy_error err;
	int rc;

	if (sy_cli_root(cli, &err) < 0)
		return sy_cli_fail(cli, &err);
	rc = sy_config_read(&cli->root, cli->arena, &findings, &config, &err);
	tell_findings(cli, &findings);
	if (rc < 0 && findings.errors == 0)
		return sy_cli_fail(cli, &err);
	if (rc == 0)
		sy_cli_say(cli, "%s: %zu providers, %zu models, %zu routes",
		    cli->root.conf_file, config->provider_count, config->model_count,
		    config->route_count);
	sy_config_unref(config);
	if (rc < 0)
		return SY_EXIT_CONFIG;
	return findings.warnings > 0 && sy_cli_flag(cli, "strict") ? SY_EXIT_CONFIG
	                                                           : SY_EXIT_OK;
}

/* --- What changes. ------------------------------------------------------------------------ */

static const struct sy_column change_columns[] = { { "CHANGE", "change", SY_V_TEXT } };

static void take_change(void *arg, const char *text)
{
	struct sy_page *p = ((void **)arg)[0];
	struct sy_cli *cli = ((void **)arg)[1];
	const struct sy_value row[] = { sy_value_text(sy_strdup(cli->arena, text)) };

	sy_page_row(p, row);
}

struct change {
	struct sy_page *page;
	void *both[2];
	struct sy_lines lines;
};

static void begin_changes(struct sy_cli *cli, struct sy_page *page, struct change *c)
{
	sy_page_table(page, "changes", change_columns, 1);
	c->page = page;
	c->both[0] = page;
	c->both[1] = cli;
	c->lines = (struct sy_lines){ take_change, c->both };
}

static int fail_with(const struct sy_cli *cli, const struct sy_findings *f,
    const struct sy_error *err)
{
	if (f->errors == 0)
		return sy_cli_fail(cli, err);
	tell_findings(cli, f);
	if (cli->ops.generation.number > 0)
		sy_cli_say(cli, "Running traffic still uses generation %u.",
		    cli->ops.generation.number);
	return SY_EXIT_CONFIG;
}

static int read_generation(const struct sy_cli *cli, const char *text, uint32_t *number,
    struct sy_error *err)
{
	char *end;
	unsigned long n;

	*number = 0;
	if (text == NULL)
		return 0;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (*end != '\0' || errno != 0 || n == 0 || n > UINT32_MAX || *text == '-')
		return sy_fail(err, SY_USAGE, "generation",
		    "\"%s\" is no number of a generation; \"switchyard history\" lists them",
		    sy_show_safe(&cli->view, text, cli->arena));
	*number = (uint32_t)n;
	return 0;
}

int sy_run_diff(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_findings findings = { 0 };
	struct change change;
	struct sy_error err;
	uint32_t number;
	int count;

	if (read_generation(cli, sy_cli_arg(cli, 0), &number, &err) < 0 ||
	    sy_cli_open(cli, SY_OPS_MAKE, &err) < 0)
		return sy_cli_fail(cli, &err);
	begin_changes(cli, page, &change);
	sy_page_if_empty(page, "The files and what is active are the same.");
	count = sy_op_diff(&cli->root, cli->ops.book, number, cli->arena, &findings,
	    &change.lines, &err);
	if (count < 0)
		return fail_with(cli, &findings, &err);
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

/* Who does it: the person behind sudo, where there is one. */
static const char *who(void)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *pw;

	if (sudo != NULL && *sudo != '\0')
		return sudo;
	pw = getpwuid(getuid());
	return pw != NULL ? pw->pw_name : NULL;
}

static const struct sy_column generation_columns[] = {
	{ "Generation", "generation", SY_V_COUNT },
	{ NULL, "applied", SY_V_YES },
};

static void tell_generation(struct sy_page *page, uint32_t number, bool changed)
{
	sy_page_fact(page, &generation_columns[0], sy_value_unless(number, 0));
	sy_page_fact(page, &generation_columns[1], sy_value_n(changed));
}

int sy_run_apply(struct sy_cli *cli)
{
	struct sy_apply how = { .who = who(),
		.note = sy_cli_option(cli, "note"),
		.dry_run = sy_cli_flag(cli, "dry-run") };
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_generation made = { 0 };
	struct sy_findings findings = { 0 };
	struct change change;
	struct sy_error err;
	int rc;

	if (sy_cli_open(cli, SY_OPS_MAKE, &err) < 0)
		return sy_cli_fail(cli, &err);
	begin_changes(cli, page, &change);
	rc = sy_op_apply(&cli->root, cli->ops.book, &how, cli->arena, &findings,
	    &change.lines, &made, &err);
	if (rc < 0)
		return fail_with(cli, &findings, &err);
	print_findings(cli, &findings);
	if (sy_ops_reload(&cli->ops, &err) < 0)
		return sy_cli_fail(cli, &err);
	if (rc == 0)
		made = cli->ops.generation;
	tell_generation(page, how.dry_run ? cli->ops.generation.number : made.number,
	    rc > 0 && !how.dry_run);
	if (rc == 0)
		sy_page_note(page,
		    "The files say what is active already; nothing was changed.");
	else if (how.dry_run)
		sy_page_note(page, "Nothing was changed: --dry-run.");
	else
		sy_page_note(page,
		    "In force from the next request on. Undo: switchyard rollback");
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

int sy_run_rollback(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_generation now = { 0 };
	struct change change;
	struct sy_error err;
	uint32_t number;
	int rc;

	if (read_generation(cli, sy_cli_arg(cli, 0), &number, &err) < 0 ||
	    sy_cli_open(cli, SY_OPS_BOOK, &err) < 0 ||
	    sy_ops_configured(&cli->ops, &err) < 0)
		return sy_cli_fail(cli, &err);
	begin_changes(cli, page, &change);
	rc = sy_op_rollback(cli->ops.book, number, &change.lines, &now, &err);
	if (rc < 0 || sy_ops_reload(&cli->ops, &err) < 0)
		return sy_cli_fail(cli, &err);
	tell_generation(page, now.number, rc > 0);
	if (rc == 0)
		sy_page_note(page, "Generation %u is active already.", now.number);
	else
		sy_page_note(page,
		    "The files are as they were: \"switchyard apply\" would bring "
		    "them back into force.");
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

int sy_run_history(struct sy_cli *cli)
{
	static const struct sy_column columns[] = {
		{ "GENERATION", "generation", SY_V_COUNT },
		{ "STATE", "state", SY_V_STATE },
		{ "APPLIED", "applied", SY_V_TIME },
		{ "BY", "who", SY_V_TEXT },
		{ NULL, "parent", SY_V_COUNT },
		{ "NOTE", "note", SY_V_TEXT },
		{ NULL, "hash", SY_V_TEXT },
	};
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_generation *list;
	struct sy_error err;
	int count;

	if (sy_cli_open(cli, SY_OPS_BOOK, &err) < 0)
		return sy_cli_fail(cli, &err);
	list = sy_alloc(cli->arena, SY_GENERATIONS_KEPT * sizeof(*list));
	count = sy_generation_list(cli->ops.book, list, &err);
	if (count < 0)
		return sy_cli_fail(cli, &err);
	sy_page_table(page, "generations", columns, 7);
	sy_page_if_empty(page, "Nothing has been applied yet. Next: switchyard apply");
	for (int i = 0; i < count; i++) {
		const struct sy_generation *g = &list[i];
		bool active = g->number == cli->ops.generation.number;
		const struct sy_value row[] = {
			sy_value_n(g->number),
			sy_value_text(active ? "active" : "kept"),
			sy_value_n(g->applied_ms),
			sy_value_text(g->who),
			sy_value_unless(g->parent, 0),
			sy_value_text(g->note),
			sy_value_text(g->hash),
		};

		sy_page_row(page, row);
	}
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

int sy_run_export(struct sy_cli *cli)
{
	const char *text = NULL;
	struct sy_error err;
	uint32_t number;
	int found;

	if (read_generation(cli, sy_cli_arg(cli, 0), &number, &err) < 0 ||
	    sy_cli_open(cli, SY_OPS_BOOK, &err) < 0 ||
	    sy_ops_configured(&cli->ops, &err) < 0)
		return sy_cli_fail(cli, &err);
	found = sy_op_export(cli->ops.book, number, cli->arena, &text, &err);
	if (found == 0)
		sy_fail(&err, SY_NOT_FOUND, "generation",
		    "generation %u is not kept; \"switchyard history\" lists those that are",
		    number);
	if (found <= 0)
		return sy_cli_fail(cli, &err);
	fputs(text, stdout);
	return SY_EXIT_OK;
}

/* --- What holds. -------------------------------------------------------------------------- */

static void take_setting(void *arg, const struct sy_setting *s)
{
	const struct sy_value row[] = { sy_value_text(s->name), sy_value_text(s->value),
		sy_value_text(s->origin) };

	sy_page_row(arg, row);
}

int sy_run_show(struct sy_cli *cli)
{
	static const struct sy_column columns[] = {
		{ "SETTING", "name", SY_V_TEXT },
		{ "VALUE", "value", SY_V_TEXT },
		{ "FROM", "origin", SY_V_TEXT },
	};
	const char *prefix = sy_cli_arg(cli, 0) != NULL ? sy_cli_arg(cli, 0) : "";
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_findings findings = { 0 };
	struct sy_error err;
	int count;

	if (sy_cli_root(cli, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_page_table(page, "settings", columns, 3);
	count = sy_op_show(&cli->root, prefix, cli->arena, &findings, take_setting, page,
	    &err);
	if (count < 0)
		return fail_with(cli, &findings, &err);
	if (count == 0) {
		sy_fail(&err, SY_NOT_FOUND, "", "no setting begins with \"%.100s\"",
		    prefix);
		return sy_cli_fail(cli, &err);
	}
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}
