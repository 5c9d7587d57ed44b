/*
 * session.c - see session.h.
 */
#include "store/session.h"

#include "base/text.h"
#include "store/handles.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

const struct sy_word sy_access_words[] = {
	{ "self", SY_ACCESS_SELF },
	{ "viewer", SY_ACCESS_VIEWER },
	{ "admin", SY_ACCESS_ADMIN },
	{ NULL, 0 },
};

#define CODE_LETTERS 8
#define TOKEN_BYTES  32

_Static_assert(SY_SESSION_TEXT == 2 * TOKEN_BYTES + 1, "tokens are hexadecimal");
_Static_assert(SY_CODE_TEXT == CODE_LETTERS + 2, "codes have one hyphen");

/* One pepper for all; the purpose keeps a code from being a token, and so on. */
static struct sy_db_name hash_of(const struct sy_live *l, const char *purpose,
    const char *text, uint8_t hash[SY_HASH_BYTES])
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s:%s", purpose, text);
	sy_book_hash(l->book, whole, hash);
	sodium_memzero(whole, sizeof(whole));
	return sy_db_hash(hash);
}

static struct sy_db_name name_of(const struct sy_live *l, const char *purpose,
    const char *text)
{
	uint8_t hash[SY_HASH_BYTES];

	return hash_of(l, purpose, text, hash);
}

/* --- Rows -------------------------------------------------------------------------------- */

/* Drops what has ended, so that the tables stay small without anybody's care. */
static void drop_ended(struct sy_txn *t, int table, int64_t boot_ms)
{
	struct sy_db_session row;
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, t, table);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		if (w.value.mv_size != sizeof(row))
			continue;
		memcpy(&row, w.value.mv_data, sizeof(row));
		if (boot_ms >= row.expires_ms || boot_ms >= row.idle_ms)
			sy_walk_del(&w);
	}
	sy_walk_end(&w);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct use {
	int64_t boot_ms;
	struct sy_db_name code;  /* what is redeemed */
	struct sy_db_name token; /* of the session that is made, found or ended */
	struct sy_db_session row;
	const char *user;
	int result;
};

static void put_code(struct sy_txn *t, void *arg)
{
	struct use *u = arg;

	drop_ended(t, SY_L_CODE, u->boot_ms);
	sy_txn_put(t, SY_L_CODE, sy_db_val(&u->code), &u->row, sizeof(u->row));
}

static void put_session(struct sy_txn *t, struct use *u)
{
	u->row.version = SY_ROW_VERSION;
	u->row.expires_ms = u->boot_ms + SY_SESSION_MAX_MS;
	u->row.idle_ms = u->boot_ms + SY_SESSION_IDLE_MS;
	drop_ended(t, SY_L_SESSION, u->boot_ms);
	sy_txn_put(t, SY_L_SESSION, sy_db_val(&u->token), &u->row, sizeof(u->row));
}

static void create(struct sy_txn *t, void *arg)
{
	put_session(t, arg);
}

/* The code goes with the transaction that makes the session: it is good once. */
static void redeem(struct sy_txn *t, void *arg)
{
	struct use *u = arg;

	u->result = sy_txn_load(t, SY_L_CODE, sy_db_val(&u->code), SY_ROW_VERSION,
	                &u->row, sizeof(u->row)) &&
	            sy_txn_del(t, SY_L_CODE, sy_db_val(&u->code)) &&
	            u->boot_ms < u->row.expires_ms;
	if (u->result)
		put_session(t, u);
}

static void touch(struct sy_txn *t, void *arg)
{
	struct use *u = arg;

	u->result = sy_txn_load(t, SY_L_SESSION, sy_db_val(&u->token), SY_ROW_VERSION,
	    &u->row, sizeof(u->row));
	if (!u->result)
		return;
	if (u->boot_ms >= u->row.expires_ms || u->boot_ms >= u->row.idle_ms) {
		sy_txn_del(t, SY_L_SESSION, sy_db_val(&u->token));
		u->result = 0;
		return;
	}
	u->row.idle_ms = u->boot_ms + SY_SESSION_IDLE_MS;
	sy_txn_put(t, SY_L_SESSION, sy_db_val(&u->token), &u->row, sizeof(u->row));
}

