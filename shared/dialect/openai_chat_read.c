/*
 * openai_chat_read.c - the chat completions surface: body to canonical request.
 *
 * Runs when a request crosses dialects or a provider needs its body rebuilt.  `ask` has
 * checked types and ranges of the plain fields; this reads what it did not look into.
 */
#include "dialect/openai_chat.h"

#include "base/arena.h"
#include "base/json.h"
#include "dialect/openai.h"
#include "model/chat.h"

#include <string.h>

#define PATH 128

struct reading {
	struct json_object *root;
	struct sy_arena *a;
	struct sy_chat *out;
	struct sy_error *err;
};

/* --- Tools. ------------------------------------------------------------------------------ */

static int read_function(const struct reading *r, struct json_object *in,
    const char *path, struct sy_tool *t)
{
	if (sy_json_need(sy_json_string(in, "name", path, &t->name, r->err), "name", path,
	        r->err) < 0 ||
	    sy_json_string(in, "description", path, &t->description, r->err) < 0 ||
	    sy_json_object(in, "parameters", path, &t->parameters, r->err) < 0 ||
	    sy_json_bool(in, "strict", path, &t->strict, r->err) < 0)
		return -1;
	return 0;
}

static int read_custom(const struct reading *r, struct json_object *in, const char *path,
    struct sy_tool *t)
{
	t->custom = true;
	if (sy_json_need(sy_json_string(in, "name", path, &t->name, r->err), "name", path,
	        r->err) < 0 ||
	    sy_json_string(in, "description", path, &t->description, r->err) < 0 ||
	    sy_json_object(in, "format", path, &t->format, r->err) < 0)
		return -1;
	return 0;
}

static int read_tool(const struct reading *r, struct json_object *in, const char *path,
    struct sy_tool *t)
{
	const char *type = "function";
	struct json_object *body = NULL;
	char at[PATH];

	if (sy_json_string(in, "type", path, &type, r->err) < 0)
		return -1;
	if (strcmp(type, "function") != 0 && strcmp(type, "custom") != 0) {
		sy_json_path(at, sizeof(at), path, "type");
		return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_value",
		    "'%s' cannot be '%s': function and custom tools can be sent", at,
		    type);
	}
	if (sy_json_need(sy_json_object(in, type, path, &body, r->err), type, path,
	        r->err) < 0 ||
	    sy_json_object(in, "cache_control", path, &t->cache_control, r->err) < 0)
		return -1;
	sy_json_path(at, sizeof(at), path, type);
	return type[0] == 'c' ? read_custom(r, body, at, t)
	                      : read_function(r, body, at, t);
}

static int read_tools(const struct reading *r)
{
	struct json_object *tools = NULL, *old = NULL;
	size_t count, old_count;
	char at[PATH];

	if (sy_json_array(r->root, "tools", "", &tools, r->err) < 0 ||
	    sy_json_array(r->root, "functions", "", &old, r->err) < 0)
		return -1;
	count = tools != NULL ? json_object_array_length(tools) : 0;
	old_count = count == 0 && old != NULL ? json_object_array_length(old) : 0;
	r->out->old_functions = old_count > 0;
	r->out->tools = sy_alloc(r->a, (count + old_count + 1) * sizeof(struct sy_tool));
	for (size_t i = 0; i < count; i++) {
		sy_json_path_at(at, sizeof(at), "", "tools", i);
		if (read_tool(r, json_object_array_get_idx(tools, i), at,
		        &r->out->tools[i]) < 0)
			return -1;
	}
	for (size_t i = 0; i < old_count; i++) {
		sy_json_path_at(at, sizeof(at), "", "functions", i);
		if (read_function(r, json_object_array_get_idx(old, i), at,
		        &r->out->tools[i]) < 0)
			return -1;
	}
	r->out->tool_count = count + old_count;
	return 0;
}

static int read_choice(const struct reading *r)
{
	const char *field = r->out->old_functions ? "function_call" : "tool_choice";

	return sy_openai_read_choice(sy_json_get(r->root, field), field, r->out, r->err);
}

/* --- The shape of the answer. ------------------------------------------------------------ */

