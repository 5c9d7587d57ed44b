/*
 * keys.h - clients' credentials.
 *
 * A key is "sy_", eight letters of public id and 43 of secret.  Only a keyed hash is stored;
 * finding one is a look-up by that hash and a comparison in constant time.  A change is in
 * force at the next request in every process, because every request looks here.
 */
#ifndef SY_STORE_KEYS_H
#define SY_STORE_KEYS_H

#include "base/error.h"
#include "model/attempt.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_book;

#define SY_KEY_TEXT 64 /* room for a whole key, with the final NUL */

struct sy_key {
	char id[16];             /* the public part: "sy_1a2b3c4d" */
	char label[SY_LABEL_MAX];
	bool revoked;
	int64_t created_ms;
	int64_t expires_ms;           /* 0 never */
	int64_t budget_nanodollars;   /* in all; 0 no budget */
	int64_t requests_per_minute;  /* 0 no limit */
	int64_t tokens_per_minute;    /* 0 no limit */
	int64_t max_in_flight;        /* 0 no limit */
	char feature[SY_LABEL_MAX];   /* spend is booked to this, whatever is asked; "" */
	char routes[256];             /* names with spaces between; "" all */
};

/* 1 and *out filled, 0 when no such key exists, -1.  Revoked and expired ones are found. */
int sy_key_find(struct sy_book *b, const char *credential, struct sy_key *out,
    struct sy_error *err);

/* Makes a key from all but id and created_ms of *k; `text` is shown once and never again.
 * `fixed` NULL, or the whole text wanted (for the demo: "sy_demo"). */
int sy_key_create(struct sy_book *b, struct sy_key *k, const char *fixed,
    char text[SY_KEY_TEXT], struct sy_error *err);

/* By id or label; 1, 0 when there is none, -1. */
int sy_key_get(struct sy_book *b, const char *name, struct sy_key *out, struct sy_error *err);
int sy_key_save(struct sy_book *b, const struct sy_key *k, struct sy_error *err);

int sy_key_each(struct sy_book *b, void (*fn)(void *arg, const struct sy_key *k), void *arg,
    struct sy_error *err);

#endif
