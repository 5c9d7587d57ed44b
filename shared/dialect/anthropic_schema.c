/*
 * anthropic_schema.c - see anthropic_schema.h.
 */
#include "dialect/anthropic_schema.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/schema.h"

#include <string.h>

#define EMPTY_INPUT "{\"type\":\"object\",\"properties\":{}}"

static bool is_object(struct json_object *v)
{
	return json_object_is_type(v, json_type_object);
}

static bool is_array(struct json_object *v)
{
	return json_object_is_type(v, json_type_array);
}

static bool among(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

void sy_schema_print_input(struct json_object *schema, struct sy_buf *out)
{
	struct json_object *input = sy_schema_input(schema);

	if (input == NULL)
		sy_buf_puts(out, EMPTY_INPUT);
	else
		sy_json_print(out, input);
	json_object_put(input);
}

/* The native grammar. */

struct walk {
	struct json_object *root;
	int depth;
	int left; /* references can make a small document large */
};

static bool expressible(struct walk *w, struct json_object *s);

static bool all_expressible(struct walk *w, struct json_object *values)
{
	if (is_array(values)) {
		for (size_t i = 0; i < json_object_array_length(values); i++)
			if (!expressible(w, json_object_array_get_idx(values, i)))
				return false;
	} else if (is_object(values)) {
		json_object_object_foreach(values, key, value) {
			(void)key;
			if (!expressible(w, value))
				return false;
		}
	}
	return true;
}

static bool is_map(struct json_object *s)
{
	struct json_object *properties = sy_json_get(s, "properties");

	return is_object(sy_json_get(s, "additionalProperties")) ||
	       is_object(sy_json_get(s, "patternProperties")) ||
	       (sy_schema_says_object(s) && sy_schema_empty(properties) &&
	           sy_schema_combination(s) == NULL);
}

static bool members_expressible(struct walk *w, struct json_object *s)
{
	static const char *const nested[] = { "properties", "prefixItems", "anyOf",
		"oneOf", "allOf", NULL };
	struct json_object *items = sy_json_get(s, "items");

	for (const char *const *key = nested; *key != NULL; key++)
		if (!all_expressible(w, sy_json_get(s, *key)))
			return false;
	return is_array(items) ? all_expressible(w, items) : expressible(w, items);
}

static bool expressible(struct walk *w, struct json_object *s)
{
	const char *ref = sy_json_text(s, "$ref");
	struct json_object *target;
	bool ok;

	if (!is_object(s))
		return true;
	if (w->depth == 64 || w->left-- <= 0 || is_map(s))
		return false;
	w->depth++;
	ok = members_expressible(w, s);
	if (ok && ref != NULL) {
		target = sy_schema_resolve(w->root, ref);
		ok = target != NULL && expressible(w, target);
	}
	w->depth--;
	return ok;
}

bool sy_schema_native(struct json_object *schema)
{
	struct walk w = { .root = schema, .left = 5000 };

	return !sy_schema_empty(schema) && expressible(&w, schema);
}

static const char *const unknown_words[] = { "minimum", "maximum", "exclusiveMinimum",
	"exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems",
	"uniqueItems", "minProperties", "maxProperties", "patternProperties",
	"propertyNames", "not", "if", "then", "else", "contains", NULL };

static const char *const known_formats[] = { "date-time", "time", "date", "duration",
	"email", "hostname", "uri", "ipv4", "ipv6", "uuid", NULL };

static bool simple_pattern(const char *p)
{
	for (; *p != '\0'; p++) {
		if (p[0] == '(' && p[1] == '?' && p[2] != ':')
			return false;
		if (p[0] == '\\' && p[1] >= '1' && p[1] <= '9')
			return false;
		if (p[0] == '\\' && p[1] != '\0')
			p++;
	}
	return true;
}

static bool in_grammar(const char *key, struct json_object *value)
{
	const char *text = json_object_is_type(value, json_type_string)
	                       ? json_object_get_string(value)
	                       : "";

	if (strcmp(key, "format") == 0)
		return among(text, known_formats);
	if (strcmp(key, "pattern") == 0)
		return simple_pattern(text);
	if (strcmp(key, "minItems") == 0)
		return json_object_get_int(value) <= 1;
	return !among(key, unknown_words);
}

/* "A name. (minLength: 2, maxLength: 40)" */
static void print_description(struct json_object *s, struct sy_buf *out)
{
	const char *old = sy_json_text(s, "description");
	struct sy_buf text;
	size_t said = 0;

	sy_buf_init(&text, 1 << 20);
	if (old != NULL)
		sy_buf_puts(&text, old);
	json_object_object_foreach(s, key, value) {
		if (in_grammar(key, value))
			continue;
		sy_buf_puts(&text, said++ > 0 ? ", " : text.len > 0 ? " (" : "(");
		sy_buf_printf(&text, "%s: ", key);
		sy_json_print(&text, value);
	}
	if (said > 0)
		sy_buf_putc(&text, ')');
	if (text.len > 0) {
		sy_buf_puts(out, "\"description\":");
		sy_buf_json(out, text.data, text.len);
		sy_buf_putc(out, ',');
	}
	sy_buf_release(&text);
}

static void print_list(struct json_object *list, struct sy_buf *out)
{
	sy_buf_putc(out, '[');
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (i > 0)
			sy_buf_putc(out, ',');
		sy_schema_print_native(json_object_array_get_idx(list, i), out);
	}
	sy_buf_putc(out, ']');
}

