/*
 * openai_chat_out.c - answers as clients of the chat completions API read them.
 *
 * The shapes are the narrow ones that the official clients' stream helpers need: the role in
 * a choice's first chunk only, a call's id, type and name once, one finish a choice, usage in
 * one chunk of its own at the very end.
 */
#include "dialect/openai_chat.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/openai.h"
#include "model/answer.h"
#include "model/chat.h"
#include "model/words.h"

#include <string.h>

#define LIT(out, text) sy_buf_add(out, text, sizeof(text) - 1)

static bool old_functions(const struct sy_ask *ask)
{
	return ask->chat != NULL && ask->chat->old_functions;
}

static const char *finish_word(const struct sy_ask *ask, enum sy_finish finish)
{
	if (finish == SY_FINISH_TOOL_CALLS && old_functions(ask))
		finish = SY_FINISH_FUNCTION_CALL;
	if (finish == SY_FINISH_NONE)
		finish = SY_FINISH_STOP;
	return sy_word_name(sy_finish_words, (int)finish);
}

static void put_field(struct sy_buf *out, const char *key, const char *text)
{
	sy_buf_putc(out, '"');
	sy_buf_puts(out, key);
	LIT(out, "\":");
	sy_buf_json_str(out, text);
}

static void put_count(struct sy_buf *out, const char *key, int64_t n)
{
	sy_buf_putc(out, '"');
	sy_buf_puts(out, key);
	LIT(out, "\":");
	sy_buf_int(out, n);
}

static void put_usage(struct sy_buf *out, const struct sy_usage *u)
{
	LIT(out, "\"usage\":{");
	put_count(out, "prompt_tokens", sy_usage_in(u));
	sy_buf_putc(out, ',');
	put_count(out, "completion_tokens", sy_usage_out(u));
	sy_buf_putc(out, ',');
	put_count(out, "total_tokens", sy_usage_in(u) + sy_usage_out(u));
	LIT(out, ",\"prompt_tokens_details\":{");
	put_count(out, "cached_tokens", u->tokens[SY_IN_CACHE_READ]);
	if (u->tokens[SY_IN_CACHE_WRITE] > 0) {
		sy_buf_putc(out, ',');
		put_count(out, "cache_write_tokens", u->tokens[SY_IN_CACHE_WRITE]);
	}
	LIT(out, "},\"completion_tokens_details\":{");
	put_count(out, "reasoning_tokens", u->tokens[SY_OUT_REASONING]);
	LIT(out, "}}");
}

static void put_head(struct sy_buf *out, const struct sy_face *face, const char *object)
{
	sy_buf_putc(out, '{');
	put_field(out, "id", face->id);
	sy_buf_putc(out, ',');
	put_field(out, "object", object);
	sy_buf_putc(out, ',');
	put_count(out, "created", face->created);
	sy_buf_putc(out, ',');
	put_field(out, "model", face->model);
}

/* The members of a thought's element, from its type on. */
static void put_thought(struct sy_buf *out, const char *text, size_t text_len,
    const char *signature, const char *data, const char *format, int index)
{
	put_field(out, "type", data != NULL ? "reasoning.encrypted" : "reasoning.text");
	if (text_len > 0) {
		LIT(out, ",\"text\":");
		sy_buf_json(out, text, text_len);
	}
	if (signature != NULL) {
		sy_buf_putc(out, ',');
		put_field(out, "signature", signature);
	}
	if (data != NULL) {
		sy_buf_putc(out, ',');
		put_field(out, "data", data);
	}
	/* Once a thought: stream helpers join the strings of one index. */
	if (format != NULL && (signature != NULL || data != NULL)) {
		sy_buf_putc(out, ',');
		put_field(out, "format", format);
	}
	sy_buf_putc(out, ',');
	put_count(out, "index", index);
}

/* --- Streams. ---------------------------------------------------------------------------- */

static void open_chunk(struct sy_buf *out, const struct sy_face *face)
{
	LIT(out, "data: ");
	put_head(out, face, "chat.completion.chunk");
	LIT(out, ",\"choices\":[");
}

