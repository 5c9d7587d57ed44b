/*
 * config.c - finding things in a configuration; what reads and writes one is in config/.
 */
#include "model/config.h"

#include "base/arena.h"
#include "model/words.h"

#include <stdlib.h>
#include <string.h>

const struct sy_word sy_auth_words[] = {
	{ "bearer", SY_AUTH_BEARER },
	{ "api-key", SY_AUTH_API_KEY },
	{ "x-api-key", SY_AUTH_X_API_KEY },
	{ "x-goog-api-key", SY_AUTH_GOOG },
	{ "sigv4", SY_AUTH_SIGV4 },
	{ "none", SY_AUTH_NONE },
	{ NULL, 0 },
};

const struct sy_word sy_abort_words[] = {
	{ "unknown", SY_ABORT_UNKNOWN },
	{ "yes", SY_ABORT_YES },
	{ "no", SY_ABORT_NO },
	{ NULL, 0 },
};

const struct sy_word sy_strategy_words[] = {
	{ "order", SY_ORDER },
	{ "weighted", SY_WEIGHTED },
	{ NULL, 0 },
};

const struct sy_word sy_cap_words[] = {
	{ "chat", SY_CAP_CHAT },
	{ "complete", SY_CAP_COMPLETE },
	{ "embed", SY_CAP_EMBED },
	{ "rerank", SY_CAP_RERANK },
	{ "moderate", SY_CAP_MODERATE },
	{ "image", SY_CAP_IMAGE },
	{ "speech", SY_CAP_SPEECH },
	{ "transcribe", SY_CAP_TRANSCRIBE },
	{ "tools", SY_CAP_TOOLS },
	{ "vision", SY_CAP_VISION },
	{ "schema", SY_CAP_SCHEMA },
	{ "reasoning", SY_CAP_REASONING },
	{ "audio", SY_CAP_AUDIO },
	{ "files", SY_CAP_FILES },
	{ NULL, 0 },
};

bool sy_model_priced(const struct sy_model *m)
{
	const uint32_t without_text = SY_CAP_EMBED | SY_CAP_RERANK | SY_CAP_MODERATE;
	bool only_in = m->caps != 0 && (m->caps & ~without_text) == 0;

	return m->price.per_class[SY_IN] != SY_PRICE_UNKNOWN &&
	    (only_in || m->price.per_class[SY_OUT] != SY_PRICE_UNKNOWN);
}

static int compare_provider(const void *name, const void *p)
{
	return strcmp(name, ((const struct sy_provider *)p)->name);
}

const struct sy_provider *sy_config_provider(const struct sy_config *c, const char *name)
{
	return bsearch(name, c->providers, c->provider_count, sizeof(*c->providers),
	    compare_provider);
}

static int compare_model(const void *wanted, const void *m)
{
	const char *const *pair = wanted;
	const struct sy_model *model = m;
	int order = strcmp(pair[0], model->provider->name);

	return order != 0 ? order : strcmp(pair[1], model->name);
}

const struct sy_model *sy_config_model(const struct sy_config *c, const char *provider,
    const char *name)
{
	const char *pair[2] = { provider, name };

	return bsearch(pair, c->models, c->model_count, sizeof(*c->models), compare_model);
}

const struct sy_route *sy_config_route(const struct sy_config *c, const char *name)
{
	for (size_t i = 0; i < c->route_count; i++)
		if (strcmp(c->routes[i].name, name) == 0)
			return &c->routes[i];
	return NULL;
}

/* "provider:model" or "provider/model"; the model's own name may hold either mark again. */
static const struct sy_model *find_qualified(const struct sy_config *c, const char *asked)
{
	size_t len = strcspn(asked, ":/");
	char provider[64];

	if (asked[len] == '\0' || len >= sizeof(provider))
		return NULL;
	memcpy(provider, asked, len);
	provider[len] = '\0';
	return sy_config_model(c, provider, asked + len + 1);
}

static const struct sy_model *find_bare(const struct sy_config *c, const char *asked)
{
	for (size_t i = 0; i < c->provider_count; i++) {
		const struct sy_model *m;

		if (!c->providers[i].enabled)
			continue;
		m = sy_config_model(c, c->providers[i].name, asked);
		if (m != NULL)
			return m;
	}
	return NULL;
}

bool sy_config_meaning(const struct sy_config *c, const char *asked, struct sy_meaning *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < c->alias_count; i++)
		if (strcmp(c->aliases[i].name, asked) == 0) {
			asked = c->aliases[i].to;
			break;
		}
	out->route = sy_config_route(c, asked);
	if (out->route != NULL)
		return true;
	if (!c->allow_direct)
		return false;
	out->target.weight = 1;
	out->target.model = find_qualified(c, asked);
	if (out->target.model == NULL)
		out->target.model = find_bare(c, asked);
	return out->target.model != NULL && out->target.model->provider->enabled;
}

struct sy_config *sy_config_ref(struct sy_config *c)
{
	c->refs++;
	return c;
}

void sy_config_unref(struct sy_config *c)
{
	if (c != NULL && --c->refs == 0)
		sy_arena_free(c->arena);
}

static int first_set(int a, int b, int c)
{
	return a != 0 ? a : b != 0 ? b : c;
}

struct sy_timeouts sy_timeouts_of(const struct sy_config *c, const struct sy_route *route,
    const struct sy_provider *provider)
{
	static const struct sy_timeouts unset;
	const struct sy_timeouts *r = route != NULL ? &route->timeouts : &unset;
	const struct sy_timeouts *p = &provider->timeouts, *d = &c->timeouts;

	return (struct sy_timeouts){
		.connect_ms = first_set(r->connect_ms, p->connect_ms, d->connect_ms),
		.first_ms = first_set(r->first_ms, p->first_ms, d->first_ms),
		.idle_ms = first_set(r->idle_ms, p->idle_ms, d->idle_ms),
		.no_progress_ms =
		    first_set(r->no_progress_ms, p->no_progress_ms, d->no_progress_ms),
		.stream_ms = first_set(r->stream_ms, p->stream_ms, d->stream_ms),
		.whole_ms = first_set(r->whole_ms, p->whole_ms, d->whole_ms),
	};
}
