/*
 * fields.c - see fields.h.
 */
#include "dialect/fields.h"

#include "base/text.h"
#include "model/usage.h"

#include <stdio.h>
#include <stdlib.h>

#define MEDIA_TOKENS 1000 /* what an attachment is likely to weigh */

const struct sy_member *sy_field(const struct sy_scan *s, const char *field)
{
	const struct sy_member *m = sy_scan_find(s, field);

	return m == NULL || m->type == SY_J_NULL ? NULL : m;
}

struct sy_span sy_field_span(const struct sy_scan *s, const char *field)
{
	const struct sy_member *m = sy_field(s, field);

	return m == NULL ? (struct sy_span){ NULL, 0 }
	                 : (struct sy_span){ s->text + m->at, m->len };
}

int sy_fields_types(const struct sy_scan *s, const struct sy_field_type *rows,
    struct sy_error *err)
{
	for (; rows->field != NULL; rows++) {
		const struct sy_member *m = sy_field(s, rows->field);

		if (m != NULL && m->type != rows->type)
			return sy_fail_code(err, SY_BAD_REQUEST, rows->field,
			    "invalid_type", "'%s' must be %s", rows->field, rows->wanted);
	}
	return 0;
}

int sy_fields_ranges(const struct sy_scan *s, const struct sy_field_range *rows,
    struct sy_error *err)
{
	for (; rows->field != NULL; rows++) {
		struct sy_span number = sy_field_span(s, rows->field);
		char text[40];
		double value;

		if (number.at == NULL)
			continue;
		sy_copy_n(text, sizeof(text), number.at, number.len);
		value = strtod(text, NULL);
		if (value < rows->min)
			return sy_fail_code(err, SY_BAD_REQUEST, rows->field,
			    "decimal_below_min_value", "'%s' must be at least %g",
			    rows->field, rows->min);
		if (value > rows->max)
			return sy_fail_code(err, SY_BAD_REQUEST, rows->field,
			    "decimal_above_max_value", "'%s' must be at most %g",
			    rows->field, rows->max);
	}
	return 0;
}

int64_t sy_fields_tokens(const struct sy_scan *s)
{
	int64_t tokens = sy_tokens_estimate((int64_t)s->string_bytes) +
	                 (int64_t)s->media_count * MEDIA_TOKENS;

	return tokens > 0 ? tokens : 1;
}

int sy_fields_objects(const struct sy_scan *s, const char *field, size_t most,
    size_t most_bytes, struct sy_error *err)
{
	const struct sy_member *m = sy_field(s, field);
	struct sy_span list = sy_field_span(s, field), element;
	size_t pos = 0;

	if (m != NULL && m->elements > most)
		return sy_fail_code(err, SY_BAD_REQUEST, field, "array_above_max_length",
		    "'%s' may hold %zu %s", field, most, field);
	for (size_t i = 0; sy_walk_element(list, &pos, &element); i++) {
		char param[64];

		if (sy_span_is_object(element) && element.len <= most_bytes)
			continue;
		snprintf(param, sizeof(param), "%s[%zu]", field, i);
		if (!sy_span_is_object(element))
			return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
			    "'%s' must be an object", param);
		return sy_fail(err, SY_TOO_LARGE, param, "'%s' is over %zu bytes", param,
		    most_bytes);
	}
	return 0;
}
