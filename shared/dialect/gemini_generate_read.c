/*
 * gemini_generate_read.c - Google's generateContent surface: body to canonical request.
 *
 * Runs when a request crosses dialects.  `ask` has checked the types of the members and the
 * plain numbers.  What only Google's models know is kept by its name: those get it, for others
 * it is left out and named, or refused where the answer would be another one without it.
 */
#include "dialect/gemini_generate.h"

#include "base/arena.h"
#include "base/text.h"
#include "model/chat.h"

#include <ctype.h>
#include <string.h>

#define PATH 128

#define CONFIG "generationConfig"

/* --- Names. ------------------------------------------------------------------------------ */

const char *sy_gemini_key(struct json_object *in, const char *camel, struct sy_arena *a)
{
	char *snake, *to;

	if (in == NULL || sy_json_get(in, camel) != NULL)
		return camel;
	to = snake = sy_alloc(a, 2 * strlen(camel) + 1);
	for (const char *p = camel; *p != '\0'; p++) {
		if (isupper((unsigned char)*p))
			*to++ = '_';
		*to++ = (char)tolower((unsigned char)*p);
	}
	return sy_json_get(in, snake) != NULL ? snake : camel;
}

struct json_object *sy_gemini_get(const struct sy_gemini_reading *r,
    struct json_object *in, const char *camel)
{
	return sy_json_get(in, sy_gemini_key(in, camel, r->a));
}

int sy_gemini_string(const struct sy_gemini_reading *r, struct json_object *in,
    const char *camel, const char *path, const char **out)
{
	return sy_json_string(in, sy_gemini_key(in, camel, r->a), path, out, r->err);
}

int sy_gemini_object(const struct sy_gemini_reading *r, struct json_object *in,
    const char *camel, const char *path, struct json_object **out)
{
	return sy_json_object(in, sy_gemini_key(in, camel, r->a), path, out, r->err);
}

int sy_gemini_array(const struct sy_gemini_reading *r, struct json_object *in,
    const char *camel, const char *path, struct json_object **out)
{
	return sy_json_array(in, sy_gemini_key(in, camel, r->a), path, out, r->err);
}

static int read_bool(const struct sy_gemini_reading *r, struct json_object *in,
    const char *camel, const char *path, bool *out)
{
	return sy_json_bool(in, sy_gemini_key(in, camel, r->a), path, out, r->err);
}

static int read_number(const struct sy_gemini_reading *r, struct json_object *in,
    const char *camel, const char **out)
{
	return sy_json_number(in, sy_gemini_key(in, camel, r->a), CONFIG, out, r->err);
}

/* snake_case to camelCase, as the tables below have their names. */
static const char *camel_of(const char *key, struct sy_arena *a)
{
	char *out = sy_alloc(a, strlen(key) + 1), *to = out;

	for (const char *p = key; *p != '\0'; p++) {
		if (*p == '_' && p != key && p[1] != '\0')
			*to++ = (char)toupper((unsigned char)*++p);
		else
			*to++ = *p;
	}
	return out;
}

void sy_gemini_native(const struct sy_gemini_reading *r, const char *name,
    struct json_object *value, bool needed)
{
	struct sy_chat *c = r->out;

	if (c->native == NULL)
		c->native = sy_adopt_json(r->a, json_object_new_object());
	json_object_object_add(c->native, name, json_object_get(value));
	if (needed && c->native_needed == NULL)
		c->native_needed = sy_strdup(r->a, name);
}

static void add_extra(const struct sy_gemini_reading *r, const char *name,
    struct json_object *value)
{
	if (r->out->extra == NULL)
		r->out->extra = sy_adopt_json(r->a, json_object_new_object());
	json_object_object_add(r->out->extra, name, value);
}

/* --- Tools. ------------------------------------------------------------------------------ */

static const char function_fields[] = "name description parameters parametersJsonSchema";

