/*
 * blob.c - the compiled form: what the book keeps of a generation.
 *
 *   "SYCONFIG", version, a fingerprint of the option tables, length, a hash of the rest;
 *   then gateway, timeouts, and the lists, each part's options in the order of its table.
 *
 * Integers are little-endian.  A text is its length + 1 (0: NULL), its bytes and a NUL, so
 * that what is unpacked points into one copy of the blob.  Where the tables have changed, the
 * fingerprint is another one, and a generation is revived from its text (sy_config_load).
 */
#include "config/config_file.h"

#include "base/arena.h"
#include "base/buf.h"
#include "config/draft.h"

#include <sodium.h>
#include <string.h>

#define MAGIC        "SYCONFIG"
#define BLOB_VERSION 1
#define HASH_BYTES   16
#define HEAD_BYTES   (8 + 4 + 8 + 4 + HASH_BYTES)
#define BLOB_MAX     (128 << 20)

static void put_le(struct sy_buf *b, uint64_t n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		sy_buf_putc(b, (char)(n >> (8 * i)));
}

static void put_text(struct sy_buf *b, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	put_le(b, text != NULL ? len + 1 : 0, 4);
	if (text != NULL)
		sy_buf_add(b, text, len + 1);
}

static void put_tiers(struct sy_buf *b, const struct sy_tiers *tiers)
{
	size_t count = 0;

	while (count < SY_TIERS_MAX && tiers->tier[count].above_tokens > 0)
		count++;
	put_le(b, count, 1);
	for (size_t i = 0; i < count; i++) {
		put_le(b, (uint64_t)tiers->tier[i].above_tokens, 8);
		for (int class = 0; class < SY_TOKEN_CLASSES; class++)
			put_le(b, (uint64_t)tiers->tier[i].per_class[class], 8);
	}
}

static void put_member(struct sy_buf *b, const struct sy_conf_option *o, const void *at)
{
	const struct sy_names *names = at;

	switch (o->type) {
	case SY_OPT_BOOL:
		put_le(b, *(const bool *)at, 1);
		break;
	case SY_OPT_INT:
	case SY_OPT_SHARE:
	case SY_OPT_MS:
	case SY_OPT_WORD:
	case SY_OPT_WORDS:
		put_le(b, (uint64_t) * (const uint32_t *)at, 4);
		break;
	case SY_OPT_BYTES:
	case SY_OPT_TOKENS:
	case SY_OPT_MONEY:
	case SY_OPT_DATE:
		put_le(b, (uint64_t) * (const int64_t *)at, 8);
		break;
	case SY_OPT_TIERS:
		put_tiers(b, at);
		break;
	case SY_OPT_TEXT:
		put_text(b, *(const char *const *)at);
		break;
	case SY_OPT_LIST:
		put_le(b, names->count, 4);
		for (size_t i = 0; i < names->count; i++)
			put_text(b, names->name[i]);
		break;
	}
}

static void put_block(struct sy_buf *b, const struct sy_block *block, const void *at)
{
	for (const struct sy_conf_option *o = sy_block_options(block); o->name != NULL;
	     o++)
		put_member(b, o, (const char *)at + o->offset);
}

static void put_provider(struct sy_buf *b, const struct sy_provider *p)
{
	struct sy_draft_provider view;

	sy_view_provider(p, &view);
	put_text(b, p->name);
	put_text(b, p->origin);
	put_block(b, &sy_block_provider, &view);
	put_block(b, &sy_block_timeouts, &p->timeouts);
	put_block(b, &sy_block_quirks, &p->quirks);
}

static void put_model(struct sy_buf *b, const struct sy_model *m)
{
	struct sy_draft_model view;

	sy_view_model(m, &view);
	put_text(b, m->name);
	put_block(b, &sy_block_model, &view);
}

