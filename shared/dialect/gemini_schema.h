/*
 * gemini_schema.h - JSON schemas in the two forms that Gemini takes.
 *
 * One is a subset of OpenAPI's and refuses a whole request for a keyword that it does not know;
 * the other, of newer models, is a subset of JSON Schema itself, with references and unions.
 * What neither can say moves to descriptions.
 */
#ifndef SY_DIALECT_GEMINI_SCHEMA_H
#define SY_DIALECT_GEMINI_SCHEMA_H

#include <stdbool.h>

struct json_object;
struct sy_buf;

enum sy_gemini_form { SY_GEMINI_OPENAPI, SY_GEMINI_JSON };

/* The form that loses less of the schema, on a model that takes both. */
enum sy_gemini_form sy_gemini_form_of(struct json_object *schema);

void sy_gemini_schema_print(struct json_object *schema, enum sy_gemini_form form,
    struct sy_buf *out);

/* As a tool's parameters; false, and nothing printed, where a tool takes none. */
bool sy_gemini_schema_print_input(struct json_object *schema, enum sy_gemini_form form,
    const char *key, struct sy_buf *out);

#endif
