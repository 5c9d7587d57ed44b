/*
 * ctl_store.c - store and ui: care of what is kept, and the way into the dashboard.
 */
#include "ctl.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/clock.h"
#include "model/config.h"
#include "ops/op_status.h"
#include "store/session.h"
#include "store/upkeep.h"

#include <inttypes.h>
#include <string.h>

#define FOLD_ROWS 5000

int sy_run_store_stat(struct sy_cli *cli)
{
	static const struct sy_column columns[] = {
		{ "Book", "book_bytes", SY_V_BYTES },
		{ "Live", "live_bytes", SY_V_BYTES },
		{ "Disk free", "disk_free_bytes", SY_V_BYTES },
		{ "Rows", "rows", SY_V_COUNT },
		{ "Bytes a row", "row_bytes", SY_V_COUNT },
		{ "Oldest", "first_request", SY_V_TIME },
		{ "Newest", "last_request", SY_V_TIME },
		{ "Waiting to be folded", "outbox", SY_V_COUNT },
		{ "In flight", "in_flight", SY_V_COUNT },
		{ "Zone", "tz", SY_V_TEXT },
	};
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_status s;
	struct sy_error err;

	if (sy_cli_open(cli, SY_OPS_LIVE, &err) < 0 ||
	    sy_op_status(&cli->ops, &s, &err) < 0)
		return sy_cli_fail(cli, &err);
	const struct sy_value values[] = {
		sy_value_n(s.book_bytes),
		sy_value_n(s.live_bytes),
		sy_value_n(s.disk_free_bytes),
		sy_value_n(s.span.rows),
		s.span.rows > 0 ? sy_value_n(s.book_bytes / s.span.rows)
		                : sy_value_text(NULL),
		sy_value_unless(s.span.first_ms, 0),
		sy_value_unless(s.span.last_ms, 0),
		sy_value_n(s.now.outbox),
		sy_value_n(s.now.in_flight),
		sy_value_text(s.rollup.zone),
	};
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		sy_page_fact(page, &columns[i], values[i]);
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

struct contradictions {
	struct sy_cli *cli;
	struct sy_page *page;
};

static void take_line(void *arg, const char *text)
{
	const struct contradictions *c = arg;
	const struct sy_value row[] = { sy_value_text(sy_strdup(c->cli->arena, text)) };

	sy_page_row(c->page, row);
}

int sy_run_store_verify(struct sy_cli *cli)
{
	static const struct sy_column count = { NULL, "contradictions", SY_V_COUNT };
	static const struct sy_column columns[] = { { "CONTRADICTION", "text",
	    SY_V_TEXT } };
	struct contradictions c = { cli, sy_page_new(&cli->view, cli->arena) };
	struct sy_error err;
	int64_t book, live;

	if (sy_cli_open(cli, SY_OPS_LIVE, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_page_table(c.page, "list", columns, 1);
	sy_page_if_empty(c.page, "The store agrees with itself.");
	book = sy_book_verify(cli->ops.book, sy_unix_ms(), take_line, &c, &err);
	if (book < 0)
		return sy_cli_fail(cli, &err);
	live = sy_live_verify(cli->ops.live, false, take_line, &c, &err);
	if (live < 0)
		return sy_cli_fail(cli, &err);
	sy_page_fact(c.page, &count, sy_value_n(book + live));
	sy_page_print(c.page, stdout);
	return book + live > 0 ? SY_EXIT_NO : SY_EXIT_OK;
}

static int one_count(struct sy_cli *cli, const struct sy_column *column, int64_t n)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);

	sy_page_fact(page, column, sy_value_n(n));
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

int sy_run_store_rebuild(struct sy_cli *cli)
{
	static const struct sy_column rows = { "Rows read", "rows", SY_V_COUNT };
	struct sy_error err;
	int64_t n;

	if (sy_cli_open(cli, SY_OPS_BOOK, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_cli_say(cli,
	    "Making the roll-ups anew from every row; traffic goes on meanwhile.");
	n = sy_book_rebuild(cli->ops.book, sy_unix_ms(), &err);
	return n < 0 ? sy_cli_fail(cli, &err) : one_count(cli, &rows, n);
}

/* What a gateway's own thread does: fold, sweep. For cron, where only plain CGI runs. */
int sy_run_store_tick(struct sy_cli *cli)
{
	static const struct sy_column columns[] = {
		{ "Rows folded", "folded", SY_V_COUNT },
		{ "Attempts swept", "swept", SY_V_COUNT },
		{ "Rows expired", "expired", SY_V_COUNT },
	};
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	int64_t folded = 0, expired;
	struct sy_error err;
	int swept, n;

	if (sy_cli_open(cli, SY_OPS_LIVE, &err) < 0)
		return sy_cli_fail(cli, &err);
	swept = sy_sweep(cli->ops.live, &err);
	if (swept < 0)
		return sy_cli_fail(cli, &err);
	do {
		n = sy_fold(cli->ops.live, cli->ops.book, FOLD_ROWS, &err);
		folded += n;
	} while (n == FOLD_ROWS);
	if (n < 0)
		return sy_cli_fail(cli, &err);
	expired = sy_book_expire(cli->ops.book, sy_unix_ms(), 0, &err);
	if (expired < 0)
		return sy_cli_fail(cli, &err);
	sy_page_fact(page, &columns[0], sy_value_n(folded));
	sy_page_fact(page, &columns[1], sy_value_n(swept));
	sy_page_fact(page, &columns[2], sy_value_n(expired));
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

int sy_run_ui_link(struct sy_cli *cli)
{
	static const struct sy_column columns[] = {
		{ "Dashboard", "url", SY_V_TEXT },
		{ "Code", "code", SY_V_TEXT },
		{ "Good for", "valid_ms", SY_V_MS },
	};
	const char *url = sy_cli_option(cli, "url");
	const char *viewer = sy_cli_option(cli, "role");
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	int access = sy_word_value(sy_access_words, viewer != NULL ? viewer : "admin");
	char code[SY_CODE_TEXT];
	struct sy_error err;

	if (access < 0 || access == SY_ACCESS_SELF) {
		sy_fail(&err, SY_USAGE, "role",
		    "--role is admin or viewer, not \"%.60s\"", viewer);
		return sy_cli_fail(cli, &err);
	}
	if (sy_cli_open(cli, SY_OPS_LIVE, &err) < 0 ||
	    sy_code_create(cli->ops.live, "admin", (enum sy_access)access, sy_boot_ms(),
	        code, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_page_fact(page, &columns[0],
	    sy_value_text(
	        sy_strf(cli->arena, "%s#code=%s", url != NULL ? url : "/ui/", code)));
	sy_page_fact(page, &columns[1], sy_value_text(code));
	sy_page_fact(page, &columns[2], sy_value_n(SY_CODE_MS));
	if (url == NULL)
		sy_page_note(page, "Put your server's address before it, or give --url. "
		                   "It signs one person in, once.");
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}
