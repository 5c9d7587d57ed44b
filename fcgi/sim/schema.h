/*
 * schema.h - a value that satisfies a JSON schema, always the same one.
 */
#ifndef SY_SIM_SCHEMA_H
#define SY_SIM_SCHEMA_H

#include "base/buf.h"

#include <stdint.h>

struct json_object;

/*
 * Appends the value as JSON.  Understands type, properties, items, enum, const, anyOf,
 * oneOf, allOf, local $ref, the common formats, and lower bounds; of a pattern it knows
 * nothing.  Without a schema the value is {}.  `which` varies the leaves, so that two calls
 * of one tool differ.
 */
void sy_sim_schema_value(struct json_object *schema, int64_t which, struct sy_buf *out);

#endif
