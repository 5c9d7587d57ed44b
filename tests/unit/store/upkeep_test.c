#include "scratch.h"

#include "store/filing.h"
#include "store/handles.h"
#include "store/sums.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)
#define NOW    INT64_C(1767225600000)

/* One row a day for 500 days, the oldest first. */
static void import_days(void)
{
	struct sy_error err;

	for (int day = 499; day >= 0; day--) {
		struct sy_attempt row = row_at(NOW - day * DAY_MS - 1000);

		ok(sy_ledger_import(s.book, &row, 1, row.started_ms, &err), &err);
	}
}

static int64_t sum_of(enum sy_grain grain)
{
	struct sy_rollup_query q = { .grain = grain, .to = NOW / 1000 + 86400 };
	struct sy_cell sum;
	struct sy_error err;

	ok(sy_rollup_sum(s.book, &q, &sum, NULL, &err), &err);
	return sum.requests;
}

static void test_expire(void)
{
	struct sy_ledger_span span;
	struct sy_error err;

	import_days();
	CU_ASSERT_EQUAL(sum_of(SY_MINUTE), 500);
	CU_ASSERT_EQUAL(ok(sy_book_verify(s.book, NOW, NULL, NULL, &err), &err), 0);
	CU_ASSERT(sy_book_expire(s.book, NOW, 100, &err) > 0);
	ok(sy_ledger_span(s.book, &span, &err), &err);
	CU_ASSERT_EQUAL(span.rows, 100);
	CU_ASSERT_EQUAL(sum_of(SY_MINUTE), 2);
	CU_ASSERT_EQUAL(sum_of(SY_HOUR), 35);
	CU_ASSERT_EQUAL(sum_of(SY_DAY), 400);
	CU_ASSERT_EQUAL(sum_of(SY_MONTH), 500); /* for ever */
	CU_ASSERT_EQUAL(ok(sy_book_expire(s.book, NOW, 100, &err), &err), 0);
	CU_ASSERT_EQUAL(ok(sy_book_verify(s.book, NOW, NULL, NULL, &err), &err), 0);
	/* What has no rows any more stays as it was. */
	CU_ASSERT_EQUAL(ok(sy_book_rebuild(s.book, NOW, &err), &err), 100);
	CU_ASSERT_EQUAL(sum_of(SY_DAY), 400);
	CU_ASSERT_EQUAL(sum_of(SY_MONTH), 500);
	CU_ASSERT_EQUAL(ok(sy_book_verify(s.book, NOW, NULL, NULL, &err), &err), 0);
}

/* --- Verifying finds what is wrong ------------------------------------------------------- */

static void spoil_cell(struct sy_txn *t, void *arg)
{
	struct sy_walk w;
	struct sy_cell cell;
	uint8_t bytes[SY_CELL_BYTES];
	struct sy_db_name key = { 0 };

	(void)arg;
	sy_walk_begin(&w, t, SY_T_CELL);
	CU_ASSERT_TRUE(sy_walk_step(&w, MDB_LAST));
	CU_ASSERT_TRUE(sy_cell_unpack(w.value.mv_data, w.value.mv_size, &cell));
	sy_db_add(&key, w.key.mv_data, w.key.mv_size);
	sy_walk_end(&w);
	cell.cost_nanodollars++;
	sy_txn_put(t, SY_T_CELL, sy_db_val(&key), bytes,
	    sy_cell_pack(&cell, false, bytes));
}

static void drop_cell(struct sy_txn *t, void *arg)
{
	struct sy_walk w;

	(void)arg;
	sy_walk_begin(&w, t, SY_T_CELL);
	CU_ASSERT_TRUE(sy_walk_step(&w, MDB_LAST));
	sy_walk_del(&w);
	sy_walk_end(&w);
}

static void drop_row(struct sy_txn *t, void *arg)
{
	struct sy_walk w;

	(void)arg;
	sy_walk_begin(&w, t, SY_T_ROW);
	CU_ASSERT_TRUE(sy_walk_step(&w, MDB_FIRST));
	sy_walk_del(&w);
	sy_walk_end(&w);
}

static void spend(struct sy_txn *t, void *arg)
{
	(void)arg;
	sy_spent_add(t, "sy_test0001", 1, 0);
}

static void count_line(void *arg, const char *text)
{
	CU_ASSERT(strlen(text) > 10);
	++*(int *)arg;
}

static void test_verify_finds(void)
{
	static const struct {
		void (*spoil)(struct sy_txn *t, void *arg);
		int least, rebuilt;
	} cases[] = { { spoil_cell, 1, 0 }, { drop_cell, 1, 0 }, { spend, 1, 1 },
		{ drop_row, 20, 2 } };
	struct sy_attempt row = row_at(NOW);
	struct sy_error err;
	int lines = 0;

	ok(sy_ledger_import(s.book, &row, 1, NOW, &err), &err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t found;

		ok(sy_store_write(s.book->store, cases[i].spoil, NULL, &err), &err);
		lines = 0;
		found = ok(sy_book_verify(s.book, NOW, count_line, &lines, &err), &err);
		CU_ASSERT(found >= cases[i].least);
		CU_ASSERT_EQUAL(found, lines);
		ok(sy_book_rebuild(s.book, NOW, &err), &err);
		found = ok(sy_book_verify(s.book, NOW, NULL, NULL, &err), &err);
		CU_ASSERT(found <= cases[i].rebuilt);
	}
}

static void spoil_tally(struct sy_txn *t, void *arg)
{
	struct sy_db_name name = sy_db_key_id("sy_test0001");
	struct sy_db_tally row = { .version = SY_ROW_VERSION, .reserved_nanodollars = 1 };

	(void)arg;
	sy_txn_put(t, SY_L_TALLY, sy_db_val(&name), &row, sizeof(row));
}

static void test_verify_live_finds(void)
{
	struct sy_error err;
	int lines = 0;

	CU_ASSERT_EQUAL(sy_live_verify(s.live, true, NULL, NULL, &err), 0);
	ok(sy_store_write(s.live->store, spoil_tally, NULL, &err), &err);
	CU_ASSERT_EQUAL(sy_live_verify(s.live, false, count_line, &lines, &err), 1);
	CU_ASSERT_EQUAL(lines, 1);
}

CU_TestInfo upkeep_tests[] = {
	{ "what is too old goes, and the sums stay right", test_expire },
	{ "verifying finds what is wrong in the book", test_verify_finds },
	{ "and in the live store", test_verify_live_finds },
	CU_TEST_INFO_NULL,
};
