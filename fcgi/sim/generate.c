/*
 * generate.c - reads the bodies of Gemini's generateContent.
 *
 * As strict as Google is where clients fall over it: a field that it does not know fails the
 * whole request, contents begin with the user, and calls are answered in the content after
 * them, as many and nothing else.
 */
#include "sim/ask.h"

#include "sim/tree.h"

#include "base/buf.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { PATH_ROOM = 96 };

struct reading {
	struct sy_sim_ask *ask;
	struct sy_error *err;
	size_t calls, results, parts; /* of the content being read */
	size_t open;                  /* calls of the content before it */
};

static int wrong(const struct reading *r, const char *path, const char *what)
{
	return sy_fail(r->err, SY_BAD_REQUEST, path, "%s: %s", path, what);
}

static int check_known(const struct reading *r, struct json_object *in, const char *path,
    const char *const *known)
{
	if (!json_object_is_type(in, json_type_object))
		return in == NULL ? 0 : wrong(r, path, "not an object");
	json_object_object_foreach(in, key, value) {
		const char *const *k = known;

		(void)value;
		while (*k != NULL && strcmp(*k, key) != 0)
			k++;
		if (*k == NULL)
			return sy_fail(r->err, SY_BAD_REQUEST, path,
			    "Invalid JSON payload received. Unknown name \"%s\" at '%s': "
			    "Cannot find field.",
			    key, path);
	}
	return 0;
}

/* --- Contents. --------------------------------------------------------------------------- */

static void take_response(struct sy_sim_ask *ask, struct json_object *result)
{
	struct json_object *response = sy_json_get(result, "response");
	struct json_object *output = sy_json_get(response, "output");

	if (json_object_is_type(output, json_type_string)) {
		sy_sim_take_text(ask, output, &ask->result);
		return;
	}
	ask->text_bytes += strlen(json_object_to_json_string(response));
	sy_json_print(&ask->result, response);
}

static int read_part(struct reading *r, struct json_object *in, const char *path,
    struct sy_buf *out)
{
	static const char *const known[] = { "text", "thought", "thoughtSignature",
		"inlineData", "fileData", "functionCall", "functionResponse",
		"mediaResolution", NULL };
	struct json_object *data = sy_json_get(in, "inlineData");
	struct json_object *result = sy_json_get(in, "functionResponse");

	if (check_known(r, in, path, known) < 0)
		return -1;
	if (data == NULL)
		data = sy_json_get(in, "fileData");
	if (result != NULL &&
	    !json_object_is_type(sy_json_get(result, "response"), json_type_object))
		return wrong(r, path, "a functionResponse has no response");
	r->parts++;
	r->calls += sy_json_get(in, "functionCall") != NULL;
	r->results += result != NULL;
	if (json_object_is_type(sy_json_get(in, "text"), json_type_string))
		sy_sim_take_text(r->ask, sy_json_get(in, "text"), out);
	else if (data != NULL)
		sy_sim_take_image(r->ask, sy_sim_word(data, "mimeType"),
		    strlen(sy_sim_word(data, "mimeType")));
	else if (result != NULL)
		take_response(r->ask, result);
	else if (sy_json_get(in, "functionCall") == NULL)
		return wrong(r, path,
		    "required oneof field 'data' must have one initialized field");
	return 0;
}

static int read_parts(struct reading *r, struct json_object *content, const char *path,
    struct sy_buf *out)
{
	struct json_object *parts = NULL;
	char below[PATH_ROOM];
	int rc = sy_json_array(content, "parts", path, &parts, r->err);

	r->calls = r->results = r->parts = 0;
	if (sy_json_need(rc, "parts", path, r->err) < 0)
		return -1;
	for (size_t i = 0; i < json_object_array_length(parts); i++) {
		sy_json_path_at(below, sizeof(below), path, "parts", i);
		if (read_part(r, json_object_array_get_idx(parts, i), below, out) < 0)
			return -1;
	}
	return r->parts > 0 ? 0 : wrong(r, path, "contents.parts must not be empty");
}

static int read_content(struct reading *r, struct json_object *in, const char *path)
{
	static const char *const known[] = { "role", "parts", NULL };
	bool model = strcmp(sy_sim_word(in, "role"), "model") == 0;
	struct sy_sim_ask *ask = r->ask;

	if (check_known(r, in, path, known) < 0)
		return -1;
	if (!model && sy_json_get(in, "role") != NULL &&
	    strcmp(sy_sim_word(in, "role"), "user") != 0)
		return wrong(r, path, "please use a valid role: user, model");
	sy_buf_reset(&ask->result);
	if (!model)
		sy_buf_reset(&ask->user);
	if (read_parts(r, in, path, model ? NULL : &ask->user) < 0)
		return -1;
	ask->has_result = r->results > 0;
	if (r->results != r->open || (r->open > 0 && r->parts != r->results))
		return wrong(r, path,
		    "Please ensure that the number of function response parts is equal to "
		    "the number of function call parts of the function call turn.");
	r->open = r->calls;
	return 0;
}

static int read_contents(struct reading *r)
{
	struct json_object *list = NULL;
	char path[PATH_ROOM];

	if (sy_json_array(r->ask->root, "contents", "", &list, r->err) < 0)
		return -1;
	if (list == NULL || json_object_array_length(list) == 0)
		return wrong(r, "contents", "contents is not specified");
	if (strcmp(sy_sim_word(json_object_array_get_idx(list, 0), "role"), "model") == 0)
		return wrong(r, "contents", "must begin with a user turn");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		sy_json_path_at(path, sizeof(path), "", "contents", i);
		if (read_content(r, json_object_array_get_idx(list, i), path) < 0)
			return -1;
	}
	if (strcmp(sy_sim_word(json_object_array_get_idx(list,
	                           json_object_array_length(list) - 1),
	               "role"),
	        "model") == 0)
		return wrong(r, "contents", "ending with a model turn is not supported");
	return 0;
}

