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
	struct sy_answer_choice *c;

	if (index < 0 || index >= SY_ANSWER_CHOICES)
		return NULL;
	c = answer->choices[index];
	if (c != NULL)
		return c;
	answer->choices[index] = c = sy_alloc(answer->arena, sizeof(*c));
	if (index >= answer->choice_count)
		answer->choice_count = index + 1;
	buf_in(answer->arena, &c->text);
	buf_in(answer->arena, &c->reasoning);
	buf_in(answer->arena, &c->refusal);
	return c;
}

static void add(struct sy_answer *answer, struct sy_buf *b, const struct sy_event *ev)
{
	sy_buf_add(b, ev->text, ev->text_len);
	answer->overflow |= b->full;
}

/* A signature or an encrypted thought closes the thought before it. */
static void add_thought(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	struct sy_answer_thought **end = &c->thoughts, *thought;
	size_t len = c->reasoning.len - c->thought_from;

	if (ev->signature == NULL && ev->data == NULL)
		return;
	while (*end != NULL)
		end = &(*end)->next;
	*end = thought = sy_alloc(answer->arena, sizeof(*thought));
	thought->signature = sy_strdup(answer->arena, ev->signature);
	thought->data = sy_strdup(answer->arena, ev->data);
	thought->format = sy_strdup(answer->arena, ev->format);
	if (ev->data == NULL && len > 0)
		thought->text =
		    sy_strndup(answer->arena, c->reasoning.data + c->thought_from, len);
	c->thought_from = c->reasoning.len;
}

static void add_call(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	struct sy_answer_call **end = &c->calls;

	if (c->call_count == SY_ANSWER_CALLS)
		return;
	while (*end != NULL)
		end = &(*end)->next;
	*end = sy_alloc(answer->arena, sizeof(**end));
	(*end)->id = sy_strdup(answer->arena, ev->id);
	(*end)->name = sy_strdup(answer->arena, ev->name);
	(*end)->custom = ev->custom;
	buf_in(answer->arena, &(*end)->arguments);
	c->call_count++;
}

static void add_arguments(struct sy_answer *answer, struct sy_answer_choice *c,
    const struct sy_event *ev)
{
	struct sy_answer_call *call = c->calls;

	for (int i = 0; call != NULL && i < ev->call_index; i++)
		call = call->next;
	if (call != NULL)
		add(answer, &call->arguments, ev);
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
		add(answer, &c->text, ev);
		break;
	case SY_EV_REASONING:
		add(answer, &c->reasoning, ev);
		add_thought(answer, c, ev);
		break;
	case SY_EV_REFUSAL:
		add(answer, &c->refusal, ev);
		break;
	case SY_EV_TOOL_CALL:
		add_call(answer, c, ev);
		break;
	case SY_EV_TOOL_ARGS:
		add_arguments(answer, c, ev);
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
