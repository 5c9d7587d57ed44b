/*
 * spend.c - GET series and GET top.
 */
#include "admin/answer.h"

#include "admin/bars.h"
#include "base/arena.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SERIES     6
#define TOP        50
#define TOP_LARGEST 500

static int number_param(struct sy_web *w, const char *name, int64_t max, int64_t otherwise,
    int64_t *out, struct sy_error *err)
{
	const char *text = sy_web_param(w, name);
	char *end;

	*out = otherwise;
	if (text == NULL)
		return 0;
	*out = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || *out < 1 || *out > max)
		return sy_fail(err, SY_BAD_REQUEST, name,
		    "'%s' takes a whole number from 1 to %" PRId64 ".", name, max);
	return 0;
}

int sy_answer_series(struct sy_web *w, struct sy_error *err)
{
	const char *measure = sy_web_param(w, "m");
	struct sy_ask_spend ask;
	struct sy_breakdown all;
	int64_t top;
	int m = measure != NULL ? sy_word_value(sy_measure_words, measure) : SY_MEASURE_COST;

	if (m < 0)
		return sy_fail(err, SY_BAD_REQUEST, "m",
		    "'%.40s' is not measured: cost, requests, tokens or upstream_error.",
		    measure);
	if (number_param(w, "top", SERIES, SERIES, &top, err) < 0 ||
	    sy_answer_ask(w, &ask, err) < 0 ||
	    sy_breakdown_make(w->admin->book, w->admin->zone, &ask, w->arena, &all, err) < 0 ||
	    sy_answer_head(w, &ask.period, all.partial, err) < 0)
		return -1;
	sy_bars_put(w, &ask, &all, (enum sy_measure)m, (size_t)top);
	sy_answer_tail(w);
	return 0;
}

