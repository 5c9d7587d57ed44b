/*
 * anthropic_names.c - see anthropic_names.h.
 */
#include "dialect/anthropic_names.h"

#include "base/arena.h"
#include "base/error.h"
#include "model/chat.h"
#include "model/event.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

#define LONGEST 64 /* what every host takes; Anthropic's own allows tool names of 128 */
#define KEPT    40

static bool legal(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

const char *sy_anthropic_legal(struct sy_arena *a, const char *s)
{
	char *out;
	size_t len = 0;

	while (legal(s[len]))
		len++;
	if (s[len] == '\0' && len > 0 && len <= LONGEST)
		return s;
	out = sy_alloc(a, KEPT + sizeof("_12345678"));
	for (len = 0; len < KEPT && s[len] != '\0'; len++)
		out[len] = legal(s[len]) ? s[len] : '_';
	snprintf(out + len, sizeof("_12345678"), "_%08x", hash(s));
	return out;
}

const struct sy_tool *sy_anthropic_tool(const struct sy_chat *chat, struct sy_arena *a,
    const char *sent)
{
	if (chat == NULL)
		return NULL;
	for (size_t i = 0; i < chat->tool_count; i++)
		if (strcmp(sy_anthropic_legal(a, chat->tools[i].name), sent) == 0)
			return &chat->tools[i];
	return NULL;
}
