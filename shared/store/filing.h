/*
 * filing.h - rows into the book: the one way they get there.
 */
#ifndef SY_STORE_FILING_H
#define SY_STORE_FILING_H

#include "model/attempt.h"
#include "store/handles.h"

#include <stddef.h>
#include <stdint.h>

struct sy_filing {
	struct sy_book *book;
	const struct sy_attempt *rows;
	size_t count;
	int64_t now_ms;
	int64_t
	    as_of_ms;  /* what the roll-ups are complete up to afterwards; 0: as before */
	int64_t added; /* out: rows that were new */
};

/* For sy_store_write(): rows, roll-ups and keys' spend, in one transaction.  Rows that are
 * there already are passed over, so filing twice is filing once. */
void sy_filing_write(struct sy_txn *t, void *filing);

struct sy_db_rollup sy_rollup_load(struct sy_txn *t);
void sy_rollup_save(struct sy_txn *t, const struct sy_db_rollup *state);

/* Adds to what a key has spent; `dropped`: rows of so much are no longer kept. */
void sy_spent_add(struct sy_txn *t, const char *key, int64_t nanodollars,
    int64_t dropped);

/* Rows that filing takes in one transaction, so that its sums fit in memory. */
#define SY_FILING_ROWS 2048

#endif
