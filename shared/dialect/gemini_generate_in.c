/*
 * gemini_generate_in.c - Google's generateContent surface: what the engine asks of a request,
 * and the table.
 *
 * Works on the scan alone.  Which model is asked and whether the answer is streamed stand in
 * the path, so there is a surface for each way of answering, and they share all the rest.
 */
#include "dialect/gemini_generate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/text.h"
#include "dialect/fields.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX       100000000
#define CANDIDATES_MAX   SY_ANSWER_CHOICES
#define SCHEMA_BYTES_MAX (1 << 20)
#define TOOLS_MAX        512

enum { KEY_INLINE, KEY_INLINE_SNAKE, KEY_FILE, KEY_FILE_SNAKE };
static const char *const watch_keys[] = {
	[KEY_INLINE] = "inlineData",
	[KEY_INLINE_SNAKE] = "inline_data",
	[KEY_FILE] = "fileData",
	[KEY_FILE_SNAKE] = "file_data",
	NULL,
};
#define KEYS_OF_MEDIA                                                                    \
	(1u << KEY_INLINE | 1u << KEY_INLINE_SNAKE | 1u << KEY_FILE |                    \
	    1u << KEY_FILE_SNAKE)

static const struct sy_scan_limits limits = {
	.nodes = SY_SCAN_NODES,
	.depth = SY_SCAN_DEPTH,
	.messages = SY_SCAN_ELEMENTS,
	.watch_keys = watch_keys,
};

/* Both spellings of each. */
static const struct {
	const char *field, *snake;
	enum sy_json_type type;
	const char *wanted;
} types[] = {
	{ "contents", "contents", SY_J_ARRAY, "an array" },
	{ "tools", "tools", SY_J_ARRAY, "an array" },
	{ "toolConfig", "tool_config", SY_J_OBJECT, "an object" },
	{ "generationConfig", "generation_config", SY_J_OBJECT, "an object" },
	{ "safetySettings", "safety_settings", SY_J_ARRAY, "an array" },
	{ "cachedContent", "cached_content", SY_J_STRING, "a string" },
	{ "labels", "labels", SY_J_OBJECT, "an object" },
};

static const struct {
	const char *field, *snake;
	double min, max;
} ranges[] = {
	{ "temperature", "temperature", 0, 2 },
	{ "topP", "top_p", 0, 1 },
	{ "presencePenalty", "presence_penalty", -2, 2 },
	{ "frequencyPenalty", "frequency_penalty", -2, 2 },
};

/* --- Fields under either name. ----------------------------------------------------------- */

/* A member of the body that is there and not null. */
static const struct sy_member *given(const struct sy_scan *s, const char *field,
    const char *snake)
{
	const struct sy_member *m = sy_scan_find(s, field);

	if (m == NULL)
		m = sy_scan_find(s, snake);
	return m == NULL || m->type == SY_J_NULL ? NULL : m;
}

static struct sy_span value_of(const struct sy_scan *s, const char *field,
    const char *snake)
{
	const struct sy_member *m = given(s, field, snake);

	return m == NULL ? (struct sy_span){ NULL, 0 }
	                 : (struct sy_span){ s->text + m->at, m->len };
}

static struct sy_span get(struct sy_span object, const char *field, const char *snake)
{
	struct sy_span value = sy_walk_get(object, field);

	return value.at != NULL ? value : sy_walk_get(object, snake);
}

static struct sy_span config_of(const struct sy_scan *s)
{
	return value_of(s, "generationConfig", "generation_config");
}

bool sy_gemini_wants_thoughts(const struct sy_ask *ask)
{
	struct sy_span thinking =
	    get(config_of(&ask->scan), "thinkingConfig", "thinking_config");
	struct sy_span include = get(thinking, "includeThoughts", "include_thoughts");

	/* Who sets a level or a budget without a word about thoughts will need them back. */
	return thinking.at != NULL && (include.at == NULL || include.at[0] == 't');
}

/* --- Checks. ----------------------------------------------------------------------------- */

static int check_types(const struct sy_scan *s, struct sy_error *err)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct sy_member *m = given(s, types[i].field, types[i].snake);

		if (m != NULL && m->type != types[i].type)
			return sy_fail_code(err, SY_BAD_REQUEST, m->key, "invalid_type",
			    "'%s' must be %s", m->key, types[i].wanted);
	}
	return 0;
}

static int check_range(struct sy_span number, const char *field, double min, double max,
    struct sy_error *err)
{
	char text[40], param[96], *end;
	double value;

	snprintf(param, sizeof(param), "generationConfig.%s", field);
	sy_copy_n(text, sizeof(text), number.at, number.len);
	value = strtod(text, &end);
	if (*end != '\0')
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
		    "'%s' must be a number", param);
	if (value < min || value > max)
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_value",
		    "'%s' must be from %g to %g", param, min, max);
	return 0;
}

