/*
 * schema.h - small questions about JSON schemas, as every dialect asks them.
 */
#ifndef SY_DIALECT_SCHEMA_H
#define SY_DIALECT_SCHEMA_H

#include <stdbool.h>

struct json_object;

extern const char *const sy_schema_combinations[]; /* allOf, anyOf, oneOf, NULL */

/* What "#/$defs/Name" and the like refer to; NULL when it leads out of the document or
 * nowhere. */
struct json_object *sy_schema_resolve(struct json_object *root, const char *ref);

/* A root that is one reference stands for what it refers to. */
struct json_object *sy_schema_root(struct json_object *schema);

/* The word of the first list of alternatives that the schema has, or NULL. */
const char *sy_schema_combination(struct json_object *schema);

bool sy_schema_says_object(struct json_object *schema);

/* Whether all branches of that combination do. */
bool sy_schema_of_objects(struct json_object *root, const char *word);

/* No schema, or one that says nothing. */
bool sy_schema_empty(struct json_object *schema);

/* A tool's input has to be an object: what does not describe one is put into one, as its
 * member "value". */
bool sy_schema_wrapped(struct json_object *schema);

/* A tool's schema as an object with nothing but properties at its root; NULL when it says
 * nothing.  The caller puts it. */
struct json_object *sy_schema_input(struct json_object *schema);

#endif
