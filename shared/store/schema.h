/*
 * schema.h - every table of both environments: keys, rows, versions.
 *
 * Numbers in keys are big-endian, so that order in the file is order in time.  Rows of fixed
 * size are the structs below, copied in and out in the machine's own byte order, their first
 * byte a version; others are packed (pack.h), the same first.  A layout that changes raises
 * its version, and with it SY_BOOK_FORMAT or SY_LIVE_FORMAT.  `grep SY-KEY` prints it all.
 */
#ifndef SY_STORE_SCHEMA_H
#define SY_STORE_SCHEMA_H

#include "base/id.h"
#include "model/attempt.h"
#include "model/health.h"

#include <lmdb.h>
#include <stdint.h>
#include <string.h>

struct sy_shape;

#define SY_BOOK_FORMAT 1
#define SY_LIVE_FORMAT 1
#define SY_ROW_VERSION 1 /* of all rows as yet */

#define SY_AID_BYTES 18 /* request's id, attempt's number */

extern const struct sy_shape sy_book_shape;
extern const struct sy_shape sy_live_shape;

/* --- book ------------------------------------------------------------------------------- */

enum sy_book_table {
	/* SY-KEY: meta: a word: "format" (store.c), "pepper", "active", "rollup" */
	SY_T_META,
	/* SY-KEY: generation: number(4); row: struct sy_db_generation, then the blob */
	SY_T_GENERATION,
	/* SY-KEY: text: number(4); row: canonical text of that generation, packed as it is */
	SY_T_TEXT,
	/* SY-KEY: key: id's text, filled with zeros(16); row: struct sy_db_key */
	SY_T_KEY,
	/* SY-KEY: secret: keyed hash of the whole key(32); row: struct sy_db_secret */
	SY_T_SECRET,
	/* SY-KEY: spent: id of a key(16); row: struct sy_db_spent */
	SY_T_SPENT,
	/* SY-KEY: row: request(16) attempt(2); row: packed struct sy_attempt (rows.c) */
	SY_T_ROW,
	/* SY-KEY: cell: grain(1) family(1) filter's name(4) bucket(4) name(4); row: packed
	 * struct sy_cell (cells.c) */
	SY_T_CELL,
	/* SY-KEY: name: dimension(1) text(0-63); row: the name's number(4) */
	SY_T_NAME,
	/* SY-KEY: number: dimension(1) number(4); row: the text.  Number 0, "", is not kept. */
	SY_T_NUMBER,
	/* SY-KEY: fresh: dimension(1); row: struct sy_db_fresh */
	SY_T_FRESH,
	SY_BOOK_TABLES
};

#define SY_PEPPER_BYTES 32
#define SY_HASH_BYTES   32
#define SY_KEY_ID_BYTES 16

struct sy_db_pepper {
	uint8_t version;
	uint8_t bytes[SY_PEPPER_BYTES];
};

struct sy_db_active {
	uint8_t version;
	uint8_t unused[3];
	uint32_t number; /* active now; 0 none */
	uint32_t last;   /* the greatest ever given */
};

struct sy_db_generation {
	uint8_t version;
	uint8_t unused[3];
	uint32_t number;
	uint32_t parent;
	uint32_t unused2;
	int64_t applied_ms;
	char who[64];
	char note[128];
	char hash[65];
	char unused3[7];
};

struct sy_db_key {
	uint8_t version;
	uint8_t revoked;
	uint8_t unused[6];
	int64_t created_ms;
	int64_t expires_ms;
	int64_t budget_nanodollars;
	int64_t requests_per_minute;
	int64_t tokens_per_minute;
	int64_t max_in_flight;
	char id[SY_KEY_ID_BYTES];
	char label[SY_LABEL_MAX];
	char feature[SY_LABEL_MAX];
	char routes[256];
};

struct sy_db_secret {
	uint8_t version;
	uint8_t hash[SY_HASH_BYTES]; /* again, to be compared in constant time */
	char id[SY_KEY_ID_BYTES];
};

/* What a key's rows cost; `dropped` is the part whose rows are no longer kept. */
struct sy_db_spent {
	uint8_t version;
	uint8_t unused[7];
	int64_t nanodollars;
	int64_t dropped_nanodollars;
};

struct sy_db_rollup {
	uint8_t version;
	uint8_t unused[7];
	uint64_t seq;
	int64_t as_of_ms;
	int64_t kept_from_ms; /* all rows of requests from then on are there */
	char zone[64];
};

/* New names a day, so that an unbounded label cannot fill the book. */
struct sy_db_fresh {
	uint8_t version;
	uint8_t unused[3];
	uint32_t day;
	uint32_t count;
	uint32_t last; /* number given last */
};

/* --- live ------------------------------------------------------------------------------- */

