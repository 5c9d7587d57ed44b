/*
 * rows.h - a row of the ledger as bytes.
 */
#ifndef SY_STORE_ROWS_H
#define SY_STORE_ROWS_H

#include "model/attempt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SY_ROW_BYTES 1024 /* room for any packed row */

/* All but rid and seq, which are in the key.  The length. */
size_t sy_row_pack(const struct sy_attempt *row, uint8_t bytes[SY_ROW_BYTES]);

/* False when the bytes are no row of this version. */
bool sy_row_unpack(const void *aid, const void *bytes, size_t len,
    struct sy_attempt *row);

/* The same for what stands before the texts only: flags, outcome, kind, statuses. */
bool sy_row_glance(const void *bytes, size_t len, struct sy_attempt *row);

/* The request's time, Unix: the time that a row is filed under. */
static inline int64_t sy_row_ms(const struct sy_attempt *row)
{
	return sy_id_unix_ms(&row->rid);
}

#endif
