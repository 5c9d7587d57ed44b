/*
 * feed_openrouter.c - the shape of OpenRouter's GET /api/v1/models.
 *
 * All of it is what OpenRouter sells, whoever runs the model.  Prices are texts, in dollars a
 * token; -1 is said of what has another price each time.
 */
#include "base/arena.h"
#include "config/feed_part.h"

static const struct {
	const char *key;
	int class;
} costs[] = {
	{ "prompt", SY_IN },
	{ "completion", SY_OUT },
	{ "internal_reasoning", SY_OUT_REASONING },
	{ "input_cache_read", SY_IN_CACHE_READ },
	{ "input_cache_write", SY_IN_CACHE_WRITE },
};

static const struct {
	const char *parameter;
	uint32_t cap;
} abilities[] = {
	{ "tools", SY_CAP_TOOLS },
	{ "structured_outputs", SY_CAP_SCHEMA },
	{ "reasoning", SY_CAP_REASONING },
};

static void read_costs(struct sy_feed_reader *r, struct sy_span pricing)
{
	static const char *const others[] = { "request", "image", "audio", "web_search" };

	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		struct sy_span price = sy_walk_get(pricing, costs[i].key);

		if (!sy_span_is(price, "-1"))
			sy_feed_price(r, &r->row->m.price.per_class[costs[i].class],
			    price, SY_PER_TOKEN, costs[i].key);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct sy_span price = sy_walk_get(pricing, others[i]);

		r->other_units |= price.at != NULL && !sy_span_is(price, "0");
	}
}

static uint32_t caps_of(const struct sy_feed_reader *r, struct sy_span model)
{
	struct sy_span architecture = sy_walk_get(model, "architecture");
	struct sy_span parameters = sy_walk_get(model, "supported_parameters");
	uint32_t caps = sy_feed_caps(sy_walk_get(architecture, "input_modalities"),
	    sy_walk_get(architecture, "output_modalities"), r->row->m.name);

	for (size_t i = 0; i < sizeof(abilities) / sizeof(abilities[0]); i++)
		if (caps & SY_CAP_CHAT && sy_feed_has(parameters, abilities[i].parameter))
			caps |= abilities[i].cap;
	return caps;
}

static void read_model(struct sy_feed_reader *r, struct sy_span model)
{
	struct sy_span provider = sy_walk_get(model, "top_provider");
	struct sy_model *m;

	sy_feed_row(r, model, "openrouter", sy_feed_text(r, sy_walk_get(model, "id")));
	if (!r->bad) {
		m = &r->row->m;
		m->caps = caps_of(r, model);
		read_costs(r, sy_walk_get(model, "pricing"));
		sy_feed_tokens(r, &m->context_tokens,
		    sy_walk_get(model, "context_length"), "context_length");
		sy_feed_tokens(r, &m->max_output_tokens,
		    sy_walk_get(provider, "max_completion_tokens"),
		    "top_provider.max_completion_tokens");
		sy_feed_day(r, sy_walk_get(model, "expiration_date"));
	}
	sy_feed_end(r);
}

void sy_feed_read_openrouter(struct sy_feed_reader *r, struct sy_span root)
{
	struct sy_span list = sy_walk_get(root, "data"), model;
	size_t pos = 0;

	while (sy_walk_element(list, &pos, &model))
		read_model(r, model);
}
