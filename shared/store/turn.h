/*
 * turn.h - the parts of a turn that the sweep shares.  Included inside this folder only.
 */
#ifndef SY_STORE_TURN_H
#define SY_STORE_TURN_H

#include "model/attempt.h"
#include "store/limits.h"
#include "store/live.h"
#include "store/schema.h"
#include "store/store.h"

#define SY_TURN_SLOTS 64

enum sy_slot_kind { SY_SLOT_TALLY, SY_SLOT_WINDOW, SY_SLOT_PLACE, SY_SLOT_CIRCUIT };

/* A counter that this turn has read; written once, at its end, however often it changed. */
struct sy_slot {
	enum sy_slot_kind kind;
	bool dirty;
	struct sy_db_name name;
	union {
		struct sy_db_tally tally;
		struct sy_window window;
		struct sy_db_place place;
		struct sy_db_circuit circuit;
	} row;
};

struct sy_turn {
	struct sy_live *live;
	struct sy_txn txn;
	uint64_t parcel;    /* number of the outbox's last row; 0 not looked up yet */
	int64_t settled_ms; /* Unix: for all parcels of the turn */
	size_t used;
	struct sy_slot slots[SY_TURN_SLOTS];
};

/* Over a transaction that the caller began; the caller ends it after sy_turn_flush(). */
void sy_turn_over(struct sy_turn *t, struct sy_live *l);
void sy_turn_flush(struct sy_turn *t);

#endif
