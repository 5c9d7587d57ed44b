/*
 * gemini_names.c - the words of Gemini's dialect, each spelled once.
 */
#include "dialect/gemini.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dialect/legal.h"
#include "model/config.h"

#include <ctype.h>
#include <string.h>

#define STOP   SY_FINISH_STOP
#define FILTER SY_FINISH_CONTENT_FILTER
#define NONE   SY_FINISH_NONE

/* clang-format off */
static const struct sy_gemini_finish finishes[] = {
	{ "STOP", STOP, SY_GEMINI_ENDS },
	{ "MAX_TOKENS", SY_FINISH_LENGTH, SY_GEMINI_ENDS },
	{ "SAFETY", FILTER, SY_GEMINI_ENDS },
	{ "RECITATION", FILTER, SY_GEMINI_ENDS },
	{ "BLOCKLIST", FILTER, SY_GEMINI_ENDS },
	{ "PROHIBITED_CONTENT", FILTER, SY_GEMINI_ENDS },
	{ "SPII", FILTER, SY_GEMINI_ENDS },
	{ "IMAGE_SAFETY", FILTER, SY_GEMINI_ENDS },
	{ "IMAGE_PROHIBITED_CONTENT", FILTER, SY_GEMINI_ENDS },
	{ "IMAGE_RECITATION", FILTER, SY_GEMINI_ENDS },
	{ "MODEL_ARMOR", FILTER, SY_GEMINI_ENDS },
	{ "ESCALATION", FILTER, SY_GEMINI_ENDS },
	{ "LANGUAGE", NONE, SY_GEMINI_REFUSES },
	{ "MALFORMED_FUNCTION_CALL", NONE, SY_GEMINI_FAILS },
	{ "UNEXPECTED_TOOL_CALL", NONE, SY_GEMINI_FAILS },
	{ "TOO_MANY_TOOL_CALLS", NONE, SY_GEMINI_FAILS },
	{ "MISSING_THOUGHT_SIGNATURE", NONE, SY_GEMINI_FAILS },
	{ "MALFORMED_RESPONSE", NONE, SY_GEMINI_FAILS },
	{ "NO_IMAGE", STOP, SY_GEMINI_NEEDS_CONTENT },
	{ "IMAGE_OTHER", STOP, SY_GEMINI_NEEDS_CONTENT },
	{ "OTHER", STOP, SY_GEMINI_NEEDS_CONTENT },
	{ NULL, STOP, SY_GEMINI_NEEDS_CONTENT },
};
/* clang-format on */

const struct sy_gemini_finish *sy_gemini_finish(const char *native)
{
	const struct sy_gemini_finish *row = finishes;

	while (row->native != NULL && strcmp(row->native, native) != 0)
		row++;
	return row;
}

static const struct sy_legal rule = { .also = ".:-", .no_digit_first = true };

const char *sy_gemini_legal(struct sy_arena *a, const char *name)
{
	return sy_legal(&rule, a, name);
}

const struct sy_tool *sy_gemini_tool(const struct sy_chat *chat, struct sy_arena *a,
    const char *sent)
{
	return sy_legal_tool(&rule, chat, a, sent);
}

/* A tuned model's name has its folder with it: "tunedModels/x". */
const char *sy_gemini_path(const struct sy_call *call)
{
	return sy_gemini_path_to(call,
	    call->stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
}

const char *sy_gemini_path_to(const struct sy_call *call, const char *method)
{
	const char *model = call->model->upstream, *path;
	struct sy_buf out;

	sy_buf_init(&out, 4096);
	sy_buf_puts(&out, strchr(model, '/') == NULL ? "/models/" : "/");
	for (const char *p = model; *p != '\0'; p++)
		if (isalnum((unsigned char)*p) || strchr("/._-~@", *p) != NULL)
			sy_buf_putc(&out, *p);
		else
			sy_buf_printf(&out, "%%%02X", (unsigned char)*p);
	sy_buf_puts(&out, method);
	path = out.full ? NULL : sy_strndup(call->arena, out.data, out.len);
	sy_buf_release(&out);
	return path;
}
