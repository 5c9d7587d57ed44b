/*
 * filing.c - see filing.h.
 */
#include "store/filing.h"

#include "store/rows.h"
#include "store/sums.h"

struct sy_db_rollup sy_rollup_load(struct sy_txn *t)
{
	struct sy_db_rollup state = { .version = SY_ROW_VERSION };
	struct sy_db_name name = sy_db_word("rollup");

	sy_txn_load(t, SY_T_META, sy_db_val(&name), SY_ROW_VERSION, &state,
	    sizeof(state));
	return state;
}

void sy_rollup_save(struct sy_txn *t, const struct sy_db_rollup *state)
{
	struct sy_db_name name = sy_db_word("rollup");

	sy_txn_put(t, SY_T_META, sy_db_val(&name), state, sizeof(*state));
}

void sy_spent_add(struct sy_txn *t, const char *key, int64_t nanodollars, int64_t dropped)
{
	struct sy_db_spent row = { .version = SY_ROW_VERSION };
	struct sy_db_name name = sy_db_key_id(key);

	if (key[0] == '\0' || (nanodollars == 0 && dropped == 0))
		return;
	sy_txn_load(t, SY_T_SPENT, sy_db_val(&name), SY_ROW_VERSION, &row, sizeof(row));
	row.nanodollars += nanodollars;
	row.dropped_nanodollars += dropped;
	sy_txn_put(t, SY_T_SPENT, sy_db_val(&name), &row, sizeof(row));
}

static bool add_row(struct sy_txn *t, const struct sy_attempt *row)
{
	struct sy_db_name aid = sy_db_aid(&row->rid, row->seq);
	uint8_t bytes[SY_ROW_BYTES];

	return sy_txn_add(t, SY_T_ROW, sy_db_val(&aid), bytes, sy_row_pack(row, bytes));
}

void sy_filing_write(struct sy_txn *t, void *filing)
{
	struct sy_filing *f = filing;
	struct sy_db_rollup state = sy_rollup_load(t);
	const struct sy_zone *zone = sy_book_zone(f->book, t, &state);
	struct sy_sums sums;

	f->added = 0;
	if (zone == NULL)
		return;
	sy_sums_init(&sums, zone, f->now_ms);
	for (size_t i = 0; i < f->count; i++) {
		if (!add_row(t, &f->rows[i]))
			continue;
		sy_sums_file(&sums, t, &f->rows[i]);
		sy_spent_add(t, f->rows[i].key, f->rows[i].cost_nanodollars, 0);
		f->added++;
	}
	sy_sums_flush(&sums, t);
	sy_sums_release(&sums);
	state.seq++;
	if (f->as_of_ms > state.as_of_ms)
		state.as_of_ms = f->as_of_ms;
	sy_rollup_save(t, &state);
}
