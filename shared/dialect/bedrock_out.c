/*
 * bedrock_out.c - AWS Bedrock's Converse, as we speak it to a provider.
 *
 * What Converse asks of a conversation, and what Claude behind it refuses, is what the Messages
 * API does: a request is planned as for that (anthropic_plan), for what the model's family can
 * do (bedrock_family), and written in Converse's words (bedrock_build).  Answers are read
 * straight to events (bedrock_read).  The model stands in the path; how the request is signed
 * is the relay's affair.
 */
#include "dialect/bedrock.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "dialect/bedrock_blame.h"
#include "dialect/bedrock_family.h"
#include "dialect/bedrock_read.h"
#include "dialect/bedrock_write.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

#define BODY_BYTES (32 << 20)

static void release(void *arg)
{
	sy_buf_release(arg);
}

/* The whole id is one segment of the path: a colon and a slash are parts of it. */
const char *sy_bedrock_path(const struct sy_call *call, const char *method)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "0123456789-._~";
	const char *id = call->model->upstream;
	struct sy_buf *path = sy_alloc(call->arena, sizeof(*path));

	sy_buf_init(path, 8192);
	sy_defer(call->arena, release, path);
	sy_buf_puts(path, "/model/");
	for (; *id != '\0'; id++)
		if (strchr(legal, *id) != NULL)
			sy_buf_putc(path, *id);
		else
			sy_buf_printf(path, "%%%02X", (unsigned char)*id);
	sy_buf_puts(path, method);
	return path->data;
}

/* Other vendors' defaults are not 1, so a 1 is said; what is above it is not taken. */
static void plan_sampling(struct sy_anthropic_plan *p)
{
	const struct sy_chat *chat = p->chat;

	p->temperature = chat->temperature;
	p->top_p = chat->top_p;
	p->top_k = chat->top_k;
	if (p->temperature != NULL && strtod(p->temperature, NULL) > 1.0)
		p->temperature = "1";
	if (p->top_p != NULL && strtod(p->top_p, NULL) > 1.0)
		p->top_p = "1";
}

/* Nobody may call a tool, but history has calls, so that tools are declared. */
static void plan_no_calls(struct sy_anthropic_plan *p, struct sy_arena *a)
{
	static const char rule[] = "Do not call any tool.";

	if (p->chat->tool_choice == SY_CHOICE_NONE && p->turns.has_calls)
		p->rule = p->rule != NULL ? sy_strf(a, "%s %s", p->rule, rule) : rule;
}

static int plan(struct sy_call *call, const struct sy_bedrock_family *family,
    struct sy_anthropic_plan *p, struct sy_error *err)
{
	struct sy_claude *room = sy_alloc(call->arena, sizeof(*room));
	bool stream = call->stream;

	if (sy_anthropic_plan_make(call, sy_bedrock_model(call->model, family, room), p,
	        err) < 0)
		return -1;
	call->stream = stream; /* a long answer need not be streamed here */
	p->strict = false;
	if (family->reasons != SY_REASONS_CLAUDE)
		plan_sampling(p);
	plan_no_calls(p, call->arena);
	return 0;
}

static int build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const struct sy_bedrock_family *family = sy_bedrock_family(call->model);
	struct sy_anthropic_plan *p = sy_alloc(call->arena, sizeof(*p));
	struct sy_buf *body = sy_alloc(call->arena, sizeof(*body));

	sy_buf_init(body, BODY_BYTES);
	sy_defer(call->arena, release, body);
	if (plan(call, family, p, err) < 0 ||
	    sy_bedrock_write(p, family, call->arena, body, err) < 0)
		return -1;
	if (body->full)
		return sy_fail(err, SY_TOO_LARGE, "", "the request is larger than %d MiB",
		    BODY_BYTES >> 20);
	if (p->notes.text[0] != '\0')
		call->dropped = p->notes.text;
	out->url = sy_bedrock_path(call, call->stream ? "/converse-stream" : "/converse");
	return sy_http_piece(out, body->data, body->len, err);
}

const struct sy_adapter sy_adapter_bedrock = {
	.name = "bedrock",
	.framing = SY_FRAMING_AMAZON,
	.stream_state = SY_BEDROCK_STREAM_BYTES,
	.ways = sy_bedrock_ways,
	.build = build,
	.parse = sy_bedrock_parse,
	.feed = sy_bedrock_feed,
	.finish = sy_bedrock_finish,
	.blame = sy_bedrock_blame,
};
