/*
 * responses_stream.c - answers as streams of the Responses API.
 *
 * Every item and every part is told to begin and to end, and at the end stands the whole
 * response; so the answer is folded as it goes, and what an event means is read from how the
 * fold has grown.  Calls end last: a provider may go on with an earlier one.
 */
#include "dialect/responses.h"

#include "base/buf.h"

#include <string.h>

struct telling {
	struct sy_responses_stream *s;
	struct sy_response r;
	struct sy_buf *out;
};

void sy_responses_begin(void *state, struct sy_arena *a)
{
	struct sy_responses_stream *s = state;

	sy_answer_init(&s->answer, a);
}

/* --- Events. ----------------------------------------------------------------------------- */

static void open_event(struct telling *t, const char *name)
{
	sy_buf_lit(t->out, "event: ");
	sy_buf_puts(t->out, name);
	sy_buf_lit(t->out, "\ndata: {");
	sy_buf_member(t->out, "type", name);
	sy_buf_member_int(t->out, "sequence_number", t->s->sequence++);
}

static void close_event(struct telling *t)
{
	sy_buf_lit(t->out, "}\n\n");
}

static void tell_response(struct telling *t, const char *name)
{
	open_event(t, name);
	sy_buf_key(t->out, "response");
	sy_response_put_object(t->out, &t->r);
	close_event(t);
}

static void tell_item(struct telling *t, const char *name, const struct sy_place *place,
    bool whole)
{
	open_event(t, name);
	sy_buf_member_int(t->out, "output_index", place->item);
	sy_buf_key(t->out, "item");
	sy_response_put_item(t->out, &t->r, place, whole);
	close_event(t);
}

/* Of something inside an item. */
static void open_inner(struct telling *t, const char *name, const struct sy_place *place)
{
	open_event(t, name);
	sy_response_put_id(t->out, "item_id", &t->r, place);
	sy_buf_member_int(t->out, "output_index", place->item);
}

/* Of a part: texts are counted as content, thoughts as summaries. */
static void open_part(struct telling *t, const char *name, const struct sy_place *place)
{
	open_inner(t, name, place);
	sy_buf_member_int(t->out,
	    place->first->kind == SY_BLOCK_REASONING ? "summary_index" : "content_index",
	    place->part);
}

static void tell_part(struct telling *t, const char *name, const struct sy_place *place,
    const struct sy_answer_block *b, bool whole)
{
	open_part(t, name, place);
	sy_buf_key(t->out, "part");
	sy_response_put_part(t->out, &t->r, b, whole);
	close_event(t);
}

static void put_text(struct telling *t, const char *key, const char *text, size_t len)
{
	sy_buf_key(t->out, key);
	sy_buf_json(t->out, len > 0 ? text : "", len);
}

/* --- What begins. ------------------------------------------------------------------------ */

static void begin_call(struct telling *t, const struct sy_place *place)
{
	if (place->first->signature != NULL)
		for (int done = 0; done < 2; done++) {
			open_event(t, done ? "response.output_item.done"
			                   : "response.output_item.added");
			sy_buf_member_int(t->out, "output_index", place->item - 1);
			sy_buf_key(t->out, "item");
			sy_response_put_call_thought(t->out, &t->r, place);
			close_event(t);
		}
	tell_item(t, "response.output_item.added", place, false);
}

static void begin_block(struct telling *t, const struct sy_answer_block *b)
{
	struct sy_place place = sy_response_place(&t->r, b);

	if (place.item < 0)
		return;
	if (b->kind == SY_BLOCK_CALL)
		begin_call(t, &place);
	else if (place.part == 0)
		tell_item(t, "response.output_item.added", &place, false);
	if (sy_response_is_said(b))
		tell_part(t, "response.content_part.added", &place, b, false);
}

/* --- What ends. -------------------------------------------------------------------------- */

