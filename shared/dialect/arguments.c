/*
 * arguments.c - see arguments.h.
 */
#include "dialect/arguments.h"

#include "base/buf.h"
#include "base/scan.h"
#include "base/text.h"
#include "dialect/schema.h"
#include "model/chat.h"

#include <string.h>

static const struct sy_tool *find_tool(const struct sy_chat *chat, const char *name)
{
	for (size_t i = 0; i < chat->tool_count; i++)
		if (strcmp(chat->tools[i].name, name) == 0)
			return &chat->tools[i];
	return NULL;
}

/* A JSON text that is an object: itself, or what a string holds that was encoded twice. */
static const char *as_object(struct sy_arena *a, const char *text, int depth)
{
	struct sy_error ignored;
	size_t skip = strspn(text, " \t\r\n"), len;

	if (sy_scan_check(text, strlen(text), NULL, &ignored) < 0)
		return NULL;
	text += skip;
	if (*text == '{')
		return text;
	if (*text == 'n')
		return "{}";
	if (*text != '"' || depth > 0)
		return NULL;
	len = strlen(text);
	while (text[len - 1] != '"')
		len--;
	text =
	    as_object(a, sy_unquote(a, (struct sy_span){ text, len }, NULL), depth + 1);
	return text != NULL && *text == '{' ? text : NULL;
}

static void put_member(struct sy_buf *out, const char *key, const char *text)
{
	sy_buf_printf(out, "{\"%s\":", key);
	sy_buf_json_str(out, text);
	sy_buf_putc(out, '}');
}

/* Arguments are a string that should hold an object; a model may have been cut short while
 * it wrote them, and its history must still be taken. */
void sy_put_arguments(const struct sy_tool_call *call, const struct sy_chat *chat,
    struct sy_arena *a, struct sy_buf *out)
{
	const struct sy_tool *tool = find_tool(chat, call->name);
	const char *text = call->arguments != NULL ? call->arguments : "", *object;
	struct sy_error ignored;

	if (call->custom || (tool != NULL && tool->custom))
		put_member(out, "input", text);
	else if (sy_blank(text, strlen(text)))
		sy_buf_puts(out, "{}");
	else if (tool != NULL && sy_schema_wrapped(tool->parameters) &&
	         sy_scan_check(text, strlen(text), NULL, &ignored) == 0)
		sy_buf_printf(out, "{\"value\":%s}", text);
	else if ((object = as_object(a, text, 0)) != NULL)
		sy_buf_puts(out, object);
	else
		put_member(out, "_raw_arguments", text);
}

void sy_put_compact(struct sy_span json, struct sy_buf *out)
{
	size_t from = 0, i;
	bool inside = false;

	for (i = 0; i < json.len; i++) {
		char c = json.at[i];

		if (c == '\\' && inside) {
			i++;
			continue;
		}
		inside ^= c == '"';
		if (inside || (c != ' ' && c != '\n' && c != '\r' && c != '\t'))
			continue;
		sy_buf_add(out, json.at + from, i - from);
		from = i + 1;
	}
	if (i > from) /* json may be of nothing */
		sy_buf_add(out, json.at + from, i - from);
}