static int read_function(const struct sy_gemini_reading *r, struct json_object *in,
    const char *path, struct sy_tool *t)
{
	struct json_object *schema = NULL, *types = NULL;

	if (sy_json_need(sy_gemini_string(r, in, "name", path, &t->name), "name", path,
	        r->err) < 0 ||
	    sy_gemini_string(r, in, "description", path, &t->description) < 0 ||
	    sy_gemini_object(r, in, "parametersJsonSchema", path, &schema) < 0 ||
	    sy_gemini_object(r, in, "parameters", path, &types) < 0)
		return -1;
	if (schema == NULL && types != NULL)
		schema = sy_gemini_schema(types, r->a);
	t->parameters = schema;
	json_object_object_foreach(in, key, value) {
		const char *name = camel_of(key, r->a);

		if (value != NULL && !sy_listed(function_fields, name))
			sy_gemini_native(r,
			    sy_strf(r->a, "functionDeclarations.%s", name), value, false);
	}
	return 0;
}

static int read_functions(const struct sy_gemini_reading *r, struct json_object *list,
    const char *path)
{
	char at[PATH];

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *in = json_object_array_get_idx(list, i);

		sy_json_path_at(at, sizeof(at), path, "functionDeclarations", i);
		if (!json_object_is_type(in, json_type_object))
			return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_type",
			    "'%s' must be an object", at);
		if (read_function(r, in, at, &r->out->tools[r->out->tool_count]) < 0)
			return -1;
		r->out->tool_count++;
	}
	return 0;
}

/* googleSearch and its like run at Google: no other model can do without them. */
static int read_tool(const struct sy_gemini_reading *r, struct json_object *tool,
    const char *path)
{
	char at[PATH];

	json_object_object_foreach(tool, key, value) {
		const char *name = camel_of(key, r->a);

		if (value == NULL)
			continue;
		if (strcmp(name, "functionDeclarations") != 0) {
			sy_json_path(at, sizeof(at), path, name);
			sy_gemini_native(r, at, value, true);
			continue;
		}
		if (!json_object_is_type(value, json_type_array))
			return sy_json_wrong_type(key, path, "an array", r->err);
		if (read_functions(r, value, path) < 0)
			return -1;
	}
	return 0;
}

static size_t count_functions(const struct sy_gemini_reading *r,
    struct json_object *tools)
{
	size_t count = 0;

	for (size_t i = 0; tools != NULL && i < json_object_array_length(tools); i++) {
		struct json_object *list = sy_gemini_get(r,
		    json_object_array_get_idx(tools, i), "functionDeclarations");

		if (json_object_is_type(list, json_type_array))
			count += json_object_array_length(list);
	}
	return count;
}

static int read_tools(const struct sy_gemini_reading *r, struct json_object *root)
{
	struct json_object *tools = sy_json_get(root, "tools");
	size_t count = count_functions(r, tools);
	char path[PATH];

	r->out->tools = sy_alloc(r->a, (count + 1) * sizeof(*r->out->tools));
	for (size_t i = 0; tools != NULL && i < json_object_array_length(tools); i++) {
		sy_json_path_at(path, sizeof(path), "", "tools", i);
		if (read_tool(r, json_object_array_get_idx(tools, i), path) < 0)
			return -1;
	}
	return 0;
}

/* --- Which tool. ------------------------------------------------------------------------- */

#define CALLING "toolConfig.functionCallingConfig"

static const struct sy_word modes[] = {
	{ "MODE_UNSPECIFIED", SY_CHOICE_DEFAULT },
	{ "AUTO", SY_CHOICE_AUTO },
	{ "VALIDATED", SY_CHOICE_AUTO },
	{ "ANY", SY_CHOICE_REQUIRED },
	{ "NONE", SY_CHOICE_NONE },
	{ NULL, 0 },
};

static const char *name_at(struct json_object *names, size_t i)
{
	return json_object_get_string(json_object_array_get_idx(names, i));
}

