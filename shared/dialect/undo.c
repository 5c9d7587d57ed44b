/*
 * undo.c - see undo.h.
 */
#include "dialect/undo.h"

#include "base/arena.h"
#include "base/scan.h"
#include "dialect/anthropic_names.h"
#include "dialect/arguments.h"
#include "dialect/schema.h"
#include "model/chat.h"

#include <string.h>

void sy_undo_init(struct sy_undo *u, const struct sy_chat *chat, struct sy_json_plan json)
{
	memset(u, 0, sizeof(*u));
	u->json = json;
	sy_buf_init(&u->held, SY_UNDO_BYTES);
	sy_stopwatch_init(&u->watch, chat);
}

void sy_undo_release(struct sy_undo *u)
{
	sy_buf_release(&u->held);
	sy_stopwatch_release(&u->watch);
}

/* --- Text. ------------------------------------------------------------------------------ */

static int64_t count_characters(const char *text, size_t len)
{
	int64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

struct telling {
	struct sy_undo *u;
	const struct sy_sink *sink;
};

static void tell_text(void *arg, const char *text, size_t len)
{
	struct telling *t = arg;
	struct sy_event ev = { .kind = SY_EV_TEXT, .text = text, .text_len = len };

	t->u->characters += count_characters(text, len);
	if (len > 0)
		sy_emit(t->sink, &ev);
}

void sy_undo_text(struct sy_undo *u, const struct sy_sink *sink, const char *text,
    size_t len)
{
	if (u->json.way == SY_JSON_TOOL)
		sy_buf_add(&u->held, text, len);
	else
		sy_stopwatch_feed(&u->watch, text, len, tell_text,
		    &(struct telling){ u, sink });
}

void sy_undo_flush(struct sy_undo *u, const struct sy_sink *sink)
{
	struct telling t = { u, sink };

	sy_stopwatch_flush(&u->watch, tell_text, &t);
	if (!u->json_called)
		tell_text(&t, u->held.data, u->held.len);
}

enum sy_finish sy_undo_finish(const struct sy_undo *u, enum sy_finish said)
{
	if (u->watch.stopped)
		return SY_FINISH_STOP;
	if (u->calls > 0 && (said == SY_FINISH_STOP || said == SY_FINISH_NONE))
		return SY_FINISH_TOOL_CALLS;
	if (u->calls == 0 && (said == SY_FINISH_TOOL_CALLS || said == SY_FINISH_NONE))
		return SY_FINISH_STOP;
	return said;
}

/* --- Calls. ----------------------------------------------------------------------------- */

void sy_undo_begin(struct sy_undo *u, const struct sy_call *call,
    const struct sy_sink *sink, struct sy_undo_call *c, const char *id, const char *name)
{
	struct sy_event ev = { .kind = SY_EV_TOOL_CALL, .id = id };
	const struct sy_tool *tool;

	sy_buf_reset(&c->input);
	c->streamed = c->as_text = false;
	c->answer = u->json.way == SY_JSON_TOOL && strcmp(name, u->json.tool) == 0;
	if (c->answer) {
		c->member = u->json.wrapped ? "value" : NULL;
		u->json_called = true;
		return;
	}
	tool = sy_anthropic_tool(call->ask->chat, call->arena, name);
	c->as_text = tool != NULL && tool->custom;
	c->member = c->as_text                                            ? "input"
	            : tool != NULL && sy_schema_wrapped(tool->parameters) ? "value"
	                                                                  : NULL;
	c->index = u->calls++;
	ev.call_index = c->index;
	ev.custom = c->as_text;
	ev.name = tool != NULL ? tool->name : name;
	sy_emit(sink, &ev);
}

void sy_undo_whole(struct sy_undo_call *c, struct sy_span json)
{
	sy_put_compact(json, &c->input);
}

static void tell_input(const struct sy_undo_call *c, const struct sy_sink *sink,
    const char *text, size_t len)
{
	struct sy_event ev = { .kind = c->answer ? SY_EV_TEXT : SY_EV_TOOL_ARGS,
		.text = text,
		.text_len = len,
		.call_index = c->answer ? 0 : c->index,
		.custom = c->as_text };

	if (len > 0)
		sy_emit(sink, &ev);
}

void sy_undo_piece(struct sy_undo_call *c, const struct sy_sink *sink, const char *text,
    size_t len)
{
	if (len == 0)
		return;
	if (!c->streamed)
		sy_buf_reset(&c->input); /* what came with the start is no piece of it */
	c->streamed = true;
	if (c->member != NULL)
		sy_buf_add(&c->input, text, len);
	else
		tell_input(c, sink, text, len);
}

/* An input that was cut short is handed on as it is. */
static void end_gathered(const struct sy_call *call, struct sy_undo_call *c,
    const struct sy_sink *sink)
{
	struct sy_span whole = { c->input.data, c->input.len }, value = { NULL, 0 };
	struct sy_error ignored;
	const char *text;
	size_t len;

	if (whole.len > 0 && sy_scan_check(whole.at, whole.len, NULL, &ignored) == 0)
		value = sy_walk_get(whole, c->member);
	if (c->as_text && sy_span_is_string(value)) {
		text = sy_unquote(call->arena, value, &len);
		tell_input(c, sink, text, len);
	} else if (value.at != NULL) {
		tell_input(c, sink, value.at, value.len);
	} else if (whole.len > 0) {
		tell_input(c, sink, whole.at, whole.len);
	} else if (!c->as_text) {
		tell_input(c, sink, "{}", 2);
	}
}

void sy_undo_end(const struct sy_call *call, struct sy_undo_call *c,
    const struct sy_sink *sink)
{
	if (c->member != NULL)
		end_gathered(call, c, sink);
	else if (!c->streamed && c->input.len > 0)
		tell_input(c, sink, c->input.data, c->input.len);
	else if (!c->streamed)
		tell_input(c, sink, "{}", 2);
}
