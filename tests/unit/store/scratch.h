/*
 * scratch.h - a book and a live store in a folder of their own, and rows to put there.
 */
#ifndef SY_TESTS_SCRATCH_H
#define SY_TESTS_SCRATCH_H

#include "model/attempt.h"
#include "store/book.h"
#include "store/keys.h"
#include "store/ledger.h"
#include "store/live.h"
#include "store/rollup.h"
#include "store/upkeep.h"

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scratch {
	char dir[128]; /* made by scratch_make, removed by scratch_remove */
	char book_dir[160];
	char live_dir[160];
	struct sy_book *book;
	struct sy_live *live;
};

void scratch_make(struct scratch *s);   /* the folder alone */
void scratch_open(struct scratch *s);   /* both stores in it */
void scratch_close(struct scratch *s);  /* the stores; the folder stays */
void scratch_remove(struct scratch *s); /* all of it */

/* What most suites have before and after each test: both stores, empty. */
extern struct scratch s;
void fresh_stores(void);
void no_stores(void);

/* Fails the test with the error's text when rc is negative. */
int ok(int64_t rc, const struct sy_error *err);

/* Alike in every member; what lies between members does not count. */
bool same_row(const struct sy_attempt *a, const struct sy_attempt *b);

/* A finished row of a request that began at ms, with plausible labels. */
struct sy_attempt row_at(int64_t ms);

/* A key with this id, budget and limits of 0; in no store. */
struct sy_key key_of(const char *id);

/* An admission of that row by that key; `tokens` 10, times at boot_ms. */
struct sy_admission admission(const struct sy_attempt *row, const struct sy_key *key,
    int64_t boot_ms);

/* One admission, or settlement, in a turn of its own; waits for the gate. */
enum sy_verdict admit_one(struct sy_live *l, const struct sy_admission *in,
    struct sy_admitted *out);
void settle_one(struct sy_live *l, const struct sy_attempt *row);
struct sy_turn *turn_begin(struct sy_live *l);

struct sy_live_now now_of(struct sy_live *l);
void fold_all(void);

/* Both stores of `s` hold together; with `idle`, nothing is in flight. */
void check_all(int idle);

#endif
