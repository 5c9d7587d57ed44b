/*
 * messages_turns.c - the conversation of a Messages request, to the waist.
 *
 * One turn of this API may be several messages of others: the results in it come first, one
 * message each, since elsewhere they have to follow their calls at once.  Blocks that nobody
 * else knows are left out and named; none is an error.
 */
#include "dialect/messages.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "dialect/anthropic_names.h"
#include "dialect/seal.h"
#include "model/chat.h"

#include <stdio.h>
#include <string.h>

#define PATH 128

/* Changes with each request, and is of no use but to who sells subscriptions: every prompt
 * cache behind it would miss. */
#define BILLING "x-anthropic-billing-header:"

struct reading {
	struct sy_arena *a;
	struct sy_chat *out;
	struct sy_notes *unread;
	struct sy_error *err;
	const char *call_mark; /* signature of the call that comes next; NULL none */
};

static void leave_out(const struct reading *r, const char *type)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	bool word = type != NULL && type[strspn(type, plain)] == '\0';

	sy_note(r->unread,
	    word ? sy_strf(r->a, "messages.%s", type) : "messages.content");
}

/* The list grows by doubling: valid until the next part of the message. */
static struct sy_part *add_part(const struct reading *r, struct sy_message *m,
    enum sy_part_kind kind)
{
	size_t n = m->part_count++;
	struct sy_part *parts = m->parts;

	if ((n & (n - 1)) == 0) {
		m->parts = sy_alloc(r->a, (2 * n + 1) * sizeof(*parts));
		if (n > 0)
			memcpy(m->parts, parts, n * sizeof(*parts));
	}
	m->parts[n].kind = kind;
	return &m->parts[n];
}

static void add_text(const struct reading *r, struct sy_message *m, const char *text)
{
	add_part(r, m, SY_PART_TEXT)->text = text;
}

static size_t length_of(struct json_object *array)
{
	return json_object_is_type(array, json_type_array)
	           ? json_object_array_length(array)
	           : 0;
}

static struct sy_message *add_message(const struct reading *r, enum sy_role role)
{
	struct sy_message *m = &r->out->messages[r->out->message_count++];

	m->role = role;
	return m;
}

/* --- Blocks of content. ------------------------------------------------------------------ */

static int read_text(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	const char *text = NULL;

	if (sy_json_need(sy_json_string(in, "text", path, &text, r->err), "text", path,
	        r->err) < 0)
		return -1;
	add_text(r, m, text);
	return 0;
}

/* A source that is no text: bytes, an address, or a file that the provider keeps. */
static int read_source(const struct reading *r, struct json_object *source,
    const char *path, struct sy_part *p)
{
	const char *type = sy_json_text(source, "type"), *key = "data";
	const char **value = &p->data;
	char at[PATH];

	sy_json_path(at, sizeof(at), path, "source");
	if (type == NULL)
		return sy_json_need(0, "type", at, r->err);
	if (strcmp(type, "url") == 0) {
		key = "url";
		value = &p->url;
	} else if (strcmp(type, "file") == 0) {
		key = "file_id";
		value = &p->file_id;
	} else if (strcmp(type, "base64") != 0) {
		return sy_fail(r->err, SY_BAD_REQUEST, at, "'%s.type' cannot be '%s'", at,
		    type);
	} else if (sy_json_need(sy_json_string(source, "media_type", at, &p->media_type,
	                            r->err),
	               "media_type", at, r->err) < 0) {
		return -1;
	}
	return sy_json_need(sy_json_string(source, key, at, value, r->err), key, at,
	    r->err);
}

static int read_image(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	return read_source(r, sy_json_get(in, "source"), path,
	    add_part(r, m, SY_PART_IMAGE));
}

static int read_block(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m);

/* A document that consists of blocks: they stand between two lines of their own. */
static int read_pieces(struct reading *r, struct json_object *content, const char *title,
    const char *path, struct sy_message *m)
{
	char at[PATH];

	add_text(r, m, sy_strf(r->a, "<document title=\"%s\">", title));
	for (size_t i = 0; i < length_of(content); i++) {
		sy_json_path_at(at, sizeof(at), path, "source.content", i);
		if (read_block(r, json_object_array_get_idx(content, i), at, m) < 0)
			return -1;
	}
	add_text(r, m, "</document>");
	return 0;
}

