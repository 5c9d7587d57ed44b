/*
 * feed.c - see feed.h: telling the shapes apart, and what holds for the rows of all.
 */
#include "config/feed.h"

#include "base/arena.h"
#include "base/decimal.h"
#include "base/scan.h"
#include "base/text.h"
#include "config/feed_part.h"
#include "config/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NODES_MAX   4000000
#define DEPTH_MAX   32
#define MEMBERS_MAX 300000

/* Dollars a million tokens: what lies outside is a mistake of unit, not a price. */
#define PRICE_LEAST 100         /* 0.0001 */
#define PRICE_MOST  10000000000 /* 10,000 */

const struct sy_word sy_feed_words[] = {
	{ "models.dev", SY_FEED_MODELS_DEV },
	{ "litellm", SY_FEED_LITELLM },
	{ "openrouter", SY_FEED_OPENROUTER },
	{ NULL, 0 },
};

/* --- Reading values. --------------------------------------------------------------------- */

const char *sy_feed_text(const struct sy_feed_reader *r, struct sy_span s)
{
	size_t len;
	const char *text;

	if (!sy_span_is_string(s))
		return NULL;
	text = sy_unquote(r->draft->arena, s, &len);
	return strlen(text) == len ? text : NULL;
}

bool sy_feed_true(struct sy_span s)
{
	return s.at != NULL && s.at[0] == 't';
}

bool sy_feed_has(struct sy_span list, const char *text)
{
	struct sy_span value;
	size_t pos = 0;

	while (sy_walk_element(list, &pos, &value))
		if (sy_span_is(value, text))
			return true;
	return false;
}

/* --- Findings. --------------------------------------------------------------------------- */

/* Rows come in the order of the text, so each line end is counted once. */
static int line_of(struct sy_feed_reader *r, const char *at)
{
	const char *end;

	while ((end = memchr(r->told, '\n', (size_t)(at - r->told))) != NULL) {
		r->line++;
		r->told = end + 1;
	}
	return r->line;
}

static void __attribute__((format(printf, 3, 0)))
tell(struct sy_feed_reader *r, bool hold, const char *fmt, va_list ap)
{
	struct sy_draft *d = r->draft;
	char text[400];

	vsnprintf(text, sizeof(text), fmt, ap);
	(hold ? sy_find_error : sy_find_warning)(d->findings, d->arena, r->row->place,
	    NULL, NULL, "%.80s:%.160s: %s",
	    r->row->provider != NULL ? r->row->provider : "",
	    r->row->m.name != NULL ? r->row->m.name : "", text);
}

void sy_feed_hold(struct sy_feed_reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(r, true, fmt, ap);
	va_end(ap);
}

void sy_feed_warn(struct sy_feed_reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(r, false, fmt, ap);
	va_end(ap);
}

/* --- Rows. ------------------------------------------------------------------------------- */

void sy_feed_row(struct sy_feed_reader *r, struct sy_span at, const char *provider,
    const char *name)
{
	struct sy_draft *d = r->draft;

	r->row = SY_DRAFT_ADD(d, models, model_count, model_room);
	sy_block_init(&sy_block_model, r->row);
	r->row->m.name = name;
	r->row->provider = provider;
	r->row->level = SY_FROM_LOCAL_FILE;
	r->row->place = (struct sy_place){ r->source, line_of(r, at.at) };
	r->other_units = false;
	r->bad = name == NULL || provider == NULL || *provider == '\0' ||
	         !sy_model_name_ok(name) ||
	         strcspn(provider, ":/, \"") != strlen(provider);
	if (r->bad)
		sy_feed_hold(r, "this can be no name of a model");
}

void sy_feed_price(struct sy_feed_reader *r, int64_t *price, struct sy_span value,
    int shift, const char *key)
{
	struct sy_span digits = value;
	int64_t n;

	if (value.at == NULL)
		return;
	if (sy_span_is_string(value))
		digits = (struct sy_span){ value.at + 1, value.len - 2 };
	if (!sy_decimal_scale(digits.at, digits.len, shift, &n))
		sy_feed_hold(r, "%s is \"%.*s\", which is no price", key,
		    (int)(digits.len < 40 ? digits.len : 40), digits.at);
	else if (n < 0)
		sy_feed_hold(r, "%s is below zero", key);
	else if (n > PRICE_MOST || (n > 0 && n < PRICE_LEAST))
		sy_feed_hold(r, "%s is %.*s: that cannot be its unit", key,
		    (int)(digits.len < 40 ? digits.len : 40), digits.at);
	else if (n > 0)
		*price = n;
}

void sy_feed_tokens(struct sy_feed_reader *r, int64_t *tokens, struct sy_span value,
    const char *key)
{
	int64_t n;

	if (value.at == NULL)
		return;
	if (!sy_decimal_scale(value.at, value.len, 0, &n) || n < 0 || n > SY_TOKENS_MAX)
		sy_feed_warn(r, "%s is no number of tokens", key);
	else
		*tokens = n;
}

