/*
 * gemini_out.c - the adapter for providers that speak Gemini's dialect.
 */
#include "dialect/gemini.h"

#include "dialect/task.h"

static const struct sy_task_way ways[] = {
	{ SY_TASK_EMBED, sy_gemini_embed_build, .vectors = sy_gemini_vectors },
	{ .build = NULL },
};

const struct sy_adapter sy_adapter_gemini = {
	.name = "gemini",
	.framing = SY_FRAMING_SSE,
	.stream_state = SY_GEMINI_STATE_BYTES,
	.ways = ways,
	.build = sy_gemini_build,
	.splice = sy_gemini_splice,
	.pass = sy_gemini_pass,
	.parse = sy_gemini_parse,
	.feed = sy_gemini_feed,
	.finish = sy_gemini_finish_stream,
	.blame = sy_gemini_blame,
};