static int read_document(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	struct json_object *source = sy_json_get(in, "source");
	struct json_object *content = sy_json_get(source, "content");
	const char *type = sy_json_text(source, "type");
	const char *title = sy_json_text(in, "title"), *text = NULL;
	struct sy_part *p;

	if (sy_json_get(in, "citations") != NULL)
		sy_note(r->unread, "messages.document.citations");
	if (sy_json_get(in, "context") != NULL)
		sy_note(r->unread, "messages.document.context");
	if (type != NULL && strcmp(type, "text") == 0)
		text = sy_json_text(source, "data");
	if (json_object_is_type(content, json_type_string))
		text = json_object_get_string(content);
	if (text == NULL && json_object_is_type(content, json_type_array))
		return read_pieces(r, content, title != NULL ? title : "", path, m);
	if (text != NULL) {
		add_text(r, m,
		    sy_strf(r->a, "<document title=\"%s\">\n%s\n</document>",
		        title != NULL ? title : "", text));
		return 0;
	}
	p = add_part(r, m, SY_PART_FILE);
	p->name = title;
	return read_source(r, source, path, p);
}

static int read_search_result(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	struct json_object *content = sy_json_get(in, "content");
	const char *source = sy_json_text(in, "source");
	const char *title = sy_json_text(in, "title");
	char at[PATH];

	add_text(r, m,
	    sy_strf(r->a, "Search result: %s (%s)", title != NULL ? title : "",
	        source != NULL ? source : ""));
	for (size_t i = 0; i < length_of(content); i++) {
		sy_json_path_at(at, sizeof(at), path, "content", i);
		if (read_block(r, json_object_array_get_idx(content, i), at, m) < 0)
			return -1;
	}
	return 0;
}

/* A tool that a search among tools has found. */
static int read_reference(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	const char *name = sy_json_text(in, "tool_name");

	(void)path;
	add_text(r, m, sy_strf(r->a, "Tool available: %s", name != NULL ? name : ""));
	return 0;
}

/* --- What an assistant said before. ------------------------------------------------------ */

/* An opaque string goes back to who made it: ours says who, others are Anthropic's. */
static void unseal(struct reading *r, const char *text, struct sy_part *p)
{
	struct sy_seal seal;

	if (sy_unseal(r->a, text, &seal)) {
		p->format = seal.format;
	} else if (sy_starts(text, SY_SEAL)) { /* of ours, and broken */
		return;
	} else {
		p->format = SY_ANTHROPIC_REASONING;
		seal.kind = p->kind == SY_PART_REASONING && p->text != NULL
		                ? SY_SEAL_SIGNATURE
		                : SY_SEAL_DATA;
		seal.payload = text;
	}
	if (seal.kind == SY_SEAL_SIGNATURE)
		p->signature = seal.payload;
	else
		p->data = seal.payload;
}

static int read_thinking(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	const char *signature = sy_json_text(in, "signature");
	struct sy_part *p = add_part(r, m, SY_PART_REASONING);

	if (sy_json_need(sy_json_string(in, "thinking", path, &p->text, r->err),
	        "thinking", path, r->err) < 0)
		return -1;
	if (signature != NULL && signature[0] != '\0')
		unseal(r, signature, p);
	return 0;
}

static int read_redacted(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	const char *data = NULL;
	struct sy_seal seal;

	if (sy_json_need(sy_json_string(in, "data", path, &data, r->err), "data", path,
	        r->err) < 0)
		return -1;
	if (sy_unseal(r->a, data, &seal) && seal.kind == SY_SEAL_CALL)
		r->call_mark = seal.payload;
	else
		unseal(r, data, add_part(r, m, SY_PART_REASONING));
	return 0;
}

