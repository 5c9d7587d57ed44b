/*
 * gemini_generate_types.c - Google's schemas (OpenAPI's of old) as JSON schemas.
 *
 * Types stand in capitals, null is a flag, counts may be strings, and the order of properties
 * is a list beside them.  What is a JSON schema already comes out as it went in.
 */
#include "dialect/gemini_generate.h"

#include "base/arena.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *convert(struct json_object *in);

/* --- Values of keywords. ----------------------------------------------------------------- */

static struct json_object *lower(struct json_object *word)
{
	char text[32];

	if (!json_object_is_type(word, json_type_string))
		return json_object_get(word);
	sy_copy(text, sizeof(text), json_object_get_string(word));
	for (char *p = text; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return json_object_new_string(text);
}

static struct json_object *each(struct json_object *list,
    struct json_object *(*fn)(struct json_object *))
{
	struct json_object *out;

	if (!json_object_is_type(list, json_type_array))
		return fn(list);
	out = json_object_new_array();
	for (size_t i = 0; i < json_object_array_length(list); i++)
		json_object_array_add(out, fn(json_object_array_get_idx(list, i)));
	return out;
}

static struct json_object *type_of(struct json_object *type)
{
	const char *word = json_object_get_string(type);

	if (word != NULL && strcmp(word, "TYPE_UNSPECIFIED") == 0)
		return NULL;
	return each(type, lower);
}

static struct json_object *schemas(struct json_object *list)
{
	return each(list, convert);
}

/* int64 is a string in the JSON of Google's messages. */
static struct json_object *count(struct json_object *n)
{
	if (!json_object_is_type(n, json_type_string))
		return json_object_get(n);
	return json_object_new_int64(strtoll(json_object_get_string(n), NULL, 10));
}

static struct json_object *by_name(struct json_object *map)
{
	struct json_object *out;

	if (!json_object_is_type(map, json_type_object))
		return json_object_get(map);
	out = json_object_new_object();
	json_object_object_foreach(map, name, schema)
		json_object_object_add(out, name, convert(schema));
	return out;
}

static struct json_object *one_example(struct json_object *value)
{
	struct json_object *out = json_object_new_array();

	json_object_array_add(out, json_object_get(value));
	return out;
}

/* That a string is one of a list is said by the list. */
static struct json_object *format(struct json_object *word)
{
	const char *text = json_object_get_string(word);

	return text != NULL && strcmp(text, "enum") == 0 ? NULL : json_object_get(word);
}

static struct json_object *reference(struct json_object *to)
{
	static const char prefix[] = "#/defs/";
	const char *text = json_object_get_string(to);
	struct json_object *out;
	char *moved;

	if (text == NULL || !sy_starts(text, prefix))
		return json_object_get(to);
	moved = sy_xcalloc(strlen(text) + 2, 1);
	strcpy(moved, "#/$defs/");
	strcat(moved, text + strlen(prefix));
	out = json_object_new_string(moved);
	free(moved);
	return out;
}

static struct json_object *nothing(struct json_object *value)
{
	(void)value;
	return NULL;
}

/* Keywords under both spellings; what is not here is kept as it is. */
static const struct keyword {
	const char *name;
	const char *as; /* in a JSON schema; NULL the same */
	struct json_object *(*value)(struct json_object *in); /* NULL: leave it out */
} keywords[] = {
	{ "type", NULL, type_of },
	{ "format", NULL, format },
	{ "nullable", NULL, nothing },
	{ "properties", NULL, by_name },
	{ "defs", "$defs", by_name },
	{ "$defs", NULL, by_name },
	{ "ref", "$ref", reference },
	{ "items", NULL, schemas },
	{ "prefixItems", NULL, schemas },
	{ "prefix_items", "prefixItems", schemas },
	{ "anyOf", NULL, schemas },
	{ "any_of", "anyOf", schemas },
	{ "oneOf", NULL, schemas },
	{ "allOf", NULL, schemas },
	{ "additionalProperties", NULL, convert },
	{ "additional_properties", "additionalProperties", convert },
	{ "minItems", NULL, count },
	{ "min_items", "minItems", count },
	{ "maxItems", NULL, count },
	{ "max_items", "maxItems", count },
	{ "minLength", NULL, count },
	{ "min_length", "minLength", count },
	{ "maxLength", NULL, count },
	{ "max_length", "maxLength", count },
	{ "minProperties", NULL, count },
	{ "min_properties", "minProperties", count },
	{ "maxProperties", NULL, count },
	{ "max_properties", "maxProperties", count },
	{ "example", "examples", one_example },
	{ "propertyOrdering", NULL, nothing },
	{ "property_ordering", NULL, nothing },
};

/* --- A node. ----------------------------------------------------------------------------- */

static void add_keyword(struct json_object *out, const char *name,
    struct json_object *value)
{
	const char *as = name;
	struct json_object *converted = NULL;
	size_t i = 0, most = sizeof(keywords) / sizeof(keywords[0]);

