/*
 * answer.c - see answer.h.
 */
#include "model/answer.h"

#include "base/arena.h"

#include <string.h>

static void release(void *buf)
{
	sy_buf_release(buf);
}

static void buf_in(struct sy_arena *a, struct sy_buf *b)
{
	sy_buf_init(b, SY_ANSWER_BYTES);
	sy_defer(a, release, b);
}

void sy_answer_init(struct sy_answer *answer, struct sy_arena *arena)
{
	memset(answer, 0, sizeof(*answer));
	answer->arena = arena;
}

static struct sy_answer_choice *choice_of(struct sy_answer *answer, int index)
{
	if (index < 0 || index >= SY_ANSWER_CHOICES)
		return NULL;
	if (answer->choices[index] == NULL)
		answer->choices[index] =
		    sy_alloc(answer->arena, sizeof(*answer->choices[index]));
	if (index >= answer->choice_count)
		answer->choice_count = index + 1;
	return answer->choices[index];
}

static struct sy_answer_block *new_block(struct sy_answer *answer,
    struct sy_answer_choice *c, enum sy_block_kind kind)
{
	struct sy_answer_block *b;

	if (c->block_count == SY_ANSWER_BLOCKS)
		return NULL;
	b = sy_alloc(answer->arena, sizeof(*b));
	b->kind = kind;
	buf_in(answer->arena, &b->text);
	if (c->last != NULL)
		c->last->next = b;
	else
		c->blocks = b;
	c->last = b;
	c->block_count++;
	return b;
}

/* The one under way, when it is of that kind; else a new one. */
static struct sy_answer_block *current(struct sy_answer *answer,
    struct sy_answer_choice *c, enum sy_block_kind kind)
{
	if (c->last != NULL && c->last->kind == kind && !c->last->closed)
		return c->last;
	return new_block(answer, c, kind);
}

static void add(struct sy_answer *answer, struct sy_answer_block *b,
    const struct sy_event *ev)
{
	if (b == NULL || ev->text_len == 0)
		return;
	sy_buf_add(&b->text, ev->text, ev->text_len);
	answer->overflow |= b->text.full;
}

static void add_text(struct sy_answer *answer, struct sy_answer_choice *c,
    enum sy_block_kind kind, const struct sy_event *ev)
{
	if (ev->text_len > 0)
		add(answer, current(answer, c, kind), ev);
}

/* A signature closes the thought before it; an encrypted one is a thought by itself. */
static void add_thought(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	struct sy_answer_block *b;

	if (ev->text_len == 0 && ev->signature == NULL && ev->data == NULL)
		return;
	b = ev->data != NULL ? new_block(answer, c, SY_BLOCK_REASONING)
			     : current(answer, c, SY_BLOCK_REASONING);
	if (b == NULL)
		return;
	add(answer, b, ev);
	if (b->format == NULL)
		b->format = sy_strdup(answer->arena, ev->format);
	b->signature = sy_strdup(answer->arena, ev->signature);
	b->data = sy_strdup(answer->arena, ev->data);
	b->closed = ev->signature != NULL || ev->data != NULL;
}

static void add_call(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	struct sy_answer_block *b = new_block(answer, c, SY_BLOCK_CALL);

	if (b == NULL)
		return;
	b->id = sy_strdup(answer->arena, ev->id);
	b->name = sy_strdup(answer->arena, ev->name);
	b->signature = sy_strdup(answer->arena, ev->signature);
	b->custom = ev->custom;
}

static void add_arguments(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	struct sy_answer_block *b = c->blocks;

	for (int i = ev->call_index; b != NULL; b = b->next)
		if (b->kind == SY_BLOCK_CALL && i-- == 0)
			break;
	add(answer, b, ev);
}

