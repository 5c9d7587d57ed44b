/*
 * sums.c - see sums.h.
 */
#include "store/sums.h"

#include "base/arena.h"
#include "store/names.h"

#include <stdlib.h>
#include <string.h>

#define M (1 << SY_MINUTE)
#define H (1 << SY_HOUR)
#define D (1 << SY_DAY)
#define Y (1 << SY_MONTH)

/* A family's place is its number in keys: only ever add at the end.  A question that none
 * covers is answered from rows (rollup.c), so a family is worth its writes only where people
 * ask often or for long ranges. */
const struct sy_family sy_families[] = {
	{ SY_DIM_NONE, SY_DIM_NONE, M | H | D | Y, M | H | D | Y },
	{ SY_DIM_NONE, SY_DIM_MODEL, M | H | D | Y, M | H | D | Y },
	{ SY_DIM_NONE, SY_DIM_PROVIDER, M | H | D | Y, M | H | D | Y },
	{ SY_DIM_NONE, SY_DIM_FEATURE, M | H | D | Y, M | H | D | Y },
	{ SY_DIM_NONE, SY_DIM_ROUTE, M | H | D | Y, 0 },
	{ SY_DIM_NONE, SY_DIM_USER, M | H | D | Y, 0 },
	{ SY_DIM_NONE, SY_DIM_KEY, M | H | D | Y, 0 },
	{ SY_DIM_MODEL, SY_DIM_PROVIDER, H | D | Y, D | Y },
	{ SY_DIM_PROVIDER, SY_DIM_MODEL, H | D | Y, 0 },
	{ SY_DIM_FEATURE, SY_DIM_MODEL, H | D | Y, D },
	{ SY_DIM_MODEL, SY_DIM_FEATURE, D | Y, D },
	{ SY_DIM_ROUTE, SY_DIM_MODEL, D | Y, 0 },
	{ SY_DIM_USER, SY_DIM_MODEL, D | Y, 0 },
	{ SY_DIM_KEY, SY_DIM_MODEL, D | Y, 0 },
	{ SY_DIM_MODEL, SY_DIM_USER, D, 0 },
	{ SY_DIM_FEATURE, SY_DIM_USER, D, 0 },
};

const int sy_family_count = sizeof(sy_families) / sizeof(sy_families[0]);

int sy_family_find(enum sy_dim filter, enum sy_dim by, enum sy_grain grain)
{
	for (int f = 0; f < sy_family_count; f++)
		if (sy_families[f].filter == filter && sy_families[f].by == by &&
		    sy_families[f].grains & 1 << grain)
			return f;
	return -1;
}

const char *sy_row_label(const struct sy_attempt *row, enum sy_dim dim)
{
	switch (dim) {
	case SY_DIM_MODEL:
		return row->model;
	case SY_DIM_PROVIDER:
		return row->provider;
	case SY_DIM_ROUTE:
		return row->route;
	case SY_DIM_FEATURE:
		return row->feature;
	case SY_DIM_USER:
		return row->user;
	case SY_DIM_KEY:
		return row->key;
	default:
		return "";
	}
}

/* --- Time -------------------------------------------------------------------------------- */

#define DAY_S 86400

/* Seconds; 0: for ever. */
static const int64_t keeps_s[SY_GRAINS] = {
	[SY_MINUTE] = 2 * DAY_S,
	[SY_HOUR] = 35 * DAY_S,
	[SY_DAY] = 400 * DAY_S,
};

bool sy_grain_keeps(enum sy_grain grain, int64_t start_s, int64_t now_ms)
{
	return keeps_s[grain] == 0 || start_s >= now_ms / 1000 - keeps_s[grain];
}

/* An hour is named by the UTC minute at which it begins, so that hours add up to local days
 * in half-hour zones too, and the hour that comes twice in autumn is two. */
uint32_t sy_bucket_of(const struct sy_zone *z, enum sy_grain grain, int64_t unix_s)
{
	switch (grain) {
	case SY_MINUTE:
		return (uint32_t)(unix_s / 60);
	case SY_HOUR:
		return (uint32_t)(sy_zone_hour_start(z, unix_s) / 60);
	case SY_DAY:
		return (uint32_t)sy_zone_day(z, unix_s);
	default:
		return (uint32_t)sy_zone_month(z, unix_s);
	}
}

int64_t sy_bucket_start(const struct sy_zone *z, enum sy_grain grain, uint32_t bucket)
{
	switch (grain) {
	case SY_MINUTE:
	case SY_HOUR:
		return (int64_t)bucket * 60;
	case SY_DAY:
		return sy_zone_day_start(z, bucket);
	default:
		return sy_zone_month_start(z, bucket);
	}
}

/* --- Keys -------------------------------------------------------------------------------- */

struct sy_db_name sy_cell_key(const struct sy_cell_name *name)
{
	struct sy_db_name n = sy_db_number(name->grain, 1);