static bool is_listed(struct json_object *names, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(names); i++)
		if (strcmp(name_at(names, i), name) == 0)
			return true;
	return false;
}

static bool has_tool(const struct sy_chat *c, const char *name)
{
	for (size_t i = 0; i < c->tool_count; i++)
		if (strcmp(c->tools[i].name, name) == 0)
			return true;
	return false;
}

static int check_names(const struct sy_gemini_reading *r, struct json_object *names)
{
	char at[PATH];

	for (size_t i = 0; i < json_object_array_length(names); i++) {
		sy_json_path_at(at, sizeof(at), CALLING, "allowedFunctionNames", i);
		if (!json_object_is_type(json_object_array_get_idx(names, i),
		        json_type_string))
			return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_type",
			    "'%s' must be a string", at);
		if (!has_tool(r->out, name_at(names, i)))
			return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_value",
			    "'%s' names '%s', which is none of the functions", at,
			    name_at(names, i));
	}
	return 0;
}

/* Only the listed ones stay; a single one that must be called is a choice of its own. */
static void allow_names(struct sy_chat *c, struct json_object *names)
{
	size_t kept = 0;

	if (c->tool_choice == SY_CHOICE_REQUIRED &&
	    json_object_array_length(names) == 1) {
		c->tool_choice = SY_CHOICE_TOOL;
		c->choice_name = name_at(names, 0);
		return;
	}
	for (size_t i = 0; i < c->tool_count; i++)
		if (is_listed(names, c->tools[i].name))
			c->tools[kept++] = c->tools[i];
	c->tool_count = kept;
}

static int read_choice(const struct sy_gemini_reading *r, struct json_object *root)
{
	struct json_object *config = sy_gemini_get(r, root, "toolConfig"),
	                   *calling = NULL;
	struct json_object *names = NULL;
	int mode = SY_CHOICE_DEFAULT;

	if (sy_gemini_object(r, config, "functionCallingConfig", "toolConfig", &calling) <
	        0 ||
	    sy_json_word(calling, "mode", CALLING, modes, &mode, r->err) < 0 ||
	    sy_gemini_array(r, calling, "allowedFunctionNames", CALLING, &names) < 0)
		return -1;
	if (config != NULL) {
		json_object_object_foreach(config, key, value) {
			const char *name = camel_of(key, r->a);

			if (value != NULL && strcmp(name, "functionCallingConfig") != 0)
				sy_gemini_native(r, sy_strf(r->a, "toolConfig.%s", name),
				    value, false);
		}
	}
	if (r->out->tool_count == 0)
		return 0;
	r->out->tool_choice = (enum sy_tool_choice)mode;
	if (names == NULL || json_object_array_length(names) == 0)
		return 0;
	if (check_names(r, names) < 0)
		return -1;
	allow_names(r->out, names);
	return 0;
}

/* --- How to answer. ---------------------------------------------------------------------- */

static int read_sampling(const struct sy_gemini_reading *r, struct json_object *config)
{
	struct sy_chat *c = r->out;

	if (read_number(r, config, "temperature", &c->temperature) < 0 ||
	    read_number(r, config, "topP", &c->top_p) < 0 ||
	    read_number(r, config, "topK", &c->top_k) < 0 ||
	    read_number(r, config, "presencePenalty", &c->presence_penalty) < 0 ||
	    read_number(r, config, "frequencyPenalty", &c->frequency_penalty) < 0 ||
	    read_number(r, config, "seed", &c->seed) < 0)
		return -1;
	return 0;
}

