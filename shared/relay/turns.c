/*
 * turns.c - see turns.h.
 */
#include "relay/turns.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

#define GATE_RETRY_S 0.002 /* another process is inside for tens of microseconds */
#define FAIL_RETRY_S 0.1   /* the disk is full, or the like */

/* One settling leads to the next admission, that to a further one: a few rounds go in one
 * call; what is left after these comes after the sockets had their turn. */
#define ROUNDS 8

static void on_again(struct ev_loop *loop, struct ev_timer *w, int events)
{
	(void)loop, (void)w, (void)events; /* the loop wakes; its owner runs the turn */
}

void sy_turns_init(struct sy_turns *t, struct ev_loop *loop, struct sy_live *live)
{
	*t = (struct sy_turns){ .loop = loop, .live = live };
	t->last = &t->first;
	ev_timer_init(&t->again, on_again, 0., 0.);
}

void sy_turns_add(struct sy_turns *t, struct sy_op *op)
{
	op->next = NULL;
	op->queued_us = sy_monotonic_us();
	*t->last = op;
	t->last = &op->next;
}

bool sy_turns_idle(const struct sy_turns *t)
{
	return t->first == NULL && t->late == 0;
}

static struct sy_op *take_all(struct sy_turns *t)
{
	struct sy_op *list = t->first;

	t->first = NULL;
	t->last = &t->first;
	return list;
}

static void again_in(struct sy_turns *t, double seconds)
{
	ev_timer_stop(t->loop, &t->again);
	ev_timer_set(&t->again, seconds, 0.);
	ev_timer_start(t->loop, &t->again);
}

struct late_op {
	struct sy_op op;
	struct sy_attempt row;
	struct sy_turns *turns;
};

static void late_done(void *arg, const struct sy_error *err)
{
	struct late_op *late = arg;

	(void)err;
	late->turns->late--;
	free(late);
}

/* Nobody waits for it but the row. */
static void add_late(struct sy_turns *t, const struct sy_op *op)
{
	struct late_op *late = sy_xcalloc(1, sizeof(*late));

	late->op = *op;
	late->row = *op->row;
	late->op.row = &late->row;
	late->op.kept = NULL;
	late->op.done = late_done;
	late->op.arg = late;
	late->turns = t;
	t->late++;
	sy_turns_add(t, &late->op);
}

void sy_turns_note(struct sy_turns *t, const struct sy_attempt *row)
{
	const struct sy_op op = { .kind = SY_OP_NOTE, .row = row };

	add_late(t, &op);
}

/* The answer need not wait for a store that fails; the row does. */
static void hand_on(struct sy_turns *t, struct sy_op *op)
{
	if (op->done == late_done) {
		sy_turns_add(t, op);
		return;
	}
	add_late(t, op);
	op->done(op->arg, NULL);
}

static bool waited_long(const struct sy_op *op)
{
	return sy_monotonic_us() - op->queued_us > SY_TURN_WAIT_MS * 1000;
}

/* Who waits for it is told that it did not come to pass; other operations are carried on. */
static bool is_answered(const struct sy_op *op)
{
	return op->kind == SY_OP_ADMIT || op->kind == SY_OP_FORGET;
}

/* The turn did not happen.  What has waited too long is told so, the rest waits on; with
 * `at_once`, those that are answered do not wait. */
static void put_off(struct sy_turns *t, struct sy_op *list, const struct sy_error *err,
    bool at_once)
{
	struct sy_op *op, *next;

	for (op = list; op != NULL; op = next) {
		next = op->next;
		if (is_answered(op) && (at_once || waited_long(op))) {
			op->done(op->arg, err);
		} else if (waited_long(op)) {
			hand_on(t, op);
		} else {
			int64_t since = op->queued_us;

			sy_turns_add(t, op);
			op->queued_us = since;
		}
	}
}

static void apply(struct sy_turn *turn, struct sy_op *list)
{
	for (struct sy_op *op = list; op != NULL; op = op->next)
		switch (op->kind) {
		case SY_OP_ADMIT:
			sy_turn_admit(turn, &op->admission, &op->admitted);
			break;
		case SY_OP_SETTLE:
			sy_turn_settle(turn, op->row, op->has_report ? &op->report : NULL,
			    op->fence);
			if (op->kept != NULL)
				sy_turn_keep(turn, op->kept);
			break;
		case SY_OP_NOTE:
			sy_turn_note(turn, op->row);
			break;
		case SY_OP_FORGET:
			sy_turn_forget(turn, op->kept->key, op->kept->id);
			break;
		}
}

static void tell_all(struct sy_op *list)
{
	struct sy_op *next;

	for (; list != NULL; list = next) {
		next = list->next;
		list->done(list->arg, NULL);
	}
}

/* True when the queue was worked off and another round may follow. */
static bool run_once(struct sy_turns *t)
{
	struct sy_error err;
	struct sy_turn *turn;
	struct sy_op *list = take_all(t);
	int rc = sy_turn_begin(t->live, &turn, &err);

	if (rc == 0) {
		sy_fail(&err, SY_STORE_BUSY, "",
		    "the gateway's store has been locked by another process for %d ms",
		    SY_TURN_WAIT_MS);
		put_off(t, list, &err, false);
		again_in(t, GATE_RETRY_S);
		return false;
	}
	if (rc > 0) {
		apply(turn, list);
		rc = sy_turn_end(turn, &err);
	}
	if (rc < 0) {
		if (!t->failing)
			sy_log(SY_ERROR, "store", NULL, "%s", err.message);
		t->failing = true;
		put_off(t, list, &err, true);
		again_in(t, FAIL_RETRY_S);
		return false;
	}
	t->failing = false;
	tell_all(list);
	return true;
}

void sy_turns_run(struct sy_turns *t)
{
	int round = 0;

	if (ev_is_active(&t->again) && t->failing)
		return;
	while (t->first != NULL && run_once(t))
		if (++round == ROUNDS) {
			ev_feed_event(t->loop, &t->again, EV_TIMER);
			return;
		}
}
