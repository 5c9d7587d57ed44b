/*
 * messages_ask.c - the Messages surface: what the engine asks of a request.
 *
 * Works on the scan alone.  The checks are those that hold whichever provider is chosen, and
 * no field is refused for being unknown: new ones come every season.
 */
#include "dialect/messages.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/walk.h"
#include "dialect/fields.h"
#include "dialect/messages_fields.h"
#include "model/config.h"

#include <stdio.h>
#include <string.h>

#define OUTPUT_TOKENS_MAX 100000000
#define TOOLS_MAX         512
#define SCHEMA_BYTES_MAX  (1 << 20)

/* What things are likely to weigh, in tokens; rather too much than too little, since clients
 * decide by it when to shorten a conversation. */
#define MEDIA_TOKENS   1600
#define MESSAGE_TOKENS 4
#define TOOL_TOKENS    8

const char *const sy_messages_watch[] = {
	[SY_MESSAGES_IMAGE] = "image",
	[SY_MESSAGES_DOCUMENT] = "document",
	[SY_MESSAGES_BASE64] = "base64",
	[SY_MESSAGES_URL] = "url",
	[SY_MESSAGES_FILE] = "file",
	[SY_MESSAGES_THINKING] = "thinking",
	[SY_MESSAGES_REDACTED] = "redacted_thinking",
	[SY_MESSAGES_SYSTEM] = "system",
	NULL,
};

const char *const sy_messages_watch_keys[] = {
	[SY_MESSAGES_KEY_CACHE_CONTROL] = "cache_control",
	NULL,
};

static const struct sy_scan_limits limits = {
	.nodes = SY_SCAN_NODES,
	.depth = SY_SCAN_DEPTH,
	.messages = SY_SCAN_ELEMENTS,
	.watch = sy_messages_watch,
	.watch_keys = sy_messages_watch_keys,
};

static const struct sy_field_type types[] = {
	{ "messages", SY_J_ARRAY, "an array" },
	{ "tools", SY_J_ARRAY, "an array" },
	{ "stop_sequences", SY_J_ARRAY, "an array" },
	{ "tool_choice", SY_J_OBJECT, "an object" },
	{ "thinking", SY_J_OBJECT, "an object" },
	{ "output_config", SY_J_OBJECT, "an object" },
	{ "output_format", SY_J_OBJECT, "an object" },
	{ "metadata", SY_J_OBJECT, "an object" },
	{ "service_tier", SY_J_STRING, "a string" },
	{ "temperature", SY_J_NUMBER, "a number" },
	{ "top_p", SY_J_NUMBER, "a number" },
	{ "top_k", SY_J_NUMBER, "a number" },
	{ NULL, SY_J_NULL, NULL },
};

/* Claude ends at a temperature of 1; other models that may be asked do not. */
static const struct sy_field_range ranges[] = {
	{ "temperature", 0, 2 },
	{ "top_p", 0, 1 },
	{ NULL, 0, 0 },
};

static int check_system(const struct sy_scan *s, struct sy_error *err)
{
	struct sy_span system = sy_field_span(s, "system");

	if (system.at == NULL || sy_span_is_string(system) || sy_span_is_array(system))
		return 0;
	return sy_fail(err, SY_BAD_REQUEST, "system",
	    "'system' must be a string or an array of text blocks");
}

static int check_message(struct sy_span message, size_t i, struct sy_error *err)
{
	struct sy_span role = sy_walk_get(message, "role");
	struct sy_span content = sy_walk_get(message, "content");
	char param[64];

	snprintf(param, sizeof(param), "messages[%zu]", i);
	if (!sy_span_is_object(message))
		return sy_fail(err, SY_BAD_REQUEST, param, "'%s' must be an object",
		    param);
	if (!sy_span_is(role, "user") && !sy_span_is(role, "assistant") &&
	    !sy_span_is(role, "system"))
		return sy_fail(err, SY_BAD_REQUEST, param,
		    "'%s.role' must be user, assistant or system", param);
	if (!sy_span_is_string(content) && !sy_span_is_array(content))
		return sy_fail(err, SY_BAD_REQUEST, param,
		    "'%s.content' must be a string or an array of blocks", param);
	return 0;
}

static int check_messages(const struct sy_scan *s, struct sy_error *err)
{
	const struct sy_member *m = sy_field(s, "messages");
	struct sy_span list = sy_field_span(s, "messages"), message;
	size_t pos = 0;

	if (m == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "messages", "'messages' is missing");
	if (m->elements == 0)
		return sy_fail(err, SY_BAD_REQUEST, "messages",
		    "'messages' must hold at least one message");
	for (size_t i = 0; sy_walk_element(list, &pos, &message); i++)
		if (check_message(message, i, err) < 0)
			return -1;
	return 0;
}

/* A conversation that the provider keeps.  Who is told so in these words goes on by sending
 * all of it. */
