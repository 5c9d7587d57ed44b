/*
 * gemini_generate_parts.c - the pieces that answers of generateContent are made of, streamed
 * and whole.
 */
#include "dialect/gemini_generate.h"

#include "base/buf.h"
#include "base/scan.h"
#include "base/text.h"
#include "dialect/arguments.h"

#include <string.h>

/* --- Parts. ------------------------------------------------------------------------------ */

void sy_gemini_put_text(struct sy_buf *out, const char *text, size_t len)
{
	sy_buf_lit(out, "{\"text\":");
	sy_buf_json(out, text, len);
	sy_buf_putc(out, '}');
}

/* A signature of Google's own that came without a thought belongs to the text before it. */
static bool is_mark(size_t len, const char *format)
{
	return len == 0 && format != NULL && sy_starts(format, SY_GEMINI_FORMAT);
}

void sy_gemini_put_thought(struct sy_buf *out, const char *text, size_t len,
    const char *format, const char *signature, const char *data)
{
	sy_buf_lit(out, "{\"text\":");
	sy_buf_json(out, text != NULL ? text : "", len);
	if (!is_mark(len, format))
		sy_buf_lit(out, ",\"thought\":true");
	if (signature != NULL || data != NULL) {
		sy_buf_key(out, "thoughtSignature");
		sy_gemini_put_seal(out, format, signature, data);
	}
	sy_buf_putc(out, '}');
}

/* Arguments are an object here; a model may have written something else, or not to the end. */
static void put_args(struct sy_buf *out, const struct sy_buf *text)
{
	struct sy_span args = sy_span_trim(text->data, text->len);
	struct sy_error ignored;

	if (args.len == 0) {
		sy_buf_lit(out, "{}");
	} else if (sy_span_is_object(args) &&
	           sy_scan_check(args.at, args.len, NULL, &ignored) == 0) {
		sy_put_compact(args, out);
	} else {
		sy_buf_lit(out, "{\"_raw_arguments\":");
		sy_buf_json(out, args.at, args.len);
		sy_buf_putc(out, '}');
	}
}

void sy_gemini_put_call(struct sy_buf *out, const struct sy_answer_block *call)
{
	sy_buf_lit(out, "{\"functionCall\":{");
	if (call->id != NULL)
		sy_buf_member(out, "id", call->id);
	sy_buf_member(out, "name", call->name);
	sy_buf_key(out, "args");
	put_args(out, &call->text);
	sy_buf_putc(out, '}');
	if (call->signature != NULL)
		sy_buf_member(out, "thoughtSignature", call->signature);
	sy_buf_putc(out, '}');
}

void sy_gemini_put_media(struct sy_buf *out, const char *media_type, const char *data)
{
	sy_buf_lit(out, "{\"inlineData\":{");
	sy_buf_member(out, "mimeType", media_type);
	sy_buf_member(out, "data", data);
	sy_buf_lit(out, "}}");
}

bool sy_gemini_is_parts(const char *key)
{
	return strcmp(key, "extra_parts") == 0;
}

int sy_gemini_put_parts(struct sy_buf *out, struct sy_span list, int count)
{
	struct sy_span part;
	size_t pos = 0;

	for (; sy_walk_element(list, &pos, &part); count++) {
		sy_buf_puts(out, count > 0 ? "," : "");
		sy_put_compact(part, out);
	}
	return count;
}

/* --- How it ended. ----------------------------------------------------------------------- */

static const char *finish_word(enum sy_finish finish)
{
	switch (finish) {
	case SY_FINISH_LENGTH:
		return "MAX_TOKENS";
	case SY_FINISH_CONTENT_FILTER:
		return "SAFETY";
	default:
		return "STOP";
	}
}

