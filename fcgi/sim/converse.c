/*
 * converse.c - reads the bodies of Bedrock's Converse; see ask.h.
 *
 * A block is one member whose name is its kind; the model stands in the path.
 */
#include "sim/ask.h"

#include "sim/tree.h"

#include "base/arena.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { PATH_ROOM = 96 };

static int read_blocks(struct sy_sim_ask *ask, struct json_object *in, const char *key,
    struct sy_buf *out, const char *path, struct sy_error *err);

/* As the service: a blank text is refused. */
static int read_text(struct sy_sim_ask *ask, struct json_object *text, struct sy_buf *out,
    const char *path, struct sy_error *err)
{
	const char *words = json_object_get_string(text);

	if (!json_object_is_type(text, json_type_string))
		return sy_json_wrong_type("text", path, "a string", err);
	if (words[strspn(words, " \t\r\n")] == '\0')
		return sy_fail(err, SY_BAD_REQUEST, path,
		    "The text field in the ContentBlock object at %s is blank.", path);
	sy_sim_take_text(ask, text, out);
	return 0;
}

static int read_result(struct sy_sim_ask *ask, struct json_object *result,
    const char *path, struct sy_error *err)
{
	struct json_object *content = sy_json_get(result, "content");

	if (*sy_sim_word(result, "toolUseId") == '\0')
		return sy_json_need(0, "toolUseId", path, err);
	if (json_object_array_length(content) == 0)
		return sy_json_need(0, "content", path, err);
	ask->has_result = true;
	return read_blocks(ask, result, "content", &ask->result, path, err);
}

/* Pictures are told by their format; what else a model sees, this one does not. */
static int read_block(struct sy_sim_ask *ask, struct json_object *block,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	struct json_object *image = sy_json_get(block, "image");
	char type[32];

	if (sy_json_get(block, "text") != NULL)
		return read_text(ask, sy_json_get(block, "text"), out, path, err);
	if (sy_json_get(block, "toolResult") != NULL)
		return read_result(ask, sy_json_get(block, "toolResult"), path, err);
	if (image != NULL) {
		snprintf(type, sizeof(type), "image/%s", sy_sim_word(image, "format"));
		sy_sim_take_image(ask, type, strlen(type));
	}
	ask->has_calls |= sy_json_get(block, "toolUse") != NULL;
	return 0;
}

static int read_blocks(struct sy_sim_ask *ask, struct json_object *in, const char *key,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	struct json_object *list = NULL;
	char below[PATH_ROOM];

	if (sy_json_array(in, key, path, &list, err) < 0)
		return -1;
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		sy_json_path_at(below, sizeof(below), path, key, i);
		if (read_block(ask, json_object_array_get_idx(list, i), out, below, err) <
		    0)
			return -1;
	}
	return 0;
}

/* Turns alternate, and the user begins; the last one's words and results are kept. */
static int read_turn(struct sy_sim_ask *ask, struct json_object *in, bool user,
    const char *path, struct sy_error *err)
{
	if (strcmp(sy_sim_word(in, "role"), user ? "user" : "assistant") != 0)
		return sy_fail(err, SY_BAD_REQUEST, path,
		    "A conversation must alternate between user and assistant roles: %s",
		    path);
	sy_buf_reset(&ask->result);
	ask->has_result = false;
	if (user)
		sy_buf_reset(&ask->user);
	return read_blocks(ask, in, "content", user ? &ask->user : NULL, path, err);
}

static int read_turns(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *list = NULL;
	int rc = sy_json_array(ask->root, "messages", "", &list, err);
	char path[PATH_ROOM];

	if (sy_json_need(rc, "messages", "", err) < 0)
		return -1;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		sy_json_path_at(path, sizeof(path), "", "messages", i);
		if (read_turn(ask, json_object_array_get_idx(list, i), i % 2 == 0, path,
		        err) < 0)
			return -1;
	}
	return 0;
}

/* Tools, in the order in which they are offered; a forced one comes alone. */
static int read_tools(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *config = sy_json_get(ask->root, "toolConfig");
	struct json_object *list = sy_json_get(config, "tools");
	struct json_object *choice = sy_json_get(config, "toolChoice");
	const char *forced = sy_sim_word(sy_json_get(choice, "tool"), "name");

	if (config == NULL && (ask->has_calls || ask->has_result))
		return sy_fail(err, SY_BAD_REQUEST, "toolConfig",
		    "The toolConfig field must be defined when using toolUse and toolResult "
		    "content blocks.");
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct json_object *spec = sy_json_get(item, "toolSpec");
		struct sy_sim_tool tool = { sy_sim_word(spec, "name"),
			sy_json_get(sy_json_get(spec, "inputSchema"), "json") };

		if (sy_json_get(item, "cachePoint") != NULL)
			continue;
		if (*tool.name == '\0')
			return sy_json_need(0, "name", "toolConfig.tools", err);
		if (ask->tool_count < SY_SIM_TOOLS &&
		    (*forced == '\0' || strcmp(forced, tool.name) == 0))
			ask->tools[ask->tool_count++] = tool;
	}
	ask->tool_forced = *forced != '\0' && ask->tool_count > 0;
	choice = sy_json_get(sy_json_get(ask->root, "additionalModelRequestFields"),
	    "tool_choice");
	ask->one_call = ask->tool_forced || json_object_get_boolean(sy_json_get(choice,
	                                        "disable_parallel_tool_use"));
	return 0;
}

/* The schema is a string of JSON. */
static int read_schema(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *format =
	    sy_json_get(sy_json_get(ask->root, "outputConfig"), "textFormat");
	const char *text =
	    sy_sim_word(sy_json_get(sy_json_get(format, "structure"), "jsonSchema"),
	        "schema");

	if (*text == '\0')
		return 0;
	return sy_sim_parse(ask->arena, text, strlen(text), &ask->schema, err);
}

int sy_sim_converse_read(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *limits = sy_json_get(ask->root, "inferenceConfig");

	if (sy_json_int(limits, "maxTokens", "inferenceConfig", 1, INT32_MAX,
	        &ask->max_tokens, err) < 0 ||
	    read_blocks(ask, ask->root, "system", NULL, "", err) < 0 ||
	    read_turns(ask, err) < 0 || read_tools(ask, err) < 0)
		return -1;
	return read_schema(ask, err);
}
