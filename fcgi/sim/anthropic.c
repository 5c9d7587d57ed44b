/*
 * anthropic.c - messages as Anthropic writes them.
 */
#include "sim/answer.h"
#include "sim/dialect.h"
#include "sim/reply.h"
#include "sim/step.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

#define SIGNATURE "c2ltdWxhdGVk"

static const char *stop_reason(const struct sy_sim_turn *t)
{
	static const char *const words[SY_SIM_FINISHES] = {
		[SY_SIM_STOPPED] = "\"end_turn\"",
		[SY_SIM_LENGTH] = "\"max_tokens\"",
		[SY_SIM_CALLED] = "\"tool_use\"",
		[SY_SIM_REFUSED] = "\"refusal\"",
	};

	return t->step->no_finish ? "null" : words[t->answer->finish];
}

static void error(const struct sy_error *err, struct sy_buf *out)
{
	static const struct {
		int status;
		const char *type;
	} types[] = {
		{ 401, "authentication_error" },
		{ 402, "billing_error" },
		{ 403, "permission_error" },
		{ 404, "not_found_error" },
		{ 413, "request_too_large" },
		{ 429, "rate_limit_error" },
		{ 504, "timeout_error" },
		{ 529, "overloaded_error" },
	};
	const char *type = err->status < 500 ? "invalid_request_error" : "api_error";

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].status == err->status)
			type = types[i].type;
	sy_buf_printf(out,
	    "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":", type);
	sy_buf_json_str(out, err->message);
	sy_buf_puts(out, "},\"request_id\":\"req_sim\"}");
}

/* The cache's share is not in input_tokens. */
static void write_usage(const struct sy_sim_turn *t, int64_t output, struct sy_buf *out)
{
	const struct sy_sim_usage *u = &t->answer->usage;

	sy_buf_printf(out,
	    "\"usage\":{\"input_tokens\":%lld,\"cache_creation_input_tokens\":%lld,"
	    "\"cache_read_input_tokens\":%lld,\"output_tokens\":%lld",
	    (long long)(u->prompt - u->cached - u->cache_write),
	    (long long)u->cache_write, (long long)u->cached, (long long)output);
	if (u->reasoning > 0)
		sy_buf_printf(out,
		    ",\"output_tokens_details\":{\"thinking_tokens\":%lld}",
		    (long long)u->reasoning);
	sy_buf_puts(out, ",\"service_tier\":\"standard\"}");
}

