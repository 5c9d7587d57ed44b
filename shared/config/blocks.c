/*
 * blocks.c - the blocks of switchyard.conf, and of the files it includes, to a draft.
 */
#include "config/draft.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "config/config_file.h"
#include "config/parse.h"
#include "config/root.h"
#include "config/source.h"

#include <glob.h>
#include <string.h>

#define INCLUDE_DEPTH 4
#define FILES_MAX     256

struct statements {
	struct sy_statement *list;
	size_t count, room;
};

struct reader {
	struct sy_draft *draft;
	bool packaged;
	const char *etc_dir; /* names of files are relative to it */
	struct sy_source *open[INCLUDE_DEPTH + 1];
	int depth;
	int files;
	struct statements statements;
};

/* --- Values to the draft. -------------------------------------------------------------- */

static void note_setting(struct sy_draft *d, const char *block, const char *option,
    const char *value, struct sy_place place)
{
	struct sy_draft_setting *s =
	    SY_DRAFT_ADD(d, settings, setting_count, setting_room);

	*s =
	    (struct sy_draft_setting){ block, option, sy_strdup(d->arena, value), place };
}

static void take_list(struct sy_draft *d, const struct sy_statement *st,
    const char *block, const struct sy_conf_option *o, cfg_opt_t *opt, void *at)
{
	struct sy_names *names = at;
	struct sy_buf text;

	names->count = cfg_opt_size(opt);
	names->name = sy_alloc(d->arena, (names->count + 1) * sizeof(*names->name));
	names->line = sy_alloc(d->arena, (names->count + 1) * sizeof(*names->line));
	for (size_t i = 0; i < names->count; i++) {
		names->name[i] = sy_strdup(d->arena, cfg_opt_getnstr(opt, (unsigned)i));
		names->line[i] = sy_place_in(st, sy_noted(opt, i)).line;
	}
	sy_buf_init(&text, SY_SOURCE_MAX);
	sy_conf_option_print(o, names, &text);
	note_setting(d, block, o->name, text.data, sy_place_in(st, sy_noted(opt, 0)));
	sy_buf_release(&text);
}

static void take_value(struct sy_draft *d, const struct sy_statement *st,
    const char *block, const struct sy_conf_option *o, cfg_opt_t *opt, void *at)
{
	struct sy_place place = sy_place_in(st, sy_noted(opt, 0));
	const char *value = cfg_opt_getnstr(opt, 0);
	struct sy_error err;

	if (sy_noted_count(opt) > 1)
		sy_find_error(d->findings, d->arena, sy_place_in(st, sy_noted(opt, 1)),
		    o->name, NULL, "\"%s\" is there twice, first in line %d", o->name,
		    place.line);
	if (sy_conf_option_parse(o, value, at, d->arena, &err) < 0)
		sy_find_error(d->findings, d->arena, place,
		    *value != '\0' ? value : o->name, NULL, "\"%s\" cannot be \"%s\": %s",
		    o->name, value, err.message);
	note_setting(d, block, o->name, value, place);
}

/* Every option of the section into the struct at `at`; which ones were given. */
static uint64_t fill(struct sy_draft *d, const struct sy_statement *st,
    const struct sy_block *b, const char *block, cfg_t *sec, void *at)
{
	const struct sy_conf_option *rows = sy_block_options(b);
	uint64_t given = 0;

	for (const struct sy_conf_option *o = rows; o->name != NULL; o++) {
		cfg_opt_t *opt = cfg_getopt(sec, o->name);

		if (cfg_opt_size(opt) == 0 || opt->comment == NULL)
			continue;
		given |= (uint64_t)1 << (o - rows);
		if (o->type == SY_OPT_LIST)
			take_list(d, st, block, o, opt, (char *)at + o->offset);
		else
			take_value(d, st, block, o, opt, (char *)at + o->offset);
	}
	return given;
}

static void fill_inner(struct sy_draft *d, const struct sy_statement *st,
    const struct sy_block *inner, const char *block, cfg_t *sec, void *at)
{
	cfg_opt_t *opt = cfg_getopt(sec, inner->name);

	if (cfg_opt_size(opt) == 0)
		return;
	if (sy_noted_count(opt) > 1)
		sy_find_error(d->findings, d->arena, sy_place_in(st, sy_noted(opt, 1)),
		    inner->name, NULL, "\"%s\" is there twice", inner->name);
	fill(d, st, inner, sy_strf(d->arena, "%s.%s", block, inner->name),
	    cfg_opt_getnsec(opt, 0), at);
}

