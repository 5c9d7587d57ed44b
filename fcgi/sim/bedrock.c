/*
 * bedrock.c - answers as AWS Bedrock's Converse writes them.
 */
#include "sim/answer.h"
#include "sim/dialect.h"
#include "sim/reply.h"
#include "sim/step.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/eventstream.h"
#include "base/framing.h"

#include <string.h>

#define SIGNATURE "c2ltdWxhdGVk"

enum { PAYLOAD_BYTES = 1024 * 1024 };

static const char *stop_reason(const struct sy_sim_turn *t)
{
	static const char *const words[SY_SIM_FINISHES] = {
		[SY_SIM_STOPPED] = "\"end_turn\"",
		[SY_SIM_LENGTH] = "\"max_tokens\"",
		[SY_SIM_CALLED] = "\"tool_use\"",
		[SY_SIM_REFUSED] = "\"guardrail_intervened\"",
	};

	return t->step->no_finish ? "null" : words[t->answer->finish];
}

/* --- Errors. ----------------------------------------------------------------------------- */

static const char *exception_of(int status)
{
	static const struct {
		int status;
		const char *name;
	} names[] = {
		{ 401, "UnrecognizedClientException" },
		{ 402, "AccessDeniedException" },
		{ 403, "AccessDeniedException" },
		{ 404, "ResourceNotFoundException" },
		{ 408, "ModelTimeoutException" },
		{ 424, "ModelErrorException" },
		{ 429, "ThrottlingException" },
		{ 503, "ServiceUnavailableException" },
		{ 529, "ServiceUnavailableException" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].status == status)
			return names[i].name;
	return status < 500 ? "ValidationException" : "InternalServerException";
}

static void error(const struct sy_error *err, struct sy_buf *out)
{
	sy_buf_puts(out, "{\"message\":");
	sy_buf_json_str(out, err->message);
	sy_buf_putc(out, '}');
}

/* The name is in the head alone. */
static void error_head(int status, struct sy_buf *out)
{
	sy_buf_printf(out, "x-amzn-errortype: %s:http://internal.example/\r\n",
	    exception_of(status));
}

static void error_frame(const struct sy_buf *body, struct sy_buf *out)
{
	sy_eventstream_add(out, "exception", "serviceUnavailableException", body->data,
	    body->len);
}

/* --- A whole answer. --------------------------------------------------------------------- */

/* The cache's share is not in inputTokens. */
static void write_usage(const struct sy_sim_turn *t, struct sy_buf *out)
{
	const struct sy_sim_usage *u = &t->answer->usage;

	if (t->step->no_usage)
		return;
	sy_buf_printf(out,
	    "\"usage\":{\"inputTokens\":%lld,\"outputTokens\":%lld,\"totalTokens\":%lld,"
	    "\"cacheReadInputTokens\":%lld,\"cacheWriteInputTokens\":%lld},",
	    (long long)(u->prompt - u->cached - u->cache_write), (long long)u->completion,
	    (long long)(u->prompt + u->completion), (long long)u->cached,
	    (long long)u->cache_write);
}

/* A call's beginning, up to its input; the id is unique in the answer. */
static void write_use(const struct sy_sim_turn *t, size_t i, struct sy_buf *out)
{
	sy_buf_printf(out,
	    "{\"toolUse\":{\"toolUseId\":\"tooluse_%s_%zu\",\"name\":", t->id, i);
	sy_buf_json_str(out, t->answer->calls[i].name);
}

static void write_blocks(const struct sy_sim_turn *t, struct sy_buf *out)
{
	const struct sy_sim_answer *a = t->answer;
	const char *comma = "";

	if (a->reasoning.len > 0) {
		sy_buf_puts(out, "{\"reasoningContent\":{\"reasoningText\":{\"text\":");
		sy_buf_json(out, a->reasoning.data, a->reasoning.len);
		sy_buf_puts(out, ",\"signature\":\"" SIGNATURE "\"}}}");
		comma = ",";
	}
	if (a->text.len > 0) {
		sy_buf_puts(out, comma);
		sy_buf_puts(out, "{\"text\":");
		sy_buf_json(out, a->text.data, a->text.len);
		sy_buf_putc(out, '}');
		comma = ",";
	}
	for (size_t i = 0; i < a->call_count; i++) {
		sy_buf_puts(out, comma);
		write_use(t, i, out);
		sy_buf_puts(out, ",\"input\":");
		sy_buf_add(out, a->calls[i].args.data, a->calls[i].args.len);
		sy_buf_puts(out, "}}");
		comma = ",";
	}
}

