/*
 * bars.c - the stacked bars: a value of each step for the largest groups, and all others.
 */
#include "admin/bars.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

const struct sy_word sy_measure_words[] = {
	{ "cost", SY_MEASURE_COST },
	{ "requests", SY_MEASURE_REQUESTS },
	{ "tokens", SY_MEASURE_TOKENS },
	{ "upstream_error", SY_MEASURE_ERRORS },
	{ NULL, 0 },
};

static int64_t measured(const struct sy_step_sum *s, enum sy_measure m)
{
	switch (m) {
	case SY_MEASURE_COST:
		return sy_uusd(s->cost_nanodollars);
	case SY_MEASURE_REQUESTS:
		return s->requests;
	case SY_MEASURE_TOKENS:
		return s->tokens;
	case SY_MEASURE_ERRORS:
		return s->upstream_errors;
	}
	return 0;
}

static int64_t of_cell(const struct sy_cell *c, enum sy_measure m)
{
	struct sy_step_sum sum = { 0, 0, 0, 0 };

	sy_step_add(&sum, c);
	return measured(&sum, m);
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct sy_group *x = *(const struct sy_group *const *)a;
	const struct sy_group *y = *(const struct sy_group *const *)b;
	int64_t p = of_cell(&x->now, *(enum sy_measure *)arg);
	int64_t q = of_cell(&y->now, *(enum sy_measure *)arg);

	return p < q ? 1 : p > q ? -1 : strcmp(x->id, y->id);
}

static const struct sy_group **largest_first(struct sy_web *w, const struct sy_breakdown *all,
    enum sy_measure m)
{
	const struct sy_group **list = sy_alloc(w->arena, (all->group_count + 1) * sizeof(*list));

	for (size_t i = 0; i < all->group_count; i++)
		list[i] = &all->groups[i];
	qsort_r(list, all->group_count, sizeof(*list), compare, &m);
	return list;
}

void sy_bars_put(struct sy_web *w, const struct sy_ask_spend *ask,
    const struct sy_breakdown *all, enum sy_measure m, size_t top)
{
	const struct sy_group **list = largest_first(w, all, m);
	size_t steps = all->step_count, shown = all->group_count < top ? all->group_count : top;
	int64_t *total = sy_alloc(w->arena, steps * sizeof(*total));
	int64_t *other = sy_alloc(w->arena, steps * sizeof(*other));
	int64_t *v = sy_alloc(w->arena, steps * sizeof(*v));
	struct sy_buf *out = &w->out;

	for (size_t i = 0; i < steps; i++)
		total[i] = other[i] = of_cell(&all->step_cells[i], m);
	sy_buf_printf(out, "{\"unit\":\"%s\",\"by\":\"%s\",\"t\":",
	    m == SY_MEASURE_COST ? "uusd" : "n", sy_word_name(sy_dim_words, (int)ask->by));
	sy_answer_numbers(out, all->steps, steps);
	sy_buf_puts(out, ",\"series\":[");
	for (size_t g = 0; g < shown; g++) {
		for (size_t i = 0; i < steps; i++) {
			v[i] = measured(&list[g]->steps[i], m);
			other[i] -= v[i];
		}
		sy_buf_puts(out, g > 0 ? ",{\"id\":" : "{\"id\":");
		sy_buf_json_str(out, list[g]->id);
		sy_buf_puts(out, ",\"label\":");
		sy_buf_json_str(out, sy_answer_label(w, ask->by, list[g]->id));
		sy_buf_puts(out, ",\"v\":");
		sy_answer_numbers(out, v, steps);
		sy_buf_putc(out, '}');
	}
	sy_buf_puts(out, "],\"other\":");
	sy_answer_numbers(out, other, steps);
	sy_buf_printf(out, ",\"other_n\":%zu,\"total\":", all->group_count - shown);
	sy_answer_numbers(out, total, steps);
	sy_buf_puts(out, ",\"cmp_total\":");
	if (m == SY_MEASURE_COST && all->prev_step_uusd != NULL)
		sy_answer_numbers(out, all->prev_step_uusd, steps);
	else
		sy_buf_puts(out, "null");
	sy_buf_putc(out, '}');
}
