/*
 * json.h - typed readers over a json-c tree, which make the error with the field's path.
 *
 * All take the object, the key, and the object's own place in the body ("" for the top), so
 * that a wrong type two levels down is answered with param "messages[2].role".  Absent and
 * null are alike: the reader returns 0 and leaves *out as it was; 1 when the value was there;
 * -1 with *err filled.  Strings with an embedded NUL are refused, so that a const char * is
 * honest from there on.  What comes out is borrowed from the tree.
 */
#ifndef SY_BASE_JSON_H
#define SY_BASE_JSON_H

#include "base/error.h"
#include "base/word.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;
struct sy_buf;

/*
 * Text to tree; the arena owns it.  *out is NULL for the text "null".  -1 with
 * SY_BAD_REQUEST.  json-c takes more than JSON: whatever a stranger sent goes through
 * sy_scan() or sy_scan_check() first.
 */
int sy_json_parse(struct sy_arena *a, const char *text, size_t len,
    struct json_object **out, struct sy_error *err);

int sy_json_string(struct json_object *in, const char *key, const char *path,
    const char **out, struct sy_error *err);
int sy_json_bool(struct json_object *in, const char *key, const char *path, bool *out,
    struct sy_error *err);
int sy_json_int(struct json_object *in, const char *key, const char *path, int64_t min,
    int64_t max, int64_t *out, struct sy_error *err);
/* A number as its text, as it was written for all that is not a plain integer. */
int sy_json_number(struct json_object *in, const char *key, const char *path,
    const char **out, struct sy_error *err);
/* A string that must be one of the table's names. */
int sy_json_word(struct json_object *in, const char *key, const char *path,
    const struct sy_word *table, int *out, struct sy_error *err);
int sy_json_object(struct json_object *in, const char *key, const char *path,
    struct json_object **out, struct sy_error *err);
int sy_json_array(struct json_object *in, const char *key, const char *path,
    struct json_object **out, struct sy_error *err);

/* Turns the 0 of a reader into a failure: for what must be there.
 *	sy_json_need(sy_json_string(in, "name", path, &name, err), "name", path, err) */
int sy_json_need(int rc, const char *key, const char *path, struct sy_error *err);

/* The member, or NULL: absent, null, or `in` is no object. */
struct json_object *sy_json_get(struct json_object *in, const char *key);

/* The string of a member, or NULL when it is anything else: for reading what providers say. */
const char *sy_json_text(struct json_object *in, const char *key);

/* "messages[2].role" in a buffer of the caller's. */
const char *sy_json_path(char *buf, size_t room, const char *path, const char *key);
const char *sy_json_path_at(char *buf, size_t room, const char *path, const char *key,
    size_t index);

/* Fails with "'messages[2].role' must be a string": for readers of shapes of their own. */
int sy_json_wrong_type(const char *key, const char *path, const char *wanted,
    struct sy_error *err);

/* Appends the value's text: numbers as they were read, slashes not escaped. */
void sy_json_print(struct sy_buf *out, struct json_object *value);

#endif
