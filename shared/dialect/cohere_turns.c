/*
 * cohere_turns.c - the messages and documents of a request to Cohere.
 *
 * Roles are OpenAI's.  What differs: text beside calls is refused, so it becomes the plan that
 * the API knows there; an assistant's turn with nothing in it is refused; nothing that a tool
 * returned may be empty.
 */
#include "dialect/cohere_build.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/anthropic_names.h"
#include "dialect/arguments.h"
#include "dialect/media.h"
#include "dialect/parts.h"
#include "model/chat.h"

#include <stdio.h>
#include <string.h>

#define ARGUMENTS_BYTES (64 << 20)

struct turns {
	struct sy_cohere_plan *plan;
	struct sy_buf *out;
	struct sy_error *err;
	bool begun; /* a message is written */
};

/* --- Documents. -------------------------------------------------------------------------- */

const char *sy_cohere_document(const struct sy_part *part, struct sy_arena *a)
{
	struct sy_media media;
	struct sy_error ignored;
	size_t len;

	if (part->kind != SY_PART_FILE || part->file_id != NULL ||
	    sy_media_of(part, "", a, &media, &ignored) < 0 || media.url != NULL ||
	    (media.type[0] != '\0' && !sy_starts(media.type, "text/")))
		return NULL;
	return sy_media_text(&media, a, &len);
}

static void put_document(struct sy_buf *out, const struct sy_part *part, const char *text)
{
	sy_buf_putc(out, '{');
	sy_buf_key(out, "data");
	sy_buf_putc(out, '{');
	if (part->name != NULL)
		sy_buf_member(out, "title", part->name);
	sy_buf_member(out, "text", text);
	sy_buf_lit(out, "}}");
}

/* The documents of a client that speaks of them itself come first. */
void sy_cohere_put_documents(struct sy_cohere_plan *plan, struct sy_buf *out)
{
	struct json_object *own = sy_json_get(plan->chat->extra, "documents");
	size_t count =
	    json_object_is_type(own, json_type_array) ? json_object_array_length(own) : 0;
	const char *comma = "", *text;

	if (!plan->documents)
		return;
	sy_buf_key(out, "documents");
	sy_buf_putc(out, '[');
	for (size_t i = 0; i < count; i++, comma = ",") {
		sy_buf_puts(out, comma);
		sy_json_print(out, json_object_array_get_idx(own, i));
	}
	for (size_t i = 0; i < plan->chat->message_count; i++) {
		const struct sy_message *m = &plan->chat->messages[i];

		for (size_t k = 0; k < m->part_count; k++) {
			text = sy_cohere_document(&m->parts[k], plan->arena);
			if (text == NULL)
				continue;
			sy_buf_puts(out, comma);
			put_document(out, &m->parts[k], text);
			comma = ",";
		}
	}
	sy_buf_putc(out, ']');
}

/* --- Content. ---------------------------------------------------------------------------- */

static void put_text_part(struct turns *t, const char *kind, const char *text)
{
	sy_buf_putc(t->out, '{');
	sy_buf_member(t->out, "type", kind);
	sy_buf_member(t->out, kind, text);
	sy_buf_putc(t->out, '}');
}

static int put_image(struct turns *t, const struct sy_part *part, const char *param)
{
	struct sy_media media;

	if (sy_media_of(part, param, t->plan->arena, &media, t->err) < 0)
		return -1;
	if (media.url != NULL && !sy_starts(media.url, "https:"))
		return sy_fail_code(t->err, SY_REFUSED, param, "unsupported_content",
		    "the model's provider takes pictures by https or as data");
	sy_buf_lit(t->out, "{\"type\":\"image_url\",\"image_url\":{");
	if (media.url != NULL) {
		sy_buf_member(t->out, "url", media.url);
	} else {
		sy_buf_key(t->out, "url");
		sy_buf_lit(t->out, "\"data:");
		sy_buf_json_piece(t->out, media.type, strlen(media.type));
		sy_buf_lit(t->out, ";base64,");
		if (sy_media_base64(&media, param, t->out, t->err) < 0)
			return -1;
		sy_buf_putc(t->out, '"');
	}
	if (part->detail != NULL)
		sy_buf_member(t->out, "detail", part->detail);
	sy_buf_lit(t->out, "}}");
	return 0;
}

