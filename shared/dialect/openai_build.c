/*
 * openai_build.c - a request of the OpenAI dialect, made from the waist.
 *
 * For clients of other dialects, and for providers that differ from the reference in ways
 * that reach into the messages; how they differ is in their quirks.
 */
#include "dialect/openai.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/notes.h"
#include "dialect/openai_turns.h"
#include "model/chat.h"
#include "model/config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX (256 << 20)

struct build {
	struct sy_call *call;
	const struct sy_chat *chat;
	const struct sy_quirks *q;
	struct sy_buf *out;
	struct sy_notes *notes;
	struct json_object *extra; /* of this dialect; NULL none */
};

/* Opens a field; false, and it is noted, when the provider is not to be sent it. */
static bool put_key(const struct build *b, const char *field)
{
	if (sy_listed(b->q->drop, field)) {
		sy_note(b->notes, field);
		return false;
	}
	sy_buf_putc(b->out, ',');
	sy_buf_json_str(b->out, sy_openai_renamed(b->q, field, b->call->arena));
	sy_buf_putc(b->out, ':');
	return true;
}

static void put_text(const struct build *b, const char *field, const char *text)
{
	if (text != NULL && put_key(b, field))
		sy_buf_json_str(b->out, text);
}

static void put_number(const struct build *b, const char *field, const char *number)
{
	if (number != NULL && put_key(b, field))
		sy_buf_puts(b->out, number);
}

/* Fields that only OpenAI itself has a use for, beside those that take anything. */
static bool takes_openai_fields(const struct build *b)
{
	return b->q->developer_role || b->q->pass_unknown;
}

static void put_openai_text(const struct build *b, const char *field, const char *text)
{
	if (takes_openai_fields(b))
		put_text(b, field, text);
	else if (text != NULL)
		sy_note(b->notes, field);
}

/* --- Sampling and limits. ---------------------------------------------------------------- */

static void put_temperature(const struct build *b)
{
	int max = b->q->temperature_max;
	const char *t = b->chat->temperature;

	if (t != NULL && max > 0 && strtod(t, NULL) * 100 > max)
		t = sy_strf(b->call->arena, "%d.%02d", max / 100, max % 100);
	put_number(b, "temperature", t);
}

static void put_stop(const struct build *b)
{
	if (b->chat->stop_count == 0 || !put_key(b, "stop"))
		return;
	for (size_t i = 0; i < b->chat->stop_count; i++) {
		sy_buf_putc(b->out, i == 0 ? '[' : ',');
		sy_buf_json_str(b->out, b->chat->stop[i]);
	}
	sy_buf_putc(b->out, ']');
}

static void put_sampling(const struct build *b)
{
	const struct sy_chat *c = b->chat;

	put_temperature(b);
	put_number(b, "top_p", c->top_p);
	if (b->q->pass_unknown)
		put_number(b, "top_k", c->top_k);
	else if (c->top_k != NULL)
		sy_note(b->notes, "top_k");
	put_number(b, "frequency_penalty", c->frequency_penalty);
	put_number(b, "presence_penalty", c->presence_penalty);
	put_number(b, "seed", c->seed);
	put_stop(b);
	if (c->n > 1 && put_key(b, "n"))
		sy_buf_int(b->out, c->n);
	if (c->max_output_tokens > 0 &&
	    put_key(b,
	        b->q->max_completion_tokens ? "max_completion_tokens" : "max_tokens"))
		sy_buf_int(b->out, c->max_output_tokens);
}

static void put_stream(const struct build *b)
{
	if (!b->call->stream)
		return;
	sy_buf_puts(b->out, ",\"stream\":true");
	if (b->q->stream_options)
		sy_buf_puts(b->out, ",\"stream_options\":{\"include_usage\":true}");
}

/* --- Tools. ------------------------------------------------------------------------------ */

static void put_description(const struct build *b, const char *text)
{
	if (text == NULL)
		return;
	sy_buf_puts(b->out, ",\"description\":");
	sy_buf_json_str(b->out, text);
}

