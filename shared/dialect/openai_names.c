/*
 * openai_names.c - the words of the OpenAI dialect, each spelled once.
 */
#include "dialect/openai.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "model/quirks.h"

#include <string.h>

/* Compatible providers let the words of their own engines through. */
static const struct sy_word finish_words[] = {
	{ "stop", SY_FINISH_STOP },
	{ "eos", SY_FINISH_STOP },
	{ "eos_token", SY_FINISH_STOP },
	{ "end_turn", SY_FINISH_STOP },
	{ "stop_sequence", SY_FINISH_STOP },
	{ "complete", SY_FINISH_STOP },
	{ "COMPLETE", SY_FINISH_STOP },
	{ "STOP", SY_FINISH_STOP },
	{ "done", SY_FINISH_STOP },
	{ "length", SY_FINISH_LENGTH },
	{ "max_tokens", SY_FINISH_LENGTH },
	{ "model_length", SY_FINISH_LENGTH },
	{ "MAX_TOKENS", SY_FINISH_LENGTH },
	{ "model_context_window_exceeded", SY_FINISH_LENGTH },
	{ "tool_calls", SY_FINISH_TOOL_CALLS },
	{ "tool_use", SY_FINISH_TOOL_CALLS },
	{ "function_call", SY_FINISH_TOOL_CALLS },
	{ "TOOL_CALL", SY_FINISH_TOOL_CALLS },
	{ "content_filter", SY_FINISH_CONTENT_FILTER },
	{ "content_filtered", SY_FINISH_CONTENT_FILTER },
	{ "sensitive", SY_FINISH_CONTENT_FILTER },
	{ "refusal", SY_FINISH_CONTENT_FILTER },
	{ "guardrail_intervened", SY_FINISH_CONTENT_FILTER },
	{ "SAFETY", SY_FINISH_CONTENT_FILTER },
	{ "RECITATION", SY_FINISH_CONTENT_FILTER },
	{ "BLOCKLIST", SY_FINISH_CONTENT_FILTER },
	{ "PROHIBITED_CONTENT", SY_FINISH_CONTENT_FILTER },
	{ "SPII", SY_FINISH_CONTENT_FILTER },
	{ "error", SY_OPENAI_FAILED },
	{ "abort", SY_OPENAI_FAILED },
	{ "load_shed", SY_OPENAI_FAILED },
	{ "network_error", SY_OPENAI_FAILED },
	{ "insufficient_system_resource", SY_OPENAI_FAILED },
	{ "MALFORMED_FUNCTION_CALL", SY_OPENAI_FAILED },
	{ NULL, 0 },
};

int sy_openai_finish(const char *native)
{
	int finish = sy_word_value(finish_words, native);

	if (finish < 0 && sy_starts(native, "content_filter"))
		return SY_FINISH_CONTENT_FILTER;
	return finish >= 0 ? finish : SY_FINISH_STOP;
}

