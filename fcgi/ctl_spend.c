/*
 * ctl_spend.c - spend, requests, request: what was used, and what happened.
 */
#include "ctl.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/text.h"
#include "base/zone.h"
#include "ops/breakdown.h"
#include "ops/period.h"
#include "store/ledger.h"

#include <inttypes.h>
#include <string.h>

#define LIMIT_MAX 100000

/* --- Filters: --filter DIM=VALUE,DIM=VALUE. ----------------------------------------------- */

#define FILTERS_MAX 16

static int read_filters(struct sy_cli *cli, struct sy_filter *out, size_t *count,
    struct sy_error *err)
{
	char *text = sy_strdup(cli->arena, sy_cli_option(cli, "filter")), *next;

	for (*count = 0; text != NULL; text = next) {
		char *value = strchr(text, '=');
		int dim = -1;

		next = strchr(text, ',');
		if (next != NULL)
			*next++ = '\0';
		if (value != NULL) {
			*value++ = '\0';
			dim = sy_word_value(sy_dim_words, text);
		}
		if (dim <= SY_DIM_NONE)
			return sy_fail(err, SY_USAGE, "filter",
			    "--filter is NAME=VALUE, with commas between several; the names are model, "
			    "provider, route, feature, user and key");
		if (*count == FILTERS_MAX)
			return sy_fail(err, SY_USAGE, "filter",
			    "--filter takes at most %d values", FILTERS_MAX);
		out[(*count)++] = (struct sy_filter){ dim, value };
	}
	return 0;
}

static int read_dim(const struct sy_cli *cli, enum sy_dim *out, struct sy_error *err)
{
	const char *text = sy_cli_option(cli, "by");
	int dim = sy_word_value(sy_dim_words, text != NULL ? text : "model");

	if (dim <= SY_DIM_NONE)
		return sy_fail(err, SY_USAGE, "by",
		    "--by is model, provider, route, feature, user or key, not \"%.60s\"",
		    text);
	*out = (enum sy_dim)dim;
	return 0;
}

/* --- spend -------------------------------------------------------------------------------- */

static const struct sy_column spend_columns[] = {
	{ NULL, "id", SY_V_TEXT },
	{ "REQUESTS", "requests", SY_V_COUNT },
	{ "FAILED", "upstream_error", SY_V_COUNT },
	{ "TOKENS IN", "tokens_in", SY_V_COUNT },
	{ "CACHED", "in_cache_read", SY_V_COUNT },
	{ "TOKENS OUT", "tokens_out", SY_V_COUNT },
	{ "COST", "cost_uusd", SY_V_MONEY },
	{ "SHARE", "share", SY_V_SHARE },
	{ "CHANGE", "change_uusd", SY_V_MONEY },
	{ NULL, "prev_cost_uusd", SY_V_MONEY },
	{ NULL, "unpriced", SY_V_COUNT },
};
#define SPEND_COLUMNS (sizeof(spend_columns) / sizeof(spend_columns[0]))

struct line {
	const char *id;
	struct sy_cell sum;
	int64_t uusd, prev_uusd;
};

static void spend_row(const struct sy_breakdown *b, bool compared, const struct line *l,
    struct sy_value out[SPEND_COLUMNS])
{
	const int64_t *t = l->sum.tokens;
	const struct sy_value values[SPEND_COLUMNS] = {
		{ .s = l->id, .known = true },
		sy_value_n(l->sum.requests),
		sy_value_n(l->sum.ends[SY_END_UPSTREAM_ERROR]),
		sy_value_n(t[SY_IN] + t[SY_IN_CACHE_READ] + t[SY_IN_CACHE_WRITE]),
		sy_value_n(t[SY_IN_CACHE_READ]),
		sy_value_n(t[SY_OUT] + t[SY_OUT_REASONING]),
		sy_value_n(l->uusd * 1000),
		b->cost_uusd > 0 ? sy_value_n(l->uusd * 1000 / b->cost_uusd)
		                 : sy_value_text(NULL),
		compared ? sy_value_n((l->uusd - l->prev_uusd) * 1000)
		         : sy_value_text(NULL),
		compared ? sy_value_n(l->prev_uusd * 1000) : sy_value_text(NULL),
		sy_value_n(l->sum.unpriced),
	};

	memcpy(out, values, sizeof(values));
}

