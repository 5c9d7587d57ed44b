/*
 * turn.c - admit and settle: the two steps every attempt takes; see live.h.
 *
 * Counters that many attempts of a turn share (a key's money, a provider's places, a circuit)
 * are read once, changed in memory and written once; only what is an attempt's own costs a
 * write each.
 */
#include "store/turn.h"

#include "base/clock.h"
#include "store/gate.h"
#include "store/handles.h"
#include "store/keys.h"
#include "store/rows.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- Counters ---------------------------------------------------------------------------- */

static const struct {
	int table;
	size_t size;
} kinds[] = {
	[SY_SLOT_TALLY] = { SY_L_TALLY, sizeof(struct sy_db_tally) },
	[SY_SLOT_WINDOW] = { SY_L_WINDOW, sizeof(struct sy_window) },
	[SY_SLOT_PLACE] = { SY_L_PLACE, sizeof(struct sy_db_place) },
	[SY_SLOT_CIRCUIT] = { SY_L_CIRCUIT, sizeof(struct sy_db_circuit) },
};

void sy_turn_flush(struct sy_turn *t)
{
	for (size_t i = 0; i < t->used; i++) {
		struct sy_slot *s = &t->slots[i];

		if (s->dirty)
			sy_txn_put(&t->txn, kinds[s->kind].table, sy_db_val(&s->name),
			    &s->row, kinds[s->kind].size);
	}
	t->used = 0;
}

/* What a key spent before it was first seen in this boot.  Reading the book inside of our
 * write is safe: its readers wait for nobody. */
static int64_t spent_before(struct sy_turn *t, const struct sy_db_name *name)
{
	struct sy_db_spent spent = { 0 };
	struct sy_error err;
	struct sy_txn book;

	sy_txn_begin(&book, t->live->book->store, false);
	sy_txn_load(&book, SY_T_SPENT, sy_db_val(name), SY_ROW_VERSION, &spent,
	    sizeof(spent));
	if (sy_txn_end(&book, &err) < 0)
		sy_txn_fail(&t->txn, "%s", err.message);
	return spent.nanodollars;
}

static void fill(struct sy_turn *t, struct sy_slot *s)
{
	memset(&s->row, 0, sizeof(s->row));
	if (sy_txn_load(&t->txn, kinds[s->kind].table, sy_db_val(&s->name),
	        SY_ROW_VERSION, &s->row, kinds[s->kind].size))
		return;
	s->row.tally.version = SY_ROW_VERSION; /* the first byte of each of them */
	if (s->kind == SY_SLOT_TALLY) {
		s->row.tally.spent_nanodollars = spent_before(t, &s->name);
		s->dirty = true;
	}
}

static struct sy_slot *slot(struct sy_turn *t, enum sy_slot_kind kind,
    struct sy_db_name name)
{
	struct sy_slot *s;

	for (s = t->slots; s < t->slots + t->used; s++)
		if (s->kind == kind && s->name.len == name.len &&
		    memcmp(s->name.bytes, name.bytes, name.len) == 0)
			return s;
	s = &t->slots[t->used++];
	s->kind = kind;
	s->dirty = false;
	s->name = name;
	fill(t, s);
	return s;
}

/* Room for the four counters that one step looks at, so that none is taken away meanwhile. */
static void make_room(struct sy_turn *t)
{
	if (t->used + 4 > SY_TURN_SLOTS)
		sy_turn_flush(t);
}

static struct sy_db_tally *tally(struct sy_turn *t, const char *key)
{
	return &slot(t, SY_SLOT_TALLY, sy_db_key_id(key))->row.tally;
}

static struct sy_window *window(struct sy_turn *t, const char *key)
{
	return &slot(t, SY_SLOT_WINDOW, sy_db_key_id(key))->row.window;
}

static struct sy_db_place *place(struct sy_turn *t, const char *provider)
{
	struct sy_db_name name = { 0 };

	sy_db_add_label(&name, provider);
	sy_db_add_uint(&name, 0, 1); /* LMDB has no empty keys */
	return &slot(t, SY_SLOT_PLACE, name)->row.place;
}

