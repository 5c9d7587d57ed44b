/*
 * messages_read.c - the Messages surface: body to canonical request.
 *
 * Runs when a request crosses dialects, or a provider of this one needs its body rebuilt.
 */
#include "dialect/messages.h"

#include "base/arena.h"
#include "base/text.h"
#include "dialect/notes.h"
#include "model/chat.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PATH         128
#define LABEL_MAX    64 /* what every provider takes for a user's label */
#define SCHEMA_DEPTH 64

struct reading {
	struct json_object *root;
	struct sy_arena *a;
	struct sy_chat *out;
	struct sy_error *err;
};

/* --- Tools. ------------------------------------------------------------------------------ */

/* Tools with a type of their own are Anthropic's: some it runs itself, for others only its
 * models know what may be put in. */
static int check_type(const struct reading *r, struct json_object *in, const char *path)
{
	const char *type = sy_json_text(in, "type");

	if (type == NULL || type[0] == '\0' || strcmp(type, "custom") == 0)
		return 0;
	return sy_fail_code(r->err, SY_REFUSED, path, "unsupported_tool",
	    "'%s' is '%.60s', a tool that only Anthropic's own models have", path, type);
}

static int read_tool(const struct reading *r, struct json_object *in, const char *path,
    struct sy_tool *t)
{
	if (check_type(r, in, path) < 0 ||
	    sy_json_need(sy_json_string(in, "name", path, &t->name, r->err), "name", path,
	        r->err) < 0 ||
	    sy_json_string(in, "description", path, &t->description, r->err) < 0 ||
	    sy_json_object(in, "input_schema", path, &t->parameters, r->err) < 0 ||
	    sy_json_bool(in, "strict", path, &t->strict, r->err) < 0 ||
	    sy_json_object(in, "cache_control", path, &t->cache_control, r->err) < 0)
		return -1;
	return 0;
}

static int read_tools(const struct reading *r)
{
	struct json_object *list = sy_json_get(r->root, "tools");
	size_t count = list != NULL ? json_object_array_length(list) : 0;
	char at[PATH];

	r->out->tools = sy_alloc(r->a, (count + 1) * sizeof(*r->out->tools));
	for (size_t i = 0; i < count; i++) {
		sy_json_path_at(at, sizeof(at), "", "tools", i);
		if (read_tool(r, json_object_array_get_idx(list, i), at,
		        &r->out->tools[i]) < 0)
			return -1;
	}
	r->out->tool_count = count;
	return 0;
}

static const struct sy_word choices[] = {
	{ "auto", SY_CHOICE_AUTO },
	{ "any", SY_CHOICE_REQUIRED },
	{ "tool", SY_CHOICE_TOOL },
	{ "none", SY_CHOICE_NONE },
	{ NULL, 0 },
};

static int check_choice(const struct reading *r)
{
	const char *name = r->out->choice_name;

	for (size_t i = 0; i < r->out->tool_count; i++)
		if (strcmp(r->out->tools[i].name, name) == 0)
			return 0;
	return sy_fail(r->err, SY_BAD_REQUEST, "tool_choice.name",
	    "'tool_choice.name' is '%.60s', which is none of the tools", name);
}

/* Without tools it means nothing, and is sent all the same. */
static int read_choice(const struct reading *r)
{
	struct json_object *in = sy_json_get(r->root, "tool_choice");
	bool alone = false;
	int choice = SY_CHOICE_DEFAULT;

	r->out->parallel_calls = -1;
	if (in == NULL || r->out->tool_count == 0)
		return 0;
	if (sy_json_need(sy_json_word(in, "type", "tool_choice", choices, &choice,
	                     r->err),
	        "type", "tool_choice", r->err) < 0 ||
	    sy_json_bool(in, "disable_parallel_tool_use", "tool_choice", &alone, r->err) <
	        0)
		return -1;
	r->out->tool_choice = (enum sy_tool_choice)choice;
	if (alone)
		r->out->parallel_calls = 0;
	if (choice != SY_CHOICE_TOOL)
		return 0;
	if (sy_json_need(sy_json_string(in, "name", "tool_choice", &r->out->choice_name,
	                     r->err),
	        "name", "tool_choice", r->err) < 0)
		return -1;
	return check_choice(r);
}

/* --- The shape of the answer. ------------------------------------------------------------ */

static bool is_listed(struct json_object *list, const char *word)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (json_object_is_type(item, json_type_string) &&
		    strcmp(json_object_get_string(item), word) == 0)
			return true;
	}
	return false;
}

/* OpenAI's strict schemas are closed, and have all they name. */
static bool is_closed(struct json_object *schema)
{
	struct json_object *properties = sy_json_get(schema, "properties");
	struct json_object *more = sy_json_get(schema, "additionalProperties");

	if (properties == NULL)
		return true;
	if (!json_object_is_type(properties, json_type_object) ||
	    !json_object_is_type(more, json_type_boolean) ||
	    json_object_get_boolean(more))
		return false;
	json_object_object_foreach(properties, name, value) {
		(void)value;
		if (!is_listed(sy_json_get(schema, "required"), name))
			return false;
	}
	return true;
}

static bool is_strict(struct json_object *node, int depth)
{
	if (depth > SCHEMA_DEPTH || !is_closed(node))
		return false;
	if (json_object_is_type(node, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(node); i++)
			if (!is_strict(json_object_array_get_idx(node, i), depth + 1))
				return false;
	} else if (json_object_is_type(node, json_type_object)) {
		json_object_object_foreach(node, key, value) {
			(void)key;
			if (!is_strict(value, depth + 1))
				return false;
		}
	}
	return true;
}

