/*
 * cohere.c - chat as Cohere writes it, version 2.
 */
#include "sim/answer.h"
#include "sim/dialect.h"
#include "sim/reply.h"
#include "sim/step.h"

#include "base/buf.h"
#include "base/error.h"

static const char *finish_reason(const struct sy_sim_turn *t)
{
	static const char *const words[SY_SIM_FINISHES] = {
		[SY_SIM_STOPPED] = "COMPLETE",
		[SY_SIM_LENGTH] = "MAX_TOKENS",
		[SY_SIM_CALLED] = "TOOL_CALL",
		[SY_SIM_REFUSED] = "ERROR_TOXIC",
	};

	return t->step->no_finish ? NULL : words[t->answer->finish];
}

static void error(const struct sy_error *err, struct sy_buf *out)
{
	sy_buf_lit(out, "{\"id\":\"sim\"");
	sy_buf_member(out, "message", err->message);
	sy_buf_putc(out, '}');
}

static void write_counts(int64_t input, int64_t output, struct sy_buf *out)
{
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "input_tokens", input);
	sy_buf_member_int(out, "output_tokens", output);
}

static void write_usage(const struct sy_sim_turn *t, struct sy_buf *out)
{
	const struct sy_sim_usage *u = &t->answer->usage;

	if (t->step->no_usage)
		return;
	sy_buf_key(out, "usage");
	sy_buf_lit(out, "{\"billed_units\":");
	write_counts(u->prompt, u->completion, out);
	sy_buf_lit(out, "},\"tokens\":");
	write_counts(u->prompt, u->completion, out);
	sy_buf_member_int(out, "reasoning_tokens", u->reasoning);
	sy_buf_putc(out, '}');
	sy_buf_member_int(out, "cached_tokens", u->cached);
	sy_buf_putc(out, '}');
}

/* A call up to its arguments, whose text and closing are the caller's. */
static void write_call(const struct sy_sim_turn *t, size_t i, struct sy_buf *out)
{
	sy_buf_putc(out, '{');
	sy_buf_key(out, "id");
	sy_buf_printf(out, "\"%s_%zu\"", t->id, i);
	sy_buf_member(out, "type", "function");
	sy_buf_key(out, "function");
	sy_buf_putc(out, '{');
	sy_buf_member(out, "name", t->answer->calls[i].name);
	sy_buf_key(out, "arguments");
}

static void write_block(const char *kind, const struct sy_buf *text, struct sy_buf *out)
{
	sy_buf_putc(out, '{');
	sy_buf_member(out, "type", kind);
	sy_buf_key(out, kind);
	sy_buf_json(out, text->data, text->len);
	sy_buf_putc(out, '}');
}

static void write_content(const struct sy_sim_answer *a, struct sy_buf *out)
{
	sy_buf_key(out, "content");
	sy_buf_putc(out, '[');
	if (a->reasoning.len > 0)
		write_block("thinking", &a->reasoning, out);
	sy_buf_puts(out, a->reasoning.len > 0 && a->text.len > 0 ? "," : "");
	if (a->text.len > 0)
		write_block("text", &a->text, out);
	sy_buf_putc(out, ']');
}

static void write_calls(const struct sy_sim_turn *t, struct sy_buf *out)
{
	const struct sy_sim_answer *a = t->answer;

	sy_buf_key(out, "tool_calls");
	for (size_t i = 0; i < a->call_count; i++) {
		sy_buf_putc(out, i > 0 ? ',' : '[');
		write_call(t, i, out);
		sy_buf_json(out, a->calls[i].args.data, a->calls[i].args.len);
		sy_buf_lit(out, "}}");
	}
	sy_buf_putc(out, ']');
}

static void whole(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	struct sy_buf *out = &r->body;

	sy_buf_putc(out, '{');
	sy_buf_member(out, "id", t->id);
	sy_buf_key(out, "message");
	sy_buf_putc(out, '{');
	sy_buf_member(out, "role", "assistant");
	if (t->answer->text.len > 0 || t->answer->reasoning.len > 0)
		write_content(t->answer, out);
	if (t->answer->call_count > 0) {
		sy_buf_member(out, "tool_plan", "I will call what there is.");
		write_calls(t, out);
	}
	sy_buf_putc(out, '}');
	sy_buf_member(out, "finish_reason", finish_reason(t));
	write_usage(t, out);
	sy_buf_putc(out, '}');
	sy_sim_reply_mark(r);
}