static void open_delta(struct sy_buf *out, const struct sy_face *face, int choice)
{
	open_chunk(out, face);
	sy_buf_putc(out, '{');
	put_count(out, "index", choice);
	LIT(out, ",\"delta\":{");
}

static void close_choice(struct sy_buf *out, const struct sy_ask *ask, const char *finish)
{
	LIT(out, ",\"finish_reason\":");
	sy_buf_json_str(out, finish);
	LIT(out, "}]");
	if (ask->include_usage)
		LIT(out, ",\"usage\":null");
}

static void close_delta(struct sy_buf *out, const struct sy_ask *ask, const char *finish)
{
	sy_buf_putc(out, '}');
	close_choice(out, ask, finish);
	LIT(out, "}\n\n");
}

/* A choice's first chunk; the content of a turn of calls alone is null. */
static void say_role(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	LIT(out, "\"role\":\"assistant\",\"content\":");
	sy_buf_puts(out, ev->kind == SY_EV_TOOL_CALL ? "null" : "\"\"");
	close_delta(out, ask, NULL);
}

static void say_text(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, const struct sy_event *ev, const char *key)
{
	if (ev->text_len == 0)
		return;
	open_delta(out, face, ev->choice);
	sy_buf_puts(out, key);
	sy_buf_json(out, ev->text, ev->text_len);
	close_delta(out, ask, NULL);
}

static void say_reasoning(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	if (ev->text_len > 0) {
		LIT(out, "\"reasoning_content\":");
		sy_buf_json(out, ev->text, ev->text_len);
	}
	if (ev->format != NULL || ev->signature != NULL || ev->data != NULL) {
		sy_buf_puts(out, ev->text_len > 0 ? "," : "");
		LIT(out, "\"reasoning_details\":[{");
		put_thought(out, ev->text, ev->text_len, ev->signature, ev->data,
		    ev->format, told->thoughts);
		LIT(out, "}]");
		told->thoughts += ev->signature != NULL || ev->data != NULL;
	}
	close_delta(out, ask, NULL);
}

/* A call's signature, as Google's own endpoint gives it. */
static void put_call_mark(struct sy_buf *out, const char *signature)
{
	if (signature == NULL)
		return;
	LIT(out, ",\"extra_content\":{\"google\":{");
	put_field(out, "thought_signature", signature);
	LIT(out, "}}");
}

/* The same where clients look for thoughts that have to go back: more of them keep it. */
static void put_call_thought(struct sy_buf *out, const char *signature, const char *id,
    int index)
{
	put_thought(out, NULL, 0, NULL, signature, SY_OPENAI_CALL_SIGNATURE "-v1", index);
	sy_buf_putc(out, ',');
	put_field(out, "id", id);
}

static void say_call(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	if (old_functions(ask)) {
		LIT(out, "\"function_call\":{");
		put_field(out, "name", ev->name);
		LIT(out, ",\"arguments\":\"\"}");
	} else {
		LIT(out, "\"tool_calls\":[{");
		put_count(out, "index", ev->call_index);
		sy_buf_putc(out, ',');
		put_field(out, "id", ev->id);
		sy_buf_puts(out, ev->custom ? ",\"type\":\"custom\",\"custom\":{"
		                            : ",\"type\":\"function\",\"function\":{");
		put_field(out, "name", ev->name);
		sy_buf_puts(out,
		    ev->custom ? ",\"input\":\"\"}" : ",\"arguments\":\"\"}");
		put_call_mark(out, ev->signature);
		LIT(out, "}]");
		if (ev->signature != NULL) {
			LIT(out, ",\"reasoning_details\":[{");
			put_call_thought(out, ev->signature, ev->id, told->thoughts++);
			LIT(out, "}]");
		}
	}
	close_delta(out, ask, NULL);
}

