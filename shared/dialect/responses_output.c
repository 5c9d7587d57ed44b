/*
 * responses_output.c - the items of an answer, made from its blocks.
 *
 * Texts and refusals that follow one another are parts of one message; every other block is
 * an item, and a signed call two: the signature goes before it in a thought without words,
 * which clients hand back as they do all thoughts.
 */
#include "dialect/responses.h"

#include "base/buf.h"
#include "base/text.h"
#include "dialect/openai.h"
#include "dialect/openai_chat_members.h"

#include <stdlib.h>
#include <string.h>

/* --- Places. ----------------------------------------------------------------------------- */

/* Sounds have no item of their own here. */
static bool is_shown(const struct sy_answer_block *b)
{
	return b->kind != SY_BLOCK_MEDIA || sy_openai_is_picture(b->media_type);
}

static bool is_signed_call(const struct sy_answer_block *b)
{
	return b->kind == SY_BLOCK_CALL && b->signature != NULL;
}

/* On to the place of `b`, which comes behind `before`. */
static void step(struct sy_place *p, const struct sy_answer_block *before,
    const struct sy_answer_block *b)
{
	if (before != NULL && sy_response_is_said(before) && sy_response_is_said(b)) {
		p->part++;
		return;
	}
	p->item += 1 + is_signed_call(b);
	p->part = 0;
	p->first = b;
}

struct sy_place sy_response_place(const struct sy_response *r,
    const struct sy_answer_block *block)
{
	struct sy_place p = { -1, 0, NULL };
	const struct sy_answer_block *before = NULL;

	for (const struct sy_answer_block *b = sy_response_choice(r)->blocks; b != NULL;
	     before = b, b = b->next) {
		if (is_shown(b))
			step(&p, before, b);
		if (b == block)
			break;
	}
	if (!is_shown(block))
		p.item = -1;
	return p;
}

/* --- Ids. -------------------------------------------------------------------------------- */

static const char *prefix_of(const struct sy_answer_block *b)
{
	switch (b->kind) {
	case SY_BLOCK_REASONING:
		return "rs_";
	case SY_BLOCK_CALL:
		return b->custom ? "ctc_" : "fc_";
	case SY_BLOCK_MEDIA:
		return "ig_";
	default:
		return "msg_";
	}
}

static void put_id(struct sy_buf *out, const char *key, const struct sy_response *r,
    const char *prefix, int item)
{
	sy_buf_key(out, key);
	sy_buf_putc(out, '"');
	sy_buf_puts(out, prefix);
	sy_buf_puts(out, r->face->id + strlen("resp_"));
	sy_buf_printf(out, "_%d\"", item);
}

void sy_response_put_id(struct sy_buf *out, const char *key, const struct sy_response *r,
    const struct sy_place *place)
{
	put_id(out, key, r, prefix_of(place->first), place->item);
}

/* --- Parts. ------------------------------------------------------------------------------ */

static void put_text(struct sy_buf *out, const char *key, const struct sy_buf *text)
{
	sy_buf_key(out, key);
	sy_buf_json(out, text->len > 0 ? text->data : "", text->len);
}

static int64_t points_in(const struct sy_buf *text)
{
	int64_t points = 0;

	for (size_t i = 0; i < text->len; i++)
		points += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return points;
}

/* Where this text begins in all that the choice says. */
static int64_t offset_of(const struct sy_response *r, const struct sy_answer_block *block)
{
	int64_t points = 0;

	for (const struct sy_answer_block *b = sy_response_choice(r)->blocks; b != block;
	     b = b->next)
		if (b->kind == SY_BLOCK_TEXT)
			points += points_in(&b->text);
	return points;
}

/* Clients that check what they read want both; a place that nobody knows is the start. */
static void put_position(struct sy_buf *out, const char *key, int64_t at, int64_t offset)
{
	sy_buf_member_int(out, key, at > offset ? at - offset : 0);
}