static void end_one(struct sy_txn *t, void *arg)
{
	struct use *u = arg;

	u->result = sy_txn_del(t, SY_L_SESSION, sy_db_val(&u->token));
}

static void end_users(struct sy_txn *t, void *arg)
{
	struct use *u = arg;
	struct sy_db_session row;
	struct sy_walk w;
	bool more;

	u->result = 0;
	sy_walk_begin(&w, t, SY_L_SESSION);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		if (w.value.mv_size != sizeof(row))
			continue;
		memcpy(&row, w.value.mv_data, sizeof(row));
		if (strncmp(row.user, u->user, sizeof(row.user)) != 0)
			continue;
		sy_walk_del(&w);
		u->result++;
	}
	sy_walk_end(&w);
}

/* --- Codes ------------------------------------------------------------------------------- */

/* Crockford's base 32: no I, L, O, U. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int sy_code_create(struct sy_live *l, const char *user, enum sy_access access,
    int64_t boot_ms, char text[SY_CODE_TEXT], struct sy_error *err)
{
	struct use u = { .boot_ms = boot_ms,
		.row = { .version = SY_ROW_VERSION,
		    .access = (uint8_t)access,
		    .expires_ms = boot_ms + SY_CODE_MS,
		    .idle_ms = boot_ms + SY_CODE_MS } };

	for (int i = 0; i < CODE_LETTERS + 1; i++)
		text[i] = i == CODE_LETTERS / 2 ? '-' : letters[randombytes_uniform(32)];
	text[CODE_LETTERS + 1] = '\0';
	sy_copy(u.row.user, sizeof(u.row.user), user);
	u.code = name_of(l, "code", text);
	return sy_store_write(l->store, put_code, &u, err);
}

static bool tidy_code(const char *from, char text[SY_CODE_TEXT])
{
	size_t len = 0;

	for (; *from != '\0'; from++) {
		char c = (char)toupper((unsigned char)*from);

		if (c == '-' || c == ' ')
			continue;
		if (len == CODE_LETTERS / 2)
			text[len++] = '-';
		if (len == SY_CODE_TEXT - 1)
			return false;
		text[len++] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
	}
	text[len] = '\0';
	return len == SY_CODE_TEXT - 1;
}

/* --- Sessions ---------------------------------------------------------------------------- */

static void new_token(const struct sy_live *l, struct use *u, char token[SY_SESSION_TEXT])
{
	uint8_t bytes[TOKEN_BYTES];

	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(token, SY_SESSION_TEXT, bytes, sizeof(bytes));
	u->token = name_of(l, "session", token);
}

/* Derived from the token, so nothing more is kept: only who has the cookie has both. */
static void fill(const struct sy_live *l, const struct sy_db_session *row,
    const char *token, struct sy_session *out)
{
	uint8_t hash[SY_HASH_BYTES];

	memset(out, 0, sizeof(*out));
	memcpy(out->user, row->user, sizeof(out->user));
	out->access = (enum sy_access)row->access;
	out->expires_ms = sooner(row->expires_ms, row->idle_ms);
	hash_of(l, "csrf", token, hash);
	sodium_bin2hex(out->csrf, sizeof(out->csrf), hash, sizeof(hash));
}

int sy_code_redeem(struct sy_live *l, const char *text, int64_t boot_ms,
    struct sy_session *out, char token[SY_SESSION_TEXT], struct sy_error *err)
{
	struct use u = { .boot_ms = boot_ms };
	char code[SY_CODE_TEXT];

	if (!tidy_code(text, code))
		return 0;
	u.code = name_of(l, "code", code);
	new_token(l, &u, token);
	if (sy_store_write(l->store, redeem, &u, err) < 0)
		return -1;
	if (u.result)
		fill(l, &u.row, token, out);
	return u.result;
}

int sy_session_create(struct sy_live *l, struct sy_session *s, int64_t boot_ms,
    char token[SY_SESSION_TEXT], struct sy_error *err)
{
	struct use u = { .boot_ms = boot_ms, .row.access = (uint8_t)s->access };

	sy_copy(u.row.user, sizeof(u.row.user), s->user);
	new_token(l, &u, token);
	if (sy_store_write(l->store, create, &u, err) < 0)
		return -1;
	fill(l, &u.row, token, s);
	return 0;
}

