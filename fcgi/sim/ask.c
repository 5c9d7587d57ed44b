/*
 * ask.c - reads request bodies of both dialects.
 */
#include "sim/ask.h"

#include "sim/tree.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/multipart.h"
#include "base/text.h"
#include "base/word.h"

#include <string.h>
#include <strings.h>

enum {
	TEXT_BYTES = 64 * 1024 * 1024,
	MEDIA_BYTES = 4096,
	PATH_ROOM = 96,
	MOST_INPUTS = 2048
};

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

	sy_arena_free(ask->arena);
	sy_buf_reset(&user);
	sy_buf_reset(&result);
	sy_buf_reset(&media);
	*ask =
	    (struct sy_sim_ask){ .n = 1, .user = user, .result = result, .media = media };
}

void sy_sim_ask_release(struct sy_sim_ask *ask)
{
	sy_arena_free(ask->arena);
	sy_buf_release(&ask->user);
	sy_buf_release(&ask->result);
	sy_buf_release(&ask->media);
}

static int wrong_value(const char *key, const char *path, const char *value,
    struct sy_error *err)
{
	char field[PATH_ROOM];

	sy_json_path(field, sizeof(field), path, key);
	return sy_fail_code(err, SY_BAD_REQUEST, field, "invalid_value",
	    "'%s' cannot be '%s'", field, value);
}

void sy_sim_take_text(struct sy_sim_ask *ask, struct json_object *text,
    struct sy_buf *out)
{
	size_t len = (size_t)json_object_get_string_len(text);

	ask->text_bytes += len;
	if (out != NULL)
		sy_buf_add(out, json_object_get_string(text), len);
}

void sy_sim_take_image(struct sy_sim_ask *ask, const char *type, size_t len)
{
	if (ask->images++ > 0)
		sy_buf_puts(&ask->media, ", ");
	sy_buf_add(&ask->media, type, len);
}

/* "data:image/png;base64,..." has its type in front; of others only the place is known. */
static void take_image_url(struct sy_sim_ask *ask, const char *url)
{
	if (sy_starts(url, "data:"))
		sy_sim_take_image(ask, url + 5, strcspn(url + 5, ";,"));
	else
		sy_sim_take_image(ask, "url", 3);
}

static int read_content(struct sy_sim_ask *ask, struct json_object *in, const char *key,
    struct sy_buf *out, const char *path, struct sy_error *err);

static int read_text_part(struct sy_sim_ask *ask, struct json_object *part,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	const char *text;
	int rc = sy_json_string(part, "text", path, &text, err);

	if (sy_json_need(rc, "text", path, err) < 0)
		return -1;
	sy_sim_take_text(ask, sy_json_get(part, "text"), out);
	return 0;
}

static int read_image_part(struct sy_sim_ask *ask, struct json_object *part,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	const char *url = sy_sim_word(sy_json_get(part, "image_url"), "url");

	(void)out;
	if (*url == '\0')
		return sy_json_need(0, "image_url.url", path, err);
	take_image_url(ask, url);
	return 0;
}

/* Anthropic's image and document blocks. */
static int read_source_part(struct sy_sim_ask *ask, struct json_object *part,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	struct json_object *source = sy_json_get(part, "source");
	const char *type = sy_sim_word(source, "media_type");

	(void)out;
	if (source == NULL)
		return sy_json_need(0, "source", path, err);
	if (*type == '\0')
		type = sy_sim_word(source, "type");
	sy_sim_take_image(ask, type, strlen(type));
	return 0;
}

static int read_result_part(struct sy_sim_ask *ask, struct json_object *part,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	(void)out;
	if (*sy_sim_word(part, "tool_use_id") == '\0')
		return sy_json_need(0, "tool_use_id", path, err);
	ask->has_result = true;
	return read_content(ask, part, "content", &ask->result, path, err);
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

	for (const struct part_kind *kind = part_kinds; kind->type != NULL; kind++)
		if (strcmp(kind->type, type) == 0)
			return kind->read(ask, part, out, path, err);
	return wrong_value("type", path, type, err);
}