/* A title of letters, digits and the marks given; says so where it is not. */
static const char *take_title(struct sy_draft *d, const struct sy_statement *st,
    cfg_t *sec, const char *marks, size_t max)
{
	const char *title = sy_strdup(d->arena, cfg_title(sec));

	for (const char *p = title; *p != '\0'; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
		    !(*p >= '0' && *p <= '9') && strchr(marks, *p) == NULL) {
			sy_find_error(d->findings, d->arena, st->place, title, NULL,
			    "a %s's name is letters, digits and %s: \"%s\" is not",
			    st->word, marks, title);
			return NULL;
		}
	if (*title == '\0' || strlen(title) > max) {
		sy_find_error(d->findings, d->arena, st->place, title, NULL,
		    "a %s's name is 1 to %zu characters long", st->word, max);
		return NULL;
	}
	return title;
}

/* One more of a kind, unless there are too many already. */
static bool may_add(struct sy_draft *d, const struct sy_statement *st, size_t count,
    size_t max)
{
	if (count < max)
		return true;
	if (count == max)
		sy_find_error(d->findings, d->arena, st->place, st->word, NULL,
		    "there are more than %zu blocks of this kind", max);
	return false;
}

static void take_provider(struct reader *r, const struct sy_statement *st, cfg_t *sec)
{
	struct sy_draft *d = r->draft;
	const char *name = take_title(d, st, sec, "._-", 63), *block;
	struct sy_draft_provider *p;

	if (name == NULL || !may_add(d, st, d->provider_count, SY_PROVIDERS_MAX))
		return;
	p = sy_draft_provider(d, name);
	if (p != NULL && p->packaged == r->packaged) {
		sy_find_error(d->findings, d->arena, st->place, name, NULL,
		    "provider \"%s\" is there twice, first at %s", name,
		    sy_place_text(p->place, d->arena));
		return;
	}
	if (p == NULL) {
		p = SY_DRAFT_ADD(d, providers, provider_count, provider_room);
		sy_block_init(&sy_block_provider, p);
		sy_block_init(&sy_block_quirks, &p->p.quirks);
		p->p.name = name;
	}
	p->packaged = r->packaged;
	p->place = st->place;
	p->p.origin = sy_place_text(st->place, d->arena);
	block = sy_strf(d->arena, "provider.%s", name);
	fill(d, st, &sy_block_provider, block, sec, p);
	fill_inner(d, st, &sy_block_timeouts, block, sec, &p->p.timeouts);
	fill_inner(d, st, &sy_block_quirks, block, sec, &p->p.quirks);
}

static void take_model(struct reader *r, const struct sy_statement *st, cfg_t *sec)
{
	struct sy_draft *d = r->draft;
	const char *name = sy_strdup(d->arena, cfg_title(sec));
	struct sy_draft_model *m;

	if (!sy_model_name_ok(name)) {
		sy_find_error(d->findings, d->arena, st->place, name, NULL,
		    "a model's name is 1 to %d visible characters, without \" and \\",
		    SY_MODEL_NAME_MAX);
		return;
	}
	if (!may_add(d, st, d->model_count, SY_MODELS_MAX))
		return;
	m = SY_DRAFT_ADD(d, models, model_count, model_room);
	sy_block_init(&sy_block_model, m);
	m->m.name = name;
	m->level = SY_FROM_BLOCK;
	m->place = st->place;
	m->given =
	    fill(d, st, &sy_block_model, sy_strf(d->arena, "model.%s", name), sec, m);
	if (m->provider == NULL) {
		sy_find_error(d->findings, d->arena, st->place, name, NULL,
		    "model \"%s\" needs a provider", name);
		m->provider = "";
	}
}

static void take_targets(struct sy_draft *d, const struct sy_statement *st,
    const char *block, cfg_t *sec, struct sy_draft_route *route)
{
	cfg_opt_t *opt = cfg_getopt(sec, "target");
	size_t count = cfg_opt_size(opt);

	if (count > 0 && route->names.count > 0)
		sy_find_error(d->findings, d->arena, sy_place_in(st, sy_noted(opt, 0)),
		    "target", NULL, "route \"%s\" has both targets and target blocks",
		    route->r.name);
	route->targets.list =
	    sy_alloc(d->arena, (count + 1) * sizeof(*route->targets.list));
	route->targets.count = count;
	for (size_t i = 0; i < count; i++) {
		struct sy_draft_target *t = &route->targets.list[i];
		cfg_t *one = cfg_opt_getnsec(opt, (unsigned)i);

		sy_block_init(&sy_block_target, t);
		t->name = sy_strdup(d->arena, cfg_title(one));
		t->place = sy_place_in(st, sy_noted(opt, i));
		fill(d, st, &sy_block_target,
		    sy_strf(d->arena, "%s.target.%s", block, t->name), one, t);
	}
}

