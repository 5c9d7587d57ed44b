/*
 * compile.c - a draft to a configuration: see draft.h.
 *
 * In this order: which provider is spoken of, which models there are and at what price, what
 * each target and alias means.  What comes out owes nothing to the reader's memory, because
 * it goes through the packed form, as every configuration in force does.
 */
#include "config/draft.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/zone.h"
#include "config/config_file.h"
#include "config/source.h"

#include <stdlib.h>
#include <string.h>

#define ALIAS_DEPTH 8

/* Calls fn for each target that a route names. */
static void each_target(struct sy_draft *d, const struct sy_draft_route *r,
    void (*fn)(struct sy_draft *d, const struct sy_draft_route *r, const char *name,
        struct sy_place place))
{
	const struct sy_names *lists[] = { &r->fallback, &r->context_fallback };

	for (size_t i = 0; i < r->targets.count; i++)
		fn(d, r, r->targets.list[i].name, r->targets.list[i].place);
	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; i < lists[l]->count; i++)
			fn(d, r, lists[l]->name[i],
			    (struct sy_place){ r->place.source, lists[l]->line[i] });
}

/* --- Models. --------------------------------------------------------------------------- */

static int compare_names(const struct sy_draft_model *a, const struct sy_draft_model *b)
{
	int order = strcmp(a->provider, b->provider);

	return order != 0 ? order : strcmp(a->m.name, b->m.name);
}

/* The most telling last: by level, and within one by the day the price begins. */
static int compare_models(const void *pa, const void *pb)
{
	const struct sy_draft_model *a = pa, *b = pb;
	int order = compare_names(a, b);

	if (order == 0)
		order = (a->level > b->level) - (a->level < b->level);
	if (order == 0)
		order = (a->m.price_from > b->m.price_from) -
		        (a->m.price_from < b->m.price_from);
	return order;
}

static int compare_to_key(const void *key, const void *m)
{
	return compare_names(key, m);
}

/* Any line of that model, or NULL; the models are sorted. */
static const struct sy_draft_model *find_model(const struct sy_draft *d,
    const char *provider, const char *name)
{
	struct sy_draft_model key = { .provider = provider, .m = { .name = name } };

	return d->model_count == 0 ? NULL
	                           : bsearch(&key, d->models, d->model_count, sizeof(key),
	                                 compare_to_key);
}

/* A block says more of a model that a file has, or has it all by itself. */
static void lay_over(struct sy_draft_model *under, const struct sy_draft_model *block)
{
	const struct sy_conf_option *rows = sy_block_options(&sy_block_model);
	size_t sizes[] = { [SY_OPT_TEXT] = sizeof(const char *),
		[SY_OPT_WORDS] = sizeof(uint32_t),
		[SY_OPT_TOKENS] = sizeof(int64_t),
		[SY_OPT_MONEY] = sizeof(int64_t),
		[SY_OPT_DATE] = sizeof(int64_t),
		[SY_OPT_TIERS] = sizeof(struct sy_tiers) };

	for (const struct sy_conf_option *o = rows; o->name != NULL; o++)
		if (block->given & (uint64_t)1 << (o - rows))
			memcpy((char *)under + o->offset, (const char *)block + o->offset,
			    sizes[o->type]);
	under->level = SY_FROM_BLOCK;
	under->place = block->place;
}

/* One model from the lines [at, end) that speak of it. */
static struct sy_draft_model merge_lines(struct sy_draft *d, size_t at, size_t end,
    int64_t now_s)
{
	struct sy_draft_model best = d->models[at];
	bool in_force = best.m.price_from <= now_s;

	for (size_t i = at + 1; i < end; i++) {
		const struct sy_draft_model *m = &d->models[i],
		                            *before = &d->models[i - 1];

		if (m->level == before->level && m->level != SY_FROM_TARGET &&
		    m->m.price_from == before->m.price_from)
			sy_find_error(d->findings, d->arena, m->place, m->m.name, NULL,
			    "%s:%s is there twice for the same day, first at %s",
			    m->provider, m->m.name,
			    sy_place_text(before->place, d->arena));
		if (m->level == SY_FROM_BLOCK) {
			lay_over(&best, m);
		} else if (m->m.price_from <= now_s || !in_force) {
			best = *m;
			in_force = m->m.price_from <= now_s;
		} else {
			sy_find_warning(d->findings, d->arena, m->place, NULL, NULL,
			    "%s:%s has a price that begins later; apply again on that day",
			    m->provider, m->m.name);
		}
	}
	if (best.m.upstream == NULL)
		best.m.upstream = best.m.name;
	return best;
}

