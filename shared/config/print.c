/*
 * print.c - a configuration as canonical text, and what differs between two.
 *
 * Both walk the option tables over the drafts that link.c makes of a configuration's parts.
 */
#include "config/config_file.h"

#include "base/arena.h"
#include "base/buf.h"
#include "config/draft.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (64 << 20)

/* The member as text, in the arena. */
static const char *value_of(const struct sy_conf_option *o, const void *at,
    struct sy_arena *a)
{
	struct sy_buf b;
	const char *text;

	sy_buf_init(&b, TEXT_MAX);
	sy_conf_option_print(o, (const char *)at + o->offset, &b);
	text = sy_strndup(a, b.data, b.len);
	sy_buf_release(&b);
	return text;
}

/* --- Text. ----------------------------------------------------------------------------- */

struct printer {
	struct sy_buf out;
	struct sy_arena *arena; /* for what is needed in between */
	const char *indent;     /* before each option */
	const char *end;        /* behind each option */
};

/* The options that are not as they would be without being said; `all`: every one. */
static void put_options(struct printer *p, const struct sy_block *b, const void *at,
    bool all)
{
	void *plain = sy_alloc(p->arena, b->size);

	sy_block_init(b, plain);
	for (const struct sy_conf_option *o = sy_block_options(b); o->name != NULL; o++) {
		const char *value = value_of(o, at, p->arena);

		if (all || strcmp(value, value_of(o, plain, p->arena)) != 0)
			sy_buf_printf(&p->out, "%s%s = %s%s", p->indent, o->name, value,
			    p->end);
	}
}

static void put_inner(struct printer *p, const struct sy_block *b, const void *at)
{
	struct printer in = { .arena = p->arena, .indent = "\t\t", .end = "\n" };

	sy_buf_init(&in.out, TEXT_MAX);
	put_options(&in, b, at, false);
	if (in.out.len > 0)
		sy_buf_printf(&p->out, "\t%s {\n%s\t}\n", b->name, in.out.data);
	sy_buf_release(&in.out);
}

static void put_begin(struct printer *p, const struct sy_block *b, const char *title)
{
	sy_buf_puts(&p->out, b->name);
	if (title != NULL) {
		sy_buf_putc(&p->out, ' ');
		sy_quote(title, &p->out);
	}
	sy_buf_puts(&p->out, " {\n");
}

static void put_provider(struct printer *p, const struct sy_provider *provider)
{
	struct sy_draft_provider view;

	sy_view_provider(provider, &view);
	put_begin(p, &sy_block_provider, provider->name);
	put_options(p, &sy_block_provider, &view, false);
	put_inner(p, &sy_block_timeouts, &provider->timeouts);
	put_inner(p, &sy_block_quirks, &provider->quirks);
	sy_buf_puts(&p->out, "}\n\n");
}

/* A line each: there are many, and they are read by comparing them. */
static void put_model(struct printer *p, const struct sy_model *m)
{
	struct printer line = { .arena = p->arena, .indent = " ", .end = "" };
	struct sy_draft_model view;

	sy_view_model(m, &view);
	sy_buf_init(&line.out, TEXT_MAX);
	put_options(&line, &sy_block_model, &view, false);
	sy_buf_puts(&p->out, "model ");
	sy_quote(m->name, &p->out);
	sy_buf_printf(&p->out, " {%s }\n", line.out.data);
	sy_buf_release(&line.out);
}

static void put_route(struct printer *p, const struct sy_route *r)
{
	struct sy_draft_route view;

	sy_view_route(r, p->arena, &view);
	put_begin(p, &sy_block_route, r->name);
	put_options(p, &sy_block_route, &view, false);
	put_inner(p, &sy_block_timeouts, &r->timeouts);
	for (size_t i = 0; i < view.targets.count; i++) {
		sy_buf_puts(&p->out, "\ttarget ");
		sy_quote(view.targets.list[i].name, &p->out);
		sy_buf_printf(&p->out, " { weight = %d }\n", view.targets.list[i].weight);
	}
	sy_buf_puts(&p->out, "}\n\n");
}

const char *sy_config_print(const struct sy_config *c, struct sy_arena *a)
{
	struct printer p = { .arena = sy_arena_new(), .indent = "\t", .end = "\n" };
	struct sy_draft_gateway gateway;
	const char *text;

	sy_buf_init(&p.out, TEXT_MAX);
	sy_view_gateway(c, &gateway);
	put_begin(&p, &sy_block_gateway, NULL);
	put_options(&p, &sy_block_gateway, &gateway, true);
	sy_buf_puts(&p.out, "}\n\n");
	put_begin(&p, &sy_block_timeouts, NULL);
	put_options(&p, &sy_block_timeouts, &c->timeouts, true);
	sy_buf_puts(&p.out, "}\n\n");
	for (size_t i = 0; i < c->provider_count; i++)
		put_provider(&p, &c->providers[i]);
	for (size_t i = 0; i < c->model_count; i++)
		put_model(&p, &c->models[i]);
	sy_buf_puts(&p.out, c->model_count > 0 ? "\n" : "");
	for (size_t i = 0; i < c->route_count; i++)
		put_route(&p, &c->routes[i]);
	for (size_t i = 0; i < c->alias_count; i++) {
		sy_buf_puts(&p.out, "alias ");
		sy_quote(c->aliases[i].name, &p.out);
		sy_buf_puts(&p.out, " { to = ");
		sy_quote(c->aliases[i].to, &p.out);
		sy_buf_puts(&p.out, " }\n");
	}
	text = sy_strndup(a, p.out.data, p.out.len);
	sy_buf_release(&p.out);
	sy_arena_free(p.arena);
	return text;
}

