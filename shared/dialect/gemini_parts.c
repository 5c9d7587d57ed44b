/*
 * gemini_parts.c - the conversation of a request; see gemini_write.h.
 */
#include "dialect/gemini_write.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/arguments.h"
#include "dialect/gemini.h"
#include "dialect/media.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FILES "https://generativelanguage.googleapis.com/v1beta/"

static void put_member(struct sy_gemini_writer *w, const char *key, const char *value)
{
	sy_buf_printf(w->out, ",\"%s\":", key);
	sy_buf_json_str(w->out, value);
}

/* --- Attachments. ------------------------------------------------------------------------ */

static int unsupported(struct sy_gemini_writer *w, const char *param, const char *why)
{
	return sy_fail_code(w->err, SY_REFUSED, param, "unsupported_content", "%s", why);
}

/* By an address's ending, where the sender does not say: links must come with a type. */
static const char *type_of_url(const char *url)
{
	static const char *const types[][2] = {
		{ ".png", "image/png" },
		{ ".jpg", "image/jpeg" },
		{ ".jpeg", "image/jpeg" },
		{ ".webp", "image/webp" },
		{ ".heic", "image/heic" },
		{ ".pdf", "application/pdf" },
		{ ".txt", "text/plain" },
		{ ".mp3", "audio/mp3" },
		{ ".wav", "audio/wav" },
		{ ".mp4", "video/mp4" },
	};
	size_t len = strcspn(url, "?#");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t n = strlen(types[i][0]);

		if (len > n && strncasecmp(url + len - n, types[i][0], n) == 0)
			return types[i][1];
	}
	return NULL;
}

static bool is_video_site(const char *url)
{
	return sy_starts(url, "https://www.youtube.com/") ||
	       sy_starts(url, "https://youtube.com/") ||
	       sy_starts(url, "https://youtu.be/");
}

static void put_file_data(struct sy_gemini_writer *w, const char *uri, const char *type)
{
	sy_buf_puts(w->out, "\"fileData\":{\"fileUri\":");
	sy_buf_json_str(w->out, uri);
	if (type != NULL)
		put_member(w, "mimeType", type);
	sy_buf_putc(w->out, '}');
}

static int put_link(struct sy_gemini_writer *w, const struct sy_part *part,
    const struct sy_media *media, const char *param)
{
	const char *type = media->type != NULL ? media->type : type_of_url(media->url);
	bool vertex = w->plan->vertex;

	if (type == NULL && part->kind == SY_PART_IMAGE)
		type = "image/jpeg"; /* the bytes decide; some word there must be */
	if (sy_starts(media->url, FILES) || is_video_site(media->url)) {
		put_file_data(w, media->url, media->type);
		return 0;
	}
	if (!sy_starts(media->url, "https://") &&
	    !(vertex && sy_starts(media->url, "gs://")))
		return unsupported(w, param,
		    "the model's provider fetches https URLs only");
	if (!vertex && !sy_gemini_has(w->plan->kind, SY_GEMINI_FETCHES))
		return unsupported(w, param,
		    "the model does not fetch URLs: send the data itself");
	if (type == NULL)
		return unsupported(w, param,
		    "of what type the file at this URL is cannot be seen: send the data");
	put_file_data(w, media->url, type);
	return 0;
}

/* Files belong to who keeps them: Google's names begin with files/. */
static int put_file_id(struct sy_gemini_writer *w, const char *id, const char *param)
{
	if (sy_starts(id, "files/") && !w->plan->vertex)
		id = sy_strf(w->arena, FILES "%s", id);
	if (!sy_starts(id, w->plan->vertex ? "gs://" : FILES))
		return unsupported(w, param,
		    "the model's provider does not have this file");
	put_file_data(w, id, type_of_url(id));
	return 0;
}

static const char *audio_type(const char *type)
{
	static const char *const others[][2] = {
		{ "mp3", "audio/mp3" },
		{ "audio/mpeg", "audio/mp3" },
		{ "pcm16", "audio/pcm;rate=24000" },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(type, others[i][0]) == 0)
			return others[i][1];
	return NULL;
}

/* NULL for what the model does not take as it is. */
static const char *legal_type(struct sy_gemini_writer *w, const struct sy_part *part,
    const struct sy_media *media)
{
	static const char *const pictures[] = { "image/png", "image/jpeg", "image/webp",
		"image/heic", "image/heif" };
	const char *type = media->type;

	if (part->kind == SY_PART_AUDIO)
		return audio_type(type) != NULL ? audio_type(type)
		       : strchr(type, '/')      ? type
		                                : sy_strf(w->arena, "audio/%s", type);
	for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++)
		if (strcasecmp(type, pictures[i]) == 0)
			return type;
	if (strcasecmp(type, "image/jpg") == 0)
		return "image/jpeg";
	if (sy_starts(type, "audio/") || sy_starts(type, "video/") ||
	    sy_starts(type, "text/") || strcmp(type, "application/pdf") == 0)
		return type;
	return NULL;
}

