/*
 * openai_chat_whole.c - whole answers as clients of the chat completions API read them.
 *
 * An answer is an ordered list of blocks; this shape has one place for each kind of them.
 */
#include "dialect/openai_chat.h"

#include "base/buf.h"
#include "base/walk.h"
#include "dialect/openai.h"
#include "dialect/openai_chat_members.h"

#include <string.h>

static bool is_first(const struct sy_answer_extra *list, const struct sy_answer_extra *e)
{
	while (list != e && strcmp(list->key, e->key) != 0)
		list = list->next;
	return list == e;
}

static void put_logprobs(struct sy_buf *out, const struct sy_answer_extra *e)
{
	sy_buf_lit(out, "{\"content\":");
	sy_openai_join_pieces(out, e, "content");
	sy_buf_lit(out, ",\"refusal\":null}");
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
		sy_buf_key(out, e->key);
		if (e->json[0] == '[')
			sy_openai_join_pieces(out, e, NULL);
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
	sy_buf_member(out, "id", call->id);
	sy_buf_puts(out, call->custom ? ",\"type\":\"custom\",\"custom\":{"
	                              : ",\"type\":\"function\",\"function\":{");
	sy_buf_member(out, "name", call->name);
	sy_buf_puts(out, call->custom ? ",\"input\":" : ",\"arguments\":");
	put_arguments(out, call);
	sy_buf_putc(out, '}');
	sy_openai_put_call_mark(out, call->signature);
	sy_buf_putc(out, '}');
}

static void put_calls(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_answer_choice *c)
{
	const struct sy_answer_block *call = sy_answer_block(c->blocks, SY_BLOCK_CALL);

	if (call == NULL)
		return;
	if (sy_openai_old_functions(ask)) {
		sy_buf_lit(out, ",\"function_call\":{");
		sy_buf_member(out, "name", call->name);
		sy_buf_lit(out, ",\"arguments\":");
		put_arguments(out, call);
		sy_buf_putc(out, '}');
		return;
	}
	sy_buf_lit(out, ",\"tool_calls\":[");
	for (const char *comma = ""; call != NULL; comma = ",") {
		sy_buf_puts(out, comma);
		put_call(out, call);
		call = sy_answer_block(call->next, SY_BLOCK_CALL);
	}
	sy_buf_putc(out, ']');
}

static void put_thought(struct sy_buf *out, const struct sy_answer_block *b, int index)
{
	struct sy_event thought = { .text = b->text.data,
		.text_len = b->data == NULL ? b->text.len : 0,
		.signature = b->signature,
		.data = b->data,
		.format = b->format };

	if (b->kind == SY_BLOCK_CALL)
		sy_openai_put_call_thought(out, b->signature, b->id, index);
	else
		sy_openai_put_thought(out, &thought, index);
}

/* What is signed or encrypted, to be handed back unchanged. */
static void put_thoughts(struct sy_buf *out, const struct sy_answer_choice *c)
{
	int index = 0;

	for (const struct sy_answer_block *b = c->blocks; b != NULL; b = b->next) {
		bool call = b->kind == SY_BLOCK_CALL && b->signature != NULL;

		if (!call && (b->kind != SY_BLOCK_REASONING || !b->closed))
			continue;
		sy_buf_puts(out, index > 0 ? ",{" : ",\"reasoning_details\":[{");
		put_thought(out, b, index++);
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
		sy_buf_lit(out, ",\"reasoning_content\":");
		put_joined(out, c, SY_BLOCK_REASONING);
	}
	put_thoughts(out, c);
}

static bool put_citation(struct sy_buf *out, const struct sy_answer_citation *c,
    bool first)
{
	struct sy_event ev = { .url = c->url,
		.title = c->title,
		.from = c->from,
		.to = c->to,
		.json = c->json,
		.json_len = c->json_len,
		.format = c->format };

	if (ev.url == NULL && !sy_openai_own_citation(&ev))
		return false;
	sy_buf_puts(out, first ? ",\"annotations\":[" : ",");
	if (sy_openai_own_citation(&ev)) {
		sy_openai_put_line(out, (struct sy_span){ ev.json, ev.json_len });
	} else {
		sy_buf_putc(out, '{');
		sy_openai_put_citation(out, &ev);
		sy_buf_putc(out, '}');
	}
	return true;
}

static void put_citations(struct sy_buf *out, const struct sy_answer_choice *c)
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_TEXT);
	bool any = false;

	for (; b != NULL; b = sy_answer_block(b->next, SY_BLOCK_TEXT))
		for (const struct sy_answer_citation *k = b->citations; k != NULL;
		     k = k->next)
			any |= put_citation(out, k, !any);
	sy_buf_puts(out, any ? "]" : "");
}

static void put_pictures(struct sy_buf *out, const struct sy_answer_choice *c)
{
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_MEDIA);
	bool any = false;

	for (; b != NULL; b = sy_answer_block(b->next, SY_BLOCK_MEDIA)) {
		if (!sy_openai_is_picture(b->media_type))
			continue;
		sy_buf_puts(out, any ? ",{" : ",\"images\":[{");
		sy_openai_put_picture(out, b->media_type, b->data);
		sy_buf_putc(out, '}');
		any = true;
	}
	sy_buf_puts(out, any ? "]" : "");
}

static void put_choice(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_answer_choice *c, int index)
{
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "index", index);
	sy_buf_lit(out, ",\"message\":{\"role\":\"assistant\",\"content\":");
	if (!has(c, SY_BLOCK_TEXT) && (has(c, SY_BLOCK_CALL) || has(c, SY_BLOCK_REFUSAL)))
		sy_buf_lit(out, "null");
	else
		put_joined(out, c, SY_BLOCK_TEXT);
	sy_buf_lit(out, ",\"refusal\":");
	if (has(c, SY_BLOCK_REFUSAL))
		put_joined(out, c, SY_BLOCK_REFUSAL);
	else
		sy_buf_lit(out, "null");
	put_reasoning(out, c);
	put_calls(out, ask, c);
	put_citations(out, c);
	put_pictures(out, c);
	put_extras(out, c->extras, SY_EXTRA_MESSAGE);
	sy_buf_putc(out, '}');
	put_extras(out, c->extras, SY_EXTRA_CHOICE);
	sy_buf_lit(out, ",\"finish_reason\":");
	sy_buf_json_str(out, sy_openai_finish_word(ask, c->finish));
	sy_buf_putc(out, '}');
}

void sy_openai_chat_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out)
{
	const char *comma = "";

	sy_openai_put_head(out, face, "chat.completion");
	sy_buf_lit(out, ",\"choices\":[");
	for (int i = 0; i < answer->choice_count; i++) {
		if (answer->choices[i] == NULL)
			continue;
		sy_buf_puts(out, comma);
		put_choice(out, ask, answer->choices[i], i);
		comma = ",";
	}
	sy_buf_lit(out, "],");
	sy_openai_put_usage(out, &answer->usage);
	put_extras(out, answer->extras, SY_EXTRA_ANSWER);
	sy_buf_lit(out, "}\n");
}
