/*
 * chat.h - the canonical request: what all surfaces read and all adapters build from.
 *
 * Strings and JSON objects are borrowed from the tree that the surface parsed, which the
 * request's arena owns.  NULL, -1 and 0 mean "the client did not say", as each member notes.
 * What the gateway need not understand is carried as a JSON object and printed again.
 */
#ifndef SY_MODEL_CHAT_H
#define SY_MODEL_CHAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

enum sy_role {
	SY_ROLE_SYSTEM, /* also OpenAI's developer: the same thing to a translator */
	SY_ROLE_USER,
	SY_ROLE_ASSISTANT,
	SY_ROLE_TOOL,
};

enum sy_part_kind {
	SY_PART_TEXT,
	SY_PART_IMAGE,     /* url, or media_type and data (base64) */
	SY_PART_AUDIO,     /* media_type ("wav") and data */
	SY_PART_FILE,      /* name, and url, or media_type and data, or file_id */
	SY_PART_REFUSAL,   /* text */
	SY_PART_REASONING, /* text, signature; or data when it is encrypted; format */
};

struct sy_part {
	enum sy_part_kind kind;
	const char *text;
	const char *url;
	const char *media_type;
	const char *data; /* base64, as the client sent it */
	const char *file_id;
	const char *name;
	const char *detail; /* images: auto, low, high */
	const char *signature;
	const char *format; /* reasoning: who made it, "anthropic-claude-v1"; NULL not said */
	struct json_object *cache_control; /* {"type":"ephemeral",...} or NULL */
};

struct sy_tool_call {
	const char *id;
	const char *name;
	const char *arguments; /* a string of JSON; plain text when custom */
	bool custom;
	const char *signature; /* Gemini's, which wants it back with the call; or NULL */
};

struct sy_message {
	enum sy_role role;
	bool developer; /* the client said developer, not system */
	const char *name;
	struct sy_part *parts;
	size_t part_count;
	struct sy_tool_call *calls; /* assistant */
	size_t call_count;
	const char *tool_call_id; /* tool */
	bool tool_error;          /* tool: the result is a failure */
	struct json_object *cache_control;
};

struct sy_tool {
	const char *name;
	const char *description;
	struct json_object *parameters; /* JSON schema; NULL: no arguments */
	bool strict;
	bool custom;                /* plain text in, no schema */
	struct json_object *format; /* custom: the grammar, or NULL */
	struct json_object *cache_control;
};

enum sy_tool_choice {
	SY_CHOICE_DEFAULT, /* the client did not say */
	SY_CHOICE_NONE,
	SY_CHOICE_AUTO,
	SY_CHOICE_REQUIRED,
	SY_CHOICE_TOOL, /* the one called choice_name */
};

/* Whether the client reads what the model thinks. */
enum sy_thoughts { SY_THOUGHTS_UNSAID, SY_THOUGHTS_WANTED, SY_THOUGHTS_UNWANTED };

enum sy_format { SY_FORMAT_TEXT, SY_FORMAT_JSON_OBJECT, SY_FORMAT_JSON_SCHEMA };

struct sy_chat {
	const char *model;
	struct sy_message *messages;
	size_t message_count;

	struct sy_tool *tools;
	size_t tool_count;
	enum sy_tool_choice tool_choice;
	const char *choice_name;
	int parallel_calls; /* -1 not said, 0, 1 */
	bool old_functions; /* the client used functions and function_call: answer in kind */

	int64_t max_output_tokens; /* 0 not said; the smaller where a client gives both fields */

	/* Numbers as the client wrote them, never through a double; NULL not said. */
	const char *temperature, *top_p, *top_k;
	const char *frequency_penalty, *presence_penalty, *seed;

	int n; /* 1 when not said */
	const char **stop;
	size_t stop_count;

	enum sy_format format;
	const char *schema_name;
	const char *schema_description;
	struct json_object *schema;
	bool schema_strict;

	const char *reasoning_effort;    /* none, minimal, low, medium, high, xhigh, max */
	int64_t reasoning_budget_tokens; /* 0 not said */
	enum sy_thoughts thoughts;

	bool stream;
	bool include_usage;

	const char *user;
	const char *service_tier;
	struct json_object *metadata;
	struct json_object *extra; /* fields that have no place above: name to value */
	const char *extra_of;      /* the dialect that they belong to; NULL: OpenAI's */
	const char *unread; /* what has no place at all: names with spaces between, or NULL */

	/* What only providers of the client's own dialect know, by its names there.  For others
	 * it is left out and named; `needed` is the first without which the answer would be
	 * another one, so that they refuse: NULL none. */
	struct json_object *native;
	const char *native_needed;
};

#endif