void sy_gemini_put_finish(struct sy_buf *out, const struct sy_answer_choice *c)
{
	const char *word = finish_word(c->finish);
	const char *own = c->native != NULL ? sy_gemini_finish(c->native)->native : NULL;

	sy_buf_member(out, "finishReason", own != NULL ? own : word);
	/* An ordinary end needs no explanation. */
	if (own == NULL && c->native != NULL && strcmp(word, "STOP") != 0)
		sy_buf_member(out, "finishMessage", c->native);
}

/* --- Citations. -------------------------------------------------------------------------- */

/* A place in the choice's text, as Google counts: a part, and bytes in it. */
struct place {
	int part;
	int64_t byte;
};

static size_t step_at(const struct sy_buf *text, size_t at)
{
	size_t step = sy_utf8_step(text->data + at, text->len - at);

	return step > 0 ? step : 1;
}

/* From code points of the whole text; false where it is not that long. */
static bool find_place(const struct sy_answer_choice *c, int64_t points, bool end,
    struct place *out)
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_TEXT);

	for (out->part = 0; b != NULL; b = sy_answer_block(b->next, SY_BLOCK_TEXT)) {
		size_t at = 0;

		for (; at < b->text.len && points > 0; points--)
			at += step_at(&b->text, at);
		out->byte = (int64_t)at;
		/* What ends with a part is in it; what begins there is in the next. */
		if (points == 0 && (end || at < b->text.len))
			return true;
		out->part++;
	}
	return false;
}

static void put_segment(struct sy_buf *out, const struct sy_answer_choice *c,
    const struct sy_answer_citation *cited)
{
	struct place from, to;

	sy_buf_lit(out, "{\"segment\":{");
	if (cited->from >= 0 && cited->to >= 0 &&
	    find_place(c, cited->from, false, &from) &&
	    find_place(c, cited->to, true, &to)) {
		if (to.part > 0)
			sy_buf_member_int(out, "partIndex", to.part);
		sy_buf_member_int(out, "startIndex",
		    from.part == to.part ? from.byte : 0);
		sy_buf_member_int(out, "endIndex", to.byte);
	}
	if (cited->cited != NULL)
		sy_buf_member(out, "text", cited->cited);
	sy_buf_putc(out, '}');
}

static void put_chunk(struct sy_buf *out, const struct sy_answer_citation *cited)
{
	bool web = cited->url != NULL;
	const char *title = cited->title != NULL ? cited->title : cited->document;

	sy_buf_puts(out, web ? "{\"web\":{" : "{\"retrievedContext\":{");
	if (web)
		sy_buf_member(out, "uri", cited->url);
	if (title != NULL)
		sy_buf_member(out, "title", title);
	sy_buf_lit(out, "}}");
}

static void each_citation(struct sy_buf *out, const struct sy_answer_choice *c,
    void (*put)(struct sy_buf *out, const struct sy_answer_choice *c,
        const struct sy_answer_citation *cited, int i))
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_TEXT);
	int i = 0;

	for (; b != NULL; b = sy_answer_block(b->next, SY_BLOCK_TEXT))
		for (const struct sy_answer_citation *k = b->citations; k != NULL;
		     k = k->next) {
			sy_buf_puts(out, i > 0 ? "," : "");
			put(out, c, k, i++);
		}
}

static void put_source(struct sy_buf *out, const struct sy_answer_choice *c,
    const struct sy_answer_citation *cited, int i)
{
	(void)c, (void)i;
	put_chunk(out, cited);
}

static void put_support(struct sy_buf *out, const struct sy_answer_choice *c,
    const struct sy_answer_citation *cited, int i)
{
	put_segment(out, c, cited);
	sy_buf_printf(out, ",\"groundingChunkIndices\":[%d]}", i);
}

static bool has_citations(const struct sy_answer_choice *c)
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_TEXT);

	while (b != NULL && b->citations == NULL)
		b = sy_answer_block(b->next, SY_BLOCK_TEXT);
	return b != NULL;
}

