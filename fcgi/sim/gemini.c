/*
 * gemini.c - answers as Google's generateContent writes them.
 *
 * A stream's chunks and a whole answer are the same document; calls come whole and without
 * ids, lines end in CRLF, and nothing but the connection's end closes a stream.
 */
#include "sim/answer.h"
#include "sim/dialect.h"
#include "sim/reply.h"
#include "sim/step.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

#define SIGNATURE "c2ltdWxhdGVk"

static void error(const struct sy_error *err, struct sy_buf *out)
{
	static const struct {
		int status;
		const char *word;
	} words[] = {
		{ 400, "INVALID_ARGUMENT" },
		{ 401, "UNAUTHENTICATED" },
		{ 403, "PERMISSION_DENIED" },
		{ 404, "NOT_FOUND" },
		{ 409, "ABORTED" },
		{ 429, "RESOURCE_EXHAUSTED" },
		{ 503, "UNAVAILABLE" },
		{ 504, "DEADLINE_EXCEEDED" },
	};
	const char *word = err->status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].status == err->status)
			word = words[i].word;
	sy_buf_printf(out, "{\"error\":{\"code\":%d,\"message\":", err->status);
	sy_buf_json_str(out, err->message);
	sy_buf_printf(out, ",\"status\":\"%s\"}}", word);
}

static const char *finish_of(const struct sy_sim_turn *t)
{
	static const char *const words[SY_SIM_FINISHES] = {
		[SY_SIM_STOPPED] = "STOP",
		[SY_SIM_LENGTH] = "MAX_TOKENS",
		[SY_SIM_CALLED] = "STOP",
		[SY_SIM_REFUSED] = "SAFETY",
	};

	return words[t->answer->finish];
}

/* --- Parts, each an object. -------------------------------------------------------------- */

static void write_text(const char *text, size_t len, bool thought, struct sy_buf *out)
{
	sy_buf_puts(out, thought ? "{\"thought\":true,\"text\":" : "{\"text\":");
	sy_buf_json(out, text, len);
	sy_buf_putc(out, '}');
}

/* The first call of a step is signed. */
static void write_call(const struct sy_sim_turn *t, size_t i, struct sy_buf *out)
{
	const struct sy_sim_tool_call *call = &t->answer->calls[i];

	sy_buf_puts(out, "{\"functionCall\":{\"name\":");
	sy_buf_json_str(out, call->name);
	sy_buf_puts(out, ",\"args\":");
	sy_buf_add(out, call->args.data, call->args.len);
	sy_buf_puts(out, i == 0 ? "},\"thoughtSignature\":\"" SIGNATURE "\"}" : "}}");
}

static void write_parts(const struct sy_sim_turn *t, struct sy_buf *out)
{
	const struct sy_sim_answer *a = t->answer;
	const char *comma = "";

	if (a->reasoning.len > 0) {
		write_text(a->reasoning.data, a->reasoning.len, true, out);
		comma = ",";
	}
	if (a->text.len > 0 && a->finish != SY_SIM_REFUSED) {
		sy_buf_puts(out, comma);
		write_text(a->text.data, a->text.len, false, out);
		comma = ",";
	}
	for (size_t i = 0; i < a->call_count; i++) {
		sy_buf_puts(out, comma);
		write_call(t, i, out);
		comma = ",";
	}
}

/* --- Documents. -------------------------------------------------------------------------- */

static void write_tail(const struct sy_sim_turn *t, struct sy_buf *out)
{
	const struct sy_sim_usage *u = &t->answer->usage;

	if (!t->step->no_usage)
		sy_buf_printf(out,
		    ",\"usageMetadata\":{\"promptTokenCount\":%lld,"
		    "\"candidatesTokenCount\":%lld,\"cachedContentTokenCount\":%lld,"
		    "\"thoughtsTokenCount\":%lld,\"totalTokenCount\":%lld}",
		    (long long)u->prompt, (long long)(u->completion - u->reasoning),
		    (long long)u->cached, (long long)u->reasoning,
		    (long long)(u->prompt + u->completion));
	sy_buf_puts(out, ",\"modelVersion\":");
	sy_buf_json_str(out, t->ask->model);
	sy_buf_puts(out, ",\"responseId\":");
	sy_buf_json_str(out, t->id);
	sy_buf_putc(out, '}');
}

/* Up to its parts; an index of 0 is not said. */
static void begin_candidate(int64_t index, struct sy_buf *out)
{
	sy_buf_putc(out, '{');
	if (index > 0)
		sy_buf_printf(out, "\"index\":%lld,", (long long)index);
	sy_buf_puts(out, "\"content\":{\"role\":\"model\",\"parts\":[");
}

static void end_candidate(const char *finish, struct sy_buf *out)
{
	sy_buf_puts(out, "]}");
	if (finish != NULL)
		sy_buf_printf(out, ",\"finishReason\":\"%s\"", finish);
	sy_buf_putc(out, '}');
}

static void whole(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	sy_buf_puts(&r->body, "{\"candidates\":[");
	for (int64_t i = 0; i < t->ask->n; i++) {
		sy_buf_puts(&r->body, i > 0 ? "," : "");
		begin_candidate(i, &r->body);
		write_parts(t, &r->body);
		end_candidate(t->step->no_finish ? NULL : finish_of(t), &r->body);
	}
	sy_buf_putc(&r->body, ']');
	write_tail(t, &r->body);
	sy_sim_reply_mark(r);
}

/* --- Streams. ---------------------------------------------------------------------------- */

struct chunks {
	const struct sy_sim_turn *t;
	struct sy_sim_reply *r;
	int64_t index;
};

static void begin_chunk(const struct chunks *c)
{
	sy_buf_puts(&c->r->body, "data: {\"candidates\":[");
	begin_candidate(c->index, &c->r->body);
}

static void end_chunk(const struct chunks *c, const char *finish)
{
	end_candidate(finish, &c->r->body);
	sy_buf_putc(&c->r->body, ']');
	write_tail(c->t, &c->r->body);
	sy_buf_puts(&c->r->body, "\r\n\r\n");
	sy_sim_reply_mark(c->r);
}

static void stream_words(const struct chunks *c, const struct sy_buf *text, bool thought)
{
	size_t n;

	for (size_t at = 0; at < text->len; at += n) {
		n = sy_sim_next_word(text->data + at, text->len - at);
		begin_chunk(c);
		write_text(text->data + at, n, thought, &c->r->body);
		end_chunk(c, NULL);
	}
}

static void stream_candidate(const struct chunks *c)
{
	const struct sy_sim_answer *a = c->t->answer;

	stream_words(c, &a->reasoning, true);
	if (a->finish != SY_SIM_REFUSED)
		stream_words(c, &a->text, false);
	for (size_t i = 0; i < a->call_count; i++) {
		begin_chunk(c);
		write_call(c->t, i, &c->r->body);
		end_chunk(c, NULL);
	}
	begin_chunk(c);
	end_chunk(c, c->t->step->no_finish ? NULL : finish_of(c->t));
}

static void stream(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	for (int64_t i = 0; i < t->ask->n; i++)
		stream_candidate(&(struct chunks){ t, r, i });
}

const struct sy_sim_dialect sy_sim_gemini = {
	.whole = whole,
	.stream = stream,
	.error = error,
	.error_event = "",
	.error_open = "{\"error\":",
	.broken_status = 503,
	.id_header = "x-goog-request-id",
};
