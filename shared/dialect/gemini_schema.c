/*
 * gemini_schema.c - see gemini_schema.h.
 *
 * Both forms are made as a new tree, since a node's description is only known once all of it
 * has been read.  Functions that return a tree give a reference away.
 */
#include "dialect/gemini_schema.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/schema.h"

#include <stdlib.h>
#include <string.h>

#define MOST_DEPTH  64
#define MOST_NODES  5000 /* references can make a small document large */
#define MOST_MERGES 8    /* of allOf inside allOf */
#define MOST_COPIES 1    /* of a node inside itself */
#define WORDS_BYTES (1 << 20)
#define DEFINITIONS "#/definitions/"
#define DEFS        "#/$defs/"

struct walk {
	struct json_object *root;
	enum sy_gemini_form form;
	struct json_object *path[MOST_DEPTH]; /* what references led to */
	int references;
	int depth;
	int left;
};

/* A node that is being made, and what its description has to say more. */
struct node {
	struct json_object *out;
	const char *description;
	struct sy_buf words; /* "minLength: 2, maxLength: 40" */
	bool nullable;
};

static struct json_object *convert(struct walk *w, struct json_object *in);

static bool is_object(struct json_object *v)
{
	return json_object_is_type(v, json_type_object);
}

static bool is_array(struct json_object *v)
{
	return json_object_is_type(v, json_type_array);
}

static bool is_string(struct json_object *v)
{
	return json_object_is_type(v, json_type_string);
}

static bool says(struct json_object *v, const char *word)
{
	return is_string(v) && strcmp(json_object_get_string(v), word) == 0;
}

static bool among(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static struct json_object *typed(const char *type)
{
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "type", json_object_new_string(type));
	return out;
}

static void set(struct node *n, const char *key, struct json_object *value)
{
	json_object_object_add(n->out, key, value);
}

static void say(struct node *n, const char *key, struct json_object *value)
{
	if (n->words.len > 0)
		sy_buf_puts(&n->words, ", ");
	sy_buf_printf(&n->words, "%s: ", key);
	sy_json_print(&n->words, value);
}

/* Closes the node: its description, and that it may be null. */
static struct json_object *closed(struct node *n)
{
	struct sy_buf text;

	sy_buf_init(&text, WORDS_BYTES);
	if (n->description != NULL)
		sy_buf_puts(&text, n->description);
	if (n->words.len > 0)
		sy_buf_printf(&text, "%s(%s)", text.len > 0 ? " " : "", n->words.data);
	if (text.len > 0)
		set(n, "description",
		    json_object_new_string_len(text.data, (int)text.len));
	if (n->nullable)
		set(n, "nullable", json_object_new_boolean(1));
	sy_buf_release(&text);
	sy_buf_release(&n->words);
	return n->out;
}

/* --- References and allOf, which one form or both cannot say. ---------------------------- */

static void absorb_properties(struct json_object *to, struct json_object *from)
{
	struct json_object *into = sy_json_get(to, "properties"), *both;

	both = json_object_new_object();
	if (is_object(into)) {
		json_object_object_foreach(into, key, value)
			json_object_object_add(both, key, json_object_get(value));
	}
	json_object_object_foreach(from, name, schema) {
		if (!json_object_object_get_ex(both, name, NULL))
			json_object_object_add(both, name, json_object_get(schema));
	}
	json_object_object_add(to, "properties", both);
}

static void absorb_required(struct json_object *to, struct json_object *from)
{
	struct json_object *lists[] = { sy_json_get(to, "required"), from };
	struct json_object *all = json_object_new_array();

	for (int i = 0; i < 2; i++)
		for (size_t k = 0;
		     is_array(lists[i]) && k < json_object_array_length(lists[i]); k++)
			json_object_array_add(all,
			    json_object_get(json_object_array_get_idx(lists[i], k)));
	json_object_object_add(to, "required", all);
}

