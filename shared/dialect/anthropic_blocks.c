/*
 * anthropic_blocks.c - messages and the system prompt of a request; see anthropic_write.h.
 */
#include "dialect/anthropic_write.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "dialect/anthropic_names.h"
#include "dialect/arguments.h"
#include "dialect/media.h"
#include "model/config.h"

#include <stdio.h>
#include <string.h>

static void put_text(struct sy_writer *w, const char *text, size_t len, enum sy_mark mark)
{
	sy_buf_puts(w->out, "{\"type\":\"text\",\"text\":");
	sy_buf_json(w->out, text, len);
	sy_write_mark(w, mark);
	sy_buf_putc(w->out, '}');
}

void sy_param_of(const struct sy_writer *w, const struct sy_message *from,
    const struct sy_part *part, char *param, size_t room)
{
	snprintf(param, room, "messages[%zu].content[%zu]",
	    (size_t)(from - w->plan->chat->messages), (size_t)(part - from->parts));
}

static int put_base64(struct sy_writer *w, const struct sy_media *media,
    const char *param)
{
	sy_buf_puts(w->out, "{\"type\":\"base64\",\"media_type\":");
	sy_buf_json_str(w->out, media->type);
	sy_buf_puts(w->out, ",\"data\":\"");
	if (sy_media_base64(media, param, w->out, w->err) < 0)
		return -1;
	sy_buf_puts(w->out, "\"}");
	return 0;
}

static int put_url(struct sy_writer *w, const char *url, const char *param)
{
	if (!sy_starts(url, "https://"))
		return sy_fail_code(w->err, SY_REFUSED, param, "unsupported_content",
		    "the model's provider fetches https URLs only");
	sy_buf_puts(w->out, "{\"type\":\"url\",\"url\":");
	sy_buf_json_str(w->out, url);
	sy_buf_putc(w->out, '}');
	return 0;
}

static bool is_picture(const char *type)
{
	static const char *const known[] = { "image/jpeg", "image/png", "image/gif",
		"image/webp" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(type, known[i]) == 0)
			return true;
	return false;
}

static int put_image(struct sy_writer *w, const struct sy_media *media, const char *param)
{
	sy_buf_puts(w->out, "{\"type\":\"image\",\"source\":");
	if (media->url != NULL)
		return put_url(w, media->url, param);
	if (strcmp(media->type, "image/jpg") != 0 && !is_picture(media->type))
		return sy_fail_code(w->err, SY_REFUSED, param, "unsupported_content",
		    "images may be JPEG, PNG, GIF or WebP, not '%s'", media->type);
	return put_base64(w, media, param);
}

