/*
 * gemini_read.c - answers of Gemini, whole or streamed, as events.
 *
 * A chunk of a stream and a whole answer are the same document, so there is one way from
 * candidates to events; a stream that was asked for without server-sent events is an array of
 * them.  A stream has no end of its own: it is whole when each candidate has a reason and the
 * connection has closed.
 */
#include "dialect/gemini.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "dialect/gemini_content.h"
#include "dialect/gemini_usage.h"
#include "model/config.h"

#include <string.h>

#define SCRATCH_BYTES  (64 << 20)
#define CANDIDATES_MAX 16

struct stream {
	bool over; /* ended, or failed */
	struct sy_gemini_candidate *candidates;
	struct sy_gemini_usage usage;
	struct sy_buf scratch;
	uint64_t seed;
};

struct reader {
	struct sy_gemini_teller teller;
	struct stream *s;
	struct sy_span id, model; /* of the document being read */
};

static void release(void *arg)
{
	struct stream *s = arg;

	sy_buf_release(&s->scratch);
	for (struct sy_gemini_candidate *c = s->candidates; c != NULL; c = c->next)
		sy_buf_release(&c->text);
}

static uint64_t hash(uint64_t h, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h;
}

static struct stream *new_stream(const struct sy_call *call)
{
	struct stream *s = sy_alloc(call->arena, sizeof(*s));

	sy_gemini_usage_init(&s->usage);
	sy_buf_init(&s->scratch, SCRATCH_BYTES);
	sy_defer(call->arena, release, s);
	return s;
}

/* The state that the caller keeps is a pointer to what the arena owns. */
static struct stream *stream_of(const struct sy_call *call, void *state)
{
	struct stream **s = state;

	if (*s == NULL)
		*s = new_stream(call);
	return *s;
}

static struct reader reader_of(const struct sy_call *call, struct stream *s,
    const struct sy_sink *sink)
{
	return (struct reader){
		.teller = { .call = call,
		    .sink = sink,
		    .scratch = &s->scratch,
		    .seed = s->seed },
		.s = s,
	};
}

/* --- Failures. --------------------------------------------------------------------------- */

static void fail(struct reader *r, const struct sy_error *err)
{
	struct sy_event ev = { .kind = SY_EV_ERROR, .error = err };

	r->s->over = true;
	sy_emit(r->teller.sink, &ev);
}

static void fail_inside(struct reader *r, struct sy_span document)
{
	struct sy_error err;

	sy_gemini_blame(r->teller.call, 200, document.at, document.len, &err);
	fail(r, &err);
}

/* --- Candidates. ------------------------------------------------------------------------- */

static void start(struct reader *r, const struct sy_gemini_candidate *c)
{
	struct sy_arena *a = r->teller.call->arena;
	struct sy_event ev = { .kind = SY_EV_START, .choice = c->index };

	if (sy_span_is_string(r->id))
		ev.id = sy_unquote(a, r->id, NULL);
	if (sy_span_is_string(r->model))
		ev.model = sy_unquote(a, r->model, NULL);
	sy_emit(r->teller.sink, &ev);
}

/* In the order of their indices; NULL for one of too many. */
static struct sy_gemini_candidate *candidate_at(struct reader *r, int64_t index)
{
	struct sy_gemini_candidate **at = &r->s->candidates, *c;

	if (index < 0 || index >= CANDIDATES_MAX)
		return NULL;
	while (*at != NULL && (*at)->index < index)
		at = &(*at)->next;
	if (*at != NULL && (*at)->index == index)
		return *at;
	c = sy_alloc(r->teller.call->arena, sizeof(*c));
	c->index = (int)index;
	sy_buf_init(&c->text, SCRATCH_BYTES);
	c->next = *at;
	*at = c;
	start(r, c);
	return c;
}

static void read_candidate(struct reader *r, struct sy_span candidate)
{
	struct sy_gemini_candidate *c;
	struct sy_error err;
	int64_t index = 0; /* zero is not said */

	sy_span_int(sy_walk_get(candidate, "index"), &index);
	c = candidate_at(r, index);
	if (c == NULL || !sy_span_is_object(candidate))
		return;
	sy_gemini_read_candidate(&r->teller, c, candidate);
	if (c->finish != NULL && c->finish->fate >= SY_GEMINI_FAILS &&
	    !sy_gemini_end_candidate(&r->teller, c, &err))
		fail(r, &err);
}

/* A prompt that was blocked has no candidates: its answer is a refusal. */
static void read_feedback(struct reader *r, struct sy_span feedback)
{
	static const struct sy_gemini_finish blocked = { "", SY_FINISH_CONTENT_FILTER,
		SY_GEMINI_ENDS };
	struct sy_span reason = sy_walk_get(feedback, "blockReason");
	struct sy_span message = sy_walk_get(feedback, "blockReasonMessage");
	struct sy_gemini_candidate *c;

	if (!sy_span_is_string(reason))
		return;
	c = candidate_at(r, 0);
	c->finish = &blocked;
	sy_unquote_copy(c->native, sizeof(c->native), reason);
	if (sy_span_is_string(message))
		sy_unquote_copy(c->message, sizeof(c->message), message);
}

