/*
 * anthropic_names.c - see anthropic_names.h.
 */
#include "dialect/anthropic_names.h"

#include "base/error.h"
#include "dialect/legal.h"
#include "model/event.h"

const struct sy_word sy_anthropic_stops[] = {
	{ "end_turn", SY_FINISH_STOP },
	{ "max_tokens", SY_FINISH_LENGTH },
	{ "tool_use", SY_FINISH_TOOL_CALLS },
	{ "stop_sequence", SY_FINISH_STOP },
	{ "refusal", SY_FINISH_CONTENT_FILTER },
	{ "model_context_window_exceeded", SY_FINISH_LENGTH },
	{ "pause_turn", SY_FINISH_STOP },
	{ "compaction", SY_FINISH_STOP },
	{ NULL, 0 },
};

const struct sy_word sy_anthropic_errors[] = {
	{ "invalid_request_error", SY_REFUSED },
	{ "authentication_error", SY_CREDENTIAL },
	{ "billing_error", SY_CREDENTIAL },
	{ "permission_error", SY_CREDENTIAL },
	{ "not_found_error", SY_NO_UPSTREAM_MODEL },
	{ "request_too_large", SY_REFUSED },
	{ "rate_limit_error", SY_BUSY },
	{ "overloaded_error", SY_OVERLOADED },
	{ "timeout_error", SY_BROKEN },
	{ "api_error", SY_BROKEN },
	{ NULL, 0 },
};

static const struct sy_legal rule = { .also = "-" };

const char *sy_anthropic_legal(struct sy_arena *a, const char *s)
{
	return sy_legal(&rule, a, s);
}

const struct sy_tool *sy_anthropic_tool(const struct sy_chat *chat, struct sy_arena *a,
    const char *sent)
{
	return sy_legal_tool(&rule, chat, a, sent);
}