static int read_stop(const struct sy_gemini_reading *r, struct json_object *config)
{
	struct json_object *list = NULL, *word;
	char at[PATH];
	size_t count;

	if (sy_gemini_array(r, config, "stopSequences", CONFIG, &list) <= 0)
		return list == NULL ? 0 : -1;
	count = json_object_array_length(list);
	r->out->stop = sy_alloc(r->a, (count + 1) * sizeof(*r->out->stop));
	for (size_t i = 0; i < count; i++) {
		word = json_object_array_get_idx(list, i);
		sy_json_path_at(at, sizeof(at), CONFIG, "stopSequences", i);
		if (!json_object_is_type(word, json_type_string))
			return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_type",
			    "'%s' must be a string", at);
		if (json_object_get_string_len(word) > 0)
			r->out->stop[r->out->stop_count++] = json_object_get_string(word);
	}
	return 0;
}

/* A schema asks for JSON, whatever the type says; an enum is a schema of one string. */
static int read_format(const struct sy_gemini_reading *r, struct json_object *config)
{
	struct json_object *types = NULL, *schema = NULL;
	const char *type = "text/plain";
	struct sy_chat *c = r->out;

	if (sy_gemini_string(r, config, "responseMimeType", CONFIG, &type) < 0 ||
	    sy_gemini_object(r, config, "responseSchema", CONFIG, &types) < 0 ||
	    sy_gemini_object(r, config, "responseJsonSchema", CONFIG, &schema) < 0)
		return -1;
	if (strcmp(type, "application/json") != 0 && strcmp(type, "text/plain") != 0 &&
	    strcmp(type, "text/x.enum") != 0)
		return sy_fail_code(r->err, SY_BAD_REQUEST, CONFIG ".responseMimeType",
		    "invalid_value",
		    "'" CONFIG ".responseMimeType' cannot be '%s': text/plain, "
		    "application/json and text/x.enum can be asked for",
		    type);
	if (schema == NULL && types != NULL)
		schema = sy_gemini_schema(types, r->a);
	if (schema != NULL) {
		c->format = SY_FORMAT_JSON_SCHEMA;
		c->schema_name = "answer";
		c->schema = schema;
	} else if (strcmp(type, "application/json") == 0) {
		c->format = SY_FORMAT_JSON_OBJECT;
	}
	return 0;
}

static const struct sy_word levels[] = {
	{ "THINKING_LEVEL_UNSPECIFIED", 0 },
	{ "MINIMAL", 1 },
	{ "LOW", 2 },
	{ "MEDIUM", 3 },
	{ "HIGH", 4 },
	{ "minimal", 1 },
	{ "low", 2 },
	{ "medium", 3 },
	{ "high", 4 },
	{ NULL, 0 },
};

static int read_thinking(const struct sy_gemini_reading *r, struct json_object *config)
{
	static const char *const efforts[] = { NULL, "minimal", "low", "medium", "high" };
	const char *at = CONFIG ".thinkingConfig";
	struct json_object *thinking = NULL;
	bool include = false;
	int64_t budget = 0;
	int level = 0, rc, shown;

	if (sy_gemini_object(r, config, "thinkingConfig", CONFIG, &thinking) < 0 ||
	    sy_json_word(thinking, sy_gemini_key(thinking, "thinkingLevel", r->a), at,
	        levels, &level, r->err) < 0)
		return -1;
	shown = read_bool(r, thinking, "includeThoughts", at, &include);
	rc = sy_json_int(thinking, sy_gemini_key(thinking, "thinkingBudget", r->a), at,
	    -1, INT32_MAX, &budget, r->err);
	if (rc < 0 || shown < 0)
		return -1;
	if (shown > 0)
		r->out->thoughts = include ? SY_THOUGHTS_WANTED : SY_THOUGHTS_UNWANTED;
	r->out->reasoning_effort = efforts[level];
	if (level == 0 && rc > 0 && budget <= 0)
		r->out->reasoning_effort = budget == 0 ? "none" : "medium";
	r->out->reasoning_budget_tokens = budget > 0 ? budget : 0;
	return 0;
}

