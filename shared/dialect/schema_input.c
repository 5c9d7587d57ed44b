/*
 * schema_input.c - a tool's schema as the object that its input has to be; see schema.h.
 *
 * Combinations at the root are refused for the whole request: they become one object, with the
 * alternatives in words.
 */
#include "dialect/schema.h"

#include "base/buf.h"
#include "base/json.h"

#include <limits.h>
#include <string.h>

#define MOST_BRANCHES 64 /* references can make few bytes into many branches */

static bool is_object(struct json_object *v)
{
	return json_object_is_type(v, json_type_object);
}

static bool is_array(struct json_object *v)
{
	return json_object_is_type(v, json_type_array);
}

static bool is_combination(const char *word)
{
	for (const char *const *w = sy_schema_combinations; *w != NULL; w++)
		if (strcmp(word, *w) == 0)
			return true;
	return false;
}

static bool lists_schema(struct json_object *schemas, struct json_object *schema)
{
	for (size_t i = 0; i < json_object_array_length(schemas); i++)
		if (json_object_equal(json_object_array_get_idx(schemas, i), schema))
			return true;
	return false;
}

/* A property that several branches have: any of its schemas, or all of them. */
static struct json_object *both_of(struct json_object *old, struct json_object *add,
    const char *word)
{
	struct json_object *list = sy_json_get(old, word), *both;
	bool joined = is_array(list) && json_object_object_length(old) == 1;
	struct json_object *schemas = json_object_new_array();

	for (size_t i = 0; joined && i < json_object_array_length(list); i++)
		json_object_array_add(schemas,
		    json_object_get(json_object_array_get_idx(list, i)));
	if (!joined)
		json_object_array_add(schemas, json_object_get(old));
	if (!lists_schema(schemas, add))
		json_object_array_add(schemas, json_object_get(add));
	both = json_object_new_object();
	json_object_object_add(both, word, schemas);
	return both;
}

static void merge_properties(struct json_object *to, struct json_object *from,
    const char *word)
{
	if (!is_object(from))
		return;
	json_object_object_foreach(from, key, value) {
		struct json_object *old = sy_json_get(to, key);

		json_object_object_add(to, key,
		    old == NULL || json_object_equal(old, value)
		        ? json_object_get(value)
		        : both_of(old, value, word));
	}
}

/* Names are gathered as the keys of an object, each with how many lists in a row, from the
 * first on, had it. */
static void count_names(struct json_object *counts, struct json_object *names, int before)
{
	if (!is_array(names))
		return;
	for (size_t i = 0; i < json_object_array_length(names); i++) {
		struct json_object *name = json_object_array_get_idx(names, i);
		const char *s = json_object_get_string(name);

		if (json_object_is_type(name, json_type_string) &&
		    json_object_get_int(sy_json_get(counts, s)) == before)
			json_object_object_add(counts, s,
			    json_object_new_int(before + 1));
	}
}

/* These are in, whatever any list says. */
static void require_names(struct json_object *counts, struct json_object *names)
{
	for (size_t i = 0; is_array(names) && i < json_object_array_length(names); i++) {
		struct json_object *name = json_object_array_get_idx(names, i);

		if (json_object_is_type(name, json_type_string))
			json_object_object_add(counts, json_object_get_string(name),
			    json_object_new_int(INT_MAX));
	}
}

static struct json_object *names_counted(struct json_object *counts, int least)
{
	struct json_object *names = json_object_new_array();

	json_object_object_foreach(counts, name, count) {
		if (json_object_get_int(count) >= least)
			json_object_array_add(names, json_object_new_string(name));
	}
	return names;
}

static struct json_object *branch_at(struct json_object *schema, struct json_object *list,
    size_t i)
{
	struct json_object *branch = json_object_array_get_idx(list, i);
	const char *ref = sy_json_text(branch, "$ref");

	return ref != NULL ? sy_schema_resolve(schema, ref) : branch;
}

/* What any branch may have, and what all of them must have. */
static void merge_branches(struct json_object *schema, struct json_object *list, bool all,
    struct json_object *properties, struct json_object *counts)
{
	int count = (int)json_object_array_length(list);

