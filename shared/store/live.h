/*
 * live.h - where requests happen: the environment that is made anew at each boot.
 *
 * Not synced to disk, so a commit costs microseconds; it survives the death of any process
 * (pages outlive processes) but not of the machine.  It holds circuits, limits and
 * reservations, attempts in flight, and the outbox: finished rows not yet in the book.
 *
 * Nobody waits for LMDB's write lock.  A gate file stands in front of it, taken without
 * blocking: when another process is inside, sy_turn_begin() says so and the caller tries
 * again from a timer.
 */
#ifndef SY_STORE_LIVE_H
#define SY_STORE_LIVE_H

#include "base/error.h"
#include "model/attempt.h"
#include "model/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_book;
struct sy_key;
struct sy_live;

/*
 * Opens (and makes, mode 0700) DIR/BOOTID and removes what other boots left, after folding
 * is no longer possible for them.  `book` is where limits spent before this boot are read
 * from.  One handle a process; call after the last fork.
 */
int sy_live_open(const char *dir, struct sy_book *book, struct sy_live **out,
    struct sy_error *err);
void sy_live_close(struct sy_live *l);

/* A target as the store names it: both parts as in the catalogue. */
struct sy_target_name {
	const char *provider;
	const char *model;
};

/* Copies the circuits of `count` targets; a target not seen before is all zero (closed). */
int sy_live_health(struct sy_live *l, const struct sy_target_name *targets, size_t count,
    struct sy_health *out, struct sy_error *err);

/* --- A turn of the loop is one write transaction. ------------------------------------- */

struct sy_turn;

/* 1: begun.  0: another process holds the gate; try again in a few milliseconds.  -1. */
int sy_turn_begin(struct sy_live *l, struct sy_turn **out, struct sy_error *err);

enum sy_verdict {
	SY_GO,
	SY_GO_PROBE,     /* as the circuit's one probe; report `fence` when settling */
	SY_STOP_LIMIT,   /* the key's requests or tokens a minute */
	SY_STOP_BUDGET,  /* the key's money */
	SY_STOP_CIRCUIT, /* the target is out of use, or its probe is out */
	SY_STOP_FULL,    /* the provider's in-flight limit */
};

struct sy_admission {
	/* The intent: all that is known before sending, labels, reserved_nanodollars and an
	 * estimate of its input in usage, with what that costs: should the worker die, this
	 * is what the sweep books.  Written as in flight before anything is sent. */
	const struct sy_attempt *row;
	const struct sy_key *key; /* whose limits and budget are checked and reserved from */
	bool first;               /* counts against requests a minute: once a request */
	int64_t tokens;           /* reserved against tokens a minute */
	int max_in_flight;        /* of the provider; 0 no limit */
	bool force;               /* every other target is shut: a probe may be taken early */
	int64_t boot_ms;
	int64_t lease_until_ms; /* should this become a probe (boot time) */
	uint32_t dice;
};

struct sy_admitted {
	enum sy_verdict verdict;
	uint32_t fence;
	int retry_after_ms;    /* SY_STOP_LIMIT, SY_STOP_CIRCUIT: when it may be otherwise */
	char why[160];         /* SY_STOP_*: a sentence for the client or the plan */
};

void sy_turn_admit(struct sy_turn *t, const struct sy_admission *in, struct sy_admitted *out);

/*
 * Ends an attempt in flight, once: releases what it reserved, adds its cost, steps the
 * circuit, moves the row to the outbox.  Settling an attempt that is not in flight (the
 * sweep was faster) changes nothing.  `report` NULL: nothing was learned of the target.
 */
void sy_turn_settle(struct sy_turn *t, const struct sy_attempt *row,
    const struct sy_report *report, uint32_t fence);

/* A row that was never in flight (seq 0): straight to the outbox. */
void sy_turn_note(struct sy_turn *t, const struct sy_attempt *row);

/* An administrator opens (drains) or closes a target; until_ms 0: until told otherwise. */
void sy_turn_steer(struct sy_turn *t, const struct sy_target_name *target,
    enum sy_circuit circuit, int64_t until_ms);

/* Commits all of the turn, or none: then -1, and every answer that sy_turn_admit() gave in
 * it is void. */
int sy_turn_end(struct sy_turn *t, struct sy_error *err);

/* --- Fold and sweep. ------------------------------------------------------------------- */

/*
 * Moves up to `most` rows of the outbox into the book, with roll-ups, in one synced
 * transaction.  Blocks on the disk: not for the loop.  One process at a time: 0 at once when
 * another folds.  The number of rows moved, or -1.
 */
int sy_fold(struct sy_live *l, struct sy_book *b, int most, struct sy_error *err);

/* Settles attempts whose worker has died (outcome SY_UNKNOWN_END, input as estimated).
 * The number settled, 0 when the gate was held, or -1. */
int sy_sweep(struct sy_live *l, struct sy_error *err);

/* A thread that folds at least once a second while there is something, and sweeps every few
 * seconds.  Stops, after a last fold, on sy_folder_stop(). */
struct sy_folder;
int sy_folder_start(struct sy_live *l, struct sy_book *b, struct sy_folder **out,
    struct sy_error *err);
void sy_folder_stop(struct sy_folder *f);

/* What is going on now, for status pages. */
struct sy_live_now {
	int64_t in_flight;
	int64_t outbox;
	int64_t workers;
	int64_t reserved_nanodollars;
};
int sy_live_now(struct sy_live *l, struct sy_live_now *out, struct sy_error *err);

#endif