static void put_web_citation(struct sy_buf *out, const struct sy_answer_citation *c,
    int64_t offset)
{
	sy_buf_member(out, "type", "url_citation");
	sy_buf_member(out, "url", c->url);
	sy_buf_member(out, "title", c->title != NULL ? c->title : "");
	put_position(out, "start_index", c->from, offset);
	put_position(out, "end_index", c->to, offset);
}

static void put_file_citation(struct sy_buf *out, const struct sy_answer_citation *c)
{
	const char *document = c->document != NULL ? c->document : "";

	sy_buf_member(out, "type", "file_citation");
	sy_buf_member(out, "file_id", document);
	sy_buf_member(out, "filename", c->title != NULL ? c->title : document);
	sy_buf_member_int(out, "index", atoi(document));
}

void sy_response_put_annotation(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *block, const struct sy_answer_citation *c)
{
	sy_buf_putc(out, '{');
	if (c->url != NULL)
		put_web_citation(out, c, offset_of(r, block));
	else
		put_file_citation(out, c);
	sy_buf_putc(out, '}');
}

static void put_annotations(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *block)
{
	const char *comma = "";

	sy_buf_key(out, "annotations");
	sy_buf_putc(out, '[');
	for (const struct sy_answer_citation *c = block->citations; c != NULL;
	     c = c->next) {
		sy_buf_puts(out, comma);
		sy_response_put_annotation(out, r, block, c);
		comma = ",";
	}
	sy_buf_putc(out, ']');
}

/* They come in pieces of their own, and belong to the answer's text, which is one as a rule. */
void sy_response_put_logprobs(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *block)
{
	const struct sy_answer_choice *c = sy_response_choice(r);
	const struct sy_answer_extra *e = c->extras;

	sy_buf_key(out, "logprobs");
	while (e != NULL && strcmp(e->key, "logprobs") != 0)
		e = e->next;
	if (e != NULL && block == sy_answer_block(c->blocks, SY_BLOCK_TEXT))
		sy_openai_join_pieces(out, e, "content");
	else
		sy_buf_lit(out, "[]");
}

static const struct sy_buf nothing;

static void put_said(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *b, bool whole)
{
	if (b->kind == SY_BLOCK_REFUSAL) {
		sy_buf_member(out, "type", "refusal");
		put_text(out, "refusal", whole ? &b->text : &nothing);
		return;
	}
	sy_buf_member(out, "type", "output_text");
	put_text(out, "text", whole ? &b->text : &nothing);
	if (!whole) {
		sy_buf_lit(out, ",\"annotations\":[],\"logprobs\":[]");
		return;
	}
	put_annotations(out, r, b);
	sy_response_put_logprobs(out, r, b);
}

void sy_response_put_part(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *block, bool whole)
{
	sy_buf_putc(out, '{');
	if (block->kind == SY_BLOCK_REASONING) {
		sy_buf_member(out, "type", "summary_text");
		put_text(out, "text", whole ? &block->text : &nothing);
	} else {
		put_said(out, r, block, whole);
	}
	sy_buf_putc(out, '}');
}

/* --- Items. ------------------------------------------------------------------------------ */

static void put_message(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *b, bool whole)
{
	const char *comma = "";

	sy_buf_member(out, "type", "message");
	sy_buf_member(out, "role", "assistant");
	sy_buf_key(out, "content");
	sy_buf_putc(out, '[');
	for (; whole && b != NULL && sy_response_is_said(b); b = b->next) {
		sy_buf_puts(out, comma);
		sy_response_put_part(out, r, b, true);
		comma = ",";
	}
	sy_buf_putc(out, ']');
}

static void put_seal(struct sy_buf *out, enum sy_seal_kind kind, const char *format,
    const char *text)
{
	const struct sy_seal seal = { kind, format, text };

	if (text == NULL)
		return;
	sy_buf_key(out, "encrypted_content");
	sy_responses_put_seal(out, &seal);
}

static void put_thought(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *b, bool whole)
{
	sy_buf_member(out, "type", "reasoning");
	sy_buf_key(out, "summary");
	sy_buf_putc(out, '[');
	if (whole && b->text.len > 0)
		sy_response_put_part(out, r, b, true);
	sy_buf_putc(out, ']');
	if (!whole)
		return;
	if (b->data != NULL)
		put_seal(out, SY_SEAL_DATA, b->format, b->data);
	else
		put_seal(out, SY_SEAL_SIGNATURE, b->format, b->signature);
}