static struct sy_health *circuit(struct sy_turn *t, const char *provider,
    const char *model)
{
	return &slot(t, SY_SLOT_CIRCUIT, sy_db_target(provider, model))
	            ->row.circuit.health;
}

static void changed(struct sy_turn *t, const void *row)
{
	const struct sy_slot *s = t->slots;

	/* Rows live inside of the table, so their place tells which one it is. */
	t->slots[((const char *)row - (const char *)s) / (ptrdiff_t)sizeof(*s)].dirty =
	    true;
}

/* --- Begin and end ----------------------------------------------------------------------- */

void sy_turn_over(struct sy_turn *t, struct sy_live *l)
{
	t->live = l;
	t->parcel = 0;
	t->settled_ms = sy_unix_ms();
	t->used = 0;
}

int sy_turn_begin(struct sy_live *l, struct sy_turn **out, struct sy_error *err)
{
	struct sy_turn *t = l->turn;
	int held = sy_gate_try(l->gate);

	if (held < 0)
		return sy_fail(err, SY_STORE, "", "the live store's gate: %s",
		    strerror(errno));
	if (held == 0)
		return 0;
	sy_turn_over(t, l);
	sy_txn_begin(&t->txn, l->store, true);
	if (t->txn.rc != 0) {
		sy_txn_end(&t->txn, err);
		sy_gate_leave(l->gate);
		return -1;
	}
	*out = t;
	return 1;
}

int sy_turn_end(struct sy_turn *t, struct sy_error *err)
{
	int rc;

	sy_turn_flush(t);
	rc = sy_txn_end(&t->txn, err);
	sy_gate_leave(t->live->gate);
	return rc;
}

/* --- The outbox -------------------------------------------------------------------------- */

static uint64_t last_parcel(struct sy_turn *t)
{
	struct sy_walk w;
	uint64_t last = 0;

	sy_walk_begin(&w, &t->txn, SY_L_OUTBOX);
	if (sy_walk_step(&w, MDB_LAST))
		last = sy_db_uint(w.key.mv_data, 8);
	sy_walk_end(&w);
	return last;
}

void sy_turn_note(struct sy_turn *t, const struct sy_attempt *row)
{
	struct {
		struct sy_db_parcel head;
		uint8_t row[SY_ROW_BYTES];
	} parcel = { .head = { .version = SY_ROW_VERSION, .settled_ms = t->settled_ms } };
	struct sy_db_name aid = sy_db_aid(&row->rid, row->seq), name;
	size_t len = sy_row_pack(row, parcel.row);

	if (t->parcel == 0)
		t->parcel = last_parcel(t);
	name = sy_db_number(++t->parcel, 8);
	memcpy(parcel.head.aid, aid.bytes, sizeof(parcel.head.aid));
	sy_txn_append(&t->txn, SY_L_OUTBOX, sy_db_val(&name), &parcel,
	    sizeof(parcel.head) + len);
}

/* --- Admitting --------------------------------------------------------------------------- */

static void __attribute__((format(printf, 4, 5))) stop(struct sy_admitted *out,
    enum sy_verdict verdict, int64_t retry_ms, const char *fmt, ...)
{
	va_list ap;

	out->verdict = verdict;
	out->retry_after_ms = retry_ms > INT32_MAX ? INT32_MAX : (int)retry_ms;
	va_start(ap, fmt);
	vsnprintf(out->why, sizeof(out->why), fmt, ap);
	va_end(ap);
}

static struct sy_want want_of(const struct sy_admission *in)
{
	return (struct sy_want){
		.requests = in->first,
		.requests_limit = in->first ? in->key->requests_per_minute : 0,
		.tokens = in->tokens,
		.tokens_limit = in->key->tokens_per_minute,
	};
}

static bool has_window(const struct sy_key *k)
{
	return k->requests_per_minute > 0 || k->tokens_per_minute > 0;
}

static bool within_minute(struct sy_turn *t, const struct sy_admission *in,
    struct sy_admitted *out)
{
	const struct sy_key *k = in->key;
	struct sy_want want = want_of(in);
	int64_t wait_ms;