static void put_tool(const struct build *b, const struct sy_tool *t)
{
	sy_buf_puts(b->out, t->custom ? "{\"type\":\"custom\",\"custom\":{\"name\":"
	                              : "{\"type\":\"function\",\"function\":{\"name\":");
	sy_buf_json_str(b->out, t->name);
	put_description(b, t->description);
	if (t->parameters != NULL) {
		sy_buf_puts(b->out, ",\"parameters\":");
		sy_json_print(b->out, t->parameters);
	}
	if (t->format != NULL) {
		sy_buf_puts(b->out, ",\"format\":");
		sy_json_print(b->out, t->format);
	}
	if (t->strict && b->q->strict_tools)
		sy_buf_puts(b->out, ",\"strict\":true");
	else if (t->strict)
		sy_note(b->notes, "tools.strict");
	sy_buf_putc(b->out, '}');
	if (t->cache_control != NULL && b->q->pass_unknown) {
		sy_buf_puts(b->out, ",\"cache_control\":");
		sy_json_print(b->out, t->cache_control);
	}
	sy_buf_putc(b->out, '}');
}

static void put_choice(const struct build *b)
{
	switch (b->chat->tool_choice) {
	case SY_CHOICE_DEFAULT:
		break;
	case SY_CHOICE_NONE:
		put_text(b, "tool_choice", "none");
		break;
	case SY_CHOICE_AUTO:
		put_text(b, "tool_choice", "auto");
		break;
	case SY_CHOICE_REQUIRED:
		put_text(b, "tool_choice", b->q->required_as_any ? "any" : "required");
		break;
	case SY_CHOICE_TOOL:
		if (!put_key(b, "tool_choice"))
			break;
		sy_buf_puts(b->out, "{\"type\":\"function\",\"function\":{\"name\":");
		sy_buf_json_str(b->out, b->chat->choice_name);
		sy_buf_puts(b->out, "}}");
	}
}

/* Where no choice can be made, "none" is said by offering none. */
static bool offers_tools(const struct build *b)
{
	return b->chat->tool_count > 0 &&
	       !(b->q->no_tool_choice && b->chat->tool_choice == SY_CHOICE_NONE);
}

static void put_tools(const struct build *b)
{
	if (!offers_tools(b) || !put_key(b, "tools"))
		return;
	for (size_t i = 0; i < b->chat->tool_count; i++) {
		sy_buf_putc(b->out, i == 0 ? '[' : ',');
		put_tool(b, &b->chat->tools[i]);
	}
	sy_buf_putc(b->out, ']');
	if (!b->q->no_tool_choice)
		put_choice(b);
	if (b->chat->parallel_calls < 0)
		return;
	if (b->q->no_parallel_calls)
		sy_note(b->notes, "parallel_tool_calls");
	else if (put_key(b, "parallel_tool_calls"))
		sy_buf_puts(b->out, b->chat->parallel_calls ? "true" : "false");
}

static int check_tools(const struct build *b, struct sy_error *err)
{
	for (size_t i = 0; i < b->chat->tool_count; i++)
		if (b->chat->tools[i].custom && !b->q->developer_role)
			return sy_fail_code(err, SY_REFUSED,
			    sy_strf(b->call->arena, "tools[%zu].type", i),
			    "unsupported_value", "%s has no custom tools",
			    b->call->model->provider->name);
	return 0;
}

/* --- The shape of the answer. ------------------------------------------------------------ */

static void put_schema(const struct build *b)
{
	const struct sy_chat *c = b->chat;

	sy_buf_puts(b->out, "{\"type\":\"json_schema\",\"json_schema\":{\"name\":");
	sy_buf_json_str(b->out, c->schema_name);
	put_description(b, c->schema_description);
	if (c->schema != NULL) {
		sy_buf_puts(b->out, ",\"schema\":");
		sy_json_print(b->out, c->schema);
	}
	sy_buf_puts(b->out, c->schema_strict ? ",\"strict\":true}}" : "}}");
}

/* A schema that cannot be sent as such is in the system message already; see turns. */
static void put_format(const struct build *b)
{
	bool schema = b->chat->format == SY_FORMAT_JSON_SCHEMA;

	if (b->chat->format == SY_FORMAT_TEXT || b->q->schema == SY_SCHEMA_PROMPT)
		return;
	if (!put_key(b, "response_format"))
		return;
	if (schema && b->q->schema == SY_SCHEMA_NATIVE)
		put_schema(b);
	else
		sy_buf_puts(b->out, "{\"type\":\"json_object\"}");
}

