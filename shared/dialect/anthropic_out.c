/*
 * anthropic_out.c - Anthropic's Messages API, as we speak it to a provider.
 *
 * The way out is planned (anthropic_plan), then written (anthropic_build); the way back is
 * read straight to events (anthropic_read).
 */
#include "dialect/anthropic.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "dialect/anthropic_blame.h"
#include "dialect/anthropic_build.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_plan.h"
#include "dialect/anthropic_read.h"
#include "dialect/anthropic_splice.h"
#include "dialect/claude.h"
#include "dialect/task.h"
#include "model/config.h"

#define BODY_BYTES (32 << 20) /* the API's own limit */

static void release(void *arg)
{
	sy_buf_release(arg);
}

static int build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct sy_arena *a = call->arena;
	struct sy_anthropic_plan *plan = sy_alloc(a, sizeof(*plan));
	struct sy_buf *body = sy_alloc(a, sizeof(*body));
	const struct sy_claude *claude = sy_claude_find(call->model->upstream);
	struct sy_betas betas;
	bool told;

	sy_buf_init(body, BODY_BYTES);
	sy_defer(a, release, body);
	told = sy_betas_begin(&betas, call);
	if (sy_anthropic_plan_make(call, claude, plan, err) < 0 ||
	    sy_anthropic_write(plan, call->stream, a, body, &betas, err) < 0)
		return -1;
	if (body->full)
		return sy_fail(err, SY_TOO_LARGE, "",
		    "the request is larger than the 32 MiB that the provider takes");
	if (!told)
		sy_note(&plan->notes, "anthropic-beta");
	if (plan->notes.text[0] != '\0')
		call->dropped = plan->notes.text;
	out->url = "/messages";
	if (sy_anthropic_headers(&betas, SY_ANTHROPIC_VERSION, a, out, err) < 0)
		return -1;
	return sy_http_piece(out, body->data, body->len, err);
}

static const struct sy_task_way ways[] = {
	{ SY_TASK_COUNT, sy_anthropic_count, .tap = sy_anthropic_count_tap },
	{ .build = NULL },
};

const struct sy_adapter sy_adapter_anthropic = {
	.name = "anthropic",
	.framing = SY_FRAMING_SSE,
	.stream_state = SY_ANTHROPIC_STREAM_BYTES,
	.build = build,
	.splice = sy_anthropic_splice,
	.pass = sy_anthropic_pass,
	.parse = sy_anthropic_parse,
	.feed = sy_anthropic_feed,
	.finish = sy_anthropic_finish,
	.blame = sy_anthropic_blame,
	.ways = ways,
};
