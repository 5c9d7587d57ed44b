/*
 * rollup.c - questions to the roll-ups; see rollup.h.
 */
#include "store/rollup.h"

#include "base/arena.h"
#include "base/text.h"
#include "store/filing.h"
#include "store/names.h"
#include "store/rows.h"
#include "store/sums.h"
#include "store/upkeep.h"

#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 64 /* of one dimension's filter */

struct question {
	const struct sy_rollup_query *q;
	struct sy_txn *txn;
	const struct sy_zone *zone;
	uint32_t from, to; /* buckets, half open */
	void (*fn)(void *arg, int64_t start, const char *id, const struct sy_cell *c);
	void *arg;
	bool partial;
	/* The last cell's, as the next one often has the same. */
	uint32_t bucket;
	int64_t start;
};

/* Minutes and hours are named by the minute in which they begin.  Where clocks change by half
 * an hour an hour may begin inside of another, so nothing may be concluded from which one a
 * moment lies in. */
static void set_range(struct question *n)
{
	const struct sy_rollup_query *q = n->q;
	int64_t from = q->from > 0 ? q->from : 0, to = q->to > 0 ? q->to : 0;

	n->bucket = UINT32_MAX;
	if (q->grain == SY_MINUTE || q->grain == SY_HOUR) {
		n->from = (uint32_t)((from + 59) / 60);
		n->to = (uint32_t)((to + 59) / 60);
		return;
	}
	n->from = sy_bucket_of(n->zone, q->grain, from);
	if (sy_bucket_start(n->zone, q->grain, n->from) < from)
		n->from++;
	n->to = to > 0 ? sy_bucket_of(n->zone, q->grain, to - 1) + 1 : 0;
}

static int64_t start_of(struct question *n, uint32_t bucket)
{
	if (bucket != n->bucket) {
		n->bucket = bucket;
		n->start = sy_bucket_start(n->zone, n->q->grain, bucket);
	}
	return n->start;
}

/* --- From cells -------------------------------------------------------------------------- */

/* What to read: one family, for one value of its filter, and of its cells only those of some
 * names. */
struct reading {
	int family;
	uint32_t filter;
	const uint32_t *only; /* NULL all */
	size_t only_count;
	bool nameless; /* give no id */
};

static bool is_among(uint32_t number, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return false;
}

static void give_cell(struct question *n, const struct reading *r,
    const struct sy_cell_name *name, MDB_val value)
{
	struct sy_cell cell;
	char id[64] = "";

	if (r->only != NULL && !is_among(name->by, r->only, r->only_count))
		return;
	if (!sy_cell_unpack(value.mv_data, value.mv_size, &cell)) {
		sy_txn_fail(n->txn, "a cell of the roll-ups cannot be read");
		return;
	}
	if (!r->nameless)
		sy_name_text(n->txn, sy_families[r->family].by, name->by, id);
	n->fn(n->arg, start_of(n, name->bucket), id, &cell);
}

static void read_cells(struct question *n, const struct reading *r)
{
	struct sy_cell_name name = { .grain = n->q->grain,
		.family = r->family,
		.filter = r->filter,
		.bucket = n->from };
	struct sy_db_name key = sy_cell_key(&name);
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, n->txn, SY_T_CELL);
	for (more = sy_walk_at(&w, sy_db_val(&key)); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		name = sy_cell_parse(w.key.mv_data);
		if (name.grain != n->q->grain || name.family != r->family ||
		    name.filter != r->filter || name.bucket >= n->to)
			break;
		give_cell(n, r, &name, w.value);
	}
	sy_walk_end(&w);
}

/* The filters' one dimension: SY_DIM_NONE without any, -1 when there are several. */
static int filter_dim(const struct sy_rollup_query *q)
{
	int dim = SY_DIM_NONE;

	for (size_t i = 0; i < q->filter_count; i++) {
		if (dim != SY_DIM_NONE && dim != (int)q->filters[i].dim)
			return -1;
		dim = (int)q->filters[i].dim;
	}
	return dim;
}

static size_t filter_numbers(struct question *n, uint32_t numbers[VALUES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < n->q->filter_count && count < VALUES_MAX; i++) {
		const struct sy_filter *f = &n->q->filters[i];

		if (sy_name_find(n->txn, f->dim, f->value, &numbers[count]) &&
		    !is_among(numbers[count], numbers, count))
			count++;
	}
	return count;
}

/* False when no family covers the question. */
static bool ask_cells(struct question *n)
{
	const struct sy_rollup_query *q = n->q;
	int dim = filter_dim(q);
	uint32_t numbers[VALUES_MAX];
	struct reading r = { 0 };
	size_t count;

	if (dim < 0 || q->filter_count > VALUES_MAX)
		return false;
	count = filter_numbers(n, numbers);
	if (dim == SY_DIM_NONE || dim == (int)q->by || q->by == SY_DIM_NONE) {
		r.family = sy_family_find(SY_DIM_NONE,
		    q->by == SY_DIM_NONE ? (enum sy_dim)dim : q->by, q->grain);
		r.only = dim == SY_DIM_NONE ? NULL : numbers;
		r.only_count = count;
		r.nameless = q->by == SY_DIM_NONE;
		if (r.family >= 0)
			read_cells(n, &r);
		return r.family >= 0;
	}
	r.family = sy_family_find((enum sy_dim)dim, q->by, q->grain);
	for (size_t i = 0; i < count && r.family >= 0; i++) {
		r.filter = numbers[i];
		read_cells(n, &r);
	}
	return r.family >= 0;
}

/* --- From rows --------------------------------------------------------------------------- */

