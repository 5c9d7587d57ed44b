/*
 * openai_task.c - tasks that are no chat, at providers of OpenAI's dialect: the request edited
 * in place, and the tap on its answer.
 */
#include "dialect/openai_task.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/multipart.h"
#include "base/http.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/notes.h"
#include "dialect/openai.h"
#include "dialect/rerank.h"
#include "model/config.h"

#include <string.h>

#define BODY_BYTES (64 << 20)

static const char *const paths[SY_TASKS] = {
	[SY_TASK_COMPLETE] = "/completions",
	[SY_TASK_EMBED] = "/embeddings",
	[SY_TASK_RERANK] = "/rerank",
	[SY_TASK_MODERATE] = "/moderations",
	[SY_TASK_IMAGE] = "/images/generations",
	[SY_TASK_IMAGE_EDIT] = "/images/edits",
	[SY_TASK_IMAGE_VARY] = "/images/variations",
	[SY_TASK_SPEAK] = "/audio/speech",
	[SY_TASK_TRANSCRIBE] = "/audio/transcriptions",
	[SY_TASK_TRANSLATE] = "/audio/translations",
};

/* --- Requests. --------------------------------------------------------------------------- */

static bool may_be_sent(const struct sy_quirks *q, const char *field)
{
	enum sy_openai_use use = sy_openai_use(field);

	return !sy_listed(q->drop, field) && use != SY_USE_GATEWAY && use != SY_USE_WITHHELD &&
	       (use != SY_USE_ROUTER || q->pass_unknown);
}

static void put_member(struct sy_call *call, const struct sy_member *m,
    struct sy_notes *notes, struct sy_buf *out)
{
	const struct sy_quirks *q = &call->model->provider->quirks;

	if (m->type == SY_J_NULL)
		return;
	if (!may_be_sent(q, m->key)) {
		sy_note(notes, m->key);
		return;
	}
	sy_buf_putc(out, ',');
	sy_buf_json_str(out, sy_openai_renamed(q, m->key, call->arena)); /* a stranger's */
	sy_buf_putc(out, ':');
	sy_buf_add(out, call->ask->scan.text + m->at, m->len);
}

static void release(void *buf)
{
	sy_buf_release(buf);
}

/* Usage is asked for always: that is what an answer is billed by. */
static void put_stream_options(const struct sy_call *call, struct sy_buf *out)
{
	if (call->ask->task == SY_TASK_COMPLETE && call->stream &&
	    call->model->provider->quirks.stream_options)
		sy_buf_puts(out, ",\"stream_options\":{\"include_usage\":true}");
}

static struct sy_buf *begin_body(struct sy_call *call)
{
	struct sy_buf *body = sy_alloc(call->arena, sizeof(*body));

	sy_buf_init(body, BODY_BYTES);
	sy_defer(call->arena, release, body);
	return body;
}

/* The members that are left, and the end. */
static int end_body(struct sy_call *call, const char *said, struct sy_buf *body,
    struct sy_http *out, struct sy_error *err)
{
	const struct sy_scan *s = &call->ask->scan;
	struct sy_notes *notes = sy_alloc(call->arena, sizeof(*notes));

	for (size_t i = 0; i < s->member_count; i++)
		if (!sy_listed(said, s->members[i].key))
			put_member(call, &s->members[i], notes, body);
	sy_buf_putc(body, '}');
	if (notes->text[0] != '\0')
		call->dropped = notes->text;
	if (body->full)
		return sy_fail(err, SY_TOO_LARGE, "", "the request is larger than %d MiB",
		    BODY_BYTES >> 20);
	return sy_http_piece(out, body->data, body->len, err);
}

static int build_json(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct sy_buf *body = begin_body(call);

	sy_buf_putc(body, '{');
	sy_buf_member(body, "model", call->model->upstream);
	put_stream_options(call, body);
	return end_body(call, "model stream_options", body, out, err);
}

/* Documents go out as texts, and are never wanted back. */
static int build_rerank(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const struct sy_quirks *q = &call->model->provider->quirks;
	struct sy_buf *body = begin_body(call);

	out->url = paths[SY_TASK_RERANK];
	sy_buf_putc(body, '{');
	sy_buf_member(body, "model", call->model->upstream);
	sy_rerank_put(call, sy_openai_renamed(q, "top_n", call->arena),
	    sy_openai_renamed(q, "documents", call->arena), body);
	if (!sy_listed(q->drop, "return_documents"))
		sy_buf_puts(body, ",\"return_documents\":false");
	return end_body(call, SY_RERANK_FIELDS, body, out, err);
}

static int read_ranking(const struct sy_call *call, struct sy_span body,
    struct sy_ranking *out, struct sy_error *err)
{
	if (sy_span_is_object(body) && sy_openai_blame_inside(call, body, err))
		return -1;
	return sy_rerank_read(call, body, out, err);
}

/* A form goes out from where it stands, around the model's name. */
static int build_form(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const struct sy_multipart *f = call->ask->form;
	const struct sy_multipart_part *model = sy_multipart_find(f, "model");
	const char *end = f->text + f->len, *name = call->model->upstream, *rest = f->text;
	const char *before = sy_strf(call->arena,
	    "--%s\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n%s\r\n",
	    f->boundary, name);

	out->content_type = f->content_type;
	if (model != NULL) {
		rest = model->at + model->len;
		if (sy_http_piece(out, f->text, (size_t)(model->at - f->text), err) < 0)
			return -1;
		/* An empty value may have lent its line's end to the head above it. */
		before = sy_starts(rest, "\r\n") ? name : sy_strf(call->arena, "%s\r\n", name);
	}
	if (sy_http_piece(out, before, strlen(before), err) < 0)
		return -1;
	return sy_http_piece(out, rest, (size_t)(end - rest), err);
}