static void take_route(struct reader *r, const struct sy_statement *st, cfg_t *sec)
{
	struct sy_draft *d = r->draft;
	const char *name = take_title(d, st, sec, "._-:/@+", 63), *block;
	struct sy_draft_route *route;

	if (name == NULL || !may_add(d, st, d->route_count, SY_ROUTES_MAX))
		return;
	route = SY_DRAFT_ADD(d, routes, route_count, route_room);
	sy_block_init(&sy_block_route, route);
	route->r.name = name;
	route->place = st->place;
	route->r.origin = sy_place_text(st->place, d->arena);
	block = sy_strf(d->arena, "route.%s", name);
	fill(d, st, &sy_block_route, block, sec, route);
	fill_inner(d, st, &sy_block_timeouts, block, sec, &route->r.timeouts);
	take_targets(d, st, block, sec, route);
}

static void take_alias(struct reader *r, const struct sy_statement *st, cfg_t *sec)
{
	struct sy_draft *d = r->draft;
	const char *name = take_title(d, st, sec, "._-:/@+", 63);
	struct sy_draft_alias *alias;

	if (name == NULL || !may_add(d, st, d->alias_count, SY_ALIASES_MAX))
		return;
	alias = SY_DRAFT_ADD(d, aliases, alias_count, alias_room);
	alias->alias.name = name;
	alias->place = st->place;
	fill(d, st, &sy_block_alias, sy_strf(d->arena, "alias.%s", name), sec, alias);
	if (alias->alias.to == NULL)
		sy_find_error(d->findings, d->arena, st->place, name, NULL,
		    "alias \"%s\" needs a \"to\"", name);
}

static void take_gateway(struct reader *r, const struct sy_statement *st, cfg_t *sec)
{
	fill(r->draft, st, &sy_block_gateway, "gateway", sec, &r->draft->gateway);
	r->draft->gateway.place = st->place;
}

static void take_timeouts(struct reader *r, const struct sy_statement *st, cfg_t *sec)
{
	fill(r->draft, st, &sy_block_timeouts, "timeouts", sec, &r->draft->timeouts);
	r->draft->timeouts_place = st->place;
}

static const struct taker {
	const struct sy_block *block;
	bool early; /* says what else is to be read */
	void (*take)(struct reader *r, const struct sy_statement *st, cfg_t *sec);
} takers[] = {
	{ &sy_block_gateway, true, take_gateway },
	{ &sy_block_timeouts, true, take_timeouts },
	{ &sy_block_provider, false, take_provider },
	{ &sy_block_model, false, take_model },
	{ &sy_block_route, false, take_route },
	{ &sy_block_alias, false, take_alias },
};

static const struct taker *find_taker(const char *word)
{
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (strcmp(takers[i].block->name, word) == 0)
			return &takers[i];
	return NULL;
}

/* --- Files. ---------------------------------------------------------------------------- */

static void gather(struct reader *r, struct sy_source *s);

static void blame_word(struct sy_draft *d, const struct sy_statement *st)
{
	const char *names[16] = { "include" };

	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		names[i + 1] = takers[i].block->name;
	sy_find_error(d->findings, d->arena, st->place, st->word,
	    sy_hint_near(d->arena, st->word, names), "there is no block called \"%s\"",
	    st->word);
}

/* A path relative to etc, where it lies below that. */
static const char *short_name(const struct reader *r, const char *path)
{
	size_t len = strlen(r->etc_dir);

	return strncmp(path, r->etc_dir, len) == 0 && path[len] == '/' ? path + len + 1
	                                                               : path;
}

static void gather_file(struct reader *r, const char *path, struct sy_place from)
{
	struct sy_draft *d = r->draft;
	struct sy_source *s;

	if (r->depth > INCLUDE_DEPTH || r->files++ == FILES_MAX) {
		sy_find_error(d->findings, d->arena, from, NULL, NULL,
		    "no more than %d files, included %d deep, are read", FILES_MAX,
		    INCLUDE_DEPTH);
		return;
	}
	for (int i = 0; i < r->depth; i++)
		if (strcmp(r->open[i]->path, path) == 0) {
			sy_find_error(d->findings, d->arena, from, NULL, NULL,
			    "%s includes itself", short_name(r, path));
			return;
		}
	s = sy_source_load(path, short_name(r, path), from, d->arena, d->findings);
	if (s == NULL)
		return;
	r->open[r->depth++] = s;
	gather(r, s);
	r->depth--;
}

