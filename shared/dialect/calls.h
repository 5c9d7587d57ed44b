/*
 * calls.h - the calls of a conversation, for results that do not say which one they answer.
 */
#ifndef SY_DIALECT_CALLS_H
#define SY_DIALECT_CALLS_H

#include <stdbool.h>

struct sy_chat;

/* The id of the first call of that name (any, when NULL) that has no result yet, in the latest
 * turn that has calls; or NULL. */
const char *sy_call_open(const struct sy_chat *chat, const char *name);

/* Whether a message so far has a call of that id. */
bool sy_call_exists(const struct sy_chat *chat, const char *id);

#endif