static int read_schema(const struct reading *r, struct json_object *format)
{
	struct json_object *schema = NULL;
	const char *at = "response_format.json_schema";

	r->out->format = SY_FORMAT_JSON_SCHEMA;
	r->out->schema_name = "answer"; /* who made the shape their own leave it out */
	if (sy_json_need(sy_json_object(format, "json_schema", "response_format", &schema,
	                     r->err),
	        "json_schema", "response_format", r->err) < 0 ||
	    sy_json_string(schema, "name", at, &r->out->schema_name, r->err) < 0 ||
	    sy_json_string(schema, "description", at, &r->out->schema_description,
	        r->err) < 0 ||
	    sy_json_object(schema, "schema", at, &r->out->schema, r->err) < 0 ||
	    sy_json_bool(schema, "strict", at, &r->out->schema_strict, r->err) < 0)
		return -1;
	return 0;
}

static int read_format(const struct reading *r)
{
	static const struct sy_word words[] = {
		{ "text", SY_FORMAT_TEXT },
		{ "json_object", SY_FORMAT_JSON_OBJECT },
		{ "json_schema", SY_FORMAT_JSON_SCHEMA },
		{ NULL, 0 },
	};
	struct json_object *format = NULL;
	int word = SY_FORMAT_TEXT;

	if (sy_json_object(r->root, "response_format", "", &format, r->err) < 0)
		return -1;
	if (format == NULL)
		return 0;
	if (sy_json_need(sy_json_word(format, "type", "response_format", words, &word,
	                     r->err),
	        "type", "response_format", r->err) < 0)
		return -1;
	r->out->format = (enum sy_format)word;
	if (word == SY_FORMAT_JSON_SCHEMA)
		return read_schema(r, format);
	/* Together and llama.cpp: a schema beside json_object. */
	if (sy_json_object(format, "schema", "response_format", &r->out->schema, r->err) >
	    0) {
		r->out->format = SY_FORMAT_JSON_SCHEMA;
		r->out->schema_name = "answer";
	}
	return 0;
}

static int read_stop(const struct reading *r)
{
	struct json_object *stop = sy_json_get(r->root, "stop");
	bool list = json_object_is_type(stop, json_type_array);
	size_t count = list ? json_object_array_length(stop) : 1;

	if (stop == NULL || count == 0)
		return 0;
	r->out->stop = sy_alloc(r->a, count * sizeof(*r->out->stop));
	for (size_t i = 0; i < count; i++) {
		struct json_object *s = list ? json_object_array_get_idx(stop, i) : stop;

		if (!json_object_is_type(s, json_type_string))
			return sy_json_wrong_type("stop", "",
			    "a string or an array of strings", r->err);
		r->out->stop[r->out->stop_count++] = json_object_get_string(s);
	}
	return 0;
}

/* --- Reasoning, under all its names. ----------------------------------------------------- */

static const struct sy_word on_off[] = {
	{ "enabled", 1 },
	{ "adaptive", 1 },
	{ "disabled", 0 },
	{ NULL, 0 },
};

static int read_reasoning(const struct reading *r)
{
	struct sy_chat *c = r->out;
	struct json_object *reasoning = NULL, *thinking = NULL;
	int64_t *budget = &c->reasoning_budget_tokens;
	bool enabled = true, exclude = false, include = true;
	int on = 1;

	if (sy_json_object(r->root, "reasoning", "", &reasoning, r->err) < 0 ||
	    sy_json_object(r->root, "thinking", "", &thinking, r->err) < 0 ||
	    sy_json_string(r->root, "reasoning_effort", "", &c->reasoning_effort,
	        r->err) < 0 ||
	    sy_json_bool(r->root, "enable_thinking", "", &enabled, r->err) < 0 ||
	    sy_json_int(r->root, "thinking_budget", "", 0, INT32_MAX, budget, r->err) <
	        0 ||
	    sy_json_string(reasoning, "effort", "reasoning", &c->reasoning_effort,
	        r->err) < 0 ||
	    sy_json_int(reasoning, "max_tokens", "reasoning", 0, INT32_MAX, budget,
	        r->err) < 0 ||
	    sy_json_bool(reasoning, "enabled", "reasoning", &enabled, r->err) < 0 ||
	    sy_json_bool(reasoning, "exclude", "reasoning", &exclude, r->err) < 0 ||
	    sy_json_bool(r->root, "include_reasoning", "", &include, r->err) < 0 ||
	    sy_json_int(thinking, "budget_tokens", "thinking", 0, INT32_MAX, budget,
	        r->err) < 0 ||
	    sy_json_word(thinking, "type", "thinking", on_off, &on, r->err) < 0)
		return -1;
	if (exclude || !include)
		c->thoughts = SY_THOUGHTS_UNWANTED;
	if (!enabled || !on)
		c->reasoning_effort = "none";
	else if (c->reasoning_effort == NULL && *budget == 0 &&
	         (reasoning != NULL || thinking != NULL ||
	             sy_json_get(r->root, "enable_thinking")))
		c->reasoning_effort = "medium";
	return 0;
}