/* Patterns are relative to the file that has them; glob() sorts. */
static void include(struct reader *r, const struct sy_statement *st)
{
	struct sy_draft *d = r->draft;
	const char *path = st->place.source->path, *slash = strrchr(path, '/');
	const char *pattern = sy_parse_include(d, st);
	glob_t found;

	if (pattern == NULL)
		return;
	if (pattern[0] != '/' && slash != NULL)
		pattern =
		    sy_strf(d->arena, "%.*s/%s", (int)(slash - path), path, pattern);
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			gather_file(r, found.gl_pathv[i], st->place);
		globfree(&found);
	} else if (strpbrk(pattern, "*?[") == NULL) {
		sy_find_error(d->findings, d->arena, st->place, NULL, NULL,
		    "%s is not there", pattern);
	}
}

/* The statements of a file and of those it includes, in their order. */
static void gather(struct reader *r, struct sy_source *s)
{
	struct sy_draft *d = r->draft;
	struct sy_statement st;
	size_t at = 0;
	int line = 1;

	sy_source_clean(s, d->arena, d->findings);
	while (sy_source_next(s, &at, &line, d->arena, d->findings, &st)) {
		struct statements *to = &r->statements;

		if (st.broken)
			continue;
		if (strcmp(st.word, "include") == 0) {
			include(r, &st);
		} else if (find_taker(st.word) == NULL) {
			blame_word(d, &st);
		} else {
			to->list = sy_draft_grow(d->arena, to->list, to->count, &to->room,
			    sizeof(*to->list));
			to->list[to->count++] = st;
		}
	}
}

static void take_statements(struct reader *r, bool early)
{
	const struct sy_statement *seen[2] = { NULL, NULL };

	for (size_t i = 0; i < r->statements.count; i++) {
		const struct sy_statement *st = &r->statements.list[i];
		const struct taker *t = find_taker(st->word);
		cfg_t *cfg;

		if (t->early != early)
			continue;
		if (early && seen[t - takers] != NULL)
			sy_find_error(r->draft->findings, r->draft->arena, st->place,
			    st->word, NULL, "\"%s\" is there twice, first at %s",
			    st->word,
			    sy_place_text(seen[t - takers]->place, r->draft->arena));
		if (early)
			seen[t - takers] = st;
		cfg = sy_parse_block(r->draft, t->block, st);
		if (cfg == NULL)
			continue;
		if (cfg_size(cfg, t->block->name) > 0)
			t->take(r, st, cfg_getnsec(cfg, t->block->name, 0));
		cfg_free(cfg);
	}
}

static void init_draft(struct sy_draft *d)
{
	sy_block_init(&sy_block_gateway, &d->gateway);
	d->gateway.c.time_zone = "UTC";
	d->timeouts = (struct sy_timeouts){ .connect_ms = 5000,
		.first_ms = 60000,
		.idle_ms = 60000,
		.no_progress_ms = 180000,
		.stream_ms = 900000,
		.whole_ms = 600000 };
}

static void read_packaged(struct sy_draft *d, const struct sy_root *root)
{
	struct reader r = { .draft = d, .packaged = true, .etc_dir = root->data_dir };

	gather_file(&r, sy_strf(d->arena, "%s/providers.conf", root->data_dir),
	    (struct sy_place){ NULL, 0 });
	take_statements(&r, false);
}

void sy_draft_read(struct sy_draft *d, const struct sy_root *root)
{
	struct reader r = { .draft = d, .etc_dir = root->etc_dir };

	init_draft(d);
	gather_file(&r, root->conf_file, (struct sy_place){ NULL, 0 });
	take_statements(&r, true);
	if (!d->gateway.standalone)
		read_packaged(d, root);
	take_statements(&r, false);
}

void sy_draft_read_text(struct sy_draft *d, const char *text, size_t len,
    const char *name)
{
	struct reader r = { .draft = d, .etc_dir = "/", .depth = INCLUDE_DEPTH + 1 };
	struct sy_source *s = sy_source_text(text, len, name, d->arena, d->findings);

	init_draft(d);
	if (s != NULL)
		gather(&r, s);
	take_statements(&r, true);
	take_statements(&r, false);
}

void *sy_draft_grow(struct sy_arena *a, void *list, size_t count, size_t *room,
    size_t size)
{
	void *more;

	if (count < *room)
		return list;
	*room = *room > 0 ? *room * 2 : 16;
	more = sy_alloc(a, *room * size);
	if (count > 0)
		memcpy(more, list, count * size);
	return more;
}

struct sy_draft_provider *sy_draft_provider(const struct sy_draft *d, const char *name)
{
	for (size_t i = 0; i < d->provider_count; i++)
		if (strcmp(d->providers[i].p.name, name) == 0)
			return &d->providers[i];
	return NULL;
}
