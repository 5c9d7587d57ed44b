/*
 * turns.c - turns that record nothing: everybody is admitted, no attempt is written down.
 *
 * In place of relay/turns.c it makes a worker that does all else, so that a benchmark can tell
 * what recording costs.
 */
#include "relay/turns.h"

#include <stddef.h>
#include <string.h>

void sy_turns_init(struct sy_turns *t, struct ev_loop *loop, struct sy_live *live)
{
	memset(t, 0, sizeof(*t));
	t->loop = loop;
	t->live = live;
	t->last = &t->first;
}

void sy_turns_add(struct sy_turns *t, struct sy_op *op)
{
	op->next = NULL;
	*t->last = op;
	t->last = &op->next;
}

void sy_turns_note(struct sy_turns *t, const struct sy_attempt *row)
{
	(void)t, (void)row;
}

void sy_turns_run(struct sy_turns *t)
{
	struct sy_op *op;

	while ((op = t->first) != NULL) {
		t->first = op->next;
		if (t->first == NULL)
			t->last = &t->first;
		op->admitted.verdict = SY_GO;
		op->done(op->arg, NULL);
	}
}

bool sy_turns_idle(const struct sy_turns *t)
{
	return t->first == NULL;
}