static void say_arguments(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	if (old_functions(ask)) {
		LIT(out, "\"function_call\":{\"arguments\":");
		sy_buf_json(out, ev->text, ev->text_len);
		sy_buf_putc(out, '}');
	} else {
		LIT(out, "\"tool_calls\":[{");
		put_count(out, "index", ev->call_index);
		sy_buf_puts(out, ev->custom ? ",\"custom\":{\"input\":"
		                            : ",\"function\":{\"arguments\":");
		sy_buf_json(out, ev->text, ev->text_len);
		LIT(out, "}}]");
	}
	close_delta(out, ask, NULL);
}

static void put_citation(struct sy_buf *out, const struct sy_answer_citation *c)
{
	LIT(out, "\"type\":\"url_citation\",\"url_citation\":{");
	put_field(out, "url", c->url);
	sy_buf_putc(out, ',');
	put_field(out, "title", c->title != NULL ? c->title : "");
	if (c->from >= 0 && c->to >= 0) {
		sy_buf_putc(out, ',');
		put_count(out, "start_index", c->from);
		sy_buf_putc(out, ',');
		put_count(out, "end_index", c->to);
	}
	sy_buf_putc(out, '}');
}

/* This API knows citations of the web alone. */
static void say_citation(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	struct sy_answer_citation c = { .url = ev->url,
		.title = ev->title,
		.from = ev->from,
		.to = ev->to };

	if (ev->url == NULL)
		return;
	open_delta(out, face, ev->choice);
	LIT(out, "\"annotations\":[{");
	put_count(out, "index", told->elements++);
	sy_buf_putc(out, ',');
	put_citation(out, &c);
	LIT(out, "}]");
	close_delta(out, ask, NULL);
}

/* A picture, as OpenRouter's clients know it; of sounds this shape has none to offer. */
static void put_picture(struct sy_buf *out, const char *media_type, const char *data)
{
	LIT(out, "\"type\":\"image_url\",\"image_url\":{\"url\":\"data:");
	sy_buf_puts(out, media_type);
	LIT(out, ";base64,");
	sy_buf_puts(out, data);
	LIT(out, "\"}");
}

static bool is_picture(const char *media_type)
{
	return media_type != NULL && sy_starts(media_type, "image/");
}

static void say_media(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	if (!is_picture(ev->media_type))
		return;
	open_delta(out, face, ev->choice);
	LIT(out, "\"images\":[{");
	put_count(out, "index", told->elements++);
	sy_buf_putc(out, ',');
	put_picture(out, ev->media_type, ev->data);
	LIT(out, "}]");
	close_delta(out, ask, NULL);
}

static void put_extra(struct sy_buf *out, const char *key, const char *json, size_t len)
{
	sy_buf_putc(out, '"');
	sy_buf_puts(out, key);
	LIT(out, "\":");
	sy_openai_put_line(out, (struct sy_span){ json, len });
}

/* An array inside a delta: stream helpers join elements by an index that each must have. */
static void put_indexed(struct sy_buf *out, struct sy_openai_told *told,
    const struct sy_event *ev)
{
	struct sy_span list = { ev->json, ev->json_len }, element;
	const char *comma = "";
	size_t pos = 0;

	if (!sy_span_is_array(list)) {
		put_extra(out, ev->key, ev->json, ev->json_len);
		return;
	}
	put_extra(out, ev->key, "[", 1);
	while (sy_walk_element(list, &pos, &element)) {
		sy_buf_puts(out, comma);
		comma = ",";
		if (!sy_span_is_object(element) ||
		    sy_walk_get(element, "index").at != NULL) {
			sy_openai_put_line(out, element);
			continue;
		}
		sy_buf_putc(out, '{');
		put_count(out, "index", told->elements++);
		sy_buf_puts(out, element.len > 2 ? "," : "");
		sy_openai_put_line(out,
		    (struct sy_span){ element.at + 1, element.len - 1 });
	}
	sy_buf_putc(out, ']');
}

