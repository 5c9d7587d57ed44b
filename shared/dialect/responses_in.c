/*
 * responses_in.c - the Responses surface: what the engine asks of a request.
 *
 * Works on the scan alone; the items of the input are read by responses_items.c.
 */
#include "dialect/responses.h"

#include "base/arena.h"
#include "base/scan.h"
#include "base/walk.h"
#include "dialect/fields.h"
#include "dialect/openai.h"
#include "dialect/openai_chat.h"
#include "model/config.h"

#include <stdio.h>
#include <string.h>

#define OUTPUT_TOKENS_MIN 16
#define OUTPUT_TOKENS_MAX 100000000
#define SCHEMA_BYTES_MAX  (1 << 20)

enum { SEEN_IMAGE, SEEN_AUDIO, SEEN_FILE };

static const char *const watch[] = {
	[SEEN_IMAGE] = "input_image",
	[SEEN_AUDIO] = "input_audio",
	[SEEN_FILE] = "input_file",
	NULL,
};

static const uint32_t part_caps[] = {
	[SEEN_IMAGE] = SY_CAP_VISION,
	[SEEN_AUDIO] = SY_CAP_AUDIO,
	[SEEN_FILE] = SY_CAP_FILES,
};

static const struct sy_scan_limits limits = {
	.nodes = SY_SCAN_NODES,
	.depth = SY_SCAN_DEPTH,
	.messages = SY_SCAN_ELEMENTS,
	.watch = watch,
};

static const struct sy_field_type types[] = {
	{ "tools", SY_J_ARRAY, "an array" },
	{ "include", SY_J_ARRAY, "an array" },
	{ "text", SY_J_OBJECT, "an object" },
	{ "reasoning", SY_J_OBJECT, "an object" },
	{ "metadata", SY_J_OBJECT, "an object" },
	{ "stream_options", SY_J_OBJECT, "an object" },
	{ "previous_response_id", SY_J_STRING, "a string" },
	{ "truncation", SY_J_STRING, "a string" },
	{ "store", SY_J_BOOL, "a boolean" },
	{ "background", SY_J_BOOL, "a boolean" },
	{ "parallel_tool_calls", SY_J_BOOL, "a boolean" },
	{ "temperature", SY_J_NUMBER, "a number" },
	{ "top_p", SY_J_NUMBER, "a number" },
	{ NULL, SY_J_NULL, NULL },
};

static const struct sy_field_range ranges[] = {
	{ "temperature", 0, 2 },
	{ "top_p", 0, 1 },
	{ NULL, 0, 0 },
};

/* What is kept at OpenAI, or runs there. */
static const struct {
	const char *field, *why;
} refused[] = {
	{ "conversation", "conversations are not kept here" },
	{ "prompt", "prompt templates are kept by OpenAI alone" },
};

static int check_refused(const struct sy_scan *s, struct sy_error *err)
{
	bool background = false;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (sy_field(s, refused[i].field) != NULL)
			return sy_fail_code(err, SY_BAD_REQUEST, refused[i].field,
			    "unsupported_parameter", "'%s' is not supported: %s",
			    refused[i].field, refused[i].why);
	if (sy_scan_bool(s, "background", &background, err) < 0)
		return -1;
	if (background)
		return sy_fail_code(err, SY_BAD_REQUEST, "background",
		    "unsupported_parameter",
		    "'background' is not supported: an answer is for who waits for it");
	return 0;
}

/* Tools that OpenAI runs itself have no equivalent at a provider of chat. */
static int check_tools(const struct sy_scan *s, struct sy_error *err)
{
	struct sy_span list = sy_field_span(s, "tools"), tool;
	size_t pos = 0;

	if (sy_fields_objects(s, "tools", SY_OPENAI_TOOLS_MAX, SCHEMA_BYTES_MAX, err) < 0)
		return -1;
	for (size_t i = 0; sy_walk_element(list, &pos, &tool); i++) {
		struct sy_span type = sy_walk_get(tool, "type");
		char param[64];

		if (sy_span_is(type, "function") || sy_span_is(type, "custom"))
			continue;
		snprintf(param, sizeof(param), "tools[%zu].type", i);
		if (type.at == NULL)
			return sy_fail_code(err, SY_BAD_REQUEST, param,
			    "missing_required_parameter", "'%s' is missing", param);
		if (!sy_span_is_string(type))
			return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
			    "'%s' must be a string", param);
		return sy_fail_code(err, SY_BAD_REQUEST, param, "unsupported_value",
		    "'%s' cannot be %.*s: function and custom tools are served, tools "
		    "that OpenAI runs itself are not",
		    param, (int)(type.len < 40 ? type.len : 40), type.at);
	}
	return 0;
}

