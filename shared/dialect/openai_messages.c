/*
 * openai_messages.c - the messages of a chat completions request, to the waist.
 *
 * What the reference allows and what clients send are two things: image_url as a bare string,
 * arguments as an object, content null where a string is due and results of the functions of
 * old are all read; what nobody could mean is refused with its place in the body.
 */
#include "dialect/openai_chat.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/calls.h"
#include "dialect/openai.h"
#include "model/chat.h"
#include "model/words.h"

#include <stdio.h>
#include <string.h>

#define PATH 128

struct reading {
	struct sy_arena *a;
	struct sy_chat *out;
	struct sy_error *err;
};

/* --- Parts. ------------------------------------------------------------------------------ */

static int read_text(const struct reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	p->kind = SY_PART_TEXT;
	return sy_json_need(sy_json_string(in, "text", path, &p->text, r->err), "text",
	    path, r->err);
}

static int read_refusal(const struct reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	p->kind = SY_PART_REFUSAL;
	return sy_json_need(sy_json_string(in, "refusal", path, &p->text, r->err),
	    "refusal", path, r->err);
}

static int read_image(const struct reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	char at[PATH];
	struct json_object *image = sy_json_get(in, "image_url");

	p->kind = SY_PART_IMAGE;
	if (json_object_is_type(image, json_type_string))
		return sy_json_string(in, "image_url", path, &p->url, r->err);
	if (sy_json_need(sy_json_object(in, "image_url", path, &image, r->err),
	        "image_url", path, r->err) < 0)
		return -1;
	sy_json_path(at, sizeof(at), path, "image_url");
	if (sy_json_string(image, "detail", at, &p->detail, r->err) < 0)
		return -1;
	return sy_json_need(sy_json_string(image, "url", at, &p->url, r->err), "url", at,
	    r->err);
}

static int read_audio(const struct reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	struct json_object *audio = NULL;
	char at[PATH];

	p->kind = SY_PART_AUDIO;
	if (sy_json_need(sy_json_object(in, "input_audio", path, &audio, r->err),
	        "input_audio", path, r->err) < 0)
		return -1;
	sy_json_path(at, sizeof(at), path, "input_audio");
	if (sy_json_need(sy_json_string(audio, "format", at, &p->media_type, r->err),
	        "format", at, r->err) < 0)
		return -1;
	return sy_json_need(sy_json_string(audio, "data", at, &p->data, r->err), "data",
	    at, r->err);
}

static int read_file(const struct reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	struct json_object *file = NULL;
	const char *data = NULL;
	char at[PATH];

	p->kind = SY_PART_FILE;
	if (sy_json_need(sy_json_object(in, "file", path, &file, r->err), "file", path,
	        r->err) < 0)
		return -1;
	sy_json_path(at, sizeof(at), path, "file");
	if (sy_json_string(file, "filename", at, &p->name, r->err) < 0 ||
	    sy_json_string(file, "file_id", at, &p->file_id, r->err) < 0 ||
	    sy_json_string(file, "file_data", at, &data, r->err) < 0)
		return -1;
	if (data == NULL && p->file_id == NULL)
		return sy_json_need(0, "file_data", at, r->err);
	if (data != NULL && (sy_starts(data, "data:") || sy_starts(data, "https:")))
		p->url = data;
	else
		p->data = data;
	return 0;
}

static const struct {
	const char *type;
	int (*read)(const struct reading *r, struct json_object *in, const char *path,
	    struct sy_part *p);
} part_readers[] = {
	{ "text", read_text },
	{ "input_text", read_text },
	{ "image_url", read_image },
	{ "input_audio", read_audio },
	{ "file", read_file },
	{ "refusal", read_refusal },
	/* Thoughts that a client of mixed formats sends back: they go nowhere. */
	{ "thinking", NULL },
	{ "redacted_thinking", NULL },
};

