/*
 * task.c - what the simulated models make of requests that are no chat.
 *
 * All of it follows from the bytes of the request, so that a test knows it beforehand: files
 * are told by length and hash, documents rank by the words they share with the query.
 */
#include "sim/answer.h"
#include "sim/ask.h"
#include "sim/dialect.h"
#include "sim/embed.h"
#include "sim/reply.h"
#include "sim/step.h"

#include "base/buf.h"
#include "base/multipart.h"

#include <json-c/json.h>
#include <string.h>
#include <strings.h>

/* One pixel, as PNG. */
#define PIXEL                                                                            \
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"   \
	"awAAAABJRU5ErkJggg=="

static void put_usage(const struct sy_sim_turn *t, int64_t out_tokens, struct sy_buf *out)
{
	const struct sy_sim_usage *u = &t->answer->usage;

	if (t->step->no_usage)
		return;
	sy_buf_printf(out,
	    ",\"usage\":{\"type\":\"tokens\",\"input_tokens\":%lld,\"output_tokens\":%lld,"
	    "\"total_tokens\":%lld}",
	    (long long)u->prompt, (long long)out_tokens, (long long)(u->prompt + out_tokens));
}

static void begin_event(const char *type, struct sy_sim_reply *r)
{
	sy_buf_printf(&r->body, "event: %s\ndata: {\"type\":\"%s\"", type, type);
}

static void end_event(struct sy_sim_reply *r)
{
	sy_buf_puts(&r->body, "}\n\n");
	sy_sim_reply_mark(r);
}

/* --- Moderations. ------------------------------------------------------------------------ */

static void put_verdict(struct json_object *in, bool first, struct sy_buf *out)
{
	const char *text = json_object_get_string(in);
	bool violent = text != NULL && strcasestr(text, "violence") != NULL;

	sy_buf_printf(out,
	    "%s{\"flagged\":%s,\"categories\":{\"violence\":%s,\"hate\":false},"
	    "\"category_scores\":{\"violence\":%s,\"hate\":0.0001},"
	    "\"category_applied_input_types\":{\"violence\":[\"text\"],\"hate\":[\"text\"]}}",
	    first ? "" : ",", violent ? "true" : "false", violent ? "true" : "false",
	    violent ? "0.97" : "0.0002");
}

static bool is_texts(struct json_object *input)
{
	return json_object_is_type(input, json_type_array) &&
	       json_object_is_type(json_object_array_get_idx(input, 0), json_type_string);
}

static void whole_moderation(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	struct json_object *input = t->ask->input;
	size_t count = is_texts(input) ? json_object_array_length(input) : 1;

	sy_buf_printf(&r->body, "{\"id\":\"modr-%s\",\"model\":", t->id);
	sy_buf_json_str(&r->body, t->ask->model);
	sy_buf_puts(&r->body, ",\"results\":[");
	for (size_t i = 0; i < count; i++)
		put_verdict(is_texts(input) ? json_object_array_get_idx(input, i) : input,
		    i == 0, &r->body);
	sy_buf_puts(&r->body, "]}");
	sy_sim_reply_mark(r);
}

/* --- Reranking. -------------------------------------------------------------------------- */

/* In thousandths: how many of the query's words the document has. */
static int score(const char *query, const char *document)
{
	int words = 0, found = 0;

	while (*query != '\0') {
		size_t len = strcspn(query, " ?.,");
		char word[64];

		if (len > 0 && len < sizeof(word)) {
			memcpy(word, query, len);
			word[len] = '\0';
			words++;
			found += strcasestr(document, word) != NULL;
		}
		query += len + (query[len] != '\0');
	}
	return words > 0 ? found * 999 / words : 0;
}

/* In the order of the documents, which is nobody's promise. */
static void whole_rerank(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	struct json_object *documents = t->ask->input;
	size_t count = json_object_is_type(documents, json_type_array)
	                   ? json_object_array_length(documents)
	                   : 0;

	sy_buf_printf(&r->body, "{\"id\":\"%s\",\"results\":[", t->id);
	for (size_t i = 0; i < count; i++)
		sy_buf_printf(&r->body, "%s{\"index\":%zu,\"relevance_score\":0.%03d1}",
		    i > 0 ? "," : "", i,
		    score(t->ask->result.data,
		        json_object_get_string(json_object_array_get_idx(documents, i))));
	sy_buf_puts(&r->body, "]");
	if (!t->step->no_usage)
		sy_buf_printf(&r->body, ",\"usage\":{\"total_tokens\":%lld}",
		    (long long)t->answer->usage.prompt);
	sy_buf_puts(&r->body, "}");
	sy_sim_reply_mark(r);
}

/* --- Images. ----------------------------------------------------------------------------- */

/* What the files of a form were, for a test to compare. */
static void put_files(const struct sy_sim_ask *ask, struct sy_buf *out)
{
	const struct sy_multipart *f = ask->form;
	bool first = true;

	sy_buf_puts(out, ",\"files\":[");
	for (size_t i = 0; f != NULL && i < f->count; i++) {
		const struct sy_multipart_part *part = &f->parts[i];

		if (part->filename == NULL)
			continue;
		sy_buf_puts(out, first ? "{\"name\":" : ",{\"name\":");
		sy_buf_json_str(out, part->name);
		sy_buf_puts(out, ",\"filename\":");
		sy_buf_json_str(out, part->filename);
		sy_buf_puts(out, ",\"type\":");
		sy_buf_json_str(out, part->type);
		sy_buf_printf(out, ",\"bytes\":%zu,\"hash\":\"%016llx\"}", part->len,
		    (unsigned long long)sy_sim_hash(part->at, part->len));
		first = false;
	}
	sy_buf_putc(out, ']');
}