static int read_content(struct sy_sim_ask *ask, struct json_object *in, const char *key,
    struct sy_buf *out, const char *path, struct sy_error *err)
{
	struct json_object *content = sy_json_get(in, key);
	char below[PATH_ROOM];

	if (json_object_is_type(content, json_type_string))
		sy_sim_take_text(ask, content, out);
	if (content == NULL || json_object_is_type(content, json_type_string))
		return 0;
	if (!json_object_is_type(content, json_type_array))
		return sy_json_wrong_type(key, path, "a string or an array", err);
	for (size_t i = 0; i < json_object_array_length(content); i++) {
		sy_json_path_at(below, sizeof(below), path, key, i);
		if (read_part(ask, json_object_array_get_idx(content, i), out, below,
		        err) < 0)
			return -1;
	}
	return 0;
}

static bool knows_role(enum sy_sim_endpoint endpoint, const char *role)
{
	static const char *const roles[] = { "user", "assistant", "system", "developer",
		"tool", "function" };
	size_t count = endpoint == SY_SIM_CHAT ? 6 : endpoint == SY_SIM_COHERE ? 5 : 2;

	for (size_t i = 0; i < count; i++)
		if (strcmp(roles[i], role) == 0)
			return true;
	return false;
}

/* Only the last user message and the last message's tool results are kept as text. */
static int read_message(struct sy_sim_ask *ask, struct json_object *in, const char *path,
    struct sy_error *err)
{
	const char *role = "";
	int rc = sy_json_string(in, "role", path, &role, err);
	bool is_result = strcmp(role, "tool") == 0;
	struct sy_buf *out = is_result ? &ask->result : NULL;

	if (sy_json_need(rc, "role", path, err) < 0)
		return -1;
	if (!knows_role(ask->endpoint, role))
		return wrong_value("role", path, role, err);
	if (!is_result || !ask->has_result)
		sy_buf_reset(&ask->result);
	ask->has_result = is_result;
	if (strcmp(role, "user") == 0) {
		out = &ask->user;
		sy_buf_reset(out);
	}
	return read_content(ask, in, "content", out, path, err);
}

/* Cohere refuses words beside calls. */
static int check_cohere(struct sy_sim_ask *ask, struct json_object *in, const char *path,
    struct sy_error *err)
{
	struct json_object *content = sy_json_get(in, "content");

	if (ask->endpoint != SY_SIM_COHERE || sy_json_get(in, "tool_calls") == NULL ||
	    !json_object_is_type(content, json_type_string) ||
	    json_object_get_string_len(content) == 0)
		return 0;
	return sy_fail(err, SY_BAD_REQUEST, path,
	    "a message with tool calls must not have content");
}

static int read_messages(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *list = NULL;
	int rc = sy_json_array(ask->root, "messages", "", &list, err);
	char path[PATH_ROOM];

	if (sy_json_need(rc, "messages", "", err) < 0)
		return -1;
	if (json_object_array_length(list) == 0)
		return sy_fail_code(err, SY_BAD_REQUEST, "messages", "empty_array",
		    "'messages' must not be empty");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		sy_json_path_at(path, sizeof(path), "", "messages", i);
		if (read_message(ask, json_object_array_get_idx(list, i), path, err) < 0 ||
		    check_cohere(ask, json_object_array_get_idx(list, i), path, err) < 0)
			return -1;
	}
	return 0;
}

/* OpenAI wraps a tool in "function" or "custom"; Anthropic does not. */
static struct sy_sim_tool read_tool(struct json_object *in)
{
	struct json_object *function = sy_json_get(in, "function");

	if (function == NULL)
		function = sy_json_get(in, "custom");
	if (function != NULL)
		return (struct sy_sim_tool){ sy_sim_word(function, "name"),
			sy_json_get(function, "parameters") };
	return (struct sy_sim_tool){ sy_sim_word(in, "name"),
		sy_json_get(in, "input_schema") };
}

/* The name a tool_choice of either dialect forces, or "". */
static const char *forced_name(struct json_object *choice)
{
	struct json_object *function = sy_json_get(choice, "function");

	return function != NULL ? sy_sim_word(function, "name")
	                        : sy_sim_word(choice, "name");
}

