/*
 * multipart.h - multipart/form-data (RFC 7578, RFC 2046), cut into parts where it stands.
 *
 * A body may be tens of megabytes of a file, and the field that decides where it goes may stand
 * behind that: parts are found, never copied, so that one of them can be replaced and the rest
 * sent on as it came.
 */
#ifndef SY_BASE_MULTIPART_H
#define SY_BASE_MULTIPART_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_arena;

#define SY_MULTIPART_PARTS        128
#define SY_MULTIPART_HEADER_BYTES 8192 /* of one part */

struct sy_multipart_part {
	const char *name;
	const char *filename; /* as it was written; NULL: a field, which is UTF-8 */
	const char *type;     /* NULL not said */
	const char *at;       /* the value, in the body */
	size_t len;
};

struct sy_multipart {
	const char *content_type; /* as it came, boundary and all */
	const char *boundary;
	const char *text; /* from the first delimiter on: a part may be put before it */
	size_t len;
	struct sy_multipart_part *parts; /* in order */
	size_t count;
};

/* Whether a Content-Type says so; NULL does not. */
bool sy_multipart_is(const char *content_type);

/* Strings live in the arena, values in the body.  -1 with SY_BAD_REQUEST: no boundary, no end,
 * a part without a name, and the like; or SY_TOO_LARGE. */
int sy_multipart_read(const char *content_type, const char *body, size_t len, struct sy_arena *a,
    struct sy_multipart *out, struct sy_error *err);

/* The first part of that name, or of the name with "[]", as clients write lists; or NULL. */
const struct sy_multipart_part *sy_multipart_find(const struct sy_multipart *f, const char *name);

#endif
