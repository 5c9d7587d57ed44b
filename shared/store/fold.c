/*
 * fold.c - the outbox into the book.
 *
 * Copy rows out of live, file them in the book with one synced transaction, take them out of
 * live.  Killed before the second step, nothing happened; killed between the second and the
 * third, the next fold finds the rows in the book and only takes them out.
 */
#include "store/live.h"

#include "base/arena.h"
#include "base/clock.h"
#include "store/filing.h"
#include "store/gate.h"
#include "store/handles.h"
#include "store/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct batch {
	struct sy_attempt *rows;
	uint64_t *numbers; /* of the parcels */
	size_t count;
	int64_t as_of_ms;
};

/* False when it is no parcel. */
static bool open_parcel(const struct sy_walk *w, struct batch *b)
{
	const uint8_t *bytes = w->value.mv_data;
	struct sy_db_parcel head;

	if (w->value.mv_size <= sizeof(head) || bytes[0] != SY_ROW_VERSION)
		return false;
	memcpy(&head, bytes, sizeof(head));
	if (!sy_row_unpack(head.aid, bytes + sizeof(head),
	        w->value.mv_size - sizeof(head), &b->rows[b->count]))
		return false;
	b->numbers[b->count++] = sy_db_uint(w->key.mv_data, 8);
	b->as_of_ms = head.settled_ms;
	return true;
}

static int take_out(struct sy_live *l, struct batch *b, size_t most, struct sy_error *err)
{
	int64_t now_ms = sy_unix_ms();
	struct sy_txn t;
	struct sy_walk w;
	bool more;

	sy_txn_begin(&t, l->store, false);
	sy_walk_begin(&w, &t, SY_L_OUTBOX);
	for (more = sy_walk_step(&w, MDB_FIRST); more && b->count < most;
	     more = sy_walk_step(&w, MDB_NEXT))
		if (!open_parcel(&w, b))
			sy_txn_fail(&t, "a row of the outbox cannot be read");
	sy_walk_end(&w);
	if (!more)
		b->as_of_ms = now_ms;
	return sy_txn_end(&t, err);
}

static void remove_parcels(struct sy_txn *t, void *arg)
{
	const struct batch *b = arg;

	for (size_t i = 0; i < b->count; i++) {
		struct sy_db_name name = sy_db_number(b->numbers[i], 8);

		sy_txn_del(t, SY_L_OUTBOX, sy_db_val(&name));
	}
}

static int fold(struct sy_live *l, struct sy_book *book, struct batch *b, size_t most,
    struct sy_error *err)
{
	struct sy_filing f = { .book = book, .rows = b->rows, .now_ms = sy_unix_ms() };

	if (take_out(l, b, most, err) < 0)
		return -1;
	if (b->count == 0)
		return 0;
	f.count = b->count;
	f.as_of_ms = b->as_of_ms;
	if (sy_store_write(book->store, sy_filing_write, &f, err) < 0 ||
	    sy_store_write(l->store, remove_parcels, b, err) < 0)
		return -1;
	return (int)b->count;
}

int sy_fold(struct sy_live *l, struct sy_book *b, int most, struct sy_error *err)
{
	size_t room = most < SY_FILING_ROWS ? (size_t)most : SY_FILING_ROWS;
	int lock = sy_gate_open(sy_store_dir(l->store), "fold"), rc;
	struct batch batch = { 0 };

	if (lock < 0)
		return sy_fail(err, SY_STORE, "", "cannot open %s/fold: %s",
		    sy_store_dir(l->store), strerror(errno));
	rc = sy_gate_try(lock);
	if (rc == 1) {
		batch.rows = sy_xcalloc(room, sizeof(*batch.rows));
		batch.numbers = sy_xcalloc(room, sizeof(*batch.numbers));
		rc = fold(l, b, &batch, room, err);
		free(batch.rows);
		free(batch.numbers);
	} else if (rc < 0) {
		sy_fail(err, SY_STORE, "", "cannot lock %s/fold: %s",
		    sy_store_dir(l->store), strerror(errno));
	}
	close(lock);
	return rc;
}
