/*
 * ops.h - an installation opened for an administrator: what every operation is handed.
 *
 * Operations know neither terminals nor HTTP.  The command line and the dashboard's API call
 * the same ones, so that both show the same numbers.  They may wait for the store's gate or
 * the disk; nothing here is for the gateway's loop.
 */
#ifndef SY_OPS_OPS_H
#define SY_OPS_OPS_H

#include "base/error.h"
#include "config/root.h"
#include "store/book.h"
#include "store/live.h"

#include <stdbool.h>

struct sy_config;
struct sy_zone;

struct sy_ops {
	const struct sy_root *root;
	struct sy_book *book;
	struct sy_live *live;            /* NULL if it was not asked for */
	struct sy_generation generation; /* the active one; number 0: none yet */
	struct sy_config *config;        /* of it, or NULL */
	struct sy_zone *zone;            /* in which days are reported */
};

enum sy_ops_want {
	SY_OPS_BOOK, /* fails where there is no store yet */
	SY_OPS_MAKE, /* the book, made where there is none */
	SY_OPS_LIVE, /* the book and what is going on now */
	SY_OPS_LIVE_MAKE,
};

/* `root` outlives it.  Only what is open needs sy_ops_close(), which a failed open has done. */
int sy_ops_open(struct sy_ops *o, const struct sy_root *root, enum sy_ops_want want,
    struct sy_error *err);
void sy_ops_close(struct sy_ops *o);

/* Takes up a generation that has become active since, and brings the roll-ups into its zone;
 * that takes a while where the zone is another and there are many rows. */
int sy_ops_reload(struct sy_ops *o, struct sy_error *err);

/* The active configuration, or -1 with SY_CONFIG: what to do to have one. */
int sy_ops_configured(const struct sy_ops *o, struct sy_error *err);

/* One change in the live store, waiting for the gate at most two seconds. */
int sy_ops_turn(struct sy_ops *o, void (*change)(struct sy_turn *t, void *arg), void *arg,
    struct sy_error *err);

#endif