static int read_call(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	struct sy_tool_call *c = &m->calls[m->call_count];
	struct json_object *input = sy_json_get(in, "input");

	if (sy_json_need(sy_json_string(in, "id", path, &c->id, r->err), "id", path,
	        r->err) < 0 ||
	    sy_json_need(sy_json_string(in, "name", path, &c->name, r->err), "name", path,
	        r->err) < 0)
		return -1;
	c->arguments = input == NULL
	                   ? "{}"
	                   : json_object_to_json_string_ext(input,
	                         JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	c->signature = r->call_mark;
	r->call_mark = NULL;
	m->call_count++;
	return 0;
}

/* --- Which block is what. ---------------------------------------------------------------- */

typedef int read_fn(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m);

static const struct {
	const char *type;
	read_fn *read;
	bool assistant; /* said by the assistant alone */
} readers[] = {
	{ "text", read_text, false },
	{ "image", read_image, false },
	{ "document", read_document, false },
	{ "search_result", read_search_result, false },
	{ "tool_reference", read_reference, false },
	{ "thinking", read_thinking, true },
	{ "redacted_thinking", read_redacted, true },
	{ "tool_use", read_call, true },
};

static int read_block(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	size_t from = m->part_count;
	const char *type;

	if (!json_object_is_type(in, json_type_object))
		return sy_fail(r->err, SY_BAD_REQUEST, path, "'%s' must be an object",
		    path);
	type = sy_json_text(in, "type");
	if (type == NULL)
		return sy_json_need(0, "type", path, r->err);
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (strcmp(type, readers[i].type) != 0 ||
		    (readers[i].assistant && m->role != SY_ROLE_ASSISTANT))
			continue;
		if (readers[i].read(r, in, path, m) < 0)
			return -1;
		if (m->part_count == from)
			return 0;
		return sy_json_object(in, "cache_control", path,
		           &m->parts[m->part_count - 1].cache_control, r->err) < 0
		           ? -1
		           : 0;
	}
	leave_out(r, type);
	return 0;
}

/* A string, or blocks; nothing is nothing. */
static int read_content(struct reading *r, struct json_object *in, const char *path,
    struct sy_message *m)
{
	struct json_object *content = sy_json_get(in, "content");
	const char *text = NULL;
	char at[PATH];

	if (json_object_is_type(content, json_type_string)) {
		if (sy_json_string(in, "content", path, &text, r->err) < 0)
			return -1;
		add_text(r, m, text);
		return 0;
	}
	for (size_t i = 0; i < length_of(content); i++) {
		sy_json_path_at(at, sizeof(at), path, "content", i);
		if (read_block(r, json_object_array_get_idx(content, i), at, m) < 0)
			return -1;
	}
	return 0;
}

/* --- Turns. ------------------------------------------------------------------------------ */

static bool is_result(struct json_object *block)
{
	const char *type = sy_json_text(block, "type");

	return type != NULL && strcmp(type, "tool_result") == 0;
}

/* Whether the turn before made that call; its results may have come in several turns. */
static bool was_called(const struct sy_chat *c, const char *id)
{
	size_t i = c->message_count;

	while (i > 0 && c->messages[i - 1].role == SY_ROLE_TOOL)
		i--;
	for (size_t k = 0; i > 0 && k < c->messages[i - 1].call_count; k++)
		if (strcmp(c->messages[i - 1].calls[k].id, id) == 0)
			return true;
	return false;
}

static int read_result(struct reading *r, struct json_object *in, const char *path,
    const char *id)
{
	struct sy_message *m = add_message(r, SY_ROLE_TOOL);

	m->tool_call_id = id;
	if (sy_json_bool(in, "is_error", path, &m->tool_error, r->err) < 0 ||
	    sy_json_object(in, "cache_control", path, &m->cache_control, r->err) < 0)
		return -1;
	return read_content(r, in, path, m);
}

/* The results of a turn, in their order, as messages.  A history that was cut has results
 * without calls: what they say stays, among the user's words. */
static int read_results(struct reading *r, struct json_object *content, const char *path,
    struct sy_message *orphans)
{
	char at[PATH];

	for (size_t i = 0; i < length_of(content); i++) {
		struct json_object *block = json_object_array_get_idx(content, i);
		const char *id = NULL;

		sy_json_path_at(at, sizeof(at), path, "content", i);
		if (!is_result(block))
			continue;
		if (sy_json_need(sy_json_string(block, "tool_use_id", at, &id, r->err),
		        "tool_use_id", at, r->err) < 0)
			return -1;
		if (was_called(r->out, id)) {
			if (read_result(r, block, at, id) < 0)
				return -1;
			continue;
		}
		add_text(r, orphans, sy_strf(r->a, "Tool result (%s):", id));
		if (read_content(r, block, at, orphans) < 0)
			return -1;
	}
	return 0;
}

