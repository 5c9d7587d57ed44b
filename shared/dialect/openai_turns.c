/*
 * openai_turns.c - see openai_turns.h.
 */
#include "dialect/openai_turns.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/adapter.h"
#include "dialect/openai.h"
#include "dialect/parts.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

struct turns {
	const struct sy_call *call;
	const struct sy_chat *chat;
	const struct sy_quirks *q;
	struct sy_buf *out;
};

static void put(const struct turns *t, const char *text)
{
	sy_buf_puts(t->out, text);
}

static void put_string(const struct turns *t, const char *text)
{
	sy_buf_json_str(t->out, text != NULL ? text : "");
}

/* --- Content. ---------------------------------------------------------------------------- */

static size_t count_parts(const struct sy_message *m, bool text_only)
{
	size_t count = 0;

	for (size_t i = 0; i < m->part_count; i++)
		count += m->parts[i].kind != SY_PART_REASONING &&
		         (!text_only || sy_part_is_text(&m->parts[i]));
	return count;
}

/* A data: URL, where the part has its bytes apart. */
static void put_url(const struct turns *t, const struct sy_part *p)
{
	if (p->url != NULL || p->data == NULL) {
		put_string(t, p->url);
		return;
	}
	put(t, "\"data:");
	put(t, p->media_type != NULL ? p->media_type : "application/octet-stream");
	put(t, ";base64,");
	put(t, p->data);
	put(t, "\"");
}

static void put_image(const struct turns *t, const struct sy_part *p)
{
	put(t, "{\"type\":\"image_url\",\"image_url\":{\"url\":");
	put_url(t, p);
	if (p->detail != NULL) {
		put(t, ",\"detail\":");
		put_string(t, p->detail);
	}
	put(t, "}");
}

static void put_audio(const struct turns *t, const struct sy_part *p)
{
	put(t, "{\"type\":\"input_audio\",\"input_audio\":{\"format\":");
	put_string(t, p->media_type);
	put(t, ",\"data\":");
	put_string(t, p->data);
	put(t, "}");
}

static void put_file(const struct turns *t, const struct sy_part *p)
{
	put(t, "{\"type\":\"file\",\"file\":{");
	if (p->name != NULL) {
		put(t, "\"filename\":");
		put_string(t, p->name);
		put(t, ",");
	}
	if (p->file_id != NULL) {
		put(t, "\"file_id\":");
		put_string(t, p->file_id);
	} else {
		put(t, "\"file_data\":");
		put_url(t, p);
	}
	put(t, "}");
}

static void put_part(const struct turns *t, const struct sy_part *p)
{
	switch (p->kind) {
	case SY_PART_IMAGE:
		put_image(t, p);
		break;
	case SY_PART_AUDIO:
		put_audio(t, p);
		break;
	case SY_PART_FILE:
		put_file(t, p);
		break;
	default:
		put(t, "{\"type\":\"text\",\"text\":");
		put_string(t, p->text);
	}
	if (p->cache_control != NULL && t->q->pass_unknown) {
		put(t, ",\"cache_control\":");
		sy_json_print(t->out, p->cache_control);
	}
	put(t, "}");
}

static bool has_marks(const struct turns *t, const struct sy_message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (m->parts[i].cache_control != NULL && t->q->pass_unknown)
			return true;
	return false;
}

/* One text is a string; several are an array, unless the provider takes strings only. */
static void put_content(const struct turns *t, const struct sy_message *m)
{
	size_t all = count_parts(m, false), texts = count_parts(m, true);
	const char *comma = "[";

	if (all == texts && (all <= 1 || t->q->string_content) && !has_marks(t, m)) {
		put_string(t, sy_parts_text(m, t->call->arena));
		return;
	}
	for (size_t i = 0; i < m->part_count; i++) {
		if (m->parts[i].kind == SY_PART_REASONING)
			continue;
		put(t, comma);
		put_part(t, &m->parts[i]);
		comma = ",";
	}
	put(t, "]");
}

/* --- Results. ---------------------------------------------------------------------------- */

static bool is_media(const struct sy_part *p)
{
	return p->kind == SY_PART_IMAGE || p->kind == SY_PART_FILE ||
	       p->kind == SY_PART_AUDIO;
}

static bool has_media(const struct sy_message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (is_media(&m->parts[i]))
			return true;
	return false;
}

/* A result is text here, and that it is a failure has no field: both are said in words. */
static void put_result(const struct turns *t, const struct sy_message *m)
{
	const char *text = sy_parts_text(m, t->call->arena);
	bool failed = m->tool_error && strncasecmp(text, "error", 5) != 0;
	bool media = has_media(m);

	if (!failed && !media) {
		put_content(t, m);
		return;
	}
	put_string(t,
	    sy_strf(t->call->arena, "%s%s%s%s", failed ? "Error: " : "", text,
	        media && text[0] != '\0' ? "\n\n" : "", media ? "[attached below]" : ""));
}

