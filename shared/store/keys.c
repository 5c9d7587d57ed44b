/*
 * keys.c - see keys.h.
 */
#include "store/keys.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/handles.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX       "sy_"
#define ID_LETTERS   8
#define SECRET_CHARS 43 /* of 62 letters and digits: 256 bits */

_Static_assert(sizeof(((struct sy_key *)0)->id) == SY_KEY_ID_BYTES,
    "ids are copied whole");
_Static_assert(sizeof(PREFIX) + ID_LETTERS + SECRET_CHARS <= SY_KEY_TEXT, "no room");

/* --- Rows -------------------------------------------------------------------------------- */

static void to_row(const struct sy_key *k, struct sy_db_key *row)
{
	memset(row, 0, sizeof(*row));
	row->version = SY_ROW_VERSION;
	row->revoked = k->revoked;
	row->created_ms = k->created_ms;
	row->expires_ms = k->expires_ms;
	row->budget_nanodollars = k->budget_nanodollars;
	row->requests_per_minute = k->requests_per_minute;
	row->tokens_per_minute = k->tokens_per_minute;
	row->max_in_flight = k->max_in_flight;
	sy_copy(row->id, sizeof(row->id), k->id);
	sy_copy(row->label, sizeof(row->label), k->label);
	sy_copy(row->feature, sizeof(row->feature), k->feature);
	sy_copy(row->routes, sizeof(row->routes), k->routes);
}

static void from_row(const struct sy_db_key *row, struct sy_key *k)
{
	memset(k, 0, sizeof(*k));
	k->revoked = row->revoked;
	k->created_ms = row->created_ms;
	k->expires_ms = row->expires_ms;
	k->budget_nanodollars = row->budget_nanodollars;
	k->requests_per_minute = row->requests_per_minute;
	k->tokens_per_minute = row->tokens_per_minute;
	k->max_in_flight = row->max_in_flight;
	memcpy(k->id, row->id, sizeof(k->id));
	memcpy(k->label, row->label, sizeof(k->label));
	memcpy(k->feature, row->feature, sizeof(k->feature));
	memcpy(k->routes, row->routes, sizeof(k->routes));
}

static bool load(struct sy_txn *t, const char *id, struct sy_key *out)
{
	struct sy_db_name name = sy_db_key_id(id);
	struct sy_db_key row;

	if (strlen(id) >= SY_KEY_ID_BYTES || !sy_txn_load(t, SY_T_KEY, sy_db_val(&name),
	                                         SY_ROW_VERSION, &row, sizeof(row)))
		return false;
	from_row(&row, out);
	return true;
}

static void save(struct sy_txn *t, const struct sy_key *k)
{
	struct sy_db_name name = sy_db_key_id(k->id);
	struct sy_db_key row;

	to_row(k, &row);
	sy_txn_put(t, SY_T_KEY, sy_db_val(&name), &row, sizeof(row));
}

/* All keys, copied; the count.  The caller frees. */
static size_t load_all(struct sy_txn *t, struct sy_key **out)
{
	struct sy_key *keys = sy_xcalloc(sy_txn_count(t, SY_T_KEY) + 1, sizeof(*keys));
	struct sy_db_key row;
	struct sy_walk w;
	size_t count = 0;
	bool more;

	sy_walk_begin(&w, t, SY_T_KEY);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		if (w.value.mv_size != sizeof(row) ||
		    *(const uint8_t *)w.value.mv_data != SY_ROW_VERSION) {
			sy_txn_fail(t,
			    "a key is of a version this program does not know");
			break;
		}
		memcpy(&row, w.value.mv_data, sizeof(row));
		from_row(&row, &keys[count++]);
	}
	sy_walk_end(&w);
	*out = keys;
	return count;
}

/* A key in force goes before a revoked one of the same label. */
static bool find_label(struct sy_txn *t, const char *label, struct sy_key *out)
{
	struct sy_key *keys;
	size_t count = load_all(t, &keys);
	bool found = false;

	for (size_t i = 0; i < count && label[0] != '\0'; i++) {
		if (strcmp(keys[i].label, label) != 0 || (found && keys[i].revoked))
			continue;
		*out = keys[i];
		found = true;
		if (!out->revoked)
			break;
	}
	free(keys);
	return found;
}

/* --- Finding ----------------------------------------------------------------------------- */

int sy_key_find(struct sy_book *b, const char *credential, struct sy_key *out,
    struct sy_error *err)
{
	uint8_t hash[SY_HASH_BYTES];
	struct sy_db_name name;
	struct sy_db_secret row;
	struct sy_txn t;
	bool found;

	if (strnlen(credential, SY_KEY_TEXT) >= SY_KEY_TEXT)
		return 0;
	sy_book_hash(b, credential, hash);
	name = sy_db_hash(hash);
	sy_txn_begin(&t, b->store, false);
	/* The look-up's time depends on the hash, which nobody can choose without the pepper;
	 * the comparison that decides takes the same time always. */
	found = sy_txn_load(&t, SY_T_SECRET, sy_db_val(&name), SY_ROW_VERSION, &row,
	            sizeof(row)) &&
	        sodium_memcmp(row.hash, hash, sizeof(hash)) == 0 && load(&t, row.id, out);
	return sy_txn_end(&t, err) < 0 ? -1 : found;
}

