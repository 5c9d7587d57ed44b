/*
 * breakdown.c - see breakdown.h.
 */
#include "ops/breakdown.h"

#include "base/arena.h"

#include <json-c/linkhash.h>
#include <stdlib.h>
#include <string.h>

int64_t sy_uusd(int64_t nanodollars)
{
	return (nanodollars + (nanodollars < 0 ? -500 : 500)) / 1000;
}

/* What the cells of one question are added to. */
struct sum {
	struct sy_breakdown *out;
	const struct sy_zone *zone;
	struct sy_arena *arena;
	struct lh_table *by_id; /* NULL: totals only */
	bool before;            /* of the comparison */
	int64_t *step_nano;     /* the comparison's steps */
	int64_t origin;         /* where the comparison begins */
};

static size_t find_step(const struct sy_breakdown *out, int64_t start)
{
	size_t low = 0, high = out->step_count;

	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (out->steps[mid] <= start)
			low = mid;
		else
			high = mid;
	}
	return low;
}

void sy_step_add(struct sy_step_sum *sum, const struct sy_cell *c)
{
	sum->cost_nanodollars += c->cost_nanodollars;
	sum->requests += c->requests;
	sum->upstream_errors += c->ends[SY_END_UPSTREAM_ERROR];
	for (int class = 0; class < SY_TOKEN_CLASSES; class++)
		sum->tokens += c->tokens[class];
}

static void free_table(void *table)
{
	lh_table_free(table);
}

static struct sy_group *find_group(struct sum *s, const char *id)
{
	struct lh_entry *e = lh_table_lookup_entry(s->by_id, id);
	struct sy_group *g;

	if (e != NULL)
		return (struct sy_group *)lh_entry_v(e);
	g = sy_alloc(s->arena, sizeof(*g));
	g->id = sy_strdup(s->arena, id);
	g->steps = sy_alloc(s->arena, s->out->step_count * sizeof(*g->steps));
	lh_table_insert(s->by_id, g->id, g);
	s->out->group_count++;
	return g;
}

static void add_group(void *arg, int64_t start, const char *id, const struct sy_cell *c)
{
	struct sum *s = arg;
	struct sy_group *g = find_group(s, id);
	size_t i = find_step(s->out, start);

	if (s->before) {
		g->prev_cost_uusd += c->cost_nanodollars;
		return;
	}
	sy_cell_add(&g->now, c);
	sy_step_add(&g->steps[i], c);
}

static void add_total(void *arg, int64_t start, const char *id, const struct sy_cell *c)
{
	struct sum *s = arg;
	size_t i;

	(void)id;
	if (!s->before) {
		sy_cell_add(&s->out->step_cells[find_step(s->out, start)], c);
		sy_cell_add(&s->out->total, c);
		return;
	}
	/* Step by step from each one's own beginning, whatever the months' lengths. */
	i = find_step(s->out, s->out->steps[0] + (start - s->origin));
	s->step_nano[i] += c->cost_nanodollars;
	sy_cell_add(&s->out->prev, c);
}

/* The last cell of the comparison counts only as far as the period itself has got: by finer
 * cells, where they are still kept. */
static int ask_span(struct sy_book *b, struct sy_rollup_query *q, struct sy_span span,
    const struct sy_period *p, struct sum *s, struct sy_error *err)
{
	void (*fn)(void *, int64_t, const char *, const struct sy_cell *) =
	    q->by == SY_DIM_NONE ? add_total : add_group;
	int64_t last = span.to;
	bool partial = false;

	if (s->before && p->grain >= SY_DAY) {
		last = sy_step_start(p->grain == SY_DAY ? SY_STEP_DAY : SY_STEP_MONTH, s->zone,
		    span.to);
		if (last < span.from)
			last = span.from;
	}
	q->grain = p->grain;
	q->from = span.from;
	q->to = last;
	if (q->to > q->from && sy_rollup_each(b, q, fn, s, &partial, err) < 0)
		return -1;
	s->out->partial |= partial;
	if (last == span.to)
		return 0;
	q->grain = SY_HOUR;
	q->from = last;
	q->to = span.to;
	if (sy_rollup_each(b, q, fn, s, &partial, err) >= 0)
		return 0;
	if (err->kind != SY_BAD_REQUEST)
		return -1;
	q->grain = p->grain;
	return sy_rollup_each(b, q, fn, s, &partial, err);
}

static int ask_both(struct sy_book *b, const struct sy_ask_spend *ask, enum sy_dim by,
    struct sum *s, struct sy_error *err)
{
	struct sy_rollup_query q = { .by = by, .filters = ask->filters,
		.filter_count = ask->filter_count };