/* --- Differences. ---------------------------------------------------------------------- */

struct differ {
	void (*line)(void *arg, const char *text);
	void *arg;
	struct sy_arena *arena;
	int count;
};

static void tell(struct differ *d, const char *text)
{
	d->count++;
	if (d->line != NULL)
		d->line(d->arg, text);
}

static void compare_options(struct differ *d, const char *what, const struct sy_block *b,
    const void *from, const void *to)
{
	for (const struct sy_conf_option *o = sy_block_options(b); o->name != NULL; o++) {
		const char *old = value_of(o, from, d->arena),
		           *new = value_of(o, to, d->arena);

		if (strcmp(old, new) != 0)
			tell(d, sy_strf(d->arena, "%s: %s %s -> %s", what, o->name, old,
			            new));
	}
}

static void compare_provider(struct differ *d, const char *what, const void *from,
    const void *to)
{
	const struct sy_provider *old = from, *new = to;
	struct sy_draft_provider a, b;

	sy_view_provider(old, &a);
	sy_view_provider(new, &b);
	compare_options(d, what, &sy_block_provider, &a, &b);
	compare_options(d, sy_strf(d->arena, "%s timeouts", what), &sy_block_timeouts,
	    &old->timeouts, &new->timeouts);
	compare_options(d, sy_strf(d->arena, "%s quirks", what), &sy_block_quirks,
	    &old->quirks, &new->quirks);
}

static void compare_model(struct differ *d, const char *what, const void *from,
    const void *to)
{
	struct sy_draft_model a, b;

	sy_view_model(from, &a);
	sy_view_model(to, &b);
	compare_options(d, what, &sy_block_model, &a, &b);
}

static const struct sy_draft_target *find_target(const struct sy_draft_targets *in,
    const char *name)
{
	for (size_t i = 0; i < in->count; i++)
		if (strcmp(in->list[i].name, name) == 0)
			return &in->list[i];
	return NULL;
}

static const char *target_order(const struct sy_draft_targets *t, struct sy_arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < t->count; i++)
		text = sy_strf(a, "%s%s%s", text, i > 0 ? ", " : "", t->list[i].name);
	return text;
}

static void compare_targets(struct differ *d, const char *what,
    const struct sy_draft_targets *from, const struct sy_draft_targets *to)
{
	int before = d->count;

	for (size_t i = 0; i < from->count; i++) {
		const struct sy_draft_target *old = &from->list[i];
		const struct sy_draft_target *new = find_target(to, old->name);

		if (new == NULL)
			tell(d, sy_strf(d->arena, "%s: %s removed", what, old->name));
		else if (new->weight != old->weight)
			tell(d, sy_strf(d->arena, "%s: %s weight %d -> %d", what,
			            old->name, old->weight, new->weight));
	}
	for (size_t i = 0; i < to->count; i++)
		if (find_target(from, to->list[i].name) == NULL)
			tell(d, sy_strf(d->arena, "%s: %s added, weight %d", what,
			            to->list[i].name, to->list[i].weight));
	if (d->count == before &&
	    strcmp(target_order(from, d->arena), target_order(to, d->arena)) != 0)
		tell(d, sy_strf(d->arena, "%s: order of targets %s -> %s", what,
		            target_order(from, d->arena), target_order(to, d->arena)));
}

static void compare_route(struct differ *d, const char *what, const void *from,
    const void *to)
{
	const struct sy_route *old = from, *new = to;
	struct sy_draft_route a, b;

	sy_view_route(old, d->arena, &a);
	sy_view_route(new, d->arena, &b);
	compare_options(d, what, &sy_block_route, &a, &b);
	compare_options(d, sy_strf(d->arena, "%s timeouts", what), &sy_block_timeouts,
	    &old->timeouts, &new->timeouts);
	compare_targets(d, what, &a.targets, &b.targets);
}

static void compare_alias(struct differ *d, const char *what, const void *from,
    const void *to)
{
	const struct sy_alias *old = from, *new = to;

	if (strcmp(old->to, new->to) != 0)
		tell(d, sy_strf(d->arena, "%s: %s -> %s", what, old->to, new->to));
}

