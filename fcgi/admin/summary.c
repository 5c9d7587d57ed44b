/*
 * summary.c - GET summary: everything the Overview shows, in one answer.
 */
#include "admin/answer.h"

#include "admin/bars.h"
#include "base/arena.h"
#include "base/zone.h"
#include "store/ledger.h"
#include "store/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BAR_SERIES 6
#define TOP_ROWS   8
#define HOUR_S     3600
#define DAY_S      86400

/* --- Sparklines. ------------------------------------------------------------------------- */

/* A point is a bar, or a quarter of a day where bars are whole days of a short period. */
static int make_spark(struct sy_web *w, const struct sy_ask_spend *ask,
    struct sy_breakdown *out, struct sy_error *err)
{
	struct sy_ask_spend spark = *ask;
	int64_t length = ask->period.now.to - ask->period.now.from;

	spark.by = SY_DIM_NONE;
	spark.period.compared = false;
	if (ask->period.step == SY_STEP_DAY && length <= 8 * DAY_S) {
		spark.period.step = SY_STEP_HOUR;
		spark.period.grain = SY_HOUR;
		if (sy_breakdown_make(w->admin->book, w->admin->zone, &spark, w->arena, out,
			err) >= 0)
			return 0;
		if (err->kind != SY_BAD_REQUEST)
			return -1;
		spark.period = ask->period; /* hours of then are no longer kept */
		spark.period.compared = false;
	}
	return sy_breakdown_make(w->admin->book, w->admin->zone, &spark, w->arena, out, err);
}

#define POINTS 31

static void put_spark(struct sy_web *w, const struct sy_breakdown *all)
{
	size_t each = (all->step_count + POINTS - 1) / POINTS, points = 0;
	struct sy_cell *sums = sy_alloc(w->arena, POINTS * sizeof(*sums));
	int64_t t[POINTS], cost[POINTS] = { 0 }, n[POINTS];
	struct sy_buf *out = &w->out;

	if (all->step_count > 48) /* hours: six of them a point */
		each = 6;
	for (size_t i = 0; i < all->step_count && i / each < POINTS; i++) {
		points = i / each + 1;
		if (i % each == 0)
			t[i / each] = all->steps[i];
		cost[i / each] += all->step_uusd[i];
		sy_cell_add(&sums[i / each], &all->step_cells[i]);
	}
	sy_buf_puts(out, "{\"t\":");
	sy_answer_numbers(out, t, points);
	sy_buf_puts(out, ",\"cost_uusd\":");
	sy_answer_numbers(out, cost, points);
	for (size_t i = 0; i < points; i++)
		n[i] = sums[i].requests;
	sy_buf_puts(out, ",\"requests\":");
	sy_answer_numbers(out, n, points);
	for (size_t i = 0; i < points; i++)
		n[i] = sums[i].ends[SY_END_UPSTREAM_ERROR];
	sy_buf_puts(out, ",\"upstream_error\":");
	sy_answer_numbers(out, n, points);
	sy_buf_puts(out, ",\"ttft_p50_ms\":[");
	for (size_t i = 0; i < points; i++) {
		int64_t ms = sy_histogram_quantile(&sums[i].first, 500);

		sy_buf_puts(out, i > 0 ? "," : "");
		if (ms < 0)
			sy_buf_puts(out, "null");
		else
			sy_buf_int(out, ms);
	}
	sy_buf_puts(out, "],\"saved_uusd\":null}");
}

/* --- Lists. ------------------------------------------------------------------------------ */

static int put_list(struct sy_web *w, const struct sy_ask_spend *ask, enum sy_dim by,
    bool first, struct sy_error *err)
{
	struct sy_ask_spend list = *ask;
	struct sy_breakdown all;

	list.by = by;
	if (sy_breakdown_make(w->admin->book, w->admin->zone, &list, w->arena, &all, err) < 0)
		return -1;
	sy_answer_name(&w->out, sy_word_name(sy_dim_words, (int)by), first);
	sy_buf_putc(&w->out, '{');
	sy_top_put(w, by, &all, all.group_count < TOP_ROWS ? all.group_count : TOP_ROWS);
	sy_buf_putc(&w->out, '}');
	return 0;
}

/* --- Yesterday. -------------------------------------------------------------------------- */

/* Who accounts for most of the difference, and for which share of it; nobody when the
 * difference is small beside what moved to and fro. */
static bool find_mover(const struct sy_breakdown *all, const struct sy_group **mover,
    int64_t *share)
{
	int64_t whole = all->cost_uusd - all->prev_cost_uusd, best = 0;

	for (size_t i = 0; i < all->group_count; i++) {
		const struct sy_group *g = &all->groups[i];
		int64_t moved = g->cost_uusd - g->prev_cost_uusd;

		if ((whole > 0 && moved > best) || (whole < 0 && moved < best)) {
			best = moved;
			*mover = g;
		}
	}
	if (whole == 0 || best == 0)
		return false;
	*share = best * 100 / whole;
	return *share >= 1 && *share <= 100;
}