static void say_extra(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	if (ev->place == SY_EXTRA_MESSAGE)
		put_indexed(out, told, ev);
	sy_buf_putc(out, '}');
	if (ev->place == SY_EXTRA_CHOICE) {
		sy_buf_putc(out, ',');
		put_extra(out, ev->key, ev->json, ev->json_len);
	}
	close_choice(out, ask, NULL);
	if (ev->place == SY_EXTRA_ANSWER) {
		sy_buf_putc(out, ',');
		put_extra(out, ev->key, ev->json, ev->json_len);
	}
	LIT(out, "}\n\n");
}

static void say_end(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, const struct sy_openai_chat_stream *s)
{
	if (ask->include_usage && s->usage.source != SY_USAGE_NONE) {
		open_chunk(out, face);
		LIT(out, "],");
		put_usage(out, &s->usage);
		LIT(out, "}\n\n");
	}
	LIT(out, "data: [DONE]\n\n");
}

static void say_in_choice(const struct sy_ask *ask, const struct sy_face *face,
    struct sy_openai_told *told, const struct sy_event *ev, struct sy_buf *out)
{
	switch (ev->kind) {
	case SY_EV_TEXT:
		say_text(out, ask, face, ev, "\"content\":");
		break;
	case SY_EV_REFUSAL:
		say_text(out, ask, face, ev, "\"refusal\":");
		break;
	case SY_EV_REASONING:
		say_reasoning(out, ask, face, told, ev);
		break;
	case SY_EV_TOOL_CALL:
		say_call(out, ask, face, told, ev);
		break;
	case SY_EV_TOOL_ARGS:
		say_arguments(out, ask, face, ev);
		break;
	case SY_EV_CITATION:
		say_citation(out, ask, face, told, ev);
		break;
	case SY_EV_MEDIA:
		say_media(out, ask, face, told, ev);
		break;
	case SY_EV_EXTRA:
		say_extra(out, ask, face, told, ev);
		break;
	default:
		open_delta(out, face, ev->choice);
		close_delta(out, ask, finish_word(ask, ev->finish));
		told->finished = true;
	}
}

void sy_openai_chat_event(const struct sy_ask *ask, const struct sy_face *face,
    void *state, const struct sy_event *ev, struct sy_buf *out)
{
	struct sy_openai_chat_stream *s = state;
	struct sy_openai_told *told;

	switch (ev->kind) {
	case SY_EV_START: /* the role comes with the first thing to say */
		return;
	case SY_EV_USAGE:
		s->usage = ev->usage;
		return;
	case SY_EV_END:
		say_end(out, ask, face, s);
		return;
	case SY_EV_ERROR:
		sy_openai_chat_error(ev->error, true, out);
		return;
	default:
		break;
	}
	if (ev->choice < 0 || ev->choice >= SY_ANSWER_CHOICES)
		return;
	told = &s->choices[ev->choice];
	if (told->finished)
		return;
	if (!told->begun)
		say_role(out, ask, face, ev);
	told->begun = true;
	say_in_choice(ask, face, told, ev, out);
}

void sy_openai_chat_error(const struct sy_error *err, bool streaming, struct sy_buf *out)
{
	sy_buf_puts(out, streaming ? "data: {\"error\":{" : "{\"error\":{");
	put_field(out, "message", err->message);
	sy_buf_putc(out, ',');
	put_field(out, "type", err->type);
	sy_buf_putc(out, ',');
	put_field(out, "param", err->param[0] != '\0' ? err->param : NULL);
	sy_buf_putc(out, ',');
	put_field(out, "code", err->code[0] != '\0' ? err->code : NULL);
	sy_buf_puts(out, streaming ? "}}\n\n" : "}}\n");
}

/* --- Whole answers. ---------------------------------------------------------------------- */

static bool is_first(const struct sy_answer_extra *list, const struct sy_answer_extra *e)
{
	while (list != e && strcmp(list->key, e->key) != 0)
		list = list->next;
	return list == e;
}

