/*
 * op_key.h - what an administrator does to clients' keys.
 */
#ifndef SY_OPS_OP_KEY_H
#define SY_OPS_OP_KEY_H

#include "base/error.h"
#include "store/keys.h"

#include <stdint.h>

struct sy_config;
struct sy_ops;

/*
 * Checks *k and makes the key; its text is shown once.  A label is wanted, and used by no key
 * that is still good.  Routes must exist where a configuration is active.
 */
int sy_op_key_create(struct sy_ops *o, struct sy_key *k, const char *fixed,
    char text[SY_KEY_TEXT], struct sy_error *err);

/* By id or label; SY_NOT_FOUND with the nearest label. */
int sy_op_key_get(struct sy_ops *o, const char *name, struct sy_key *out,
    struct sy_error *err);

/* 1 revoked, 0 it was already. */
int sy_op_key_revoke(struct sy_ops *o, const char *name, struct sy_key *out,
    struct sy_error *err);

/* A new key with the label and limits of the old one, which ends in `grace_s` seconds and is
 * called by its label and id until then. */
int sy_op_key_rotate(struct sy_ops *o, const char *name, int64_t grace_s,
    struct sy_key *made, char text[SY_KEY_TEXT], struct sy_error *err);

/* "active", "expired" or "revoked". */
const char *sy_op_key_state(const struct sy_key *k, int64_t unix_ms);

#endif