static const struct sy_word uses[] = {
	{ "model", SY_USE_WAIST },
	{ "messages", SY_USE_WAIST },
	{ "max_completion_tokens", SY_USE_WAIST },
	{ "max_tokens", SY_USE_WAIST },
	{ "temperature", SY_USE_WAIST },
	{ "top_p", SY_USE_WAIST },
	{ "top_k", SY_USE_WAIST },
	{ "n", SY_USE_WAIST },
	{ "stop", SY_USE_WAIST },
	{ "frequency_penalty", SY_USE_WAIST },
	{ "presence_penalty", SY_USE_WAIST },
	{ "seed", SY_USE_WAIST },
	{ "stream", SY_USE_WAIST },
	{ "stream_options", SY_USE_WAIST },
	{ "response_format", SY_USE_WAIST },
	{ "tools", SY_USE_WAIST },
	{ "tool_choice", SY_USE_WAIST },
	{ "parallel_tool_calls", SY_USE_WAIST },
	{ "functions", SY_USE_WAIST },
	{ "function_call", SY_USE_WAIST },
	{ "reasoning_effort", SY_USE_WAIST },
	{ "service_tier", SY_USE_WAIST },
	{ "metadata", SY_USE_WAIST },
	{ "user", SY_USE_WAIST },

	{ "logprobs", SY_USE_STANDARD },
	{ "top_logprobs", SY_USE_STANDARD },
	{ "modalities", SY_USE_STANDARD },
	{ "audio", SY_USE_STANDARD },

	{ "logit_bias", SY_USE_OPENAI },
	{ "verbosity", SY_USE_OPENAI },
	{ "prediction", SY_USE_OPENAI },
	{ "web_search_options", SY_USE_OPENAI },
	{ "safety_identifier", SY_USE_OPENAI },
	{ "prompt_cache_key", SY_USE_OPENAI },
	{ "prompt_cache_retention", SY_USE_OPENAI },
	{ "prompt_cache_options", SY_USE_OPENAI },
	{ "moderation", SY_USE_OPENAI },

	{ "store", SY_USE_WITHHELD }, /* would keep prompts at the provider */

	{ "usage", SY_USE_GATEWAY },
	{ "debug", SY_USE_GATEWAY },
	{ "session_id", SY_USE_GATEWAY },
	{ "trace", SY_USE_GATEWAY },
	{ "providerOptions", SY_USE_GATEWAY },

	{ "models", SY_USE_ROUTER },
	{ "provider", SY_USE_ROUTER },
	{ "route", SY_USE_ROUTER },
	{ "transforms", SY_USE_ROUTER },
	{ "plugins", SY_USE_ROUTER },

	/* Addresses and credentials are never taken from a body. */
	{ "api_base", SY_USE_GATEWAY },
	{ "api_key", SY_USE_GATEWAY },
	{ "api_version", SY_USE_GATEWAY },
	{ "base_url", SY_USE_GATEWAY },
	{ "extra_headers", SY_USE_GATEWAY },
	{ "headers", SY_USE_GATEWAY },
	{ "model_list", SY_USE_GATEWAY },
	{ NULL, 0 },
};

enum sy_openai_use sy_openai_use(const char *field)
{
	int use = sy_word_value(uses, field);

	if (use >= 0)
		return (enum sy_openai_use)use;
	if (sy_starts(field, "switchyard") || sy_starts(field, "x-switchyard"))
		return SY_USE_GATEWAY;
	return SY_USE_UNKNOWN;
}

const char *const sy_openai_watch[] = {
	[SY_SEEN_IMAGE] = "image_url",
	[SY_SEEN_AUDIO] = "input_audio",
	[SY_SEEN_FILE] = "file",
	[SY_SEEN_DEVELOPER] = "developer",
	NULL,
};

const char *const sy_openai_watch_keys[] = {
	[SY_KEY_REASONING_CONTENT] = "reasoning_content",
	[SY_KEY_REASONING] = "reasoning",
	[SY_KEY_REASONING_DETAILS] = "reasoning_details",
	[SY_KEY_CACHE_CONTROL] = "cache_control",
	[SY_KEY_TOOL_CALLS] = "tool_calls",
	[SY_KEY_STRICT] = "strict",
	[SY_KEY_NAME] = "name",
	NULL,
};

const char *sy_openai_renamed(const struct sy_quirks *q, const char *field,
    struct sy_arena *a)
{
	size_t len = strlen(field);
	const char *pair = q->rename;

	while (pair != NULL && *pair != '\0') {
		size_t end = strcspn(pair, " ");

		if (end > len + 1 && pair[len] == '=' && memcmp(pair, field, len) == 0)
			return sy_strndup(a, pair + len + 1, end - len - 1);
		pair += end + (pair[end] == ' ');
	}
	return field;
}

void sy_openai_put_line(struct sy_buf *out, struct sy_span json)
{
	const char *at = json.at, *end = json.at + json.len;

	while (at < end) {
		size_t len = 0;

		while (at + len < end && at[len] != '\n' && at[len] != '\r')
			len++;
		sy_buf_add(out, at, len);
		at += len + 1;
	}
}
