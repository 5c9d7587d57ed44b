/*
 * ask.c - reads request bodies of both dialects.
 */
#include "sim/ask.h"

#include "sim/tree.h"

#include "base/error.h"
#include "base/text.h"

#include <json-c/json.h>
#include <string.h>

enum { TEXT_BYTES = 64 * 1024 * 1024, MEDIA_BYTES = 4096 };

void sy_sim_ask_init(struct sy_sim_ask *ask)
{
	*ask = (struct sy_sim_ask){ .n = 1 };
	sy_buf_init(&ask->user, TEXT_BYTES);
	sy_buf_init(&ask->result, TEXT_BYTES);
	sy_buf_init(&ask->media, MEDIA_BYTES);
}

void sy_sim_ask_reset(struct sy_sim_ask *ask)
{
	struct sy_buf user = ask->user, result = ask->result, media = ask->media;

	json_object_put(ask->root);
	sy_buf_reset(&user);
	sy_buf_reset(&result);
	sy_buf_reset(&media);
	*ask = (struct sy_sim_ask){ .n = 1, .user = user, .result = result, .media = media };
}

void sy_sim_ask_release(struct sy_sim_ask *ask)
{
	json_object_put(ask->root);
	sy_buf_release(&ask->user);
	sy_buf_release(&ask->result);
	sy_buf_release(&ask->media);
}

static int need(const char *param, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, param, "missing_required_parameter",
	    "missing required parameter: '%s'", param);
}

static int wrong_type(const char *param, const char *wanted, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
	    "invalid type for '%s': expected %s", param, wanted);
}

static int wrong_value(const char *param, const char *value, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_value",
	    "invalid value for '%s': '%s'", param, value);
}

static int read_bool(struct json_object *in, const char *name, bool *out,
    struct sy_error *err)
{
	struct json_object *member = sy_sim_get(in, name);

	if (member == NULL)
		return 0;
	if (!json_object_is_type(member, json_type_boolean))
		return wrong_type(name, "a boolean", err);
	*out = json_object_get_boolean(member);
	return 0;
}

static int read_int(struct json_object *in, const char *name, int64_t min, int64_t max,
    int64_t *out, struct sy_error *err)
{
	struct json_object *member = sy_sim_get(in, name);

	if (member == NULL)
		return 0;
	if (!json_object_is_type(member, json_type_int))
		return wrong_type(name, "an integer", err);
	*out = json_object_get_int64(member);
	if (*out < min || *out > max)
		return sy_fail_code(err, SY_BAD_REQUEST, name,
		    *out < min ? "integer_below_min_value" : "integer_above_max_value",
		    "'%s' must be from %lld to %lld", name, (long long)min,
		    (long long)max);
	return 0;
}

/* Adds a text to the sum, and to `out` where its words matter. */
static void take_text(struct sy_sim_ask *ask, struct json_object *text, struct sy_buf *out)
{
	size_t len = (size_t)json_object_get_string_len(text);

	ask->text_bytes += len;
	if (out != NULL)
		sy_buf_add(out, json_object_get_string(text), len);
}

static void take_image(struct sy_sim_ask *ask, const char *type, size_t len)
{
	if (ask->images++ > 0)
		sy_buf_puts(&ask->media, ", ");
	sy_buf_add(&ask->media, type, len);
}

/* "data:image/png;base64,..." has its type in front; of others only the place is known. */
static void take_image_url(struct sy_sim_ask *ask, const char *url)
{
	if (sy_starts(url, "data:"))
		take_image(ask, url + 5, strcspn(url + 5, ";,"));
	else
		take_image(ask, "url", 3);
}

static int read_content(struct sy_sim_ask *ask, struct json_object *content,
    struct sy_buf *out, const char *path, struct sy_error *err);

static int read_text_part(struct sy_sim_ask *ask, struct json_object *part,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	struct json_object *text = sy_sim_get(part, "text");
	char below[SY_SIM_PATH];

	sy_sim_path(below, path, "text");
	if (text == NULL)
		return need(below, err);
	if (!json_object_is_type(text, json_type_string))
		return wrong_type(below, "a string", err);
	take_text(ask, text, out);
	return 0;
}

