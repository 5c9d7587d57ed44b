/*
 * feed_models_dev.c - the shape of models.dev.
 *
 * As it is served: { "anthropic": { "models": { "claude-x": { ... } } } }.  As lists:
 * { "date": ..., "models": [ { "provider": "anthropic", "id": "claude-x", ... } ] }.
 */
#include "base/arena.h"
#include "config/feed_part.h"

enum { COST, LIMIT, MODALITIES, REASONING, TOOLS, SCHEMA, STATUS, NAME, FIELDS };

static const struct sy_key fields[FIELDS] = {
	[COST] = SY_KEY("cost"),
	[LIMIT] = SY_KEY("limit"),
	[MODALITIES] = SY_KEY("modalities"),
	[REASONING] = SY_KEY("reasoning"),
	[TOOLS] = SY_KEY("tool_call"),
	[SCHEMA] = SY_KEY("structured_output"),
	[STATUS] = SY_KEY("status"),
	[NAME] = SY_KEY("name"),
};

/* The words of a cost, with those that slip in for them. */
static const struct {
	const char *key;
	int class;
} costs[] = {
	{ "input", SY_IN },
	{ "output", SY_OUT },
	{ "reasoning", SY_OUT_REASONING },
	{ "cache_read", SY_IN_CACHE_READ },
	{ "cache_input", SY_IN_CACHE_READ },
	{ "cached_input", SY_IN_CACHE_READ },
	{ "cache_write", SY_IN_CACHE_WRITE },
	{ "cached_write", SY_IN_CACHE_WRITE },
};

static void read_cost(struct sy_feed_reader *r, int64_t *per_class, struct sy_span cost)
{
	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++)
		sy_feed_price(r, &per_class[costs[i].class],
		    sy_walk_get(cost, costs[i].key), SY_PER_MILLION, costs[i].key);
}

static void read_tier(struct sy_feed_reader *r, int64_t above_tokens, struct sy_span cost)
{
	struct sy_tier *tier = sy_feed_tier(r, above_tokens);

	if (tier != NULL)
		read_cost(r, tier->per_class, cost);
	else
		sy_feed_warn(r,
		    "a tier of its price has no threshold, or is one too many");
}

static void read_tiers(struct sy_feed_reader *r, struct sy_span cost)
{
	struct sy_span one, old = sy_walk_get(cost, "context_over_200k");
	size_t pos = 0;

	while (sy_walk_element(sy_walk_get(cost, "tiers"), &pos, &one)) {
		int64_t size = 0;

		sy_feed_tokens(r, &size, sy_walk_get(sy_walk_get(one, "tier"), "size"),
		    "tier.size");
		read_tier(r, size, one);
	}
	if (old.at != NULL)
		read_tier(r, 200000, old);
}

static bool has_other_units(struct sy_span cost)
{
	static const char *const keys[] = { "input_audio", "output_audio", "request",
		"citation" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (sy_walk_get(cost, keys[i]).at != NULL)
			return true;
	return false;
}

/* Where nothing is said of schemas, they are taken for possible. */
static uint32_t caps_of(const struct sy_feed_reader *r, const struct sy_span *v)
{
	uint32_t caps = sy_feed_caps(sy_walk_get(v[MODALITIES], "input"),
	    sy_walk_get(v[MODALITIES], "output"), r->row->m.name);

	if (!(caps & SY_CAP_CHAT))
		return caps;
	if (sy_feed_true(v[TOOLS]))
		caps |= SY_CAP_TOOLS;
	if (v[SCHEMA].at == NULL || sy_feed_true(v[SCHEMA]))
		caps |= SY_CAP_SCHEMA;
	if (sy_feed_true(v[REASONING]))
		caps |= SY_CAP_REASONING;
	return caps;
}

static void read_model(struct sy_feed_reader *r, const char *provider, const char *name,
    struct sy_span model)
{
	struct sy_span v[FIELDS];

	sy_walk_fill(model, fields, FIELDS, v);
	sy_feed_row(r, model, provider, name);
	if (!r->bad) {
		r->row->m.caps = caps_of(r, v);
		r->other_units = has_other_units(v[COST]);
		read_cost(r, r->row->m.price.per_class, v[COST]);
		read_tiers(r, v[COST]);
		sy_feed_tokens(r, &r->row->m.context_tokens,
		    sy_walk_get(v[LIMIT], "context"), "limit.context");
		sy_feed_tokens(r, &r->row->m.max_output_tokens,
		    sy_walk_get(v[LIMIT], "output"), "limit.output");
		/* It says that, but not since when: the day of the list is the latest. */
		if (sy_span_is(v[STATUS], "deprecated"))
			r->row->m.deprecated =
			    r->feed->day != NULL ? sy_date_parse(r->feed->day) : 1;
	}
	sy_feed_end(r);
}

static void read_list(struct sy_feed_reader *r, struct sy_span models)
{
	struct sy_span model;
	size_t pos = 0;

	while (sy_walk_element(models, &pos, &model))
		read_model(r, sy_feed_text(r, sy_walk_get(model, "provider")),
		    sy_feed_text(r, sy_walk_get(model, "id")), model);
}

static void read_provider(struct sy_feed_reader *r, const char *provider,
    struct sy_span models)
{
	struct sy_span key, model;
	size_t pos = 0;

	while (sy_walk_member(models, &pos, &key, &model))
		read_model(r, provider, sy_feed_text(r, key), model);
}

void sy_feed_read_models_dev(struct sy_feed_reader *r, struct sy_span root)
{
	struct sy_span list = sy_walk_get(root, "models"), key, value;
	const char *day = sy_feed_text(r, sy_walk_get(root, "date"));
	size_t pos = 0;

	if (day != NULL && sy_date_parse(day) > 0)
		r->feed->day = day;
	if (sy_span_is_array(list)) {
		read_list(r, list);
		return;
	}
	while (sy_walk_member(root, &pos, &key, &value))
		read_provider(r, sy_feed_text(r, key), sy_walk_get(value, "models"));
}
