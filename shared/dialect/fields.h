/*
 * fields.h - checks of a request's plain fields, on the scan alone.
 *
 * For the `ask` of surfaces whose errors name a field in OpenAI's manner.  Absent and null
 * are alike everywhere.
 */
#ifndef SY_DIALECT_FIELDS_H
#define SY_DIALECT_FIELDS_H

#include "base/scan.h"
#include "base/walk.h"

/* Rows end with a NULL field. */
struct sy_field_type {
	const char *field;
	enum sy_json_type type;
	const char *wanted; /* "an array" */
};

struct sy_field_range {
	const char *field; /* a number: its type is checked by the table above */
	double min, max;
};

/* The member, or NULL where it is absent or null. */
const struct sy_member *sy_field(const struct sy_scan *s, const char *field);
struct sy_span sy_field_span(const struct sy_scan *s, const char *field);

int sy_fields_types(const struct sy_scan *s, const struct sy_field_type *rows,
    struct sy_error *err);
int sy_fields_ranges(const struct sy_scan *s, const struct sy_field_range *rows,
    struct sy_error *err);

/* What the input is likely to weigh: its text, and 1,000 for each attachment; at least 1. */
int64_t sy_fields_tokens(const struct sy_scan *s);

/* An array of objects, as tools are: how many there may be, and how long each. */
int sy_fields_objects(const struct sy_scan *s, const char *field, size_t most,
    size_t most_bytes, struct sy_error *err);

#endif