static int read_system(struct reading *r)
{
	struct json_object *system = sy_json_get(r->ask->root, "systemInstruction");
	struct sy_buf scratch;
	int rc;

	if (system == NULL)
		return 0;
	sy_buf_init(&scratch, 1 << 24);
	rc = read_parts(r, system, "systemInstruction", &scratch);
	sy_buf_release(&scratch);
	return rc;
}

/* --- Tools and options. ------------------------------------------------------------------ */

static int read_function(struct reading *r, struct json_object *in, const char *path,
    const char *forced)
{
	/* Google's client for Python writes some of them so. */
	static const char *const known[] = { "name", "description", "parameters",
		"parametersJsonSchema", "parameters_json_schema", "behavior", "response",
		"responseJsonSchema", "response_json_schema", NULL };
	struct json_object *schema = sy_json_get(in, "parameters");
	struct json_object *json_schema = sy_json_get(in, known[3]);
	const char *name = sy_sim_word(in, "name");

	if (check_known(r, in, path, known) < 0)
		return -1;
	if (*name == '\0')
		return sy_json_need(0, "name", path, r->err);
	if (json_schema == NULL)
		json_schema = sy_json_get(in, known[4]);
	if (schema != NULL && json_schema != NULL)
		return wrong(r, path, "only one of parameters and parametersJsonSchema");
	if (schema == NULL)
		schema = json_schema;
	if ((*forced == '\0' || strcmp(name, forced) == 0) &&
	    r->ask->tool_count < SY_SIM_TOOLS)
		r->ask->tools[r->ask->tool_count++] =
		    (struct sy_sim_tool){ name, schema };
	return 0;
}

static int read_functions(struct reading *r, struct json_object *tool, const char *forced)
{
	static const char *const known[] = { "functionDeclarations", "googleSearch",
		NULL };
	struct json_object *list = NULL;
	char path[PATH_ROOM];

	if (check_known(r, tool, "tools", known) < 0 ||
	    sy_json_array(tool, "functionDeclarations", "tools", &list, r->err) < 0)
		return -1;
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		sy_json_path_at(path, sizeof(path), "tools", "functionDeclarations", i);
		if (read_function(r, json_object_array_get_idx(list, i), path, forced) <
		    0)
			return -1;
	}
	return 0;
}

static int read_tools(struct reading *r)
{
	struct json_object *root = r->ask->root, *list = NULL;
	struct json_object *config =
	    sy_json_get(sy_json_get(root, "toolConfig"), "functionCallingConfig");
	struct json_object *names = sy_json_get(config, "allowedFunctionNames");
	const char *forced = "";

	if (json_object_is_type(names, json_type_array) &&
	    json_object_array_length(names) == 1)
		forced = json_object_get_string(json_object_array_get_idx(names, 0));
	if (forced == NULL) /* as json-c has null */
		return wrong(r, "toolConfig", "allowed_function_names names no function");
	if (sy_json_array(root, "tools", "", &list, r->err) < 0)
		return -1;
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++)
		if (read_functions(r, json_object_array_get_idx(list, i), forced) < 0)
			return -1;
	if (config != NULL && list == NULL)
		return wrong(r, "toolConfig",
		    "Function calling config is set without function_declarations.");
	if (*forced != '\0' && r->ask->tool_count == 0)
		return wrong(r, "toolConfig", "allowed_function_names names no function");
	if (strcmp(sy_sim_word(config, "mode"), "NONE") == 0)
		r->ask->tool_count = 0;
	r->ask->tool_forced = r->ask->one_call = *forced != '\0';
	return 0;
}

static int read_options(struct reading *r)
{
	static const char *const known[] = { "maxOutputTokens", "temperature", "topP",
		"topK", "candidateCount", "stopSequences", "seed", "presencePenalty",
		"frequencyPenalty", "responseLogprobs", "logprobs", "responseMimeType",
		"responseSchema", "responseJsonSchema", "responseModalities",
		"speechConfig", "thinkingConfig", NULL };
	struct json_object *config = sy_json_get(r->ask->root, "generationConfig");
	struct json_object *thinking = sy_json_get(config, "thinkingConfig");
	const char *at = "generationConfig";

	if (check_known(r, config, at, known) < 0 ||
	    sy_json_int(config, "maxOutputTokens", at, 1, INT32_MAX, &r->ask->max_tokens,
	        r->err) < 0 ||
	    sy_json_int(config, "candidateCount", at, 1, 8, &r->ask->n, r->err) < 0)
		return -1;
	if (sy_json_get(thinking, "thinkingBudget") != NULL &&
	    sy_json_get(thinking, "thinkingLevel") != NULL)
		return wrong(r, at, "thinking budget and thinking level together");
	r->ask->schema = sy_json_get(config, "responseJsonSchema");
	if (r->ask->schema == NULL)
		r->ask->schema = sy_json_get(config, "responseSchema");
	return 0;
}

int sy_sim_generate_read(struct sy_sim_ask *ask, struct sy_error *err)
{
	static const char *const known[] = { "contents", "systemInstruction", "tools",
		"toolConfig", "generationConfig", "safetySettings", "cachedContent",
		"serviceTier", "labels", NULL };
	struct reading r = { .ask = ask, .err = err };

	if (check_known(&r, ask->root, "", known) < 0 || read_system(&r) < 0 ||
	    read_contents(&r) < 0 || read_tools(&r) < 0)
		return -1;
	return read_options(&r);
}
