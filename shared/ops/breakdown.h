/*
 * breakdown.h - what was spent in a period, by whom or what, against the period before.
 *
 * One making serves the dashboard's lists and bars and the command line's `spend`, so that
 * they cannot disagree.  Money of steps is whole micro-dollars: that of a day (or month) is
 * rounded once from nano-dollars, hours are rounded so that they add up to their day, a period
 * is the sum of its steps, and what is not listed is the total less what is, so that
 * everything shown adds up.
 */
#ifndef SY_OPS_BREAKDOWN_H
#define SY_OPS_BREAKDOWN_H

#include "ops/period.h"
#include "store/rollup.h"

struct sy_arena;
struct sy_book;

struct sy_ask_spend {
	struct sy_period period;
	enum sy_dim by; /* SY_DIM_NONE: the total only */
	const struct sy_filter *filters;
	size_t filter_count;
};

/* A group's step: small, because there may be ten thousand groups. */
struct sy_step_sum {
	int64_t cost_nanodollars;
	int64_t requests;
	int64_t tokens;
	int64_t upstream_errors;
};

struct sy_group {
	const char *id;
	struct sy_cell now;
	int64_t cost_uusd;
	int64_t prev_cost_uusd; /* 0 without a comparison */
	struct sy_step_sum *steps;
};

struct sy_breakdown {
	int64_t *steps; /* where each begins; the first may begin before the period */
	size_t step_count;
	int64_t *step_uusd; /* totals */
	struct sy_cell *step_cells;
	int64_t *prev_step_uusd; /* of the comparison, NULL without; step by step */
	struct sy_cell total, prev;
	int64_t cost_uusd, prev_cost_uusd;
	struct sy_group *groups; /* the dearest first */
	size_t group_count;
	bool partial;
};

void sy_step_add(struct sy_step_sum *sum, const struct sy_cell *c);

int64_t sy_uusd(int64_t nanodollars); /* rounded half away from zero */

int sy_breakdown_make(struct sy_book *b, const struct sy_zone *zone,
    const struct sy_ask_spend *ask, struct sy_arena *a, struct sy_breakdown *out,
    struct sy_error *err);

#endif
