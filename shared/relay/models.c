/*
 * models.c - GET /v1/models: what the key may ask for, with OpenAI's fields and OpenRouter's; and
 * GET /v1beta/models, the same with Google's.
 *
 * A route is described by its targets and fallbacks together.  Its price is the dearest of
 * theirs, class by class: no answer costs more.  What it takes is all that one of them takes,
 * and its context is the longest, because a plan passes over those that a request does not
 * fit.  Of a price that one of them does not have nothing is said: unknown is not zero.
 */
#include "config/option.h"
#include "relay/engine.h"
#include "relay/parameters.h"

#include <string.h>

/* What is said of one name. */
struct listing {
	const char *id;
	const char *owner;
	const struct sy_model *first; /* of several */
	bool priced;
	uint32_t caps;
	uint64_t parameters;
	int64_t context_tokens, max_output_tokens, deprecated;
	struct sy_price price;
};

/* --- Putting together. ------------------------------------------------------------------- */

static int64_t dearer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool may_be_used(const struct sy_model *m)
{
	return m->provider->enabled &&
	       (sy_model_priced(m) || m->provider->unpriced_ok || m->provider->simulated);
}

/* Tiers are said of one model; of several, their highest prices are the price. */
static void add_price(struct listing *l, const struct sy_model *m)
{
	struct sy_tiers none = { { { 0, { 0 } } } };

	l->priced &= sy_model_priced(m);
	if (l->first == NULL) {
		l->price = m->price;
		return;
	}
	for (int class = 0; class < SY_TOKEN_CLASSES; class ++) {
		int64_t *most = &l->price.per_class[class];

		*most = dearer(*most, m->price.per_class[class]);
		for (size_t t = 0; t < SY_TIERS_MAX; t++) {
			if (l->price.tiers.tier[t].above_tokens > 0)
				*most = dearer(*most,
				    l->price.tiers.tier[t].per_class[class]);
			if (m->price.tiers.tier[t].above_tokens > 0)
				*most = dearer(*most,
				    m->price.tiers.tier[t].per_class[class]);
		}
	}
	l->price.tiers = none;
}

static void add_model(struct listing *l, const struct sy_model *m,
    struct sy_parameters *parameters)
{
	if (!may_be_used(m) || m == l->first)
		return;
	add_price(l, m);
	l->caps |= m->caps;
	l->parameters |= sy_parameters_of(parameters, m);
	l->context_tokens = dearer(l->context_tokens, m->context_tokens);
	l->max_output_tokens = dearer(l->max_output_tokens, m->max_output_tokens);
	if (l->first == NULL || m->deprecated == 0 || l->deprecated == 0)
		l->deprecated = l->first == NULL ? m->deprecated : 0;
	else
		l->deprecated = dearer(l->deprecated, m->deprecated);
	if (l->first == NULL)
		l->first = m;
}

static bool describe(const struct sy_meaning *meaning, struct sy_parameters *parameters,
    struct listing *l)
{
	const struct sy_route *r = meaning->route;

	l->priced = true;
	if (r == NULL)
		add_model(l, meaning->target.model, parameters);
	for (size_t i = 0; r != NULL && i < r->target_count; i++)
		add_model(l, r->targets[i].model, parameters);
	for (size_t i = 0; r != NULL && i < r->fallback_count; i++)
		add_model(l, r->fallbacks[i].model, parameters);
	if (l->first != NULL)
		l->owner = r == NULL ? l->first->provider->name : "switchyard";
	return l->first != NULL;
}

/* --- Writing. ---------------------------------------------------------------------------- */

/* Micro-dollars a million tokens, as dollars a token in decimal: "0.0000025". */
static void put_dollars(struct sy_buf *out, int64_t price)
{
	char digits[12];
	size_t len = sizeof(digits);

	sy_buf_printf(out, "\"%lld", (long long)(price / 1000000000000));
	for (size_t i = len; i-- > 0; price /= 10)
		digits[i] = (char)('0' + price % 10);
	while (len > 0 && digits[len - 1] == '0')
		len--;
	if (len > 0)
		sy_buf_putc(out, '.');
	sy_buf_add(out, digits, len);
	sy_buf_putc(out, '"');
}

