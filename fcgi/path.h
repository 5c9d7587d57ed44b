/*
 * path.h - the path of a request, strictly.
 *
 * Web servers decode, collapse and cut paths each in its own way, so we go by the raw request
 * line and decode nothing but the model's name in it, once.
 */
#ifndef SY_FCGI_PATH_H
#define SY_FCGI_PATH_H

#include "base/error.h"

struct sy_arena;
struct sy_meta;

/*
 * The path below the mount, as the client sent it, without query and trailing slash; -1 with
 * SY_BAD_REQUEST when it has a place in no honest request: dot segments, empty segments,
 * backslashes, control characters, encoded or not.
 *
 * The mount is `mount` if not NULL, or SCRIPT_NAME where the rest came in PATH_INFO.
 */
int sy_path_read(const struct sy_meta *m, const char *mount, struct sy_arena *a,
    const char **out, struct sy_error *err);

/* Percent-decoded once; NULL when that gives a control character. */
const char *sy_path_decode(const char *s, struct sy_arena *a);

#endif
