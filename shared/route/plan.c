/*
 * plan.c - see plan.h.  Filters first, then the order among what is left.
 */
#include "route/plan.h"

#include "base/arena.h"

#include <string.h>

/* splitmix64: one throw of dice becomes as many as are needed, always the same ones. */
static uint64_t throw(uint64_t *dice)
{
	uint64_t z = *dice += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static size_t add(struct sy_candidate *out, size_t at, const struct sy_target *targets,
    size_t count, bool fallback)
{
	for (size_t i = 0; i < count; i++) {
		out[at].model = targets[i].model;
		out[at].weight = targets[i].weight;
		out[at++].fallback = fallback;
	}
	return at;
}

struct sy_candidate *sy_candidates(const struct sy_meaning *meaning, struct sy_arena *a,
    size_t *count)
{
	const struct sy_route *r = meaning->route;
	struct sy_candidate *out;

	if (r == NULL) {
		out = sy_alloc(a, sizeof(*out));
		*count = add(out, 0, &meaning->target, 1, false);
		return out;
	}
	out = sy_alloc(a, (r->target_count + r->fallback_count) * sizeof(*out));
	*count = add(out, 0, r->targets, r->target_count, false);
	*count = add(out, *count, r->fallbacks, r->fallback_count, true);
	return out;
}

static const char *missing_caps(uint32_t missing, struct sy_arena *a)
{
	for (const struct sy_word *w = sy_cap_words; w->name != NULL; w++)
		if (missing & (uint32_t)w->value)
			return sy_strf(a, "the model cannot do %s", w->name);
	return "the model cannot do this";
}

bool sy_model_able(const struct sy_ask *ask, const struct sy_model *m)
{
	return m->caps == 0 || (ask->caps & ~m->caps) == 0;
}

/* Why this candidate can't take this request, whatever its health; NULL when it can. */
static const char *misfit(const struct sy_ask *ask, const struct sy_candidate *c,
    struct sy_arena *a)
{
	const struct sy_model *m = c->model;

	if (c->unfit != NULL)
		return c->unfit;
	if (!m->provider->enabled)
		return "the provider is switched off";
	if (!sy_model_priced(m) && !m->provider->unpriced_ok && !m->provider->simulated)
		return "the model has no price, and unpriced_ok is not set";
	if (!sy_model_able(ask, m))
		return missing_caps(ask->caps & ~m->caps, a);
	if (m->context_tokens > 0 && ask->input_tokens > m->context_tokens)
		return sy_strf(a, "about %lld tokens do not fit into its %lld",
		    (long long)ask->input_tokens, (long long)m->context_tokens);
	return NULL;
}

static const char *shut_because(const struct sy_health *h, int64_t boot_ms,
    struct sy_arena *a)
{
	if (h->circuit == SY_DRAINED)
		return "drained by an operator";
	if (boot_ms < h->aside_until_ms)
		return "its credential was refused";
	if (boot_ms < h->not_before_ms)
		return "it asked to come back later";
	if (h->circuit == SY_HALF_OPEN)
		return "circuit half open, its probe is out";
	return sy_strf(a, "circuit open for %lld s more (%s)",
	    (long long)((h->open_until_ms - boot_ms + 999) / 1000),
	    sy_kind_info((enum sy_kind)h->reason)->name);
}

static void judge(struct sy_choice *out, const struct sy_ask *ask, int64_t boot_ms,
    uint64_t *dice, struct sy_arena *a)
{
	const struct sy_candidate *c = out->candidate;

	out->leave = SY_MAY_NOT;
	out->why = misfit(ask, c, a);
	if (out->why != NULL)
		return;
	out->leave = sy_health_ask(&c->health, boot_ms, (uint32_t)throw(dice));
	switch (out->leave) {
	case SY_MAY_TRY:
		out->why = c->fallback ? "fallback" : "in order";
		break;
	case SY_MAY_RAMP:
		out->why = "just recovered: taken last";
		break;
	case SY_MAY_PROBE:
		out->why = "probe of a circuit that was open";
		break;
	case SY_MAY_FORCE:
	case SY_MAY_NOT:
		out->why = shut_because(&c->health, boot_ms, a);
		out->ready_ms = sy_health_ready_ms(&c->health, boot_ms);
		break;
	}
}

/* Orders the first `count` choices by draws without return, each by weight. */
static void draw(struct sy_choice *choices, size_t count, uint64_t *dice, struct sy_arena *a)
{
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += (uint64_t)choices[i].candidate->weight;
	for (size_t at = 0; at < count && total > 0; at++) {
		uint64_t pick = throw(dice) % total;
		struct sy_choice chosen;
		size_t i = at;

		while (pick >= (uint64_t)choices[i].candidate->weight)
			pick -= (uint64_t)choices[i++].candidate->weight;
		chosen = choices[i];
		memmove(&choices[at + 1], &choices[at], (i - at) * sizeof(*choices));
		if (chosen.leave == SY_MAY_TRY)
			chosen.why = sy_strf(a, "weight %d of %llu", chosen.candidate->weight,
			    (unsigned long long)total);
		choices[at] = chosen;
		total -= (uint64_t)chosen.candidate->weight;
	}
}

static int rank(const struct sy_choice *c)
{
	static const int ranks[] = {
		[SY_MAY_TRY] = 0,
		[SY_MAY_PROBE] = 0,
		[SY_MAY_RAMP] = 1,
		[SY_MAY_FORCE] = 2,
		[SY_MAY_NOT] = 3,
	};

	return ranks[c->leave];
}

/* Best rank first, otherwise as they were. */
static void sort(struct sy_choice *choices, size_t count)
{
	for (size_t at = 1; at < count; at++) {
		struct sy_choice moving = choices[at];
		size_t i = at;

		for (; i > 0 && rank(&choices[i - 1]) > rank(&moving); i--)
			choices[i] = choices[i - 1];
		choices[i] = moving;
	}
}

/* With no target open to traffic, the one that recovers first may be probed early. */
static void force_one(struct sy_plan *plan)
{
	struct sy_choice *best = NULL, swap;

	for (size_t i = 0; i < plan->count; i++) {
		struct sy_choice *c = &plan->choices[i];

		if (c->ready_ms != 0 && (plan->ready_ms == 0 || c->ready_ms < plan->ready_ms)) {
			plan->ready_ms = c->ready_ms;
			plan->later = c->candidate->health.circuit == SY_CLOSED &&
			    c->ready_ms == c->candidate->health.not_before_ms;
		}
		if (c->leave == SY_MAY_FORCE && (best == NULL || c->ready_ms < best->ready_ms))
			best = c;
	}
	if (best == NULL)
		return;
	swap = plan->choices[0];
	plan->choices[0] = *best;
	*best = swap;
	plan->choices[0].why = "every target is shut: an early probe";
	plan->usable = 1;
}

void sy_plan_make(const struct sy_ask *ask, const struct sy_route *route,
    const struct sy_candidate *cand, size_t count, int64_t boot_ms, uint64_t dice,
    struct sy_arena *a, struct sy_plan *out)
{
	size_t primary = 0;

	memset(out, 0, sizeof(*out));
	out->choices = sy_alloc(a, count * sizeof(*out->choices));
	out->count = count;
	for (size_t i = 0; i < count; i++) {
		out->choices[i].candidate = &cand[i];
		judge(&out->choices[i], ask, boot_ms, &dice, a);
		primary += !cand[i].fallback;
	}
	if (route != NULL && route->strategy == SY_WEIGHTED)
		draw(out->choices, primary, &dice, a);
	sort(out->choices, count);
	while (out->usable < count && rank(&out->choices[out->usable]) <= 1)
		out->usable++;
	if (out->usable == 0)
		force_one(out);
}
