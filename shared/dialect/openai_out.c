/*
 * openai_out.c - the adapter for providers that speak the OpenAI dialect, and what its two
 * ways of making a request share.
 */
#include "dialect/openai.h"

#include "base/arena.h"
#include "dialect/openai_task.h"
#include "model/chat.h"
#include "model/config.h"

#include <string.h>

static bool has(const struct sy_ask *ask, const char *field)
{
	const struct sy_member *m = sy_scan_find(&ask->scan, field);

	return m != NULL && m->type != SY_J_NULL;
}

/* "auto" and "none" need no support: the second is met by offering no tools. */
static bool forces_a_tool(const struct sy_ask *ask)
{
	const struct sy_member *m = sy_scan_find(&ask->scan, "tool_choice");
	struct sy_span choice;

	if (ask->chat != NULL)
		return ask->chat->tool_count > 0 && ask->chat->tool_choice >= SY_CHOICE_REQUIRED;
	if (m == NULL || m->type == SY_J_NULL || !has(ask, "tools"))
		return false;
	choice = (struct sy_span){ ask->scan.text + m->at, m->len };
	return !sy_span_is(choice, "auto") && !sy_span_is(choice, "none");
}

int sy_openai_check(const struct sy_call *call, struct sy_error *err)
{
	const struct sy_provider *p = call->model->provider;

	if (p->quirks.no_n && call->ask->n > 1)
		return sy_fail_code(err, SY_REFUSED, "n", "unsupported_value",
		    "%s gives one choice an answer; 'n' cannot be %d", p->name,
		    call->ask->n);
	if (p->quirks.no_tool_choice && forces_a_tool(call->ask)) {
		const struct sy_chat *chat = call->ask->chat;
		const char *field = chat != NULL && chat->old_functions ? "function_call"
									: "tool_choice";

		return sy_fail_code(err, SY_REFUSED, field, "unsupported_value",
		    "%s cannot be made to call a tool; '%s' must be auto or none", p->name,
		    field);
	}
	return 0;
}

const struct sy_adapter sy_adapter_openai = {
	.name = "openai",
	.framing = SY_FRAMING_SSE,
	.stream_state = SY_OPENAI_STATE_BYTES,
	.ways = sy_openai_ways,
	.build = sy_openai_build,
	.splice = sy_openai_splice,
	.pass = sy_openai_pass,
	.parse = sy_openai_parse,
	.feed = sy_openai_feed,
	.finish = sy_openai_finish_stream,
	.blame = sy_openai_blame,
};
