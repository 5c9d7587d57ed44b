/*
 * book.h - what we keep: generations, keys, the ledger and its roll-ups; synced to disk.
 *
 * Ledger queries: ledger.h.  Roll-ups: rollup.h.  Keys: keys.h.
 */
#ifndef SY_STORE_BOOK_H
#define SY_STORE_BOOK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;
struct sy_book;

/*
 * Opens DIR; made (0700) where `make`.  Fails with SY_STORE, and the next step in the
 * message, when it is missing, of another version, on a network file system, or readable by
 * others.  One handle a process; call after the last fork.
 */
int sy_book_open(const char *dir, bool make, struct sy_book **out, struct sy_error *err);
void sy_book_close(struct sy_book *b);

/* The number of the active generation; 0 when there is none yet.  One short read. */
int sy_generation_active(struct sy_book *b, uint32_t *number, struct sy_error *err);

#define SY_GENERATIONS_KEPT 20

struct sy_generation {
	uint32_t number;
	uint32_t parent; /* what was active when it was made, or rolled back to */
	int64_t applied_ms;
	char who[64];
	char note[128];
	char hash[65]; /* of the blob, hexadecimal */
};

/* Blob and canonical text, copied into the arena.  1 found, 0 not there, -1. */
int sy_generation_load(struct sy_book *b, uint32_t number, struct sy_arena *a,
    struct sy_generation *meta, const void **blob, size_t *blob_len, const char **text,
    struct sy_error *err);

/* Writes the next generation and makes it active, in one transaction; sets meta->number and
 * drops the oldest beyond SY_GENERATIONS_KEPT. */
int sy_generation_save(struct sy_book *b, struct sy_generation *meta, const void *blob,
    size_t blob_len, const char *text, struct sy_error *err);

/* Makes an older one active again. */
int sy_generation_activate(struct sy_book *b, uint32_t number, struct sy_error *err);

/* Newest first, at most SY_GENERATIONS_KEPT; the number written to out. */
int sy_generation_list(struct sy_book *b, struct sy_generation *out, struct sy_error *err);

#endif