static void absorb(struct walk *w, struct json_object *to, struct json_object *from,
    int depth)
{
	struct json_object *branches = sy_json_get(from, "allOf");
	const char *ref = sy_json_text(from, "$ref");

	if (!is_object(from))
		return;
	json_object_object_foreach(from, key, value) {
		if (strcmp(key, "allOf") == 0 || strcmp(key, "$ref") == 0)
			continue;
		if (strcmp(key, "properties") == 0 && is_object(value))
			absorb_properties(to, value);
		else if (strcmp(key, "required") == 0)
			absorb_required(to, value);
		else if (!json_object_object_get_ex(to, key, NULL))
			json_object_object_add(to, key, json_object_get(value));
	}
	if (depth == MOST_MERGES)
		return;
	if (ref != NULL)
		absorb(w, to, sy_schema_resolve(w->root, ref), depth + 1);
	for (size_t i = 0; is_array(branches) && i < json_object_array_length(branches);
	     i++)
		absorb(w, to, json_object_array_get_idx(branches, i), depth + 1);
}

/* All that a node of several has to satisfy, as one. */
static struct json_object *merge_all(struct walk *w, struct json_object *in)
{
	struct json_object *merged = json_object_new_object(), *out;

	absorb(w, merged, in, 0);
	out = convert(w, merged);
	json_object_put(merged);
	return out;
}

/* A reference becomes a copy of what it means, but for what lies in itself again. */
static struct json_object *inlined(struct walk *w, struct json_object *in,
    const char *ref)
{
	struct json_object *target = sy_schema_resolve(w->root, ref), *out;
	const char *description = sy_json_text(in, "description");
	int copies = 0;

	for (int i = 0; i < w->references; i++)
		copies += w->path[i] == target;
	if (target == NULL || copies > MOST_COPIES) {
		out = typed("object");
		if (description == NULL)
			description = target == NULL ? "Any value."
			                             : "As the object that it is in.";
	} else {
		w->path[w->references++] = target;
		out = convert(w, target);
		w->references--;
	}
	if (description != NULL)
		json_object_object_add(out, "description",
		    json_object_new_string(description));
	return out;
}

/* --- OpenAPI's form. --------------------------------------------------------------------- */

static const char *const passed[] = { "pattern", "minLength", "maxLength", "minItems",
	"maxItems", "minimum", "maximum", "minProperties", "maxProperties", NULL };

/* Said in words; whatever else there may be says nothing to a model. */
static const char *const worth_saying[] = { "exclusiveMinimum", "exclusiveMaximum",
	"multipleOf", "uniqueItems", "patternProperties", "propertyNames", "not", "if",
	"then", "else", "contains", "minContains", "maxContains", "const", "enum",
	"format", NULL };

static bool knows_format(const char *type, const char *format)
{
	static const char *const of_strings[] = { "enum", "date-time", NULL };
	static const char *const of_numbers[] = { "float", "double", NULL };
	static const char *const of_integers[] = { "int32", "int64", NULL };
	static const char *const none[] = { NULL };

	return among(format, strcmp(type, "string") == 0    ? of_strings
	                     : strcmp(type, "number") == 0  ? of_numbers
	                     : strcmp(type, "integer") == 0 ? of_integers
	                                                    : none);
}

static bool is_null(struct json_object *schema)
{
	return says(sy_json_get(schema, "type"), "null");
}

/* Alternatives, of which null is a mark of the node; one that is left is the node. */
static struct json_object *union_of(struct walk *w, struct json_object *in,
    struct json_object *branches)
{
	struct node n = { .description = sy_json_text(in, "description") };
	struct json_object *list = json_object_new_array(), *only;

	for (size_t i = 0; i < json_object_array_length(branches); i++) {
		struct json_object *branch = json_object_array_get_idx(branches, i);

		if (is_null(branch))
			n.nullable = true;
		else
			json_object_array_add(list, convert(w, branch));
	}
	sy_buf_init(&n.words, WORDS_BYTES);
	if (json_object_array_length(list) == 0)
		json_object_array_add(list, typed("string"));
	if (json_object_array_length(list) == 1) {
		only = json_object_array_get_idx(list, 0);
		n.out = json_object_get(only);
		json_object_put(list);
		if (n.description == NULL)
			n.description = sy_json_text(only, "description");
		return closed(&n);
	}
	n.out = json_object_new_object();
	set(&n, "anyOf", list);
	return closed(&n);
}