/* Each model once, and only those of providers that are in the configuration. */
static void merge_models(struct sy_draft *d, int64_t now_s)
{
	size_t kept = 0, end;

	for (size_t at = 0; at < d->model_count; at = end) {
		const struct sy_draft_provider *p;
		bool ours = false;

		for (end = at; end < d->model_count &&
		               compare_names(&d->models[at], &d->models[end]) == 0;
		     end++)
			ours |= d->models[end].level > SY_FROM_PACKAGE;
		p = sy_draft_provider(d, d->models[at].provider);
		if (p != NULL && p->enabled == SY_ENABLED_YES)
			d->models[kept++] = merge_lines(d, at, end, now_s);
		else if (p == NULL && ours && *d->models[at].provider != '\0')
			sy_find_error(d->findings, d->arena, d->models[at].place,
			    d->models[at].provider, NULL,
			    "model \"%s\": there is no provider \"%s\"",
			    d->models[at].m.name, d->models[at].provider);
	}
	d->model_count = kept;
}

/* A provider that takes models without a price has every model that is asked of it. */
static void imply_model(struct sy_draft *d, const struct sy_draft_route *r,
    const char *name, struct sy_place place)
{
	char provider[64];
	const char *model = sy_target_split(name, provider);
	struct sy_draft_provider *p =
	    model != NULL ? sy_draft_provider(d, provider) : NULL;
	struct sy_draft_model *m;

	(void)r;
	if (p == NULL)
		return;
	p->used = true;
	if (!p->p.unpriced_ok || !sy_model_name_ok(model))
		return;
	m = SY_DRAFT_ADD(d, models, model_count, model_room);
	sy_block_init(&sy_block_model, m);
	m->m.name = sy_strdup(d->arena, model);
	m->provider = p->p.name;
	m->place = place;
}

static void imply_models(struct sy_draft *d)
{
	for (size_t i = 0; i < d->route_count; i++)
		each_target(d, &d->routes[i], imply_model);
	for (size_t i = 0; i < d->alias_count; i++)
		if (d->aliases[i].alias.to != NULL)
			imply_model(d, NULL, d->aliases[i].alias.to, d->aliases[i].place);
	for (size_t i = 0; i < d->model_count; i++) {
		struct sy_draft_provider *p;

		if (d->models[i].level <= SY_FROM_PACKAGE)
			continue;
		p = sy_draft_provider(d, d->models[i].provider);
		if (p != NULL)
			p->used = true;
	}
	if (d->model_count > 1)
		qsort(d->models, d->model_count, sizeof(*d->models), compare_models);
}

/* --- Targets, routes, aliases. --------------------------------------------------------- */

/* The nearest of a provider's models, or of the providers. */
static const char *near_target(struct sy_draft *d, const char *provider,
    const char *model)
{
	size_t count = 0, best = 5;
	const char *hint = NULL;

	for (size_t i = 0; i < d->model_count; i++) {
		size_t n;

		if (strcmp(d->models[i].provider, provider) != 0)
			continue;
		count++;
		n = sy_edit_distance(model, d->models[i].m.name, best);
		if (n < best) {
			best = n;
			hint = sy_strf(d->arena, "did you mean \"%s:%s\"?", provider,
			    d->models[i].m.name);
		}
	}
	for (size_t i = 0; count == 0 && i < d->provider_count; i++) {
		size_t n = sy_edit_distance(provider, d->providers[i].p.name, 3);

		if (n < best && n < 4) {
			best = n;
			hint = sy_strf(d->arena, "did you mean \"%s:%s\"?",
			    d->providers[i].p.name, model);
		}
	}
	return hint;
}

static void warn_deprecated(struct sy_draft *d, const char *what, const char *name,
    const struct sy_model *m, struct sy_place place)
{
	struct sy_buf day;

	if (m->deprecated == 0)
		return;
	sy_buf_init(&day, 64);
	sy_date_print(m->deprecated, &day);
	sy_find_warning(d->findings, d->arena, place, name, NULL,
	    "%s: target \"%s\" is deprecated from %s on", what, name, day.data);
	sy_buf_release(&day);
}

/* `what` is "route \"chat\"". */
static bool check_name(struct sy_draft *d, const char *what, const char *name,
    struct sy_place place)
{
	char provider[64];
	const char *model = sy_target_split(name, provider);
	const struct sy_draft_provider *p =
	    model != NULL ? sy_draft_provider(d, provider) : NULL;
	const struct sy_draft_model *m =
	    p != NULL ? find_model(d, provider, model) : NULL;