int sy_openai_task_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	out->url = paths[call->ask->task];
	if (sy_task_info(call->ask->task)->raw)
		out->accept = "*/*";
	return call->ask->form != NULL ? build_form(call, out, err)
	                               : build_json(call, out, err);
}

/* --- Answers. ---------------------------------------------------------------------------- */

static bool count(struct sy_span usage, const char *key, int64_t *out)
{
	int64_t n;

	if (!sy_span_int(sy_walk_get(usage, key), &n) || n < 0 || n > SY_TOKENS_MAX)
		return false;
	*out = n;
	return true;
}

bool sy_openai_task_usage(const struct sy_call *call, struct sy_span usage,
    struct sy_usage *out)
{
	int64_t *t = out->tokens;
	bool said;

	if (!sy_span_is_object(usage))
		return false;
	if (sy_openai_usage(call, usage, out))
		return true;
	said = count(usage, "input_tokens", &t[SY_IN]);
	said |= count(usage, "output_tokens", &t[SY_OUT]);
	if (!said) /* Voyage's */
		said = count(usage, "total_tokens", &t[SY_IN]);
	if (said)
		out->source = SY_USAGE_PROVIDER;
	return said;
}

/* The events that end a stream; a completion's ends with [DONE]. */
static bool is_last(struct sy_span type)
{
	static const char *const last[] = { "image_generation.completed",
		"image_edit.completed", "speech.audio.done", "transcript.text.done" };

	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++)
		if (sy_span_is(type, last[i]))
			return true;
	return false;
}

static int tap(const struct sy_call *call, struct sy_span json, struct sy_reading *out,
    struct sy_error *err)
{
	struct sy_span model = sy_walk_get(json, "model");

	if (sy_openai_blame_inside(call, json, err))
		return -1;
	sy_openai_task_usage(call, sy_walk_get(json, "usage"), &out->usage);
	if (sy_span_is_string(model))
		sy_unquote_copy(out->model, sizeof(out->model), model);
	out->whole = is_last(sy_walk_get(json, "type"));
	return 0;
}

/* The finish reasons and the weight of the texts of a completion or of one chunk of it. */
static void tap_choices(const struct sy_call *call, struct sy_span choices,
    struct sy_reading *out)
{
	struct sy_span choice;
	size_t pos = 0;

	while (sy_walk_element(choices, &pos, &choice)) {
		struct sy_span text = sy_walk_get(choice, "text"),
		               finish = sy_walk_get(choice, "finish_reason");

		out->text_bytes += text.len > 2 ? (int64_t)text.len - 2 : 0;
		if (!sy_span_is_string(finish))
			continue;
		sy_unquote_copy(out->native_finish, sizeof(out->native_finish), finish);
		out->finish = (enum sy_finish)sy_openai_finish(out->native_finish);
		out->finished = call->ask->n == 1; /* of several, the others may not be */
	}
}

static int tap_completion(const struct sy_call *call, struct sy_span json,
    struct sy_reading *out, struct sy_error *err)
{
	if (tap(call, json, out, err) < 0)
		return -1;
	tap_choices(call, sy_walk_get(json, "choices"), out);
	if ((int)out->finish != SY_OPENAI_FAILED)
		return 0;
	out->finish = SY_FINISH_NONE;
	return sy_fail(err, SY_BROKEN, "", "%s ended its answer with '%s'",
	    call->model->provider->name, out->native_finish);
}

/* A client that saves what comes as audio would save this too. */
static int tap_speech(const struct sy_call *call, struct sy_span json,
    struct sy_reading *out, struct sy_error *err)
{
	if (tap(call, json, out, err) < 0)
		return -1;
	if (!call->ask->stream)
		return sy_fail(err, SY_UNUSABLE, "", "%s answered with JSON, not with audio",
		    call->model->provider->name);
	return 0;
}

const struct sy_task_way sy_openai_ways[] = {
	{ SY_TASK_COMPLETE, sy_openai_task_build, .tap = tap_completion,
	    .pass = sy_openai_pass, .member = "choices" },
	{ SY_TASK_EMBED, sy_openai_task_build, .vectors = sy_openai_vectors },
	{ SY_TASK_RERANK, build_rerank, .ranking = read_ranking },
	{ SY_TASK_MODERATE, sy_openai_task_build, .tap = tap, .member = "results" },
	{ SY_TASK_IMAGE, sy_openai_task_build, .tap = tap, .member = "data" },
	{ SY_TASK_IMAGE_EDIT, sy_openai_task_build, .tap = tap, .member = "data" },
	{ SY_TASK_IMAGE_VARY, sy_openai_task_build, .tap = tap, .member = "data" },
	{ SY_TASK_SPEAK, sy_openai_task_build, .tap = tap_speech },
	{ SY_TASK_TRANSCRIBE, sy_openai_task_build, .tap = tap },
	{ SY_TASK_TRANSLATE, sy_openai_task_build, .tap = tap },
	{ .build = NULL },
};
