/*
 * link.c - from names to pointers and back: see draft.h.
 */
#include "config/draft.h"

#include "base/arena.h"
#include "base/text.h"

#include <string.h>

const char *sy_target_split(const char *name, char provider[64])
{
	size_t len = strcspn(name, ":/");

	if (name[len] == '\0' || name[len + 1] == '\0' || len == 0 || len >= 64)
		return NULL;
	memcpy(provider, name, len);
	provider[len] = '\0';
	return name + len + 1;
}

static int link_providers(const struct sy_draft *d, struct sy_arena *a,
    struct sy_config *c, struct sy_error *err)
{
	c->provider_count = d->provider_count;
	c->providers = sy_alloc(a, (d->provider_count + 1) * sizeof(*c->providers));
	for (size_t i = 0; i < d->provider_count; i++) {
		c->providers[i] = d->providers[i].p;
		c->providers[i].enabled = d->providers[i].enabled == SY_ENABLED_YES;
		if (i > 0 && strcmp(c->providers[i - 1].name, c->providers[i].name) >= 0)
			return sy_fail(err, SY_CONFIG, "",
			    "the providers are not in order");
	}
	return 0;
}

static int link_models(const struct sy_draft *d, struct sy_arena *a, struct sy_config *c,
    struct sy_error *err)
{
	c->model_count = d->model_count;
	c->models = sy_alloc(a, (d->model_count + 1) * sizeof(*c->models));
	for (size_t i = 0; i < d->model_count; i++) {
		const struct sy_draft_model *from = &d->models[i];
		struct sy_model *m = &c->models[i];
		int order = -1;

		*m = from->m;
		m->provider = sy_config_provider(c, from->provider);
		if (m->provider == NULL)
			return sy_fail(err, SY_CONFIG, "",
			    "model %s: there is no provider %s", m->name, from->provider);
		if (i > 0)
			order = strcmp(m[-1].provider->name, m->provider->name);
		if (order > 0 || (order == 0 && strcmp(m[-1].name, m->name) >= 0))
			return sy_fail(err, SY_CONFIG, "", "the models are not in order");
	}
	return 0;
}

static int link_target(const struct sy_config *c, const char *name, int weight,
    struct sy_target *out, struct sy_error *err)
{
	char provider[64];
	const char *model = sy_target_split(name, provider);

	out->weight = weight;
	out->model = model != NULL ? sy_config_model(c, provider, model) : NULL;
	if (out->model == NULL)
		return sy_fail(err, SY_CONFIG, "", "there is no target %s", name);
	return 0;
}

static int link_names(const struct sy_config *c, const struct sy_names *names,
    struct sy_arena *a, struct sy_target **list, size_t *count, struct sy_error *err)
{
	*count = names->count;
	*list = sy_alloc(a, (names->count + 1) * sizeof(**list));
	for (size_t i = 0; i < names->count; i++)
		if (link_target(c, names->name[i], 1, &(*list)[i], err) < 0)
			return -1;
	return 0;
}

static int link_route(const struct sy_config *c, const struct sy_draft_route *from,
    struct sy_arena *a, struct sy_route *r, struct sy_error *err)
{
	*r = from->r;
	r->target_count = from->targets.count;
	r->targets = sy_alloc(a, (from->targets.count + 1) * sizeof(*r->targets));
	for (size_t i = 0; i < from->targets.count; i++)
		if (link_target(c, from->targets.list[i].name,
		        from->targets.list[i].weight, &r->targets[i], err) < 0)
			return -1;
	if (link_names(c, &from->fallback, a, &r->fallbacks, &r->fallback_count, err) < 0)
		return -1;
	return link_names(c, &from->context_fallback, a, &r->context_fallbacks,
	    &r->context_fallback_count, err);
}

int sy_draft_link(const struct sy_draft *d, struct sy_arena *a, struct sy_config *c,
    struct sy_error *err)
{
	*c = d->gateway.c;
	c->timeouts = d->timeouts;
	if (link_providers(d, a, c, err) < 0 || link_models(d, a, c, err) < 0)
		return -1;
	c->route_count = d->route_count;
	c->routes = sy_alloc(a, (d->route_count + 1) * sizeof(*c->routes));
	for (size_t i = 0; i < d->route_count; i++)
		if (link_route(c, &d->routes[i], a, &c->routes[i], err) < 0)
			return -1;
	c->alias_count = d->alias_count;
	c->aliases = sy_alloc(a, (d->alias_count + 1) * sizeof(*c->aliases));
	for (size_t i = 0; i < d->alias_count; i++)
		c->aliases[i] = d->aliases[i].alias;
	return 0;
}

void sy_view_gateway(const struct sy_config *c, struct sy_draft_gateway *out)
{
	out->c = *c;
	out->standalone = true;
}

void sy_view_provider(const struct sy_provider *p, struct sy_draft_provider *out)
{
	memset(out, 0, sizeof(*out));
	out->p = *p;
	out->enabled = p->enabled ? SY_ENABLED_YES : SY_ENABLED_NO;
}

void sy_view_model(const struct sy_model *m, struct sy_draft_model *out)
{
	memset(out, 0, sizeof(*out));
	out->m = *m;
	out->provider = m->provider->name;
}

const char *sy_target_name(const struct sy_target *t, struct sy_arena *a)
{
	return sy_strf(a, "%s:%s", t->model->provider->name, t->model->name);
}

static void view_names(const struct sy_target *list, size_t count, struct sy_arena *a,
    struct sy_names *out)
{
	out->count = count;
	out->name = sy_alloc(a, (count + 1) * sizeof(*out->name));
	for (size_t i = 0; i < count; i++)
		out->name[i] = sy_target_name(&list[i], a);
}

void sy_view_route(const struct sy_route *r, struct sy_arena *a,
    struct sy_draft_route *out)
{
	memset(out, 0, sizeof(*out));
	out->r = *r;
	view_names(r->fallbacks, r->fallback_count, a, &out->fallback);
	view_names(r->context_fallbacks, r->context_fallback_count, a,
	    &out->context_fallback);
	out->targets.count = r->target_count;
	out->targets.list =
	    sy_alloc(a, (r->target_count + 1) * sizeof(*out->targets.list));
	for (size_t i = 0; i < r->target_count; i++) {
		out->targets.list[i].name = sy_target_name(&r->targets[i], a);
		out->targets.list[i].weight = r->targets[i].weight;
	}
}