/* --- Everything else. -------------------------------------------------------------------- */

static bool has_reasoning_wish(const struct build *b)
{
	static const char *const names[] = { "reasoning", "thinking", "enable_thinking",
		"thinking_budget" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sy_json_get(b->extra, names[i]) != NULL)
			return true;
	return false;
}

/* A budget, in words. */
static const char *effort_of(int64_t tokens)
{
	return tokens < 1536    ? "minimal"
	       : tokens < 4096  ? "low"
	       : tokens < 12288 ? "medium"
	                        : "high";
}

static void put_reasoning(const struct build *b)
{
	const char *effort = b->chat->reasoning_effort;

	if (effort == NULL && b->chat->reasoning_budget_tokens > 0)
		effort = effort_of(b->chat->reasoning_budget_tokens);
	/* The client's own words reach a provider that takes them; two wishes might differ. */
	if (!(b->q->pass_unknown && has_reasoning_wish(b)))
		put_text(b, "reasoning_effort", effort);
}

static bool may_be_sent(const struct build *b, const char *field)
{
	switch (sy_openai_use(field)) {
	case SY_USE_WITHHELD:
		return false;
	case SY_USE_STANDARD:
		return true;
	case SY_USE_OPENAI:
		return takes_openai_fields(b);
	default:
		return b->q->pass_unknown;
	}
}

static void put_extra(const struct build *b)
{
	if (b->extra == NULL)
		return;
	json_object_object_foreach(b->extra, field, value) {
		if (!may_be_sent(b, field))
			sy_note(b->notes, field);
		else if (put_key(b, field))
			sy_json_print(b->out, value);
	}
}

/* Fields of other dialects mean nothing here, whatever the provider takes. */
static void settle_extra(struct build *b)
{
	if (b->chat->extra_of == NULL || strcmp(b->chat->extra_of, "openai") == 0) {
		b->extra = b->chat->extra;
		return;
	}
	json_object_object_foreach(b->chat->extra, field, value) {
		(void)value;
		sy_note(b->notes, field);
	}
}

static void note_names(const struct build *b)
{
	if (!sy_listed(b->q->drop, "name"))
		return;
	for (size_t i = 0; i < b->chat->message_count; i++)
		if (b->chat->messages[i].name != NULL &&
		    b->chat->messages[i].role != SY_ROLE_TOOL)
			sy_note(b->notes, "messages.name");
}

static void put_labels(const struct build *b)
{
	put_openai_text(b, "user", b->chat->user);
	put_openai_text(b, "service_tier", b->chat->service_tier);
	if (b->chat->metadata == NULL)
		return;
	/* OpenAI refuses it without `store`, which is never sent. */
	if (!b->q->pass_unknown)
		sy_note(b->notes, "metadata");
	else if (put_key(b, "metadata"))
		sy_json_print(b->out, b->chat->metadata);
}

static void release(void *buf)
{
	sy_buf_release(buf);
}

int sy_openai_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct build b = {
		.call = call,
		.chat = call->ask->chat,
		.q = &call->model->provider->quirks,
		.out = sy_alloc(call->arena, sizeof(*b.out)),
		.notes = sy_alloc(call->arena, sizeof(*b.notes)),
	};

	if (sy_openai_check(call, err) < 0 || check_tools(&b, err) < 0)
		return -1;
	settle_extra(&b);
	sy_buf_init(b.out, BODY_MAX);
	sy_defer(call->arena, release, b.out);
	sy_buf_puts(b.out, "{\"model\":");
	sy_buf_json_str(b.out, call->model->upstream);
	sy_buf_puts(b.out, ",\"messages\":");
	sy_openai_put_turns(call, b.out);
	note_names(&b);
	put_sampling(&b);
	put_tools(&b);
	put_format(&b);
	put_reasoning(&b);
	put_labels(&b);
	put_extra(&b);
	put_stream(&b);
	sy_buf_putc(b.out, '}');
	if (b.out->full)
		return sy_fail(err, SY_TOO_LARGE, "", "the request is over %d bytes",
		    BODY_MAX);
	if (b.notes->text[0] != '\0')
		call->dropped = b.notes->text;
	out->url = SY_OPENAI_PATH;
	return sy_http_piece(out, b.out->data, b.out->len, err);
}