struct sy_tier *sy_feed_tier(struct sy_feed_reader *r, int64_t above_tokens)
{
	struct sy_tier *tier = r->row->m.price.tiers.tier;
	size_t at = 0;

	if (above_tokens <= 0 || tier[SY_TIERS_MAX - 1].above_tokens > 0)
		return NULL;
	while (tier[at].above_tokens > 0 && tier[at].above_tokens < above_tokens)
		at++;
	if (tier[at].above_tokens == above_tokens)
		return &tier[at];
	memmove(&tier[at + 1], &tier[at], (SY_TIERS_MAX - 1 - at) * sizeof(*tier));
	tier[at].above_tokens = above_tokens;
	for (int class = 0; class < SY_TOKEN_CLASSES; class ++)
		tier[at].per_class[class] = SY_PRICE_UNKNOWN;
	return &tier[at];
}

void sy_feed_day(struct sy_feed_reader *r, struct sy_span value)
{
	const char *text = sy_feed_text(r, value);
	char day[11];
	int64_t at;

	if (text == NULL)
		return;
	sy_copy_n(day, sizeof(day), text, strlen(text));
	at = sy_date_parse(day);
	if (at > 0)
		r->row->m.deprecated = at;
}

/* Feeds have tiers that change nothing. */
static void drop_idle_tiers(struct sy_price *p)
{
	struct sy_tier *tier = p->tiers.tier;
	size_t kept = 0;

	for (size_t i = 0; i < SY_TIERS_MAX && tier[i].above_tokens > 0; i++) {
		bool changes = false;

		for (int class = 0; class < SY_TOKEN_CLASSES; class ++)
			changes |= tier[i].per_class[class] != SY_PRICE_UNKNOWN &&
			           tier[i].per_class[class] != p->per_class[class];
		if (changes)
			tier[kept++] = tier[i];
	}
	memset(&tier[kept], 0, (SY_TIERS_MAX - kept) * sizeof(*tier));
}

/* What cannot be true together. */
static void weigh(struct sy_feed_reader *r)
{
	struct sy_model *m = &r->row->m;
	int64_t *price = m->price.per_class;

	if (price[SY_IN_CACHE_READ] > price[SY_IN]) {
		sy_feed_warn(r, "a read from the cache costs more than input: left out");
		price[SY_IN_CACHE_READ] = SY_PRICE_UNKNOWN;
	}
	if (m->context_tokens > 0 && m->max_output_tokens > m->context_tokens)
		m->max_output_tokens = m->context_tokens;
	if (!sy_model_priced(m)) {
		if (price[SY_IN] != SY_PRICE_UNKNOWN || price[SY_OUT] != SY_PRICE_UNKNOWN)
			sy_feed_warn(r, "half a price is none: left out");
		for (int class = 0; class < SY_TOKEN_CLASSES; class ++)
			price[class] = SY_PRICE_UNKNOWN;
		memset(&m->price.tiers, 0, sizeof(m->price.tiers));
		r->feed->unpriced++;
	}
	drop_idle_tiers(&m->price);
}

void sy_feed_end(struct sy_feed_reader *r)
{
	if (!r->bad && r->row->m.caps == 0)
		r->feed->no_use++;
	if (r->bad || r->row->m.caps == 0) {
		r->draft->model_count--;
		return;
	}
	weigh(r);
	r->feed->other_units += r->other_units;
}

/* --- What a model is for. ---------------------------------------------------------------- */

static bool is_named(const char *name, const char *part)
{
	size_t len = strlen(part);

	for (; *name != '\0'; name++)
		if (strncasecmp(name, part, len) == 0)
			return true;
	return false;
}

static uint32_t purpose(struct sy_span takes, struct sy_span makes, const char *name)
{
	bool text = sy_feed_has(makes, "text");

	if (is_named(name, "rerank"))
		return SY_CAP_RERANK;
	if (sy_feed_has(makes, "embeddings") || is_named(name, "embed") ||
	    is_named(name, "bge-"))
		return SY_CAP_EMBED;
	if (is_named(name, "moderation"))
		return SY_CAP_MODERATE;
	if (text && sy_feed_has(takes, "audio") && !sy_feed_has(takes, "text"))
		return SY_CAP_TRANSCRIBE;
	if (text)
		return SY_CAP_CHAT;
	if (sy_feed_has(makes, "image"))
		return SY_CAP_IMAGE;
	return sy_feed_has(makes, "audio") ? SY_CAP_SPEECH : 0;
}

