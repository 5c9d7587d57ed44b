/*
 * op_provider.c - see op_provider.h.
 */
#include "ops/op_provider.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/config.h"
#include "ops/ops.h"
#include "store/rollup.h"

#include <string.h>

static const struct sy_word circuit_words[] = {
	{ "closed", SY_CLOSED },
	{ "open", SY_OPEN },
	{ "half_open", SY_HALF_OPEN },
	{ "drained", SY_DRAINED },
	{ NULL, 0 },
};

const char *sy_circuit_name(enum sy_circuit circuit)
{
	return sy_word_name(circuit_words, (int)circuit);
}

static int gravity(enum sy_circuit circuit)
{
	static const int order
	    [] = { [SY_CLOSED] = 0, [SY_HALF_OPEN] = 1, [SY_OPEN] = 2, [SY_DRAINED] = 3 };

	return order[circuit];
}

/* Health has boot times, people have clocks. */
static int64_t as_unix(int64_t boot_ms)
{
	return boot_ms == 0 ? 0 : sy_unix_ms() - sy_boot_ms() + boot_ms;
}

static void add_health(struct sy_provider_state *s, const struct sy_health *h)
{
	enum sy_circuit circuit = h->circuit;

	s->targets++;
	s->targets_open += circuit != SY_CLOSED;
	if (as_unix(h->failed_at_ms) > s->failed_ms)
		s->failed_ms = as_unix(h->failed_at_ms);
	if (s->targets > 1 && gravity(circuit) <= gravity(s->circuit))
		return;
	s->circuit = circuit;
	s->reason = h->reason;
	s->since_ms = as_unix(h->since_ms);
	s->retry_ms = circuit == SY_OPEN ? as_unix(h->open_until_ms) : 0;
}

static int load_health(struct sy_ops *o, struct sy_arena *a, struct sy_provider_state *s,
    struct sy_error *err)
{
	const struct sy_config *c = o->config;
	struct sy_target_name *names = sy_alloc(a, (c->model_count + 1) * sizeof(*names));
	struct sy_health *health;
	size_t count = 0;

	for (size_t i = 0; i < c->model_count; i++)
		if (c->models[i].provider == s->provider)
			names[count++] = (struct sy_target_name){ s->provider->name,
				c->models[i].name };
	health = sy_alloc(a, (count + 1) * sizeof(*health));
	if (sy_live_health(o->live, names, count, health, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		add_health(s, &health[i]);
	return 0;
}

static int load_window(struct sy_ops *o, struct sy_provider_state *s,
    struct sy_error *err)
{
	int64_t now = sy_unix_ms() / 1000;
	const struct sy_filter filter = { SY_DIM_PROVIDER, s->provider->name };
	const struct sy_rollup_query q = { .grain = SY_MINUTE,
		.by = SY_DIM_NONE,
		.from = now - SY_PROVIDER_WINDOW_S,
		.to = now + 1,
		.filters = &filter,
		.filter_count = 1 };
	struct sy_cell sum;

	memset(&sum, 0, sizeof(sum));
	if (sy_rollup_sum(o->book, &q, &sum, NULL, err) < 0)
		return -1;
	s->attempts = sum.requests;
	s->failed = sum.ends[SY_END_UPSTREAM_ERROR];
	s->first_p50_ms = sy_histogram_quantile(&sum.first, 500);
	s->first_p95_ms = sy_histogram_quantile(&sum.first, 950);
	return 0;
}

int sy_op_providers(struct sy_ops *o, struct sy_arena *a, struct sy_provider_state **out,
    struct sy_error *err)
{
	const struct sy_config *c = o->config;
	int count = 0;

	if (sy_ops_configured(o, err) < 0)
		return -1;
	*out = sy_alloc(a, (c->provider_count + 1) * sizeof(**out));
	for (size_t i = 0; i < c->provider_count; i++) {
		struct sy_provider_state *s = &(*out)[count];

		if (!c->providers[i].enabled)
			continue;
		s->provider = &c->providers[i];
		if (load_health(o, a, s, err) < 0 || load_window(o, s, err) < 0)
			return -1;
		count++;
	}
	return count;
}

int sy_op_provider(struct sy_ops *o, const char *name, const struct sy_provider **out,
    struct sy_error *err)
{
	const char *near = NULL;
	size_t best = 4;

	if (sy_ops_configured(o, err) < 0)
		return -1;
	*out = sy_config_provider(o->config, name);
	if (*out != NULL)
		return 0;
	for (size_t i = 0; i < o->config->provider_count; i++) {
		size_t d = sy_edit_distance(name, o->config->providers[i].name, 3);

		if (d < best) {
			best = d;
			near = o->config->providers[i].name;
		}
	}
	if (near != NULL)
		return sy_fail(err, SY_NOT_FOUND, "provider",
		    "there is no provider \"%.60s\"; did you mean \"%s\"?", name, near);
	return sy_fail(err, SY_NOT_FOUND, "provider",
	    "there is no provider \"%.60s\"; \"switchyard providers\" lists them", name);
}

struct steering {
	const struct sy_config *config;
	const struct sy_provider *provider;
	enum sy_circuit circuit;
	int64_t until_ms;
	int count;
};

static void steer(struct sy_turn *t, void *arg)
{
	struct steering *s = arg;

	for (size_t i = 0; i < s->config->model_count; i++) {
		const struct sy_target_name name = { s->provider->name,
			s->config->models[i].name };

		if (s->config->models[i].provider != s->provider)
			continue;
		sy_turn_steer(t, &name, s->circuit, s->until_ms);
		s->count++;
	}
}

int sy_op_provider_steer(struct sy_ops *o, const struct sy_provider *p,
    enum sy_circuit circuit, int64_t until_ms, struct sy_error *err)
{
	struct steering s = { o->config, p, circuit, until_ms, 0 };

	if (sy_ops_turn(o, steer, &s, err) < 0)
		return -1;
	return s.count;
}