/* A file's words are among the documents; here stands which one is meant. */
static int put_part(struct turns *t, const struct sy_message *m,
    const struct sy_part *part)
{
	char param[64];

	snprintf(param, sizeof(param), "messages[%zu].content[%zu]",
	    (size_t)(m - t->plan->chat->messages), (size_t)(part - m->parts));
	if (sy_part_is_text(part)) {
		put_text_part(t, "text", part->text);
		return 0;
	}
	if (part->kind == SY_PART_IMAGE && m->role == SY_ROLE_USER)
		return put_image(t, part, param);
	if (m->role == SY_ROLE_USER && sy_cohere_document(part, t->plan->arena) != NULL) {
		put_text_part(t, "text",
		    sy_strf(t->plan->arena, "Document: %s",
		        part->name != NULL ? part->name : "attached"));
		return 0;
	}
	return sy_fail_code(t->err, SY_REFUSED, param, "unsupported_content",
	    "the model's provider takes text here, and of its users pictures and files of text");
}

/* One text is a string, all else an array. */
static int put_content(struct turns *t, const struct sy_message *m)
{
	const char *comma = "";

	sy_buf_key(t->out, "content");
	if (m->part_count == 0 || (m->part_count == 1 && sy_part_is_text(m->parts))) {
		sy_buf_json_str(t->out, sy_parts_text(m, t->plan->arena));
		return 0;
	}
	sy_buf_putc(t->out, '[');
	for (size_t i = 0; i < m->part_count; i++) {
		if (m->parts[i].kind == SY_PART_REASONING)
			continue;
		sy_buf_puts(t->out, comma);
		if (put_part(t, m, &m->parts[i]) < 0)
			return -1;
		comma = ",";
	}
	sy_buf_putc(t->out, ']');
	return 0;
}

/* --- Messages. --------------------------------------------------------------------------- */

static void begin(struct turns *t, const char *role)
{
	sy_buf_puts(t->out, t->begun ? ",{" : "{");
	sy_buf_member(t->out, "role", role);
	t->begun = true;
}

/* Thoughts in words, of a model that signs none; or NULL. */
static const char *thoughts_of(const struct turns *t, const struct sy_message *m)
{
	const char *text = NULL;

	for (size_t i = 0; i < m->part_count; i++) {
		const struct sy_part *p = &m->parts[i];

		if (p->kind != SY_PART_REASONING || p->format != NULL ||
		    p->text == NULL || *p->text == '\0')
			continue;
		text = text == NULL ? p->text
		                    : sy_strf(t->plan->arena, "%s%s", text, p->text);
	}
	return text;
}

static void put_arguments(struct turns *t, const struct sy_tool_call *call)
{
	struct sy_buf json;

	sy_buf_init(&json, ARGUMENTS_BYTES);
	sy_put_arguments(call, t->plan->chat, t->plan->arena, &json);
	sy_buf_key(t->out, "arguments");
	sy_buf_json(t->out, json.len > 0 ? json.data : "{}", json.len > 0 ? json.len : 2);
	sy_buf_release(&json);
}

static void put_calls(struct turns *t, const struct sy_message *m)
{
	sy_buf_key(t->out, "tool_calls");
	for (size_t i = 0; i < m->call_count; i++) {
		sy_buf_puts(t->out, i > 0 ? ",{" : "[{");
		sy_buf_member(t->out, "id", m->calls[i].id);
		sy_buf_member(t->out, "type", "function");
		sy_buf_key(t->out, "function");
		sy_buf_putc(t->out, '{');
		sy_buf_member(t->out, "name",
		    sy_anthropic_legal(t->plan->arena, m->calls[i].name));
		put_arguments(t, &m->calls[i]);
		sy_buf_lit(t->out, "}}");
	}
	sy_buf_putc(t->out, ']');
}