/* What the rows listed leave of the total, so that the page adds up. */
static void subtract(struct line *rest, const struct sy_group *g)
{
	rest->sum.requests -= g->now.requests;
	rest->sum.unpriced -= g->now.unpriced;
	for (int e = 0; e < SY_ENDS; e++)
		rest->sum.ends[e] -= g->now.ends[e];
	for (int t = 0; t < SY_TOKEN_CLASSES; t++)
		rest->sum.tokens[t] -= g->now.tokens[t];
	rest->uusd -= g->cost_uusd;
	rest->prev_uusd -= g->prev_cost_uusd;
}

static const char *zone_date(const struct sy_cli *cli, int64_t at)
{
	int64_t year;
	int month, mday;

	sy_date_from_day(sy_zone_day(cli->ops.zone, at), &year, &month, &mday);
	return sy_strf(cli->arena, "%04" PRId64 "-%02d-%02d", year, month, mday);
}

/* People read which days these are; programs also what the groups are parts of. */
static void page_head(const struct sy_cli *cli, const struct sy_period *p,
    const struct sy_breakdown *b, struct sy_page *page)
{
	static const struct sy_column heads[] = {
		{ "Days", NULL, SY_V_TEXT },
		{ "Compared with", NULL, SY_V_TEXT },
	};
	static const struct sy_column facts[] = {
		{ NULL, "from", SY_V_TIME },
		{ NULL, "to", SY_V_TIME },
		{ NULL, "tz", SY_V_TEXT },
		{ NULL, "requests", SY_V_COUNT },
		{ NULL, "cost_uusd", SY_V_MONEY },
		{ NULL, "prev_cost_uusd", SY_V_MONEY },
	};
	const struct sy_value values[] = {
		sy_value_n(p->now.from * 1000),
		sy_value_n(p->now.to * 1000),
		sy_value_text(sy_zone_name(cli->ops.zone)),
		sy_value_n(b->total.requests),
		sy_value_n(b->cost_uusd * 1000),
		p->compared ? sy_value_n(b->prev_cost_uusd * 1000) : sy_value_text(NULL),
	};

	if (cli->view.form == SY_FORM_TABLE)
		sy_page_fact(page, &heads[0],
		    sy_value_text(
		        sy_strf(cli->arena, "%s to %s (%s)", zone_date(cli, p->now.from),
		            zone_date(cli, p->now.to - 1), sy_zone_name(cli->ops.zone))));
	if (cli->view.form == SY_FORM_TABLE && p->compared)
		sy_page_fact(page, &heads[1],
		    sy_value_text(
		        sy_strf(cli->arena, "%s to %s", zone_date(cli, p->before.from),
		            zone_date(cli, p->before.to - 1))));
	for (size_t i = 0; cli->view.form == SY_FORM_JSON && i < 6; i++)
		sy_page_fact(page, &facts[i], values[i]);
}