static int read_image_part(struct sy_sim_ask *ask, struct json_object *part,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	struct json_object *url = sy_sim_get(part, "image_url");
	const char *source = *sy_sim_word(url, "url") != '\0' ? sy_sim_word(url, "url") :
							 sy_sim_word(part, "image_url");
	char below[SY_SIM_PATH];

	(void)out;
	sy_sim_path(below, path, "image_url.url");
	if (*source == '\0')
		return need(below, err);
	take_image_url(ask, source);
	return 0;
}

/* Anthropic's image and document blocks. */
static int read_source_part(struct sy_sim_ask *ask, struct json_object *part,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	struct json_object *source = sy_sim_get(part, "source");
	const char *type = sy_sim_word(source, "media_type");
	char below[SY_SIM_PATH];

	(void)out;
	sy_sim_path(below, path, "source");
	if (source == NULL)
		return need(below, err);
	if (*type == '\0')
		type = sy_sim_word(source, "type");
	take_image(ask, type, strlen(type));
	return 0;
}

static int read_result_part(struct sy_sim_ask *ask, struct json_object *part,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	char below[SY_SIM_PATH];

	(void)out;
	sy_sim_path(below, path, "tool_use_id");
	if (*sy_sim_word(part, "tool_use_id") == '\0')
		return need(below, err);
	sy_sim_path(below, path, "content");
	ask->has_result = true;
	return read_content(ask, sy_sim_get(part, "content"), &ask->result, below, err);
}

/* What a model sees and this one does not. */
static int skip_part(struct sy_sim_ask *ask, struct json_object *part, struct sy_buf *out,
    const char *path, struct sy_error *err)
{
	(void)ask;
	(void)part;
	(void)out;
	(void)path;
	(void)err;
	return 0;
}

static const struct part_kind {
	const char *type;
	int (*read)(struct sy_sim_ask *ask, struct json_object *part, struct sy_buf *out,
	    const char *path, struct sy_error *err);
} part_kinds[] = {
	{ "text", read_text_part },
	{ "image_url", read_image_part },
	{ "image", read_source_part },
	{ "document", read_source_part },
	{ "tool_result", read_result_part },
	{ "tool_use", skip_part },
	{ "thinking", skip_part },
	{ "redacted_thinking", skip_part },
	{ "refusal", skip_part },
	{ "input_audio", skip_part },
	{ "file", skip_part },
	{ NULL, NULL },
};

static int read_part(struct sy_sim_ask *ask, struct json_object *part, struct sy_buf *out,
    const char *path, struct sy_error *err)
{
	const char *type = sy_sim_word(part, "type");
	char below[SY_SIM_PATH];

	for (const struct part_kind *kind = part_kinds; kind->type != NULL; kind++)
		if (strcmp(kind->type, type) == 0)
			return kind->read(ask, part, out, path, err);
	sy_sim_path(below, path, "type");
	return wrong_value(below, type, err);
}

static int read_content(struct sy_sim_ask *ask, struct json_object *content,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	char below[SY_SIM_PATH];

	if (json_object_is_type(content, json_type_string))
		take_text(ask, content, out);
	if (content == NULL || json_object_is_type(content, json_type_string))
		return 0;
	if (!json_object_is_type(content, json_type_array))
		return wrong_type(path, "a string or an array", err);
	for (size_t i = 0; i < json_object_array_length(content); i++) {
		sy_sim_path_index(below, path, i);
		if (read_part(ask, json_object_array_get_idx(content, i), out, below, err) < 0)
			return -1;
	}
	return 0;
}

static bool knows_role(enum sy_sim_endpoint endpoint, const char *role)
{
	static const char *const roles[] = { "user", "assistant", "system", "developer",
		"tool", "function" };
	size_t count = endpoint == SY_SIM_CHAT ? 6 : 2;

	for (size_t i = 0; i < count; i++)
		if (strcmp(roles[i], role) == 0)
			return true;
	return false;
}

/* Only the last user message and the last message's tool results are kept as text. */
static int read_message(struct sy_sim_ask *ask, struct json_object *in, const char *path,
    struct sy_error *err)
{
	const char *role = sy_sim_word(in, "role");
	bool is_result = strcmp(role, "tool") == 0;
	struct sy_buf *out = is_result ? &ask->result : NULL;
	char below[SY_SIM_PATH];