/* --- Streams. ---------------------------------------------------------------------------- */

/* The stream being written, and the index of the block or call it is at. */
struct stream {
	const struct sy_sim_turn *t;
	struct sy_sim_reply *r;
	struct sy_buf *out; /* r->body */
	int64_t index;
};

static void begin(const struct stream *s, const char *type)
{
	sy_buf_lit(s->out, "event: ");
	sy_buf_puts(s->out, type);
	sy_buf_lit(s->out, "\ndata: {");
	sy_buf_member(s->out, "type", type);
}

static void end(const struct stream *s)
{
	sy_buf_lit(s->out, "}\n\n");
	sy_sim_reply_mark(s->r);
}

/* An event with something of the message in it, which is open. */
static void begin_message(const struct stream *s, const char *type)
{
	begin(s, type);
	sy_buf_member_int(s->out, "index", s->index);
	sy_buf_lit(s->out, ",\"delta\":{\"message\":{");
}

static void end_message(const struct stream *s)
{
	sy_buf_lit(s->out, "}}");
	end(s);
}

static void end_part(struct stream *s, const char *type)
{
	begin(s, type);
	sy_buf_member_int(s->out, "index", s->index++);
	end(s);
}

static void stream_block(struct stream *s, const char *kind, const struct sy_buf *text)
{
	size_t n;

	if (text->len == 0)
		return;
	begin_message(s, "content-start");
	sy_buf_printf(s->out, "\"content\":{\"type\":\"%s\",\"%s\":\"\"}", kind, kind);
	end_message(s);
	for (size_t at = 0; at < text->len; at += n) {
		n = sy_sim_next_word(text->data + at, text->len - at);
		begin_message(s, "content-delta");
		sy_buf_printf(s->out, "\"content\":{\"%s\":", kind);
		sy_buf_json(s->out, text->data + at, n);
		sy_buf_putc(s->out, '}');
		end_message(s);
	}
	end_part(s, "content-end");
}

static void stream_call(struct stream *s, size_t i)
{
	const struct sy_buf *args = &s->t->answer->calls[i].args;
	size_t n;

	begin_message(s, "tool-call-start");
	sy_buf_key(s->out, "tool_calls");
	write_call(s->t, i, s->out);
	sy_buf_lit(s->out, "\"\"}}");
	end_message(s);
	for (size_t at = 0; at < args->len; at += n) {
		n = sy_sim_piece(args->data + at, args->len - at);
		begin_message(s, "tool-call-delta");
		sy_buf_lit(s->out, "\"tool_calls\":{\"function\":{\"arguments\":");
		sy_buf_json(s->out, args->data + at, n);
		sy_buf_lit(s->out, "}}");
		end_message(s);
	}
	end_part(s, "tool-call-end");
}

static void stream_calls(struct stream *s)
{
	if (s->t->answer->call_count == 0)
		return;
	begin_message(s, "tool-plan-delta");
	sy_buf_member(s->out, "tool_plan", "I will call what there is.");
	end_message(s);
	s->index = 0;
	for (size_t i = 0; i < s->t->answer->call_count; i++)
		stream_call(s, i);
}

static void stream_end(const struct stream *s)
{
	if (s->t->step->no_done)
		return;
	begin(s, "message-end");
	sy_buf_lit(s->out, ",\"delta\":{");
	sy_buf_member(s->out, "finish_reason", finish_reason(s->t));
	write_usage(s->t, s->out);
	sy_buf_putc(s->out, '}');
	end(s);
	sy_sim_openai_done(s->t, s->r);
}

static void stream(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	struct stream s = { .t = t, .r = r, .out = &r->body };

	begin(&s, "message-start");
	sy_buf_member(s.out, "id", t->id);
	sy_buf_lit(s.out, ",\"delta\":{\"message\":{\"role\":\"assistant\"}}");
	end(&s);
	stream_block(&s, "thinking", &t->answer->reasoning);
	stream_block(&s, "text", &t->answer->text);
	stream_calls(&s);
	stream_end(&s);
}

const struct sy_sim_dialect sy_sim_cohere = {
	.whole = whole,
	.stream = stream,
	.error = error,
	.error_event = "",
	.broken_status = 500,
	.id_header = "x-debug-trace-id",
};