static int read_format(const struct reading *r)
{
	struct json_object *format =
	    sy_json_get(sy_json_get(r->root, "output_config"), "format");
	const char *path = "output_config.format";

	if (format == NULL) {
		format = sy_json_get(r->root, "output_format");
		path = "output_format";
	}
	if (format == NULL)
		return 0;
	if (sy_json_need(sy_json_object(format, "schema", path, &r->out->schema, r->err),
	        "schema", path, r->err) < 0)
		return -1;
	r->out->format = SY_FORMAT_JSON_SCHEMA;
	r->out->schema_name = "output";
	r->out->schema_strict = is_strict(r->out->schema, 0);
	return 0;
}

static int read_stops(const struct reading *r)
{
	struct json_object *list = sy_json_get(r->root, "stop_sequences");
	size_t count = list != NULL ? json_object_array_length(list) : 0;

	r->out->stop = sy_alloc(r->a, (count + 1) * sizeof(*r->out->stop));
	for (size_t i = 0; i < count; i++) {
		struct json_object *stop = json_object_array_get_idx(list, i);

		if (!json_object_is_type(stop, json_type_string))
			return sy_json_wrong_type("stop_sequences", "",
			    "an array of strings", r->err);
		r->out->stop[r->out->stop_count++] = json_object_get_string(stop);
	}
	return 0;
}

/* --- Thinking. --------------------------------------------------------------------------- */

/* Adaptive thinking without an effort leaves it to the model, whichever that is. */
static int read_thinking(const struct reading *r)
{
	enum { DISABLED, ENABLED, ADAPTIVE };
	static const struct sy_word words[] = {
		{ "disabled", DISABLED },
		{ "enabled", ENABLED },
		{ "adaptive", ADAPTIVE },
		{ NULL, 0 },
	};
	struct json_object *in = sy_json_get(r->root, "thinking");
	struct json_object *config = sy_json_get(r->root, "output_config");
	const char *display = sy_json_text(in, "display");
	struct sy_chat *c = r->out;
	int type = DISABLED;

	if (sy_json_string(config, "effort", "output_config", &c->reasoning_effort,
	        r->err) < 0)
		return -1;
	if (in == NULL)
		return 0;
	if (sy_json_need(sy_json_word(in, "type", "thinking", words, &type, r->err),
	        "type", "thinking", r->err) < 0 ||
	    sy_json_int(in, "budget_tokens", "thinking", 1, INT32_MAX,
	        &c->reasoning_budget_tokens, r->err) < 0)
		return -1;
	if (type == DISABLED) {
		c->reasoning_effort = "none";
		c->reasoning_budget_tokens = 0;
	}
	c->thoughts =
	    type == DISABLED || (display != NULL && strcmp(display, "omitted") == 0)
	        ? SY_THOUGHTS_UNWANTED
	        : SY_THOUGHTS_WANTED;
	return 0;
}

/* --- The rest. --------------------------------------------------------------------------- */

/* Some clients put a document of their own into it, which is longer than others allow. */
static const char *label(const struct reading *r, const char *user)
{
	unsigned char digest[16];
	char hex[2 * sizeof(digest) + 1];

	if (user == NULL || strlen(user) <= LABEL_MAX)
		return user;
	crypto_generichash(digest, sizeof(digest), (const unsigned char *)user,
	    strlen(user), NULL, 0);
	return sy_strdup(r->a, sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)));
}

static int read_plain(const struct reading *r)
{
	struct json_object *root = r->root;
	struct sy_chat *c = r->out;

	if (sy_json_number(root, "temperature", "", &c->temperature, r->err) < 0 ||
	    sy_json_number(root, "top_p", "", &c->top_p, r->err) < 0 ||
	    sy_json_number(root, "top_k", "", &c->top_k, r->err) < 0 ||
	    sy_json_string(root, "service_tier", "", &c->service_tier, r->err) < 0)
		return -1;
	if (c->service_tier != NULL && strcmp(c->service_tier, "standard_only") == 0)
		c->service_tier = "default";
	c->user = label(r, sy_json_text(sy_json_get(root, "metadata"), "user_id"));
	return 0;
}

/* Members that this file or messages_turns.c reads. */
static const char *const known[] = { "model", "messages", "system", "max_tokens",
	"stream", "stop_sequences", "temperature", "top_p", "top_k", "tools",
	"tool_choice", "thinking", "output_config", "output_format", "metadata",
	"service_tier", NULL };

static void read_extra(const struct reading *r)
{
	r->out->extra = sy_adopt_json(r->a, json_object_new_object());
	r->out->extra_of = "anthropic";
	json_object_object_foreach(r->root, key, value) {
		if (value != NULL && !sy_one_of(key, known))
			json_object_object_add(r->out->extra, key,
			    json_object_get(value));
	}
}

int sy_messages_read(const struct sy_ask *ask, struct sy_arena *a, struct sy_chat *out,
    struct sy_error *err)
{
	struct reading r = { .a = a, .out = out, .err = err };
	struct sy_notes *unread = sy_alloc(a, sizeof(*unread));

	memset(out, 0, sizeof(*out));
	if (sy_json_parse(a, ask->scan.text, ask->scan.len, &r.root, err) < 0)
		return -1;
	out->model = ask->model;
	out->max_output_tokens = ask->max_output_tokens;
	out->n = 1;
	out->stream = ask->stream;
	out->include_usage = true;
	if (sy_messages_read_turns(r.root, a, out, unread, err) < 0 ||
	    read_tools(&r) < 0 || read_choice(&r) < 0 || read_format(&r) < 0 ||
	    read_stops(&r) < 0 || read_thinking(&r) < 0 || read_plain(&r) < 0)
		return -1;
	read_extra(&r);
	if (unread->text[0] != '\0')
		out->unread = unread->text;
	return 0;
}
