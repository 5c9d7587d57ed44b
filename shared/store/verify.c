/*
 * verify.c - proves that the stores hold together; see upkeep.h.
 */
#include "store/upkeep.h"

#include "base/arena.h"
#include "store/filing.h"
#include "store/names.h"
#include "store/rebuild.h"
#include "store/rows.h"
#include "store/sums.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MOST 100

struct findings {
	void (*line)(void *arg, const char *text);
	void *arg;
	int64_t count;
};

static void __attribute__((format(printf, 2, 3)))
tell(struct findings *f, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (f->count++ >= LINES_MOST || f->line == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->line(f->arg, text);
}

/* --- Sums by key ------------------------------------------------------------------------- */

/* A handful of columns by name: keys, or providers. */
struct line {
	char name[SY_LABEL_MAX];
	int64_t nanodollars;
	int64_t count;
};

struct table {
	struct line *lines;
	size_t count;
};

static struct line *line_of(struct table *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->lines[i].name, name) == 0)
			return &t->lines[i];
	t->lines = sy_xrealloc(t->lines, (t->count + 1) * sizeof(*t->lines));
	memset(&t->lines[t->count], 0, sizeof(*t->lines));
	snprintf(t->lines[t->count].name, sizeof(t->lines->name), "%s", name);
	return &t->lines[t->count++];
}

static const char *key_name(MDB_val key, char name[SY_LABEL_MAX])
{
	size_t len = key.mv_size < SY_LABEL_MAX ? key.mv_size : SY_LABEL_MAX - 1;

	memcpy(name, key.mv_data, len);
	name[len] = '\0';
	return name;
}

/* --- The book ---------------------------------------------------------------------------- */

struct proof {
	struct findings *findings;
	struct sy_txn *txn;
	struct sy_sums sums;
	struct table spent; /* what rows of each key cost */
};

static void add_row(void *arg, const struct sy_attempt *row)
{
	struct proof *p = arg;

	sy_sums_file(&p->sums, p->txn, row);
	if (row->key[0] != '\0')
		line_of(&p->spent, row->key)->nanodollars += row->cost_nanodollars;
}

static void describe(const struct proof *p, const struct sy_cell_name *name,
    const char *what)
{
	const struct sy_family *f = &sy_families[name->family];
	const char *by = sy_word_name(sy_dim_words, (int)f->by);
	char id[64];

	sy_name_text(p->txn, f->by, name->by, id);
	tell(p->findings, "%s %u, %s '%s': %s",
	    sy_word_name(sy_grain_words, (int)name->grain), name->bucket,
	    by != NULL ? by : "total", id, what);
}

/* Whether a stored cell has to agree with rows: they are all there, and it is kept. */
static bool is_provable(const struct proof *p, const struct sy_cell_name *name)
{
	int64_t start = sy_bucket_start(p->sums.zone, name->grain, name->bucket);

	return start >= p->sums.from_s &&
	       sy_grain_keeps(name->grain, start, p->sums.now_ms);
}

static bool same(const struct sy_sum *sum, MDB_val value)
{
	uint8_t bytes[SY_CELL_BYTES];
	size_t len = sy_cell_pack(&sum->cell, sum->histograms, bytes);

	return len == value.mv_size && memcmp(bytes, value.mv_data, len) == 0;
}

/* Both lists are in the order of keys, so one pass compares them. */
static void compare_cells(struct proof *p)
{
	struct sy_sum **list = sy_sums_sorted(&p->sums);
	struct sy_walk w;
	size_t at = 0;
	bool more;

	sy_walk_begin(&w, p->txn, SY_T_CELL);
	more = sy_walk_step(&w, MDB_FIRST);
	while (more || at < p->sums.used) {
		struct sy_cell_name name = { 0 };
		int order = more ? 1 : -1;

		if (more)
			name = sy_cell_parse(w.key.mv_data);
		if (more && at < p->sums.used)
			order = sy_cell_order(&list[at]->name, &name);
		if (order < 0)
			describe(p, &list[at]->name, "has rows, but no cell");
		else if (order == 0 && !same(list[at], w.value))
			describe(p, &name, "is not the sum of its rows");
		else if (order > 0 && is_provable(p, &name))
			describe(p, &name, "has a cell, but no rows");
		at += order <= 0;
		if (order >= 0)
			more = sy_walk_step(&w, MDB_NEXT);
	}
	sy_walk_end(&w);
}

