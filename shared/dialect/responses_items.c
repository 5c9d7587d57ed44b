/*
 * responses_items.c - the items of a Responses request, to messages.
 *
 * What an assistant did in one turn (thoughts, text, calls) is several items here and one
 * message in every chat, so items of his that follow one another are put together again.
 * call_id links a call and its result; an item's own id is nobody's but the list's.
 */
#include "dialect/responses.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "model/chat.h"
#include "model/words.h"

#include <stdio.h>
#include <string.h>

#define PATH 128

struct reading {
	const struct sy_ask *ask;
	struct sy_arena *a;
	struct sy_chat *out;
	struct sy_error *err;
	const char *call_signature; /* that waits for its call */
};

/* --- Messages that grow. ----------------------------------------------------------------- */

/* Room for one more behind `count`: twice as much each time it is full. */
static void *room_for(struct sy_arena *a, void *list, size_t count, size_t size)
{
	void *more;

	if (count != 0 && (count < 4 || (count & (count - 1)) != 0))
		return list;
	more = sy_alloc(a, (count < 4 ? 4 : 2 * count) * size);
	if (count > 0)
		memcpy(more, list, count * size);
	return more;
}

static struct sy_message *add_message(struct sy_arena *a, struct sy_chat *c,
    enum sy_role role)
{
	struct sy_message *m;

	c->messages = room_for(a, c->messages, c->message_count, sizeof(*c->messages));
	m = &c->messages[c->message_count++];
	m->role = role;
	return m;
}

static struct sy_part *add_part(struct sy_arena *a, struct sy_message *m)
{
	m->parts = room_for(a, m->parts, m->part_count, sizeof(*m->parts));
	return &m->parts[m->part_count++];
}

static struct sy_tool_call *add_call(struct sy_arena *a, struct sy_message *m)
{
	m->calls = room_for(a, m->calls, m->call_count, sizeof(*m->calls));
	return &m->calls[m->call_count++];
}

void sy_responses_add_text(enum sy_role role, const char *text, struct sy_arena *a,
    struct sy_chat *out)
{
	*add_part(a, add_message(a, out, role)) =
	    (struct sy_part){ .kind = SY_PART_TEXT, .text = text };
}

/* The turn of the assistant that is under way, or a new one. */
static struct sy_message *turn(const struct reading *r)
{
	struct sy_chat *c = r->out;

	if (c->message_count > 0 &&
	    c->messages[c->message_count - 1].role == SY_ROLE_ASSISTANT)
		return &c->messages[c->message_count - 1];
	return add_message(r->a, c, SY_ROLE_ASSISTANT);
}

/* --- Parts. ------------------------------------------------------------------------------ */

static int unsupported(const struct reading *r, const char *path, const char *key,
    const char *why)
{
	char at[PATH];

	sy_json_path(at, sizeof(at), path, key);
	return sy_fail_code(r->err, SY_BAD_REQUEST, at, "unsupported_value", "'%s' %s",
	    at, why);
}

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
	p->kind = SY_PART_IMAGE;
	if (sy_json_string(in, "image_url", path, &p->url, r->err) < 0 ||
	    sy_json_string(in, "file_id", path, &p->file_id, r->err) < 0 ||
	    sy_json_string(in, "detail", path, &p->detail, r->err) < 0)
		return -1;
	if (p->detail != NULL && strcmp(p->detail, "original") == 0)
		p->detail = "high";
	if (p->url == NULL && p->file_id != NULL)
		return unsupported(r, path, "file_id",
		    "names a file kept elsewhere: send the image in image_url");
	return sy_json_need(p->url != NULL, "image_url", path, r->err);
}

static int read_file(const struct reading *r, struct json_object *in, const char *path,
    struct sy_part *p)
{
	const char *data = NULL;

