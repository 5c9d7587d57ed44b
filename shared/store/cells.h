/*
 * cells.h - one cell of a roll-up: what a row adds to it, and its bytes.
 */
#ifndef SY_STORE_CELLS_H
#define SY_STORE_CELLS_H

#include "model/attempt.h"
#include "store/rollup.h"

#include <stdbool.h>

/* What one row adds: a cell without the room for histograms. */
struct sy_share {
	struct sy_cell cell; /* but for its histograms */
	int first_bucket;    /* -1 none */
	int total_bucket;
};

/* To sums of requests, and to sums of attempts; false when it adds nothing to the latter. */
void sy_share_request(const struct sy_attempt *row, struct sy_share *out);
bool sy_share_attempt(const struct sy_attempt *row, struct sy_share *out);

void sy_cell_take(struct sy_cell *sum, const struct sy_share *share);
void sy_cell_add_numbers(struct sy_cell *sum, const struct sy_cell *c); /* no histograms */

#define SY_CELL_BYTES 2048 /* room for any packed cell */

size_t sy_cell_pack(const struct sy_cell *c, bool histograms,
    uint8_t bytes[SY_CELL_BYTES]);
bool sy_cell_unpack(const void *bytes, size_t len, struct sy_cell *c);

/* How a row's end is counted. */
enum sy_end sy_row_end(const struct sy_attempt *row);

#endif
