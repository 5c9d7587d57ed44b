/*
 * sweep.c - settles what dead workers left in flight.
 *
 * A worker lives as long as the lock on its file.  The attempts of a dead one were sent, or
 * may have been, so they cost what their input is estimated at; their requests end with them.
 */
#include "store/live.h"

#include "base/arena.h"
#include "store/gate.h"
#include "store/handles.h"
#include "store/rows.h"
#include "store/turn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SWEEP_MOST 1000 /* attempts a transaction */

struct worker {
	uint32_t number;
	bool dead;
};

struct sweep {
	struct sy_live *live;
	struct sy_turn *turn;
	struct worker *workers;
	size_t worker_count;
	struct sy_attempt *rows;
	uint32_t *fences;
	size_t row_count;
};

static bool is_dead(struct sweep *s, uint32_t number)
{
	struct worker *w;
	int fd;

	if (number == s->live->worker)
		return false;
	for (size_t i = 0; i < s->worker_count; i++)
		if (s->workers[i].number == number)
			return s->workers[i].dead;
	s->workers = sy_xrealloc(s->workers, (s->worker_count + 1) * sizeof(*s->workers));
	w = &s->workers[s->worker_count++];
	w->number = number;
	fd = sy_worker_file(s->live, number);
	w->dead = fd < 0 || sy_gate_try(fd) == 1;
	if (fd >= 0)
		close(fd);
	return w->dead;
}

/* A row in flight as it has to be settled; false when its worker lives. */
static bool take(struct sweep *s, const struct sy_walk *w, struct sy_attempt *row,
    uint32_t *fence)
{
	const uint8_t *bytes = w->value.mv_data;
	struct sy_db_flight head;

	if (w->value.mv_size <= sizeof(head))
		return false;
	memcpy(&head, bytes, sizeof(head));
	if (!is_dead(s, head.worker) ||
	    !sy_row_unpack(w->key.mv_data, bytes + sizeof(head),
	        w->value.mv_size - sizeof(head), row))
		return false;
	row->outcome = SY_UNKNOWN_END;
	row->kind = SY_BUG;
	row->last = true;
	row->attempts = row->seq;
	*fence = head.fence;
	return true;
}

static int find(struct sweep *s, struct sy_error *err)
{
	struct sy_txn t;
	struct sy_walk w;
	bool more;

	sy_txn_begin(&t, s->live->store, false);
	sy_walk_begin(&w, &t, SY_L_FLIGHT);
	for (more = sy_walk_step(&w, MDB_FIRST); more && s->row_count < SWEEP_MOST;
	     more = sy_walk_step(&w, MDB_NEXT))
		if (take(s, &w, &s->rows[s->row_count], &s->fences[s->row_count]))
			s->row_count++;
	sy_walk_end(&w);
	return sy_txn_end(&t, err);
}

/* Two sweeps may have found the same; settling the second time changes nothing. */
static int settle(struct sweep *s, struct sy_error *err)
{
	int gate = sy_gate_open(sy_store_dir(s->live->store), "gate");
	int held = gate < 0 ? -1 : sy_gate_try(gate), rc;

	if (held == 1) {
		sy_turn_over(s->turn, s->live);
		sy_txn_begin(&s->turn->txn, s->live->store, true);
		for (size_t i = 0; i < s->row_count; i++)
			sy_turn_settle(s->turn, &s->rows[i], NULL, s->fences[i]);
		sy_turn_flush(s->turn);
		rc = sy_txn_end(&s->turn->txn, err);
		held = rc < 0 ? -1 : (int)s->row_count;
	} else if (held < 0) {
		sy_fail(err, SY_STORE, "", "cannot open the live store's gate");
	}
	if (gate >= 0)
		close(gate);
	return held;
}

int sy_sweep(struct sy_live *l, struct sy_error *err)
{
	struct sweep s = { .live = l };
	int rc;

	s.turn = sy_xcalloc(1, sizeof(*s.turn));
	s.rows = sy_xcalloc(SWEEP_MOST, sizeof(*s.rows));
	s.fences = sy_xcalloc(SWEEP_MOST, sizeof(*s.fences));
	rc = find(&s, err);
	if (rc == 0 && s.row_count > 0)
		rc = settle(&s, err);
	sy_workers_count(l);
	free(s.turn);
	free(s.rows);
	free(s.fences);
	free(s.workers);
	return rc;
}