/* An integer of generationConfig; *out stays where it is not given. */
static int read_int(struct sy_span config, const char *field, const char *snake,
    int64_t min, int64_t max, int64_t *out, struct sy_error *err)
{
	struct sy_span value = get(config, field, snake);
	char param[96];
	int64_t n;

	if (value.at == NULL)
		return 0;
	snprintf(param, sizeof(param), "generationConfig.%s", field);
	if (!sy_span_int(value, &n))
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
		    "'%s' must be an integer", param);
	if (n < min || n > max)
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_value",
		    "'%s' must be from %lld to %lld", param, (long long)min,
		    (long long)max);
	*out = n;
	return 0;
}

static int read_numbers(const struct sy_scan *s, struct sy_ask *out, struct sy_error *err)
{
	struct sy_span config = config_of(s);
	int64_t n = 1, unused;

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct sy_span value = get(config, ranges[i].field, ranges[i].snake);

		if (value.at != NULL && check_range(value, ranges[i].field, ranges[i].min,
		                            ranges[i].max, err) < 0)
			return -1;
	}
	if (read_int(config, "maxOutputTokens", "max_output_tokens", 1, TOKENS_MAX,
	        &out->max_output_tokens, err) < 0 ||
	    read_int(config, "candidateCount", "candidate_count", 1, CANDIDATES_MAX, &n,
	        err) < 0 ||
	    read_int(config, "seed", "seed", INT32_MIN, INT32_MAX, &unused, err) < 0 ||
	    read_int(config, "logprobs", "logprobs", 0, 20, &unused, err) < 0)
		return -1;
	out->n = (int)n;
	return 0;
}

static bool is_role(struct sy_span role)
{
	static const char *const roles[] = { "", "user", "model", "function" };

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (sy_span_is(role, roles[i]))
			return true;
	return role.at == NULL;
}

static int check_content(struct sy_span content, size_t i, struct sy_error *err)
{
	struct sy_span parts = sy_walk_get(content, "parts"), first;
	char param[64];
	size_t pos = 0;

	snprintf(param, sizeof(param), "contents[%zu]", i);
	if (!sy_span_is_object(content))
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
		    "'%s' must be an object", param);
	snprintf(param, sizeof(param), "contents[%zu].role", i);
	if (!is_role(sy_walk_get(content, "role")))
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_value",
		    "'%s' must be user or model", param);
	snprintf(param, sizeof(param), "contents[%zu].parts", i);
	if (parts.at != NULL && !sy_span_is_array(parts))
		return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
		    "'%s' must be an array", param);
	/* Chats keep the turn of a model that said nothing. */
	if (!sy_walk_element(parts, &pos, &first) &&
	    !sy_span_is(sy_walk_get(content, "role"), "model"))
		return sy_fail_code(err, SY_BAD_REQUEST, param, "empty_array",
		    "'%s' must hold at least one part", param);
	return 0;
}

static int check_contents(const struct sy_scan *s, struct sy_error *err)
{
	struct sy_span list = value_of(s, "contents", "contents"), content;
	size_t pos = 0, i = 0;

	for (; sy_walk_element(list, &pos, &content); i++)
		if (check_content(content, i, err) < 0)
			return -1;
	if (i == 0)
		return sy_fail_code(err, SY_BAD_REQUEST, "contents",
		    "missing_required_parameter",
		    "'contents' must hold at least one content");
	return 0;
}

static int check_tools(const struct sy_scan *s, struct sy_error *err)
{
	struct sy_span list = value_of(s, "tools", "tools"), tool;
	size_t pos = 0;
	char param[64];

	for (size_t i = 0; sy_walk_element(list, &pos, &tool); i++) {
		snprintf(param, sizeof(param), "tools[%zu]", i);
		if (i >= TOOLS_MAX)
			return sy_fail_code(err, SY_BAD_REQUEST, "tools",
			    "array_above_max_length", "'tools' may hold %d tools",
			    TOOLS_MAX);
		if (!sy_span_is_object(tool))
			return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
			    "'%s' must be an object", param);
		if (tool.len > SCHEMA_BYTES_MAX)
			return sy_fail(err, SY_TOO_LARGE, param, "'%s' is over %d bytes",
			    param, SCHEMA_BYTES_MAX);
	}
	return 0;
}

/* --- What is needed. --------------------------------------------------------------------- */

static uint32_t cap_of_type(struct sy_span type)
{
	if (type.len > 6 && memcmp(type.at, "\"image/", 7) == 0)
		return SY_CAP_VISION;
	if (type.len > 6 && memcmp(type.at, "\"audio/", 7) == 0)
		return SY_CAP_AUDIO;
	return SY_CAP_FILES;
}