	if (!has_window(k))
		return true;
	wait_ms = sy_window_wait(window(t, k->id), &want, in->boot_ms);
	if (wait_ms == 0)
		return true;
	if (wait_ms < 0)
		stop(out, SY_STOP_LIMIT, 0,
		    "this request needs %lld tokens, and the key has %lld a minute",
		    (long long)in->tokens, (long long)k->tokens_per_minute);
	else
		stop(out, SY_STOP_LIMIT, wait_ms,
		    "the key's limit of %lld requests and %lld tokens a minute (0: none) is "
		    "reached",
		    (long long)k->requests_per_minute, (long long)k->tokens_per_minute);
	return false;
}

static bool within_means(struct sy_turn *t, const struct sy_admission *in,
    struct sy_admitted *out)
{
	const struct sy_db_tally *tal = tally(t, in->key->id);
	int64_t budget = in->key->budget_nanodollars;
	int64_t taken = tal->spent_nanodollars + tal->reserved_nanodollars;

	if (in->key->max_in_flight > 0 && tal->in_flight >= in->key->max_in_flight) {
		stop(out, SY_STOP_LIMIT, 1000,
		    "the key has %lld requests in flight, its limit",
		    (long long)tal->in_flight);
		return false;
	}
	if (budget > 0 && in->row->reserved_nanodollars > budget - taken) {
		stop(out, SY_STOP_BUDGET, 0,
		    "the key's budget of $%lld.%06lld does not hold what this request may cost",
		    (long long)(budget / 1000000000),
		    (long long)(budget / 1000 % 1000000));
		return false;
	}
	return true;
}

/* Looks only: the lease is taken when nothing else stands in the way. */
static bool may_leave(struct sy_turn *t, const struct sy_admission *in,
    struct sy_admitted *out, bool *probe)
{
	const struct sy_attempt *row = in->row;
	const struct sy_health *h = circuit(t, row->provider, row->model);
	enum sy_leave leave = sy_health_ask(h, in->boot_ms, in->dice);

	*probe = leave == SY_MAY_PROBE || (leave == SY_MAY_FORCE && in->force);
	if (*probe || leave == SY_MAY_TRY || leave == SY_MAY_RAMP)
		return true;
	stop(out, SY_STOP_CIRCUIT, sy_health_ready_ms(h, in->boot_ms) - in->boot_ms,
	    "%s:%s is out of use", row->provider, row->model);
	return false;
}

static bool has_place(struct sy_turn *t, const struct sy_admission *in,
    struct sy_admitted *out)
{
	const struct sy_db_place *p = place(t, in->row->provider);

	if (in->max_in_flight == 0 || p->in_flight < in->max_in_flight)
		return true;
	stop(out, SY_STOP_FULL, 0, "%s has %lld requests in flight, its limit",
	    in->row->provider, (long long)p->in_flight);
	return false;
}

static void take_off(struct sy_turn *t, const struct sy_admission *in, uint32_t fence)
{
	struct {
		struct sy_db_flight head;
		uint8_t row[SY_ROW_BYTES];
	} flight = { .head = { .version = SY_ROW_VERSION,
		         .worker = t->live->worker,
		         .fence = fence,
		         .tokens = in->tokens } };
	struct sy_db_name name = sy_db_aid(&in->row->rid, in->row->seq);
	struct sy_db_tally *tal = tally(t, in->key->id);
	struct sy_db_place *p = place(t, in->row->provider);
	struct sy_want want = want_of(in);
	size_t len = sy_row_pack(in->row, flight.row);

	tal->reserved_nanodollars += in->row->reserved_nanodollars;
	tal->in_flight++;
	changed(t, tal);
	p->in_flight++;
	changed(t, p);
	if (has_window(in->key)) {
		struct sy_window *w = window(t, in->key->id);

		flight.head.bucket = sy_window_add(w, &want, in->boot_ms);
		changed(t, w);
	}
	if (!sy_txn_add(&t->txn, SY_L_FLIGHT, sy_db_val(&name), &flight,
	        sizeof(flight.head) + len))
		sy_txn_fail(&t->txn, "an attempt was admitted twice");
}