	if (model == NULL)
		sy_find_error(d->findings, d->arena, place, name, NULL,
		    "%s: a target is \"provider:model\", which \"%s\" is not", what,
		    name);
	else if (p == NULL)
		sy_find_error(d->findings, d->arena, place, name,
		    near_target(d, provider, model), "%s: there is no provider \"%s\"",
		    what, provider);
	else if (p->enabled != SY_ENABLED_YES)
		sy_find_error(d->findings, d->arena, place, name, NULL,
		    "%s: provider \"%s\" is not enabled", what, provider);
	else if (m == NULL)
		sy_find_error(d->findings, d->arena, place, name,
		    near_target(d, provider, model),
		    "%s: target \"%s\" is not in the catalogue", what, name);
	else if (!sy_model_priced(&m->m) && !p->p.unpriced_ok)
		sy_find_error(d->findings, d->arena, place, name, NULL,
		    "%s: target \"%s\" has no price: give it one in a model block, or say "
		    "unpriced_ok = yes for the provider",
		    what, name);
	else {
		warn_deprecated(d, what, name, &m->m, place);
		return true;
	}
	return false;
}

static void check_target(struct sy_draft *d, const struct sy_draft_route *r,
    const char *name, struct sy_place place)
{
	check_name(d, sy_strf(d->arena, "route \"%s\"", r->r.name), name, place);
}

/* The plain list of targets becomes what the blocks would have said. */
static void settle_targets(struct sy_draft *d, struct sy_draft_route *r)
{
	if (r->targets.count > 0 || r->names.count == 0)
		return;
	r->targets.list = sy_alloc(d->arena, r->names.count * sizeof(*r->targets.list));
	r->targets.count = r->names.count;
	for (size_t i = 0; i < r->names.count; i++)
		r->targets.list[i] = (struct sy_draft_target){ .weight = 1,
			.name = r->names.name[i],
			.place = { r->place.source, r->names.line[i] } };
}

static void check_route(struct sy_draft *d, struct sy_draft_route *r)
{
	const char *what = sy_strf(d->arena, "route \"%s\"", r->r.name);

	if (r->targets.count == 0)
		sy_find_error(d->findings, d->arena, r->place, r->r.name, NULL,
		    "%s has no target: it needs targets = { \"provider:model\" }", what);
	for (size_t i = 0; i < r->targets.count; i++) {
		const struct sy_draft_target *t = &r->targets.list[i];

		if (t->weight != 1 && r->r.strategy != SY_WEIGHTED)
			sy_find_warning(d->findings, d->arena, t->place, "weight", NULL,
			    "%s: weight means nothing with strategy = %s", what,
			    sy_word_name(sy_strategy_words, (int)r->r.strategy));
		for (size_t j = 0; r->names.count > 0 && j < i && j < 64; j++)
			if (strcmp(r->targets.list[j].name, t->name) == 0)
				sy_find_error(d->findings, d->arena, t->place, t->name,
				    NULL, "%s: target \"%s\" is there twice", what,
				    t->name);
	}
	if (r->r.attempts == 0)
		r->r.attempts = d->gateway.c.attempts;
	if (r->r.target_attempts == 0)
		r->r.target_attempts = d->gateway.c.target_attempts;
	each_target(d, r, check_target);
	sy_check_timeouts(d, what, &r->r.timeouts, r->place);
}

struct name_at {
	const char *name;
	struct sy_place place;
	const struct sy_draft_alias *alias; /* NULL: a route */
};

static int compare_name_at(const void *a, const void *b)
{
	return strcmp(((const struct name_at *)a)->name,
	    ((const struct name_at *)b)->name);
}

/* Names that clients may ask for, sorted; a name of two things is an error. */
static struct name_at *gather_names(struct sy_draft *d, size_t *count)
{
	struct name_at *names =
	    sy_alloc(d->arena, (d->route_count + d->alias_count + 1) * sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < d->route_count; i++)
		names[n++] =
		    (struct name_at){ d->routes[i].r.name, d->routes[i].place, NULL };
	for (size_t i = 0; i < d->alias_count; i++)
		names[n++] = (struct name_at){ d->aliases[i].alias.name,
			d->aliases[i].place, &d->aliases[i] };
	qsort(names, n, sizeof(*names), compare_name_at);
	for (size_t i = 1; i < n; i++)
		if (strcmp(names[i - 1].name, names[i].name) == 0)
			sy_find_error(d->findings, d->arena, names[i].place,
			    names[i].name, NULL,
			    "the name \"%s\" is given twice, also at %s", names[i].name,
			    sy_place_text(names[i - 1].place, d->arena));
	*count = n;
	return names;
}