static const char *upper(const char *s, struct sy_arena *a)
{
	char *text = sy_strdup(a, s);

	for (char *p = text; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p -= 'a' - 'A';
	return text;
}

static void page_groups(const struct sy_cli *cli, const struct sy_breakdown *b,
    const struct sy_ask_spend *ask, size_t limit, struct sy_page *page)
{
	struct line rest = { "", b->total, b->cost_uusd, b->prev_cost_uusd };
	struct line total = { "total", b->total, b->cost_uusd, b->prev_cost_uusd };
	struct sy_column *columns = sy_alloc(cli->arena, sizeof(spend_columns));
	struct sy_value row[SPEND_COLUMNS];
	size_t shown = limit < b->group_count ? limit : b->group_count;

	memcpy(columns, spend_columns, sizeof(spend_columns));
	columns[0].head = upper(sy_word_name(sy_dim_words, (int)ask->by), cli->arena);
	sy_page_table(page, "groups", columns, SPEND_COLUMNS);
	sy_page_if_empty(page, "Nothing was recorded in this time.");
	for (size_t i = 0; i < shown; i++) {
		const struct sy_group *g = &b->groups[i];
		const struct line l = { g->id, g->now, g->cost_uusd, g->prev_cost_uusd };

		spend_row(b, ask->period.compared, &l, row);
		if (*g->id == '\0')
			row[0].s = cli->view.form == SY_FORM_TABLE ? "(none)" : "";
		sy_page_row(page, row);
		subtract(&rest, g);
	}
	/* Programs add up for themselves; people read the sum. */
	if (cli->view.form != SY_FORM_TABLE || b->group_count == 0)
		return;
	if (b->group_count > shown) {
		rest.id = sy_strf(cli->arena, "%zu others", b->group_count - shown);
		spend_row(b, ask->period.compared, &rest, row);
		sy_page_row(page, row);
	}
	spend_row(b, ask->period.compared, &total, row);
	sy_page_row(page, row);
}

static int read_spend(struct sy_cli *cli, struct sy_ask_spend *ask,
    struct sy_filter *filters, struct sy_error *err)
{
	const char *range = sy_cli_option(cli, "range");

	ask->filters = filters;
	if (read_dim(cli, &ask->by, err) < 0 ||
	    read_filters(cli, filters, &ask->filter_count, err) < 0 ||
	    sy_cli_open(cli, SY_OPS_BOOK, err) < 0)
		return -1;
	return sy_period_parse(range != NULL ? range : "7d", sy_cli_option(cli, "cmp"),
	    NULL, cli->ops.zone, cli->view.now_ms / 1000, &ask->period, err);
}

int sy_run_spend(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_filter filters[FILTERS_MAX];
	struct sy_ask_spend ask = { 0 };
	struct sy_breakdown *b = sy_alloc(cli->arena, sizeof(*b));
	struct sy_error err;
	int64_t limit;

	if (sy_cli_number(cli, "limit", 1, LIMIT_MAX, 20, &limit, &err) < 0 ||
	    read_spend(cli, &ask, filters, &err) < 0 ||
	    sy_breakdown_make(cli->ops.book, cli->ops.zone, &ask, cli->arena, b, &err) <
	        0)
		return sy_cli_fail(cli, &err);
	page_head(cli, &ask.period, b, page);
	page_groups(cli, b, &ask, (size_t)limit, page);
	if (b->partial)
		sy_page_note(page,
		    "The oldest part is missing: this question takes a look at every "
		    "request, and there are too many.");
	if (b->total.unpriced > 0)
		sy_page_note(page,
		    "%" PRId64 " requests have no known price and are not in the cost.",
		    b->total.unpriced);
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

/* --- requests, request -------------------------------------------------------------------- */

static const struct sy_column request_columns[] = {
	{ "WHEN", "at", SY_V_TIME },
	{ "ID", "id", SY_V_ID },
	{ "ASKED", "asked", SY_V_TEXT },
	{ "ANSWERED BY", "target", SY_V_TEXT },
	{ "OUTCOME", "outcome", SY_V_STATE },
	{ "STATUS", "status", SY_V_COUNT },
	{ "TRIES", "attempts", SY_V_COUNT },
	{ "FIRST", "ttft_ms", SY_V_MS },
	{ "TOTAL", "dur_ms", SY_V_MS },
	{ "IN", "tokens_in", SY_V_COUNT },
	{ "OUT", "tokens_out", SY_V_COUNT },
	{ "COST", "cost_uusd", SY_V_MONEY },
	{ NULL, "key", SY_V_TEXT },
	{ NULL, "route", SY_V_TEXT },
	{ NULL, "feature", SY_V_TEXT },
	{ NULL, "user", SY_V_TEXT },
	{ NULL, "error", SY_V_TEXT },
	{ NULL, "stream", SY_V_YES },
	{ NULL, "sim", SY_V_YES },
};
#define REQUEST_COLUMNS (sizeof(request_columns) / sizeof(request_columns[0]))

struct listing {
	const struct sy_cli *cli;
	struct sy_page *page;
};

static const char *target_of(const struct sy_attempt *row, struct sy_arena *a)
{
	return *row->provider != '\0' ? sy_strf(a, "%s:%s", row->provider, row->model)
	                              : NULL;
}

static const char *error_of(const struct sy_attempt *row)
{
	return row->outcome == SY_OK ? NULL : sy_kind_info(row->kind)->name;
}

static struct sy_value cost_of(const struct sy_attempt *row)
{
	return row->priced ? sy_value_n(row->cost_nanodollars) : sy_value_text(NULL);
}

static void list_request(void *arg, const struct sy_attempt *row)
{
	const struct listing *l = arg;
	struct sy_arena *a = l->cli->arena;
	char *id = sy_alloc(a, SY_ID_TEXT);
	const struct sy_value values[REQUEST_COLUMNS] = {
		sy_value_n(sy_id_unix_ms(&row->rid)),
		{ .s = id, .known = true },
		sy_value_text(sy_strdup(a, row->asked)),
		sy_value_text(target_of(row, a)),
		sy_value_text(sy_word_name(sy_outcome_words, (int)row->outcome)),
		sy_value_unless(row->client_status, 0),
		sy_value_n(row->attempts),
		sy_value_unless(row->request_first_ms, -1),
		sy_value_n(row->request_ms),
		sy_value_n(sy_usage_in(&row->usage)),
		sy_value_n(sy_usage_out(&row->usage)),
		cost_of(row),
		sy_value_text(sy_strdup(a, row->key)),
		sy_value_text(sy_strdup(a, row->route)),
		sy_value_text(sy_strdup(a, row->feature)),
		sy_value_text(sy_strdup(a, row->user)),
		sy_value_text(error_of(row)),
		sy_value_n(row->stream),
		sy_value_n(row->simulated),
	};

	sy_id_text(&row->rid, id);
	sy_page_row(l->page, values);
}

/* One call looks at a bounded number of rows, so a rare filter takes several. */
static int list_requests(struct sy_cli *cli, struct sy_ledger_query *q, struct listing *l,
    struct sy_error *err)
{
	const struct sy_ledger_mark end = { 0 };
	size_t wanted = q->limit;

	for (;;) {
		struct sy_ledger_mark mark;
		int n = sy_ledger_each(cli->ops.book, q, list_request, l, &mark, err);

		if (n < 0)
			return -1;
		wanted -= (size_t)n;
		if (wanted == 0 || memcmp(&mark, &end, sizeof(mark)) == 0)
			return 0;
		q->after = mark;
		q->limit = wanted;
	}
}

static int apply_filters(const struct sy_filter *filters, size_t count,
    struct sy_ledger_query *q, struct sy_error *err)
{
	const char **const members[SY_DIMS] = { [SY_DIM_MODEL] = &q->model,
		[SY_DIM_PROVIDER] = &q->provider,
		[SY_DIM_ROUTE] = &q->route,
		[SY_DIM_FEATURE] = &q->feature,
		[SY_DIM_USER] = &q->user,
		[SY_DIM_KEY] = &q->key };

	for (size_t i = 0; i < count; i++) {
		if (*members[filters[i].dim] != NULL)
			return sy_fail(err, SY_USAGE, "filter",
			    "--filter takes one value of a kind here");
		*members[filters[i].dim] = filters[i].value;
	}
	return 0;
}

int sy_run_requests(struct sy_cli *cli)
{
	const char *range = sy_cli_option(cli, "range");
	struct listing l = { cli, sy_page_new(&cli->view, cli->arena) };
	struct sy_ledger_query q = { .requests = true,
		.which = sy_cli_flag(cli, "failed") ? SY_WHICH_FAILED : SY_WHICH_ALL };
	struct sy_filter filters[FILTERS_MAX];
	struct sy_period period = { 0 };
	struct sy_error err;
	size_t count;
	int64_t limit;

	if (sy_cli_number(cli, "limit", 1, LIMIT_MAX, 20, &limit, &err) < 0 ||
	    read_filters(cli, filters, &count, &err) < 0 ||
	    apply_filters(filters, count, &q, &err) < 0 ||
	    sy_cli_open(cli, SY_OPS_BOOK, &err) < 0 ||
	    (range != NULL && sy_period_parse(range, "none", NULL, cli->ops.zone,
	                          cli->view.now_ms / 1000, &period, &err) < 0))
		return sy_cli_fail(cli, &err);
	q.limit = (size_t)limit;
	q.from_ms = period.now.from * 1000;
	q.to_ms = period.now.to * 1000;
	sy_page_table(l.page, "requests", request_columns, REQUEST_COLUMNS);
	sy_page_if_empty(l.page, "No such requests were recorded.");
	if (list_requests(cli, &q, &l, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_page_print(l.page, stdout);
	return SY_EXIT_OK;
}

static const struct sy_column attempt_columns[] = {
	{ "TRY", "attempt", SY_V_COUNT },
	{ "TARGET", "target", SY_V_TEXT },
	{ "OUTCOME", "outcome", SY_V_STATE },
	{ "ERROR", "error", SY_V_TEXT },
	{ "STATUS", "status", SY_V_COUNT },
	{ "FIRST", "ttft_ms", SY_V_MS },
	{ "TOTAL", "dur_ms", SY_V_MS },
	{ "IN", "in", SY_V_COUNT },
	{ "CACHED", "in_cache_read", SY_V_COUNT },
	{ NULL, "in_cache_write", SY_V_COUNT },
	{ "OUT", "out", SY_V_COUNT },
	{ "REASONING", "out_reasoning", SY_V_COUNT },
	{ "COST", "cost_uusd", SY_V_MONEY },
	{ "WHY", "why", SY_V_TEXT },
};
#define ATTEMPT_COLUMNS (sizeof(attempt_columns) / sizeof(attempt_columns[0]))

static void page_attempt(const struct sy_cli *cli, const struct sy_attempt *row,
    struct sy_page *page)
{
	const int64_t *t = row->usage.tokens;
	const struct sy_value values[ATTEMPT_COLUMNS] = {
		sy_value_n(row->seq),
		sy_value_text(target_of(row, cli->arena)),
		sy_value_text(sy_word_name(sy_outcome_words, (int)row->outcome)),
		sy_value_text(error_of(row)),
		sy_value_unless(row->http_status, 0),
		sy_value_unless(row->first_ms, -1),
		sy_value_n(row->total_ms),
		sy_value_n(t[SY_IN]),
		sy_value_n(t[SY_IN_CACHE_READ]),
		sy_value_n(t[SY_IN_CACHE_WRITE]),
		sy_value_n(t[SY_OUT]),
		sy_value_n(t[SY_OUT_REASONING]),
		cost_of(row),
		sy_value_text(row->why),
	};

	sy_page_row(page, values);
}

static void page_request(const struct sy_cli *cli, const char *id,
    const struct sy_attempt *last, struct sy_page *page)
{
	static const struct sy_column heads[] = {
		{ "Request", "id", SY_V_TEXT },
		{ "Began", "at", SY_V_TIME },
		{ "Asked for", "asked", SY_V_TEXT },
		{ "Route", "route", SY_V_TEXT },
		{ "Key", "key", SY_V_TEXT },
		{ "Feature", "feature", SY_V_TEXT },
		{ "User", "user", SY_V_TEXT },
		{ "Answered", "status", SY_V_COUNT },
		{ "Took", "dur_ms", SY_V_MS },
		{ "Finish", "finish", SY_V_TEXT },
		{ "Generation", "generation", SY_V_COUNT },
	};
	const struct sy_value values[] = {
		sy_value_text(id),
		sy_value_n(sy_id_unix_ms(&last->rid)),
		sy_value_text(last->asked),
		sy_value_text(last->route),
		sy_value_text(last->key),
		sy_value_text(last->feature),
		sy_value_text(last->user),
		sy_value_unless(last->client_status, 0),
		sy_value_n(last->request_ms),
		sy_value_text(sy_word_name(sy_finish_words, (int)last->finish)),
		sy_value_n(last->generation),
	};

	(void)cli;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		sy_page_fact(page, &heads[i], values[i]);
}

#define ATTEMPTS_MOST 64

int sy_run_request(struct sy_cli *cli)
{
	const char *id = sy_cli_arg(cli, 0);
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_attempt *rows = sy_alloc(cli->arena, ATTEMPTS_MOST * sizeof(*rows));
	struct sy_error err;
	struct sy_id rid;
	int count;

	if (!sy_id_parse(id, &rid)) {
		sy_fail(&err, SY_USAGE, "id",
		    "\"%.60s\" is no request's id: \"req_\" and 26 letters and digits, as in the "
		    "x-request-id of an answer",
		    id);
		return sy_cli_fail(cli, &err);
	}
	if (sy_cli_open(cli, SY_OPS_BOOK, &err) < 0)
		return sy_cli_fail(cli, &err);
	count = sy_ledger_request(cli->ops.book, &rid, rows, ATTEMPTS_MOST, &err);
	if (count == 0)
		sy_fail(&err, SY_NOT_FOUND, "id",
		    "%s is not in the ledger (a request appears there when it has ended, within a "
		    "second or two)",
		    id);
	if (count <= 0)
		return sy_cli_fail(cli, &err);
	page_request(cli, id, &rows[count - 1], page);
	sy_page_table(page, "attempts", attempt_columns, ATTEMPT_COLUMNS);
	for (int i = 0; i < count; i++)
		page_attempt(cli, &rows[i], page);
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}