	p->kind = SY_PART_FILE;
	if (sy_json_string(in, "filename", path, &p->name, r->err) < 0 ||
	    sy_json_string(in, "file_id", path, &p->file_id, r->err) < 0 ||
	    sy_json_string(in, "file_url", path, &p->url, r->err) < 0 ||
	    sy_json_string(in, "file_data", path, &data, r->err) < 0)
		return -1;
	if (data != NULL && sy_starts(data, "data:"))
		p->url = data;
	else
		p->data = data;
	return sy_json_need(p->url != NULL || p->data != NULL || p->file_id != NULL,
	    "file_data", path, r->err);
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

static const struct {
	const char *type;
	int (*read)(const struct reading *r, struct json_object *in, const char *path,
	    struct sy_part *p);
} part_readers[] = {
	{ "input_text", read_text },
	{ "output_text", read_text },
	{ "text", read_text },
	{ "refusal", read_refusal },
	{ "input_image", read_image },
	{ "input_file", read_file },
	{ "input_audio", read_audio },
};

static int read_part(const struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	const char *type = NULL;
	char at[PATH];

	if (sy_json_need(sy_json_string(in, "type", path, &type, r->err), "type", path,
	        r->err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(part_readers) / sizeof(part_readers[0]); i++)
		if (strcmp(type, part_readers[i].type) == 0)
			return part_readers[i].read(r, in, path, add_part(r->a, m));
	sy_json_path(at, sizeof(at), path, "type");
	return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_value",
	    "'%s' cannot be '%s': input_text, input_image, input_file, input_audio, "
	    "output_text and refusal can be sent",
	    at, type);
}

/* A string, or an array of parts. */
static int read_content(const struct reading *r, struct json_object *in, const char *key,
    const char *path, struct sy_message *m)
{
	struct json_object *content = sy_json_get(in, key);
	char at[PATH];

	if (json_object_is_type(content, json_type_string)) {
		struct sy_part *p = add_part(r->a, m);

		p->kind = SY_PART_TEXT;
		return sy_json_string(in, key, path, &p->text, r->err);
	}
	if (!json_object_is_type(content, json_type_array))
		return content == NULL ? sy_json_need(0, key, path, r->err)
		                       : sy_json_wrong_type(key, path,
		                             "a string or an array of parts", r->err);
	for (size_t i = 0; i < json_object_array_length(content); i++) {
		struct json_object *part = json_object_array_get_idx(content, i);

		sy_json_path_at(at, sizeof(at), path, key, i);
		if (!json_object_is_type(part, json_type_object))
			return sy_fail_code(r->err, SY_BAD_REQUEST, at, "invalid_type",
			    "'%s' must be an object", at);
		if (read_part(r, part, at, m) < 0)
			return -1;
	}
	return 0;
}

/* --- Items. ------------------------------------------------------------------------------ */

static const struct sy_word roles[] = {
	{ "user", SY_ROLE_USER },
	{ "assistant", SY_ROLE_ASSISTANT },
	{ "system", SY_ROLE_SYSTEM },
	{ "developer", SY_ROLE_SYSTEM },
	{ NULL, 0 },
};

static int read_message(struct reading *r, struct json_object *in, const char *path)
{
	struct sy_message *m;
	int role = SY_ROLE_USER;

	if (sy_json_need(sy_json_word(in, "role", path, roles, &role, r->err), "role",
	        path, r->err) < 0)
		return -1;
	m = role == SY_ROLE_ASSISTANT ? turn(r)
	                              : add_message(r->a, r->out, (enum sy_role)role);
	m->developer = strcmp(sy_json_text(in, "role"), "developer") == 0;
	if (read_content(r, in, "content", path, m) < 0)
		return -1;
	if (m->part_count == 0)
		*add_part(r->a, m) = (struct sy_part){ .kind = SY_PART_TEXT, .text = "" };
	return 0;
}

static int read_call(struct reading *r, struct json_object *in, const char *path)
{
	struct sy_tool_call *call = add_call(r->a, turn(r));

	call->custom = strcmp(sy_json_text(in, "type"), "custom_tool_call") == 0;
	call->arguments = "";
	call->signature = r->call_signature;
	r->call_signature = NULL;
	if (sy_json_need(sy_json_string(in, "call_id", path, &call->id, r->err),
	        "call_id", path, r->err) < 0 ||
	    sy_json_need(sy_json_string(in, "name", path, &call->name, r->err), "name",
	        path, r->err) < 0)
		return -1;
	return sy_json_string(in, call->custom ? "input" : "arguments", path,
	    &call->arguments, r->err);
}

static int read_result(struct reading *r, struct json_object *in, const char *path)
{
	struct sy_message *m = add_message(r->a, r->out, SY_ROLE_TOOL);

	if (sy_json_need(sy_json_string(in, "call_id", path, &m->tool_call_id, r->err),
	        "call_id", path, r->err) < 0)
		return -1;
	return read_content(r, in, "output", path, m);
}

/* All texts of a list, one after the other; NULL when there are none. */
static const char *texts_of(const struct reading *r, struct json_object *list)
{
	const char *all = NULL;

	if (!json_object_is_type(list, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *text =
		    sy_json_text(json_object_array_get_idx(list, i), "text");

		if (text != NULL)
			all = all == NULL ? text : sy_strf(r->a, "%s\n\n%s", all, text);
	}
	return all;
}

static void read_seal(struct reading *r, const char *sealed, struct sy_part *p)
{
	struct sy_seal seal = sy_responses_open_seal(sealed, r->a);

	p->format = seal.format;
	if (seal.kind == SY_SEAL_CALL)
		r->call_signature = seal.text;
	else if (seal.kind == SY_SEAL_DATA)
		p->data = seal.text;
	else
		p->signature = seal.text;
}

static int read_thought(struct reading *r, struct json_object *in, const char *path)
{
	struct sy_part p = { .kind = SY_PART_REASONING };
	struct json_object *summary = NULL, *content = NULL;
	const char *sealed = NULL;

	if (sy_json_array(in, "summary", path, &summary, r->err) < 0 ||
	    sy_json_array(in, "content", path, &content, r->err) < 0 ||
	    sy_json_string(in, "encrypted_content", path, &sealed, r->err) < 0)
		return -1;
	p.text = texts_of(r, content);
	if (p.text == NULL)
		p.text = texts_of(r, summary);
	if (sealed != NULL)
		read_seal(r, sealed, &p);
	if (p.text != NULL || p.data != NULL || p.signature != NULL)
		*add_part(r->a, turn(r)) = p;
	return 0;
}

static int read_item(struct reading *r, struct json_object *in, const char *path);

static int read_reference(struct reading *r, struct json_object *in, const char *path)
{
	const char *id = sy_json_text(in, "id");
	struct sy_span kept = sy_responses_item(r->ask, id != NULL ? id : "");
	struct json_object *item;

	if (kept.at == NULL)
		return unsupported(r, path, "id",
		    "refers to an item that is not kept here: send the item itself");
	if (sy_json_parse(r->a, kept.at, kept.len, &item, r->err) < 0)
		return -1;
	return read_item(r, item, path);
}

/* What OpenAI's own tools did is told for information: the text that came of it is there. */
static int read_nothing(struct reading *r, struct json_object *in, const char *path)
{
	const char *type = sy_json_text(in, "type"), *unread = r->out->unread;

	(void)path;
	if (unread == NULL)
		r->out->unread = type;
	else if (!sy_listed(unread, type))
		r->out->unread = sy_strf(r->a, "%s %s", unread, type);
	return 0;
}

static const struct {
	const char *type;
	int (*read)(struct reading *r, struct json_object *in, const char *path);
} item_readers[] = {
	{ "message", read_message },
	{ "function_call", read_call },
	{ "function_call_output", read_result },
	{ "custom_tool_call", read_call },
	{ "custom_tool_call_output", read_result },
	{ "reasoning", read_thought },
	{ "item_reference", read_reference },
	{ "web_search_call", read_nothing },
	{ "file_search_call", read_nothing },
	{ "code_interpreter_call", read_nothing },
	{ "image_generation_call", read_nothing },
	{ "mcp_list_tools", read_nothing },
	{ "mcp_call", read_nothing },
};

/* Messages and references need not name their type. */
static const char *type_of(struct json_object *in)
{
	if (sy_json_get(in, "role") != NULL)
		return "message";
	return sy_json_get(in, "id") != NULL ? "item_reference" : NULL;
}

static int read_item(struct reading *r, struct json_object *in, const char *path)
{
	const char *type = type_of(in);

	if (sy_json_need(sy_json_string(in, "type", path, &type, r->err) < 0 ? -1
	                 : type != NULL                                      ? 1
	                                                                     : 0,
	        "type", path, r->err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(item_readers) / sizeof(item_readers[0]); i++)
		if (strcmp(type, item_readers[i].type) == 0)
			return item_readers[i].read(r, in, path);
	return unsupported(r, path, "type",
	    "is no item that can be sent here: messages, function and custom calls with "
	    "their outputs, and reasoning can");
}

int sy_responses_read_items(const struct sy_ask *ask, struct json_object *list,
    const char *path, struct sy_arena *a, struct sy_chat *out, struct sy_error *err)
{
	struct reading r = { .ask = ask, .a = a, .out = out, .err = err };
	char at[PATH];

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		sy_json_path_at(at, sizeof(at), "", path, i);
		if (!json_object_is_type(item, json_type_object))
			return sy_fail_code(err, SY_BAD_REQUEST, at, "invalid_type",
			    "'%s' must be an object", at);
		if (read_item(&r, item, at) < 0)
			return -1;
	}
	return 0;
}

/* --- Sealed thoughts. -------------------------------------------------------------------- */

#define SEAL          "switchyard:" /* then kind, ':', format, ':', text */
#define NATIVE_FORMAT "openai-responses-v1"

void sy_responses_put_seal(struct sy_buf *out, const struct sy_seal *seal)
{
	bool native = seal->kind == SY_SEAL_DATA && seal->format != NULL &&
	              strcmp(seal->format, NATIVE_FORMAT) == 0;

	sy_buf_putc(out, '"');
	if (!native) {
		sy_buf_lit(out, SEAL);
		sy_buf_putc(out, (char)seal->kind);
		sy_buf_putc(out, ':');
		if (seal->format != NULL)
			sy_buf_json_piece(out, seal->format, strlen(seal->format));
		sy_buf_putc(out, ':');
	}
	sy_buf_json_piece(out, seal->text, strlen(seal->text));
	sy_buf_putc(out, '"');
}

struct sy_seal sy_responses_open_seal(const char *sealed, struct sy_arena *a)
{
	struct sy_seal seal = { SY_SEAL_DATA, NATIVE_FORMAT, sealed };
	const char *kind = sealed + strlen(SEAL), *colon;

	if (!sy_starts(sealed, SEAL) || kind[0] == '\0' ||
	    strchr("sdc", kind[0]) == NULL || kind[1] != ':' ||
	    (colon = strchr(kind + 2, ':')) == NULL)
		return seal;
	seal.kind = (enum sy_seal_kind)kind[0];
	seal.format =
	    colon > kind + 2 ? sy_strndup(a, kind + 2, (size_t)(colon - kind - 2)) : NULL;
	seal.text = colon + 1;
	return seal;
}