/* Takes the first tools, or the forced one alone. */
static int read_tools(struct sy_sim_ask *ask, const char *forced, struct sy_error *err)
{
	struct json_object *list = NULL;
	char path[PATH_ROOM];

	if (sy_json_array(ask->root, "tools", "", &list, err) < 0)
		return -1;
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct sy_sim_tool tool = read_tool(json_object_array_get_idx(list, i));

		sy_json_path_at(path, sizeof(path), "", "tools", i);
		if (*tool.name == '\0')
			return sy_json_need(0, "name", path, err);
		if (*forced != '\0' && strcmp(tool.name, forced) != 0)
			continue;
		if (ask->tool_count < SY_SIM_TOOLS)
			ask->tools[ask->tool_count++] = tool;
	}
	ask->tool_forced = *forced != '\0';
	if (ask->tool_forced && ask->tool_count == 0)
		return wrong_value("tool_choice", "", forced, err);
	return 0;
}

static int read_calls(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *choice = sy_json_get(ask->root, "tool_choice");
	bool parallel = true, disabled = false;
	const char *word = json_object_is_type(choice, json_type_string)
	                       ? json_object_get_string(choice)
	                       : sy_sim_word(choice, "type");

	if (read_tools(ask, forced_name(choice), err) < 0 ||
	    sy_json_bool(ask->root, "parallel_tool_calls", "", &parallel, err) < 0 ||
	    sy_json_bool(choice, "disable_parallel_tool_use", "tool_choice", &disabled,
	        err) < 0)
		return -1;
	if (strcasecmp(word, "none") == 0)
		ask->tool_count = 0;
	ask->one_call = ask->tool_forced || !parallel || disabled;
	return 0;
}

static int read_limit(struct sy_sim_ask *ask, const char *key, struct sy_error *err)
{
	return sy_json_int(ask->root, key, "", 1, INT32_MAX, &ask->max_tokens, err);
}

static void read_schema(struct sy_sim_ask *ask)
{
	struct json_object *format = sy_json_get(ask->root, "response_format");

	if (ask->endpoint == SY_SIM_COHERE) {
		ask->schema = sy_json_get(format, "json_schema");
		return;
	}
	if (format != NULL) {
		ask->schema = sy_json_get(sy_json_get(format, "json_schema"), "schema");
		return;
	}
	format = sy_json_get(sy_json_get(ask->root, "output_config"), "format");
	if (format == NULL)
		format = sy_json_get(ask->root, "output_format");
	ask->schema = sy_json_get(format, "schema");
}

/* What chat and the older completions have in common. */
static int read_openai(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (sy_json_int(ask->root, "n", "", 1, SY_SIM_MOST_CHOICES, &ask->n, err) < 0 ||
	    read_limit(ask, "max_tokens", err) < 0 ||
	    read_limit(ask, "max_completion_tokens", err) < 0)
		return -1;
	return sy_json_bool(sy_json_get(ask->root, "stream_options"), "include_usage",
	    "stream_options", &ask->include_usage, err);
}

static int read_chat(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (read_messages(ask, err) < 0 || read_calls(ask, err) < 0)
		return -1;
	read_schema(ask);
	return read_openai(ask, err);
}

static int read_anthropic(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (ask->endpoint == SY_SIM_MESSAGES &&
	    sy_json_need(read_limit(ask, "max_tokens", err), "max_tokens", "", err) < 0)
		return -1;
	if (read_content(ask, ask->root, "system", NULL, "", err) < 0 ||
	    read_messages(ask, err) < 0 || read_calls(ask, err) < 0)
		return -1;
	read_schema(ask);
	return 0;
}

/* A choice cannot be named; a single tool that is required is as good as that. */
static int read_cohere(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (read_messages(ask, err) < 0 || read_calls(ask, err) < 0 ||
	    read_limit(ask, "max_tokens", err) < 0)
		return -1;
	ask->tool_forced = ask->tool_count == 1 &&
	    strcmp(sy_sim_word(ask->root, "tool_choice"), "REQUIRED") == 0;
	ask->one_call |= ask->tool_forced;
	read_schema(ask);
	return 0;
}

