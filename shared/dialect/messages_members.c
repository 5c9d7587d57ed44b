/*
 * messages_members.c - what streams and whole answers of Messages have in common.
 */
#include "dialect/messages.h"

#include "base/buf.h"
#include "base/walk.h"
#include "dialect/anthropic_names.h"
#include "model/chat.h"
#include "model/usage.h"

#include <string.h>

bool sy_messages_shows_thoughts(const struct sy_ask *ask)
{
	return ask->chat == NULL || ask->chat->thoughts == SY_THOUGHTS_WANTED;
}

void sy_messages_put_head(struct sy_buf *out, const struct sy_face *face)
{
	sy_buf_putc(out, '{');
	sy_buf_member(out, "id", face->id);
	sy_buf_member(out, "type", "message");
	sy_buf_member(out, "role", "assistant");
	sy_buf_member(out, "model", face->model);
}

/* What the answer holds decides before any word: clients go on by it. */
const char *sy_messages_stop_reason(enum sy_finish finish, const char *native,
    bool stop_sequence, bool calls)
{
	int known = native != NULL ? sy_word_value(sy_anthropic_stops, native) : -1;

	if (finish == SY_FINISH_CONTENT_FILTER)
		return "refusal";
	if (finish == SY_FINISH_LENGTH)
		return known == SY_FINISH_LENGTH ? native : "max_tokens";
	if (calls)
		return "tool_use";
	if (stop_sequence)
		return "stop_sequence";
	return known == SY_FINISH_STOP ? native : "end_turn";
}

void sy_messages_put_stop(struct sy_buf *out, const char *reason, const char *sequence)
{
	sy_buf_member(out, "stop_reason", reason);
	sy_buf_member(out, "stop_sequence", sequence);
}

/* Input does not include here what a cache read or wrote. */
void sy_messages_put_usage(struct sy_buf *out, const struct sy_usage *usage)
{
	const int64_t *tokens = usage->tokens;

	sy_buf_key(out, "usage");
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "input_tokens", tokens[SY_IN]);
	sy_buf_member_int(out, "cache_creation_input_tokens", tokens[SY_IN_CACHE_WRITE]);
	sy_buf_member_int(out, "cache_read_input_tokens", tokens[SY_IN_CACHE_READ]);
	sy_buf_member_int(out, "output_tokens", sy_usage_out(usage));
	if (tokens[SY_OUT_REASONING] > 0) {
		sy_buf_key(out, "output_tokens_details");
		sy_buf_putc(out, '{');
		sy_buf_member_int(out, "thinking_tokens", tokens[SY_OUT_REASONING]);
		sy_buf_putc(out, '}');
	}
	sy_buf_putc(out, '}');
}

/* --- Citations. -------------------------------------------------------------------------- */

static void put_cited(struct sy_buf *out, const struct sy_event *ev)
{
	sy_buf_key(out, "cited_text");
	sy_buf_json(out, ev->text_len > 0 ? ev->text : "", ev->text_len);
	sy_buf_member(out, "title", ev->title);
}

/* In the form that comes nearest: pages of the web have one, all else is a search's result. */
void sy_messages_put_citation(struct sy_buf *out, const struct sy_event *ev)
{
	if (ev->json != NULL && ev->format != NULL &&
	    strcmp(ev->format, "anthropic") == 0) {
		sy_buf_add(out, ev->json, ev->json_len);
		return;
	}
	sy_buf_putc(out, '{');
	if (ev->url != NULL) {
		sy_buf_member(out, "type", "web_search_result_location");
		put_cited(out, ev);
		sy_buf_member(out, "url", ev->url);
		sy_buf_member(out, "encrypted_index", "");
	} else {
		sy_buf_member(out, "type", "search_result_location");
		put_cited(out, ev);
		sy_buf_member(out, "source", ev->data != NULL ? ev->data : "");
		sy_buf_member_int(out, "search_result_index", 0);
		sy_buf_member_int(out, "start_block_index", 0);
		sy_buf_member_int(out, "end_block_index", 0);
	}
	sy_buf_putc(out, '}');
}

bool sy_messages_is_stop_sequence(const char *key, const char *json, size_t len)
{
	return strcmp(key, "stop_reason") == 0 &&
	       sy_span_is_string((struct sy_span){ json, len });
}
