/*
 * handles.h - what is behind struct sy_book and struct sy_live.  Included inside this folder
 * only.
 */
#ifndef SY_STORE_HANDLES_H
#define SY_STORE_HANDLES_H

#include "base/zone.h"
#include "store/schema.h"
#include "store/store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define SY_ZONES_MAX 8

struct sy_book {
	struct sy_store *store;
	uint8_t pepper[SY_PEPPER_BYTES];
	/* Zones seen so far, kept until the book is closed: the folder's thread and the
	 * program's may use one each. */
	pthread_mutex_t zone_lock;
	struct sy_zone *zones[SY_ZONES_MAX];
};

struct sy_turn;

struct sy_live {
	struct sy_store *store;
	struct sy_book *book;
	struct sy_turn *turn; /* the one, used again */
	int gate;             /* for turns; everything else opens its own */
	uint32_t worker;
	int alive; /* the file whose lock says that we live */
};

/* The reporting zone of this transaction's state, borrowed from the book. */
const struct sy_zone *sy_book_zone(struct sy_book *b, struct sy_txn *t,
    const struct sy_db_rollup *state);

/* The keyed hash of a text: what is stored in its place. */
void sy_book_hash(const struct sy_book *b, const char *text, uint8_t hash[SY_HASH_BYTES]);

/* Opens a worker's liveness file: a descriptor, or -1 with errno. */
int sy_worker_file(const struct sy_live *l, uint32_t worker);

/* How many workers live; removes the files of those that do not. */
int64_t sy_workers_count(const struct sy_live *l);

#endif
