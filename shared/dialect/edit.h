/*
 * edit.h - a body put together again from the members that its scan found.
 *
 * For requests that stay in their dialect: small members are copied, large ones (messages,
 * mostly) are sent from where they stand.
 */
#ifndef SY_DIALECT_EDIT_H
#define SY_DIALECT_EDIT_H

#include "base/buf.h"
#include "base/scan.h"

#include <stddef.h>

struct sy_arena;
struct sy_error;
struct sy_http;

struct sy_edit {
	struct sy_http *out;
	struct sy_error *err;
	struct sy_buf small; /* of fixed size, so that pieces may point into it */
	size_t sent;         /* of small, in pieces already */
	size_t large;
};

/* `extra` bytes are the most that is added to what the scan has; *e lives in the arena. */
void sy_edit_begin(struct sy_edit *e, const struct sy_scan *scan, size_t extra,
    struct sy_arena *a, struct sy_http *out, struct sy_error *err);

void sy_edit_key(struct sy_edit *e,
    const char *key); /* opens the object with the first */

/* JSON text, which outlives the exchange. */
int sy_edit_value(struct sy_edit *e, const char *at, size_t len);

int sy_edit_end(struct sy_edit *e);

#endif
