/*
 * op_secret.h - providers' credentials as files: etc/secrets/NAME, 0600, in a folder of 0700.
 *
 * What a secret is, is never shown: only its length, its last characters and a fingerprint.
 */
#ifndef SY_OPS_OP_SECRET_H
#define SY_OPS_OP_SECRET_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;
struct sy_config;
struct sy_root;

struct sy_secret_info {
	const char *name;
	const char *used_by; /* the providers, with spaces between; "" none */
	const char *source; /* the file, "environment OPENAI_API_KEY", or NULL: not set */
	char tail[5];       /* its last four characters, where it is long enough */
	char fingerprint[9]; /* the first of its SHA-256, hexadecimal */
	int64_t changed_ms;  /* of the file; 0 */
	const char *problem; /* why it cannot be used, or NULL */
};

/* Letters, digits, "." (not first), "_" and "-", at most 64. */
int sy_op_secret_name(const char *name, struct sy_error *err);

/* Writes the file whole or not at all; `text` without the white space around it.  1 when it
 * was there before, else 0. */
int sy_op_secret_set(const struct sy_root *root, const char *name, const char *text,
    struct sy_error *err);

/* SY_NOT_FOUND when there is none. */
int sy_op_secret_remove(const struct sy_root *root, const char *name,
    struct sy_error *err);

/* Those that `c` (may be NULL) wants and those that are there, by name; their number. */
int sy_op_secret_list(const struct sy_root *root, const struct sy_config *c,
    struct sy_arena *a, struct sy_secret_info **out, struct sy_error *err);

#endif