int sy_session_find(struct sy_live *l, const char *token, int64_t boot_ms,
    struct sy_session *out, struct sy_error *err)
{
	struct use u = { .boot_ms = boot_ms };

	if (strnlen(token, SY_SESSION_TEXT) != SY_SESSION_TEXT - 1)
		return 0;
	u.token = name_of(l, "session", token);
	if (sy_store_write(l->store, touch, &u, err) < 0)
		return -1;
	if (u.result)
		fill(l, &u.row, token, out);
	return u.result;
}

int sy_session_end(struct sy_live *l, const char *token, struct sy_error *err)
{
	struct use u = { 0 };

	if (strnlen(token, SY_SESSION_TEXT) != SY_SESSION_TEXT - 1)
		return 0;
	u.token = name_of(l, "session", token);
	return sy_store_write(l->store, end_one, &u, err) < 0 ? -1 : u.result;
}

int sy_session_end_user(struct sy_live *l, const char *user, struct sy_error *err)
{
	struct use u = { .user = user };

	return sy_store_write(l->store, end_users, &u, err) < 0 ? -1 : u.result;
}

/* --- Failed sign-ins --------------------------------------------------------------------- */

#define FREE_TRIES    2
#define WAIT_FIRST_MS 1000
#define WAIT_MOST_MS  (15 * 60 * 1000)
#define FORGET_MS     (60 * 60 * 1000) /* after the last failure */

static int64_t wait_after(uint32_t failed)
{
	int64_t wait = WAIT_FIRST_MS;

	if (failed <= FREE_TRIES)
		return 0;
	for (uint32_t i = FREE_TRIES + 1; i < failed && wait < WAIT_MOST_MS; i++)
		wait *= 2;
	return sooner(wait, WAIT_MOST_MS);
}

struct attempt {
	struct sy_db_name who;
	int64_t boot_ms;
	bool good;
};

int64_t sy_login_wait(struct sy_live *l, const char *who, int64_t boot_ms,
    struct sy_error *err)
{
	struct sy_db_name name = name_of(l, "try", who);
	struct sy_db_try row = { 0 };
	struct sy_txn t;

	sy_txn_begin(&t, l->store, false);
	sy_txn_load(&t, SY_L_TRY, sy_db_val(&name), SY_ROW_VERSION, &row, sizeof(row));
	if (sy_txn_end(&t, err) < 0)
		return -1;
	return row.next_ms > boot_ms ? row.next_ms - boot_ms : 0;
}

/* Names and addresses come from strangers: those long quiet are forgotten. */
static void forget_quiet(struct sy_txn *t, int64_t boot_ms)
{
	struct sy_db_try row;
	struct sy_walk w;
	bool more;

	sy_walk_begin(&w, t, SY_L_TRY);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		if (w.value.mv_size != sizeof(row))
			continue;
		memcpy(&row, w.value.mv_data, sizeof(row));
		if (boot_ms - row.next_ms > FORGET_MS)
			sy_walk_del(&w);
	}
	sy_walk_end(&w);
}

static void note_try(struct sy_txn *t, void *arg)
{
	const struct attempt *a = arg;
	struct sy_db_try row = { .version = SY_ROW_VERSION };

	if (a->good) {
		sy_txn_del(t, SY_L_TRY, sy_db_val(&a->who));
		return;
	}
	forget_quiet(t, a->boot_ms);
	sy_txn_load(t, SY_L_TRY, sy_db_val(&a->who), SY_ROW_VERSION, &row, sizeof(row));
	row.failed++;
	row.next_ms = a->boot_ms + wait_after(row.failed);
	sy_txn_put(t, SY_L_TRY, sy_db_val(&a->who), &row, sizeof(row));
}

int sy_login_note(struct sy_live *l, const char *who, bool good, int64_t boot_ms,
    struct sy_error *err)
{
	struct attempt a = { .who = name_of(l, "try", who),
		.boot_ms = boot_ms,
		.good = good };

	return sy_store_write(l->store, note_try, &a, err);
}
