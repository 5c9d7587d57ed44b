/*
 * kept.h - answers that a client may go on from, for a time.
 *
 * In the live store, so they end with the boot at the latest.  Each belongs to one API key,
 * and no other finds it; what a key may keep is bounded, and its oldest goes first.  The text
 * is its surface's own.  Times are boot milliseconds.
 */
#ifndef SY_STORE_KEPT_H
#define SY_STORE_KEPT_H

#include "base/error.h"
#include "base/id.h"

#include <stddef.h>
#include <stdint.h>

struct sy_arena;
struct sy_live;
struct sy_turn;

#define SY_KEPT_BYTES     (4 << 20)  /* of one */
#define SY_KEPT_KEY_BYTES (32 << 20) /* of all that one key keeps, and how many: */
#define SY_KEPT_KEY_MOST  1000

struct sy_kept {
	const char *key;        /* the API key's id */
	const struct sy_id *id; /* of the request that it answered */
	int64_t expires_ms;
	const char *text;
	size_t len;
};

/* One over SY_KEPT_BYTES is not kept. */
void sy_turn_keep(struct sy_turn *t, const struct sy_kept *kept);
void sy_turn_forget(struct sy_turn *t, const char *key, const struct sy_id *id);

/* 1 and a copy in the arena; 0 when there is none (any more); -1. */
int sy_kept_find(struct sy_live *l, const char *key, const struct sy_id *id,
    int64_t boot_ms, struct sy_arena *a, const char **text, size_t *len,
    struct sy_error *err);

/* Drops what has expired, whoever kept it; the number, or -1.  May wait for the gate: not
 * for the loop. */
int sy_kept_expire(struct sy_live *l, int64_t boot_ms, struct sy_error *err);

#endif