static int read_part(const struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	struct sy_part *p = &m->parts[m->part_count];
	const char *type = NULL;
	char at[PATH];

	if (sy_json_need(sy_json_string(in, "type", path, &type, r->err), "type", path,
	        r->err) < 0 ||
	    sy_json_object(in, "cache_control", path, &p->cache_control, r->err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(part_readers) / sizeof(part_readers[0]); i++) {
		if (strcmp(type, part_readers[i].type) != 0)
			continue;
		if (part_readers[i].read == NULL)
			return 0;
		if (part_readers[i].read(r, in, path, p) < 0)
			return -1;
		m->part_count++;
		return 0;
	}
	sy_json_path(at, sizeof(at), path, "type");
	return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_value",
	    "'%s' cannot be '%s': text, image_url, input_audio, file and refusal can be sent",
	    at, type);
}

static void add_text(struct sy_message *m, const char *text)
{
	m->parts[m->part_count++] =
	    (struct sy_part){ .kind = SY_PART_TEXT, .text = text };
}

/* A string, an array of parts, or nothing.  `more` parts are left room for. */
static int read_content(const struct reading *r, struct json_object *in, const char *path,
    size_t more, struct sy_message *m)
{
	struct json_object *content = sy_json_get(in, "content");
	const char *text = NULL;
	char at[PATH];

	if (json_object_is_type(content, json_type_array))
		more += json_object_array_length(content);
	m->parts = sy_alloc(r->a, (more + 1) * sizeof(*m->parts));
	if (content == NULL)
		return 0;
	if (!json_object_is_type(content, json_type_array)) {
		if (!json_object_is_type(content, json_type_string))
			return sy_json_wrong_type("content", path,
			    "a string or an array of parts", r->err);
		if (sy_json_string(in, "content", path, &text, r->err) < 0)
			return -1;
		add_text(m, text);
		return 0;
	}
	for (size_t i = 0; i < json_object_array_length(content); i++) {
		struct json_object *part = json_object_array_get_idx(content, i);

		sy_json_path_at(at, sizeof(at), path, "content", i);
		if (!json_object_is_type(part, json_type_object))
			return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_type",
			    "'%s' must be an object", at);
		if (read_part(r, part, at, m) < 0)
			return -1;
	}
	return 0;
}

/* --- What an assistant said before. ------------------------------------------------------ */

/* The text of the arguments, which broken clients send as an object. */
static int read_arguments(const struct reading *r, struct json_object *in,
    const char *key, const char *path, const char **out)
{
	struct json_object *value = sy_json_get(in, key);

	*out = "";
	if (!json_object_is_type(value, json_type_object))
		return sy_json_string(in, key, path, out, r->err);
	*out = json_object_to_json_string_ext(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	return 1;
}

/* Gemini's mark on a call, which it wants back: Google writes it the first way, libraries
 * between client and gateway the others. */
static const char *signature_of(struct json_object *in)
{
	static const char *const places[][2] = {
		{ "extra_content", "google" },
		{ "extra_content", "vertex" },
		{ "provider_specific_fields", NULL },
	};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && found == NULL; i++) {
		struct json_object *at = sy_json_get(in, places[i][0]);

		if (places[i][1] != NULL)
			at = sy_json_get(at, places[i][1]);
		found = sy_json_text(at, "thought_signature");
	}
	return found;
}

/* Another gateway hides the mark behind the id, for clients that drop unknown fields. */
static const char *split_id(const struct reading *r, const char *id,
    const char **signature)
{
	static const char mark[] = "__thought__";
	const char *at = id != NULL ? strstr(id, mark) : NULL;

	if (at == NULL)
		return id;
	if (signature != NULL && *signature == NULL)
		*signature = at + strlen(mark);
	return sy_strndup(r->a, id, (size_t)(at - id));
}

static int read_call(const struct reading *r, struct json_object *in, const char *path,
    struct sy_tool_call *call)
{
	struct json_object *body = sy_json_get(in, "custom");
	const char *key;
	char at[PATH];

	call->custom = body != NULL;
	key = call->custom ? "custom" : "function";
	if (sy_json_string(in, "id", path, &call->id, r->err) < 0 ||
	    sy_json_need(sy_json_object(in, key, path, &body, r->err), key, path,
	        r->err) < 0)
		return -1;
	sy_json_path(at, sizeof(at), path, key);
	if (sy_json_need(sy_json_string(body, "name", at, &call->name, r->err), "name",
	        at, r->err) < 0 ||
	    read_arguments(r, body, call->custom ? "input" : "arguments", at,
	        &call->arguments) < 0)
		return -1;
	call->signature = signature_of(in);
	call->id = split_id(r, call->id, &call->signature);
	return 0;
}

