/*
 * words.c - see words.h.
 */
#include "model/words.h"

#include "model/attempt.h"
#include "model/chat.h"
#include "model/event.h"

#include <stddef.h>

const struct sy_word sy_role_words[] = {
	{ "system", SY_ROLE_SYSTEM },
	{ "developer", SY_ROLE_SYSTEM },
	{ "user", SY_ROLE_USER },
	{ "assistant", SY_ROLE_ASSISTANT },
	{ "tool", SY_ROLE_TOOL },
	{ NULL, 0 },
};

const struct sy_word sy_finish_words[] = {
	{ "stop", SY_FINISH_STOP },
	{ "length", SY_FINISH_LENGTH },
	{ "tool_calls", SY_FINISH_TOOL_CALLS },
	{ "content_filter", SY_FINISH_CONTENT_FILTER },
	{ "function_call", SY_FINISH_FUNCTION_CALL },
	{ NULL, 0 },
};

const struct sy_word sy_outcome_words[] = {
	{ "ok", SY_OK },
	{ "ok_client_gone", SY_OK_CLIENT_GONE },
	{ "cancelled", SY_CANCELLED },
	{ "not_sent", SY_NOT_SENT },
	{ "refused", SY_REFUSED_FREE },
	{ "upstream_error", SY_UPSTREAM_ERROR },
	{ "bad_response", SY_BAD_RESPONSE },
	{ "truncated", SY_CUT_SHORT },
	{ "timed_out", SY_TIMED_OUT },
	{ "unknown", SY_UNKNOWN_END },
	{ "denied", SY_DENIED },
	{ NULL, 0 },
};