static void put_prices(struct sy_buf *out, const int64_t per_class[SY_TOKEN_CLASSES])
{
	static const struct {
		const char *name;
		int class;
	} names[] = {
		{ "prompt", SY_IN },
		{ "completion", SY_OUT },
		{ "input_cache_read", SY_IN_CACHE_READ },
		{ "input_cache_write", SY_IN_CACHE_WRITE },
		{ "internal_reasoning", SY_OUT_REASONING },
	};
	const char *gap = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (per_class[names[i].class] == SY_PRICE_UNKNOWN)
			continue;
		sy_buf_printf(out, "%s\"%s\":", gap, names[i].name);
		put_dollars(out, per_class[names[i].class]);
		gap = ",";
	}
}

static void put_pricing(struct sy_buf *out, const struct listing *l)
{
	const struct sy_tier *tier = l->price.tiers.tier;

	sy_buf_puts(out, ",\"pricing\":{");
	if (l->priced)
		put_prices(out, l->price.per_class);
	sy_buf_putc(out, '}');
	if (!l->priced || tier[0].above_tokens == 0)
		return;
	sy_buf_puts(out, ",\"pricing_tiers\":[");
	for (size_t i = 0; i < SY_TIERS_MAX && tier[i].above_tokens > 0; i++) {
		sy_buf_printf(out, "%s{\"above_tokens\":%lld,", i > 0 ? "," : "",
		    (long long)tier[i].above_tokens);
		put_prices(out, tier[i].per_class);
		sy_buf_putc(out, '}');
	}
	sy_buf_putc(out, ']');
}

/* What goes in and what comes out, by what the model is for and can do. */
struct modality {
	uint32_t caps;
	const char *name;
};

static const struct modality takes[] = {
	{ ~(uint32_t)SY_CAP_TRANSCRIBE, "text" },
	{ SY_CAP_VISION, "image" },
	{ SY_CAP_FILES, "file" },
	{ SY_CAP_AUDIO | SY_CAP_TRANSCRIBE, "audio" },
	{ 0, NULL },
};

static const struct modality makes[] = {
	{ SY_CAP_CHAT | SY_CAP_COMPLETE | SY_CAP_TRANSCRIBE | SY_CAP_MODERATE, "text" },
	{ SY_CAP_IMAGE, "image" },
	{ SY_CAP_SPEECH, "audio" },
	{ SY_CAP_EMBED, "embeddings" },
	{ SY_CAP_RERANK, "rerank" },
	{ 0, NULL },
};

static void put_modalities(struct sy_buf *out, const struct modality *list, uint32_t caps,
    const char *quote, const char *between)
{
	const char *gap = "";

	for (; list->name != NULL; list++)
		if (caps & list->caps) {
			sy_buf_printf(out, "%s%s%s%s", gap, quote, list->name, quote);
			gap = between;
		}
}

static void put_architecture(struct sy_buf *out, uint32_t caps)
{
	/* Nothing known: a chat is what most are for. */
	if (caps == 0)
		caps = SY_CAP_CHAT;
	sy_buf_puts(out, ",\"architecture\":{\"modality\":\"");
	put_modalities(out, takes, caps, "", "+");
	sy_buf_puts(out, "->");
	put_modalities(out, makes, caps, "", "+");
	sy_buf_puts(out, "\",\"input_modalities\":[");
	put_modalities(out, takes, caps, "\"", ",");
	sy_buf_puts(out, "],\"output_modalities\":[");
	put_modalities(out, makes, caps, "\"", ",");
	sy_buf_puts(out, "],\"tokenizer\":\"Other\",\"instruct_type\":null}");
}

static void put_count(struct sy_buf *out, const char *name, int64_t n)
{
	if (n > 0)
		sy_buf_printf(out, "\"%s\":%lld", name, (long long)n);
	else
		sy_buf_printf(out, "\"%s\":null", name);
}

static void put_listing(const struct sy_request *q, const struct listing *l,
    struct sy_buf *out)
{
	int64_t created = l->first->price_from > 0 ? l->first->price_from
	                                           : q->config->applied_ms / 1000;

