/*
 * plan.h - which targets, in which order, and why.
 *
 * Pure: the same arguments give the same plan.  Chance comes in as dice, time as a number,
 * health as a snapshot; so any decision can be replayed, tested and explained.
 */
#ifndef SY_ROUTE_PLAN_H
#define SY_ROUTE_PLAN_H

#include "model/ask.h"
#include "model/config.h"
#include "model/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;

/* A target that could be asked, with what is known of it now. */
struct sy_candidate {
	const struct sy_model *model;
	int weight;
	bool fallback;
	struct sy_health health;
	const char *unfit; /* why it cannot be used at all (no secret), or NULL */
};

struct sy_choice {
	const struct sy_candidate *candidate;
	enum sy_leave leave; /* SY_MAY_NOT also where the target does not fit the request */
	int64_t ready_ms;    /* shut: when it may be asked again (boot time); 0 never */
	const char *why;     /* "weight 70 of 100", "circuit open for 9 s more (broken)", ... */
};

struct sy_plan {
	struct sy_choice *choices; /* the usable ones first, in the order of trying */
	size_t count;
	size_t usable; /* with every target shut, one that may be forced counts as usable */
	int64_t ready_ms; /* none usable: the earliest ready_ms; 0 when none ever */
	bool later;       /* none usable, and that one only because its provider is busy */
};

/* The candidates of a meaning, health and `unfit` left empty: all targets, then fallbacks. */
struct sy_candidate *sy_candidates(const struct sy_meaning *meaning, struct sy_arena *a,
    size_t *count);

/* Whether the model can do what is asked; one of which nothing is known may. */
bool sy_model_able(const struct sy_ask *ask, const struct sy_model *m);

/* `cand` lives as long as the plan.  A route's NULL means order. */
void sy_plan_make(const struct sy_ask *ask, const struct sy_route *route,
    const struct sy_candidate *cand, size_t count, int64_t boot_ms, uint64_t dice,
    struct sy_arena *a, struct sy_plan *out);

#endif