/* --- The rest. --------------------------------------------------------------------------- */

static int read_numbers(const struct reading *r)
{
	struct sy_chat *c = r->out;
	struct json_object *root = r->root;
	bool parallel;
	int rc;

	if (sy_json_number(root, "temperature", "", &c->temperature, r->err) < 0 ||
	    sy_json_number(root, "top_p", "", &c->top_p, r->err) < 0 ||
	    sy_json_number(root, "top_k", "", &c->top_k, r->err) < 0 ||
	    sy_json_number(root, "frequency_penalty", "", &c->frequency_penalty, r->err) <
	        0 ||
	    sy_json_number(root, "presence_penalty", "", &c->presence_penalty, r->err) <
	        0 ||
	    sy_json_number(root, "seed", "", &c->seed, r->err) < 0)
		return -1;
	rc = sy_json_bool(root, "parallel_tool_calls", "", &parallel, r->err);
	c->parallel_calls = rc > 0 ? parallel : -1;
	return rc < 0 ? -1 : 0;
}

/* Members of `from` that have no place in the waist. */
static void keep_extra(const struct reading *r, struct json_object *from)
{
	json_object_object_foreach(from, key, value) {
		enum sy_openai_use use = sy_openai_use(key);

		if (value == NULL || use == SY_USE_WAIST || use == SY_USE_GATEWAY ||
		    sy_json_get(r->out->extra, key) != NULL)
			continue;
		/* "store": false asks for what is done anyway. */
		if (use == SY_USE_WITHHELD && !json_object_get_boolean(value))
			continue;
		json_object_object_add(r->out->extra, key, json_object_get(value));
	}
}

/* What Python's clients merge into the body, others send as it is called there; Google's own
 * endpoint is the one that wants it so. */
static void read_extra(const struct reading *r)
{
	struct json_object *literal = sy_json_get(r->root, "extra_body");

	r->out->extra = sy_adopt_json(r->a, json_object_new_object());
	keep_extra(r, r->root);
	if (!json_object_is_type(literal, json_type_object) ||
	    sy_json_get(literal, "google") != NULL)
		return;
	json_object_object_del(r->out->extra, "extra_body");
	keep_extra(r, literal);
}

int sy_openai_chat_read(const struct sy_ask *ask, struct sy_arena *a, struct sy_chat *out,
    struct sy_error *err)
{
	struct reading r = { .a = a, .out = out, .err = err };

	memset(out, 0, sizeof(*out));
	if (sy_json_parse(a, ask->scan.text, ask->scan.len, &r.root, err) < 0)
		return -1;
	out->model = ask->model;
	out->max_output_tokens = ask->max_output_tokens;
	out->n = ask->n;
	out->stream = ask->stream;
	out->include_usage = ask->include_usage;
	if (sy_openai_read_messages(r.root, a, out, err) < 0 || read_tools(&r) < 0 ||
	    read_choice(&r) < 0 || read_format(&r) < 0 || read_stop(&r) < 0 ||
	    read_numbers(&r) < 0 || read_reasoning(&r) < 0 ||
	    sy_json_string(r.root, "user", "", &out->user, err) < 0 ||
	    sy_json_string(r.root, "service_tier", "", &out->service_tier, err) < 0 ||
	    sy_json_object(r.root, "metadata", "", &out->metadata, err) < 0)
		return -1;
	read_extra(&r);
	return 0;
}