static void take_inputs(struct sy_sim_ask *ask)
{
	if (json_object_is_type(ask->input, json_type_string)) {
		sy_sim_take_text(ask, ask->input, &ask->user);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(ask->input); i++) {
		struct json_object *one = json_object_array_get_idx(ask->input, i);

		sy_buf_reset(&ask->user);
		if (json_object_is_type(one, json_type_string))
			sy_sim_take_text(ask, one, &ask->user);
		else
			ask->text_bytes += 4; /* a token, or a list of them */
	}
}

static int read_input(struct sy_sim_ask *ask, const char *key, struct sy_error *err)
{
	struct json_object *input = sy_json_get(ask->root, key);

	if (input == NULL)
		return sy_json_need(0, key, "", err);
	if (!json_object_is_type(input, json_type_string) &&
	    !json_object_is_type(input, json_type_array))
		return sy_json_wrong_type(key, "", "a string or an array", err);
	if (json_object_is_type(input, json_type_array) &&
	    (json_object_array_length(input) == 0 ||
	        json_object_array_length(input) > MOST_INPUTS))
		return sy_fail(err, SY_BAD_REQUEST, key, "'%s' takes 1 to %d texts", key,
		    MOST_INPUTS);
	ask->input = input;
	take_inputs(ask);
	return 0;
}

static int read_embeddings(struct sy_sim_ask *ask, struct sy_error *err)
{
	static const struct sy_word formats[] = { { "float", 0 }, { "base64", 1 },
		{ NULL, 0 } };
	int base64 = 0;

	if (sy_json_word(ask->root, "encoding_format", "", formats, &base64, err) < 0 ||
	    sy_json_int(ask->root, "dimensions", "", 1, SY_SIM_DIMENSIONS,
	        &ask->dimensions, err) < 0)
		return -1;
	ask->base64 = base64;
	return read_input(ask, "input", err);
}

static int read_cohere_embed(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (*sy_sim_word(ask->root, "input_type") == '\0')
		return sy_json_need(0, "input_type", "", err);
	if (sy_json_int(ask->root, "output_dimension", "", 1, SY_SIM_DIMENSIONS,
	        &ask->dimensions, err) < 0)
		return -1;
	return read_input(ask, "texts", err);
}

/* Each request's first part is a text. */
static int read_batch_embed(struct sy_sim_ask *ask, struct sy_error *err)
{
	struct json_object *list = NULL, *texts = json_object_new_array();

	sy_adopt_json(ask->arena, texts);
	if (sy_json_need(sy_json_array(ask->root, "requests", "", &list, err), "requests", "",
	        err) < 0)
		return -1;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		struct json_object *parts = sy_json_get(sy_json_get(one, "content"), "parts");

		json_object_array_add(texts, json_object_new_string(sy_sim_word(
		                                 json_object_array_get_idx(parts, 0), "text")));
		if (sy_json_int(one, "outputDimensionality", "requests[]", 1, SY_SIM_DIMENSIONS,
		        &ask->dimensions, err) < 0)
			return -1;
	}
	ask->input = texts;
	take_inputs(ask);
	return 0;
}

static int read_completions(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (read_openai(ask, err) < 0)
		return -1;
	return read_input(ask, "prompt", err);
}

static int read_string(struct sy_sim_ask *ask, const char *key, struct sy_buf *out,
    struct sy_error *err)
{
	const char *text;

	if (sy_json_need(sy_json_string(ask->root, key, "", &text, err), key, "", err) < 0)
		return -1;
	sy_sim_take_text(ask, sy_json_get(ask->root, key), out);
	return 0;
}

static int read_rerank(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (read_string(ask, "query", &ask->result, err) < 0)
		return -1;
	return read_input(ask, "documents", err);
}

static int read_images(struct sy_sim_ask *ask, struct sy_error *err)
{
	if (sy_json_int(ask->root, "n", "", 1, SY_SIM_MOST_CHOICES, &ask->n, err) < 0)
		return -1;
	return read_string(ask, "prompt", &ask->user, err);
}

static int read_speech(struct sy_sim_ask *ask, struct sy_error *err)
{
	ask->stream = strcmp(sy_sim_word(ask->root, "stream_format"), "sse") == 0;
	return read_string(ask, "input", &ask->user, err);
}

