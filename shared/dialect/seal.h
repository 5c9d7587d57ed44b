/*
 * seal.h - what a provider signs or encrypts, as one string that clients hand back unchanged.
 *
 * Messages has two places for it, a thought's signature and the data of one that is redacted;
 * whoever made it and what it is travels with it, so that it goes back to its maker and to
 * nobody else: "sy1.KIND.FORMAT.PAYLOAD".  What Anthropic made stays as it is.
 */
#ifndef SY_DIALECT_SEAL_H
#define SY_DIALECT_SEAL_H

#include <stdbool.h>

struct sy_arena;

#define SY_SEAL "sy1."

enum sy_seal_kind {
	SY_SEAL_SIGNATURE = 's', /* of a thought */
	SY_SEAL_DATA = 'd',      /* an encrypted thought */
	SY_SEAL_CALL = 'c',      /* the signature of the call that follows */
};

struct sy_seal {
	enum sy_seal_kind kind;
	const char *format; /* as in events and parts; NULL: nobody's in particular */
	const char *payload;
};

/* Memory of the arena. */
const char *sy_seal_any(struct sy_arena *a, enum sy_seal_kind kind, const char *format,
    const char *payload);

/* The same, but the payload itself where it is Anthropic's. */
const char *sy_seal(struct sy_arena *a, enum sy_seal_kind kind, const char *format,
    const char *payload);

/* False for a string that is no seal of ours. */
bool sy_unseal(struct sy_arena *a, const char *text, struct sy_seal *out);

#endif