static void put_route(struct sy_buf *b, const struct sy_route *r, struct sy_arena *a)
{
	struct sy_draft_route view;

	sy_view_route(r, a, &view);
	put_text(b, r->name);
	put_text(b, r->origin);
	put_block(b, &sy_block_route, &view);
	put_block(b, &sy_block_timeouts, &r->timeouts);
	put_le(b, view.targets.count, 4);
	for (size_t i = 0; i < view.targets.count; i++) {
		put_text(b, view.targets.list[i].name);
		put_block(b, &sy_block_target, &view.targets.list[i]);
	}
}

static void put_config(struct sy_buf *b, const struct sy_config *c, struct sy_arena *a)
{
	struct sy_draft_gateway gateway;

	sy_view_gateway(c, &gateway);
	put_block(b, &sy_block_gateway, &gateway);
	put_block(b, &sy_block_timeouts, &c->timeouts);
	put_le(b, c->provider_count, 4);
	for (size_t i = 0; i < c->provider_count; i++)
		put_provider(b, &c->providers[i]);
	put_le(b, c->model_count, 4);
	for (size_t i = 0; i < c->model_count; i++)
		put_model(b, &c->models[i]);
	put_le(b, c->route_count, 4);
	for (size_t i = 0; i < c->route_count; i++)
		put_route(b, &c->routes[i], a);
	put_le(b, c->alias_count, 4);
	for (size_t i = 0; i < c->alias_count; i++) {
		put_text(b, c->aliases[i].name);
		put_text(b, c->aliases[i].to);
	}
}

/* Names and types of all options in their order: 64 bits of FNV-1a. */
static uint64_t fingerprint(void)
{
	static const struct sy_block *const blocks[] = { &sy_block_gateway,
		&sy_block_timeouts, &sy_block_provider, &sy_block_quirks, &sy_block_model,
		&sy_block_route, &sy_block_target };
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		for (const struct sy_conf_option *o = sy_block_options(blocks[i]);
		     o->name != NULL; o++) {
			for (const char *p = o->name; *p != '\0'; p++)
				hash = (hash ^ (unsigned char)*p) * 0x100000001b3;
			hash = (hash ^ (unsigned char)o->type) * 0x100000001b3;
		}
	return hash;
}

void sy_config_pack(const struct sy_config *c, struct sy_arena *a, const void **blob,
    size_t *len)
{
	unsigned char hash[HASH_BYTES];
	struct sy_buf body, whole;
	char *copy;

	sy_buf_init(&body, BLOB_MAX);
	sy_buf_init(&whole, BLOB_MAX + HEAD_BYTES);
	put_config(&body, c, a);
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)body.data, body.len,
	    NULL, 0);
	sy_buf_puts(&whole, MAGIC);
	put_le(&whole, BLOB_VERSION, 4);
	put_le(&whole, fingerprint(), 8);
	put_le(&whole, body.len, 4);
	sy_buf_add(&whole, hash, sizeof(hash));
	sy_buf_add(&whole, body.data, body.len);
	copy = sy_alloc(a, whole.len);
	memcpy(copy, whole.data, whole.len);
	*blob = copy;
	*len = whole.len;
	sy_buf_release(&body);
	sy_buf_release(&whole);
}

/* --- And back. ------------------------------------------------------------------------- */

/* Once something is wrong, everything reads as zero and `bad` stays set. */
struct unpacker {
	const char *p, *end;
	struct sy_arena *arena;
	bool bad;
};

static uint64_t get_le(struct unpacker *u, int bytes)
{
	uint64_t n = 0;

	if (u->bad || u->end - u->p < bytes) {
		u->bad = true;
		return 0;
	}
	for (int i = 0; i < bytes; i++)
		n |= (uint64_t)(unsigned char)u->p[i] << (8 * i);
	u->p += bytes;
	return n;
}

static const char *get_text(struct unpacker *u)
{
	uint64_t len = get_le(u, 4);
	const char *text = u->p;

	if (len == 0)
		return NULL;
	if ((uint64_t)(u->end - u->p) < len ||
	    memchr(text, '\0', len) != text + len - 1) {
		u->bad = true;
		return NULL;
	}
	u->p += len;
	return text;
}

