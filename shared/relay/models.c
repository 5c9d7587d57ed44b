/*
 * models.c - GET /v1/models: the names that may be asked for, with OpenRouter's field names
 * for context and price beside OpenAI's own.
 */
#include "relay/engine.h"

#include <string.h>

/* Micro-dollars a million tokens, as dollars a token in decimal: "0.0000025". */
static void put_price(struct sy_buf *out, const char *name, int64_t price, bool *first)
{
	char digits[20];
	int len = 12;

	if (price == SY_PRICE_UNKNOWN)
		return;
	sy_buf_printf(out, "%s\"%s\":\"%lld.", *first ? "" : ",", name,
	    (long long)(price / 1000000000000));
	*first = false;
	for (int i = len - 1; i >= 0; i--, price /= 10)
		digits[i] = (char)('0' + price % 10);
	while (len > 1 && digits[len - 1] == '0')
		len--;
	sy_buf_add(out, digits, (size_t)len);
	sy_buf_puts(out, "\"");
}

static void put_figures(struct sy_buf *out, const struct sy_model *m)
{
	const int64_t *price = m->price.per_class;
	bool first = true;

	if (m->context_tokens > 0)
		sy_buf_printf(out, ",\"context_length\":%lld", (long long)m->context_tokens);
	if (m->max_output_tokens > 0)
		sy_buf_printf(out, ",\"max_completion_tokens\":%lld",
		    (long long)m->max_output_tokens);
	sy_buf_puts(out, ",\"pricing\":{");
	put_price(out, "prompt", price[SY_IN], &first);
	put_price(out, "completion", price[SY_OUT], &first);
	put_price(out, "input_cache_read", price[SY_IN_CACHE_READ], &first);
	put_price(out, "input_cache_write", price[SY_IN_CACHE_WRITE], &first);
	sy_buf_putc(out, '}');
}

static void put_model(struct sy_request *q, const char *id, const struct sy_meaning *meaning)
{
	const struct sy_route *route = meaning->route;
	const struct sy_model *m = meaning->target.model;
	struct sy_buf *out = &q->held;

	sy_buf_puts(out, "{\"id\":");
	sy_buf_json_str(out, id);
	sy_buf_printf(out, ",\"object\":\"model\",\"created\":%lld,\"owned_by\":",
	    (long long)(m != NULL && m->price_from > 0 ? m->price_from
						       : q->config->applied_ms / 1000));
	sy_buf_json_str(out, m != NULL ? m->provider->name : "switchyard");
	/* A route of one target is as good as its model. */
	if (m == NULL && route->target_count == 1)
		m = route->targets[0].model;
	if (m != NULL)
		put_figures(out, m);
	sy_buf_putc(out, '}');
}

static void put_listed(struct sy_request *q, const char *id, bool *first)
{
	struct sy_meaning meaning;

	if (!sy_config_meaning(q->config, id, &meaning))
		return;
	if (!*first)
		sy_buf_putc(&q->held, ',');
	*first = false;
	put_model(q, id, &meaning);
}

static void put_all(struct sy_request *q)
{
	const struct sy_config *c = q->config;
	bool first = true;

	sy_buf_puts(&q->held, "{\"object\":\"list\",\"data\":[");
	for (size_t i = 0; i < c->route_count; i++)
		put_listed(q, c->routes[i].name, &first);
	for (size_t i = 0; i < c->alias_count; i++)
		put_listed(q, c->aliases[i].name, &first);
	for (size_t i = 0; c->allow_direct && i < c->model_count; i++)
		if (c->models[i].provider->enabled)
			put_listed(q, sy_strf(q->in.arena, "%s:%s",
			    c->models[i].provider->name, c->models[i].name), &first);
	sy_buf_puts(&q->held, "]}");
}

int sy_models_write(struct sy_request *q, struct sy_error *err)
{
	struct sy_meaning meaning;

	if (q->model_id == NULL) {
		put_all(q);
		return 0;
	}
	if (!sy_config_meaning(q->config, q->model_id, &meaning))
		return sy_fail(err, SY_NO_MODEL, "model", "No model is called '%.80s' here.",
		    q->model_id);
	put_model(q, q->model_id, &meaning);
	return 0;
}