uint32_t sy_feed_caps(struct sy_span takes, struct sy_span makes, const char *name)
{
	uint32_t caps = purpose(takes, makes, name);

	if (caps != SY_CAP_CHAT)
		return caps;
	if (sy_feed_has(makes, "image"))
		caps |= SY_CAP_IMAGE;
	if (sy_feed_has(takes, "image"))
		caps |= SY_CAP_VISION;
	if (sy_feed_has(takes, "audio"))
		caps |= SY_CAP_AUDIO;
	if (sy_feed_has(takes, "pdf") || sy_feed_has(takes, "file"))
		caps |= SY_CAP_FILES;
	return caps;
}

/* --- The whole. -------------------------------------------------------------------------- */

/* The first member that is an object, as a sample of what the others are. */
static struct sy_span first_object(struct sy_span root)
{
	struct sy_span key, value;
	size_t pos = 0;

	while (sy_walk_member(root, &pos, &key, &value))
		if (sy_span_is_object(value) && !sy_span_is(key, "sample_spec"))
			return value;
	return (struct sy_span){ NULL, 0 };
}

static enum sy_feed_shape shape_of(struct sy_span root)
{
	struct sy_span sample = first_object(root);

	if (sy_span_is_array(sy_walk_get(root, "data")))
		return SY_FEED_OPENROUTER;
	if (sy_span_is_array(sy_walk_get(root, "models")) ||
	    sy_span_is_object(sy_walk_get(sample, "models")))
		return SY_FEED_MODELS_DEV;
	if (sy_walk_get(sample, "litellm_provider").at != NULL ||
	    sy_walk_get(sample, "input_cost_per_token").at != NULL)
		return SY_FEED_LITELLM;
	return SY_FEED_UNSAID;
}

static int compare_rows(const void *pa, const void *pb)
{
	const struct sy_draft_model *a = pa, *b = pb;
	int order = strcmp(a->provider, b->provider);

	if (order == 0)
		order = strcmp(a->m.name, b->m.name);
	return order != 0
	           ? order
	           : (a->place.line > b->place.line) - (a->place.line < b->place.line);
}

/* Some models stand in a feed under two spellings of one name. */
static bool says_the_same(const struct sy_model *a, const struct sy_model *b)
{
	return memcmp(&a->price, &b->price, sizeof(a->price)) == 0 &&
	       a->context_tokens == b->context_tokens;
}

static void settle_rows(struct sy_feed_reader *r)
{
	struct sy_draft *d = r->draft;
	size_t kept = 0;

	if (d->model_count > 1)
		qsort(d->models, d->model_count, sizeof(*d->models), compare_rows);
	for (size_t i = 0; i < d->model_count; i++) {
		const struct sy_draft_model *m = &d->models[i];

		if (kept > 0 && strcmp(m->provider, d->models[kept - 1].provider) == 0 &&
		    strcmp(m->m.name, d->models[kept - 1].m.name) == 0) {
			r->row = &d->models[i];
			if (!says_the_same(&m->m, &d->models[kept - 1].m))
				sy_feed_hold(r, "it is there twice, with other figures");
			continue;
		}
		d->models[kept++] = *m;
	}
	d->model_count = kept;
}

int sy_feed_read(struct sy_draft *d, const struct sy_source *s, enum sy_feed_shape shape,
    struct sy_feed *out, struct sy_error *err)
{
	static void (*const readers[])(struct sy_feed_reader *, struct sy_span) = {
		[SY_FEED_MODELS_DEV] = sy_feed_read_models_dev,
		[SY_FEED_LITELLM] = sy_feed_read_litellm,
		[SY_FEED_OPENROUTER] = sy_feed_read_openrouter,
	};
	static const struct sy_scan_limits limits = { .nodes = NODES_MAX,
		.depth = DEPTH_MAX,
		.messages = MEMBERS_MAX };
	struct sy_feed_reader r = { .draft = d,
		.source = s,
		.feed = out,
		.told = s->raw,
		.line = 1 };
	struct sy_span root = sy_span_trim(s->raw, s->len);
	struct sy_error why;

	memset(out, 0, sizeof(*out));
	if (sy_scan_check(root.at, root.len, &limits, &why) < 0)
		return sy_fail(err, SY_CONFIG, "", "%s: %.300s", s->name, why.message);
	out->shape = shape != SY_FEED_UNSAID ? shape : shape_of(root);
	if (out->shape == SY_FEED_UNSAID || !sy_span_is_object(root))
		return sy_fail(err, SY_CONFIG, "",
		    "%s: this is no list of models that is known; say what it is with --from",
		    s->name);
	readers[out->shape](&r, root);
	settle_rows(&r);
	if (d->model_count == 0)
		return sy_fail(err, SY_CONFIG, "", "%s: there is no model in it",
		    s->name);
	if (d->model_count > SY_MODELS_MAX)
		return sy_fail(err, SY_CONFIG, "",
		    "%s: there are more than %d models in it", s->name, SY_MODELS_MAX);
	return 0;
}
