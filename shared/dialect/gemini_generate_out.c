/*
 * gemini_generate_out.c - answers of generateContent as Google's clients read them.
 *
 * What a chunk has is new, and whole: so a call is told once its arguments are all there, with
 * the finish, in the last chunk.  Each chunk has a candidate with a part in it: chats of the
 * official clients forget a turn in which one has none.
 */
#include "dialect/gemini_generate.h"

#include "base/buf.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

/* --- Whole answers. ---------------------------------------------------------------------- */

/* Parts seen so far, for commas; the brackets are the caller's. */
struct parts {
	struct sy_buf *out;
	int count;
};

static struct sy_buf *next(struct parts *p)
{
	sy_buf_puts(p->out, p->count++ > 0 ? "," : "");
	return p->out;
}

static void put_block(struct parts *p, const struct sy_answer_block *b, bool thoughts)
{
	switch (b->kind) {
	case SY_BLOCK_TEXT:
	case SY_BLOCK_REFUSAL:
		if (b->text.len > 0)
			sy_gemini_put_text(next(p), b->text.data, b->text.len);
		break;
	case SY_BLOCK_REASONING:
		if (thoughts)
			sy_gemini_put_thought(next(p), b->text.data, b->text.len,
			    b->format, b->signature, b->data);
		break;
	case SY_BLOCK_CALL:
		sy_gemini_put_call(next(p), b);
		break;
	case SY_BLOCK_MEDIA:
		sy_gemini_put_media(next(p), b->media_type, b->data);
		break;
	}
}

static void open_candidate(struct sy_buf *out)
{
	sy_buf_lit(out, "{\"content\":{\"parts\":[");
}

static void close_content(struct sy_buf *out, int index)
{
	sy_buf_lit(out, "],\"role\":\"model\"}");
	sy_buf_member_int(out, "index", index);
}

static void close_candidate(struct sy_buf *out, const struct sy_answer_choice *c,
    int index)
{
	close_content(out, index);
	sy_gemini_put_finish(out, c);
	sy_gemini_put_beside(out, c);
	sy_buf_putc(out, '}');
}

static void put_candidate(struct sy_buf *out, const struct sy_answer_choice *c, int index,
    bool thoughts)
{
	struct parts p = { .out = out };

	open_candidate(out);
	for (const struct sy_answer_block *b = c->blocks; b != NULL; b = b->next)
		put_block(&p, b, thoughts);
	for (const struct sy_answer_extra *e = c->extras; e != NULL; e = e->next)
		if (sy_gemini_is_parts(e->key))
			p.count = sy_gemini_put_parts(out,
			    (struct sy_span){ e->json, e->json_len }, p.count);
	if (p.count == 0)
		sy_gemini_put_text(next(&p), "", 0);
	close_candidate(out, c, index);
}

void sy_gemini_generate_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out)
{
	bool thoughts = sy_gemini_wants_thoughts(ask);
	const char *comma = "";

	sy_buf_lit(out, "{\"candidates\":[");
	for (int i = 0; i < answer->choice_count; i++) {
		if (answer->choices[i] == NULL)
			continue;
		sy_buf_puts(out, comma);
		put_candidate(out, answer->choices[i], i, thoughts);
		comma = ",";
	}
	sy_buf_putc(out, ']');
	sy_gemini_put_tail(out, face, answer);
	sy_buf_lit(out, "}\n");
}

/* --- Streams. ---------------------------------------------------------------------------- */

/* How chunks are held together: records of SSE, or elements of an array. */
struct framing {
	const char *first, *between, *after, *last;
};

static const struct framing sse = { "data: ", "data: ", "\n\n", "" };
static const struct framing array = { "[", ",\r\n", "", "]\n" };

void sy_gemini_generate_begin(void *state, struct sy_arena *a)
{
	struct sy_gemini_stream *s = state;

	sy_answer_init(&s->answer, a);
}

static void open_chunk(struct sy_buf *out, struct sy_gemini_stream *s,
    const struct framing *f)
{
	sy_buf_puts(out, s->begun ? f->between : f->first);
	sy_buf_putc(out, '{');
	s->begun = true;
}

