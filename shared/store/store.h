/*
 * store.h - an LMDB environment without its traps.  Included inside this folder only.
 *
 * A full map, a map that another process has grown, a full reader table, dead readers, a
 * broken lock file: all handled here, each with one bounded retry; nobody above has heard of
 * them.  A thread has at most one transaction of a store open at a time.
 */
#ifndef SY_STORE_STORE_H
#define SY_STORE_STORE_H

#include "base/error.h"

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_store;

/* What an environment is to look like; schema.h has the two we know. */
struct sy_shape {
	const char *what;          /* "book": for messages */
	const char *const *tables; /* names; a table is known by its place here */
	size_t count;
	unsigned flags;   /* LMDB's, beyond those that always hold */
	size_t map_bytes; /* at first; doubled when three quarters are used */
	size_t map_most_bytes;
	uint32_t format; /* raised when a layout changes */
};

#define SY_TABLES_MAX 16

/*
 * Opens DIR, which is made (0700) where `make` and it is missing.  Refuses what would be
 * unsafe: symbolic links, other owners, modes that let others in, network file systems,
 * other formats.
 */
int sy_store_open(const char *dir, const struct sy_shape *shape, bool make,
    struct sy_store **out, struct sy_error *err);
void sy_store_close(struct sy_store *s);

const char *sy_store_dir(const struct sy_store *s);

/* Clears readers that died; the number of those reading at this moment, -1. */
int sy_store_readers(struct sy_store *s, struct sy_error *err);

/*
 * A transaction remembers its first failure.  After that every call does nothing, and
 * sy_txn_end() rolls back and reports it; so the code between begin and end reads as a list
 * of steps.
 */
struct sy_txn {
	MDB_txn *mdb;
	struct sy_store *store;
	int rc;         /* an LMDB code or errno; 0 while all is well */
	bool write;     /* whoever begins one holds the store's gate */
	bool shut;      /* begin failed: the store was not entered */
	char note[160]; /* instead of rc's own text, where set */
};

void sy_txn_begin(struct sy_txn *t, struct sy_store *s, bool write);

/* Commits, or rolls back if anything failed.  0, or -1 with *err filled. */
int sy_txn_end(struct sy_txn *t, struct sy_error *err);

/* Has the transaction fail, with a text of its own. */
void sy_txn_fail(struct sy_txn *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Runs fn in a write transaction with the gate held, for which it waits up to two seconds
 * (then SY_STORE_BUSY).  fn may be run a second time, after the map was grown.
 */
int sy_store_write(struct sy_store *s, void (*fn)(struct sy_txn *t, void *arg), void *arg,
    struct sy_error *err);

/* The row, borrowed until the next write or the end; false when there is none. */
bool sy_txn_get(struct sy_txn *t, int table, MDB_val key, MDB_val *value);

/* Copies a row of fixed size out; false, and *row as it was, where there is none.  A row of
 * another size, or whose first byte is not `version`, fails the transaction. */
bool sy_txn_load(struct sy_txn *t, int table, MDB_val key, uint8_t version, void *row,
    size_t size);

void sy_txn_put(struct sy_txn *t, int table, MDB_val key, const void *row, size_t size);

/* Puts only what is not there yet; false when it was. */
bool sy_txn_add(struct sy_txn *t, int table, MDB_val key, const void *row, size_t size);

/* The same where the key is known to be the greatest. */
void sy_txn_append(struct sy_txn *t, int table, MDB_val key, const void *row,
    size_t size);

/* Room for a row that the caller fills before its next call; NULL when it failed. */
void *sy_txn_reserve(struct sy_txn *t, int table, MDB_val key, size_t size);

bool sy_txn_del(struct sy_txn *t, int table, MDB_val key);
void sy_txn_clear(struct sy_txn *t, int table);
size_t sy_txn_count(struct sy_txn *t, int table);

/* A walk over a table; ended by sy_walk_end() before its transaction is. */
struct sy_walk {
	struct sy_txn *txn;
	MDB_cursor *cursor;
	MDB_val key, value; /* borrowed until the next write or step */
};

void sy_walk_begin(struct sy_walk *w, struct sy_txn *t, int table);
bool sy_walk_at(struct sy_walk *w, MDB_val key); /* to the first key that is not less */
bool sy_walk_step(struct sy_walk *w, MDB_cursor_op op);
void sy_walk_del(struct sy_walk *w);
void sy_walk_end(struct sy_walk *w);

#endif
