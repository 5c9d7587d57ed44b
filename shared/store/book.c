/*
 * book.c - opening the book, and generations of the configuration; see book.h.
 */
#include "store/book.h"

#include "base/arena.h"
#include "base/text.h"
#include "store/handles.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* --- The handle -------------------------------------------------------------------------- */

static struct sy_db_name word_pepper(void)
{
	return sy_db_word("pepper");
}

static void make_pepper(struct sy_txn *t, void *arg)
{
	struct sy_db_pepper row = { .version = SY_ROW_VERSION };
	struct sy_db_name name = word_pepper();

	(void)arg;
	randombytes_buf(row.bytes, sizeof(row.bytes));
	sy_txn_add(t, SY_T_META, sy_db_val(&name), &row, sizeof(row));
	sodium_memzero(&row, sizeof(row));
}

/* 1 when there was one. */
static int load_pepper(struct sy_book *b, struct sy_error *err)
{
	struct sy_db_name name = word_pepper();
	struct sy_db_pepper row;
	struct sy_txn t;
	bool found;

	sy_txn_begin(&t, b->store, false);
	found = sy_txn_load(&t, SY_T_META, sy_db_val(&name), SY_ROW_VERSION, &row,
	    sizeof(row));
	if (sy_txn_end(&t, err) < 0)
		return -1;
	if (found)
		memcpy(b->pepper, row.bytes, sizeof(b->pepper));
	sodium_memzero(&row, sizeof(row));
	return found;
}

int sy_book_open(const char *dir, bool make, struct sy_book **out, struct sy_error *err)
{
	struct sy_book *b;
	int found;

	if (sodium_init() < 0)
		return sy_fail(err, SY_BUG, "", "libsodium cannot start");
	b = sy_xcalloc(1, sizeof(*b));
	pthread_mutex_init(&b->zone_lock, NULL);
	if (sy_store_open(dir, &sy_book_shape, make, &b->store, err) < 0)
		goto failed;
	found = load_pepper(b, err);
	if (found == 0 && sy_store_write(b->store, make_pepper, NULL, err) == 0)
		found = load_pepper(b, err);
	if (found != 1)
		goto failed;
	*out = b;
	return 0;
failed:
	sy_book_close(b);
	return -1;
}

void sy_book_close(struct sy_book *b)
{
	if (b == NULL)
		return;
	sy_store_close(b->store);
	for (size_t i = 0; i < SY_ZONES_MAX; i++)
		sy_zone_free(b->zones[i]);
	pthread_mutex_destroy(&b->zone_lock);
	sodium_memzero(b->pepper, sizeof(b->pepper));
	free(b);
}

void sy_book_hash(const struct sy_book *b, const char *text, uint8_t hash[SY_HASH_BYTES])
{
	crypto_generichash(hash, SY_HASH_BYTES, (const unsigned char *)text, strlen(text),
	    b->pepper, sizeof(b->pepper));
}

/* --- Generations ------------------------------------------------------------------------- */

static struct sy_db_name generation_name(uint32_t number)
{
	return sy_db_number(number, 4);
}

static struct sy_db_active load_active(struct sy_txn *t)
{
	struct sy_db_active row = { .version = SY_ROW_VERSION };
	struct sy_db_name name = sy_db_word("active");

	sy_txn_load(t, SY_T_META, sy_db_val(&name), SY_ROW_VERSION, &row, sizeof(row));
	return row;
}

static void save_active(struct sy_txn *t, const struct sy_db_active *row)
{
	struct sy_db_name name = sy_db_word("active");

	sy_txn_put(t, SY_T_META, sy_db_val(&name), row, sizeof(*row));
}

int sy_generation_active(struct sy_book *b, uint32_t *number, struct sy_error *err)
{
	struct sy_txn t;

	sy_txn_begin(&t, b->store, false);
	*number = load_active(&t).number;
	return sy_txn_end(&t, err);
}

/* False, and the transaction failed, when the row is not one of ours. */
static bool read_row(struct sy_txn *t, MDB_val value, struct sy_db_generation *row)
{
	if (value.mv_size < sizeof(*row) ||
	    *(const uint8_t *)value.mv_data != SY_ROW_VERSION) {
		sy_txn_fail(t, "a generation is of a version this program does not know");
		return false;
	}
	memcpy(row, value.mv_data, sizeof(*row));
	return true;
}

static void to_generation(const struct sy_db_generation *row, struct sy_generation *out)
{
	out->number = row->number;
	out->parent = row->parent;
	out->applied_ms = row->applied_ms;
	memcpy(out->who, row->who, sizeof(out->who));
	memcpy(out->note, row->note, sizeof(out->note));
	memcpy(out->hash, row->hash, sizeof(out->hash));
}

int sy_generation_load(struct sy_book *b, uint32_t number, struct sy_arena *a,
    struct sy_generation *meta, const void **blob, size_t *blob_len, const char **text,
    struct sy_error *err)
{
	struct sy_db_name name = generation_name(number);
	struct sy_db_generation row;
	struct sy_txn t;
	MDB_val value;
	bool found;

	sy_txn_begin(&t, b->store, false);
	found = sy_txn_get(&t, SY_T_GENERATION, sy_db_val(&name), &value) &&
	        read_row(&t, value, &row);
	if (found) {
		char *copy;

		to_generation(&row, meta);
		*blob_len = value.mv_size - sizeof(row);
		copy = sy_alloc(a, *blob_len + 1);
		memcpy(copy, (const char *)value.mv_data + sizeof(row), *blob_len);
		*blob = copy;
		if (sy_txn_get(&t, SY_T_TEXT, sy_db_val(&name), &value))
			*text = sy_strndup(a, value.mv_data, value.mv_size);
		else
			sy_txn_fail(&t, "generation %u has no text", number);
	}
	return sy_txn_end(&t, err) < 0 ? -1 : found;
}

