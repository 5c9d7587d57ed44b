/*
 * ledger.h - the rows: one an attempt, newest first.
 */
#ifndef SY_STORE_LEDGER_H
#define SY_STORE_LEDGER_H

#include "base/error.h"
#include "model/attempt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_book;

enum sy_which { SY_WHICH_ALL, SY_WHICH_OK, SY_WHICH_FAILED };

/* Where a listing goes on: after this row.  All zero: at the newest. */
struct sy_ledger_mark {
	struct sy_id rid;
	uint16_t seq;
};

struct sy_ledger_query {
	int64_t from_ms,
	    to_ms;       /* Unix, of the request's start, half open; to 0: no end */
	const char *key; /* this and the following: NULL any, "" without one */
	const char *provider;
	const char *model;
	const char *route;
	const char *feature;
	const char *user;
	enum sy_which which; /* of the row's own outcome */
	bool requests;       /* only rows with `last`: one a request */
	size_t limit;        /* rows to give: 0 is 50, and SY_LEDGER_MOST the most */
	struct sy_ledger_mark after;
};

/*
 * Gives rows newest first.  Returns their number; *mark is where to go on, all zero when the
 * end was reached.  One call looks at no more than SY_LEDGER_LOOK rows, so it may give fewer
 * than `limit`, even none, and still have a mark to go on from.
 */
#define SY_LEDGER_LOOK 50000
#define SY_LEDGER_MOST 1000
int sy_ledger_each(struct sy_book *b, const struct sy_ledger_query *q,
    void (*fn)(void *arg, const struct sy_attempt *row), void *arg,
    struct sy_ledger_mark *mark, struct sy_error *err);

/* A request's rows in the order of its attempts, at most `most`; their number. */
int sy_ledger_request(struct sy_book *b, const struct sy_id *rid, struct sy_attempt *rows,
    size_t most, struct sy_error *err);

struct sy_ledger_span {
	int64_t rows;     /* 0: nothing was ever recorded, and the rest is 0 */
	int64_t first_ms; /* Unix, when the oldest request began */
	int64_t last_ms;
};
int sy_ledger_span(struct sy_book *b, struct sy_ledger_span *out, struct sy_error *err);

/*
 * Writes rows as a fold does, with roll-ups, some thousands a transaction; rows that are
 * there already change nothing.  For sample history and imports, not beside traffic of the
 * same keys: their budgets are read from the book once a boot.  The number of new rows.
 */
int sy_ledger_import(struct sy_book *b, const struct sy_attempt *rows, size_t count,
    int64_t now_ms, struct sy_error *err);

#endif