static void end_said(struct telling *t, const struct sy_place *place,
    const struct sy_answer_block *b)
{
	bool refusal = b->kind == SY_BLOCK_REFUSAL;

	open_part(t, refusal ? "response.refusal.done" : "response.output_text.done",
	    place);
	put_text(t, refusal ? "refusal" : "text", b->text.data, b->text.len);
	if (!refusal)
		sy_response_put_logprobs(t->out, &t->r, b);
	close_event(t);
	tell_part(t, "response.content_part.done", place, b, true);
	if (b->next == NULL || !sy_response_is_said(b->next))
		tell_item(t, "response.output_item.done", place, true);
}

static void end_thought(struct telling *t, const struct sy_place *place,
    const struct sy_answer_block *b)
{
	if (b->text.len > 0) {
		open_part(t, "response.reasoning_summary_text.done", place);
		put_text(t, "text", b->text.data, b->text.len);
		close_event(t);
		tell_part(t, "response.reasoning_summary_part.done", place, b, true);
	}
	tell_item(t, "response.output_item.done", place, true);
}

static void tell_arguments(struct telling *t, const struct sy_place *place,
    const char *text, size_t len)
{
	open_inner(t,
	    place->first->custom ? "response.custom_tool_call_input.delta"
	                         : "response.function_call_arguments.delta",
	    place);
	put_text(t, "delta", text, len);
	close_event(t);
}

static void end_call(struct telling *t, const struct sy_place *place)
{
	const struct sy_answer_block *b = place->first;

	if (b->text.len == 0 && !b->custom)
		tell_arguments(t, place, "{}", 2);
	open_inner(t,
	    b->custom ? "response.custom_tool_call_input.done"
	              : "response.function_call_arguments.done",
	    place);
	if (!b->custom)
		sy_buf_member(t->out, "name", b->name);
	sy_buf_key(t->out, b->custom ? "input" : "arguments");
	sy_response_put_arguments(t->out, b);
	close_event(t);
	tell_item(t, "response.output_item.done", place, true);
}

static void end_block(struct telling *t, const struct sy_answer_block *b)
{
	struct sy_place place = sy_response_place(&t->r, b);

	if (place.item < 0)
		return;
	if (sy_response_is_said(b))
		end_said(t, &place, b);
	else if (b->kind == SY_BLOCK_REASONING)
		end_thought(t, &place, b);
	else if (b->kind == SY_BLOCK_CALL)
		end_call(t, &place);
	else
		tell_item(t, "response.output_item.done", &place, true);
}

/* --- What grows. ------------------------------------------------------------------------- */

static void grow_said(struct telling *t, const struct sy_answer_block *b,
    const struct sy_event *ev)
{
	struct sy_place place = sy_response_place(&t->r, b);
	bool refusal = b->kind == SY_BLOCK_REFUSAL;

	open_part(t, refusal ? "response.refusal.delta" : "response.output_text.delta",
	    &place);
	put_text(t, "delta", ev->text, ev->text_len);
	if (!refusal)
		sy_buf_lit(t->out, ",\"logprobs\":[]");
	close_event(t);
}

static void grow_thought(struct telling *t, const struct sy_answer_block *b,
    const struct sy_event *ev)
{
	struct sy_place place = sy_response_place(&t->r, b);

	if (b->text.len == ev->text_len)
		tell_part(t, "response.reasoning_summary_part.added", &place, b, false);
	open_part(t, "response.reasoning_summary_text.delta", &place);
	put_text(t, "delta", ev->text, ev->text_len);
	close_event(t);
}

static void grow_call(struct telling *t, const struct sy_event *ev)
{
	const struct sy_answer_choice *c = sy_response_choice(&t->r);
	const struct sy_answer_block *b = sy_answer_block(c->blocks, SY_BLOCK_CALL);
	struct sy_place place;

	for (int i = ev->call_index; b != NULL && i > 0; i--)
		b = sy_answer_block(b->next, SY_BLOCK_CALL);
	if (b == NULL || ev->text_len == 0)
		return;
	place = sy_response_place(&t->r, b);
	tell_arguments(t, &place, ev->text, ev->text_len);
}