static void drop_old(struct sy_txn *t, uint32_t active)
{
	struct sy_walk w;
	bool more;
	size_t count = sy_txn_count(t, SY_T_GENERATION);

	sy_walk_begin(&w, t, SY_T_GENERATION);
	more = sy_walk_step(&w, MDB_FIRST);
	while (more && count > SY_GENERATIONS_KEPT) {
		uint32_t number = (uint32_t)sy_db_uint(w.key.mv_data, 4);
		struct sy_db_name name = generation_name(number);

		if (number != active) {
			sy_txn_del(t, SY_T_TEXT, sy_db_val(&name));
			sy_walk_del(&w);
			count--;
		}
		more = sy_walk_step(&w, MDB_NEXT);
	}
	sy_walk_end(&w);
}

struct save {
	struct sy_db_generation *row; /* with the blob behind it */
	size_t len;
	const char *text;
};

static void save_generation(struct sy_txn *t, void *arg)
{
	struct save *s = arg;
	struct sy_db_active active = load_active(t);
	struct sy_db_name name;

	s->row->parent = active.number;
	s->row->number = active.number = ++active.last;
	name = generation_name(active.number);
	sy_txn_put(t, SY_T_GENERATION, sy_db_val(&name), s->row, s->len);
	sy_txn_put(t, SY_T_TEXT, sy_db_val(&name), s->text, strlen(s->text));
	save_active(t, &active);
	drop_old(t, active.number);
}

static void hash_blob(const void *blob, size_t len, char hex[65])
{
	unsigned char hash[32];

	crypto_generichash(hash, sizeof(hash), blob, len, NULL, 0);
	sodium_bin2hex(hex, 65, hash, sizeof(hash));
}

int sy_generation_save(struct sy_book *b, struct sy_generation *meta, const void *blob,
    size_t blob_len, const char *text, struct sy_error *err)
{
	struct sy_db_generation *row = sy_xcalloc(1, sizeof(*row) + blob_len);
	struct save s = { .row = row, .len = sizeof(*row) + blob_len, .text = text };
	int rc;

	row->version = SY_ROW_VERSION;
	row->applied_ms = meta->applied_ms;
	sy_copy(row->who, sizeof(row->who), meta->who);
	sy_copy(row->note, sizeof(row->note), meta->note);
	hash_blob(blob, blob_len, row->hash);
	memcpy(row + 1, blob, blob_len);
	rc = sy_store_write(b->store, save_generation, &s, err);
	if (rc == 0)
		to_generation(row, meta);
	free(row);
	return rc;
}

struct activate {
	uint32_t number;
	bool found;
};

static void activate_generation(struct sy_txn *t, void *arg)
{
	struct activate *a = arg;
	struct sy_db_active active = load_active(t);
	struct sy_db_name name = generation_name(a->number);
	struct sy_db_generation *row;
	MDB_val value;

	a->found = sy_txn_get(t, SY_T_GENERATION, sy_db_val(&name), &value);
	if (!a->found || active.number == a->number)
		return;
	row = sy_xcalloc(1, value.mv_size);
	if (read_row(t, value, row)) {
		memcpy(row, value.mv_data, value.mv_size);
		row->parent = active.number;
		sy_txn_put(t, SY_T_GENERATION, sy_db_val(&name), row, value.mv_size);
		active.number = a->number;
		save_active(t, &active);
	}
	free(row);
}

int sy_generation_activate(struct sy_book *b, uint32_t number, struct sy_error *err)
{
	struct activate a = { .number = number };

	if (sy_store_write(b->store, activate_generation, &a, err) < 0)
		return -1;
	if (!a.found)
		return sy_fail(err, SY_USAGE, "number",
		    "there is no generation %u any more, or not yet: see 'switchyard history'",
		    number);
	return 0;
}

int sy_generation_list(struct sy_book *b, struct sy_generation *out, struct sy_error *err)
{
	struct sy_db_generation row;
	struct sy_txn t;
	struct sy_walk w;
	int count = 0;
	bool more;

	sy_txn_begin(&t, b->store, false);
	sy_walk_begin(&w, &t, SY_T_GENERATION);
	for (more = sy_walk_step(&w, MDB_LAST); more && count < SY_GENERATIONS_KEPT;
	     more = sy_walk_step(&w, MDB_PREV))
		if (read_row(&t, w.value, &row))
			to_generation(&row, &out[count++]);
	sy_walk_end(&w);
	return sy_txn_end(&t, err) < 0 ? -1 : count;
}

/* --- The reporting zone ------------------------------------------------------------------ */

static const struct sy_zone *find_zone(struct sy_book *b, const char *name,
    struct sy_error *err)
{
	for (size_t i = 0; i < SY_ZONES_MAX; i++) {
		if (b->zones[i] == NULL && sy_zone_load(name, &b->zones[i], err) < 0)
			return NULL;
		if (strcmp(sy_zone_name(b->zones[i]), name) == 0)
			return b->zones[i];
	}
	sy_fail(err, SY_STORE, "time_zone",
	    "the zone was changed too often in one process");
	return NULL;
}

const struct sy_zone *sy_book_zone(struct sy_book *b, struct sy_txn *t,
    const struct sy_db_rollup *state)
{
	const struct sy_zone *z;
	struct sy_error err;

	pthread_mutex_lock(&b->zone_lock);
	z = find_zone(b, state->zone[0] != '\0' ? state->zone : "UTC", &err);
	pthread_mutex_unlock(&b->zone_lock);
	if (z == NULL)
		sy_txn_fail(t, "%s", err.message);
	return z;
}