static void print_named(struct json_object *named, struct sy_buf *out)
{
	const char *comma = "";

	sy_buf_putc(out, '{');
	json_object_object_foreach(named, key, value) {
		sy_buf_puts(out, comma);
		sy_buf_json_str(out, key);
		sy_buf_putc(out, ':');
		sy_schema_print_native(value, out);
		comma = ",";
	}
	sy_buf_putc(out, '}');
}

static void print_member(const char *key, struct json_object *value, struct sy_buf *out)
{
	static const char *const named[] = { "properties", "$defs", "definitions", NULL };
	bool list = is_array(value);

	if (strcmp(key, "prefixItems") == 0 || (strcmp(key, "items") == 0 && list)) {
		sy_buf_puts(out, "\"items\":{\"anyOf\":");
		print_list(value, out);
		sy_buf_putc(out, '}');
		return;
	}
	sy_buf_json_str(out, strcmp(key, "oneOf") == 0 ? "anyOf" : key);
	sy_buf_putc(out, ':');
	if (is_object(value) && among(key, named))
		print_named(value, out);
	else if (list && among(key, sy_schema_combinations))
		print_list(value, out);
	else if (strcmp(key, "items") == 0)
		sy_schema_print_native(value, out);
	else
		sy_json_print(out, value);
}

void sy_schema_print_native(struct json_object *schema, struct sy_buf *out)
{
	bool closed = sy_schema_says_object(schema);

	if (!is_object(schema)) {
		sy_json_print(out, schema);
		return;
	}
	sy_buf_putc(out, '{');
	json_object_object_foreach(schema, key, value) {
		if (strcmp(key, "description") == 0 ||
		    strcmp(key, "additionalProperties") == 0 || !in_grammar(key, value))
			continue;
		/* Both prefixItems and items would come out as items. */
		if (strcmp(key, "items") == 0 &&
		    sy_json_get(schema, "prefixItems") != NULL)
			continue;
		print_member(key, value, out);
		sy_buf_putc(out, ',');
	}
	print_description(schema, out);
	if (closed)
		sy_buf_puts(out, "\"additionalProperties\":false,");
	if (out->len > 0 && out->data[out->len - 1] == ',')
		out->data[--out->len] = '\0';
	sy_buf_putc(out, '}');
}