void sy_response_put_arguments(struct sy_buf *out, const struct sy_answer_block *call)
{
	if (call->text.len > 0)
		sy_buf_json(out, call->text.data, call->text.len);
	else
		sy_buf_puts(out, call->custom ? "\"\"" : "\"{}\"");
}

static void put_call(struct sy_buf *out, const struct sy_response *r,
    const struct sy_place *place, bool whole)
{
	const struct sy_answer_block *b = place->first;

	sy_buf_member(out, "type", b->custom ? "custom_tool_call" : "function_call");
	if (b->id != NULL)
		sy_buf_member(out, "call_id", b->id);
	else
		put_id(out, "call_id", r, "call_", place->item);
	sy_buf_member(out, "name", b->name);
	sy_buf_key(out, b->custom ? "input" : "arguments");
	if (whole)
		sy_response_put_arguments(out, b);
	else
		sy_buf_lit(out, "\"\"");
}

static void put_picture(struct sy_buf *out, const struct sy_answer_block *b, bool whole)
{
	sy_buf_member(out, "type", "image_generation_call");
	sy_buf_member(out, "result", whole ? b->data : NULL);
}

/* What was under way when the answer was cut short is not complete; the rest is. */
static void put_item_status(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *b, bool whole)
{
	const struct sy_answer_block *last = sy_response_choice(r)->last;
	bool cut = r->status == SY_RESPONSE_INCOMPLETE || r->status == SY_RESPONSE_FAILED;

	while (b != last && b->next != NULL && sy_response_is_said(b) &&
	       sy_response_is_said(b->next))
		b = b->next;
	sy_buf_member(out, "status",
	    !whole             ? "in_progress"
	    : cut && b == last ? "incomplete"
	                       : "completed");
}

void sy_response_put_item(struct sy_buf *out, const struct sy_response *r,
    const struct sy_place *place, bool whole)
{
	const struct sy_answer_block *b = place->first;

	sy_buf_putc(out, '{');
	sy_response_put_id(out, "id", r, place);
	if (b->kind == SY_BLOCK_REASONING)
		put_thought(out, r, b, whole);
	else if (b->kind == SY_BLOCK_CALL)
		put_call(out, r, place, whole);
	else if (b->kind == SY_BLOCK_MEDIA)
		put_picture(out, b, whole);
	else
		put_message(out, r, b, whole);
	put_item_status(out, r, b, whole);
	sy_buf_putc(out, '}');
}

void sy_response_put_call_thought(struct sy_buf *out, const struct sy_response *r,
    const struct sy_place *place)
{
	sy_buf_putc(out, '{');
	put_id(out, "id", r, "rs_", place->item - 1);
	sy_buf_lit(out, ",\"type\":\"reasoning\",\"summary\":[]");
	put_seal(out, SY_SEAL_CALL, SY_OPENAI_CALL_SIGNATURE "-v1",
	    place->first->signature);
	sy_buf_member(out, "status", "completed");
	sy_buf_putc(out, '}');
}

void sy_response_put_output(struct sy_buf *out, const struct sy_response *r)
{
	const struct sy_answer_choice *c = sy_response_choice(r);
	const char *comma = "";

	sy_buf_key(out, "output");
	sy_buf_putc(out, '[');
	for (const struct sy_answer_block *b = c != NULL ? c->blocks : NULL; b != NULL;
	     b = b->next) {
		struct sy_place place = sy_response_place(r, b);

		if (place.item < 0 || place.part > 0)
			continue;
		sy_buf_puts(out, comma);
		if (is_signed_call(b)) {
			sy_response_put_call_thought(out, r, &place);
			sy_buf_putc(out, ',');
		}
		sy_response_put_item(out, r, &place, true);
		comma = ",";
	}
	sy_buf_putc(out, ']');
}