static int check_input(const struct sy_scan *s, struct sy_error *err)
{
	const struct sy_member *m = sy_field(s, "input");
	struct sy_span list = sy_field_span(s, "input"), item;
	size_t pos = 0;

	if (m == NULL)
		return sy_fail_code(err, SY_BAD_REQUEST, "input",
		    "missing_required_parameter", "'input' is missing");
	if (m->type != SY_J_STRING && m->type != SY_J_ARRAY)
		return sy_fail_code(err, SY_BAD_REQUEST, "input", "invalid_type",
		    "'input' must be a string or an array of items");
	if (m->type == SY_J_ARRAY && m->elements == 0)
		return sy_fail_code(err, SY_BAD_REQUEST, "input", "empty_array",
		    "'input' must hold at least one item");
	for (size_t i = 0; sy_walk_element(list, &pos, &item); i++) {
		char param[64];

		if (sy_span_is_object(item))
			continue;
		snprintf(param, sizeof(param), "input[%zu]", i);
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
		    "'%s' must be an object", param);
	}
	return 0;
}

static int read_numbers(const struct sy_scan *s, struct sy_ask *out, struct sy_error *err)
{
	int64_t unused;

	out->n = 1;
	if (sy_scan_int(s, "max_output_tokens", OUTPUT_TOKENS_MIN, OUTPUT_TOKENS_MAX,
	        &out->max_output_tokens, err) < 0 ||
	    sy_scan_int(s, "max_tool_calls", 1, INT32_MAX, &unused, err) < 0 ||
	    sy_scan_int(s, "top_logprobs", 0, 20, &unused, err) < 0)
		return -1;
	return sy_fields_ranges(s, ranges, err);
}

static void read_caps(const struct sy_scan *s, struct sy_ask *out)
{
	const struct sy_member *tools = sy_field(s, "tools"),
	                       *input = sy_field(s, "input");
	struct sy_span format = sy_walk_get(sy_field_span(s, "text"), "format");

	out->caps = SY_CAP_CHAT;
	if (tools != NULL && tools->elements > 0)
		out->caps |= SY_CAP_TOOLS;
	for (size_t i = 0; i < sizeof(part_caps) / sizeof(part_caps[0]); i++)
		if (input->seen & 1u << i)
			out->caps |= part_caps[i];
	if (sy_span_is(sy_walk_get(format, "type"), "json_schema"))
		out->caps |= SY_CAP_SCHEMA;
}

static int read_labels(const struct sy_scan *s, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	struct sy_span feature = sy_walk_get(sy_field_span(s, "metadata"), "feature");

	if (sy_scan_string(s, "model", a, &out->model, err) < 0 ||
	    sy_scan_string(s, "user", a, &out->user, err) < 0)
		return -1;
	if (sy_span_is_string(feature))
		out->feature = sy_unquote(a, feature, NULL);
	return 0;
}

static int read_keeping(const struct sy_scan *s, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	const char *previous = NULL;

	out->keep = true;
	if (sy_scan_bool(s, "store", &out->keep, err) < 0 ||
	    sy_scan_string(s, "previous_response_id", a, &previous, err) < 0)
		return -1;
	if (previous != NULL)
		sy_responses_want(out, previous, a);
	return sy_responses_want_references(out, a, err);
}

static int ask(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	struct sy_scan *s = &out->scan;

	memset(out, 0, sizeof(*out));
	if (sy_scan(body, len, &limits, a, s, err) < 0)
		return -1;
	if (s->type != SY_J_OBJECT)
		return sy_fail_code(err, SY_BAD_REQUEST, "", "invalid_type",
		    "the body must be a JSON object");
	if (read_labels(s, a, out, err) < 0 || sy_fields_types(s, types, err) < 0 ||
	    check_refused(s, err) < 0 || check_input(s, err) < 0 ||
	    check_tools(s, err) < 0 || read_numbers(s, out, err) < 0 ||
	    sy_scan_bool(s, "stream", &out->stream, err) < 0 ||
	    read_keeping(s, a, out, err) < 0)
		return -1;
	read_caps(s, out);
	out->input_tokens = sy_fields_tokens(s);
	return 0;
}

const struct sy_surface sy_surface_openai_responses = {
	.name = "openai-responses",
	.dialect = "openai-responses",
	.id_prefix = "resp_",
	.stream_state = sizeof(struct sy_responses_stream),
	.ask = ask,
	.read = sy_responses_read,
	.begin = sy_responses_begin,
	.write = sy_responses_write,
	.event = sy_responses_event,
	.error = sy_responses_error,
	.keeping = &sy_responses_keeping,
};
