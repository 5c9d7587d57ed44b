/*
 * ledger.c - see ledger.h.
 *
 * The key begins with the request's time, so the table itself is the index by time; all other
 * conditions are looked at row by row, most of which need not be unpacked for that.
 */
#include "store/ledger.h"

#include "base/arena.h"
#include "store/filing.h"
#include "store/names.h"
#include "store/rows.h"
#include "store/sums.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT_USUAL 50

/* --- Listing ----------------------------------------------------------------------------- */

static bool is_marked(const struct sy_ledger_mark *m)
{
	static const struct sy_ledger_mark none;

	return memcmp(m->rid.bytes, none.rid.bytes, SY_ID_BYTES) != 0;
}

/* To the newest row before that key. */
static bool go_before(struct sy_walk *w, const struct sy_db_name *key)
{
	if (sy_walk_at(w, sy_db_val(key)))
		return sy_walk_step(w, MDB_PREV);
	return sy_walk_step(w, MDB_LAST);
}

static bool go_to_start(struct sy_walk *w, const struct sy_ledger_query *q)
{
	struct sy_db_name key;

	if (is_marked(&q->after)) {
		key = sy_db_aid(&q->after.rid, q->after.seq);
		return go_before(w, &key);
	}
	if (q->to_ms > 0) {
		key = sy_db_number((uint64_t)q->to_ms, 6);
		return go_before(w, &key);
	}
	return sy_walk_step(w, MDB_LAST);
}

static const char *wanted(const struct sy_ledger_query *q, enum sy_dim dim)
{
	const char *labels[SY_DIMS] = {
		[SY_DIM_MODEL] = q->model,
		[SY_DIM_PROVIDER] = q->provider,
		[SY_DIM_ROUTE] = q->route,
		[SY_DIM_FEATURE] = q->feature,
		[SY_DIM_USER] = q->user,
		[SY_DIM_KEY] = q->key,
	};

	return labels[dim];
}

static bool fits(const struct sy_ledger_query *q, const struct sy_attempt *row)
{
	for (int dim = SY_DIM_NONE + 1; dim < SY_DIMS; dim++) {
		const char *label = wanted(q, (enum sy_dim)dim);

		if (label != NULL && strncmp(label, sy_row_label(row, (enum sy_dim)dim),
		                         SY_LABEL_MAX - 1) != 0)
			return false;
	}
	return true;
}

/* A label that no row ever carried; those beyond a day's share of names have none of their
 * own. */
static bool is_hopeless(struct sy_txn *t, const struct sy_ledger_query *q)
{
	for (int d = SY_DIM_NONE + 1; d < SY_DIMS; d++) {
		enum sy_dim dim = (enum sy_dim)d;
		const char *label = wanted(q, dim);
		uint32_t number;

		if (label != NULL && !sy_name_find(t, dim, label, &number) &&
		    !sy_name_find(t, dim, SY_NAME_OVERFLOW, &number))
			return true;
	}
	return false;
}

/* What can be told without unpacking the row: most rows of a long look end here. */
static bool may_fit(const struct sy_ledger_query *q, MDB_val value)
{
	struct sy_attempt head;
	bool failed;

	if (!sy_row_glance(value.mv_data, value.mv_size, &head))
		return true; /* to be complained of by who reads it */
	failed = sy_row_end(&head) != SY_END_OK;
	if ((q->requests && !head.last) || (q->which == SY_WHICH_OK && failed) ||
	    (q->which == SY_WHICH_FAILED && !failed))
		return false;
	for (int dim = SY_DIM_NONE + 1; dim < SY_DIMS; dim++) {
		const char *label = wanted(q, (enum sy_dim)dim);

		if (label != NULL && memmem(value.mv_data, value.mv_size, label,
		                         strnlen(label, SY_LABEL_MAX - 1)) == NULL)
			return false;
	}
	return true;
}

static bool read_row(struct sy_walk *w, struct sy_attempt *row)
{
	if (sy_row_unpack(w->key.mv_data, w->value.mv_data, w->value.mv_size, row))
		return true;
	sy_txn_fail(w->txn, "a row of the ledger cannot be read");
	return false;
}

static size_t collect(struct sy_walk *w, const struct sy_ledger_query *q, size_t limit,
    struct sy_attempt *rows, struct sy_ledger_mark *mark)
{
	size_t count = 0, looked = 0;
	bool more;