static int put_movers(struct sy_web *w, const struct sy_ask_spend *day, struct sy_error *err)
{
	static const enum sy_dim dims[] = { SY_DIM_MODEL, SY_DIM_FEATURE };
	bool first = true;

	for (size_t i = 0; i < sizeof(dims) / sizeof(dims[0]); i++) {
		const struct sy_group *mover = NULL;
		struct sy_ask_spend ask = *day;
		struct sy_breakdown all;
		int64_t share;

		ask.by = dims[i];
		if (sy_breakdown_make(w->admin->book, w->admin->zone, &ask, w->arena, &all,
			err) < 0)
			return -1;
		if (!find_mover(&all, &mover, &share))
			continue;
		sy_buf_printf(&w->out, "%s{\"dim\":\"%s\",\"id\":", first ? "" : ",",
		    sy_word_name(sy_dim_words, (int)dims[i]));
		sy_buf_json_str(&w->out, mover->id);
		sy_buf_puts(&w->out, ",\"label\":");
		sy_buf_json_str(&w->out, sy_answer_label(w, dims[i], mover->id));
		sy_buf_printf(&w->out, ",\"share_pct\":%" PRId64 "}", share);
		first = false;
	}
	return 0;
}

static int put_yesterday(struct sy_web *w, const struct sy_ask_spend *ask,
    const struct sy_ledger_span *span, struct sy_error *err)
{
	struct sy_ask_spend day = *ask;
	struct sy_breakdown all;

	day.by = SY_DIM_NONE;
	if (sy_period_parse("yesterday", "week", "day", w->admin->zone, w->now_s, &day.period,
		err) < 0)
		return -1;
	if (span->first_ms / 1000 > day.period.before.from) {
		sy_buf_puts(&w->out, "null");
		return 0;
	}
	if (sy_breakdown_make(w->admin->book, w->admin->zone, &day, w->arena, &all, err) < 0)
		return -1;
	sy_buf_printf(&w->out,
	    "{\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"cost_uusd\":%" PRId64
	    ",\"base_cost_uusd\":%" PRId64 ",\"movers\":[",
	    day.period.now.from, day.period.now.to, all.cost_uusd, all.prev_cost_uusd);
	if (put_movers(w, &day, err) < 0)
		return -1;
	sy_buf_puts(&w->out, "],\"why\":null}");
	return 0;
}

/* --- The whole. -------------------------------------------------------------------------- */

static int put_banners(struct sy_web *w, const struct sy_breakdown *all, struct sy_error *err)
{
	int n;

	sy_buf_putc(&w->out, '[');
	n = sy_answer_circuit_banners(w, err);
	if (n < 0)
		return -1;
	if (all->total.unpriced > 0)
		sy_buf_printf(&w->out, "%s{\"kind\":\"unpriced\",\"requests\":%" PRId64 "}",
		    n > 0 ? "," : "", all->total.unpriced);
	sy_buf_putc(&w->out, ']');
	return 0;
}

static int put_parts(struct sy_web *w, const struct sy_ask_spend *ask,
    const struct sy_breakdown *all, const struct sy_ledger_span *span, struct sy_error *err)
{
	static const enum sy_dim lists[] = { SY_DIM_MODEL, SY_DIM_FEATURE, SY_DIM_USER };
	struct sy_breakdown spark;
	struct sy_buf *out = &w->out;

	sy_answer_name(out, "now", false);
	sy_answer_totals(out, &all->total, all->cost_uusd);
	sy_answer_name(out, "prev", false);
	if (ask->period.compared)
		sy_answer_totals(out, &all->prev, all->prev_cost_uusd);
	else
		sy_buf_puts(out, "null");
	if (make_spark(w, ask, &spark, err) < 0)
		return -1;
	sy_answer_name(out, "spark", false);
	put_spark(w, &spark);
	sy_answer_name(out, "bars", false);
	sy_bars_put(w, ask, all, SY_MEASURE_COST, BAR_SERIES);
	sy_buf_puts(out, ",\"top\":{");
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (put_list(w, ask, lists[i], i == 0, err) < 0)
			return -1;
	sy_buf_puts(out, "},\"providers\":");
	if (sy_answer_provider_list(w, err) < 0)
		return -1;
	sy_answer_name(out, "banners", false);
	if (put_banners(w, all, err) < 0)
		return -1;
	sy_answer_name(out, "yesterday", false);
	return put_yesterday(w, ask, span, err);
}

int sy_answer_summary(struct sy_web *w, struct sy_error *err)
{
	struct sy_ask_spend ask;
	struct sy_breakdown all;
	struct sy_ledger_span span;
	struct sy_live_now now;

	if (sy_answer_ask(w, &ask, err) < 0 ||
	    sy_ledger_span(w->admin->book, &span, err) < 0 ||
	    sy_live_now(w->admin->live, &now, err) < 0 ||
	    sy_breakdown_make(w->admin->book, w->admin->zone, &ask, w->arena, &all, err) < 0 ||
	    sy_answer_head(w, &ask.period, all.partial, err) < 0)
		return -1;
	sy_buf_printf(&w->out, "{\"never\":%s,\"in_flight\":%" PRId64 ",\"last_request\":",
	    span.rows == 0 ? "true" : "false", now.in_flight);
	if (span.rows == 0)
		sy_buf_puts(&w->out, "null");
	else
		sy_buf_int(&w->out, span.last_ms / 1000);
	if (put_parts(w, &ask, &all, &span, err) < 0)
		return -1;
	sy_buf_putc(&w->out, '}');
	sy_answer_tail(w);
	return 0;
}