	sy_sim_path(below, path, "role");
	if (*role == '\0')
		return need(below, err);
	if (!knows_role(ask->endpoint, role))
		return wrong_value(below, role, err);
	if (!is_result || !ask->has_result)
		sy_buf_reset(&ask->result);
	ask->has_result = is_result;
	if (strcmp(role, "user") == 0) {
		out = &ask->user;
		sy_buf_reset(out);
	}
	sy_sim_path(below, path, "content");
	return read_content(ask, sy_sim_get(in, "content"), out, below, err);
}

static int read_messages(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *list = sy_sim_get(ask->root, "messages");
	char path[SY_SIM_PATH];

	if (list == NULL)
		return need("messages", err);
	if (!json_object_is_type(list, json_type_array))
		return wrong_type("messages", "an array", err);
	if (json_object_array_length(list) == 0)
		return sy_fail_code(err, SY_BAD_REQUEST, "messages", "empty_array",
		    "'messages' must not be empty");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		sy_sim_path_index(path, "messages", i);
		if (read_message(ask, json_object_array_get_idx(list, i), path, err) < 0)
			return -1;
	}
	return 0;
}

/* OpenAI wraps a tool in "function"; Anthropic does not. */
static struct sy_sim_tool read_tool(struct json_object *in)
{
	struct json_object *function = sy_sim_get(in, "function");

	if (function != NULL)
		return (struct sy_sim_tool){ sy_sim_word(function, "name"),
			sy_sim_get(function, "parameters") };
	return (struct sy_sim_tool){ sy_sim_word(in, "name"), sy_sim_get(in, "input_schema") };
}

/* The name a tool_choice of either dialect forces, or "". */
static const char *forced_name(struct json_object *choice)
{
	struct json_object *function = sy_sim_get(choice, "function");

	return function != NULL ? sy_sim_word(function, "name") : sy_sim_word(choice, "name");
}

static int read_tools(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *list = sy_sim_get(ask->root, "tools");
	struct json_object *choice = sy_sim_get(ask->root, "tool_choice");
	const char *forced = forced_name(choice);
	bool found = *forced == '\0';

	if (list != NULL && !json_object_is_type(list, json_type_array))
		return wrong_type("tools", "an array", err);
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct sy_sim_tool tool = read_tool(json_object_array_get_idx(list, i));

		if (*tool.name == '\0')
			return need("tools[].name", err);
		if (*forced != '\0' && strcmp(tool.name, forced) == 0) {
			found = true;
			ask->tools[0] = tool;
			ask->tool_count = 1;
			break;
		}
		if (ask->tool_count < SY_SIM_TOOLS)
			ask->tools[ask->tool_count++] = tool;
	}
	if (!found)
		return wrong_value("tool_choice", forced, err);
	ask->tool_forced = *forced != '\0';
	ask->one_call = ask->tool_forced;
	return 0;
}

static int read_calls(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *choice = sy_sim_get(ask->root, "tool_choice");
	bool parallel = true, disabled = false;
	const char *text = json_object_is_type(choice, json_type_string) ?
	    json_object_get_string(choice) : sy_sim_word(choice, "type");

	if (read_tools(ask, err) < 0 ||
	    read_bool(ask->root, "parallel_tool_calls", &parallel, err) < 0 ||
	    read_bool(choice, "disable_parallel_tool_use", &disabled, err) < 0)
		return -1;
	if (strcmp(text, "none") == 0)
		ask->tool_count = 0;
	ask->one_call = ask->one_call || !parallel || disabled;
	return 0;
}

static void read_schema(struct sy_sim_ask *ask)
{
	struct json_object *format = sy_sim_get(ask->root, "response_format");

	if (format != NULL) {
		ask->schema = sy_sim_get(sy_sim_get(format, "json_schema"), "schema");
		return;
	}
	format = sy_sim_get(sy_sim_get(ask->root, "output_config"), "format");
	if (format == NULL)
		format = sy_sim_get(ask->root, "output_format");
	ask->schema = sy_sim_get(format, "schema");
}

static int read_chat(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (read_messages(ask, err) < 0 || read_calls(ask, err) < 0 ||
	    read_int(ask->root, "n", 1, SY_SIM_MOST_CHOICES, &ask->n, err) < 0 ||
	    read_int(ask->root, "max_tokens", 1, INT32_MAX, &ask->max_tokens, err) < 0 ||
	    read_int(ask->root, "max_completion_tokens", 1, INT32_MAX, &ask->max_tokens,
		err) < 0)
		return -1;
	read_schema(ask);
	return read_bool(sy_sim_get(ask->root, "stream_options"), "include_usage",
	    &ask->include_usage, err);
}