	s->before = false;
	if (ask_span(b, &q, ask->period.now, &ask->period, s, err) < 0)
		return -1;
	s->before = true;
	s->origin = ask->period.before.from;
	if (!ask->period.compared)
		return 0;
	return ask_span(b, &q, ask->period.before, &ask->period, s, err);
}

static void lay_steps(const struct sy_period *p, const struct sy_zone *zone,
    struct sy_arena *a, struct sy_breakdown *out)
{
	int64_t at = sy_step_start(p->step, zone, p->now.from);
	size_t room = 0;

	for (int64_t t = at; t < p->now.to; t = sy_step_next(p->step, zone, t))
		room++;
	if (room == 0)
		room = 1;
	out->steps = sy_alloc(a, room * sizeof(int64_t));
	out->step_uusd = sy_alloc(a, room * sizeof(int64_t));
	out->step_cells = sy_alloc(a, room * sizeof(*out->step_cells));
	if (p->compared)
		out->prev_step_uusd = sy_alloc(a, room * sizeof(int64_t));
	for (; out->step_count < room; at = sy_step_next(p->step, zone, at))
		out->steps[out->step_count++] = at;
}

/*
 * Makes the costs of steps whole micro-dollars, so that those of a day add up to the rounded
 * day: each is what the rounded sum since midnight grew by.  `first` is the cost of the first
 * step, the next one's lies `stride` bytes on.
 */
static void round_steps(const struct sum *s, int64_t *first, size_t stride)
{
	const struct sy_breakdown *out = s->out;
	int64_t since_midnight = 0;

	for (size_t i = 0; i < out->step_count; i++) {
		int64_t *cost = (int64_t *)((char *)first + i * stride);
		int64_t at = out->steps[i], rounded;

		if (sy_step_start(SY_STEP_DAY, s->zone, at) == at)
			since_midnight = 0;
		rounded = sy_uusd(since_midnight);
		since_midnight += *cost;
		*cost = (sy_uusd(since_midnight) - rounded) * 1000;
	}
}

static int by_cost(const void *a, const void *b)
{
	const struct sy_group *x = a, *y = b;

	if (x->cost_uusd != y->cost_uusd)
		return x->cost_uusd < y->cost_uusd ? 1 : -1;
	if (x->now.requests != y->now.requests)
		return x->now.requests < y->now.requests ? 1 : -1;
	return strcmp(x->id, y->id);
}

static void round_group(const struct sum *s, struct sy_group *g)
{
	g->prev_cost_uusd = sy_uusd(g->prev_cost_uusd);
	round_steps(s, &g->steps[0].cost_nanodollars, sizeof(g->steps[0]));
	for (size_t i = 0; i < s->out->step_count; i++)
		g->cost_uusd += sy_uusd(g->steps[i].cost_nanodollars);
}

static void list_groups(struct sum *s, struct sy_arena *a)
{
	struct sy_breakdown *out = s->out;
	struct lh_entry *e;
	size_t n = 0;

	out->groups = sy_alloc(a, (out->group_count + 1) * sizeof(*out->groups));
	lh_foreach(s->by_id, e) {
		out->groups[n] = *(const struct sy_group *)lh_entry_v(e);
		round_group(s, &out->groups[n++]);
	}
	qsort(out->groups, out->group_count, sizeof(*out->groups), by_cost);
}

int sy_breakdown_make(struct sy_book *b, const struct sy_zone *zone,
    const struct sy_ask_spend *ask, struct sy_arena *a, struct sy_breakdown *out,
    struct sy_error *err)
{
	struct sum s = { .out = out, .zone = zone, .arena = a };

	memset(out, 0, sizeof(*out));
	lay_steps(&ask->period, zone, a, out);
	s.step_nano = sy_alloc(a, out->step_count * sizeof(int64_t));
	if (ask_both(b, ask, SY_DIM_NONE, &s, err) < 0)
		return -1;
	round_steps(&s, &out->step_cells[0].cost_nanodollars, sizeof(out->step_cells[0]));
	round_steps(&s, s.step_nano, sizeof(s.step_nano[0]));
	for (size_t i = 0; i < out->step_count; i++) {
		out->step_uusd[i] = sy_uusd(out->step_cells[i].cost_nanodollars);
		out->cost_uusd += out->step_uusd[i];
		if (out->prev_step_uusd == NULL)
			continue;
		out->prev_step_uusd[i] = sy_uusd(s.step_nano[i]);
		out->prev_cost_uusd += out->prev_step_uusd[i];
	}
	if (ask->by == SY_DIM_NONE)
		return 0;
	s.by_id = lh_kchar_table_new(256, NULL);
	sy_defer(a, free_table, s.by_id);
	if (ask_both(b, ask, ask->by, &s, err) < 0)
		return -1;
	list_groups(&s, a);
	return 0;
}
