/*
 * upkeep.h - what the book needs now and then: forgetting, checking, making anew.
 */
#ifndef SY_STORE_UPKEEP_H
#define SY_STORE_UPKEEP_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_book;
struct sy_live;

/*
 * Drops rows older than keep_days (0: 400) and cells that their grain no longer keeps, in
 * slices of a thousand so that nobody waits long.  The number dropped.
 */
int64_t sy_book_expire(struct sy_book *b, int64_t now_ms, int keep_days,
    struct sy_error *err);

/*
 * Proves the book: each cell is the sum of its rows and each row is in its cells; the
 * grains agree; what keys spent is what their rows cost.  Each contradiction goes through
 * `line` (may be NULL), at most a hundred; the number of all.
 */
int64_t sy_book_verify(struct sy_book *b, int64_t now_ms,
    void (*line)(void *arg, const char *text), void *arg, struct sy_error *err);

/* Makes the roll-ups anew from rows, in one transaction.  The number of rows read. */
int64_t sy_book_rebuild(struct sy_book *b, int64_t now_ms, struct sy_error *err);

/*
 * Proves the live store against itself: what is reserved and in flight, by key and by
 * provider, is the sum over attempts in flight; and, where `idle`, that is nothing at all
 * and no reader is left behind.
 */
int64_t sy_live_verify(struct sy_live *l, bool idle,
    void (*line)(void *arg, const char *text), void *arg, struct sy_error *err);

#endif
