/*
 * messages_error.c - errors, as clients of the Messages API read them.
 *
 * Agents act on the words of two: a prompt that is too long makes them shorten the
 * conversation, an answer that would not fit any more makes them ask for less.  Each has to be
 * said as Anthropic says it, with the numbers in their places, whoever's model it was.
 */
#include "dialect/messages.h"

#include "base/buf.h"
#include "base/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOO_LONG "prompt is too long"
#define TOO_MUCH "exceed context limit"
#define NUMBERS  8

/* --- What was too long for what. --------------------------------------------------------- */

/*
 * How others say it, by a phrase of theirs, and what the numbers in the sentence are, in their
 * order: N of the input, X of the output that was asked for, M of the model; '-' something
 * else.  The first row that fits both holds, so longer lists come before shorter ones.
 */
static const struct {
	const char *phrase;
	const char *numbers;
} sentences[] = {
	{ "is too large: ", "XMN" },             /* vLLM */
	{ "maximum context length is", "M-NX" }, /* OpenAI of old, DeepSeek, vLLM */
	{ "maximum context length is", "MN" },
	{ "maximum context length of", "MXN" },
	{ "maximum context length of", "MN" },
	{ "draft tokens, too large for model", "N-M" }, /* Mistral */
	{ "maximum context length", "NM" },
	{ "exceeds the maximum number of tokens allowed", "NM" }, /* Gemini */
	{ "exceeds the available context size", "NM" },           /* llama.cpp */
	{ "exceeds the limit of", "NM" },
};

/* Whole numbers that are no part of a name. */
static int find_numbers(const char *s, int64_t *out)
{
	int count = 0;
	char before = ' ';

	while (*s != '\0' && count < NUMBERS) {
		size_t digits = strspn(s, "0123456789");
		bool part = isalnum((unsigned char)before) || before == '-' ||
		            before == '.' || before == '_';

		if (digits > 0 && digits < 10 && !part &&
		    !isalpha((unsigned char)s[digits]))
			out[count++] = strtoll(s, NULL, 10);
		s += digits > 0 ? digits : 1;
		before = s[-1];
	}
	return count;
}

/* False when the sentence is none of the table's. */
static bool read_numbers(const char *message, int64_t *n, int64_t *x, int64_t *m)
{
	int64_t found[NUMBERS];
	int count = find_numbers(message, found);

	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		const char *numbers = sentences[i].numbers;

		if (strcasestr(message, sentences[i].phrase) == NULL ||
		    count < (int)strlen(numbers))
			continue;
		*n = *x = *m = 0;
		for (int k = 0; numbers[k] != '\0'; k++) {
			int64_t *to = numbers[k] == 'N'   ? n
			              : numbers[k] == 'X' ? x
			              : numbers[k] == 'M' ? m
			                                  : NULL;

			if (to != NULL)
				*to = found[k];
		}
		return true;
	}
	return false;
}

static void say_context(const char *message, char *out, size_t room)
{
	int64_t n, x, m;

	if (strcasestr(message, TOO_LONG) != NULL ||
	    strcasestr(message, TOO_MUCH) != NULL)
		sy_copy(out, room, message);
	else if (!read_numbers(message, &n, &x, &m))
		snprintf(out, room, TOO_LONG ": %s", message);
	else if (n <= m && x > 0)
		snprintf(out, room,
		    "input length and `max_tokens` " TOO_MUCH ": %lld + %lld > %lld",
		    (long long)n, (long long)x, (long long)m);
	else
		snprintf(out, room, TOO_LONG ": %lld tokens > %lld maximum", (long long)n,
		    (long long)m);
}

/* --- All errors. ------------------------------------------------------------------------- */

static const char *type_of(const struct sy_error *err)
{
	if (err->status == 413)
		return "request_too_large";
	return sy_kind_info(err->kind)->anthropic_type;
}

int sy_messages_status(const struct sy_error *err)
{
	return strcmp(type_of(err), "overloaded_error") == 0 ? 529 : err->status;
}

void sy_messages_error(const struct sy_error *err, const char *request_id, bool streaming,
    struct sy_buf *out)
{
	char message[sizeof(err->message) + sizeof(TOO_LONG ": ")];

	if (err->kind == SY_CONTEXT)
		say_context(err->message, message, sizeof(message));
	else
		sy_copy(message, sizeof(message), err->message);
	sy_buf_puts(out, streaming ? "event: error\ndata: {" : "{");
	sy_buf_member(out, "type", "error");
	sy_buf_key(out, "error");
	sy_buf_putc(out, '{');
	sy_buf_member(out, "type", type_of(err));
	sy_buf_member(out, "message", message);
	if (strcmp(err->code, SY_MESSAGES_NO_THREAD) == 0)
		sy_buf_lit(out, ",\"details\":{\"error_code\":\"" SY_MESSAGES_NO_THREAD
		                "\",\"unsupported\":[\"thread\"]}");
	sy_buf_putc(out, '}');
	if (request_id != NULL)
		sy_buf_member(out, "request_id", request_id);
	sy_buf_puts(out, streaming ? "}\n\n" : "}\n");
}