static void compare_spent(struct proof *p)
{
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, p->txn, SY_T_SPENT);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		char name[SY_LABEL_MAX];
		struct sy_db_spent row;
		struct line *l = line_of(&p->spent, key_name(w.key, name));

		memcpy(&row, w.value.mv_data, sizeof(row));
		if (row.nanodollars - row.dropped_nanodollars != l->nanodollars)
			tell(p->findings, "key %s: spent %lld, and its rows cost %lld",
			    name, (long long)(row.nanodollars - row.dropped_nanodollars),
			    (long long)l->nanodollars);
		l->nanodollars = 0;
	}
	sy_walk_end(&w);
	for (size_t i = 0; i < p->spent.count; i++)
		if (p->spent.lines[i].nanodollars != 0)
			tell(p->findings, "key %s: rows cost %lld, and it spent nothing",
			    p->spent.lines[i].name,
			    (long long)p->spent.lines[i].nanodollars);
}

int64_t sy_book_verify(struct sy_book *b, int64_t now_ms,
    void (*line)(void *arg, const char *text), void *arg, struct sy_error *err)
{
	struct findings f = { .line = line, .arg = arg };
	struct proof p = { .findings = &f };
	struct sy_db_rollup state;
	const struct sy_zone *zone;
	struct sy_txn t;

	sy_txn_begin(&t, b->store, false);
	p.txn = &t;
	state = sy_rollup_load(&t);
	zone = sy_book_zone(b, &t, &state);
	if (zone != NULL) {
		sy_sums_init(&p.sums, zone, now_ms);
		p.sums.from_s = sy_rebuild_from_s(&state);
		p.sums.read_only = true;
		sy_rows_each(&t, add_row, &p);
		compare_cells(&p);
		compare_spent(&p);
		sy_sums_release(&p.sums);
	}
	free(p.spent.lines);
	return sy_txn_end(&t, err) < 0 ? -1 : f.count;
}

/* --- The live store ---------------------------------------------------------------------- */

struct flights {
	struct table keys;
	struct table providers;
	int64_t count;
};

static void add_flights(struct sy_txn *t, struct flights *f)
{
	struct sy_attempt row;
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, t, SY_L_FLIGHT);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		const size_t head = sizeof(struct sy_db_flight);

		if (w.value.mv_size <= head ||
		    !sy_row_unpack(w.key.mv_data, (const uint8_t *)w.value.mv_data + head,
		        w.value.mv_size - head, &row)) {
			sy_txn_fail(t, "an attempt in flight cannot be read");
			break;
		}
		line_of(&f->keys, row.key)->nanodollars += row.reserved_nanodollars;
		line_of(&f->keys, row.key)->count++;
		line_of(&f->providers, row.provider)->count++;
		f->count++;
	}
	sy_walk_end(&w);
}

static void compare_tallies(struct sy_txn *t, struct flights *f, struct findings *out)
{
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, t, SY_L_TALLY);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		char name[SY_LABEL_MAX];
		struct line *l = line_of(&f->keys, key_name(w.key, name));
		struct sy_db_tally row;

		memcpy(&row, w.value.mv_data, sizeof(row));
		if (row.reserved_nanodollars != l->nanodollars ||
		    row.in_flight != l->count)
			tell(out,
			    "key %s: %lld in flight with %lld reserved, by attempts %lld "
			    "with %lld",
			    name, (long long)row.in_flight,
			    (long long)row.reserved_nanodollars, (long long)l->count,
			    (long long)l->nanodollars);
	}
	sy_walk_end(&w);
}

static void compare_places(struct sy_txn *t, struct flights *f, struct findings *out)
{
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, t, SY_L_PLACE);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		char name[SY_LABEL_MAX];
		struct line *l = line_of(&f->providers, key_name(w.key, name));
		struct sy_db_place row;

		memcpy(&row, w.value.mv_data, sizeof(row));
		if (row.in_flight != l->count)
			tell(out, "provider %s: %lld in flight, by attempts %lld", name,
			    (long long)row.in_flight, (long long)l->count);
	}
	sy_walk_end(&w);
}

int64_t sy_live_verify(struct sy_live *l, bool idle,
    void (*line)(void *arg, const char *text), void *arg, struct sy_error *err)
{
	struct findings out = { .line = line, .arg = arg };
	struct flights f = { 0 };
	struct sy_txn t;
	int readers, rc;

	sy_txn_begin(&t, l->store, false);
	add_flights(&t, &f);
	compare_tallies(&t, &f, &out);
	compare_places(&t, &f, &out);
	rc = sy_txn_end(&t, err);
	free(f.keys.lines);
	free(f.providers.lines);
	readers = rc < 0 ? -1 : sy_store_readers(l->store, err);
	if (readers < 0)
		return -1;
	if (idle && f.count > 0)
		tell(&out, "%lld attempts are in flight", (long long)f.count);
	if (idle && readers > 0)
		tell(&out, "%d readers are left behind", readers);
	return out.count;
}
