/*
 * draft.h - a configuration as its text says it, before names are resolved.
 *
 * The reader and the catalogue fill a draft; compile.c makes a struct sy_config of it, and
 * print.c makes drafts of a configuration's parts again to write them out.  All of it lives
 * in the reader's arena.
 */
#ifndef SY_CONFIG_DRAFT_H
#define SY_CONFIG_DRAFT_H

#include "config/option.h"
#include "model/config.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_arena;
struct sy_buf;
struct sy_findings;
struct sy_root;
struct sy_source;

/* Where something was said; what a finding points at. */
struct sy_place {
	const struct sy_source *source; /* NULL: nowhere, a default */
	int line;
};

/* Who says what a model costs; the later one wins. */
enum sy_model_level {
	SY_FROM_TARGET,
	SY_FROM_PACKAGE,
	SY_FROM_LOCAL_FILE,
	SY_FROM_BLOCK
};

enum sy_enabled { SY_ENABLED_NO, SY_ENABLED_YES, SY_ENABLED_AUTO };

struct sy_draft_gateway {
	struct sy_config c; /* the plain members alone */
	bool standalone;
	struct sy_place place;
};

struct sy_draft_provider {
	struct sy_provider p; /* first */
	int enabled;          /* enum sy_enabled */
	bool packaged;        /* no file of the operator speaks of it */
	bool used;            /* a route, a model or an alias of the operator names it */
	struct sy_place place;
};

struct sy_draft_model {
	struct sy_model m; /* provider is NULL */
	const char *provider;
	enum sy_model_level level;
	uint64_t given; /* bits of the options of sy_block_model that a block gives */
	struct sy_place place;
};

struct sy_draft_target {
	int weight;
	const char *name; /* "provider:model" */
	struct sy_place place;
};

struct sy_draft_targets {
	struct sy_draft_target *list;
	size_t count;
};

struct sy_draft_route {
	struct sy_route r; /* first; targets are below */
	struct sy_names names, fallback, context_fallback;
	struct sy_draft_targets targets;
	struct sy_place place;
};

struct sy_draft_alias {
	struct sy_alias alias;
	struct sy_place place;
};

struct sy_draft_setting {
	const char *block; /* "route.chat", "route.chat.target.openai:gpt-x" */
	const char *option;
	const char *value; /* as the files write it */
	struct sy_place place;
};

struct sy_draft {
	struct sy_draft_gateway gateway;
	struct sy_timeouts timeouts;
	struct sy_place timeouts_place;
	struct sy_draft_provider *providers;
	size_t provider_count, provider_room;
	struct sy_draft_model *models;
	size_t model_count, model_room;
	struct sy_draft_route *routes;
	size_t route_count, route_room;
	struct sy_draft_alias *aliases;
	size_t alias_count, alias_room;
	struct sy_draft_setting *settings; /* what was given, in the order read */
	size_t setting_count, setting_room;
	struct sy_arena *arena;
	struct sy_findings *findings;
};

/* One more element at the end of a list of the draft, zeroed; lists move as they grow. */
#define SY_DRAFT_ADD(d, list, count, room)                                               \
	((d)->list = sy_draft_grow((d)->arena, (d)->list, (d)->count, &(d)->room,        \
	     sizeof(*(d)->list)),                                                        \
	    &(d)->list[(d)->count++])
void *sy_draft_grow(struct sy_arena *a, void *list, size_t count, size_t *room,
    size_t size);

struct sy_draft_provider *sy_draft_provider(const struct sy_draft *d, const char *name);

/* More of one kind than this is refused. */
#define SY_PROVIDERS_MAX 1000
#define SY_MODELS_MAX    200000
#define SY_ROUTES_MAX    10000
#define SY_ALIASES_MAX   10000

/* blocks.c: the packaged provider rows below data_dir, then switchyard.conf and what it
 * includes.  What is wrong becomes findings. */
void sy_draft_read(struct sy_draft *d, const struct sy_root *root);

/* The same from memory, without what is packaged and without include(). */
void sy_draft_read_text(struct sy_draft *d, const char *text, size_t len,
    const char *name);

/* catalogue.c: models.csv below data_dir, then models.d/ (*.csv), in order of their names. */
void sy_draft_read_catalogue(struct sy_draft *d, const struct sy_root *root);
void sy_draft_read_csv(struct sy_draft *d, const struct sy_source *s, bool local);

/* The columns, in the order in which they are written; ends with NULL. */
extern const char *const sy_catalogue_columns[];

/* catalogue_print.c: rows as CSV, with the line of columns; `source`: where they are from. */
void sy_catalogue_print(struct sy_draft_model *const *rows, size_t count, const char *source,
    struct sy_arena *a, struct sy_buf *out);

/* A column of a row as it is written; "" for what is not known. */
const char *sy_catalogue_value(const struct sy_draft_model *m, const char *column,
    struct sy_arena *a);

/* Whether a model may be called that: visible characters, without quotes and backslashes. */
#define SY_MODEL_NAME_MAX 160
bool sy_model_name_ok(const char *name);

/* compile.c: resolves names and checks what no single line can tell.  `root` NULL: secrets
 * are not looked for.  *out is the caller's, and NULL when there are errors. */
void sy_draft_compile(struct sy_draft *d, const struct sy_root *root, int64_t now_ms,
    struct sy_config **out);

/* check.c: what can be said of a provider, and of the time limits, on their own.  Decides
 * whether a provider that is `auto` is in use, and gives its secret a name. */
void sy_check_providers(struct sy_draft *d, const struct sy_root *root);
void sy_check_timeouts(struct sy_draft *d, const char *what,
    const struct sy_timeouts *inner, struct sy_place place);

/* --- link.c: a draft and the configuration it becomes. ---------------------------------- */

/*
 * A draft whose providers, models and targets are settled, into *c: sorted by name, each
 * pair of provider and model once, every name resolvable.  Strings stay where they are; the
 * lists are made in arena `a`.  -1 with SY_CONFIG when the draft is not like that.
 */
int sy_draft_link(const struct sy_draft *d, struct sy_arena *a, struct sy_config *c,
    struct sy_error *err);

/* A part of a configuration as the draft that it came from. */
void sy_view_gateway(const struct sy_config *c, struct sy_draft_gateway *out);
void sy_view_provider(const struct sy_provider *p, struct sy_draft_provider *out);
void sy_view_model(const struct sy_model *m, struct sy_draft_model *out);
void sy_view_route(const struct sy_route *r, struct sy_arena *a,
    struct sy_draft_route *out);

/* "provider:model" */
const char *sy_target_name(const struct sy_target *t, struct sy_arena *a);

/* Splits "provider:model" or "provider/model" at the first mark; NULL when there is none. */
const char *sy_target_split(const char *name, char provider[64]);

#endif