/* What stands beside the results follows them. */
static int read_user(struct reading *r, struct json_object *in, const char *path)
{
	struct json_object *content = sy_json_get(in, "content");
	struct sy_message orphans = { .role = SY_ROLE_USER }, *m;
	char at[PATH];

	if (read_results(r, content, path, &orphans) < 0)
		return -1;
	m = add_message(r, SY_ROLE_USER);
	*m = orphans;
	if (length_of(content) == 0)
		return read_content(r, in, path, m);
	for (size_t i = 0; i < length_of(content); i++) {
		struct json_object *block = json_object_array_get_idx(content, i);

		sy_json_path_at(at, sizeof(at), path, "content", i);
		if (!is_result(block) && read_block(r, block, at, m) < 0)
			return -1;
	}
	return 0;
}

static int read_assistant(struct reading *r, struct json_object *in, const char *path)
{
	struct json_object *content = sy_json_get(in, "content");
	struct sy_message *m = add_message(r, SY_ROLE_ASSISTANT);

	m->calls = sy_alloc(r->a, (length_of(content) + 1) * sizeof(*m->calls));
	return read_content(r, in, path, m);
}

static int read_system(struct reading *r, struct json_object *in, const char *path)
{
	return read_content(r, in, path, add_message(r, SY_ROLE_SYSTEM));
}

static int read_message(struct reading *r, struct json_object *in, const char *path)
{
	int role = sy_word_value(sy_role_words, sy_json_text(in, "role"));
	int rc;

	r->call_mark = NULL;
	if (role == SY_ROLE_ASSISTANT)
		rc = read_assistant(r, in, path);
	else
		rc = role == SY_ROLE_SYSTEM ? read_system(r, in, path)
		                            : read_user(r, in, path);
	/* Nothing in it that others know: nothing was said. */
	if (rc == 0 && r->out->messages[r->out->message_count - 1].part_count == 0 &&
	    r->out->messages[r->out->message_count - 1].call_count == 0)
		r->out->message_count--;
	return rc;
}

/* --- The system prompt. ------------------------------------------------------------------ */

static int read_prompt(struct reading *r, struct json_object *system)
{
	struct sy_message *m;
	char at[PATH];

	if (system == NULL)
		return 0;
	m = add_message(r, SY_ROLE_SYSTEM);
	if (json_object_is_type(system, json_type_string))
		add_text(r, m, json_object_get_string(system));
	for (size_t i = 0; i < length_of(system); i++) {
		struct json_object *block = json_object_array_get_idx(system, i);
		const char *text = sy_json_text(block, "text");

		sy_json_path_at(at, sizeof(at), "", "system", i);
		if ((text == NULL || !sy_starts(text, BILLING)) &&
		    read_block(r, block, at, m) < 0)
			return -1;
	}
	if (m->part_count == 0)
		r->out->message_count--;
	return 0;
}

/* Messages that the waist may need: of each turn its results and what is beside them. */
static size_t most_messages(struct json_object *list)
{
	size_t count = 1 + length_of(list);

	for (size_t i = 0; i < length_of(list); i++)
		count +=
		    length_of(sy_json_get(json_object_array_get_idx(list, i), "content"));
	return count;
}

int sy_messages_read_turns(struct json_object *root, struct sy_arena *a,
    struct sy_chat *out, struct sy_notes *unread, struct sy_error *err)
{
	struct reading r = { .a = a, .out = out, .unread = unread, .err = err };
	struct json_object *list = sy_json_get(root, "messages");
	char path[PATH];

	out->messages = sy_alloc(a, most_messages(list) * sizeof(*out->messages));
	if (read_prompt(&r, sy_json_get(root, "system")) < 0)
		return -1;
	for (size_t i = 0; i < length_of(list); i++) {
		sy_json_path_at(path, sizeof(path), "", "messages", i);
		if (read_message(&r, json_object_array_get_idx(list, i), path) < 0)
			return -1;
	}
	return 0;
}
