/*
 * schema.c - see schema.h.
 */
#include "dialect/schema.h"

#include "base/json.h"

#include <string.h>

static bool is_object(struct json_object *v)
{
	return json_object_is_type(v, json_type_object);
}

struct json_object *sy_schema_resolve(struct json_object *root, const char *ref)
{
	struct json_object *found = NULL;

	if (strcmp(ref, "#") == 0)
		return root;
	if (ref[0] != '#' || json_pointer_get(root, ref + 1, &found) < 0)
		return NULL;
	return is_object(found) ? found : NULL;
}

struct json_object *sy_schema_root(struct json_object *schema)
{
	struct json_object *at = schema;
	const char *ref;

	for (int hops = 0; hops < 8 && (ref = sy_json_text(at, "$ref")) != NULL; hops++) {
		at = sy_schema_resolve(schema, ref);
		if (at == NULL)
			return schema;
	}
	return at;
}

const char *const sy_schema_combinations[] = { "allOf", "anyOf", "oneOf", NULL };

const char *sy_schema_combination(struct json_object *schema)
{
	for (const char *const *word = sy_schema_combinations; *word != NULL; word++)
		if (json_object_is_type(sy_json_get(schema, *word), json_type_array))
			return *word;
	return NULL;
}

bool sy_schema_says_object(struct json_object *schema)
{
	const char *type = sy_json_text(schema, "type");

	if (type != NULL)
		return strcmp(type, "object") == 0;
	return sy_json_get(schema, "type") == NULL &&
	       is_object(sy_json_get(schema, "properties"));
}

bool sy_schema_of_objects(struct json_object *root, const char *word)
{
	struct json_object *list = sy_json_get(root, word);

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *branch = json_object_array_get_idx(list, i);
		const char *ref = sy_json_text(branch, "$ref");

		if (ref != NULL)
			branch = sy_schema_resolve(root, ref);
		if (!sy_schema_says_object(branch))
			return false;
	}
	return true;
}

bool sy_schema_empty(struct json_object *schema)
{
	return !is_object(schema) || json_object_object_length(schema) == 0;
}

bool sy_schema_wrapped(struct json_object *schema)
{
	struct json_object *root = sy_schema_root(schema);
	const char *word;

	if (sy_schema_empty(schema) || sy_schema_says_object(root))
		return false;
	word = sy_schema_combination(root);
	return word == NULL || !sy_schema_of_objects(root, word);
}