	sy_db_add_uint(&n, (uint64_t)name->family, 1);
	sy_db_add_uint(&n, name->filter, 4);
	sy_db_add_uint(&n, name->bucket, 4);
	sy_db_add_uint(&n, name->by, 4);
	return n;
}

struct sy_cell_name sy_cell_parse(const void *key)
{
	const uint8_t *p = key;

	return (struct sy_cell_name){
		.grain = (enum sy_grain)p[0],
		.family = p[1],
		.filter = (uint32_t)sy_db_uint(p + 2, 4),
		.bucket = (uint32_t)sy_db_uint(p + 6, 4),
		.by = (uint32_t)sy_db_uint(p + 10, 4),
	};
}

/* --- Cells in memory --------------------------------------------------------------------- */

#define ROOM_FIRST 1024

void sy_sums_init(struct sy_sums *s, const struct sy_zone *zone, int64_t now_ms)
{
	memset(s, 0, sizeof(*s));
	s->zone = zone;
	s->now_ms = now_ms;
	s->arena = sy_arena_new();
	s->room = ROOM_FIRST;
	s->slots = sy_xcalloc(s->room, sizeof(*s->slots));
}

void sy_sums_release(struct sy_sums *s)
{
	sy_arena_free(s->arena);
	free(s->slots);
	memset(s, 0, sizeof(*s));
}

static size_t hash(const struct sy_cell_name *n)
{
	uint64_t h = (uint64_t)n->filter << 32 | n->by;

	h = (h ^ (uint64_t)n->grain << 28 ^ (uint64_t)n->family << 20) *
	    0x9e3779b97f4a7c15u;
	h = (h ^ h >> 32 ^ n->bucket) * 0x9e3779b97f4a7c15u;
	return (size_t)(h ^ h >> 29);
}

static bool same_name(const struct sy_cell_name *a, const struct sy_cell_name *b)
{
	return a->bucket == b->bucket && a->by == b->by && a->filter == b->filter &&
	       a->family == b->family && a->grain == b->grain;
}

static struct sy_sum **place(const struct sy_sums *s, const struct sy_cell_name *name)
{
	size_t at = hash(name) & (s->room - 1);

	while (s->slots[at] != NULL && !same_name(&s->slots[at]->name, name))
		at = (at + 1) & (s->room - 1);
	return &s->slots[at];
}

static void grow(struct sy_sums *s)
{
	struct sy_sum **old = s->slots;
	size_t count = s->room;

	s->room *= 2;
	s->slots = sy_xcalloc(s->room, sizeof(*s->slots));
	for (size_t i = 0; i < count; i++)
		if (old[i] != NULL)
			*place(s, &old[i]->name) = old[i];
	free(old);
}

static struct sy_sum *find(struct sy_sums *s, const struct sy_cell_name *name)
{
	struct sy_sum **slot = place(s, name);

	if (*slot == NULL) {
		struct sy_sum *fresh = sy_alloc(s->arena, sizeof(*fresh));

		if (s->used * 2 >= s->room) {
			grow(s);
			slot = place(s, name);
		}
		fresh->name = *name;
		fresh->histograms =
		    sy_families[name->family].histograms & 1 << name->grain;
		*slot = fresh;
		s->used++;
	}
	return *slot;
}

/* --- Rows into cells --------------------------------------------------------------------- */

static uint32_t number(const struct sy_sums *s, struct sy_txn *t, enum sy_dim dim,
    const char *label)
{
	uint32_t n;

	if (!s->read_only)
		return sy_name_make(t, dim, label, (uint32_t)(s->now_ms / 1000 / DAY_S));
	if (!sy_name_find(t, dim, label, &n))
		sy_name_find(t, dim, SY_NAME_OVERFLOW, &n);
	return n;
}

static bool is_wanted(const struct sy_sums *s, enum sy_grain grain, int64_t start_s)
{
	return start_s >= s->from_s && sy_grain_keeps(grain, start_s, s->now_ms);
}

static void locate(const struct sy_sums *s, struct sy_txn *t,
    const struct sy_attempt *row, struct sy_row_place *out)
{
	int64_t unix_s = sy_id_unix_ms(&row->rid) / 1000;

	memset(out, 0, sizeof(*out));
	for (int dim = SY_DIM_NONE + 1; dim < SY_DIMS; dim++)
		out->names[dim] =
		    number(s, t, (enum sy_dim)dim, sy_row_label(row, (enum sy_dim)dim));
	for (int g = 0; g < SY_GRAINS; g++) {
		enum sy_grain grain = (enum sy_grain)g;

		out->buckets[g] = sy_bucket_of(s->zone, grain, unix_s);
		/* The start is dear to compute and matters only where keeping begins. */
		if (is_wanted(s, grain, unix_s - 33 * DAY_S) ||
		    is_wanted(s, grain, sy_bucket_start(s->zone, grain, out->buckets[g])))
			out->kept |= UINT32_C(1) << g;
	}
}

