/*
 * anthropic_schema.c - see anthropic_schema.h.
 */
#include "dialect/anthropic_schema.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/schema.h"

#include <limits.h>
#include <string.h>

#define MOST_BRANCHES 64 /* references can make few bytes into many branches */
#define EMPTY_INPUT   "{\"type\":\"object\",\"properties\":{}}"

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

/* Combinations at the root are refused for the whole request: one object with the properties
 * of all, and the alternatives in words. */
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
		if (!among(key, sy_schema_combinations) &&
		    strcmp(key, "additionalProperties") != 0 &&
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

static void print_built(struct json_object *out_tree, struct json_object *schema,
    struct sy_buf *out)
{
	keep_definitions(out_tree, schema);
	sy_json_print(out, out_tree);
	json_object_put(out_tree);
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

void sy_schema_print_input(struct json_object *schema, struct sy_buf *out)
{
	struct json_object *root = sy_schema_root(schema), *tree;
	const char *word = sy_schema_combination(root);

	if (sy_schema_empty(schema)) {
		sy_buf_puts(out, EMPTY_INPUT);
		return;
	}
	if (sy_schema_wrapped(schema)) {
		print_built(wrap(schema), schema, out);
	} else if (word != NULL && sy_schema_of_objects(root, word)) {
		print_built(flatten(schema, root, word), schema, out);
	} else if (root == schema && sy_json_text(schema, "type") != NULL &&
	           word == NULL) {
		sy_json_print(out, schema);
	} else {
		tree = json_object_new_object();
		json_object_object_add(tree, "type", json_object_new_string("object"));
		json_object_object_foreach(root, key, value) {
			if (!among(key, sy_schema_combinations) && strcmp(key, "type") != 0)
				json_object_object_add(tree, key, json_object_get(value));
		}
		print_built(tree, schema, out);
	}
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