static void whole(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	sy_buf_puts(&r->body,
	    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[");
	write_blocks(t, &r->body);
	sy_buf_puts(&r->body, "]}},\"stopReason\":");
	sy_buf_puts(&r->body, stop_reason(t));
	sy_buf_putc(&r->body, ',');
	write_usage(t, &r->body);
	sy_buf_puts(&r->body, "\"metrics\":{\"latencyMs\":1}}");
	sy_sim_reply_mark(r);
}

/* --- The same in frames. ----------------------------------------------------------------- */

/* The stream being written, and the content block it is at. */
struct blocks {
	const struct sy_sim_turn *t;
	struct sy_sim_reply *r;
	struct sy_buf payload;
	int64_t index;
};

static void send(struct blocks *b, const char *event)
{
	sy_eventstream_add(&b->r->body, "event", event, b->payload.data, b->payload.len);
	sy_sim_reply_mark(b->r);
	sy_buf_reset(&b->payload);
}

static void begin_block_event(struct blocks *b)
{
	sy_buf_puts(&b->payload, "{\"contentBlockIndex\":");
	sy_buf_int(&b->payload, b->index);
}

/* Pads as the service does, so that lengths tell nothing. */
static void end_event(struct blocks *b, const char *event)
{
	sy_buf_puts(&b->payload, ",\"p\":\"abcdefghijklmnop\"}");
	send(b, event);
}

/* One piece: what stands before it, and after. */
static void stream_delta(struct blocks *b, const char *open, const char *piece,
    size_t len, const char *close)
{
	begin_block_event(b);
	sy_buf_puts(&b->payload, ",\"delta\":");
	sy_buf_puts(&b->payload, open);
	sy_buf_json(&b->payload, piece, len);
	sy_buf_puts(&b->payload, close);
	end_event(b, "contentBlockDelta");
}

static void stop_block(struct blocks *b)
{
	begin_block_event(b);
	end_event(b, "contentBlockStop");
	b->index++;
}

static void stream_words(struct blocks *b, const char *open, const struct sy_buf *text,
    const char *close)
{
	size_t n;

	for (size_t at = 0; at < text->len; at += n) {
		n = sy_sim_next_word(text->data + at, text->len - at);
		stream_delta(b, open, text->data + at, n, close);
	}
}

static void stream_tool(struct blocks *b, size_t i)
{
	const struct sy_buf *args = &b->t->answer->calls[i].args;
	size_t n;

	begin_block_event(b);
	sy_buf_puts(&b->payload, ",\"start\":");
	write_use(b->t, i, &b->payload);
	sy_buf_puts(&b->payload, "}}");
	end_event(b, "contentBlockStart");
	for (size_t at = 0; at < args->len; at += n) {
		n = sy_sim_piece(args->data + at, args->len - at);
		stream_delta(b, "{\"toolUse\":{\"input\":", args->data + at, n, "}}");
	}
	stop_block(b);
}

/* Text and thoughts have no start. */
static void stream_blocks(struct blocks *b)
{
	const struct sy_sim_answer *a = b->t->answer;

	if (a->reasoning.len > 0) {
		stream_words(b, "{\"reasoningContent\":{\"text\":", &a->reasoning, "}}");
		stream_delta(b, "{\"reasoningContent\":{\"signature\":", SIGNATURE,
		    strlen(SIGNATURE), "}}");
		stop_block(b);
	}
	if (a->text.len > 0) {
		stream_words(b, "{\"text\":", &a->text, "}");
		stop_block(b);
	}
	for (size_t i = 0; i < a->call_count; i++)
		stream_tool(b, i);
}

static void stream(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	struct blocks b = { .t = t, .r = r };

	sy_buf_init(&b.payload, PAYLOAD_BYTES);
	r->content_type = sy_framing_type(SY_FRAMING_AMAZON);
	sy_buf_puts(&b.payload, "{\"role\":\"assistant\"");
	end_event(&b, "messageStart");
	stream_blocks(&b);
	sy_buf_printf(&b.payload, "{\"stopReason\":%s", stop_reason(t));
	end_event(&b, "messageStop");
	if (!t->step->no_done) {
		sy_buf_putc(&b.payload, '{');
		write_usage(t, &b.payload);
		sy_buf_puts(&b.payload, "\"metrics\":{\"latencyMs\":1}");
		end_event(&b, "metadata");
	}
	sy_buf_release(&b.payload);
}

const struct sy_sim_dialect sy_sim_bedrock = {
	.whole = whole,
	.stream = stream,
	.error = error,
	.error_head = error_head,
	.error_frame = error_frame,
	.broken_status = 503,
	.id_header = "x-amzn-requestid",
};
