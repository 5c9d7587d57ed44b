/*
 * schema.c - fills a schema by type: all properties, one item, the smallest number.
 */
#include "sim/schema.h"

#include "sim/tree.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	DEPTH = 16,
	SHALLOW =
	    6, /* below this, whatever may be left out is: schemas contain themselves */
	MOST_VALUES = 10000,
	MOST_ITEMS = 100,
	MOST_CHARS = 1000,
};

struct fill {
	struct json_object *root; /* where $ref leads from */
	int64_t which;
	int *left; /* values that may still be written */
	struct sy_buf *out;
};

static void write_value(const struct fill *f, struct json_object *schema, int depth);

static int64_t bound(struct json_object *in, const char *name, int64_t most)
{
	int64_t n = json_object_get_int64(sy_json_get(in, name));

	return n < 0 ? 0 : n > most ? most : n;
}

/* "#/$defs/name": the only references that are local and common. */
static struct json_object *follow(const struct fill *f, const char *ref)
{
	struct json_object *at = f->root;
	char name[128];

	if (strcmp(ref, "#") == 0)
		return at;
	if (!sy_starts(ref, "#/"))
		return NULL;
	for (ref += 2; *ref != '\0'; ref += *ref == '/') {
		size_t len = strcspn(ref, "/");

		sy_copy_n(name, sizeof(name), ref, len);
		at = sy_json_get(at, name);
		ref += len;
	}
	return at;
}

static void write_string(const struct fill *f, struct json_object *schema)
{
	static const char *const formats[][2] = {
		{ "date-time", "2026-01-02T03:04:05Z" },
		{ "date", "2026-01-02" },
		{ "time", "03:04:05Z" },
		{ "duration", "P1D" },
		{ "email", "someone@example.org" },
		{ "hostname", "example.org" },
		{ "uri", "https://example.org/" },
		{ "ipv4", "192.0.2.1" },
		{ "ipv6", "2001:db8::1" },
		{ "uuid", "01234567-89ab-4cde-8f01-23456789abcd" },
	};
	const char *format = sy_sim_word(schema, "format");
	int64_t least = bound(schema, "minLength", MOST_CHARS);
	int64_t most = sy_json_get(schema, "maxLength") != NULL
	                   ? bound(schema, "maxLength", MOST_CHARS)
	                   : MOST_CHARS;
	char text[MOST_CHARS + 1];
	int len;

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(format, formats[i][0]) == 0) {
			sy_buf_json_str(f->out, formats[i][1]);
			return;
		}
	len = snprintf(text, sizeof(text), "text %lld", (long long)f->which + 1);
	for (; len < least; len++)
		text[len] = 'x';
	if (len > most)
		len = (int)most;
	sy_buf_json(f->out, text, (size_t)len);
}

static void write_integer(const struct fill *f, struct json_object *schema)
{
	struct json_object *least = sy_json_get(schema, "minimum");
	struct json_object *above = sy_json_get(schema, "exclusiveMinimum");
	struct json_object *most = sy_json_get(schema, "maximum");
	int64_t n = f->which + 1;

	if (most != NULL && n > json_object_get_int64(most))
		n = json_object_get_int64(most);
	if (least != NULL && n < json_object_get_int64(least))
		n = json_object_get_int64(least);
	if (json_object_is_type(above, json_type_int) &&
	    n <= json_object_get_int64(above))
		n = json_object_get_int64(above) + 1;
	sy_buf_int(f->out, n);
}

static void write_array(const struct fill *f, struct json_object *schema, int depth)
{
	int64_t count = bound(schema, "minItems", MOST_ITEMS);
	int64_t most = sy_json_get(schema, "maxItems") != NULL
	                   ? bound(schema, "maxItems", MOST_ITEMS)
	                   : MOST_ITEMS;

	if (count == 0 && depth < SHALLOW && most > 0)
		count = 1;
	sy_buf_putc(f->out, '[');
	for (int64_t i = 0; i < count; i++) {
		struct fill item = { f->root, f->which + i, f->left, f->out };

		if (i > 0)
			sy_buf_putc(f->out, ',');
		write_value(&item, sy_json_get(schema, "items"), depth + 1);
	}
	sy_buf_putc(f->out, ']');
}

static bool is_required(struct json_object *schema, const char *name)
{
	struct json_object *list = sy_json_get(schema, "required");

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *one =
		    json_object_get_string(json_object_array_get_idx(list, i));

		if (one != NULL && strcmp(one, name) == 0)
			return true;
	}
	return false;
}