int sy_key_get(struct sy_book *b, const char *name, struct sy_key *out,
    struct sy_error *err)
{
	struct sy_txn t;
	bool found;

	sy_txn_begin(&t, b->store, false);
	found = load(&t, name, out) || find_label(&t, name, out);
	return sy_txn_end(&t, err) < 0 ? -1 : found;
}

int sy_key_each(struct sy_book *b, void (*fn)(void *arg, const struct sy_key *k),
    void *arg, struct sy_error *err)
{
	struct sy_key *keys;
	struct sy_txn t;
	size_t count;
	int rc;

	/* fn is called when the transaction has ended, so it may come back to the store. */
	sy_txn_begin(&t, b->store, false);
	count = load_all(&t, &keys);
	rc = sy_txn_end(&t, err);
	for (size_t i = 0; i < count && rc == 0; i++)
		fn(arg, &keys[i]);
	free(keys);
	return rc;
}

/* --- Making and changing ----------------------------------------------------------------- */

static void random_letters(char *at, size_t count)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
	                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (size_t i = 0; i < count; i++)
		at[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
}

static void make_text(char text[SY_KEY_TEXT], char id[SY_KEY_ID_BYTES])
{
	memset(text, 0, SY_KEY_TEXT);
	memcpy(text, PREFIX, strlen(PREFIX));
	random_letters(text + strlen(PREFIX), ID_LETTERS + SECRET_CHARS);
	sy_copy_n(id, SY_KEY_ID_BYTES, text, strlen(PREFIX) + ID_LETTERS);
}

static int take_fixed(const char *fixed, char text[SY_KEY_TEXT], char id[SY_KEY_ID_BYTES],
    struct sy_error *err)
{
	size_t len = strlen(fixed);

	if (!sy_starts(fixed, PREFIX) || len <= strlen(PREFIX) || len >= SY_KEY_TEXT)
		return sy_fail(err, SY_USAGE, "key",
		    "a fixed key begins with '" PREFIX "' and has at most %d characters",
		    SY_KEY_TEXT - 1);
	for (size_t i = 0; i < len; i++)
		if (fixed[i] <= ' ' || fixed[i] > '~')
			return sy_fail(err, SY_USAGE, "key",
			    "a fixed key is of visible ASCII characters");
	sy_copy(text, SY_KEY_TEXT, fixed);
	sy_copy_n(id, SY_KEY_ID_BYTES, fixed,
	    len < strlen(PREFIX) + ID_LETTERS ? len : strlen(PREFIX) + ID_LETTERS);
	return 0;
}

struct create {
	const struct sy_key *key;
	const struct sy_db_secret *secret;
	bool id_taken, label_taken;
};

static void create_key(struct sy_txn *t, void *arg)
{
	struct create *c = arg;
	struct sy_db_name name = sy_db_hash(c->secret->hash);
	struct sy_key other;

	c->id_taken = load(t, c->key->id, &other);
	c->label_taken = find_label(t, c->key->label, &other) && !other.revoked;
	if (c->id_taken || c->label_taken)
		return;
	save(t, c->key);
	sy_txn_put(t, SY_T_SECRET, sy_db_val(&name), c->secret, sizeof(*c->secret));
}

int sy_key_create(struct sy_book *b, struct sy_key *k, const char *fixed,
    char text[SY_KEY_TEXT], struct sy_error *err)
{
	struct sy_db_secret secret = { .version = SY_ROW_VERSION };
	struct create c = { .key = k, .secret = &secret };

	memset(k->id, 0, sizeof(k->id));
	if (fixed == NULL)
		make_text(text, k->id);
	else if (take_fixed(fixed, text, k->id, err) < 0)
		return -1;
	k->created_ms = sy_unix_ms();
	memcpy(secret.id, k->id, sizeof(secret.id));
	sy_book_hash(b, text, secret.hash);
	if (sy_store_write(b->store, create_key, &c, err) < 0)
		return -1;
	if (c.label_taken)
		return sy_fail(err, SY_USAGE, "label", "there is a key '%s' already",
		    k->label);
	if (c.id_taken)
		return sy_fail(err, SY_USAGE, "key", "there is a key %s already", k->id);
	return 0;
}

struct change {
	const struct sy_key *key;
	bool found;
};

static void change_key(struct sy_txn *t, void *arg)
{
	struct change *c = arg;
	struct sy_key old;

	c->found = load(t, c->key->id, &old);
	if (c->found)
		save(t, c->key);
}

int sy_key_save(struct sy_book *b, const struct sy_key *k, struct sy_error *err)
{
	struct change c = { .key = k };

	if (sy_store_write(b->store, change_key, &c, err) < 0)
		return -1;
	if (!c.found)
		return sy_fail(err, SY_USAGE, "key", "there is no key %s", k->id);
	return 0;
}