static int check_thread(const struct sy_scan *s, struct sy_error *err)
{
	if (sy_field(s, "thread") == NULL)
		return 0;
	return sy_fail_code(err, SY_BAD_REQUEST, "thread", SY_MESSAGES_NO_THREAD,
	    "'thread' cannot be kept across providers: send the whole conversation");
}

static void read_caps(const struct sy_scan *s, struct sy_ask *out)
{
	static const uint32_t sent =
	    1u << SY_MESSAGES_BASE64 | 1u << SY_MESSAGES_URL | 1u << SY_MESSAGES_FILE;
	const struct sy_member *tools = sy_field(s, "tools");
	uint32_t seen = sy_field(s, "messages")->seen;
	struct sy_span format = sy_walk_get(sy_field_span(s, "output_config"), "format");

	out->caps = SY_CAP_CHAT;
	if (tools != NULL && tools->elements > 0)
		out->caps |= SY_CAP_TOOLS;
	if (seen & 1u << SY_MESSAGES_IMAGE)
		out->caps |= SY_CAP_VISION;
	/* Of a document that is text anybody can make words. */
	if (seen & 1u << SY_MESSAGES_DOCUMENT && seen & sent)
		out->caps |= SY_CAP_FILES;
	if (format.at != NULL || sy_field(s, "output_format") != NULL)
		out->caps |= SY_CAP_SCHEMA;
}

static int64_t estimate(const struct sy_scan *s)
{
	const struct sy_member *tools = sy_field(s, "tools");
	int64_t tokens = ((int64_t)s->string_bytes * 10 + 31) / 32;

	tokens += (int64_t)s->media_count * MEDIA_TOKENS;
	tokens += (int64_t)sy_field(s, "messages")->elements * MESSAGE_TOKENS;
	if (tools != NULL)
		tokens += (int64_t)tools->elements * TOOL_TOKENS;
	return tokens;
}

static void read_user(const struct sy_scan *s, struct sy_arena *a, struct sy_ask *out)
{
	struct sy_span user = sy_walk_get(sy_field_span(s, "metadata"), "user_id");

	if (sy_span_is_string(user))
		out->user = sy_unquote(a, user, NULL);
}

/* All but how long the answer may be, which only counting does without. */
static int read_all(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	struct sy_scan *s = &out->scan;

	memset(out, 0, sizeof(*out));
	if (sy_scan(body, len, &limits, a, s, err) < 0)
		return -1;
	if (s->type != SY_J_OBJECT)
		return sy_fail(err, SY_BAD_REQUEST, "", "the body must be a JSON object");
	if (sy_scan_string(s, "model", a, &out->model, err) < 0 ||
	    sy_scan_bool(s, "stream", &out->stream, err) < 0 ||
	    sy_fields_types(s, types, err) < 0 || sy_fields_ranges(s, ranges, err) < 0 ||
	    check_thread(s, err) < 0 || check_system(s, err) < 0 ||
	    check_messages(s, err) < 0 ||
	    sy_fields_objects(s, "tools", TOOLS_MAX, SCHEMA_BYTES_MAX, err) < 0)
		return -1;
	out->n = 1;
	out->include_usage = true;
	read_user(s, a, out);
	read_caps(s, out);
	out->input_tokens = estimate(s);
	return 0;
}

int sy_messages_ask(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	int rc;

	if (read_all(body, len, a, out, err) < 0)
		return -1;
	rc = sy_scan_int(&out->scan, "max_tokens", 1, OUTPUT_TOKENS_MAX,
	    &out->max_output_tokens, err);
	if (rc == 0)
		return sy_fail(err, SY_BAD_REQUEST, "max_tokens",
		    "'max_tokens' is missing");
	return rc < 0 ? -1 : 0;
}

static int ask_count(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	if (read_all(body, len, a, out, err) < 0)
		return -1;
	out->task = SY_TASK_COUNT;
	out->stream = false;
	return 0;
}

static void count(const struct sy_ask *ask, struct sy_buf *out)
{
	sy_buf_printf(out, "{\"input_tokens\":%lld}\n", (long long)ask->input_tokens);
}

const struct sy_surface sy_surface_messages_count = {
	.name = "anthropic-count",
	.dialect = "anthropic",
	.id_prefix = "",
	.id_header = "request-id",
	.ask = ask_count,
	.read = sy_messages_read,
	.count = count,
	.write = sy_messages_write,
	.error = sy_messages_error,
	.status = sy_messages_status,
};

const struct sy_surface sy_surface_messages = {
	.name = "anthropic-messages",
	.dialect = "anthropic",
	.id_prefix = "msg_",
	.id_header = "request-id",
	.ping = "event: ping\ndata: {\"type\": \"ping\"}\n\n",
	.stream_state = SY_MESSAGES_STREAM_BYTES,
	.ask = sy_messages_ask,
	.read = sy_messages_read,
	.begin = sy_messages_begin,
	.write = sy_messages_write,
	.event = sy_messages_event,
	.error = sy_messages_error,
	.status = sy_messages_status,
};
