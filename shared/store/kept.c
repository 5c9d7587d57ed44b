/*
 * kept.c - see kept.h.
 *
 * A key's answers stand together, in the order of their requests.
 */
#include "store/kept.h"

#include "base/arena.h"
#include "store/handles.h"
#include "store/turn.h"

#include <string.h>

static struct sy_db_name name_of(const char *key, const struct sy_id *id)
{
	struct sy_db_name name = sy_db_key_id(key);

	sy_db_add(&name, id->bytes, SY_ID_BYTES);
	return name;
}

static bool expires_at(const MDB_val *value, int64_t *ms)
{
	struct sy_db_kept head;

	if (value->mv_size < sizeof(head))
		return false;
	memcpy(&head, value->mv_data, sizeof(head));
	*ms = head.expires_ms;
	return head.version == SY_ROW_VERSION;
}

/* --- Keeping. ---------------------------------------------------------------------------- */

struct sum {
	int64_t bytes;
	int count;
};

/* On to the key's next answer, from its first on. */
static bool next_of(struct sy_walk *w, const struct sy_db_name *own, bool first)
{
	if (first ? !sy_walk_at(w, sy_db_val(own)) : !sy_walk_step(w, MDB_NEXT))
		return false;
	return w->key.mv_size > own->len &&
	       memcmp(w->key.mv_data, own->bytes, own->len) == 0;
}

static struct sum sum_of(struct sy_txn *t, const struct sy_db_name *own)
{
	struct sum sum = { 0, 0 };
	struct sy_walk w;

	sy_walk_begin(&w, t, SY_L_KEPT);
	for (bool more = next_of(&w, own, true); more; more = next_of(&w, own, false)) {
		sum.bytes += (int64_t)w.value.mv_size;
		sum.count++;
	}
	sy_walk_end(&w);
	return sum;
}

/* The key's oldest go until one more of `size` bytes may come. */
static void make_room(struct sy_txn *t, const char *key, size_t size)
{
	struct sy_db_name own = sy_db_key_id(key);
	struct sum sum = sum_of(t, &own);
	struct sy_walk w;

	sy_walk_begin(&w, t, SY_L_KEPT);
	for (bool more = next_of(&w, &own, true);
	     more && (sum.bytes + (int64_t)size > SY_KEPT_KEY_BYTES ||
	                 sum.count >= SY_KEPT_KEY_MOST);
	     more = next_of(&w, &own, false)) {
		sum.bytes -= (int64_t)w.value.mv_size;
		sum.count--;
		sy_walk_del(&w);
	}
	sy_walk_end(&w);
}

void sy_turn_keep(struct sy_turn *t, const struct sy_kept *kept)
{
	const struct sy_db_kept head = { .version = SY_ROW_VERSION,
		.expires_ms = kept->expires_ms };
	struct sy_db_name name = name_of(kept->key, kept->id);
	char *row;

	if (kept->len > SY_KEPT_BYTES)
		return;
	make_room(&t->txn, kept->key, sizeof(head) + kept->len);
	row = sy_txn_reserve(&t->txn, SY_L_KEPT, sy_db_val(&name),
	    sizeof(head) + kept->len);
	if (row == NULL)
		return;
	memcpy(row, &head, sizeof(head));
	memcpy(row + sizeof(head), kept->text, kept->len);
}

/* --- Finding. ---------------------------------------------------------------------------- */

int sy_kept_find(struct sy_live *l, const char *key, const struct sy_id *id,
    int64_t boot_ms, struct sy_arena *a, const char **text, size_t *len,
    struct sy_error *err)
{
	struct sy_db_name name = name_of(key, id);
	int64_t expires_ms;
	struct sy_txn t;
	MDB_val value;
	int found = 0;

	sy_txn_begin(&t, l->store, false);
	if (sy_txn_get(&t, SY_L_KEPT, sy_db_val(&name), &value) &&
	    expires_at(&value, &expires_ms) && boot_ms < expires_ms) {
		*len = value.mv_size - sizeof(struct sy_db_kept);
		*text = sy_strndup(a,
		    (const char *)value.mv_data + sizeof(struct sy_db_kept), *len);
		found = 1;
	}
	return sy_txn_end(&t, err) < 0 ? -1 : found;
}

/* --- Forgetting. ------------------------------------------------------------------------- */

void sy_turn_forget(struct sy_turn *t, const char *key, const struct sy_id *id)
{
	struct sy_db_name name = name_of(key, id);

	sy_txn_del(&t->txn, SY_L_KEPT, sy_db_val(&name));
}

struct expiry {
	int64_t boot_ms;
	int dropped;
};

static void drop_expired(struct sy_txn *t, void *arg)
{
	struct expiry *e = arg;
	int64_t expires_ms;
	struct sy_walk w;

	e->dropped = 0;
	sy_walk_begin(&w, t, SY_L_KEPT);
	for (bool more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT))
		if (expires_at(&w.value, &expires_ms) && e->boot_ms >= expires_ms) {
			sy_walk_del(&w);
			e->dropped++;
		}
	sy_walk_end(&w);
}

int sy_kept_expire(struct sy_live *l, int64_t boot_ms, struct sy_error *err)
{
	struct expiry e = { boot_ms, 0 };

	if (sy_store_write(l->store, drop_expired, &e, err) < 0)
		return -1;
	return e.dropped;
}