/* The type of several, as alternatives of the node without them. */
static struct json_object *split_types(struct walk *w, struct json_object *in,
    struct json_object *types)
{
	struct json_object *branches = json_object_new_array(), *out;

	for (size_t i = 0; i < json_object_array_length(types); i++) {
		struct json_object *branch = json_object_new_object();

		json_object_object_foreach(in, key, value) {
			if (strcmp(key, "description") != 0)
				json_object_object_add(branch, key,
				    json_object_get(value));
		}
		json_object_object_add(branch, "type",
		    json_object_get(json_object_array_get_idx(types, i)));
		json_object_array_add(branches, branch);
	}
	out = union_of(w, in, branches);
	json_object_put(branches);
	return out;
}

static const char *type_of(struct json_object *in)
{
	const char *type = sy_json_text(in, "type");

	if (type != NULL)
		return type;
	if (is_object(sy_json_get(in, "properties")))
		return "object";
	if (sy_json_get(in, "items") != NULL || sy_json_get(in, "prefixItems") != NULL)
		return "array";
	if (sy_json_get(in, "enum") != NULL || sy_json_get(in, "const") != NULL)
		return "string";
	return NULL;
}

/* Only strings can be listed, and none of them empty. */
static void add_values(struct node *n, struct json_object *values)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(values); i++) {
		struct json_object *v = json_object_array_get_idx(values, i);

		if (v == NULL)
			n->nullable = true;
		else if (is_string(v) && json_object_get_string_len(v) > 0)
			json_object_array_add(list, json_object_get(v));
		else if (!is_string(v)) {
			json_object_put(list);
			say(n, "enum", values);
			return;
		}
	}
	if (json_object_array_length(list) > 0)
		set(n, "enum", list);
	else
		json_object_put(list);
}

static void add_const(struct node *n, struct json_object *value)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, json_object_get(value));
	add_values(n, list);
	json_object_put(list);
}

static struct json_object *property(struct walk *w, struct json_object *schema)
{
	if (json_object_is_type(schema, json_type_boolean))
		return json_object_get_boolean(schema) ? typed("object") : NULL;
	return convert(w, schema);
}

static void add_required(struct node *n, struct json_object *names,
    struct json_object *properties)
{
	struct json_object *list;

	if (!is_array(names))
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < json_object_array_length(names); i++) {
		struct json_object *name = json_object_array_get_idx(names, i);

		if (is_string(name) &&
		    sy_json_get(properties, json_object_get_string(name)) != NULL)
			json_object_array_add(list, json_object_get(name));
	}
	if (json_object_array_length(list) > 0)
		set(n, "required", list);
	else
		json_object_put(list);
}

/* Models write members in the order of the alphabet unless they are told another. */
static void add_order(struct node *n, struct json_object *properties)
{
	struct json_object *order;

	if (n->out == NULL || json_object_object_length(properties) < 2)
		return;
	order = json_object_new_array();
	json_object_object_foreach(properties, name, ignored) {
		(void)ignored;
		json_object_array_add(order, json_object_new_string(name));
	}
	set(n, "propertyOrdering", order);
}

static void add_properties(struct walk *w, struct node *n, struct json_object *in)
{
	struct json_object *from = sy_json_get(in, "properties"), *made;

	if (!is_object(from) || json_object_object_length(from) == 0)
		return;
	made = json_object_new_object();
	json_object_object_foreach(from, name, schema) {
		struct json_object *one = property(w, schema);

		if (one != NULL)
			json_object_object_add(made, name, one);
	}
	set(n, "properties", made);
	add_required(n, sy_json_get(in, "required"), made);
	if (w->form == SY_GEMINI_OPENAPI)
		add_order(n, made);
}

static void add_items(struct walk *w, struct node *n, struct json_object *in)
{
	struct json_object *items = sy_json_get(in, "prefixItems"), *any;

	if (items == NULL)
		items = sy_json_get(in, "items");
	if (is_array(items)) {
		any = json_object_new_object();
		set(n, "items", union_of(w, any, items));
		json_object_put(any);
	} else if (is_object(items) && json_object_object_length(items) > 0) {
		set(n, "items", convert(w, items));
	} else {
		set(n, "items", typed("string"));
	}
}