/* What a turn's results brought beside text, behind the last of them. */
static void put_attachments(const struct turns *t, const struct sy_message *last)
{
	const char *comma = ",{\"role\":\"user\",\"content\":[";
	const struct sy_message *m = last;
	bool any = false;

	while (m > t->chat->messages && m[-1].role == SY_ROLE_TOOL)
		m--;
	for (; m <= last; m++) {
		if (!has_media(m))
			continue;
		put(t, comma);
		comma = ",";
		any = true;
		put(t, "{\"type\":\"text\",\"text\":");
		put_string(t, sy_strf(t->call->arena,
		                  "Attached to the result of %s:", m->tool_call_id));
		put(t, "}");
		for (size_t i = 0; i < m->part_count; i++)
			if (is_media(&m->parts[i])) {
				put(t, ",");
				put_part(t, &m->parts[i]);
			}
	}
	put(t, any ? "]}" : "");
}

/* --- Calls. ------------------------------------------------------------------------------ */

/* Ids of one form for providers that want just that, the same for a call and its result. */
static void put_id(const struct turns *t, const char *id)
{
	size_t len = (size_t)t->q->tool_id_len;

	put_string(t, len > 0 ? sy_id_fit(t->call->arena, id, len) : id);
}

static void put_call(const struct turns *t, const struct sy_tool_call *c)
{
	put(t, "{\"id\":");
	put_id(t, c->id);
	put(t, c->custom ? ",\"type\":\"custom\",\"custom\":{\"name\":"
	                 : ",\"type\":\"function\",\"function\":{\"name\":");
	put_string(t, c->name);
	put(t, c->custom ? ",\"input\":" : ",\"arguments\":");
	put_string(t, c->arguments[0] != '\0' || c->custom ? c->arguments : "{}");
	put(t, "}");
	if (c->signature != NULL && t->q->pass_unknown) {
		put(t, ",\"extra_content\":{\"google\":{\"thought_signature\":");
		put_string(t, c->signature);
		put(t, "}}");
	}
	put(t, "}");
}

static void put_calls(const struct turns *t, const struct sy_message *m)
{
	for (size_t i = 0; i < m->call_count; i++) {
		put(t, i == 0 ? ",\"tool_calls\":[" : ",");
		put_call(t, &m->calls[i]);
	}
	put(t, m->call_count > 0 ? "]" : "");
}

/* --- Thoughts of earlier turns. ---------------------------------------------------------- */

static const char *thoughts_of(const struct turns *t, const struct sy_message *m)
{
	const char *text = NULL;

	for (size_t i = 0; i < m->part_count; i++) {
		const struct sy_part *p = &m->parts[i];

		if (p->kind != SY_PART_REASONING || p->text == NULL)
			continue;
		text = text == NULL ? p->text
		                    : sy_strf(t->call->arena, "%s%s", text, p->text);
	}
	return text;
}

/* Signed or encrypted: to be handed back to whoever routes to their maker. */
static void put_details(const struct turns *t, const struct sy_message *m)
{
	int index = 0;

	for (size_t i = 0; i < m->part_count; i++) {
		const struct sy_part *p = &m->parts[i];

		if (p->kind != SY_PART_REASONING ||
		    (p->signature == NULL && p->data == NULL))
			continue;
		put(t, index == 0 ? ",\"reasoning_details\":[{" : ",{");
		put(t, p->data != NULL ? "\"type\":\"reasoning.encrypted\",\"data\":"
		                       : "\"type\":\"reasoning.text\",\"signature\":");
		put_string(t, p->data != NULL ? p->data : p->signature);
		if (p->data == NULL && p->text != NULL) {
			put(t, ",\"text\":");
			put_string(t, p->text);
		}
		put(t, ",\"format\":");
		sy_buf_json_str(t->out, p->format);
		sy_buf_printf(t->out, ",\"index\":%d}", index++);
	}
	for (size_t i = 0; i < m->call_count; i++) {
		if (m->calls[i].signature == NULL)
			continue;
		put(t, index == 0 ? ",\"reasoning_details\":[{" : ",{");
		put(t, "\"type\":\"reasoning.encrypted\",\"data\":");
		put_string(t, m->calls[i].signature);
		put(t, ",\"id\":");
		put_id(t, m->calls[i].id);
		sy_buf_printf(t->out,
		    ",\"format\":\"" SY_OPENAI_CALL_SIGNATURE "-v1\",\"index\":%d}",
		    index++);
	}
	put(t, index > 0 ? "]" : "");
}