static void write_top(const struct sy_sim_turn *t, struct sy_buf *out)
{
	sy_buf_puts(out, "{\"id\":\"msg_");
	sy_buf_puts(out, t->id);
	sy_buf_puts(out, "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
	sy_buf_json_str(out, t->ask->model);
	sy_buf_puts(out, ",\"content\":[");
}

static void write_stop(const struct sy_sim_turn *t, struct sy_buf *out)
{
	sy_buf_puts(out, "\"stop_reason\":");
	sy_buf_puts(out, stop_reason(t));
	sy_buf_puts(out, ",\"stop_sequence\":null");
	if (t->answer->finish == SY_SIM_REFUSED)
		sy_buf_puts(out,
		    ",\"stop_details\":{\"type\":\"refusal\",\"category\":\"other\","
		    "\"explanation\":\"I can't help with that.\"}");
}

/* A tool's id, unique in the answer. */
static void write_tool(const struct sy_sim_turn *t, size_t i, struct sy_buf *out)
{
	sy_buf_printf(out,
	    "{\"type\":\"tool_use\",\"id\":\"toolu_%s_%zu\",\"name\":", t->id, i);
	sy_buf_json_str(out, t->answer->calls[i].name);
	sy_buf_puts(out, ",\"input\":");
}

static void write_blocks(const struct sy_sim_turn *t, struct sy_buf *out)
{
	const struct sy_sim_answer *a = t->answer;
	const char *comma = "";

	if (a->reasoning.len > 0) {
		sy_buf_puts(out, "{\"type\":\"thinking\",\"thinking\":");
		sy_buf_json(out, a->reasoning.data, a->reasoning.len);
		sy_buf_puts(out, ",\"signature\":\"" SIGNATURE "\"}");
		comma = ",";
	}
	if (a->text.len > 0) {
		sy_buf_puts(out, comma);
		sy_buf_puts(out, "{\"type\":\"text\",\"text\":");
		sy_buf_json(out, a->text.data, a->text.len);
		sy_buf_putc(out, '}');
		comma = ",";
	}
	for (size_t i = 0; i < a->call_count; i++) {
		sy_buf_puts(out, comma);
		write_tool(t, i, out);
		sy_buf_add(out, a->calls[i].args.data, a->calls[i].args.len);
		sy_buf_putc(out, '}');
		comma = ",";
	}
}

static void whole(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	write_top(t, &r->body);
	write_blocks(t, &r->body);
	sy_buf_puts(&r->body, "],");
	write_stop(t, &r->body);
	if (!t->step->no_usage) {
		sy_buf_putc(&r->body, ',');
		write_usage(t, t->answer->usage.completion, &r->body);
	}
	sy_buf_putc(&r->body, '}');
	sy_sim_reply_mark(r);
}

/* The stream being written, and the content block it is at. */
struct blocks {
	const struct sy_sim_turn *t;
	struct sy_sim_reply *r;
	struct sy_buf *out; /* r->body */
	int64_t index;
};

static void begin_event(const struct blocks *b, const char *type)
{
	sy_buf_puts(b->out, "event: ");
	sy_buf_puts(b->out, type);
	sy_buf_puts(b->out, "\ndata: {\"type\":\"");
	sy_buf_puts(b->out, type);
	sy_buf_putc(b->out, '"');
}

static void end_event(const struct blocks *b)
{
	sy_buf_puts(b->out, "}\n\n");
	sy_sim_reply_mark(b->r);
}

static void begin_block_event(const struct blocks *b, const char *type)
{
	begin_event(b, type);
	sy_buf_puts(b->out, ",\"index\":");
	sy_buf_int(b->out, b->index);
}

static void stream_start(const struct blocks *b)
{
	begin_event(b, "message_start");
	sy_buf_puts(b->out, ",\"message\":");
	write_top(b->t, b->out);
	sy_buf_puts(b->out, "],\"stop_reason\":null,\"stop_sequence\":null");
	if (!b->t->step->no_usage) {
		sy_buf_putc(b->out, ',');
		write_usage(b->t, 1, b->out);
	}
	sy_buf_putc(b->out, '}');
	end_event(b);
	begin_event(b, "ping");
	end_event(b);
}

static void start_block(const struct blocks *b, const char *block)
{
	begin_block_event(b, "content_block_start");
	sy_buf_puts(b->out, ",\"content_block\":");
	sy_buf_puts(b->out, block);
	end_event(b);
}

static void stop_block(struct blocks *b)
{
	begin_block_event(b, "content_block_stop");
	end_event(b);
	b->index++;
}

/* One delta: its type, and the member that carries the piece. */
static void stream_delta(const struct blocks *b, const char *type, const char *member,
    const char *piece, size_t len)
{
	begin_block_event(b, "content_block_delta");
	sy_buf_printf(b->out, ",\"delta\":{\"type\":\"%s\",\"%s\":", type, member);
	sy_buf_json(b->out, piece, len);
	sy_buf_putc(b->out, '}');
	end_event(b);
}

static void stream_words(const struct blocks *b, const char *type, const char *member,
    const struct sy_buf *text)
{
	size_t n;

	for (size_t at = 0; at < text->len; at += n) {
		n = sy_sim_next_word(text->data + at, text->len - at);
		stream_delta(b, type, member, text->data + at, n);
	}
}

static void stream_tool(struct blocks *b, size_t i)
{
	const struct sy_buf *args = &b->t->answer->calls[i].args;
	size_t n;

	begin_block_event(b, "content_block_start");
	sy_buf_puts(b->out, ",\"content_block\":");
	write_tool(b->t, i, b->out);
	sy_buf_puts(b->out, "{}}");
	end_event(b);
	stream_delta(b, "input_json_delta", "partial_json", "", 0);
	for (size_t at = 0; at < args->len; at += n) {
		n = sy_sim_piece(args->data + at, args->len - at);
		stream_delta(b, "input_json_delta", "partial_json", args->data + at, n);
	}
	stop_block(b);
}

static void stream_blocks(struct blocks *b)
{
	const struct sy_sim_answer *a = b->t->answer;

	if (a->reasoning.len > 0) {
		start_block(b,
		    "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
		stream_words(b, "thinking_delta", "thinking", &a->reasoning);
		stream_delta(b, "signature_delta", "signature", SIGNATURE,
		    strlen(SIGNATURE));
		stop_block(b);
	}
	if (a->text.len > 0) {
		start_block(b, "{\"type\":\"text\",\"text\":\"\"}");
		stream_words(b, "text_delta", "text", &a->text);
		stop_block(b);
	}
	for (size_t i = 0; i < a->call_count; i++)
		stream_tool(b, i);
}

static void stream_stop(const struct blocks *b)
{
	begin_event(b, "message_delta");
	sy_buf_puts(b->out, ",\"delta\":{");
	write_stop(b->t, b->out);
	sy_buf_putc(b->out, '}');
	if (!b->t->step->no_usage) {
		sy_buf_putc(b->out, ',');
		write_usage(b->t, b->t->answer->usage.completion, b->out);
	}
	end_event(b);
	if (b->t->step->no_done)
		return;
	begin_event(b, "message_stop");
	end_event(b);
}

static void stream(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	struct blocks b = { .t = t, .r = r, .out = &r->body };

	stream_start(&b);
	stream_blocks(&b);
	stream_stop(&b);
}

const struct sy_sim_dialect sy_sim_anthropic = {
	.whole = whole,
	.stream = stream,
	.error = error,
	.error_event = "event: error\n",
	.error_open = "{\"type\":\"error\",\"error\":",
	.broken_status = 529,
	.id_header = "request-id",
};