static void put_grounding(struct sy_buf *out, const struct sy_answer_choice *c)
{
	sy_buf_key(out, "groundingMetadata");
	sy_buf_lit(out, "{\"groundingChunks\":[");
	each_citation(out, c, put_source);
	sy_buf_lit(out, "],\"groundingSupports\":[");
	each_citation(out, c, put_support);
	sy_buf_lit(out, "]}");
}

/* --- Beside the content. ------------------------------------------------------------------ */

static void put_span(struct sy_buf *out, const char *key, struct sy_span value)
{
	sy_buf_key(out, key);
	if (value.at != NULL)
		sy_put_compact(value, out);
	else
		sy_buf_lit(out, "null");
}

static void put_token(struct sy_buf *out, struct sy_span token)
{
	sy_buf_putc(out, '{');
	put_span(out, "token", sy_walk_get(token, "token"));
	put_span(out, "logProbability", sy_walk_get(token, "logprob"));
	sy_buf_putc(out, '}');
}

static void put_top(struct sy_buf *out, struct sy_span token)
{
	struct sy_span list = sy_walk_get(token, "top_logprobs"), other;
	const char *comma = "";
	size_t pos = 0;

	sy_buf_lit(out, "{\"candidates\":[");
	for (; sy_walk_element(list, &pos, &other); comma = ",") {
		sy_buf_puts(out, comma);
		put_token(out, other);
	}
	sy_buf_lit(out, "]}");
}

/* The tokens of all the pieces that came. */
static void each_token(struct sy_buf *out, const struct sy_answer_extra *e,
    void (*put)(struct sy_buf *out, struct sy_span token))
{
	const char *comma = "";

	for (; e != NULL; e = e->next) {
		struct sy_span piece = { e->json, e->json_len }, token;
		struct sy_span list = sy_walk_get(piece, "content");
		size_t pos = 0;

		if (strcmp(e->key, "logprobs") != 0)
			continue;
		while (sy_walk_element(list, &pos, &token)) {
			sy_buf_puts(out, comma);
			comma = ",";
			put(out, token);
		}
	}
}

static void put_logprobs(struct sy_buf *out, const struct sy_answer_choice *c)
{
	const struct sy_answer_extra *e = c->extras;

	while (e != NULL && strcmp(e->key, "logprobs") != 0)
		e = e->next;
	if (e == NULL)
		return;
	sy_buf_key(out, "logprobsResult");
	sy_buf_lit(out, "{\"topCandidates\":[");
	each_token(out, e, put_top);
	sy_buf_lit(out, "],\"chosenCandidates\":[");
	each_token(out, e, put_token);
	sy_buf_lit(out, "]}");
}

void sy_gemini_put_beside(struct sy_buf *out, const struct sy_answer_choice *c)
{
	if (has_citations(c))
		put_grounding(out, c);
	put_logprobs(out, c);
}

/* Google's count of the output leaves its thoughts out, and that of the input does not leave
 * out what came from a cache. */
static void put_usage(struct sy_buf *out, const struct sy_usage *u)
{
	sy_buf_key(out, "usageMetadata");
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "promptTokenCount", sy_usage_in(u));
	sy_buf_member_int(out, "candidatesTokenCount", u->tokens[SY_OUT]);
	sy_buf_member_int(out, "totalTokenCount", sy_usage_in(u) + sy_usage_out(u));
	if (u->tokens[SY_IN_CACHE_READ] > 0)
		sy_buf_member_int(out, "cachedContentTokenCount",
		    u->tokens[SY_IN_CACHE_READ]);
	if (u->tokens[SY_OUT_REASONING] > 0)
		sy_buf_member_int(out, "thoughtsTokenCount", u->tokens[SY_OUT_REASONING]);
	sy_buf_putc(out, '}');
}

void sy_gemini_put_tail(struct sy_buf *out, const struct sy_face *face,
    const struct sy_answer *answer)
{
	if (answer != NULL && answer->usage.source != SY_USAGE_NONE)
		put_usage(out, &answer->usage);
	sy_buf_member(out, "modelVersion", face->model);
	sy_buf_member(out, "responseId", face->id);
}