/* The elements of every piece of one key; of log probabilities, those of `inner`. */
static void join_pieces(struct sy_buf *out, const struct sy_answer_extra *e,
    const char *inner)
{
	const char *key = e->key, *comma = "";

	sy_buf_putc(out, '[');
	for (; e != NULL; e = e->next) {
		struct sy_span list = { e->json, e->json_len }, element;
		size_t pos = 0;

		if (strcmp(e->key, key) != 0)
			continue;
		if (inner != NULL)
			list = sy_walk_get(list, inner);
		while (sy_walk_element(list, &pos, &element)) {
			sy_buf_puts(out, comma);
			sy_buf_add(out, element.at, element.len);
			comma = ",";
		}
	}
	sy_buf_putc(out, ']');
}

static void put_logprobs(struct sy_buf *out, const struct sy_answer_extra *e)
{
	LIT(out, "{\"content\":");
	join_pieces(out, e, "content");
	LIT(out, ",\"refusal\":null}");
}

static const struct sy_answer_extra *last_of(const struct sy_answer_extra *e)
{
	const struct sy_answer_extra *last = e;

	for (; e != NULL; e = e->next)
		if (strcmp(e->key, last->key) == 0)
			last = e;
	return last;
}

/* Each key once: arrays joined, of other things the last. */
static void put_extras(struct sy_buf *out, const struct sy_answer_extra *list,
    enum sy_extra_place place)
{
	for (const struct sy_answer_extra *e = list; e != NULL; e = e->next) {
		if (e->place != place || !is_first(list, e))
			continue;
		sy_buf_putc(out, ',');
		put_extra(out, e->key, "", 0);
		if (e->json[0] == '[')
			join_pieces(out, e, NULL);
		else if (strcmp(e->key, "logprobs") == 0)
			put_logprobs(out, e);
		else
			sy_buf_puts(out, last_of(e)->json);
	}
}

static bool has(const struct sy_answer_choice *c, enum sy_block_kind kind)
{
	return sy_answer_block(c->blocks, kind) != NULL;
}

/* All blocks of a kind as one string. */
static void put_joined(struct sy_buf *out, const struct sy_answer_choice *c,
    enum sy_block_kind kind)
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, kind);

	sy_buf_putc(out, '"');
	for (; b != NULL; b = sy_answer_block(b->next, kind))
		sy_buf_json_piece(out, b->text.data, b->text.len);
	sy_buf_putc(out, '"');
}

static void put_arguments(struct sy_buf *out, const struct sy_answer_block *call)
{
	sy_buf_json(out, call->text.len > 0 ? call->text.data : "", call->text.len);
}

static void put_call(struct sy_buf *out, const struct sy_answer_block *call)
{
	sy_buf_putc(out, '{');
	put_field(out, "id", call->id);
	sy_buf_puts(out, call->custom ? ",\"type\":\"custom\",\"custom\":{"
	                              : ",\"type\":\"function\",\"function\":{");
	put_field(out, "name", call->name);
	sy_buf_puts(out, call->custom ? ",\"input\":" : ",\"arguments\":");
	put_arguments(out, call);
	sy_buf_putc(out, '}');
	put_call_mark(out, call->signature);
	sy_buf_putc(out, '}');
}

static void put_calls(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_answer_choice *c)
{
	const struct sy_answer_block *call = sy_answer_block(c->blocks, SY_BLOCK_CALL);

	if (call == NULL)
		return;
	if (old_functions(ask)) {
		LIT(out, ",\"function_call\":{");
		put_field(out, "name", call->name);
		LIT(out, ",\"arguments\":");
		put_arguments(out, call);
		sy_buf_putc(out, '}');
		return;
	}
	LIT(out, ",\"tool_calls\":[");
	for (const char *comma = ""; call != NULL; comma = ",") {
		sy_buf_puts(out, comma);
		put_call(out, call);
		call = sy_answer_block(call->next, SY_BLOCK_CALL);
	}
	sy_buf_putc(out, ']');
}