/* A text that must be there. */
static const char *get_name(struct unpacker *u)
{
	const char *text = get_text(u);

	if (text == NULL)
		u->bad = true;
	return text != NULL ? text : "";
}

/* How many elements follow; each takes at least `least` bytes. */
static size_t get_count(struct unpacker *u, size_t least)
{
	uint64_t n = get_le(u, 4);

	if (n > (uint64_t)(u->end - u->p) / least) {
		u->bad = true;
		return 0;
	}
	return (size_t)n;
}

static void get_names(struct unpacker *u, struct sy_names *names)
{
	names->count = get_count(u, 4);
	names->name = sy_alloc(u->arena, (names->count + 1) * sizeof(*names->name));
	for (size_t i = 0; i < names->count; i++)
		names->name[i] = get_name(u);
}

static void get_tiers(struct unpacker *u, struct sy_tiers *tiers)
{
	size_t count = (size_t)get_le(u, 1);

	u->bad |= count > SY_TIERS_MAX;
	for (size_t i = 0; i < count && !u->bad; i++) {
		tiers->tier[i].above_tokens = (int64_t)get_le(u, 8);
		for (int class = 0; class < SY_TOKEN_CLASSES; class++)
			tiers->tier[i].per_class[class] = (int64_t)get_le(u, 8);
	}
}

static void get_member(struct unpacker *u, const struct sy_conf_option *o, void *at)
{
	uint64_t n;

	switch (o->type) {
	case SY_OPT_BOOL:
		n = get_le(u, 1);
		u->bad |= n > 1;
		*(bool *)at = n == 1;
		break;
	case SY_OPT_INT:
	case SY_OPT_SHARE:
	case SY_OPT_MS:
	case SY_OPT_WORDS:
		*(uint32_t *)at = (uint32_t)get_le(u, 4);
		break;
	case SY_OPT_WORD:
		n = get_le(u, 4);
		u->bad |= sy_word_name(o->words, (int)(uint32_t)n) == NULL;
		*(int *)at = u->bad ? o->words[0].value : (int)n;
		break;
	case SY_OPT_BYTES:
	case SY_OPT_TOKENS:
	case SY_OPT_MONEY:
	case SY_OPT_DATE:
		*(int64_t *)at = (int64_t)get_le(u, 8);
		break;
	case SY_OPT_TIERS:
		get_tiers(u, at);
		break;
	case SY_OPT_TEXT:
		*(const char **)at = get_text(u);
		break;
	case SY_OPT_LIST:
		get_names(u, at);
		break;
	}
}

static void get_block(struct unpacker *u, const struct sy_block *block, void *at)
{
	for (const struct sy_conf_option *o = sy_block_options(block); o->name != NULL;
	     o++)
		get_member(u, o, (char *)at + o->offset);
}

static void get_route(struct unpacker *u, struct sy_draft_route *r)
{
	r->r.name = get_name(u);
	r->r.origin = get_text(u);
	get_block(u, &sy_block_route, r);
	get_block(u, &sy_block_timeouts, &r->r.timeouts);
	r->targets.count = get_count(u, 8);
	r->targets.list =
	    sy_alloc(u->arena, (r->targets.count + 1) * sizeof(*r->targets.list));
	for (size_t i = 0; i < r->targets.count; i++) {
		r->targets.list[i].name = get_name(u);
		get_block(u, &sy_block_target, &r->targets.list[i]);
	}
}

