/*
 * openai_chat_members.c - see openai_chat_members.h.
 */
#include "dialect/openai_chat_members.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/openai.h"
#include "dialect/openai_chat.h"
#include "model/answer.h"
#include "model/chat.h"
#include "model/words.h"

#include <string.h>

bool sy_openai_old_functions(const struct sy_ask *ask)
{
	return ask->chat != NULL && ask->chat->old_functions;
}

const char *sy_openai_finish_word(const struct sy_ask *ask, enum sy_finish finish)
{
	if (finish == SY_FINISH_TOOL_CALLS && sy_openai_old_functions(ask))
		finish = SY_FINISH_FUNCTION_CALL;
	if (finish == SY_FINISH_NONE)
		finish = SY_FINISH_STOP;
	return sy_word_name(sy_finish_words, (int)finish);
}

void sy_openai_put_usage(struct sy_buf *out, const struct sy_usage *u)
{
	sy_buf_lit(out, "\"usage\":{");
	sy_buf_member_int(out, "prompt_tokens", sy_usage_in(u));
	sy_buf_member_int(out, "completion_tokens", sy_usage_out(u));
	sy_buf_member_int(out, "total_tokens", sy_usage_in(u) + sy_usage_out(u));
	sy_buf_lit(out, ",\"prompt_tokens_details\":{");
	sy_buf_member_int(out, "cached_tokens", u->tokens[SY_IN_CACHE_READ]);
	if (u->tokens[SY_IN_CACHE_WRITE] > 0)
		sy_buf_member_int(out, "cache_write_tokens",
		    u->tokens[SY_IN_CACHE_WRITE]);
	sy_buf_lit(out, "},\"completion_tokens_details\":{");
	sy_buf_member_int(out, "reasoning_tokens", u->tokens[SY_OUT_REASONING]);
	sy_buf_lit(out, "}}");
}

void sy_openai_put_head(struct sy_buf *out, const struct sy_face *face,
    const char *object)
{
	sy_buf_putc(out, '{');
	sy_buf_member(out, "id", face->id);
	sy_buf_member(out, "object", object);
	sy_buf_member_int(out, "created", face->created);
	sy_buf_member(out, "model", face->model);
}

void sy_openai_put_thought(struct sy_buf *out, const struct sy_event *ev, int index)
{
	bool over = ev->signature != NULL || ev->data != NULL;

	sy_buf_member(out, "type",
	    ev->data != NULL ? "reasoning.encrypted" : "reasoning.text");
	if (ev->text_len > 0) {
		sy_buf_key(out, "text");
		sy_buf_json(out, ev->text, ev->text_len);
	}
	if (ev->signature != NULL)
		sy_buf_member(out, "signature", ev->signature);
	if (ev->data != NULL)
		sy_buf_member(out, "data", ev->data);
	/* Once a thought: stream helpers join the strings of one index. */
	if (ev->format != NULL && over)
		sy_buf_member(out, "format", ev->format);
	sy_buf_member_int(out, "index", index);
}

void sy_openai_put_call_mark(struct sy_buf *out, const char *signature)
{
	if (signature == NULL)
		return;
	sy_buf_lit(out, ",\"extra_content\":{\"google\":{");
	sy_buf_member(out, "thought_signature", signature);
	sy_buf_lit(out, "}}");
}

void sy_openai_put_call_thought(struct sy_buf *out, const char *signature, const char *id,
    int index)
{
	struct sy_event thought = { .data = signature,
		.format = SY_OPENAI_CALL_SIGNATURE "-v1" };

	sy_openai_put_thought(out, &thought, index);
	sy_buf_member(out, "id", id);
}

bool sy_openai_own_citation(const struct sy_event *ev)
{
	return ev->json != NULL && ev->format != NULL &&
	       strcmp(ev->format, "openai") == 0;
}

void sy_openai_put_citation(struct sy_buf *out, const struct sy_event *ev)
{
	bool placed = ev->from >= 0 && ev->to >= 0;

	sy_buf_member(out, "type", "url_citation");
	sy_buf_lit(out, ",\"url_citation\":{");
	sy_buf_member(out, "url", ev->url);
	sy_buf_member(out, "title", ev->title != NULL ? ev->title : "");
	/* Clients that check what they read want both, known or not. */
	sy_buf_member_int(out, "start_index", placed ? ev->from : 0);
	sy_buf_member_int(out, "end_index", placed ? ev->to : 0);
	sy_buf_putc(out, '}');
}

void sy_openai_put_picture(struct sy_buf *out, const char *media_type, const char *data)
{
	sy_buf_member(out, "type", "image_url");
	sy_buf_lit(out, ",\"image_url\":{\"url\":\"data:");
	sy_buf_puts(out, media_type);
	sy_buf_lit(out, ";base64,");
	sy_buf_puts(out, data);
	sy_buf_lit(out, "\"}");
}

bool sy_openai_is_picture(const char *media_type)
{
	return media_type != NULL && sy_starts(media_type, "image/");
}

void sy_openai_put_extra(struct sy_buf *out, const char *key, const char *json,
    size_t len)
{
	sy_buf_key(out, key);
	sy_openai_put_line(out, (struct sy_span){ json, len });
}

void sy_openai_chat_error(const struct sy_error *err, const char *request_id,
    bool streaming, struct sy_buf *out)
{
	(void)request_id; /* stands in a header only */
	sy_buf_puts(out, streaming ? "data: {\"error\":{" : "{\"error\":{");
	sy_buf_member(out, "message", err->message);
	sy_buf_member(out, "type", err->type);
	sy_buf_member(out, "param", err->param[0] != '\0' ? err->param : NULL);
	sy_buf_member(out, "code", err->code[0] != '\0' ? err->code : NULL);
	sy_buf_puts(out, streaming ? "}}\n\n" : "}}\n");
}

void sy_openai_join_pieces(struct sy_buf *out, const struct sy_answer_extra *e,
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
			sy_openai_put_line(out, element);
			comma = ",";
		}
	}
	sy_buf_putc(out, ']');
}