static uint32_t caps_of_media(struct sy_span contents)
{
	struct sy_span content, part, media;
	size_t at = 0;
	uint32_t caps = 0;

	while (sy_walk_element(contents, &at, &content)) {
		struct sy_span parts = sy_walk_get(content, "parts");
		size_t pos = 0;

		while (sy_walk_element(parts, &pos, &part)) {
			media = get(part, "inlineData", "inline_data");
			if (media.at == NULL)
				media = get(part, "fileData", "file_data");
			if (media.at != NULL)
				caps |= cap_of_type(get(media, "mimeType", "mime_type"));
		}
	}
	return caps;
}

static bool has_functions(struct sy_span tools)
{
	struct sy_span tool;
	size_t pos = 0;

	while (sy_walk_element(tools, &pos, &tool))
		if (!sy_span_is_empty(
		        get(tool, "functionDeclarations", "function_declarations")))
			return true;
	return false;
}

static void read_caps(const struct sy_scan *s, struct sy_ask *out)
{
	const struct sy_member *contents = given(s, "contents", "contents");
	struct sy_span config = config_of(s);

	out->caps = SY_CAP_CHAT;
	if (has_functions(value_of(s, "tools", "tools")))
		out->caps |= SY_CAP_TOOLS;
	if (contents->seen_keys & KEYS_OF_MEDIA)
		out->caps |= caps_of_media(value_of(s, "contents", "contents"));
	if (get(config, "responseSchema", "response_schema").at != NULL ||
	    get(config, "responseJsonSchema", "response_json_schema").at != NULL)
		out->caps |= SY_CAP_SCHEMA;
}

static int ask(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	struct sy_scan *s = &out->scan;
	struct sy_span feature;

	memset(out, 0, sizeof(*out));
	if (sy_scan(body, len, &limits, a, s, err) < 0)
		return -1;
	if (s->type != SY_J_OBJECT)
		return sy_fail_code(err, SY_BAD_REQUEST, "", "invalid_type",
		    "the body must be a JSON object");
	if (check_types(s, err) < 0 || check_contents(s, err) < 0 ||
	    check_tools(s, err) < 0 || read_numbers(s, out, err) < 0)
		return -1;
	read_caps(s, out);
	feature = sy_walk_get(value_of(s, "labels", "labels"), "feature");
	if (sy_span_is_string(feature))
		out->feature = sy_unquote(a, feature, NULL);
	out->input_tokens = sy_fields_tokens(s);
	return 0;
}

static int ask_streamed(const char *body, size_t len, struct sy_arena *a,
    struct sy_ask *out, struct sy_error *err)
{
	if (ask(body, len, a, out, err) < 0)
		return -1;
	out->stream = out->include_usage = true;
	return 0;
}

/* Of contents, or of a whole request. */
static int ask_count(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	struct sy_span request;
	struct sy_scan s;

	if (sy_scan(body, len, &limits, a, &s, err) < 0)
		return -1;
	request = value_of(&s, "generateContentRequest", "generate_content_request");
	if (request.at != NULL && !sy_span_is_object(request))
		return sy_fail_code(err, SY_BAD_REQUEST, "generateContentRequest",
		    "invalid_type", "'generateContentRequest' must be an object");
	return request.at != NULL ? ask(request.at, request.len, a, out, err)
	                          : ask(body, len, a, out, err);
}

static void count(const struct sy_ask *ask, struct sy_buf *out)
{
	sy_buf_printf(out, "{\"totalTokens\":%lld}\n", (long long)ask->input_tokens);
}

const struct sy_surface sy_surface_gemini = {
	.name = "gemini-generate",
	.dialect = "gemini",
	.id_prefix = "",
	.ask = ask,
	.read = sy_gemini_generate_read,
	.write = sy_gemini_generate_write,
	.error = sy_gemini_generate_error,
};

const struct sy_surface sy_surface_gemini_count = {
	.name = "gemini-count",
	.dialect = "gemini",
	.id_prefix = "",
	.ask = ask_count,
	.read = sy_gemini_generate_read,
	.count = count,
	.write = sy_gemini_generate_write,
	.error = sy_gemini_generate_error,
};

const struct sy_surface sy_surface_gemini_stream = {
	.name = "gemini-stream",
	.dialect = "gemini",
	.id_prefix = "",
	.stream_state = sizeof(struct sy_gemini_stream),
	.ask = ask_streamed,
	.read = sy_gemini_generate_read,
	.begin = sy_gemini_generate_begin,
	.write = sy_gemini_generate_write,
	.event = sy_gemini_generate_event,
	.error = sy_gemini_generate_error,
};

const struct sy_surface sy_surface_gemini_array = {
	.name = "gemini-array",
	.dialect = "gemini",
	.id_prefix = "",
	.stream_type = "application/json; charset=utf-8",
	.ping = "\n",
	.stream_state = sizeof(struct sy_gemini_stream),
	.ask = ask_streamed,
	.read = sy_gemini_generate_read,
	.begin = sy_gemini_generate_begin,
	.write = sy_gemini_generate_write,
	.event = sy_gemini_array_event,
	.error = sy_gemini_array_error,
};