static bool is_text(struct sy_gemini_writer *w, const struct sy_part *part,
    const struct sy_media *media)
{
	size_t len;

	return part->kind == SY_PART_FILE && !sy_starts(media->type, "image/") &&
	       sy_media_text(media, w->arena, &len) != NULL;
}

static int put_data(struct sy_gemini_writer *w, const struct sy_part *part,
    const struct sy_media *media, const char *param)
{
	const char *type = legal_type(w, part, media);

	if (type == NULL && is_text(w, part, media))
		type = "text/plain";
	if (type == NULL)
		return sy_fail_code(w->err, SY_REFUSED, param, "unsupported_content",
		    "the model's provider takes no attachment of type '%s'", media->type);
	sy_buf_puts(w->out, "\"inlineData\":{\"mimeType\":");
	sy_buf_json_str(w->out, type);
	if (w->plan->vertex && part->name != NULL)
		put_member(w, "displayName", part->name);
	sy_buf_puts(w->out, ",\"data\":\"");
	if (sy_media_base64(media, param, w->out, w->err) < 0)
		return -1;
	sy_buf_puts(w->out, "\"}");
	return 0;
}

/* A picture's level of detail is a property of the part, from the third generation on. */
static void put_detail(struct sy_gemini_writer *w, const struct sy_part *part)
{
	const char *level = part->detail == NULL                ? NULL
	                    : strcmp(part->detail, "low") == 0  ? "LOW"
	                    : strcmp(part->detail, "high") == 0 ? "HIGH"
	                                                        : NULL;

	if (level == NULL)
		return;
	if (sy_gemini_has(w->plan->kind, SY_GEMINI_MEDIA_IN_RESULTS))
		sy_buf_printf(w->out,
		    ",\"mediaResolution\":{\"level\":\"MEDIA_RESOLUTION_%s\"}", level);
	else
		sy_note(&w->plan->notes, "image_url.detail");
}

static int put_media(struct sy_gemini_writer *w, const struct sy_message *from,
    const struct sy_part *part)
{
	struct sy_media media;
	char param[64];

	snprintf(param, sizeof(param), "messages[%zu].content[%zu]",
	    (size_t)(from - w->plan->chat->messages), (size_t)(part - from->parts));
	if (part->kind == SY_PART_FILE && part->file_id != NULL && part->data == NULL)
		return put_file_id(w, part->file_id, param);
	if (sy_media_of(part, param, w->arena, &media, w->err) < 0)
		return -1;
	return media.url != NULL ? put_link(w, part, &media, param)
	                         : put_data(w, part, &media, param);
}

/* --- Calls and results. ------------------------------------------------------------------ */

static void put_id(struct sy_gemini_writer *w, const struct sy_tool_call *call)
{
	if (call->id != NULL && *call->id != '\0' &&
	    sy_gemini_has(w->plan->kind, SY_GEMINI_IDS) &&
	    sy_gemini_may_send(w->plan->model, "id"))
		put_member(w, "id", call->id);
}

static void put_call(struct sy_gemini_writer *w, const struct sy_tool_call *call)
{
	sy_buf_puts(w->out, "\"functionCall\":{\"name\":");
	sy_buf_json_str(w->out, sy_gemini_legal(w->arena, call->name));
	sy_buf_puts(w->out, ",\"args\":");
	sy_put_arguments(call, w->plan->chat, w->arena, w->out);
	put_id(w, call);
	sy_buf_putc(w->out, '}');
}

static bool is_words(const struct sy_part *part)
{
	return part->kind == SY_PART_TEXT || part->kind == SY_PART_REFUSAL;
}

static bool is_attachment(const struct sy_part *part)
{
	return !is_words(part) && part->kind != SY_PART_REASONING;
}

static const char *words_of(const struct sy_message *result, struct sy_arena *a)
{
	const char *text = NULL;

	for (size_t i = 0; i < result->part_count; i++) {
		const struct sy_part *part = &result->parts[i];

		if (is_words(part) && part->text != NULL)
			text = text == NULL ? part->text
			                    : sy_strf(a, "%s\n%s", text, part->text);
	}
	return text;
}

static bool any_attachment(const struct sy_message *result)
{
	for (size_t i = 0; i < result->part_count; i++)
		if (is_attachment(&result->parts[i]))
			return true;
	return false;
}

