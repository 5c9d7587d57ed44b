/*
 * gemini_tools.c - tools and the choice among them; see gemini_write.h.
 */
#include "dialect/gemini_write.h"

#include "base/buf.h"
#include "base/json.h"
#include "dialect/gemini.h"
#include "dialect/gemini_schema.h"

#include <string.h>

static void put_parameters(struct sy_gemini_writer *w, const struct sy_tool *tool)
{
	enum sy_gemini_form form = SY_GEMINI_OPENAPI;

	if (tool->custom) {
		sy_buf_puts(w->out,
		    ",\"parameters\":{\"type\":\"object\",\"properties\":{"
		    "\"input\":{\"type\":\"string\"}},"
		    "\"required\":[\"input\"]}");
		return;
	}
	if (sy_gemini_has(w->plan->kind, SY_GEMINI_JSON_SCHEMA))
		form = sy_gemini_form_of(tool->parameters);
	sy_gemini_schema_print_input(tool->parameters, form,
	    form == SY_GEMINI_JSON ? "parametersJsonSchema" : "parameters", w->out);
}

static void put_function(struct sy_gemini_writer *w, const struct sy_tool *tool)
{
	sy_buf_puts(w->out, "{\"name\":");
	sy_buf_json_str(w->out, sy_gemini_legal(w->arena, tool->name));
	if (tool->description != NULL && *tool->description != '\0') {
		sy_buf_puts(w->out, ",\"description\":");
		sy_buf_json_str(w->out, tool->description);
	}
	put_parameters(w, tool);
	sy_buf_putc(w->out, '}');
}

/* All of them are one element; a name that comes twice is declared once. */
static void put_functions(struct sy_gemini_writer *w)
{
	const struct sy_chat *chat = w->plan->chat;
	const char *comma = "";

	sy_buf_puts(w->out, "{\"functionDeclarations\":[");
	for (size_t i = 0; i < chat->tool_count; i++) {
		if (sy_gemini_tool(chat, w->arena,
		        sy_gemini_legal(w->arena, chat->tools[i].name)) !=
		    &chat->tools[i])
			continue;
		sy_buf_puts(w->out, comma);
		put_function(w, &chat->tools[i]);
		comma = ",";
	}
	sy_buf_puts(w->out, "]}");
}

static void put_config(struct sy_gemini_writer *w)
{
	if (w->plan->mode == NULL)
		return;
	sy_buf_printf(w->out,
	    ",\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"%s\"", w->plan->mode);
	if (w->plan->only != NULL) {
		sy_buf_puts(w->out, ",\"allowedFunctionNames\":[");
		sy_buf_json_str(w->out, w->plan->only);
		sy_buf_putc(w->out, ']');
	}
	sy_buf_puts(w->out, "}}");
}

void sy_gemini_put_tools(struct sy_gemini_writer *w)
{
	if (!w->plan->functions && !w->plan->search)
		return;
	sy_buf_puts(w->out, ",\"tools\":[");
	if (w->plan->functions)
		put_functions(w);
	if (w->plan->search)
		sy_buf_puts(w->out, w->plan->functions ? ",{\"googleSearch\":{}}"
		                                       : "{\"googleSearch\":{}}");
	sy_buf_putc(w->out, ']');
	put_config(w);
}
