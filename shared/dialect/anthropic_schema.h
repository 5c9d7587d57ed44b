/*
 * anthropic_schema.h - JSON schemas in the shape that the Messages API takes.
 *
 * Schemas are printed as they came wherever that is possible: key order decides the order in
 * which a model writes its answer, and the text is part of the cached prefix.
 */
#ifndef SY_DIALECT_ANTHROPIC_SCHEMA_H
#define SY_DIALECT_ANTHROPIC_SCHEMA_H

#include <stdbool.h>

struct json_object;
struct sy_buf;

/* As a tool's input_schema: an object, with nothing but properties at its root. */
void sy_schema_print_input(struct json_object *schema, struct sy_buf *out);

/* Whether output_config.format can say it: no maps, no recursion, no references outwards. */
bool sy_schema_native(struct json_object *schema);

/* For output_config.format: closed objects; what its grammar lacks moves to descriptions. */
void sy_schema_print_native(struct json_object *schema, struct sy_buf *out);

#endif
