/*
 * expire.c - what is too old to keep; see upkeep.h.
 */
#include "store/upkeep.h"

#include "base/arena.h"
#include "store/filing.h"
#include "store/rows.h"
#include "store/sums.h"

#include <stdlib.h>

#define KEEP_DAYS 400
#define SLICE     1000
#define DAY_MS    INT64_C(86400000)

/* --- Rows -------------------------------------------------------------------------------- */

struct slice {
	int64_t before_ms;
	int64_t dropped;
};

static void drop_rows(struct sy_txn *t, void *arg)
{
	struct slice *s = arg;
	struct sy_db_rollup state = sy_rollup_load(t);
	struct sy_attempt row;
	struct sy_walk w;
	bool more;

	s->dropped = 0;
	sy_walk_begin(&w, t, SY_T_ROW);
	for (more = sy_walk_step(&w, MDB_FIRST); more && s->dropped < SLICE;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		if (!sy_row_unpack(w.key.mv_data, w.value.mv_data, w.value.mv_size, &row))
			sy_txn_fail(t, "a row of the ledger cannot be read");
		else if (sy_row_ms(&row) >= s->before_ms)
			break;
		sy_spent_add(t, row.key, 0, row.cost_nanodollars);
		sy_walk_del(&w);
		s->dropped++;
	}
	sy_walk_end(&w);
	if (s->dropped > 0 && s->before_ms > state.kept_from_ms) {
		state.kept_from_ms = s->before_ms;
		sy_rollup_save(t, &state);
	}
}

/* --- Cells ------------------------------------------------------------------------------- */

struct cells {
	struct sy_db_name at; /* where to look on */
	struct sy_db_name *keys;
	size_t count;
	bool end;
};

/* Behind all cells of the same grain, family and filter: what follows a cell that is kept is
 * newer, and kept too. */
static struct sy_db_name next_range(const struct sy_cell_name *name)
{
	struct sy_cell_name last = *name;

	last.bucket = last.by = UINT32_MAX;
	return sy_cell_key(&last);
}

static int find_cells(struct sy_book *b, struct cells *c, int64_t now_ms,
    struct sy_error *err)
{
	struct sy_db_rollup state;
	const struct sy_zone *zone;
	struct sy_walk w;
	struct sy_txn t;
	bool more;

	sy_txn_begin(&t, b->store, false);
	state = sy_rollup_load(&t);
	zone = sy_book_zone(b, &t, &state);
	sy_walk_begin(&w, &t, SY_T_CELL);
	c->count = 0;
	/* LMDB takes no empty key to look for. */
	for (more = c->at.len == 0 ? sy_walk_step(&w, MDB_FIRST)
	                           : sy_walk_at(&w, sy_db_val(&c->at));
	     more && zone != NULL && c->count < SLICE;) {
		struct sy_cell_name name = sy_cell_parse(w.key.mv_data);

		c->at = sy_cell_key(&name);
		if (sy_grain_keeps(name.grain,
		        sy_bucket_start(zone, name.grain, name.bucket), now_ms)) {
			c->at = next_range(&name);
			more = sy_walk_at(&w, sy_db_val(&c->at));
		} else {
			c->keys[c->count++] = c->at;
			more = sy_walk_step(&w, MDB_NEXT);
		}
	}
	c->end = !more;
	sy_walk_end(&w);
	return sy_txn_end(&t, err);
}

static void drop_cells(struct sy_txn *t, void *arg)
{
	const struct cells *c = arg;

	for (size_t i = 0; i < c->count; i++)
		sy_txn_del(t, SY_T_CELL, sy_db_val(&c->keys[i]));
}

static int64_t expire_cells(struct sy_book *b, int64_t now_ms, struct sy_error *err)
{
	const struct sy_cell_name first = { 0 };
	struct cells c = { .at = sy_cell_key(&first),
		.keys = sy_xcalloc(SLICE, sizeof(*c.keys)) };
	int64_t dropped = 0;

	while (!c.end && dropped >= 0) {
		if (find_cells(b, &c, now_ms, err) < 0 ||
		    (c.count > 0 && sy_store_write(b->store, drop_cells, &c, err) < 0))
			dropped = -1;
		else
			dropped += (int64_t)c.count;
	}
	free(c.keys);
	return dropped;
}

int64_t sy_book_expire(struct sy_book *b, int64_t now_ms, int keep_days,
    struct sy_error *err)
{
	struct slice s = { .before_ms = now_ms - (keep_days > 0 ? keep_days : KEEP_DAYS) *
		                                     DAY_MS };
	int64_t dropped = expire_cells(b, now_ms, err);

	if (dropped < 0)
		return -1;
	do {
		if (sy_store_write(b->store, drop_rows, &s, err) < 0)
			return -1;
		dropped += s.dropped;
	} while (s.dropped == SLICE);
	return dropped;
}