	while (i < most && strcmp(keywords[i].name, name) != 0)
		i++;
	if (i == most) {
		json_object_object_add(out, name, json_object_get(value));
		return;
	}
	if (keywords[i].as != NULL)
		as = keywords[i].as;
	converted = keywords[i].value(value);
	if (converted != NULL)
		json_object_object_add(out, as, converted);
}

/* The listed ones first, in the order of the list. */
static struct json_object *in_order(struct json_object *properties,
    struct json_object *order)
{
	struct json_object *out = json_object_new_object(), *schema;

	for (size_t i = 0; i < json_object_array_length(order); i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(order, i));

		if (name != NULL && (schema = sy_json_get(properties, name)) != NULL)
			json_object_object_add(out, name, json_object_get(schema));
	}
	json_object_object_foreach(properties, name, value)
		if (!json_object_object_get_ex(out, name, NULL))
			json_object_object_add(out, name, json_object_get(value));
	return out;
}

static void order_properties(struct json_object *in, struct json_object *out)
{
	struct json_object *order = sy_json_get(in, "propertyOrdering");
	struct json_object *properties = sy_json_get(out, "properties");

	if (order == NULL)
		order = sy_json_get(in, "property_ordering");
	if (json_object_is_type(order, json_type_array) &&
	    json_object_is_type(properties, json_type_object))
		json_object_object_add(out, "properties", in_order(properties, order));
}

/* Null is one more type, one more value of a list, one more alternative. */
static void allow_null(struct json_object *out)
{
	struct json_object *type = sy_json_get(out, "type"), *values, *either, *null;

	if (json_object_is_type(type, json_type_string)) {
		values = json_object_new_array();
		json_object_array_add(values, json_object_get(type));
		json_object_array_add(values, json_object_new_string("null"));
		json_object_object_add(out, "type", values);
	}
	values = sy_json_get(out, "enum");
	if (json_object_is_type(values, json_type_array))
		json_object_array_add(values, NULL);
	either = sy_json_get(out, "anyOf");
	if (json_object_is_type(either, json_type_array)) {
		null = json_object_new_object();
		json_object_object_add(null, "type", json_object_new_string("null"));
		json_object_array_add(either, null);
	}
}

/* A list is changed where null joins it, so it must not be the client's own. */
static void own_values(struct json_object *out)
{
	struct json_object *values = sy_json_get(out, "enum"), *copy = NULL;

	if (values != NULL && json_object_deep_copy(values, &copy, NULL) == 0)
		json_object_object_add(out, "enum", copy);
}

static struct json_object *convert(struct json_object *in)
{
	struct json_object *out;

	if (!json_object_is_type(in, json_type_object))
		return json_object_get(in);
	out = json_object_new_object();
	json_object_object_foreach(in, name, value)
		add_keyword(out, name, value);
	order_properties(in, out);
	if (json_object_get_boolean(sy_json_get(in, "nullable"))) {
		own_values(out);
		allow_null(out);
	}
	return out;
}

struct json_object *sy_gemini_schema(struct json_object *in, struct sy_arena *a)
{
	return sy_adopt_json(a, convert(in));
}