static void put_wrapped(struct sy_gemini_writer *w, const char *key, const char *text)
{
	sy_buf_printf(w->out, "{\"%s\":", key);
	sy_buf_json_str(w->out, text);
	sy_buf_putc(w->out, '}');
}

/* A result has to be an object: its own, or one that says what it is. */
static void put_response(struct sy_gemini_writer *w, const struct sy_message *result)
{
	const char *text = result != NULL ? words_of(result, w->arena) : NULL;
	struct sy_span span =
	    sy_span_trim(text != NULL ? text : "", text != NULL ? strlen(text) : 0);
	struct sy_error ignored;

	if (result == NULL)
		put_wrapped(w, "error", "No result was recorded for this call.");
	else if (result->tool_error)
		put_wrapped(w, "error", text != NULL ? text : "");
	else if (sy_span_is_object(span) &&
	         sy_scan_check(span.at, span.len, NULL, &ignored) == 0)
		sy_buf_add(w->out, span.at, span.len);
	else if (span.len == 0 && any_attachment(result))
		put_wrapped(w, "output", "See the attachment.");
	else
		put_wrapped(w, "output", text != NULL ? text : "");
}

static int put_attachments(struct sy_gemini_writer *w, const struct sy_message *result)
{
	bool any = false;

	if (result == NULL || !sy_gemini_has(w->plan->kind, SY_GEMINI_MEDIA_IN_RESULTS))
		return 0;
	for (size_t i = 0; i < result->part_count; i++) {
		if (!is_attachment(&result->parts[i]))
			continue;
		sy_buf_puts(w->out, any ? ",{" : ",\"parts\":[{");
		if (put_media(w, result, &result->parts[i]) < 0)
			return -1;
		sy_buf_putc(w->out, '}');
		any = true;
	}
	sy_buf_puts(w->out, any ? "]" : "");
	return 0;
}

static int put_result(struct sy_gemini_writer *w, const struct sy_gemini_part *p)
{
	sy_buf_puts(w->out, "\"functionResponse\":{\"name\":");
	sy_buf_json_str(w->out, sy_gemini_legal(w->arena, p->call->name));
	sy_buf_puts(w->out, ",\"response\":");
	put_response(w, p->result);
	put_id(w, p->call);
	if (put_attachments(w, p->result) < 0)
		return -1;
	sy_buf_putc(w->out, '}');
	return 0;
}

/* --- Contents. --------------------------------------------------------------------------- */

static int put_part(struct sy_gemini_writer *w, const struct sy_gemini_part *p)
{
	int rc = 0;

	sy_buf_putc(w->out, '{');
	switch (p->kind) {
	case SY_GEMINI_TEXT:
		sy_buf_puts(w->out, "\"text\":");
		sy_buf_json_str(w->out, p->text);
		break;
	case SY_GEMINI_MEDIA:
		rc = put_media(w, p->from, p->part);
		put_detail(w, p->part);
		break;
	case SY_GEMINI_CALL:
		put_call(w, p->call);
		break;
	case SY_GEMINI_RESULT:
		rc = put_result(w, p);
		break;
	}
	if (p->signature != NULL)
		put_member(w, "thoughtSignature", p->signature);
	sy_buf_putc(w->out, '}');
	return rc;
}

static int put_parts(struct sy_gemini_writer *w, const struct sy_gemini_parts *parts)
{
	sy_buf_puts(w->out, "\"parts\":[");
	for (const struct sy_gemini_part *p = parts->first; p != NULL; p = p->next) {
		if (p != parts->first)
			sy_buf_putc(w->out, ',');
		if (put_part(w, p) < 0)
			return -1;
	}
	sy_buf_puts(w->out, "]}");
	return 0;
}

int sy_gemini_put_contents(struct sy_gemini_writer *w)
{
	const struct sy_gemini_content *first = w->plan->turns.first;

	sy_buf_puts(w->out, "\"contents\":[");
	for (const struct sy_gemini_content *c = first; c != NULL; c = c->next) {
		sy_buf_puts(w->out, c != first ? "," : "");
		sy_buf_printf(w->out, "{\"role\":\"%s\",", c->model ? "model" : "user");
		if (put_parts(w, &c->parts) < 0)
			return -1;
	}
	sy_buf_putc(w->out, ']');
	return 0;
}

void sy_gemini_put_system(struct sy_gemini_writer *w)
{
	if (w->plan->turns.system.first == NULL)
		return;
	sy_buf_puts(w->out, ",\"systemInstruction\":{");
	put_parts(w, &w->plan->turns.system);
}