/* Thoughts that are signed or encrypted, to be handed back unchanged. */
static void put_thoughts(struct sy_buf *out, const struct sy_answer_choice *c)
{
	int index = 0;

	for (const struct sy_answer_block *b = c->blocks; b != NULL; b = b->next) {
		bool call = b->kind == SY_BLOCK_CALL && b->signature != NULL;

		if (!call && (b->kind != SY_BLOCK_REASONING || !b->closed))
			continue;
		sy_buf_puts(out, index > 0 ? ",{" : ",\"reasoning_details\":[{");
		if (call)
			put_call_thought(out, b->signature, b->id, index++);
		else
			put_thought(out, b->text.data, b->data == NULL ? b->text.len : 0,
			    b->signature, b->data, b->format, index++);
		sy_buf_putc(out, '}');
	}
	sy_buf_puts(out, index > 0 ? "]" : "");
}

static bool thought_aloud(const struct sy_answer_choice *c)
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_REASONING);

	while (b != NULL && b->text.len == 0)
		b = sy_answer_block(b->next, SY_BLOCK_REASONING);
	return b != NULL;
}

static void put_reasoning(struct sy_buf *out, const struct sy_answer_choice *c)
{
	if (thought_aloud(c)) {
		LIT(out, ",\"reasoning_content\":");
		put_joined(out, c, SY_BLOCK_REASONING);
	}
	put_thoughts(out, c);
}

static void put_citations(struct sy_buf *out, const struct sy_answer_choice *c)
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_TEXT);
	bool any = false;

	for (; b != NULL; b = sy_answer_block(b->next, SY_BLOCK_TEXT))
		for (const struct sy_answer_citation *k = b->citations; k != NULL;
		    k = k->next) {
			if (k->url == NULL)
				continue;
			sy_buf_puts(out, any ? ",{" : ",\"annotations\":[{");
			put_citation(out, k);
			sy_buf_putc(out, '}');
			any = true;
		}
	sy_buf_puts(out, any ? "]" : "");
}

static void put_pictures(struct sy_buf *out, const struct sy_answer_choice *c)
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_MEDIA);
	bool any = false;

	for (; b != NULL; b = sy_answer_block(b->next, SY_BLOCK_MEDIA)) {
		if (!is_picture(b->media_type))
			continue;
		sy_buf_puts(out, any ? ",{" : ",\"images\":[{");
		put_picture(out, b->media_type, b->data);
		sy_buf_putc(out, '}');
		any = true;
	}
	sy_buf_puts(out, any ? "]" : "");
}

static void put_choice(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_answer_choice *c, int index)
{
	sy_buf_putc(out, '{');
	put_count(out, "index", index);
	LIT(out, ",\"message\":{\"role\":\"assistant\",\"content\":");
	if (!has(c, SY_BLOCK_TEXT) && (has(c, SY_BLOCK_CALL) || has(c, SY_BLOCK_REFUSAL)))
		LIT(out, "null");
	else
		put_joined(out, c, SY_BLOCK_TEXT);
	LIT(out, ",\"refusal\":");
	if (has(c, SY_BLOCK_REFUSAL))
		put_joined(out, c, SY_BLOCK_REFUSAL);
	else
		LIT(out, "null");
	put_reasoning(out, c);
	put_calls(out, ask, c);
	put_citations(out, c);
	put_pictures(out, c);
	put_extras(out, c->extras, SY_EXTRA_MESSAGE);
	sy_buf_putc(out, '}');
	put_extras(out, c->extras, SY_EXTRA_CHOICE);
	LIT(out, ",\"finish_reason\":");
	sy_buf_json_str(out, finish_word(ask, c->finish));
	sy_buf_putc(out, '}');
}

void sy_openai_chat_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out)
{
	const char *comma = "";

	put_head(out, face, "chat.completion");
	LIT(out, ",\"choices\":[");
	for (int i = 0; i < answer->choice_count; i++) {
		if (answer->choices[i] == NULL)
			continue;
		sy_buf_puts(out, comma);
		put_choice(out, ask, answer->choices[i], i);
		comma = ",";
	}
	LIT(out, "],");
	put_usage(out, &answer->usage);
	put_extras(out, answer->extras, SY_EXTRA_ANSWER);
	LIT(out, "}\n");
}
