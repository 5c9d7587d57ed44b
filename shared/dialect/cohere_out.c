/*
 * cohere_out.c - see cohere.h.
 */
#include "dialect/cohere.h"

const struct sy_adapter sy_adapter_cohere = {
	.name = "cohere",
	.framing = SY_FRAMING_SSE,
	.stream_state = SY_COHERE_STREAM_BYTES,
	.ways = sy_cohere_ways,
	.build = sy_cohere_build,
	.parse = sy_cohere_parse,
	.feed = sy_cohere_feed,
	.finish = sy_cohere_finish,
	.blame = sy_cohere_blame,
};
