/*
 * anthropic_tools.c - tools and the choice among them; see anthropic_write.h.
 */
#include "dialect/anthropic_write.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_schema.h"
#include "dialect/schema.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <string.h>

/* Up to where the schema stands; an empty description would be refused. */
static void begin_tool(struct sy_writer *w, const char *name, const char *description)
{
	sy_buf_puts(w->out, w->words->open);
	sy_buf_json_str(w->out, name);
	if (description != NULL && *description != '\0')
		sy_write_text(w, "description", description);
	sy_buf_puts(w->out, w->words->schema);
}

static void end_tool(struct sy_writer *w, enum sy_mark mark)
{
	if (w->words->mark_inside)
		w->words->mark(w, mark);
	sy_buf_puts(w->out, w->words->close);
	if (!w->words->mark_inside)
		w->words->mark(w, mark);
}

static void put_tool(struct sy_writer *w, const struct sy_tool *tool, enum sy_mark mark)
{
	begin_tool(w, sy_anthropic_legal(w->arena, tool->name), tool->description);
	if (tool->custom)
		sy_buf_puts(w->out, "{\"type\":\"object\",\"properties\":{\"input\":"
		                    "{\"type\":\"string\"}},\"required\":[\"input\"]}");
	else if (tool->strict && w->plan->strict && sy_schema_native(tool->parameters) &&
	         !sy_schema_wrapped(tool->parameters))
		sy_schema_print_native(tool->parameters, w->out);
	else
		sy_schema_print_input(tool->parameters, w->out);
	if (tool->strict && w->plan->strict && !tool->custom &&
	    sy_schema_native(tool->parameters))
		sy_buf_puts(w->out, ",\"strict\":true");
	else if (tool->strict)
		sy_note(&w->plan->notes, "tools.strict");
	end_tool(w, mark);
}

static bool same_tool(const struct sy_tool *a, const struct sy_tool *b)
{
	return json_object_equal(a->parameters, b->parameters) &&
	       a->custom == b->custom &&
	       (a->description == NULL) == (b->description == NULL) &&
	       (a->description == NULL || strcmp(a->description, b->description) == 0);
}

/* 1 when a tool of this name has been seen and is the same, -1 when it is another. */
static int seen_before(struct sy_writer *w, struct lh_table *seen,
    const struct sy_tool *tool)
{
	const struct sy_tool *other;
	char param[48];

	if (!lh_table_lookup_ex(seen, tool->name, (void **)&other)) {
		lh_table_insert(seen, tool->name, tool);
		return 0;
	}
	if (same_tool(tool, other))
		return 1;
	snprintf(param, sizeof(param), "tools[%zu].function.name",
	    (size_t)(tool - w->plan->chat->tools));
	return sy_fail(w->err, SY_REFUSED, param, "two different tools are called '%s'",
	    tool->name);
}

/* History that holds calls needs their tools declared, though none may be called now. */
static void put_stubs(struct sy_writer *w, struct lh_table *seen)
{
	const char *comma = "";

	for (const struct sy_turn *t = w->plan->turns.first; t != NULL; t = t->next) {
		const struct sy_block *b =
		    t->role == SY_ROLE_ASSISTANT ? t->lists[SY_USES].first : NULL;

		for (; b != NULL; b = b->next) {
			if (lh_table_lookup_ex(seen, b->call->name, NULL))
				continue;
			lh_table_insert(seen, b->call->name, b);
			sy_buf_puts(w->out, comma);
			comma = ",";
			begin_tool(w, sy_anthropic_legal(w->arena, b->call->name),
			    "No longer offered.");
			sy_buf_puts(w->out, "{\"type\":\"object\"}");
			end_tool(w, SY_MARK_NONE);
		}
	}
}

static void put_json_tool(struct sy_writer *w)
{
	const char *description = w->plan->chat->schema_description;

	begin_tool(w, w->plan->json.tool,
	    description != NULL ? description : "Takes the final answer.");
	sy_schema_print_input(w->plan->chat->schema, w->out);
	end_tool(w, SY_MARK_NONE);
}

static int put_tool_list(struct sy_writer *w, struct lh_table *seen)
{
	const struct sy_chat *chat = w->plan->chat;
	const char *comma = "";

	for (size_t i = 0; i < chat->tool_count; i++) {
		const struct sy_tool *tool = &chat->tools[i];
		int rc = seen_before(w, seen, tool);

		if (rc < 0)
			return -1;
		if (rc > 0 || (w->plan->only_tool != NULL &&
		                  strcmp(tool->name, w->plan->only_tool) != 0))
			continue;
		sy_buf_puts(w->out, comma);
		put_tool(w, tool, w->tool_marks[i]);
		comma = ",";
	}
	if (chat->tool_count == 0 && w->plan->json.way != SY_JSON_TOOL)
		put_stubs(w, seen);
	if (w->plan->json.way == SY_JSON_TOOL) {
		sy_buf_puts(w->out, comma);
		put_json_tool(w);
	}
	return 0;
}

bool sy_has_tools(const struct sy_writer *w)
{
	return w->plan->chat->tool_count > 0 || w->plan->json.way == SY_JSON_TOOL ||
	       w->plan->turns.has_calls;
}

int sy_write_tools(struct sy_writer *w)
{
	struct lh_table *seen;
	int rc;

	seen = lh_kchar_table_new(32, NULL);
	if (seen == NULL)
		return sy_fail(w->err, SY_BUG, "", "no memory for the names of tools");
	sy_buf_putc(w->out, '[');
	rc = put_tool_list(w, seen);
	sy_buf_putc(w->out, ']');
	lh_table_free(seen);
	return rc;
}

void sy_write_tool_choice(struct sy_writer *w)
{
	static const char *const types[] = { [SY_CHOICE_NONE] = "none",
		[SY_CHOICE_AUTO] = "auto",
		[SY_CHOICE_REQUIRED] = "any",
		[SY_CHOICE_TOOL] = "tool" };
	enum sy_tool_choice choice = w->plan->choice;
	bool one =
	    w->plan->chat->parallel_calls == 0 || w->plan->json.way == SY_JSON_TOOL;

	if (w->plan->chat->tool_count == 0 && w->plan->json.way != SY_JSON_TOOL &&
	    choice != SY_CHOICE_NONE)
		return;
	if (choice == SY_CHOICE_DEFAULT && one)
		choice = SY_CHOICE_AUTO;
	if (choice == SY_CHOICE_DEFAULT)
		return;
	sy_write_key(w, "tool_choice");
	sy_buf_printf(w->out, "{\"type\":\"%s\"", types[choice]);
	if (choice == SY_CHOICE_TOOL)
		sy_write_text(w, "name", w->plan->choice_name);
	if (one && choice != SY_CHOICE_NONE)
		sy_buf_puts(w->out, ",\"disable_parallel_tool_use\":true");
	sy_buf_putc(w->out, '}');
}