/* --- Forms. ------------------------------------------------------------------------------ */

static const char *part_text(struct sy_sim_ask *ask, const char *name)
{
	const struct sy_multipart_part *part = sy_multipart_find(ask->form, name);

	return part != NULL ? sy_strndup(ask->arena, part->at, part->len) : "";
}

static int read_form(struct sy_sim_ask *ask, const char *type, const struct sy_buf *body,
    struct sy_error *err)
{
	const char *file = ask->endpoint == SY_SIM_AUDIO_FORM ? "file" : "image";
	struct sy_multipart *form = sy_alloc(ask->arena, sizeof(*form));
	const char *prompt;

	if (!sy_multipart_is(type))
		return sy_fail(err, SY_BAD_MEDIA, "", "this takes multipart/form-data");
	if (sy_multipart_read(type, body->data, body->len, ask->arena, form, err) < 0)
		return -1;
	ask->form = form;
	if (sy_multipart_find(form, "model") == NULL)
		return sy_json_need(0, "model", "", err);
	if (sy_multipart_find(form, file) == NULL)
		return sy_json_need(0, file, "", err);
	ask->model = part_text(ask, "model");
	ask->format = part_text(ask, "response_format");
	ask->stream = strcmp(part_text(ask, "stream"), "true") == 0;
	prompt = part_text(ask, "prompt");
	sy_buf_puts(&ask->user, prompt);
	ask->text_bytes = strlen(prompt);
	return 0;
}

/* --- All of them. ------------------------------------------------------------------------ */

static int read_top(struct sy_sim_ask *ask, const struct sy_buf *body,
    struct sy_error *err)
{
	if (sy_sim_parse(ask->arena, body->data, body->len, &ask->root, err) < 0)
		return -1;
	if (!json_object_is_type(ask->root, json_type_object))
		return sy_fail(err, SY_BAD_REQUEST, "", "the body is not a JSON object");
	if (ask->model != NULL) /* the path says all of it */
		return 0;
	if (sy_json_need(sy_json_string(ask->root, "model", "", &ask->model, err),
	        "model", "", err) < 0)
		return -1;
	ask->format = sy_sim_word(ask->root, "response_format");
	return sy_json_bool(ask->root, "stream", "", &ask->stream, err);
}

int sy_sim_ask_read(struct sy_sim_ask *ask, enum sy_sim_endpoint endpoint, const char *name,
    const char *type, const struct sy_buf *body, struct sy_error *err)
{
	ask->endpoint = endpoint;
	ask->arena = sy_arena_new();
	ask->model = sy_strdup(ask->arena, name);
	ask->stream = endpoint == SY_SIM_CONVERSE_STREAM || endpoint == SY_SIM_GENERATE_STREAM;
	if (endpoint == SY_SIM_IMAGE_FORM || endpoint == SY_SIM_AUDIO_FORM)
		return read_form(ask, type, body, err);
	if (read_top(ask, body, err) < 0)
		return -1;
	switch (endpoint) {
	case SY_SIM_CHAT:
		return read_chat(ask, err);
	case SY_SIM_COHERE:
		return read_cohere(ask, err);
	case SY_SIM_COMPLETIONS:
		return read_completions(ask, err);
	case SY_SIM_EMBEDDINGS:
		return read_embeddings(ask, err);
	case SY_SIM_COHERE_EMBED:
		return read_cohere_embed(ask, err);
	case SY_SIM_BATCH_EMBED:
		return read_batch_embed(ask, err);
	case SY_SIM_MODERATIONS:
		return read_input(ask, "input", err);
	case SY_SIM_RERANK:
		return read_rerank(ask, err);
	case SY_SIM_IMAGES:
		return read_images(ask, err);
	case SY_SIM_SPEECH:
		return read_speech(ask, err);
	case SY_SIM_CONVERSE:
	case SY_SIM_CONVERSE_STREAM:
		return sy_sim_converse_read(ask, err);
	case SY_SIM_GENERATE:
	case SY_SIM_GENERATE_STREAM:
		return sy_sim_generate_read(ask, err);
	default:
		return read_anthropic(ask, err);
	}
}