static const char *provider_name(const void *p, struct sy_arena *a)
{
	return sy_strf(a, "provider %s", ((const struct sy_provider *)p)->name);
}

static const char *model_name(const void *p, struct sy_arena *a)
{
	const struct sy_model *m = p;

	return sy_strf(a, "model %s:%s", m->provider->name, m->name);
}

static const char *route_name(const void *p, struct sy_arena *a)
{
	return sy_strf(a, "route %s", ((const struct sy_route *)p)->name);
}

static const char *alias_name(const void *p, struct sy_arena *a)
{
	return sy_strf(a, "alias %s", ((const struct sy_alias *)p)->name);
}

/* A provider comes and goes with its models, which are counted and not listed. */
static const char *count_models(const void *p, const struct sy_config *in,
    struct sy_arena *a)
{
	size_t count = 0;

	for (size_t i = 0; i < in->model_count; i++)
		count += in->models[i].provider == p;
	return count > 0 ? sy_strf(a, ", with %zu model%s", count, count == 1 ? "" : "s")
	                 : "";
}

static bool goes_with_provider(const void *p, const struct sy_config *other)
{
	const struct sy_model *m = p;

	return sy_config_provider(other, m->provider->name) == NULL;
}

/* A kind of named part, and where a configuration has its list of them. */
static const struct part {
	size_t list, count, size; /* offsets, and size of an element */
	const char *(*name)(const void *p, struct sy_arena *a);
	void (*compare)(struct differ *d, const char *what, const void *from,
	    const void *to);

	/* Of one that the other configuration has not; NULL: nothing more to say. */
	const char *(
	    *with)(const void *p, const struct sy_config *in, struct sy_arena *a);
	bool (*untold)(const void *p, const struct sy_config *other);
} parts[] = {
	{ offsetof(struct sy_config, providers),
	    offsetof(struct sy_config, provider_count), sizeof(struct sy_provider),
	    provider_name, compare_provider, count_models, NULL },
	{ offsetof(struct sy_config, models), offsetof(struct sy_config, model_count),
	    sizeof(struct sy_model), model_name, compare_model, NULL,
	    goes_with_provider },
	{ offsetof(struct sy_config, routes), offsetof(struct sy_config, route_count),
	    sizeof(struct sy_route), route_name, compare_route, NULL, NULL },
	{ offsetof(struct sy_config, aliases), offsetof(struct sy_config, alias_count),
	    sizeof(struct sy_alias), alias_name, compare_alias, NULL, NULL },
};

struct named {
	const char *name;
	const void *part;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static struct named *names_of(const struct sy_config *c, const struct part *kind,
    size_t *count, struct sy_arena *a)
{
	const char *list = *(char *const *)((const char *)c + kind->list);
	struct named *names;

	*count = *(const size_t *)((const char *)c + kind->count);
	names = sy_alloc(a, (*count + 1) * sizeof(*names));
	for (size_t i = 0; i < *count; i++) {
		names[i].part = list + i * kind->size;
		names[i].name = kind->name(names[i].part, a);
	}
	qsort(names, *count, sizeof(*names), by_name);
	return names;
}

/* A part that only one of the two has. */
static void tell_alone(struct differ *d, const struct part *kind, const struct named *n,
    const struct sy_config *in, const struct sy_config *other, const char *what)
{
	if (kind->untold != NULL && kind->untold(n->part, other))
		return;
	tell(d, sy_strf(d->arena, "%s %s%s", n->name, what,
	            kind->with != NULL ? kind->with(n->part, in, d->arena) : ""));
}

static void compare_kind(struct differ *d, const struct part *kind,
    const struct sy_config *from, const struct sy_config *to)
{
	size_t old_count, new_count, i = 0, j = 0;
	struct named *old = names_of(from, kind, &old_count, d->arena);
	struct named *new = names_of(to, kind, &new_count, d->arena);

	while (i < old_count || j < new_count) {
		int order = i == old_count   ? 1
		            : j == new_count ? -1
		                             : strcmp(old[i].name, new[j].name);

		if (order < 0)
			tell_alone(d, kind, &old[i], from, to, "removed");
		else if (order > 0)
			tell_alone(d, kind, &new[j], to, from, "added");
		else
			kind->compare(d, old[i].name, old[i].part, new[j].part);
		i += order <= 0;
		j += order >= 0;
	}
}

int sy_config_diff(const struct sy_config *from, const struct sy_config *to,
    void (*line)(void *arg, const char *text), void *arg)
{
	struct differ d = { .line = line, .arg = arg, .arena = sy_arena_new() };
	struct sy_draft_gateway old, new;

	sy_view_gateway(from, &old);
	sy_view_gateway(to, &new);
	compare_options(&d, "gateway", &sy_block_gateway, &old, &new);
	compare_options(&d, "timeouts", &sy_block_timeouts, &from->timeouts,
	    &to->timeouts);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		compare_kind(&d, &parts[i], from, to);
	sy_arena_free(d.arena);
	return d.count;
}