static void add_rest(struct node *n, struct json_object *in, const char *type)
{
	json_object_object_foreach(in, key, value) {
		if (strcmp(key, "enum") == 0 && is_array(value))
			add_values(n, value);
		else if (strcmp(key, "const") == 0)
			add_const(n, value);
		else if (strcmp(key, "nullable") == 0)
			n->nullable |= json_object_get_boolean(value);
		else if (strcmp(key, "format") == 0 && is_string(value) &&
		         knows_format(type, json_object_get_string(value)))
			set(n, key, json_object_get(value));
		else if (among(key, passed))
			set(n, key, json_object_get(value));
		else if (among(key, worth_saying))
			say(n, key, value);
	}
}

static struct json_object *openapi(struct walk *w, struct json_object *in)
{
	struct node n = { .description = sy_json_text(in, "description") };
	struct json_object *any = sy_json_get(in, "anyOf"), *types;
	const char *type = type_of(in);

	if (!is_array(any))
		any = sy_json_get(in, "oneOf");
	types = sy_json_get(in, "type");
	if (is_array(any) && !is_object(sy_json_get(in, "properties")))
		return union_of(w, in, any);
	if (is_array(types))
		return split_types(w, in, types);
	if (type == NULL)
		type = "object";
	sy_buf_init(&n.words, WORDS_BYTES);
	n.out = typed(type);
	if (strcmp(type, "object") == 0)
		add_properties(w, &n, in);
	else if (strcmp(type, "array") == 0)
		add_items(w, &n, in);
	add_rest(&n, in, type);
	if (is_array(any))
		say(&n, "anyOf", any);
	return closed(&n);
}

/* --- JSON Schema's. ---------------------------------------------------------------------- */

static const char *const known[] = { "$id", "$anchor", "type", "format", "title", "enum",
	"minItems", "maxItems", "minimum", "maximum", "propertyOrdering", NULL };
static const char *const unions[] = { "anyOf", "oneOf", "prefixItems", NULL };
static const char *const nested[] = { "items", "additionalProperties", NULL };

static struct json_object *new_reference(const char *ref)
{
	struct json_object *out = json_object_new_object();
	struct sy_buf text;

	sy_buf_init(&text, WORDS_BYTES);
	if (sy_starts(ref, DEFINITIONS))
		sy_buf_printf(&text, "%s%s", DEFS, ref + strlen(DEFINITIONS));
	else
		sy_buf_puts(&text, ref);
	json_object_object_add(out, "$ref",
	    json_object_new_string_len(text.data, (int)text.len));
	sy_buf_release(&text);
	return out;
}

static struct json_object *each(struct walk *w, struct json_object *list)
{
	struct json_object *out = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(list); i++)
		json_object_array_add(out,
		    convert(w, json_object_array_get_idx(list, i)));
	return out;
}

static void add_definitions(struct walk *w, struct node *n, struct json_object *from)
{
	struct json_object *to = sy_json_get(n->out, "$defs");

	if (to == NULL) {
		to = json_object_new_object();
		set(n, "$defs", to);
	}
	json_object_object_foreach(from, name, schema)
		json_object_object_add(to, name, convert(w, schema));
}

static void add_known(struct walk *w, struct node *n, const char *key,
    struct json_object *value)
{
	struct json_object *list;

	if (strcmp(key, "const") == 0) {
		list = json_object_new_array();
		json_object_array_add(list, json_object_get(value));
		set(n, "enum", list);
	} else if ((strcmp(key, "$defs") == 0 || strcmp(key, "definitions") == 0) &&
	           is_object(value)) {
		add_definitions(w, n, value);
	} else if (among(key, unions) && is_array(value)) {
		set(n, key, each(w, value));
	} else if (strcmp(key, "items") == 0 && is_array(value)) {
		set(n, "prefixItems", each(w, value));
	} else if (among(key, nested)) {
		set(n, key, convert(w, value));
	} else if (among(key, known)) {
		set(n, key, json_object_get(value));
	} else if (among(key, passed) || among(key, worth_saying)) {
		say(n, key, value);
	}
}

static struct json_object *json_schema(struct walk *w, struct json_object *in)
{
	struct node n = { .description = sy_json_text(in, "description") };

