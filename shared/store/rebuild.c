/*
 * rebuild.c - see rebuild.h, upkeep.h and rollup.h.
 */
#include "store/rebuild.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/filing.h"
#include "store/rollup.h"
#include "store/rows.h"
#include "store/sums.h"
#include "store/upkeep.h"

#include <string.h>

void sy_rows_each(struct sy_txn *t, void (*fn)(void *arg, const struct sy_attempt *row),
    void *arg)
{
	struct sy_attempt row;
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, t, SY_T_ROW);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		if (sy_row_unpack(w.key.mv_data, w.value.mv_data, w.value.mv_size, &row))
			fn(arg, &row);
		else
			sy_txn_fail(t, "a row of the ledger cannot be read");
	}
	sy_walk_end(&w);
}

struct refiling {
	struct sy_txn *txn;
	struct sy_sums sums;
	int64_t rows;
};

static void refile(void *arg, const struct sy_attempt *row)
{
	struct refiling *r = arg;

	sy_sums_file(&r->sums, r->txn, row);
	if (++r->rows % SY_FILING_ROWS == 0)
		sy_sums_flush(&r->sums, r->txn);
}

static void remove_cells(struct sy_txn *t, const struct sy_zone *zone, int64_t from_s)
{
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, t, SY_T_CELL);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		struct sy_cell_name name = sy_cell_parse(w.key.mv_data);

		if (sy_bucket_start(zone, name.grain, name.bucket) >= from_s)
			sy_walk_del(&w);
	}
	sy_walk_end(&w);
}

void sy_rebuild_write(struct sy_txn *t, void *rebuild)
{
	struct sy_rebuild *rb = rebuild;
	struct sy_db_rollup state = sy_rollup_load(t);
	struct refiling r = { .txn = t };
	const struct sy_zone *zone;

	if (rb->zone != NULL)
		sy_copy(state.zone, sizeof(state.zone), rb->zone);
	zone = sy_book_zone(rb->book, t, &state);
	if (zone == NULL)
		return;
	sy_sums_init(&r.sums, zone, rb->now_ms);
	r.sums.from_s = sy_rebuild_from_s(&state);
	remove_cells(t, zone, r.sums.from_s);
	sy_rows_each(t, refile, &r);
	sy_sums_flush(&r.sums, t);
	sy_sums_release(&r.sums);
	state.seq++;
	sy_rollup_save(t, &state);
	rb->rows = r.rows;
}

int64_t sy_book_rebuild(struct sy_book *b, int64_t now_ms, struct sy_error *err)
{
	struct sy_rebuild rb = { .book = b, .now_ms = now_ms };

	return sy_store_write(b->store, sy_rebuild_write, &rb, err) < 0 ? -1 : rb.rows;
}

int sy_rollup_zone(struct sy_book *b, const char *zone, struct sy_error *err)
{
	struct sy_rebuild rb = { .book = b, .zone = zone, .now_ms = sy_unix_ms() };
	struct sy_rollup_state state;
	struct sy_zone *known;

	if (sy_rollup_state(b, &state, err) < 0)
		return -1;
	if (strcmp(state.zone, zone) == 0)
		return 0;
	if (sy_zone_load(zone, &known, err) < 0)
		return -1;
	sy_zone_free(known);
	return sy_store_write(b->store, sy_rebuild_write, &rb, err);
}