enum sy_live_table {
	/* SY-KEY: meta: a word: "format" (store.c), "worker" (number given last) */
	SY_L_META,
	/* SY-KEY: flight: request(16) attempt(2); row: struct sy_db_flight, then the packed row */
	SY_L_FLIGHT,
	/* SY-KEY: outbox: number(8); row: struct sy_db_parcel, then the packed row */
	SY_L_OUTBOX,
	/* SY-KEY: tally: id of a key(16); row: struct sy_db_tally */
	SY_L_TALLY,
	/* SY-KEY: window: id of a key(16); row: struct sy_window (limits.h) */
	SY_L_WINDOW,
	/* SY-KEY: place: provider(0-63) NUL; row: struct sy_db_place */
	SY_L_PLACE,
	/* SY-KEY: circuit: provider(0-63) NUL model(0-63); row: struct sy_db_circuit */
	SY_L_CIRCUIT,
	/* SY-KEY: code: keyed hash(32); row: struct sy_db_session */
	SY_L_CODE,
	/* SY-KEY: session: keyed hash of the token(32); row: struct sy_db_session */
	SY_L_SESSION,
	/* SY-KEY: try: keyed hash of who tries(32); row: struct sy_db_try */
	SY_L_TRY,
	/* SY-KEY: kept: id of a key(16) request(16); row: struct sy_db_kept, then the text */
	SY_L_KEPT,
	SY_LIVE_TABLES
};

struct sy_db_worker {
	uint8_t version;
	uint8_t unused[3];
	uint32_t last;
};

struct sy_db_flight {
	uint8_t version;
	uint8_t unused[3];
	uint32_t worker;
	uint32_t fence;  /* of the probe it is; 0 none */
	uint32_t bucket; /* of the window that its tokens were reserved in */
	int64_t tokens;
};

struct sy_db_parcel {
	uint8_t version;
	uint8_t unused[3];
	uint8_t aid[SY_AID_BYTES];
	uint8_t unused2[2];
	int64_t settled_ms; /* Unix */
};

struct sy_db_tally {
	uint8_t version;
	uint8_t unused[7];
	int64_t spent_nanodollars;
	int64_t reserved_nanodollars;
	int64_t in_flight;
};

struct sy_db_place {
	uint8_t version;
	uint8_t unused[7];
	int64_t in_flight;
};

struct sy_db_circuit {
	uint8_t version;
	uint8_t unused[7];
	struct sy_health health;
};

struct sy_db_session {
	uint8_t version;
	uint8_t access;
	uint8_t unused[6];
	int64_t expires_ms; /* boot */
	int64_t idle_ms;    /* boot: ends then unless used before */
	char user[SY_LABEL_MAX];
};

struct sy_db_kept {
	uint8_t version;
	uint8_t unused[7];
	int64_t expires_ms; /* boot */
};

struct sy_db_try {
	uint8_t version;
	uint8_t unused[3];
	uint32_t failed; /* in a row */
	int64_t next_ms; /* boot: no try before */
};

/* --- keys ------------------------------------------------------------------------------- */

/* A key under construction; sy_db_val() lends it to LMDB. */
struct sy_db_name {
	uint8_t len;
	uint8_t bytes[159];
};

static inline MDB_val sy_db_val(const struct sy_db_name *n)
{
	return (MDB_val){ .mv_size = n->len, .mv_data = (void *)(uintptr_t)n->bytes };
}

static inline void sy_db_add(struct sy_db_name *n, const void *data, size_t len)
{
	memcpy(n->bytes + n->len, data, len);
	n->len = (uint8_t)(n->len + len);
}

static inline void sy_db_add_uint(struct sy_db_name *n, uint64_t value, size_t bytes)
{
	for (size_t i = bytes; i-- > 0;)
		n->bytes[n->len++] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t sy_db_uint(const void *data, size_t bytes)
{
	const uint8_t *p = data;
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | p[i];
	return value;
}

/* Labels are shorter than SY_LABEL_MAX wherever they were made; cut here all the same. */
static inline void sy_db_add_label(struct sy_db_name *n, const char *label)
{
	sy_db_add(n, label, strnlen(label, SY_LABEL_MAX - 1));
}

static inline struct sy_db_name sy_db_word(const char *word)
{
	struct sy_db_name n = { 0 };

	sy_db_add(&n, word, strlen(word));
	return n;
}

static inline struct sy_db_name sy_db_number(uint64_t value, size_t bytes)
{
	struct sy_db_name n = { 0 };

	sy_db_add_uint(&n, value, bytes);
	return n;
}

static inline struct sy_db_name sy_db_hash(const uint8_t hash[SY_HASH_BYTES])
{
	struct sy_db_name n = { 0 };

	sy_db_add(&n, hash, SY_HASH_BYTES);
	return n;
}

static inline struct sy_db_name sy_db_aid(const struct sy_id *rid, uint16_t seq)
{
	struct sy_db_name n = { 0 };

	sy_db_add(&n, rid->bytes, SY_ID_BYTES);
	sy_db_add_uint(&n, seq, 2);
	return n;
}

static inline struct sy_db_name sy_db_key_id(const char *id)
{
	struct sy_db_name n = { 0 };

	sy_db_add(&n, id, strnlen(id, SY_KEY_ID_BYTES));
	n.len = SY_KEY_ID_BYTES;
	return n;
}

static inline struct sy_db_name sy_db_target(const char *provider, const char *model)
{
	struct sy_db_name n = { 0 };

	sy_db_add_label(&n, provider);
	sy_db_add_uint(&n, 0, 1);
	sy_db_add_label(&n, model);
	return n;
}

#endif