	for (int i = 0; i < count; i++) {
		struct json_object *branch = branch_at(schema, list, (size_t)i);

		merge_properties(properties, sy_json_get(branch, "properties"),
		    all ? "allOf" : "anyOf");
		if (all)
			require_names(counts, sy_json_get(branch, "required"));
		else
			count_names(counts, sy_json_get(branch, "required"), i);
	}
}

static void describe(struct json_object *out, struct json_object *root, const char *word)
{
	const char *old = sy_json_text(root, "description");
	struct sy_buf text;

	sy_buf_init(&text, 1 << 20);
	if (old != NULL)
		sy_buf_printf(&text, "%s ", old);
	sy_buf_printf(&text, "The input satisfies %s of these schemas: ",
	    strcmp(word, "allOf") == 0 ? "all" : "one");
	sy_json_print(&text, sy_json_get(root, word));
	json_object_object_add(out, "description",
	    json_object_new_string_len(text.data, (int)text.len));
	sy_buf_release(&text);
}

/* One object with the properties of all. */
static struct json_object *flatten(struct json_object *schema, struct json_object *root,
    const char *word)
{
	struct json_object *out = json_object_new_object();
	struct json_object *properties = json_object_new_object();
	struct json_object *counts = json_object_new_object();
	struct json_object *list = sy_json_get(root, word);
	bool all = strcmp(word, "allOf") == 0;
	size_t branches = json_object_array_length(list);

	merge_properties(properties, sy_json_get(root, "properties"), "allOf");
	require_names(counts, sy_json_get(root, "required"));
	if (branches <= MOST_BRANCHES)
		merge_branches(schema, list, all, properties, counts);
	json_object_object_add(out, "type", json_object_new_string("object"));
	if (!all || branches > MOST_BRANCHES)
		describe(out, root, word);
	json_object_object_add(out, "properties", properties);
	json_object_object_add(out, "required", names_counted(counts, (int)branches));
	json_object_put(counts);
	json_object_object_foreach(root, key, value) {
		if (!is_combination(key) && strcmp(key, "additionalProperties") != 0 &&
		    !json_object_object_get_ex(out, key, NULL))
			json_object_object_add(out, key, json_object_get(value));
	}
	return out;
}

/* Definitions stay where references look for them. */
static void keep_definitions(struct json_object *out, struct json_object *schema)
{
	static const char *const names[] = { "$defs", "definitions", NULL };

	for (const char *const *name = names; *name != NULL; name++)
		if (is_object(sy_json_get(schema, *name)) &&
		    !json_object_object_get_ex(out, *name, NULL))
			json_object_object_add(out, *name,
			    json_object_get(sy_json_get(schema, *name)));
}

static struct json_object *wrap(struct json_object *schema)
{
	struct json_object *out = json_object_new_object();
	struct json_object *properties = json_object_new_object();
	struct json_object *required = json_object_new_array();

	json_object_object_add(properties, "value", json_object_get(schema));
	json_object_array_add(required, json_object_new_string("value"));
	json_object_object_add(out, "type", json_object_new_string("object"));
	json_object_object_add(out, "properties", properties);
	json_object_object_add(out, "required", required);
	return out;
}

/* The members of a root that lists alternatives, or says no type, without those. */
static struct json_object *only_object(struct json_object *root)
{
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "type", json_object_new_string("object"));
	json_object_object_foreach(root, key, value) {
		if (!is_combination(key) && strcmp(key, "type") != 0)
			json_object_object_add(out, key, json_object_get(value));
	}
	return out;
}

struct json_object *sy_schema_input(struct json_object *schema)
{
	struct json_object *root = sy_schema_root(schema), *out;
	const char *word = sy_schema_combination(root);

	if (sy_schema_empty(schema))
		return NULL;
	if (sy_schema_wrapped(schema))
		out = wrap(schema);
	else if (word != NULL && sy_schema_of_objects(root, word))
		out = flatten(schema, root, word);
	else if (root == schema && sy_json_text(schema, "type") != NULL && word == NULL)
		return json_object_get(schema);
	else
		out = only_object(root);
	keep_definitions(out, schema);
	return out;
}
