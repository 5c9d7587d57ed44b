/*
 * scan.h - one strict pass over a JSON text, before any tree is built from it.
 *
 * Checks RFC 8259 and UTF-8 (RFC 3629) to the last byte and counts nodes and depth, so that
 * what comes after can rely on it and cannot be made to use memory without bound (a json-c
 * tree may be 264 times its text).  It records where the members of the top-level object
 * stand, so that a body can be edited in place and forwarded otherwise as it came.
 */
#ifndef SY_BASE_SCAN_H
#define SY_BASE_SCAN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;

struct sy_scan_limits {
	size_t nodes;    /* values in all */
	unsigned depth;  /* objects and arrays inside one another */
	size_t messages; /* elements of a top-level array of any name */
	/* At most 32 words each, NULL after the last, NULL for none: whether they appear as the
	 * value of a nested "type" or "role", and as a nested key, is noted in the members. */
	const char *const *watch;
	const char *const *watch_keys;
};

#define SY_SCAN_NODES    200000
#define SY_SCAN_DEPTH    128
#define SY_SCAN_ELEMENTS 20000

enum sy_json_type { SY_J_NULL, SY_J_BOOL, SY_J_NUMBER, SY_J_STRING, SY_J_ARRAY, SY_J_OBJECT };

/* A member of the top-level object; offsets are into the text. */
struct sy_member {
	const char *key; /* decoded, in the arena */
	size_t key_at;   /* its opening quote */
	size_t at, len;  /* the value, without white space around it */
	enum sy_json_type type;
	size_t elements; /* of an array or object value */
	uint32_t seen;      /* bit i: limits.watch[i] is somewhere inside */
	uint32_t seen_keys; /* bit i: limits.watch_keys[i] is */
};

struct sy_scan {
	const char *text;
	size_t len;
	enum sy_json_type type;     /* of the whole */
	struct sy_member *members;  /* if it is an object, in order */
	size_t member_count;
	size_t nodes;
	size_t string_bytes; /* of all string values, as written: what a prompt weighs, without
	                      * the JSON around it and without: */
	size_t media_count;  /* data: URLs, and strings under the key "data" (base64) */
};

/*
 * 0, or -1 with SY_BAD_REQUEST (not JSON; duplicate top-level key; NUL in a key) or
 * SY_TOO_LARGE, saying at which byte.  NULL limits: the defaults above.
 */
int sy_scan(const char *text, size_t len, const struct sy_scan_limits *limits,
    struct sy_arena *a, struct sy_scan *out, struct sy_error *err);

/* The same checks, duplicate keys apart, where only the verdict is wanted. */
int sy_scan_check(const char *text, size_t len, const struct sy_scan_limits *limits,
    struct sy_error *err);

/* The member of that name, or NULL. */
const struct sy_member *sy_scan_find(const struct sy_scan *s, const char *key);

/* A top-level member decoded by type; absent and null are alike: *out stays as it was and 0
 * is returned.  1 when it was there; -1 on a wrong type, which names the field. */
int sy_scan_string(const struct sy_scan *s, const char *key, struct sy_arena *a,
    const char **out, struct sy_error *err);
int sy_scan_bool(const struct sy_scan *s, const char *key, bool *out, struct sy_error *err);
int sy_scan_int(const struct sy_scan *s, const char *key, int64_t min, int64_t max,
    int64_t *out, struct sy_error *err);

#endif