static void put_event_part(struct sy_buf *out, const struct sy_event *ev)
{
	switch (ev->kind) {
	case SY_EV_REASONING:
		sy_gemini_put_thought(out, ev->text, ev->text_len, ev->format,
		    ev->signature, ev->data);
		break;
	case SY_EV_MEDIA:
		sy_gemini_put_media(out, ev->media_type, ev->data);
		break;
	case SY_EV_EXTRA:
		sy_gemini_put_parts(out, (struct sy_span){ ev->json, ev->json_len }, 0);
		break;
	default:
		sy_gemini_put_text(out, ev->text, ev->text_len);
	}
}

static void say_part(const struct sy_face *face, struct sy_gemini_stream *s,
    const struct sy_event *ev, const struct framing *f, struct sy_buf *out)
{
	if (ev->text_len == 0 && ev->data == NULL && ev->signature == NULL &&
	    ev->json_len == 0)
		return;
	open_chunk(out, s, f);
	sy_buf_lit(out, "\"candidates\":[");
	open_candidate(out);
	put_event_part(out, ev);
	close_content(out, ev->choice);
	sy_buf_lit(out, "}]");
	sy_gemini_put_tail(out, face, NULL);
	sy_buf_putc(out, '}');
	sy_buf_puts(out, f->after);
}

/* What the last chunk has of a candidate: its calls, and how it ended. */
static void put_end(struct sy_buf *out, const struct sy_answer_choice *c, int index)
{
	const struct sy_answer_block *call = sy_answer_block(c->blocks, SY_BLOCK_CALL);
	struct parts p = { .out = out };

	open_candidate(out);
	for (; call != NULL; call = sy_answer_block(call->next, SY_BLOCK_CALL))
		sy_gemini_put_call(next(&p), call);
	if (p.count == 0)
		sy_gemini_put_text(next(&p), "", 0);
	close_candidate(out, c, index);
}

/* Of a stream that passed as it came, this side has heard of the usage alone, if that. */
static void say_end(const struct sy_face *face, struct sy_gemini_stream *s,
    const struct framing *f, struct sy_buf *out)
{
	const struct sy_answer *answer = &s->answer;
	const char *comma = "";

	if (answer->choice_count > 0 || answer->usage.source != SY_USAGE_NONE) {
		open_chunk(out, s, f);
		if (answer->choice_count > 0) {
			sy_buf_lit(out, "\"candidates\":[");
			for (int i = 0; i < answer->choice_count; i++) {
				if (answer->choices[i] == NULL)
					continue;
				sy_buf_puts(out, comma);
				put_end(out, answer->choices[i], i);
				comma = ",";
			}
			sy_buf_putc(out, ']');
		}
		sy_gemini_put_tail(out, face, answer);
		sy_buf_putc(out, '}');
		sy_buf_puts(out, f->after);
	}
	sy_buf_puts(out, f->last);
}

static void put_error(struct sy_buf *out, const struct sy_error *err);

static void say_error(struct sy_gemini_stream *s, const struct sy_error *err,
    const struct framing *f, struct sy_buf *out)
{
	open_chunk(out, s, f);
	put_error(out, err);
	sy_buf_putc(out, '}');
	sy_buf_puts(out, f->after);
	sy_buf_puts(out, f->last);
}

static void say(const struct sy_ask *ask, const struct sy_face *face,
    struct sy_gemini_stream *s, const struct sy_event *ev, const struct framing *f,
    struct sy_buf *out)
{
	switch (ev->kind) {
	case SY_EV_REASONING:
		if (sy_gemini_wants_thoughts(ask))
			say_part(face, s, ev, f, out);
		return;
	case SY_EV_MEDIA:
		say_part(face, s, ev, f, out);
		return;
	case SY_EV_EXTRA:
		if (!sy_gemini_is_parts(ev->key))
			break;
		say_part(face, s, ev, f, out);
		return;
	case SY_EV_TEXT:
	case SY_EV_REFUSAL:
		say_part(face, s, ev, f, out);
		break;
	case SY_EV_END:
		say_end(face, s, f, out);
		return;
	case SY_EV_ERROR:
		say_error(s, ev->error, f, out);
		return;
	default:
		break;
	}
	sy_answer_take(&s->answer, ev);
}

