/*
 * rebuild.h - roll-ups anew from rows.  Included inside this folder only.
 */
#ifndef SY_STORE_REBUILD_H
#define SY_STORE_REBUILD_H

#include "store/handles.h"

struct sy_rebuild {
	struct sy_book *book;
	const char *zone; /* the reporting zone from now on; NULL: as it was */
	int64_t now_ms;
	int64_t rows; /* out: read */
};

/* For sy_store_write(). */
void sy_rebuild_write(struct sy_txn *t, void *rebuild);

/* Calls fn for every row of the ledger, oldest first. */
void sy_rows_each(struct sy_txn *t, void (*fn)(void *arg, const struct sy_attempt *row),
    void *arg);

/* What sums must have left alone: cells that began before all their rows were kept. */
static inline int64_t sy_rebuild_from_s(const struct sy_db_rollup *state)
{
	return (state->kept_from_ms + 999) / 1000;
}

#endif
