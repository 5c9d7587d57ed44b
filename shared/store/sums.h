/*
 * sums.h - which roll-ups there are, and rows on their way into them.
 *
 * A batch of rows is first summed up in memory, so that each cell is read and written once a
 * batch, in the order of the file.  Rows that go into the same cells, as most of a minute's do,
 * are summed up before that, as a crowd: one row is in some fifty cells.
 */
#ifndef SY_STORE_SUMS_H
#define SY_STORE_SUMS_H

#include "base/zone.h"
#include "model/attempt.h"
#include "store/cells.h"
#include "store/schema.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_arena;

/* Sums by `by`, of what has one value of `filter`; masks of grains (1 << SY_HOUR). */
struct sy_family {
	enum sy_dim filter, by;
	uint8_t grains;
	uint8_t histograms;
};

extern const struct sy_family sy_families[];
extern const int sy_family_count;

/* The family's number, or -1. */
int sy_family_find(enum sy_dim filter, enum sy_dim by, enum sy_grain grain);

static inline bool sy_family_of_attempts(const struct sy_family *f)
{
	return f->filter == SY_DIM_PROVIDER || f->by == SY_DIM_PROVIDER;
}

const char *sy_row_label(const struct sy_attempt *row, enum sy_dim dim);

uint32_t sy_bucket_of(const struct sy_zone *z, enum sy_grain grain, int64_t unix_s);
int64_t sy_bucket_start(const struct sy_zone *z, enum sy_grain grain, uint32_t bucket);

struct sy_cell_name {
	enum sy_grain grain;
	int family;
	uint32_t filter, bucket, by; /* filter and by: numbers of names */
};

struct sy_db_name sy_cell_key(const struct sy_cell_name *name);
struct sy_cell_name sy_cell_parse(const void *key);

/* As the keys' bytes are ordered: less than, equal to or greater than 0. */
int sy_cell_order(const struct sy_cell_name *a, const struct sy_cell_name *b);

/* A cell in memory. */
struct sy_sum {
	struct sy_cell_name name;
	bool histograms;
	struct sy_cell cell;
};

/* What a row is under in each dimension and at each grain: rows that agree in it are in the
 * same cells. */
struct sy_row_place {
	uint32_t names[SY_DIMS];
	uint32_t buckets[SY_GRAINS];
	uint32_t kept; /* mask of grains */
};

struct sy_crowd {
	struct sy_row_place at;
	bool any;
	struct sy_cell requests, attempts;
};

#define SY_CROWDS 16 /* a power of two */

struct sy_sums {
	const struct sy_zone *zone;
	int64_t now_ms;
	int64_t from_s; /* cells that begin before are left alone; 0 at first */
	bool read_only; /* names without a number are not given one */
	struct sy_arena *arena;
	struct sy_sum **slots; /* open addressing; a power of two of them */
	size_t room, used;
	struct sy_crowd crowds[SY_CROWDS]; /* not in the slots yet */
};

void sy_sums_init(struct sy_sums *s, const struct sy_zone *zone, int64_t now_ms);
void sy_sums_release(struct sy_sums *s);

/* Adds a row to all cells that are still kept. */
void sy_sums_file(struct sy_sums *s, struct sy_txn *t, const struct sy_attempt *row);

/* In the order of their keys; `used` of them, in an array that the arena owns. */
struct sy_sum **sy_sums_sorted(struct sy_sums *s);

/* Adds all to the book's cells, and empties. */
void sy_sums_flush(struct sy_sums *s, struct sy_txn *t);

#endif