static void whole_image(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	sy_buf_printf(&r->body, "{\"created\":%lld,\"data\":[", (long long)t->created);
	for (int64_t i = 0; i < t->ask->n; i++)
		sy_buf_puts(&r->body, i > 0 ? ",{\"b64_json\":\"" PIXEL "\"}"
		                            : "{\"b64_json\":\"" PIXEL "\"}");
	sy_buf_putc(&r->body, ']');
	put_files(t->ask, &r->body);
	put_usage(t, 100 * t->ask->n, &r->body);
	sy_buf_putc(&r->body, '}');
	sy_sim_reply_mark(r);
}

static void stream_image(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	bool edit = t->ask->form != NULL;

	for (int i = 0; i < 2; i++) {
		begin_event(edit ? "image_edit.partial_image" : "image_generation.partial_image",
		    r);
		sy_buf_printf(&r->body, ",\"partial_image_index\":%d,\"b64_json\":\"" PIXEL "\"",
		    i);
		end_event(r);
	}
	if (t->step->no_finish)
		return;
	begin_event(edit ? "image_edit.completed" : "image_generation.completed", r);
	sy_buf_puts(&r->body, ",\"b64_json\":\"" PIXEL "\"");
	put_usage(t, 100, &r->body);
	end_event(r);
}

/* --- Audio. ------------------------------------------------------------------------------ */

/* A word of the input is a piece of sound: itself, behind bytes that are no text. */
static void whole_speech(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	static const char frame[] = { '\xff', '\xfb', '\x90', '\0' };
	const struct sy_buf *text = &t->ask->user;
	size_t n;

	r->content_type = strcmp(t->ask->format, "wav") == 0 ? "audio/wav" : "audio/mpeg";
	r->streamed = true;
	for (size_t at = 0; at < text->len; at += n) {
		n = sy_sim_next_word(text->data + at, text->len - at);
		sy_buf_add(&r->body, frame, sizeof(frame));
		sy_buf_add(&r->body, text->data + at, n);
		sy_sim_reply_mark(r);
	}
}

static void stream_speech(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	begin_event("speech.audio.delta", r);
	sy_buf_puts(&r->body, ",\"audio\":\"//uQAA==\"");
	end_event(r);
	if (t->step->no_finish)
		return;
	begin_event("speech.audio.done", r);
	put_usage(t, 20, &r->body);
	end_event(r);
}

static void put_transcript(const struct sy_sim_turn *t, struct sy_buf *out)
{
	const struct sy_multipart_part *file = sy_multipart_find(t->ask->form, "file");

	sy_buf_printf(out, "%zu bytes that hash to %016llx", file->len,
	    (unsigned long long)sy_sim_hash(file->at, file->len));
}

static void whole_transcript(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	const char *format = t->ask->format;
	bool verbose = strcmp(format, "verbose_json") == 0;

	if (*format == '\0' || strcmp(format, "json") == 0 || verbose) {
		sy_buf_puts(&r->body, verbose ? "{\"task\":\"transcribe\",\"duration\":1.5,\"text\":\""
		                              : "{\"text\":\"");
		put_transcript(t, &r->body);
		sy_buf_putc(&r->body, '"');
		if (verbose)
			sy_buf_puts(&r->body, ",\"usage\":{\"type\":\"duration\",\"seconds\":2}");
		else
			put_usage(t, 8, &r->body);
		sy_buf_putc(&r->body, '}');
	} else {
		r->content_type = "text/plain; charset=utf-8";
		if (strcmp(format, "srt") == 0)
			sy_buf_puts(&r->body, "1\n00:00:00,000 --> 00:00:01,500\n");
		put_transcript(t, &r->body);
		sy_buf_putc(&r->body, '\n');
	}
	sy_sim_reply_mark(r);
}

static void stream_transcript(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	for (int done = 0; done < (t->step->no_finish ? 1 : 2); done++) {
		begin_event(done ? "transcript.text.done" : "transcript.text.delta", r);
		sy_buf_puts(&r->body, done ? ",\"text\":\"" : ",\"delta\":\"");
		put_transcript(t, &r->body);
		sy_buf_putc(&r->body, '"');
		if (done)
			put_usage(t, 8, &r->body);
		end_event(r);
	}
}

#define TASK(id, whole_, stream_)                                                        \
	const struct sy_sim_dialect sy_sim_##id = {                                      \
		.whole = whole_,                                                         \
		.stream = stream_,                                                       \
		.error = sy_sim_openai_error,                                            \
		.error_event = "",                                                       \
		.error_open = "{\"error\":",                                             \
		.broken_status = 500,                                                    \
		.id_header = "x-request-id",                                             \
	}

TASK(moderations, whole_moderation, whole_moderation);
TASK(rerank, whole_rerank, whole_rerank);
TASK(images, whole_image, stream_image);
TASK(speech, whole_speech, stream_speech);
TASK(transcripts, whole_transcript, stream_transcript);