	memset(mark, 0, sizeof(*mark));
	more = !is_hopeless(w->txn, q) && go_to_start(w, q);
	for (; more; more = sy_walk_step(w, MDB_PREV)) {
		struct sy_attempt *row = &rows[count];

		if ((int64_t)sy_db_uint(w->key.mv_data, 6) < q->from_ms)
			break;
		if (count == limit || looked++ == SY_LEDGER_LOOK)
			return count; /* and the mark is at the row before */
		memcpy(mark->rid.bytes, w->key.mv_data, SY_ID_BYTES);
		mark->seq =
		    (uint16_t)sy_db_uint((uint8_t *)w->key.mv_data + SY_ID_BYTES, 2);
		if (!may_fit(q, w->value))
			continue;
		if (!read_row(w, row))
			break;
		count += fits(q, row);
	}
	memset(mark, 0, sizeof(*mark));
	return count;
}

/* fn is called when the transaction has ended: it may take its time. */
int sy_ledger_each(struct sy_book *b, const struct sy_ledger_query *q,
    void (*fn)(void *arg, const struct sy_attempt *row), void *arg,
    struct sy_ledger_mark *mark, struct sy_error *err)
{
	size_t limit = q->limit == 0 ? LIMIT_USUAL : q->limit, count;
	struct sy_ledger_mark next; /* *mark may well be q->after */
	struct sy_attempt *rows;
	struct sy_txn t;
	struct sy_walk w;
	int rc;

	if (limit > SY_LEDGER_MOST)
		limit = SY_LEDGER_MOST;
	rows = sy_xcalloc(limit + 1, sizeof(*rows));
	sy_txn_begin(&t, b->store, false);
	sy_walk_begin(&w, &t, SY_T_ROW);
	count = collect(&w, q, limit, rows, &next);
	sy_walk_end(&w);
	rc = sy_txn_end(&t, err);
	*mark = next;
	for (size_t i = 0; i < count && rc == 0; i++)
		fn(arg, &rows[i]);
	free(rows);
	return rc < 0 ? -1 : (int)count;
}

int sy_ledger_request(struct sy_book *b, const struct sy_id *rid, struct sy_attempt *rows,
    size_t most, struct sy_error *err)
{
	struct sy_db_name first = sy_db_aid(rid, 0);
	struct sy_txn t;
	struct sy_walk w;
	size_t count = 0;
	bool more;

	sy_txn_begin(&t, b->store, false);
	sy_walk_begin(&w, &t, SY_T_ROW);
	for (more = sy_walk_at(&w, sy_db_val(&first));
	     more && count < most && memcmp(w.key.mv_data, rid->bytes, SY_ID_BYTES) == 0;
	     more = sy_walk_step(&w, MDB_NEXT))
		if (read_row(&w, &rows[count]))
			count++;
	sy_walk_end(&w);
	return sy_txn_end(&t, err) < 0 ? -1 : (int)count;
}

int sy_ledger_span(struct sy_book *b, struct sy_ledger_span *out, struct sy_error *err)
{
	struct sy_txn t;
	struct sy_walk w;

	memset(out, 0, sizeof(*out));
	sy_txn_begin(&t, b->store, false);
	out->rows = (int64_t)sy_txn_count(&t, SY_T_ROW);
	sy_walk_begin(&w, &t, SY_T_ROW);
	if (sy_walk_step(&w, MDB_FIRST))
		out->first_ms = (int64_t)sy_db_uint(w.key.mv_data, 6);
	if (sy_walk_step(&w, MDB_LAST))
		out->last_ms = (int64_t)sy_db_uint(w.key.mv_data, 6);
	sy_walk_end(&w);
	return sy_txn_end(&t, err);
}

/* --- Importing --------------------------------------------------------------------------- */

int sy_ledger_import(struct sy_book *b, const struct sy_attempt *rows, size_t count,
    int64_t now_ms, struct sy_error *err)
{
	int64_t added = 0;

	for (size_t at = 0; at < count; at += SY_FILING_ROWS) {
		struct sy_filing f = { .book = b,
			.rows = rows + at,
			.count =
			    count - at < SY_FILING_ROWS ? count - at : SY_FILING_ROWS,
			.now_ms = now_ms };

		if (sy_store_write(b->store, sy_filing_write, &f, err) < 0)
			return -1;
		added += f.added;
	}
	return (int)added;
}