void sy_gemini_generate_event(const struct sy_ask *ask, const struct sy_face *face,
    void *state, const struct sy_event *ev, struct sy_buf *out)
{
	say(ask, face, state, ev, &sse, out);
}

void sy_gemini_array_event(const struct sy_ask *ask, const struct sy_face *face,
    void *state, const struct sy_event *ev, struct sy_buf *out)
{
	say(ask, face, state, ev, &array, out);
}

/* --- Errors. ----------------------------------------------------------------------------- */

static const char *status_word(int status)
{
	static const struct {
		int status;
		const char *word;
	} words[] = {
		{ 401, "UNAUTHENTICATED" },
		{ 403, "PERMISSION_DENIED" },
		{ 404, "NOT_FOUND" },
		{ 405, "UNIMPLEMENTED" },
		{ 408, "DEADLINE_EXCEEDED" },
		{ 409, "ABORTED" },
		{ 429, "RESOURCE_EXHAUSTED" },
		{ 499, "CANCELLED" },
		{ 503, "UNAVAILABLE" },
		{ 504, "DEADLINE_EXCEEDED" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].status == status)
			return words[i].word;
	return status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
}

#define DETAIL "{\"@type\":\"type.googleapis.com/google.rpc."

/* Our code, in capitals as reasons are; that of a bad key is one that clients look for. */
static void put_reason(struct sy_buf *out, const struct sy_error *err)
{
	char reason[sizeof(err->code)];

	sy_copy(reason, sizeof(reason),
	    err->kind == SY_UNKNOWN_KEY ? "API_KEY_INVALID" : err->code);
	for (char *p = reason; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	sy_buf_lit(out, DETAIL "ErrorInfo\"");
	sy_buf_member(out, "reason", reason);
	sy_buf_member(out, "domain", "switchyard");
	sy_buf_putc(out, '}');
}

static void put_violation(struct sy_buf *out, const struct sy_error *err)
{
	sy_buf_lit(out, DETAIL "BadRequest\",\"fieldViolations\":[{");
	sy_buf_member(out, "field", err->param);
	sy_buf_member(out, "description", err->message);
	sy_buf_lit(out, "}]}");
}

static void put_wait(struct sy_buf *out, const struct sy_error *err)
{
	sy_buf_printf(out, DETAIL "RetryInfo\",\"retryDelay\":\"%d.%03ds\"}",
	    err->retry_after_ms / 1000, err->retry_after_ms % 1000);
}

/* The member of an object that is open. */
static void put_error(struct sy_buf *out, const struct sy_error *err)
{
	struct parts details = { .out = out };

	sy_buf_key(out, "error");
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "code", err->status);
	sy_buf_member(out, "message", err->message);
	sy_buf_member(out, "status", status_word(err->status));
	sy_buf_key(out, "details");
	sy_buf_putc(out, '[');
	if (err->code[0] != '\0')
		put_reason(next(&details), err);
	if (err->param[0] != '\0')
		put_violation(next(&details), err);
	if (err->retry_after_ms > 0)
		put_wait(next(&details), err);
	sy_buf_lit(out, "]}");
}

void sy_gemini_generate_error(const struct sy_error *err, const char *request_id,
    bool streaming, struct sy_buf *out)
{
	(void)request_id; /* stands in a header only */
	sy_buf_puts(out, streaming ? "data: {" : "{");
	put_error(out, err);
	sy_buf_puts(out, streaming ? "}\n\n" : "}\n");
}

/* Google answers so whether the stream has begun or not. */
void sy_gemini_array_error(const struct sy_error *err, const char *request_id,
    bool streaming, struct sy_buf *out)
{
	(void)request_id, (void)streaming;
	sy_buf_lit(out, "[{");
	put_error(out, err);
	sy_buf_lit(out, "}]\n");
}