static int read_calls(const struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	struct json_object *list = NULL;
	char at[PATH];

	if (sy_json_array(in, "tool_calls", path, &list, r->err) <= 0)
		return list == NULL ? 0 : -1;
	m->call_count = json_object_array_length(list);
	m->calls = sy_alloc(r->a, m->call_count * sizeof(*m->calls) + 1);
	for (size_t i = 0; i < m->call_count; i++) {
		sy_json_path_at(at, sizeof(at), path, "tool_calls", i);
		if (read_call(r, json_object_array_get_idx(list, i), at, &m->calls[i]) <
		    0)
			return -1;
		if (m->calls[i].id == NULL)
			m->calls[i].id =
			    sy_strf(r->a, "call_%zu_%zu", r->out->message_count, i);
	}
	return 0;
}

/* The one call of a message of old. */
static int read_old_call(const struct reading *r, struct json_object *in,
    const char *path, struct sy_message *m)
{
	struct json_object *old = NULL;
	char at[PATH];

	if (sy_json_object(in, "function_call", path, &old, r->err) < 0)
		return -1;
	if (old == NULL || m->call_count > 0)
		return 0;
	m->calls = sy_alloc(r->a, sizeof(*m->calls));
	m->call_count = 1;
	m->calls->id = sy_strf(r->a, "call_%zu_0", r->out->message_count);
	sy_json_path(at, sizeof(at), path, "function_call");
	if (read_arguments(r, old, "arguments", at, &m->calls->arguments) < 0)
		return -1;
	return sy_json_need(sy_json_string(old, "name", at, &m->calls->name, r->err),
	    "name", at, r->err);
}

/* A call's mark among the thoughts: the id of its call, or NULL when it is none. */
static const char *signed_call(struct json_object *detail)
{
	const char *format = sy_json_text(detail, "format");

	return format != NULL && sy_starts(format, SY_OPENAI_CALL_SIGNATURE)
	           ? sy_json_text(detail, "id")
	           : NULL;
}

static void read_detail(struct json_object *in, struct sy_message *m)
{
	struct sy_part *p = &m->parts[m->part_count];

	if (signed_call(in) != NULL)
		return;
	p->kind = SY_PART_REASONING;
	p->text = sy_json_text(in, "text");
	if (p->text == NULL)
		p->text = sy_json_text(in, "summary");
	p->signature = sy_json_text(in, "signature");
	p->data = sy_json_text(in, "data");
	p->format = sy_json_text(in, "format");
	m->part_count += p->text != NULL || p->signature != NULL || p->data != NULL;
}

/* Thoughts of earlier turns, from the field that says most of them. */
static void read_reasoning(struct json_object *in, struct sy_message *m)
{
	struct json_object *details = sy_json_get(in, "reasoning_details");
	const char *text = sy_json_text(in, "reasoning_content");
	size_t before = m->part_count;

	if (json_object_is_type(details, json_type_array))
		for (size_t i = 0; i < json_object_array_length(details); i++)
			read_detail(json_object_array_get_idx(details, i), m);
	if (text == NULL)
		text = sy_json_text(in, "reasoning");
	if (m->part_count == before && text != NULL && text[0] != '\0')
		m->parts[m->part_count++] =
		    (struct sy_part){ .kind = SY_PART_REASONING, .text = text };
}

static size_t details_of(struct json_object *in)
{
	struct json_object *details = sy_json_get(in, "reasoning_details");

	return json_object_is_type(details, json_type_array)
	           ? json_object_array_length(details)
	           : 0;
}

static void sign_call(const struct reading *r, struct sy_message *m, const char *id,
    const char *signature)
{
	id = split_id(r, id, NULL);
	for (size_t i = 0; i < m->call_count; i++)
		if (m->calls[i].signature == NULL && strcmp(m->calls[i].id, id) == 0)
			m->calls[i].signature = signature;
}

static void sign_calls(const struct reading *r, struct json_object *in,
    struct sy_message *m)
{
	struct json_object *details = sy_json_get(in, "reasoning_details");

