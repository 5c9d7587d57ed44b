/*
 * quirks.c - see quirks.h.
 */
#include "model/quirks.h"

#include "model/words.h"

#include <string.h>

static const struct sy_word schema_words[] = {
	{ "native", SY_SCHEMA_NATIVE },
	{ "json_object", SY_SCHEMA_OBJECT },
	{ "prompt", SY_SCHEMA_PROMPT },
	{ NULL, 0 },
};

static const struct sy_word null_words[] = {
	{ "null", SY_NULL_CONTENT },
	{ "empty", SY_EMPTY_CONTENT },
	{ "omit", SY_OMIT_CONTENT },
	{ NULL, 0 },
};

static const struct sy_word history_words[] = {
	{ "drop", SY_HISTORY_DROP },
	{ "optional", SY_HISTORY_OPTIONAL },
	{ "required", SY_HISTORY_REQUIRED },
	{ NULL, 0 },
};

#define BOOL(n, h) { #n, SY_QUIRK_BOOL, offsetof(struct sy_quirks, n), NULL, h }
#define INT(n, h)  { #n, SY_QUIRK_INT, offsetof(struct sy_quirks, n), NULL, h }
#define TEXT(n, h) { #n, SY_QUIRK_TEXT, offsetof(struct sy_quirks, n), NULL, h }
#define WORD(n, w, h) { #n, SY_QUIRK_WORD, offsetof(struct sy_quirks, n), w, h }

/* clang-format off */
const struct sy_quirk_row sy_quirk_rows[] = {
	BOOL(clean, "answers follow the specification and may pass verbatim"),
	BOOL(max_completion_tokens, "the output limit's field is max_completion_tokens"),
	BOOL(developer_role, "the role developer is known"),
	BOOL(pass_unknown, "unknown request fields are forwarded"),
	BOOL(stream_options, "stream_options may be sent"),
	BOOL(strict_tools, "a tool's strict may be sent"),
	BOOL(string_content, "text parts are joined to one string"),
	BOOL(merge_system, "system messages are merged into one, first"),
	BOOL(think_tags, "reasoning comes as <think> inside the content"),
	BOOL(required_as_any, "tool_choice required is spelled any"),
	BOOL(no_tool_choice, "tool_choice may be auto only"),
	BOOL(no_n, "one choice an answer"),
	BOOL(no_parallel_calls, "parallel_tool_calls may not be sent"),
	BOOL(reasoning_excluded, "completion_tokens leaves reasoning tokens out"),
	BOOL(vertex, "the fields of Vertex AI, not of the Gemini API"),
	BOOL(stream_only, "whole answers are folded from a stream"),
	BOOL(no_stream_with_tools, "no stream when tools are offered"),
	WORD(schema, schema_words, "how a JSON schema is asked for"),
	WORD(null_content, null_words, "content of an assistant turn of calls alone"),
	WORD(history, history_words, "reasoning text of earlier turns"),
	INT(tool_id_len, "tool call ids have exactly so many letters and digits"),
	INT(temperature_max, "highest temperature, in hundredths"),
	TEXT(drop, "request fields that are removed"),
	TEXT(rename, "request fields under another name: seed=random_seed"),
	{ NULL, SY_QUIRK_BOOL, 0, NULL, NULL },
};
/* clang-format on */

void sy_quirks_default(struct sy_quirks *q)
{
	memset(q, 0, sizeof(*q));
	q->stream_options = true;
	q->strict_tools = true;
	q->history = SY_HISTORY_DROP;
}
