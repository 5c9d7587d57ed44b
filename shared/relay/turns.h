/*
 * turns.h - a turn of the loop is a transaction.
 *
 * What requests want of the live store is queued as operations and done together, before the
 * loop waits again; each operation hears of the commit through `done`.  Where another
 * process is inside the store, the queue waits and is tried again from a timer.
 */
#ifndef SY_RELAY_TURNS_H
#define SY_RELAY_TURNS_H

#include "store/kept.h"
#include "store/live.h"

#include <ev.h>

/* How long an admission may wait for the store before its request is refused. */
#define SY_TURN_WAIT_MS 2000

enum sy_op_kind { SY_OP_ADMIT, SY_OP_SETTLE, SY_OP_NOTE, SY_OP_FORGET };

/* The owner keeps it in place until `done`. */
struct sy_op {
	struct sy_op *next;
	enum sy_op_kind kind;
	struct sy_admission admission; /* ADMIT */
	struct sy_admitted admitted;   /* ADMIT, out */
	const struct sy_attempt *row;  /* SETTLE, NOTE */
	bool has_report;               /* SETTLE */
	struct sy_report report;
	uint32_t fence;
	const struct sy_kept *kept; /* SETTLE: to be kept, or NULL; FORGET: key and id */
	int64_t queued_us;
	/* err NULL: committed.  An admission that failed with SY_STORE_BUSY or SY_STORE left
	 * nothing behind; so did a SY_OP_FORGET.  A settlement or note that could not be written for long is handed
	 * on (a copy is tried again, without what was to be kept) and `done` called as if it were. */
	void (*done)(void *arg, const struct sy_error *err);
	void *arg;
};

struct sy_turns {
	struct ev_loop *loop;
	struct sy_live *live;
	struct sy_op *first, **last;
	struct ev_timer again;
	unsigned late; /* operations handed on that are still to be written */
	bool failing;  /* said so in the log already */
};

void sy_turns_init(struct sy_turns *t, struct ev_loop *loop, struct sy_live *live);
void sy_turns_add(struct sy_turns *t, struct sy_op *op);

/* Writes a note as soon as the store lets it, for a client that does not wait for that. */
void sy_turns_note(struct sy_turns *t, const struct sy_attempt *row);

/* Does what is queued, and what that leads to; called before the loop waits. */
void sy_turns_run(struct sy_turns *t);

/* Nothing queued, nothing late. */
bool sy_turns_idle(const struct sy_turns *t);

#endif