	for (size_t i = 0, count = details_of(in); i < count; i++) {
		struct json_object *detail = json_object_array_get_idx(details, i);
		const char *id = signed_call(detail);

		if (id != NULL)
			sign_call(r, m, id, sy_json_text(detail, "data"));
	}
}

/* Reasoning comes before the text that it led to, so the content is read behind it. */
static int read_assistant(const struct reading *r, struct json_object *in,
    const char *path, struct sy_message *m)
{
	struct sy_message thoughts = { .part_count = 0 };
	const char *refusal = NULL;

	thoughts.parts = sy_alloc(r->a, (details_of(in) + 1) * sizeof(*thoughts.parts));
	read_reasoning(in, &thoughts);
	if (read_content(r, in, path, thoughts.part_count + 1, m) < 0 ||
	    sy_json_string(in, "refusal", path, &refusal, r->err) < 0)
		return -1;
	memmove(m->parts + thoughts.part_count, m->parts,
	    m->part_count * sizeof(*m->parts));
	memcpy(m->parts, thoughts.parts, thoughts.part_count * sizeof(*m->parts));
	m->part_count += thoughts.part_count;
	if (refusal != NULL && refusal[0] != '\0')
		m->parts[m->part_count++] =
		    (struct sy_part){ .kind = SY_PART_REFUSAL, .text = refusal };
	if (read_calls(r, in, path, m) < 0)
		return -1;
	sign_calls(r, in, m);
	return read_old_call(r, in, path, m);
}

/* --- Results. ---------------------------------------------------------------------------- */

/* Old frameworks name the tool instead of the call; that a tool failed has two words, neither
 * of them OpenAI's. */
static int read_result(const struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	const char *status = sy_json_text(in, "status");

	m->tool_error = status != NULL && strcmp(status, "error") == 0;
	if (read_content(r, in, path, 0, m) < 0 ||
	    sy_json_bool(in, "is_error", path, &m->tool_error, r->err) < 0 ||
	    sy_json_string(in, "tool_call_id", path, &m->tool_call_id, r->err) < 0)
		return -1;
	m->tool_call_id = split_id(r, m->tool_call_id, NULL);
	if (m->tool_call_id == NULL)
		m->tool_call_id = sy_call_open(r->out, m->name);
	if (m->tool_call_id == NULL)
		return sy_json_need(0, "tool_call_id", path, r->err);
	return 0;
}

static int read_message(const struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	const char *role = NULL;
	int value;

	if (sy_json_need(sy_json_string(in, "role", path, &role, r->err), "role", path,
	        r->err) < 0 ||
	    sy_json_string(in, "name", path, &m->name, r->err) < 0 ||
	    sy_json_object(in, "cache_control", path, &m->cache_control, r->err) < 0)
		return -1;
	value = strcmp(role, "function") == 0 ? SY_ROLE_TOOL
	                                      : sy_word_value(sy_role_words, role);
	m->role = (enum sy_role)value;
	m->developer = strcmp(role, "developer") == 0;
	if (m->role == SY_ROLE_TOOL)
		return read_result(r, in, path, m);
	if (m->role == SY_ROLE_ASSISTANT)
		return read_assistant(r, in, path, m);
	if (read_content(r, in, path, 0, m) < 0)
		return -1;
	if (m->part_count == 0)
		add_text(m, "");
	return 0;
}

int sy_openai_read_messages(struct json_object *root, struct sy_arena *a,
    struct sy_chat *out, struct sy_error *err)
{
	const struct reading r = { a, out, err };
	struct json_object *list = NULL;
	char path[PATH];
	size_t count;

	if (sy_json_need(sy_json_array(root, "messages", "", &list, err), "messages", "",
	        err) < 0)
		return -1;
	count = json_object_array_length(list);
	out->messages = sy_alloc(a, (count + 1) * sizeof(*out->messages));
	for (size_t i = 0; i < count; i++) {
		sy_json_path_at(path, sizeof(path), "", "messages", i);
		if (read_message(&r, json_object_array_get_idx(list, i), path,
		        &out->messages[i]) < 0)
			return -1;
		out->message_count++;
	}
	return 0;
}