void sy_turn_admit(struct sy_turn *t, const struct sy_admission *in,
    struct sy_admitted *out)
{
	bool probe = false;

	memset(out, 0, sizeof(*out));
	make_room(t);
	if (!within_minute(t, in, out) || !within_means(t, in, out) ||
	    !may_leave(t, in, out, &probe) || !has_place(t, in, out))
		return;
	if (probe) {
		struct sy_health *h = circuit(t, in->row->provider, in->row->model);

		out->fence = sy_health_lease(h, in->boot_ms, in->lease_until_ms);
		changed(t, h);
	}
	out->verdict = probe ? SY_GO_PROBE : SY_GO;
	take_off(t, in, out->fence);
}

/* --- Settling ---------------------------------------------------------------------------- */

/* The attempt in flight, copied out and removed; false when there is none (any more). */
static bool land(struct sy_turn *t, const struct sy_attempt *row,
    struct sy_db_flight *head, struct sy_attempt *intent)
{
	struct sy_db_name name = sy_db_aid(&row->rid, row->seq);
	MDB_val value;

	if (!sy_txn_get(&t->txn, SY_L_FLIGHT, sy_db_val(&name), &value))
		return false;
	if (value.mv_size <= sizeof(*head) ||
	    !sy_row_unpack(name.bytes, (const uint8_t *)value.mv_data + sizeof(*head),
	        value.mv_size - sizeof(*head), intent)) {
		sy_txn_fail(&t->txn, "an attempt in flight cannot be read");
		return false;
	}
	memcpy(head, value.mv_data, sizeof(*head));
	return sy_txn_del(&t->txn, SY_L_FLIGHT, sy_db_val(&name));
}

static void give_back(struct sy_turn *t, const struct sy_attempt *row,
    const struct sy_db_flight *head, const struct sy_attempt *intent)
{
	struct sy_db_tally *tal = tally(t, intent->key);
	struct sy_db_place *p = place(t, intent->provider);
	int64_t used = sy_usage_in(&row->usage) + sy_usage_out(&row->usage);

	tal->reserved_nanodollars -= intent->reserved_nanodollars;
	tal->spent_nanodollars += row->cost_nanodollars;
	tal->in_flight--;
	changed(t, tal);
	p->in_flight--;
	changed(t, p);
	if (head->bucket != 0 && used != head->tokens) {
		struct sy_window *w = window(t, intent->key);

		sy_window_correct(w, head->bucket, used - head->tokens);
		changed(t, w);
	}
}

void sy_turn_settle(struct sy_turn *t, const struct sy_attempt *row,
    const struct sy_report *report, uint32_t fence)
{
	struct sy_db_flight head;
	struct sy_attempt intent;
	struct sy_health *h;

	make_room(t);
	if (!land(t, row, &head, &intent))
		return;
	give_back(t, row, &head, &intent);
	if (report != NULL || fence != 0) {
		h = circuit(t, intent.provider, intent.model);
		if (report != NULL)
			sy_health_step(h, report);
		else
			sy_health_unlease(h, fence);
		changed(t, h);
	}
	sy_turn_note(t, row);
}

void sy_turn_steer(struct sy_turn *t, const struct sy_target_name *target,
    enum sy_circuit to, int64_t until_ms)
{
	struct sy_health *h;

	make_room(t);
	h = circuit(t, target->provider, target->model);
	if (to == SY_CLOSED) {
		/* What was learned of its speed and failures stays; why it was shut does not. */
		struct sy_health old = *h;

		memset(h, 0, sizeof(*h));
		h->fence = old.fence;
		h->first_ms = old.first_ms;
		h->failed_at_ms = old.failed_at_ms;
	}
	h->circuit = (uint8_t)to;
	h->since_ms = sy_boot_ms();
	h->open_until_ms = until_ms;
	h->lease_until_ms = 0;
	changed(t, h);
}
