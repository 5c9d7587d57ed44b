/*
 * openai_chat_in.c - the chat completions surface: what the engine asks of a request.
 *
 * Works on the scan alone.  The checks here are those that hold whichever provider is chosen;
 * what only a translation stumbles over is found by openai_chat_read.c.
 */
#include "dialect/openai_chat.h"

#include "base/arena.h"
#include "base/scan.h"
#include "base/walk.h"
#include "dialect/fields.h"
#include "dialect/openai.h"
#include "model/config.h"

#include <stdio.h>
#include <string.h>

#define OUTPUT_TOKENS_MAX 100000000
#define SCHEMA_BYTES_MAX  (1 << 20)

/* The bits of the scan that name what a request needs. */
static const uint32_t part_caps[] = {
	[SY_SEEN_IMAGE] = SY_CAP_VISION,
	[SY_SEEN_AUDIO] = SY_CAP_AUDIO,
	[SY_SEEN_FILE] = SY_CAP_FILES,
};

static const struct sy_scan_limits limits = {
	.nodes = SY_SCAN_NODES,
	.depth = SY_SCAN_DEPTH,
	.messages = SY_SCAN_ELEMENTS,
	.watch = sy_openai_watch,
	.watch_keys = sy_openai_watch_keys,
};

static const struct sy_field_type types[] = {
	{ "messages", SY_J_ARRAY, "an array" },
	{ "tools", SY_J_ARRAY, "an array" },
	{ "functions", SY_J_ARRAY, "an array" },
	{ "response_format", SY_J_OBJECT, "an object" },
	{ "stream_options", SY_J_OBJECT, "an object" },
	{ "metadata", SY_J_OBJECT, "an object" },
	{ "logit_bias", SY_J_OBJECT, "an object" },
	{ "audio", SY_J_OBJECT, "an object" },
	{ "modalities", SY_J_ARRAY, "an array" },
	{ "reasoning_effort", SY_J_STRING, "a string" },
	{ "logprobs", SY_J_BOOL, "a boolean" },
	{ "parallel_tool_calls", SY_J_BOOL, "a boolean" },
	{ "store", SY_J_BOOL, "a boolean" },
	{ "temperature", SY_J_NUMBER, "a number" },
	{ "top_p", SY_J_NUMBER, "a number" },
	{ "frequency_penalty", SY_J_NUMBER, "a number" },
	{ "presence_penalty", SY_J_NUMBER, "a number" },
	{ NULL, SY_J_NULL, NULL },
};

static const struct sy_field_range ranges[] = {
	{ "temperature", 0, 2 },
	{ "top_p", 0, 1 },
	{ "frequency_penalty", -2, 2 },
	{ "presence_penalty", -2, 2 },
	{ NULL, 0, 0 },
};

static bool is_role(struct sy_span role)
{
	static const char *const roles[] = { "user", "assistant", "system", "tool",
		"developer", "function" };

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (sy_span_is(role, roles[i]))
			return true;
	return false;
}

static int refuse_message(struct sy_span message, struct sy_span role, size_t i,
    struct sy_error *err)
{
	bool object = sy_span_is_object(message);
	char param[64];

	snprintf(param, sizeof(param), "messages[%zu]%s", i, object ? ".role" : "");
	if (!object)
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
		    "'%s' must be an object", param);
	if (role.at == NULL)
		return sy_fail_code(err, SY_BAD_REQUEST, param,
		    "missing_required_parameter", "'%s' is missing", param);
	return sy_fail_code(err, SY_BAD_REQUEST, param,
	    sy_span_is_string(role) ? "invalid_value" : "invalid_type",
	    "'%s' must be one of system, developer, user, assistant, tool and function",
	    param);
}