static void read_usage(struct reader *r, struct sy_span usage)
{
	struct sy_event ev = { .kind = SY_EV_USAGE };

	sy_gemini_usage_merge(&r->s->usage, usage);
	if (usage.at != NULL && sy_gemini_usage_get(&r->s->usage, &ev.usage))
		sy_emit(r->teller.sink, &ev);
}

/* --- Documents. -------------------------------------------------------------------------- */

enum { D_ERROR, D_CANDIDATES, D_FEEDBACK, D_USAGE, D_ID, D_MODEL, D_COUNT };

static const struct sy_key document_keys[D_COUNT] = {
	[D_ERROR] = SY_KEY("error"),
	[D_CANDIDATES] = SY_KEY("candidates"),
	[D_FEEDBACK] = SY_KEY("promptFeedback"),
	[D_USAGE] = SY_KEY("usageMetadata"),
	[D_ID] = SY_KEY("responseId"),
	[D_MODEL] = SY_KEY("modelVersion"),
};

/* What the ids are made of that the provider leaves out: the question and the answer. */
static void seed(struct reader *r)
{
	const struct sy_scan *scan = &r->teller.call->ask->scan;

	if (r->s->seed == 0) {
		r->s->seed = hash(0xcbf29ce484222325u, scan->text, scan->len);
		r->s->seed = hash(r->s->seed, r->id.at, r->id.len);
	}
	r->teller.seed = r->s->seed;
}

static void read_document(struct reader *r, struct sy_span document)
{
	struct sy_span v[D_COUNT], candidate;
	size_t at = 0;

	if (r->s->over || !sy_span_is_object(document))
		return;
	sy_walk_fill(document, document_keys, D_COUNT, v);
	if (sy_span_is_object(v[D_ERROR])) {
		fail_inside(r, document);
		return;
	}
	r->id = v[D_ID];
	r->model = v[D_MODEL];
	seed(r);
	while (!r->s->over && sy_walk_element(v[D_CANDIDATES], &at, &candidate))
		read_candidate(r, candidate);
	if (sy_span_is_empty(v[D_CANDIDATES]))
		read_feedback(r, v[D_FEEDBACK]);
	if (!r->s->over)
		read_usage(r, v[D_USAGE]);
}

static void read_documents(struct reader *r, struct sy_span text)
{
	struct sy_span document;
	size_t at = 0;

	if (!sy_span_is_array(text)) {
		read_document(r, text);
		return;
	}
	while (sy_walk_element(text, &at, &document))
		read_document(r, document);
}

/* --- The end. ---------------------------------------------------------------------------- */

static bool is_whole(const struct stream *s)
{
	const struct sy_gemini_candidate *c = s->candidates;

	while (c != NULL && c->finish != NULL)
		c = c->next;
	return s->candidates != NULL && c == NULL;
}

static void end(struct reader *r)
{
	struct sy_event ev = { .kind = SY_EV_END };
	struct sy_error err;

	if (r->s->over)
		return;
	for (struct sy_gemini_candidate *c = r->s->candidates; c != NULL; c = c->next)
		if (!sy_gemini_end_candidate(&r->teller, c, &err)) {
			fail(r, &err);
			return;
		}
	r->s->over = true;
	sy_emit(r->teller.sink, &ev);
}

int sy_gemini_feed(const struct sy_call *call, void *state, const struct sy_record *rec,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = reader_of(call, stream_of(call, state), sink);

	if (r.s->over || strcmp(rec->data, "[DONE]") == 0) /* of proxies */
		return 0;
	if (sy_scan_check(rec->data, rec->len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "",
		    "a record of the stream is not JSON");
	read_documents(&r, sy_span_trim(rec->data, rec->len));
	return 0;
}

void sy_gemini_finish_stream(const struct sy_call *call, void *state,
    const struct sy_sink *sink)
{
	struct reader r = reader_of(call, stream_of(call, state), sink);

	if (is_whole(r.s))
		end(&r);
}

int sy_gemini_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = reader_of(call, new_stream(call), sink);

	if (sy_scan_check(body, len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "", "the provider's answer is not JSON");
	read_documents(&r, sy_span_trim(body, len));
	if (r.s->over)
		return 0;
	if (r.s->candidates == NULL)
		return sy_fail(err, SY_UNUSABLE, "",
		    "the provider's answer has no candidates");
	if (!is_whole(r.s))
		return sy_fail(err, SY_TRUNCATED, "",
		    "the provider's answer has no finish reason");
	end(&r);
	return 0;
}