/* It was added to the last text, which may have ended already. */
static void grow_citations(struct telling *t)
{
	const struct sy_answer_block *text = NULL, *b;
	const struct sy_answer_citation *c;
	struct sy_place place;
	int index = 0;

	for (b = sy_response_choice(&t->r)->blocks; b != NULL; b = b->next)
		if (b->kind == SY_BLOCK_TEXT)
			text = b;
	if (text == NULL || text->citations == NULL)
		return;
	for (c = text->citations; c->next != NULL; c = c->next)
		index++;
	place = sy_response_place(&t->r, text);
	open_part(t, "response.output_text.annotation.added", &place);
	sy_buf_member_int(t->out, "annotation_index", index);
	sy_buf_key(t->out, "annotation");
	sy_response_put_annotation(t->out, &t->r, text, c);
	close_event(t);
}

static void grow(struct telling *t, const struct sy_event *ev)
{
	static const enum sy_block_kind kinds[] = {
		[SY_EV_TEXT] = SY_BLOCK_TEXT,
		[SY_EV_REFUSAL] = SY_BLOCK_REFUSAL,
		[SY_EV_REASONING] = SY_BLOCK_REASONING,
	};
	const struct sy_answer_block *last = sy_response_choice(&t->r)->last;

	if (ev->kind == SY_EV_TOOL_ARGS)
		grow_call(t, ev);
	else if (ev->kind == SY_EV_CITATION)
		grow_citations(t);
	else if (ev->kind > SY_EV_REFUSAL || ev->text_len == 0 || last == NULL ||
	         last->kind != kinds[ev->kind])
		return;
	else if (ev->kind == SY_EV_REASONING)
		grow_thought(t, last, ev);
	else
		grow_said(t, last, ev);
}

static void take_content(struct telling *t, const struct sy_event *ev)
{
	struct sy_responses_stream *s = t->s;
	const struct sy_answer_block *last;

	sy_answer_take(&s->answer, ev);
	if (sy_response_choice(&t->r) == NULL)
		return;
	last = sy_response_choice(&t->r)->last;
	if (last != s->last) {
		if (s->last != NULL && s->last->kind != SY_BLOCK_CALL)
			end_block(t, s->last);
		begin_block(t, last);
		s->last = last;
	}
	grow(t, ev);
}

/* --- How it ends. ------------------------------------------------------------------------ */

static void end_all(struct telling *t)
{
	const struct sy_answer_choice *c = sy_response_choice(&t->r);

	for (const struct sy_answer_block *b = c != NULL ? c->blocks : NULL; b != NULL;
	     b = b->next)
		if (b->kind == SY_BLOCK_CALL || b == t->s->last)
			end_block(t, b);
}

static void tell_end(struct telling *t)
{
	t->r.status = sy_response_ended(&t->s->answer);
	end_all(t);
	tell_response(t, t->r.status == SY_RESPONSE_INCOMPLETE ? "response.incomplete"
	                                                       : "response.completed");
}

static void tell_failure(struct telling *t, const struct sy_error *err)
{
	t->r.status = SY_RESPONSE_FAILED;
	t->r.error = err;
	tell_response(t, "response.failed");
}

void sy_responses_event(const struct sy_ask *ask, const struct sy_face *face, void *state,
    const struct sy_event *ev, struct sy_buf *out)
{
	struct sy_responses_stream *s = state;
	struct telling t = { s, { ask, face, &s->answer, SY_RESPONSE_IN_PROGRESS, NULL },
		out };

	if (!s->begun) {
		tell_response(&t, "response.created");
		tell_response(&t, "response.in_progress");
		s->begun = true;
	}
	switch (ev->kind) {
	case SY_EV_END:
		tell_end(&t);
		break;
	case SY_EV_ERROR:
		tell_failure(&t, ev->error);
		break;
	case SY_EV_USAGE:
	case SY_EV_EXTRA:
		sy_answer_take(&s->answer, ev);
		break;
	default:
		if (ev->choice == 0)
			take_content(&t, ev);
	}
}