/* The columns of GET top that are plain counts, as they lie in a cell. */
static const struct {
	const char *name;
	size_t offset;
} columns[] = {
	{ "requests", offsetof(struct sy_cell, requests) },
	{ "upstream_error", offsetof(struct sy_cell, ends[SY_END_UPSTREAM_ERROR]) },
	{ "rescued", offsetof(struct sy_cell, rescued) },
	{ "unpriced", offsetof(struct sy_cell, unpriced) },
	{ "in", offsetof(struct sy_cell, tokens[SY_IN]) },
	{ "in_cache_read", offsetof(struct sy_cell, tokens[SY_IN_CACHE_READ]) },
	{ "in_cache_write", offsetof(struct sy_cell, tokens[SY_IN_CACHE_WRITE]) },
	{ "out", offsetof(struct sy_cell, tokens[SY_OUT]) },
	{ "out_reasoning", offsetof(struct sy_cell, tokens[SY_OUT_REASONING]) },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static int64_t field(const struct sy_cell *c, size_t column)
{
	return *(const int64_t *)((const char *)c + columns[column].offset);
}

static int compare_field(const void *a, const void *b, void *arg)
{
	int64_t x = field(&((const struct sy_group *)a)->now, *(size_t *)arg);
	int64_t y = field(&((const struct sy_group *)b)->now, *(size_t *)arg);

	return x < y ? 1 : x > y ? -1 : strcmp(((const struct sy_group *)a)->id,
					     ((const struct sy_group *)b)->id);
}

static int sort_groups(struct sy_breakdown *all, const char *by, struct sy_error *err)
{
	if (by == NULL || strcmp(by, "cost_uusd") == 0)
		return 0;
	for (size_t i = 0; i < COLUMNS; i++)
		if (strcmp(columns[i].name, by) == 0) {
			qsort_r(all->groups, all->group_count, sizeof(*all->groups),
			    compare_field, &i);
			return 0;
		}
	return sy_fail(err, SY_BAD_REQUEST, "sort", "'%.40s' is no column to sort by.", by);
}

/* All that is not listed: the totals less what is. */
static void put_rest(struct sy_web *w, const struct sy_breakdown *all, size_t listed)
{
	int64_t cost = all->cost_uusd, prev = all->prev_cost_uusd, rest[COLUMNS];
	struct sy_buf *out = &w->out;

	for (size_t c = 0; c < COLUMNS; c++)
		rest[c] = field(&all->total, c);
	for (size_t i = 0; i < listed; i++) {
		cost -= all->groups[i].cost_uusd;
		prev -= all->groups[i].prev_cost_uusd;
		for (size_t c = 0; c < COLUMNS; c++)
			rest[c] -= field(&all->groups[i].now, c);
	}
	sy_buf_printf(out, ",\"rest\":{\"n\":%zu,\"cost_uusd\":%" PRId64, all->group_count - listed,
	    cost);
	if (all->prev_step_uusd != NULL)
		sy_buf_printf(out, ",\"prev_cost_uusd\":%" PRId64, prev);
	for (size_t c = 0; c < COLUMNS; c++) {
		sy_answer_name(out, columns[c].name, false);
		sy_buf_int(out, rest[c]);
	}
	sy_buf_putc(out, '}');
}

void sy_top_put(struct sy_web *w, enum sy_dim by, const struct sy_breakdown *all,
    size_t listed)
{
	int64_t *numbers = sy_alloc(w->arena, (listed + 1) * sizeof(*numbers));
	struct sy_buf *out = &w->out;

	sy_buf_puts(out, "\"id\":[");
	for (size_t i = 0; i < listed; i++) {
		sy_buf_puts(out, i > 0 ? "," : "");
		sy_buf_json_str(out, all->groups[i].id);
	}
	sy_buf_puts(out, "],\"label\":[");
	for (size_t i = 0; i < listed; i++) {
		sy_buf_puts(out, i > 0 ? "," : "");
		sy_buf_json_str(out, sy_answer_label(w, by, all->groups[i].id));
		numbers[i] = all->groups[i].cost_uusd;
	}
	sy_buf_puts(out, "],\"cost_uusd\":");
	sy_answer_numbers(out, numbers, listed);
	for (size_t i = 0; i < listed; i++)
		numbers[i] = all->groups[i].prev_cost_uusd;
	sy_buf_puts(out, ",\"prev_cost_uusd\":");
	if (all->prev_step_uusd != NULL)
		sy_answer_numbers(out, numbers, listed);
	else
		sy_buf_puts(out, "null");
	for (size_t c = 0; c < COLUMNS; c++) {
		for (size_t i = 0; i < listed; i++)
			numbers[i] = field(&all->groups[i].now, c);
		sy_answer_name(out, columns[c].name, false);
		sy_answer_numbers(out, numbers, listed);
	}
	put_rest(w, all, listed);
}

int sy_answer_top(struct sy_web *w, struct sy_error *err)
{
	struct sy_ask_spend ask;
	struct sy_breakdown all;
	int64_t limit;

	if (number_param(w, "limit", TOP_LARGEST, TOP, &limit, err) < 0 ||
	    sy_answer_ask(w, &ask, err) < 0 ||
	    sy_breakdown_make(w->admin->book, w->admin->zone, &ask, w->arena, &all, err) < 0 ||
	    sort_groups(&all, sy_web_param(w, "sort"), err) < 0 ||
	    sy_answer_head(w, &ask.period, all.partial, err) < 0)
		return -1;
	sy_buf_printf(&w->out, "{\"by\":\"%s\",", sy_word_name(sy_dim_words, (int)ask.by));
	sy_top_put(w, ask.by, &all,
	    all.group_count < (size_t)limit ? all.group_count : (size_t)limit);
	sy_buf_puts(&w->out, ",\"total\":");
	sy_answer_totals(&w->out, &all.total, all.cost_uusd);
	sy_buf_putc(&w->out, '}');
	sy_answer_tail(w);
	return 0;
}