/* Appends the members, with a comma before all but the first. */
static void write_members(const struct fill *f, struct json_object *schema, bool *first,
    int depth)
{
	struct json_object *properties = sy_json_get(schema, "properties");
	struct json_object *all = sy_json_get(schema, "allOf");

	if (json_object_is_type(properties, json_type_object)) {
		json_object_object_foreach(properties, name, below) {
			if (depth >= SHALLOW && !is_required(schema, name))
				continue;
			if (!*first)
				sy_buf_putc(f->out, ',');
			*first = false;
			sy_buf_json_str(f->out, name);
			sy_buf_putc(f->out, ':');
			write_value(f, below, depth + 1);
		}
	}
	if (!json_object_is_type(all, json_type_array) || depth > DEPTH)
		return;
	for (size_t i = 0; i < json_object_array_length(all); i++) {
		struct json_object *part = json_object_array_get_idx(all, i);

		if (sy_json_get(part, "$ref") != NULL)
			part = follow(f, sy_sim_word(part, "$ref"));
		write_members(f, part, first, depth + 1);
	}
}

static void write_object(const struct fill *f, struct json_object *schema, int depth)
{
	bool first = true;

	sy_buf_putc(f->out, '{');
	write_members(f, schema, &first, depth);
	sy_buf_putc(f->out, '}');
}

/* The type, or the first of several that is not null; guessed where there is none. */
static const char *type_of(struct json_object *schema)
{
	struct json_object *type = sy_json_get(schema, "type");

	if (json_object_is_type(type, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(type); i++) {
			const char *one =
			    json_object_get_string(json_object_array_get_idx(type, i));

			if (one != NULL && strcmp(one, "null") != 0)
				return one;
		}
		return "null";
	}
	if (json_object_is_type(type, json_type_string))
		return json_object_get_string(type);
	return sy_json_get(schema, "items") != NULL ? "array" : "object";
}

/* Google writes types in capitals. */
static void write_typed(const struct fill *f, struct json_object *schema, int depth)
{
	const char *type = type_of(schema);

	if (strcasecmp(type, "string") == 0)
		write_string(f, schema);
	else if (strcasecmp(type, "integer") == 0 || strcasecmp(type, "number") == 0)
		write_integer(f, schema);
	else if (strcasecmp(type, "boolean") == 0)
		sy_buf_puts(f->out, "true");
	else if (strcasecmp(type, "null") == 0)
		sy_buf_puts(f->out, "null");
	else if (strcasecmp(type, "array") == 0)
		write_array(f, schema, depth);
	else
		write_object(f, schema, depth);
}

/* The branch of anyOf or oneOf to take: the first that is more than null, or, deep down,
 * null. */
static struct json_object *branch(struct json_object *schema, int depth)
{
	struct json_object *of = sy_json_get(schema, "anyOf"), *taken = NULL;

	if (of == NULL)
		of = sy_json_get(schema, "oneOf");
	if (!json_object_is_type(of, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(of); i++) {
		struct json_object *one = json_object_array_get_idx(of, i);
		bool is_null = strcmp(sy_sim_word(one, "type"), "null") == 0;

		if (is_null == (depth >= SHALLOW))
			return one;
		if (!is_null && taken == NULL)
			taken = one;
	}
	return taken;
}

static void write_value(const struct fill *f, struct json_object *schema, int depth)
{
	struct json_object *choices = sy_json_get(schema, "enum");

	if (depth > DEPTH || --*f->left < 0)
		sy_buf_puts(f->out, "null");
	else if (sy_json_get(schema, "$ref") != NULL)
		write_value(f, follow(f, sy_sim_word(schema, "$ref")), depth + 1);
	else if (sy_json_get(schema, "const") != NULL)
		sy_json_print(f->out, sy_json_get(schema, "const"));
	else if (json_object_is_type(choices, json_type_array))
		sy_json_print(f->out, json_object_array_get_idx(choices, 0));
	else if (branch(schema, depth) != NULL)
		write_value(f, branch(schema, depth), depth + 1);
	else
		write_typed(f, schema, depth);
}

void sy_sim_schema_value(struct json_object *schema, int64_t which, struct sy_buf *out)
{
	int left = MOST_VALUES;
	struct fill f = { .root = schema, .which = which, .left = &left, .out = out };

	write_value(&f, schema, 0);
}