static int read_anthropic(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (ask->endpoint == SY_SIM_MESSAGES && sy_sim_get(ask->root, "max_tokens") == NULL)
		return need("max_tokens", err);
	if (read_int(ask->root, "max_tokens", 1, INT32_MAX, &ask->max_tokens, err) < 0 ||
	    read_content(ask, sy_sim_get(ask->root, "system"), NULL, "system", err) < 0 ||
	    read_messages(ask, err) < 0 || read_calls(ask, err) < 0)
		return -1;
	read_schema(ask);
	return 0;
}

static void take_inputs(struct sy_sim_ask *ask)
{
	if (json_object_is_type(ask->input, json_type_string)) {
		take_text(ask, ask->input, &ask->user);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(ask->input); i++) {
		struct json_object *one = json_object_array_get_idx(ask->input, i);

		sy_buf_reset(&ask->user);
		if (json_object_is_type(one, json_type_string))
			take_text(ask, one, &ask->user);
		else
			ask->text_bytes += 4; /* a token, or a list of them */
	}
}

static int read_input(struct sy_sim_ask *ask, const char *name, struct sy_error *err)
{
	ask->input = sy_sim_get(ask->root, name);
	if (ask->input == NULL)
		return need(name, err);
	if (!json_object_is_type(ask->input, json_type_string) &&
	    !json_object_is_type(ask->input, json_type_array))
		return wrong_type(name, "a string or an array", err);
	if (json_object_is_type(ask->input, json_type_array) &&
	    (json_object_array_length(ask->input) == 0 ||
		json_object_array_length(ask->input) > 2048))
		return sy_fail(err, SY_BAD_REQUEST, name, "'%s' takes 1 to 2048 texts", name);
	take_inputs(ask);
	return 0;
}

static int read_embeddings(struct sy_sim_ask *ask, struct sy_error *err)
{
	const char *format = sy_sim_word(ask->root, "encoding_format");

	ask->base64 = strcmp(format, "base64") == 0;
	if (*format != '\0' && !ask->base64 && strcmp(format, "float") != 0)
		return wrong_value("encoding_format", format, err);
	if (read_int(ask->root, "dimensions", 1, 4096, &ask->dimensions, err) < 0)
		return -1;
	return read_input(ask, "input", err);
}

static int read_completions(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (read_int(ask->root, "n", 1, SY_SIM_MOST_CHOICES, &ask->n, err) < 0 ||
	    read_int(ask->root, "max_tokens", 1, INT32_MAX, &ask->max_tokens, err) < 0 ||
	    read_bool(sy_sim_get(ask->root, "stream_options"), "include_usage",
		&ask->include_usage, err) < 0)
		return -1;
	return read_input(ask, "prompt", err);
}

static int read_root(struct sy_sim_ask *ask, const struct sy_buf *body,
    struct sy_error *err)
{
	ask->root = sy_sim_parse(body->data, body->len);
	if (ask->root == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "", "the body is not JSON");
	if (!json_object_is_type(ask->root, json_type_object))
		return sy_fail(err, SY_BAD_REQUEST, "", "the body is not a JSON object");
	return 0;
}

static int read_model(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *model = sy_sim_get(ask->root, "model");

	if (model == NULL)
		return need("model", err);
	if (!json_object_is_type(model, json_type_string))
		return wrong_type("model", "a string", err);
	ask->model = json_object_get_string(model);
	return 0;
}

int sy_sim_ask_read(struct sy_sim_ask *ask, enum sy_sim_endpoint endpoint,
    const struct sy_buf *body, struct sy_error *err)
{
	ask->endpoint = endpoint;
	if (read_root(ask, body, err) < 0 || read_model(ask, err) < 0 ||
	    read_bool(ask->root, "stream", &ask->stream, err) < 0)
		return -1;
	switch (endpoint) {
	case SY_SIM_CHAT:
		return read_chat(ask, err);
	case SY_SIM_COMPLETIONS:
		return read_completions(ask, err);
	case SY_SIM_EMBEDDINGS:
		return read_embeddings(ask, err);
	default:
		return read_anthropic(ask, err);
	}
}
