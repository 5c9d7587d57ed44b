/*
 * responses_read.c - the Responses surface: body to canonical request.
 *
 * Tools and the format of the answer are flat here, where chat completions nests them.
 * `truncation`, `max_tool_calls` and most of `include` ask for what no chat has: the response
 * says what holds instead ("disabled"), and thoughts that are sealed are always told so.
 */
#include "dialect/responses.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/openai.h"
#include "model/chat.h"

#include <string.h>

#define PATH 128

struct reading {
	const struct sy_ask *ask;
	struct json_object *root;
	struct sy_arena *a;
	struct sy_chat *out;
	struct sy_error *err;
};

/* --- Tools. ------------------------------------------------------------------------------ */

/* A grammar stands in an object of its own in the waist, as in chat completions. */
static struct json_object *nested_format(const struct reading *r,
    struct json_object *format)
{
	const char *type = sy_json_text(format, "type");
	struct json_object *nested, *grammar;

	if (type == NULL || strcmp(type, "grammar") != 0 ||
	    sy_json_get(format, "grammar") != NULL)
		return format;
	nested = sy_adopt_json(r->a, json_object_new_object());
	grammar = json_object_new_object();
	json_object_object_foreach(format, key, value) {
		if (strcmp(key, "type") != 0)
			json_object_object_add(grammar, key, json_object_get(value));
	}
	json_object_object_add(nested, "type", json_object_new_string(type));
	json_object_object_add(nested, "grammar", grammar);
	return nested;
}

static int read_tool(const struct reading *r, struct json_object *in, const char *path,
    struct sy_tool *t)
{
	const char *type = sy_json_text(in, "type");

	t->custom = type != NULL && strcmp(type, "custom") == 0;
	if (sy_json_need(sy_json_string(in, "name", path, &t->name, r->err), "name", path,
	        r->err) < 0 ||
	    sy_json_string(in, "description", path, &t->description, r->err) < 0 ||
	    sy_json_object(in, "parameters", path, &t->parameters, r->err) < 0 ||
	    sy_json_object(in, "format", path, &t->format, r->err) < 0 ||
	    sy_json_bool(in, "strict", path, &t->strict, r->err) < 0)
		return -1;
	if (t->format != NULL)
		t->format = nested_format(r, t->format);
	return 0;
}

static int read_tools(const struct reading *r)
{
	struct json_object *tools = NULL;
	char at[PATH];
	size_t count;

	if (sy_json_array(r->root, "tools", "", &tools, r->err) <= 0)
		return tools == NULL ? 0 : -1;
	count = json_object_array_length(tools);
	r->out->tools = sy_alloc(r->a, (count + 1) * sizeof(*r->out->tools));
	for (size_t i = 0; i < count; i++) {
		sy_json_path_at(at, sizeof(at), "", "tools", i);
		if (read_tool(r, json_object_array_get_idx(tools, i), at,
		        &r->out->tools[i]) < 0)
			return -1;
	}
	r->out->tool_count = count;
	return sy_openai_read_choice(sy_json_get(r->root, "tool_choice"), "tool_choice",
	    r->out, r->err);
}

/* --- The shape of the answer. ------------------------------------------------------------ */

static const struct sy_word formats[] = {
	{ "text", SY_FORMAT_TEXT },
	{ "json_object", SY_FORMAT_JSON_OBJECT },
	{ "json_schema", SY_FORMAT_JSON_SCHEMA },
	{ NULL, 0 },
};

static int read_format(const struct reading *r, struct json_object *format)
{
	const char *at = "text.format";
	int word = SY_FORMAT_TEXT;

	if (sy_json_need(sy_json_word(format, "type", at, formats, &word, r->err), "type",
	        at, r->err) < 0)
		return -1;
	r->out->format = (enum sy_format)word;
	if (word != SY_FORMAT_JSON_SCHEMA)
		return 0;
	if (sy_json_need(sy_json_string(format, "name", at, &r->out->schema_name, r->err),
	        "name", at, r->err) < 0 ||
	    sy_json_string(format, "description", at, &r->out->schema_description,
	        r->err) < 0 ||
	    sy_json_need(sy_json_object(format, "schema", at, &r->out->schema, r->err),
	        "schema", at, r->err) < 0)
		return -1;
	return sy_json_bool(format, "strict", at, &r->out->schema_strict, r->err);
}

static void add_extra(const struct reading *r, const char *key, struct json_object *value)
{
	json_object_object_add(r->out->extra, key, json_object_get(value));
}

static int read_text(const struct reading *r)
{
	struct json_object *text = NULL, *format = NULL;
	const char *verbosity = NULL;

	if (sy_json_object(r->root, "text", "", &text, r->err) < 0 ||
	    sy_json_object(text, "format", "text", &format, r->err) < 0 ||
	    sy_json_string(text, "verbosity", "text", &verbosity, r->err) < 0)
		return -1;
	if (verbosity != NULL)
		add_extra(r, "verbosity", sy_json_get(text, "verbosity"));
	return format != NULL ? read_format(r, format) : 0;
}