static int put_document_text(struct sy_writer *w, const struct sy_media *media,
    const char *param)
{
	size_t len;
	char *text = sy_media_text(media, w->arena, &len);

	if (text == NULL)
		return sy_fail_code(w->err, SY_REFUSED, param, "unsupported_content",
		    "files may be PDF, text or images, not '%s'", media->type);
	sy_buf_puts(w->out, "{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":");
	sy_buf_json(w->out, text, len);
	sy_buf_putc(w->out, '}');
	return 0;
}

/* Files belong to who keeps them: Anthropic's ids begin with file_, OpenAI's with file-. */
static int put_file_id(struct sy_writer *w, const char *id, const char *param)
{
	if (!w->plan->direct || !sy_starts(id, "file_"))
		return sy_fail_code(w->err, SY_REFUSED, param, "unsupported_content",
		    "the model's provider does not have the file '%s'", id);
	sy_write_beta(w, "files-api-2025-04-14");
	sy_buf_puts(w->out,
	    "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":");
	sy_buf_json_str(w->out, id);
	sy_buf_putc(w->out, '}');
	return 0;
}

static int put_document(struct sy_writer *w, const struct sy_part *part,
    const struct sy_media *media, const char *param)
{
	int rc;

	if (media->url == NULL && is_picture(media->type))
		return put_image(w, media, param);
	sy_buf_puts(w->out, "{\"type\":\"document\",\"source\":");
	if (media->url != NULL)
		rc = put_url(w, media->url, param);
	else if (strcmp(media->type, "application/pdf") == 0)
		rc = put_base64(w, media, param);
	else
		rc = put_document_text(w, media, param);
	if (rc == 0 && part->name != NULL)
		sy_write_text(w, "title", part->name);
	return rc;
}

static int put_media(struct sy_writer *w, const struct sy_message *from,
    const struct sy_part *part, enum sy_mark mark)
{
	struct sy_media media;
	char param[64];
	int rc;

	sy_param_of(w, from, part, param, sizeof(param));
	if (part->kind == SY_PART_FILE && part->file_id != NULL && part->data == NULL)
		rc = put_file_id(w, part->file_id, param);
	else if (sy_media_of(part, param, w->arena, &media, w->err) < 0)
		rc = -1;
	else if (part->kind == SY_PART_IMAGE)
		rc = put_image(w, &media, param);
	else
		rc = put_document(w, part, &media, param);
	if (rc < 0)
		return -1;
	sy_write_mark(w, mark);
	sy_buf_putc(w->out, '}');
	return 0;
}

static void put_thinking(struct sy_writer *w, const struct sy_part *part)
{
	if (part->data != NULL) {
		sy_buf_puts(w->out, "{\"type\":\"redacted_thinking\",\"data\":");
		sy_buf_json_str(w->out, part->data);
	} else {
		sy_buf_puts(w->out, "{\"type\":\"thinking\",\"thinking\":");
		sy_buf_json_str(w->out, part->text != NULL ? part->text : "");
		sy_write_text(w, "signature", part->signature);
	}
	sy_buf_putc(w->out, '}');
}

static void put_tool_use(struct sy_writer *w, const struct sy_block *b)
{
	sy_buf_puts(w->out, "{\"type\":\"tool_use\"");
	sy_write_text(w, "id", b->id);
	sy_write_text(w, "name", sy_anthropic_legal(w->arena, b->call->name));
	sy_write_key(w, "input");
	sy_put_arguments(b->call, w->plan->chat, w->arena, w->out);
	sy_write_mark(w, b->mark);
	sy_buf_putc(w->out, '}');
}

bool sy_has_substance(const struct sy_part *part)
{
	if (part->kind == SY_PART_TEXT || part->kind == SY_PART_REFUSAL)
		return part->text != NULL && !sy_blank(part->text, strlen(part->text));
	return part->kind == SY_PART_IMAGE || part->kind == SY_PART_FILE;
}

static int put_result_content(struct sy_writer *w, const struct sy_message *result)
{
	const char *comma = "";
	size_t count = 0;

	for (size_t i = 0; i < result->part_count; i++)
		count += sy_has_substance(&result->parts[i]);
	if (count == 0)
		return 0;
	sy_write_key(w, "content");
	sy_buf_putc(w->out, '[');
	for (size_t i = 0; i < result->part_count; i++) {
		const struct sy_part *part = &result->parts[i];

		if (!sy_has_substance(part))
			continue;
		sy_buf_puts(w->out, comma);
		comma = ",";
		if (part->kind == SY_PART_TEXT || part->kind == SY_PART_REFUSAL)
			put_text(w, part->text, strlen(part->text), SY_MARK_NONE);
		else if (put_media(w, result, part, SY_MARK_NONE) < 0)
			return -1;
	}
	sy_buf_putc(w->out, ']');
	return 0;
}

static int put_tool_result(struct sy_writer *w, const struct sy_block *b)
{
	sy_buf_puts(w->out, "{\"type\":\"tool_result\"");
	sy_write_text(w, "tool_use_id", b->id);
	if (b->result == NULL)
		sy_write_text(w, "content", "No result was recorded for this call.");
	else if (put_result_content(w, b->result) < 0)
		return -1;
	if (b->result == NULL || b->result->tool_error)
		sy_buf_puts(w->out, ",\"is_error\":true");
	sy_write_mark(w, b->mark);
	sy_buf_putc(w->out, '}');
	return 0;
}

static int put_block(struct sy_writer *w, const struct sy_block *b)
{
	switch (b->kind) {
	case SY_BLOCK_TEXT:
		put_text(w, b->text, b->len, b->mark);
		break;
	case SY_BLOCK_IMAGE:
	case SY_BLOCK_DOCUMENT:
		return put_media(w, b->from, b->part, b->mark);
	case SY_BLOCK_THINKING:
		put_thinking(w, b->part);
		break;
	case SY_BLOCK_TOOL_USE:
		put_tool_use(w, b);
		break;
	case SY_BLOCK_TOOL_RESULT:
		return put_tool_result(w, b);
	}
	return 0;
}

static int put_lists(struct sy_writer *w, const struct sy_blocks *lists, int count)
{
	const char *comma = "";

	sy_buf_putc(w->out, '[');
	for (int l = 0; l < count; l++)
		for (const struct sy_block *b = lists[l].first; b != NULL; b = b->next) {
			sy_buf_puts(w->out, comma);
			comma = ",";
			if (put_block(w, b) < 0)
				return -1;
		}
	sy_buf_putc(w->out, ']');
	return 0;
}

static int put_turn(struct sy_writer *w, const struct sy_turn *turn)
{
	bool user = turn->role == SY_ROLE_USER;

	sy_buf_printf(w->out,
	    "{\"role\":\"%s\",\"content\":", user ? "user" : "assistant");
	if (put_lists(w, turn->lists, user ? SY_LATE_SYSTEM : SY_LISTS) < 0)
		return -1;
	sy_buf_putc(w->out, '}');
	if (!user || turn->lists[SY_LATE_SYSTEM].first == NULL)
		return 0;
	sy_write_beta(w, "mid-conversation-system-2026-04-07");
	sy_buf_puts(w->out, ",{\"role\":\"system\",\"content\":");
	if (put_lists(w, &turn->lists[SY_LATE_SYSTEM], 1) < 0)
		return -1;
	sy_buf_putc(w->out, '}');
	return 0;
}

int sy_write_messages(struct sy_writer *w)
{
	sy_write_key(w, "messages");
	sy_buf_putc(w->out, '[');
	for (const struct sy_turn *turn = w->plan->turns.first; turn != NULL;
	     turn = turn->next) {
		if (turn != w->plan->turns.first)
			sy_buf_putc(w->out, ',');
		if (put_turn(w, turn) < 0)
			return -1;
	}
	sy_buf_putc(w->out, ']');
	return 0;
}

/* The system prompt: one string, or blocks where a marker needs one to stand on. */

static bool any_mark(const struct sy_block *b)
{
	while (b != NULL && b->mark == SY_MARK_NONE)
		b = b->next;
	return b != NULL;
}

static void put_system_blocks(struct sy_writer *w)
{
	const struct sy_block *b = w->plan->turns.system.first;

	sy_buf_putc(w->out, '[');
	for (; b != NULL; b = b->next) {
		put_block(w, b);
		if (b->next != NULL || w->plan->rule != NULL)
			sy_buf_putc(w->out, ',');
	}
	if (w->plan->rule != NULL)
		put_text(w, w->plan->rule, strlen(w->plan->rule), SY_MARK_NONE);
	sy_buf_putc(w->out, ']');
}

void sy_write_system(struct sy_writer *w)
{
	const struct sy_block *first = w->plan->turns.system.first;
	struct sy_buf text;

	if (first == NULL && w->plan->rule == NULL)
		return;
	sy_write_key(w, "system");
	if (any_mark(first)) {
		put_system_blocks(w);
		return;
	}
	sy_buf_init(&text, w->out->limit);
	for (const struct sy_block *b = first; b != NULL; b = b->next) {
		if (b != first)
			sy_buf_puts(&text, "\n\n");
		sy_buf_add(&text, b->text, b->len);
	}
	if (w->plan->rule != NULL)
		sy_buf_printf(&text, "%s%s", first != NULL ? "\n\n" : "", w->plan->rule);
	sy_buf_json(w->out, text.data, text.len);
	sy_buf_release(&text);
}