static int check_messages(const struct sy_scan *s, struct sy_error *err)
{
	const struct sy_member *m = sy_field(s, "messages");
	struct sy_span list = sy_field_span(s, "messages"), message;
	size_t pos = 0;

	if (m == NULL)
		return sy_fail_code(err, SY_BAD_REQUEST, "messages",
		    "missing_required_parameter", "'messages' is missing");
	if (m->elements == 0)
		return sy_fail_code(err, SY_BAD_REQUEST, "messages", "empty_array",
		    "'messages' must hold at least one message");
	for (size_t i = 0; sy_walk_element(list, &pos, &message); i++) {
		struct sy_span role = sy_walk_get(message, "role");

		if (!is_role(role))
			return refuse_message(message, role, i, err);
	}
	return 0;
}

/* The smaller of the two fields for the same thing. */
static int read_output_limit(const struct sy_scan *s, struct sy_ask *out,
    struct sy_error *err)
{
	int64_t a = 0, b = 0;

	if (sy_scan_int(s, "max_completion_tokens", 1, OUTPUT_TOKENS_MAX, &a, err) < 0 ||
	    sy_scan_int(s, "max_tokens", 1, OUTPUT_TOKENS_MAX, &b, err) < 0)
		return -1;
	out->max_output_tokens = a == 0 || (b != 0 && b < a) ? b : a;
	return 0;
}

static int read_numbers(const struct sy_scan *s, struct sy_ask *out, struct sy_error *err)
{
	int64_t n = 1, unused;

	if (sy_scan_int(s, "n", 1, SY_OPENAI_N_MAX, &n, err) < 0 ||
	    sy_scan_int(s, "top_logprobs", 0, 20, &unused, err) < 0 ||
	    sy_scan_int(s, "seed", INT64_MIN, INT64_MAX, &unused, err) < 0 ||
	    read_output_limit(s, out, err) < 0)
		return -1;
	out->n = (int)n;
	return sy_fields_ranges(s, ranges, err);
}

static int read_stream(const struct sy_scan *s, struct sy_ask *out, struct sy_error *err)
{
	struct sy_span options, usage;

	if (sy_scan_bool(s, "stream", &out->stream, err) < 0)
		return -1;
	options = sy_field_span(s, "stream_options");
	usage = sy_walk_get(options, "include_usage");
	if (usage.at != NULL && usage.at[0] != 't' && usage.at[0] != 'f')
		return sy_fail_code(err, SY_BAD_REQUEST, "stream_options.include_usage",
		    "invalid_type", "'stream_options.include_usage' must be a boolean");
	out->include_usage = out->stream && usage.at != NULL && usage.at[0] == 't';
	return 0;
}

static void read_caps(const struct sy_scan *s, struct sy_ask *out)
{
	const struct sy_member *messages = sy_field(s, "messages");
	const struct sy_member *tools = sy_field(s, "tools"),
	                       *old = sy_field(s, "functions");

	out->caps = SY_CAP_CHAT;
	if ((tools != NULL && tools->elements > 0) || (old != NULL && old->elements > 0))
		out->caps |= SY_CAP_TOOLS;
	if (sy_field(s, "audio") != NULL)
		out->caps |= SY_CAP_AUDIO;
	for (size_t i = 0; i < sizeof(part_caps) / sizeof(part_caps[0]); i++)
		if (messages->seen & 1u << i)
			out->caps |= part_caps[i];
	if (sy_span_is(sy_walk_get(sy_field_span(s, "response_format"), "type"),
	        "json_schema"))
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
	    check_messages(s, err) < 0 ||
	    sy_fields_objects(s, "tools", SY_OPENAI_TOOLS_MAX, SCHEMA_BYTES_MAX, err) <
	        0 ||
	    read_numbers(s, out, err) < 0 || read_stream(s, out, err) < 0)
		return -1;
	read_caps(s, out);
	out->input_tokens = sy_fields_tokens(s);
	return 0;
}

const struct sy_surface sy_surface_openai_chat = {
	.name = "openai-chat",
	.dialect = "openai",
	.id_prefix = "chatcmpl-",
	.stream_state = sizeof(struct sy_openai_chat_stream),
	.ask = ask,
	.read = sy_openai_chat_read,
	.write = sy_openai_chat_write,
	.event = sy_openai_chat_event,
	.error = sy_openai_chat_error,
};