static bool dim_fits(const struct sy_rollup_query *q, enum sy_dim dim, const char *label)
{
	bool asked = false;

	for (size_t i = 0; i < q->filter_count; i++) {
		if (q->filters[i].dim != dim)
			continue;
		if (strncmp(q->filters[i].value, label, SY_LABEL_MAX - 1) == 0)
			return true;
		asked = true;
	}
	return !asked;
}

static bool row_fits(const struct sy_rollup_query *q, const struct sy_attempt *row)
{
	for (int dim = SY_DIM_NONE + 1; dim < SY_DIMS; dim++)
		if (!dim_fits(q, (enum sy_dim)dim, sy_row_label(row, (enum sy_dim)dim)))
			return false;
	return true;
}

static bool counts_attempts(const struct sy_rollup_query *q)
{
	bool yes = q->by == SY_DIM_PROVIDER;

	for (size_t i = 0; i < q->filter_count; i++)
		yes |= q->filters[i].dim == SY_DIM_PROVIDER;
	return yes;
}

static void give_row(struct question *n, const struct sy_attempt *row, uint32_t bucket)
{
	struct sy_share share;
	struct sy_cell cell = { 0 };

	if (!row_fits(n->q, row))
		return;
	if (!counts_attempts(n->q))
		sy_share_request(row, &share);
	else if (!sy_share_attempt(row, &share))
		return;
	sy_cell_take(&cell, &share);
	n->fn(n->arg, start_of(n, bucket), sy_row_label(row, n->q->by), &cell);
}

/* The newest rows first, so that a scan that is cut short lacks the oldest part.  A cell that
 * begins before `to` may go on for a month after it. */
static void ask_rows(struct question *n)
{
	int64_t beyond_ms = (n->q->to + 33 * 86400) * 1000;
	struct sy_db_name key = sy_db_number((uint64_t)beyond_ms, 6);
	struct sy_attempt row;
	struct sy_walk w;
	int looked = 0;
	bool more;

	sy_walk_begin(&w, n->txn, SY_T_ROW);
	more = sy_walk_at(&w, sy_db_val(&key)) ? sy_walk_step(&w, MDB_PREV)
	                                       : sy_walk_step(&w, MDB_LAST);
	for (; more && !n->partial; more = sy_walk_step(&w, MDB_PREV)) {
		int64_t unix_s = (int64_t)sy_db_uint(w.key.mv_data, 6) / 1000;
		uint32_t bucket = sy_bucket_of(n->zone, n->q->grain, unix_s);

		if (unix_s < n->q->from)
			break;
		if (bucket < n->from || bucket >= n->to)
			continue;
		n->partial = ++looked > SY_ROLLUP_SCAN;
		if (!sy_row_unpack(w.key.mv_data, w.value.mv_data, w.value.mv_size, &row))
			sy_txn_fail(n->txn, "a row of the ledger cannot be read");
		else if (!n->partial)
			give_row(n, &row, bucket);
	}
	sy_walk_end(&w);
}

/* --- The questions ----------------------------------------------------------------------- */

int sy_rollup_each(struct sy_book *b, const struct sy_rollup_query *q,
    void (*fn)(void *arg, int64_t start, const char *id, const struct sy_cell *c),
    void *arg, bool *partial, struct sy_error *err)
{
	struct question n = { .q = q, .fn = fn, .arg = arg };
	struct sy_db_rollup state;
	struct sy_txn t;

	sy_txn_begin(&t, b->store, false);
	state = sy_rollup_load(&t);
	n.txn = &t;
	n.zone = sy_book_zone(b, &t, &state);
	if (n.zone != NULL && q->from < q->to) {
		set_range(&n);
		if (!ask_cells(&n))
			ask_rows(&n);
	}
	if (partial != NULL)
		*partial = n.partial;
	return sy_txn_end(&t, err);
}

static void add_to(void *arg, int64_t start, const char *id, const struct sy_cell *c)
{
	(void)start;
	(void)id;
	sy_cell_add(arg, c);
}

int sy_rollup_sum(struct sy_book *b, const struct sy_rollup_query *q, struct sy_cell *sum,
    bool *partial, struct sy_error *err)
{
	memset(sum, 0, sizeof(*sum));
	return sy_rollup_each(b, q, add_to, sum, partial, err);
}

int sy_rollup_values(struct sy_book *b, enum sy_dim dim, const char *prefix, size_t limit,
    void (*fn)(void *arg, const char *id), void *arg, struct sy_error *err)
{
	struct sy_db_name key = sy_db_number(dim, 1);
	struct sy_txn t;
	struct sy_walk w;
	bool more;

	sy_db_add_label(&key, prefix);
	sy_txn_begin(&t, b->store, false);
	sy_walk_begin(&w, &t, SY_T_NAME);
	for (more = sy_walk_at(&w, sy_db_val(&key)); more && limit > 0;
	     more = sy_walk_step(&w, MDB_NEXT), limit--) {
		char id[SY_LABEL_MAX];

		if (w.key.mv_size < key.len ||
		    memcmp(w.key.mv_data, key.bytes, key.len) != 0)
			break;
		sy_copy_n(id, sizeof(id), (const char *)w.key.mv_data + 1,
		    w.key.mv_size - 1);
		fn(arg, id);
	}
	sy_walk_end(&w);
	return sy_txn_end(&t, err);
}

int sy_rollup_state(struct sy_book *b, struct sy_rollup_state *out, struct sy_error *err)
{
	struct sy_db_rollup state;
	struct sy_txn t;

	sy_txn_begin(&t, b->store, false);
	state = sy_rollup_load(&t);
	if (sy_txn_end(&t, err) < 0)
		return -1;
	out->seq = state.seq;
	out->as_of_ms = state.as_of_ms;
	sy_copy(out->zone, sizeof(out->zone), state.zone[0] != '\0' ? state.zone : "UTC");
	return 0;
}