/* --- The rest. --------------------------------------------------------------------------- */

static int read_reasoning(const struct reading *r)
{
	struct json_object *reasoning = NULL;
	const char *summary = NULL;

	if (sy_json_object(r->root, "reasoning", "", &reasoning, r->err) < 0 ||
	    sy_json_string(reasoning, "effort", "reasoning", &r->out->reasoning_effort,
	        r->err) < 0 ||
	    sy_json_string(reasoning, "summary", "reasoning", &summary, r->err) < 0)
		return -1;
	if (summary != NULL)
		r->out->thoughts = SY_THOUGHTS_WANTED;
	return 0;
}

static bool includes(const struct reading *r, const char *what)
{
	struct json_object *list = sy_json_get(r->root, "include");

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *word = json_object_array_get_idx(list, i);

		if (json_object_is_type(word, json_type_string) &&
		    strcmp(json_object_get_string(word), what) == 0)
			return true;
	}
	return false;
}

static void read_logprobs(const struct reading *r)
{
	struct json_object *top = sy_json_get(r->root, "top_logprobs");

	if (json_object_get_int(top) == 0 && !includes(r, "message.output_text.logprobs"))
		return;
	json_object_object_add(r->out->extra, "logprobs", json_object_new_boolean(1));
	if (top != NULL)
		add_extra(r, "top_logprobs", top);
}

static int read_options(const struct reading *r)
{
	struct sy_chat *c = r->out;
	bool parallel;
	int rc;

	if (sy_json_number(r->root, "temperature", "", &c->temperature, r->err) < 0 ||
	    sy_json_number(r->root, "top_p", "", &c->top_p, r->err) < 0 ||
	    sy_json_string(r->root, "user", "", &c->user, r->err) < 0 ||
	    sy_json_string(r->root, "service_tier", "", &c->service_tier, r->err) < 0 ||
	    sy_json_object(r->root, "metadata", "", &c->metadata, r->err) < 0)
		return -1;
	rc = sy_json_bool(r->root, "parallel_tool_calls", "", &parallel, r->err);
	c->parallel_calls = rc > 0 ? parallel : -1;
	return rc;
}

/* Fields of this API alone, or read above: they are none of a chat's. */
static const char *const own_fields[] = { "background", "include", "input",
	"instructions", "max_output_tokens", "max_tool_calls", "parallel_tool_calls",
	"previous_response_id", "reasoning", "store", "text", "top_logprobs",
	"truncation", NULL };

static void read_extra(const struct reading *r)
{
	json_object_object_foreach(r->root, key, value) {
		enum sy_openai_use use = sy_openai_use(key);

		if (value != NULL && !sy_one_of(key, own_fields) && use != SY_USE_WAIST &&
		    use != SY_USE_GATEWAY)
			add_extra(r, key, value);
	}
}

/* A text, or a list of items. */
static int read_items(const struct reading *r, const char *field, enum sy_role role)
{
	struct json_object *value = sy_json_get(r->root, field);
	const char *text = NULL;

	if (json_object_is_type(value, json_type_array))
		return sy_responses_read_items(r->ask, value, field, r->a, r->out,
		    r->err);
	if (sy_json_string(r->root, field, "", &text, r->err) < 0)
		return -1;
	if (text != NULL)
		sy_responses_add_text(role, text, r->a, r->out);
	return 0;
}

static bool says_anything(const struct sy_chat *c)
{
	for (size_t i = 0; i < c->message_count; i++)
		if (c->messages[i].role != SY_ROLE_SYSTEM)
			return true;
	return false;
}

/* Instructions hold for this answer alone, so they stand before all that was said. */
static int read_input(const struct reading *r)
{
	if (read_items(r, "instructions", SY_ROLE_SYSTEM) < 0 ||
	    sy_responses_read_previous(r->ask, r->a, r->out, r->err) < 0)
		return -1;
	if (read_items(r, "input", SY_ROLE_USER) < 0)
		return -1;
	if (!says_anything(r->out))
		return sy_fail_code(r->err, SY_BAD_REQUEST, "input", "invalid_value",
		    "'input' holds nothing that could be answered");
	return 0;
}

int sy_responses_read(const struct sy_ask *ask, struct sy_arena *a, struct sy_chat *out,
    struct sy_error *err)
{
	struct reading r = { .ask = ask, .a = a, .out = out, .err = err };

	memset(out, 0, sizeof(*out));
	if (sy_json_parse(a, ask->scan.text, ask->scan.len, &r.root, err) < 0)
		return -1;
	out->model = ask->model;
	out->max_output_tokens = ask->max_output_tokens;
	out->n = 1;
	out->stream = out->include_usage = ask->stream;
	out->extra_of = "openai";
	out->extra = sy_adopt_json(a, json_object_new_object());
	if (read_input(&r) < 0 || read_tools(&r) < 0 || read_text(&r) < 0 ||
	    read_reasoning(&r) < 0 || read_options(&r) < 0)
		return -1;
	read_logprobs(&r);
	read_extra(&r);
	return 0;
}