	sy_buf_init(&n.words, WORDS_BYTES);
	n.out = json_object_new_object();
	json_object_object_foreach(in, key, value)
		add_known(w, &n, key, value);
	add_properties(w, &n, in);
	return closed(&n);
}

/* --- Either. ----------------------------------------------------------------------------- */

static struct json_object *convert_node(struct walk *w, struct json_object *in)
{
	const char *ref = sy_json_text(in, "$ref");

	if (is_array(sy_json_get(in, "allOf")))
		return merge_all(w, in);
	if (w->form == SY_GEMINI_JSON)
		return ref != NULL ? new_reference(ref) : json_schema(w, in);
	return ref != NULL ? inlined(w, in, ref) : openapi(w, in);
}

static struct json_object *convert(struct walk *w, struct json_object *in)
{
	struct json_object *out;

	if (!is_object(in))
		return w->form == SY_GEMINI_JSON ? json_object_get(in) : typed("string");
	if (w->depth == MOST_DEPTH || w->left-- <= 0)
		return typed("object");
	w->depth++;
	out = convert_node(w, in);
	w->depth--;
	return out;
}

static void print(struct json_object *schema, enum sy_gemini_form form,
    struct sy_buf *out)
{
	struct walk w = { .root = schema, .form = form, .left = MOST_NODES };
	struct json_object *made = convert(&w, schema);

	sy_json_print(out, made);
	json_object_put(made);
}

void sy_gemini_schema_print(struct json_object *schema, enum sy_gemini_form form,
    struct sy_buf *out)
{
	if (sy_schema_empty(schema))
		sy_buf_puts(out, "{\"type\":\"object\"}");
	else
		print(schema, form, out);
}

/* An object without properties is refused at the root. */
static bool takes_nothing(struct json_object *input)
{
	return sy_schema_empty(sy_json_get(input, "properties")) &&
	       !is_object(sy_json_get(input, "additionalProperties")) &&
	       !is_object(sy_json_get(input, "patternProperties"));
}

bool sy_gemini_schema_print_input(struct json_object *schema, enum sy_gemini_form form,
    const char *key, struct sy_buf *out)
{
	struct json_object *input = sy_schema_input(schema);
	bool some = input != NULL && !takes_nothing(input);

	if (some) {
		sy_buf_printf(out, ",\"%s\":", key);
		print(input, form, out);
	}
	json_object_put(input);
	return some;
}

static bool loses(struct json_object *in, int depth);

static bool any_loses(struct json_object *values, int depth)
{
	if (is_array(values)) {
		for (size_t i = 0; i < json_object_array_length(values); i++)
			if (loses(json_object_array_get_idx(values, i), depth))
				return true;
	} else if (is_object(values)) {
		json_object_object_foreach(values, key, value) {
			(void)key;
			if (loses(value, depth))
				return true;
		}
	}
	return false;
}

/* More than one thing, null apart. */
static bool is_union(struct json_object *list)
{
	size_t count = 0;

	for (size_t i = 0; is_array(list) && i < json_object_array_length(list); i++) {
		struct json_object *v = json_object_array_get_idx(list, i);

		count += !is_null(v) && !says(v, "null");
	}
	return count > 1;
}

static bool loses(struct json_object *in, int depth)
{
	static const char *const below[] = { "anyOf", "oneOf", "allOf", "properties",
		"$defs", "definitions", NULL };

	if (!is_object(in) || depth == MOST_DEPTH)
		return false;
	if (sy_json_text(in, "$ref") != NULL || is_union(sy_json_get(in, "anyOf")) ||
	    is_union(sy_json_get(in, "oneOf")) || is_union(sy_json_get(in, "type")) ||
	    is_object(sy_json_get(in, "additionalProperties")) ||
	    sy_json_get(in, "prefixItems") != NULL || is_array(sy_json_get(in, "items")))
		return true;
	for (const char *const *key = below; *key != NULL; key++)
		if (any_loses(sy_json_get(in, *key), depth + 1))
			return true;
	return loses(sy_json_get(in, "items"), depth + 1);
}

enum sy_gemini_form sy_gemini_form_of(struct json_object *schema)
{
	return loses(schema, 0) ? SY_GEMINI_JSON : SY_GEMINI_OPENAPI;
}