	sy_buf_puts(out, "{\"id\":");
	sy_buf_json_str(out, l->id);
	sy_buf_puts(out, ",\"name\":");
	sy_buf_json_str(out, l->id);
	sy_buf_printf(out,
	    ",\"object\":\"model\",\"created\":%lld,\"owned_by\":", (long long)created);
	sy_buf_json_str(out, l->owner);
	sy_buf_putc(out, ',');
	put_count(out, "context_length", l->context_tokens);
	put_architecture(out, l->caps);
	put_pricing(out, l);
	sy_buf_puts(out, ",\"top_provider\":{");
	put_count(out, "context_length", l->context_tokens);
	sy_buf_putc(out, ',');
	put_count(out, "max_completion_tokens", l->max_output_tokens);
	sy_buf_puts(out, ",\"is_moderated\":false},\"per_request_limits\":null,"
	                 "\"supported_parameters\":[");
	sy_parameters_put(l->parameters, out);
	sy_buf_puts(out, "],\"expiration_date\":");
	if (l->deprecated > 0) {
		sy_buf_putc(out, '"');
		sy_date_print(l->deprecated, out);
		sy_buf_putc(out, '"');
	} else {
		sy_buf_puts(out, "null");
	}
	sy_buf_putc(out, '}');
}

/* What Google's clients may ask of it, which is what we serve in their shape. */
static void put_googles(const struct sy_request *q, const struct listing *l,
    struct sy_buf *out)
{
	bool chats = l->caps == 0 || l->caps & SY_CAP_CHAT;

	sy_buf_putc(out, '{');
	sy_buf_member(out, "name", sy_strf(q->in.arena, "models/%s", l->id));
	sy_buf_member(out, "displayName", l->id);
	if (l->context_tokens > 0)
		sy_buf_member_int(out, "inputTokenLimit", l->context_tokens);
	if (l->max_output_tokens > 0)
		sy_buf_member_int(out, "outputTokenLimit", l->max_output_tokens);
	sy_buf_key(out, "supportedGenerationMethods");
	sy_buf_puts(out, chats ? "[\"generateContent\",\"countTokens\"]}" : "[]}");
}

struct shape {
	const char *opening;
	void (*put)(const struct sy_request *q, const struct listing *l,
	    struct sy_buf *out);
};

static const struct shape openais = { "{\"object\":\"list\",\"data\":[", put_listing };
static const struct shape googles = { "{\"models\":[", put_googles };

/* --- Which. ------------------------------------------------------------------------------ */

struct list {
	struct sy_request *q;
	struct sy_parameters *parameters;
	const struct shape *shape;
	bool any;
};

static void put_listed(struct list *list, const char *id)
{
	struct listing l = { .id = id };
	struct sy_meaning meaning;

	if (!sy_config_meaning(list->q->config, id, &meaning) ||
	    !sy_request_may_use(list->q, &meaning, id) ||
	    !describe(&meaning, list->parameters, &l))
		return;
	if (list->any)
		sy_buf_putc(&list->q->held, ',');
	list->any = true;
	list->shape->put(list->q, &l, &list->q->held);
}

static void put_all(struct list *list)
{
	struct sy_request *q = list->q;
	const struct sy_config *c = q->config;

	sy_buf_puts(&q->held, list->shape->opening);
	for (size_t i = 0; i < c->route_count; i++)
		put_listed(list, c->routes[i].name);
	for (size_t i = 0; i < c->alias_count; i++)
		put_listed(list, c->aliases[i].name);
	for (size_t i = 0; c->allow_direct && i < c->model_count; i++)
		if (c->models[i].provider->enabled)
			put_listed(list,
			    sy_strf(q->in.arena, "%s:%s", c->models[i].provider->name,
			        c->models[i].name));
	sy_buf_puts(&q->held, "]}");
}

int sy_models_write(struct sy_request *q, struct sy_error *err)
{
	struct list list = { .q = q,
		.parameters = sy_parameters_new(q->in.arena),
		.shape = q->in.surface != NULL ? &googles : &openais };

	if (q->subject == NULL) {
		put_all(&list);
		return 0;
	}
	put_listed(&list, q->subject);
	return list.any ? 0
	                : sy_fail(err, SY_NO_MODEL, "model",
	                      "No model is called '%.80s' here.", q->subject);
}