/* It may come before its text, between pieces, or once the text is over. */
static void add_citation(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	struct sy_answer_block *text = NULL;
	struct sy_answer_citation **end, *cited;

	for (struct sy_answer_block *b = c->blocks; b != NULL; b = b->next)
		if (b->kind == SY_BLOCK_TEXT)
			text = b;
	if (text == NULL && (text = new_block(answer, c, SY_BLOCK_TEXT)) == NULL)
		return;
	for (end = &text->citations; *end != NULL;)
		end = &(*end)->next;
	*end = cited = sy_alloc(answer->arena, sizeof(*cited));
	cited->url = sy_strdup(answer->arena, ev->url);
	cited->title = sy_strdup(answer->arena, ev->title);
	cited->document = sy_strdup(answer->arena, ev->data);
	if (ev->text != NULL)
		cited->cited = sy_strndup(answer->arena, ev->text, ev->text_len);
	cited->from = ev->from;
	cited->to = ev->to;
	if (ev->json != NULL)
		cited->json = sy_strndup(answer->arena, ev->json, ev->json_len);
	cited->json_len = ev->json_len;
	cited->format = sy_strdup(answer->arena, ev->format);
}

static void add_media(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	struct sy_answer_block *b = new_block(answer, c, SY_BLOCK_MEDIA);

	if (b == NULL)
		return;
	b->media_type = sy_strdup(answer->arena, ev->media_type);
	b->data = sy_strdup(answer->arena, ev->data);
}

static void add_extra(struct sy_answer *answer, const struct sy_event *ev)
{
	struct sy_answer_choice *c =
	    ev->place == SY_EXTRA_ANSWER ? NULL : choice_of(answer, ev->choice);
	struct sy_answer_extra **end = c != NULL ? &c->extras : &answer->extras;

	if (c == NULL && ev->place != SY_EXTRA_ANSWER)
		return;
	while (*end != NULL)
		end = &(*end)->next;
	*end = sy_alloc(answer->arena, sizeof(**end));
	(*end)->place = ev->place;
	(*end)->key = sy_strdup(answer->arena, ev->key);
	(*end)->json = sy_strndup(answer->arena, ev->json, ev->json_len);
	(*end)->json_len = ev->json_len;
}

static void begin(struct sy_answer *answer, const struct sy_event *ev)
{
	if (answer->id == NULL)
		answer->id = sy_strdup(answer->arena, ev->id);
	if (answer->model == NULL)
		answer->model = sy_strdup(answer->arena, ev->model);
	if (answer->created == 0)
		answer->created = ev->created;
}

static void take_in_choice(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	switch (ev->kind) {
	case SY_EV_START:
		begin(answer, ev);
		break;
	case SY_EV_TEXT:
		add_text(answer, c, SY_BLOCK_TEXT, ev);
		break;
	case SY_EV_REASONING:
		add_thought(answer, c, ev);
		break;
	case SY_EV_REFUSAL:
		add_text(answer, c, SY_BLOCK_REFUSAL, ev);
		break;
	case SY_EV_TOOL_CALL:
		add_call(answer, c, ev);
		break;
	case SY_EV_TOOL_ARGS:
		add_arguments(answer, c, ev);
		break;
	case SY_EV_CITATION:
		add_citation(answer, c, ev);
		break;
	case SY_EV_MEDIA:
		add_media(answer, c, ev);
		break;
	case SY_EV_FINISH:
		c->finish = ev->finish;
		c->native = sy_strdup(answer->arena, ev->native);
		break;
	default:
		break;
	}
}

void sy_answer_take(void *arg, const struct sy_event *ev)
{
	struct sy_answer *answer = arg;
	struct sy_answer_choice *c;

	switch (ev->kind) {
	case SY_EV_EXTRA:
		add_extra(answer, ev);
		break;
	case SY_EV_USAGE:
		answer->usage = ev->usage;
		break;
	case SY_EV_END:
		answer->ended = true;
		break;
	case SY_EV_ERROR:
		break;
	default:
		c = choice_of(answer, ev->choice);
		if (c != NULL)
			take_in_choice(answer, c, ev);
	}
}

const struct sy_answer_block *sy_answer_block(const struct sy_answer_block *b,
    enum sy_block_kind kind)
{
	while (b != NULL && b->kind != kind)
		b = b->next;
	return b;
}