static void get_draft(struct unpacker *u, struct sy_draft *d)
{
	get_block(u, &sy_block_gateway, &d->gateway);
	get_block(u, &sy_block_timeouts, &d->timeouts);
	d->provider_count = get_count(u, 16);
	d->providers =
	    sy_alloc(u->arena, (d->provider_count + 1) * sizeof(*d->providers));
	for (size_t i = 0; i < d->provider_count; i++) {
		struct sy_draft_provider *p = &d->providers[i];

		p->p.name = get_name(u);
		p->p.origin = get_text(u);
		get_block(u, &sy_block_provider, p);
		get_block(u, &sy_block_timeouts, &p->p.timeouts);
		get_block(u, &sy_block_quirks, &p->p.quirks);
	}
	d->model_count = get_count(u, 16);
	d->models = sy_alloc(u->arena, (d->model_count + 1) * sizeof(*d->models));
	for (size_t i = 0; i < d->model_count; i++) {
		d->models[i].m.name = get_name(u);
		get_block(u, &sy_block_model, &d->models[i]);
		u->bad |= d->models[i].provider == NULL;
	}
	d->route_count = get_count(u, 16);
	d->routes = sy_alloc(u->arena, (d->route_count + 1) * sizeof(*d->routes));
	for (size_t i = 0; i < d->route_count; i++)
		get_route(u, &d->routes[i]);
	d->alias_count = get_count(u, 8);
	d->aliases = sy_alloc(u->arena, (d->alias_count + 1) * sizeof(*d->aliases));
	for (size_t i = 0; i < d->alias_count; i++) {
		d->aliases[i].alias.name = get_name(u);
		d->aliases[i].alias.to = get_name(u);
	}
}

/* What the rest of the program takes for granted of a provider. */
static bool is_whole(const struct sy_draft *d)
{
	for (size_t i = 0; i < d->provider_count; i++)
		if (d->providers[i].p.dialect == NULL ||
		    d->providers[i].p.base_url == NULL)
			return false;
	return d->gateway.standalone && d->gateway.c.time_zone != NULL;
}

static int unpack_body(const char *body, size_t len, struct sy_config *c,
    struct sy_error *err)
{
	struct unpacker u = { .p = body, .end = body + len, .arena = c->arena };
	struct sy_arena *own = c->arena;
	struct sy_draft d = { 0 };

	get_draft(&u, &d);
	if (u.bad || u.p != u.end || !is_whole(&d))
		return sy_fail(err, SY_CONFIG, "",
		    "a generation of the configuration is damaged");
	if (sy_draft_link(&d, own, c, err) < 0)
		return -1;
	c->arena = own;
	c->refs = 1;
	return 0;
}

static int check_head(const char *p, size_t len, struct sy_error *err)
{
	struct unpacker u = { .p = p + 8, .end = p + len };
	unsigned char hash[HASH_BYTES];
	uint64_t version, tables, body_len;

	if (len < HEAD_BYTES || memcmp(p, MAGIC, 8) != 0)
		return sy_fail(err, SY_CONFIG, "",
		    "this is no generation of a configuration");
	version = get_le(&u, 4);
	tables = get_le(&u, 8);
	body_len = get_le(&u, 4);
	if (version != BLOB_VERSION || tables != fingerprint())
		return sy_fail_code(err, SY_CONFIG, "", "other_version",
		    "this generation was made by another version of the program");
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)p + HEAD_BYTES,
	    len - HEAD_BYTES, NULL, 0);
	if (body_len != len - HEAD_BYTES || memcmp(hash, u.p, sizeof(hash)) != 0)
		return sy_fail(err, SY_CONFIG, "",
		    "a generation of the configuration is damaged");
	return 0;
}

int sy_config_unpack(const void *blob, size_t len, struct sy_config **out,
    struct sy_error *err)
{
	struct sy_arena *a;
	struct sy_config *c;
	char *copy;

	*out = NULL;
	if (check_head(blob, len, err) < 0)
		return -1;
	a = sy_arena_new();
	c = sy_alloc(a, sizeof(*c));
	c->arena = a;
	copy = sy_alloc(a, len);
	memcpy(copy, blob, len);
	if (unpack_body(copy + HEAD_BYTES, len - HEAD_BYTES, c, err) < 0) {
		sy_arena_free(a);
		return -1;
	}
	*out = c;
	return 0;
}