/* Beside calls text is a plan; thoughts stand for one where the model keeps none apart. */
static void put_calling(struct turns *t, const struct sy_message *m, const char *text,
    const char *thoughts)
{
	const char *plan = *text != '\0' ? text : t->plan->thinks ? NULL : thoughts;

	begin(t, "assistant");
	if (plan != NULL)
		sy_buf_member(t->out, "tool_plan", plan);
	if (t->plan->thinks && thoughts != NULL) {
		sy_buf_key(t->out, "content");
		sy_buf_putc(t->out, '[');
		put_text_part(t, "thinking", thoughts);
		sy_buf_putc(t->out, ']');
	}
	put_calls(t, m);
	sy_buf_putc(t->out, '}');
}

static void put_assistant(struct turns *t, const struct sy_message *m)
{
	const char *text = sy_parts_text(m, t->plan->arena);
	const char *thoughts = thoughts_of(t, m);

	for (size_t i = 0; i < m->part_count; i++)
		if (!sy_part_is_text(&m->parts[i]) &&
		    m->parts[i].kind != SY_PART_REASONING)
			sy_note(&t->plan->notes, "messages.content");
	if (m->call_count > 0) {
		put_calling(t, m, text, thoughts);
		return;
	}
	if (*text == '\0')
		return;
	begin(t, "assistant");
	sy_buf_key(t->out, "content");
	if (t->plan->thinks && thoughts != NULL) {
		sy_buf_putc(t->out, '[');
		put_text_part(t, "thinking", thoughts);
		sy_buf_putc(t->out, ',');
		put_text_part(t, "text", text);
		sy_buf_putc(t->out, ']');
	} else {
		sy_buf_json_str(t->out, text);
	}
	sy_buf_putc(t->out, '}');
}

static void put_result(struct turns *t, const struct sy_message *m)
{
	const char *text = sy_parts_text(m, t->plan->arena);

	for (size_t i = 0; i < m->part_count; i++)
		if (!sy_part_is_text(&m->parts[i]))
			sy_note(&t->plan->notes, "messages.content");
	if (text[strspn(text, " \t\r\n")] == '\0')
		text = "(no output)";
	begin(t, "tool");
	sy_buf_member(t->out, "tool_call_id", m->tool_call_id);
	sy_buf_member(t->out, "content", text);
	sy_buf_putc(t->out, '}');
}

static int put_message(struct turns *t, const struct sy_message *m)
{
	if (m->name != NULL && m->role != SY_ROLE_TOOL)
		sy_note(&t->plan->notes, "messages.name");
	switch (m->role) {
	case SY_ROLE_ASSISTANT:
		put_assistant(t, m);
		return 0;
	case SY_ROLE_TOOL:
		put_result(t, m);
		return 0;
	default:
		begin(t, m->role == SY_ROLE_SYSTEM ? "system" : "user");
		if (put_content(t, m) < 0)
			return -1;
		sy_buf_putc(t->out, '}');
		return 0;
	}
}

int sy_cohere_put_messages(struct sy_cohere_plan *plan, struct sy_buf *out,
    struct sy_error *err)
{
	struct turns t = { .plan = plan, .out = out, .err = err };

	sy_buf_key(out, "messages");
	sy_buf_putc(out, '[');
	if (plan->rule != NULL) {
		begin(&t, "system");
		sy_buf_member(out, "content", plan->rule);
		sy_buf_putc(out, '}');
	}
	for (size_t i = 0; i < plan->chat->message_count; i++)
		if (put_message(&t, &plan->chat->messages[i]) < 0)
			return -1;
	sy_buf_putc(out, ']');
	return 0;
}