/* As OpenAI's clients say it. */
static int read_modalities(const struct sy_gemini_reading *r, struct json_object *config)
{
	struct json_object *list = NULL, *out;
	bool beyond_text = false;
	char word[16];

	if (sy_gemini_array(r, config, "responseModalities", CONFIG, &list) < 0)
		return -1;
	if (list == NULL)
		return 0;
	out = json_object_new_array();
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *name = name_at(list, i);

		sy_copy(word, sizeof(word), name != NULL ? name : "");
		for (char *p = word; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		beyond_text |= strcmp(word, "text") != 0;
		json_object_array_add(out, json_object_new_string(word));
	}
	if (beyond_text)
		add_extra(r, "modalities", out);
	else
		json_object_put(out);
	return 0;
}

static int read_logprobs(const struct sy_gemini_reading *r, struct json_object *config)
{
	struct json_object *most = sy_json_get(config, "logprobs");
	bool wanted = false;

	if (read_bool(r, config, "responseLogprobs", CONFIG, &wanted) < 0)
		return -1;
	if (!wanted)
		return 0;
	add_extra(r, "logprobs", json_object_new_boolean(true));
	if (most != NULL)
		add_extra(r, "top_logprobs", json_object_get(most));
	return 0;
}

/* The members that are read above, or by `ask`. */
static const char config_fields[] =
    "temperature topP topK presencePenalty frequencyPenalty seed maxOutputTokens "
    "candidateCount stopSequences responseMimeType responseSchema responseJsonSchema "
    "thinkingConfig responseModalities responseLogprobs logprobs";

static int read_config(const struct sy_gemini_reading *r, struct json_object *root)
{
	struct json_object *config = sy_gemini_get(r, root, "generationConfig");

	if (config == NULL)
		return 0;
	if (read_sampling(r, config) < 0 || read_stop(r, config) < 0 ||
	    read_format(r, config) < 0 || read_thinking(r, config) < 0 ||
	    read_modalities(r, config) < 0 || read_logprobs(r, config) < 0)
		return -1;
	json_object_object_foreach(config, key, value) {
		const char *name = camel_of(key, r->a);

		if (value != NULL && !sy_listed(config_fields, name))
			sy_gemini_native(r, sy_strf(r->a, CONFIG ".%s", name), value,
			    false);
	}
	return 0;
}

/* --- The rest. --------------------------------------------------------------------------- */

static const char root_fields[] =
    "contents systemInstruction tools toolConfig generationConfig serviceTier labels model";

static int read_root(const struct sy_gemini_reading *r, struct json_object *root)
{
	struct sy_chat *c = r->out;

	if (sy_gemini_string(r, root, "serviceTier", "", &c->service_tier) < 0)
		return -1;
	if (c->service_tier != NULL && strcmp(c->service_tier, "standard") == 0)
		c->service_tier = "default";
	c->metadata = sy_json_get(root, "labels");
	json_object_object_foreach(root, key, value) {
		const char *name = camel_of(key, r->a);

		if (value != NULL && !sy_listed(root_fields, name))
			sy_gemini_native(r, name, value,
			    strcmp(name, "cachedContent") == 0);
	}
	return 0;
}

int sy_gemini_generate_read(const struct sy_ask *ask, struct sy_arena *a,
    struct sy_chat *out, struct sy_error *err)
{
	const struct sy_gemini_reading r = { a, out, err };
	struct json_object *root;

	memset(out, 0, sizeof(*out));
	if (sy_json_parse(a, ask->scan.text, ask->scan.len, &root, err) < 0)
		return -1;
	out->model = ask->model;
	out->max_output_tokens = ask->max_output_tokens;
	out->n = ask->n;
	out->stream = ask->stream;
	out->include_usage = ask->include_usage;
	out->parallel_calls = -1;
	if (read_tools(&r, root) < 0 || read_choice(&r, root) < 0 ||
	    read_config(&r, root) < 0 || read_root(&r, root) < 0)
		return -1;
	return sy_gemini_read_contents(&r, root);
}