static const char *near_name(struct sy_draft *d, const char *name,
    const struct name_at *names, size_t count)
{
	size_t best = 4;
	const char *hint = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t n = sy_edit_distance(name, names[i].name, best);

		if (n < best && n > 0) {
			best = n;
			hint = sy_strf(d->arena, "did you mean \"%s\"?", names[i].name);
		}
	}
	return hint;
}

/* Follows an alias of an alias to what it stands for in the end. */
static void check_alias(struct sy_draft *d, struct sy_draft_alias *alias,
    const struct name_at *names, size_t count)
{
	const struct name_at *at = NULL;
	const char *what = sy_strf(d->arena, "alias \"%s\"", alias->alias.name);
	const char *to = alias->alias.to;
	char provider[64];

	for (int depth = 0; to != NULL; depth++) {
		struct name_at key = { .name = to };

		at = bsearch(&key, names, count, sizeof(*names), compare_name_at);
		if (at == NULL || at->alias == NULL)
			break;
		if (depth == ALIAS_DEPTH || at->alias == alias) {
			sy_find_error(d->findings, d->arena, alias->place,
			    alias->alias.to, NULL,
			    "%s leads back to itself, or through more than %d others",
			    what, ALIAS_DEPTH);
			return;
		}
		to = at->alias->alias.to;
	}
	if (to == NULL)
		return;
	if (at == NULL && sy_target_split(to, provider) == NULL)
		sy_find_error(d->findings, d->arena, alias->place, to,
		    near_name(d, to, names, count), "%s: there is no route \"%s\"", what,
		    to);
	else if (at != NULL || check_name(d, what, to, alias->place))
		alias->alias.to = to;
}

/* --- The whole. ------------------------------------------------------------------------ */

static int compare_providers(const void *a, const void *b)
{
	return strcmp(((const struct sy_draft_provider *)a)->p.name,
	    ((const struct sy_draft_provider *)b)->p.name);
}

/* Packaged rows that nobody speaks of are left out. */
static void settle_providers(struct sy_draft *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->provider_count; i++)
		if (!d->providers[i].packaged ||
		    d->providers[i].enabled == SY_ENABLED_YES)
			d->providers[kept++] = d->providers[i];
	d->provider_count = kept;
	if (kept > 1)
		qsort(d->providers, kept, sizeof(*d->providers), compare_providers);
}

static void check_gateway(struct sy_draft *d)
{
	static const struct sy_timeouts unset;
	struct sy_zone *zone = NULL;
	struct sy_error err;

	if (sy_zone_load(d->gateway.c.time_zone, &zone, &err) < 0)
		sy_find_error(d->findings, d->arena, d->gateway.place,
		    d->gateway.c.time_zone, NULL, "time_zone: %s", err.message);
	sy_zone_free(zone);
	sy_check_timeouts(d, "timeouts", &unset, d->timeouts_place);
	for (size_t i = 0; i < d->provider_count; i++)
		sy_check_timeouts(d,
		    sy_strf(d->arena, "provider \"%s\"", d->providers[i].p.name),
		    &d->providers[i].p.timeouts, d->providers[i].place);
}

void sy_draft_compile(struct sy_draft *d, const struct sy_root *root, int64_t now_ms,
    struct sy_config **out)
{
	struct sy_config linked;
	struct sy_error err;
	struct name_at *names;
	const void *blob;
	size_t len, count;

	*out = NULL;
	for (size_t i = 0; i < d->route_count; i++)
		settle_targets(d, &d->routes[i]);
	imply_models(d);
	sy_check_providers(d, root);
	merge_models(d, now_ms / 1000);
	names = gather_names(d, &count);
	for (size_t i = 0; i < d->route_count; i++)
		check_route(d, &d->routes[i]);
	for (size_t i = 0; i < d->alias_count; i++)
		check_alias(d, &d->aliases[i], names, count);
	settle_providers(d);
	check_gateway(d);
	if (d->findings->errors > 0)
		return;
	if (sy_draft_link(d, d->arena, &linked, &err) == 0) {
		sy_config_pack(&linked, d->arena, &blob, &len);
		if (sy_config_unpack(blob, len, out, &err) == 0)
			return;
	}
	sy_find_error(d->findings, d->arena, (struct sy_place){ NULL, 0 }, NULL, NULL,
	    "%s", err.message);
}