static void put_thoughts(const struct turns *t, const struct sy_message *m)
{
	const char *text = thoughts_of(t, m);

	if (t->q->history == SY_HISTORY_DROP)
		return;
	/* Who wants thoughts beside calls is content with a space where another thought. */
	if (text == NULL && t->q->history == SY_HISTORY_REQUIRED && m->call_count > 0)
		text = " ";
	if (text != NULL) {
		put(t, ",\"reasoning_content\":");
		put_string(t, text);
	}
	if (t->q->pass_unknown)
		put_details(t, m);
}

/* --- Messages. --------------------------------------------------------------------------- */

static void put_assistant(const struct turns *t, const struct sy_message *m)
{
	bool nothing = count_parts(m, false) == 0 && m->call_count > 0;

	if (!nothing) {
		put(t, ",\"content\":");
		put_content(t, m);
	} else if (t->q->null_content == SY_NULL_CONTENT) {
		put(t, ",\"content\":null");
	} else if (t->q->null_content == SY_EMPTY_CONTENT) {
		put(t, ",\"content\":\"\"");
	}
	put_thoughts(t, m);
	put_calls(t, m);
}

static const char *role_of(const struct turns *t, const struct sy_message *m)
{
	switch (m->role) {
	case SY_ROLE_SYSTEM:
		return m->developer && t->q->developer_role ? "developer" : "system";
	case SY_ROLE_ASSISTANT:
		return "assistant";
	case SY_ROLE_TOOL:
		return "tool";
	default:
		return "user";
	}
}

static void put_message(const struct turns *t, const struct sy_message *m)
{
	put(t, "{\"role\":");
	put_string(t, role_of(t, m));
	if (m->name != NULL && m->role != SY_ROLE_TOOL &&
	    !sy_listed(t->q->drop, "name")) {
		put(t, ",\"name\":");
		put_string(t, m->name);
	}
	if (m->role == SY_ROLE_TOOL) {
		put(t, ",\"tool_call_id\":");
		put_id(t, m->tool_call_id);
	}
	if (m->role == SY_ROLE_ASSISTANT) {
		put_assistant(t, m);
	} else if (m->role == SY_ROLE_TOOL) {
		put(t, ",\"content\":");
		put_result(t, m);
	} else {
		put(t, ",\"content\":");
		put_content(t, m);
	}
	put(t, "}");
}

/* --- The system's. ----------------------------------------------------------------------- */

/* Says the schema in words where it has no field of its own; NULL when it has. */
static const char *schema_in_words(const struct turns *t)
{
	if (t->chat->format != SY_FORMAT_JSON_SCHEMA ||
	    t->q->schema == SY_SCHEMA_NATIVE || t->chat->schema == NULL)
		return NULL;
	return sy_strf(t->call->arena,
	    "Answer with one JSON value that is valid by this JSON schema, and with nothing "
	    "else: no explanation, no code fence.\n%s",
	    json_object_to_json_string_ext(t->chat->schema,
	        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static const char *join_system(const struct turns *t)
{
	const char *text = NULL;

	for (size_t i = 0; i < t->chat->message_count; i++) {
		const struct sy_message *m = &t->chat->messages[i];

		if (m->role != SY_ROLE_SYSTEM)
			continue;
		text = text == NULL ? sy_parts_text(m, t->call->arena)
		                    : sy_strf(t->call->arena, "%s\n\n%s", text,
		                          sy_parts_text(m, t->call->arena));
	}
	return text;
}

static bool put_system(const struct turns *t, const char *text)
{
	if (text == NULL)
		return false;
	put(t, "{\"role\":\"system\",\"content\":");
	put_string(t, text);
	put(t, "}");
	return true;
}

static const char *first_system(const struct turns *t)
{
	const char *schema = schema_in_words(t),
	           *text = t->q->merge_system ? join_system(t) : NULL;

	if (schema == NULL || text == NULL)
		return schema != NULL ? schema : text;
	return sy_strf(t->call->arena, "%s\n\n%s", text, schema);
}

void sy_openai_put_turns(const struct sy_call *call, struct sy_buf *out)
{
	struct turns t = { call, call->ask->chat, &call->model->provider->quirks, out };
	const struct sy_message *end = t.chat->messages + t.chat->message_count;
	bool begun;

	put(&t, "[");
	begun = put_system(&t, first_system(&t));
	for (const struct sy_message *m = t.chat->messages; m < end; m++) {
		if (m->role == SY_ROLE_SYSTEM && t.q->merge_system)
			continue;
		put(&t, begun ? "," : "");
		put_message(&t, m);
		begun = true;
		if (m->role == SY_ROLE_TOOL &&
		    (m + 1 == end || m[1].role != SY_ROLE_TOOL))
			put_attachments(&t, m);
	}
	put(&t, "]");
}