static void add_under(struct sy_sums *s, int family, const struct sy_row_place *at,
    const struct sy_cell *cell)
{
	const struct sy_family *f = &sy_families[family];

	for (int g = 0; g < SY_GRAINS; g++) {
		struct sy_cell_name name = { .grain = (enum sy_grain)g,
			.family = family,
			.filter = at->names[f->filter],
			.bucket = at->buckets[g],
			.by = at->names[f->by] };
		struct sy_sum *sum;

		if (!(f->grains & at->kept & 1 << g))
			continue;
		sum = find(s, &name);
		if (sum->histograms)
			sy_cell_add(&sum->cell, cell);
		else
			sy_cell_add_numbers(&sum->cell, cell);
	}
}

static void disperse(struct sy_sums *s, struct sy_crowd *c)
{
	for (int f = 0; c->any && f < sy_family_count; f++) {
		if (!sy_family_of_attempts(&sy_families[f]))
			add_under(s, f, &c->at, &c->requests);
		else if (c->attempts.attempts > 0)
			add_under(s, f, &c->at, &c->attempts);
	}
	memset(c, 0, sizeof(*c));
}

static void disperse_all(struct sy_sums *s)
{
	for (int i = 0; i < SY_CROWDS; i++)
		disperse(s, &s->crowds[i]);
}

/* The crowd of that place; one that is in its way is dispersed. */
static struct sy_crowd *crowd_at(struct sy_sums *s, const struct sy_row_place *at)
{
	uint32_t h = 0;
	struct sy_crowd *c;

	for (int i = 0; i < SY_DIMS; i++)
		h = (h ^ at->names[i]) * 0x9e3779b1u;
	c = &s->crowds[(h ^ at->buckets[SY_MINUTE]) >> 7 & (SY_CROWDS - 1)];
	if (c->any && memcmp(&c->at, at, sizeof(*at)) != 0)
		disperse(s, c);
	c->at = *at;
	c->any = true;
	return c;
}

void sy_sums_file(struct sy_sums *s, struct sy_txn *t, const struct sy_attempt *row)
{
	struct sy_row_place at;
	struct sy_share share;
	struct sy_crowd *c;

	locate(s, t, row, &at);
	c = crowd_at(s, &at);
	sy_share_request(row, &share);
	sy_cell_take(&c->requests, &share);
	if (sy_share_attempt(row, &share))
		sy_cell_take(&c->attempts, &share);
}

/* --- Cells into the book ----------------------------------------------------------------- */

static int order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int sy_cell_order(const struct sy_cell_name *a, const struct sy_cell_name *b)
{
	int o = order(a->grain, b->grain);

	if (o == 0)
		o = order((uint32_t)a->family, (uint32_t)b->family);
	if (o == 0)
		o = order(a->filter, b->filter);
	if (o == 0)
		o = order(a->bucket, b->bucket);
	return o != 0 ? o : order(a->by, b->by);
}

static int by_key(const void *a, const void *b)
{
	const struct sy_sum *const *x = a, *const *y = b;

	return sy_cell_order(&(*x)->name, &(*y)->name);
}

struct sy_sum **sy_sums_sorted(struct sy_sums *s)
{
	struct sy_sum **list;
	size_t count = 0;

	disperse_all(s);
	list = sy_alloc(s->arena, (s->used + 1) * sizeof(*list));
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i] != NULL)
			list[count++] = s->slots[i];
	qsort(list, count, sizeof(*list), by_key);
	return list;
}

static void flush_one(struct sy_sum *sum, struct sy_txn *t)
{
	struct sy_db_name key = sy_cell_key(&sum->name);
	uint8_t bytes[SY_CELL_BYTES];
	struct sy_cell old;
	MDB_val value;

	if (sy_txn_get(t, SY_T_CELL, sy_db_val(&key), &value)) {
		if (!sy_cell_unpack(value.mv_data, value.mv_size, &old)) {
			sy_txn_fail(t, "a cell of the roll-ups cannot be read");
			return;
		}
		sy_cell_add(&sum->cell, &old);
	}
	sy_txn_put(t, SY_T_CELL, sy_db_val(&key), bytes,
	    sy_cell_pack(&sum->cell, sum->histograms, bytes));
}

void sy_sums_flush(struct sy_sums *s, struct sy_txn *t)
{
	struct sy_sum **list = sy_sums_sorted(s);

	for (size_t i = 0; i < s->used; i++)
		flush_one(list[i], t);
	sy_arena_free(s->arena);
	s->arena = sy_arena_new();
	memset(s->slots, 0, s->room * sizeof(*s->slots));
	s->used = 0;
}
