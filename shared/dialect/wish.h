/*
 * wish.h - what a client asks for by fields that have no place in the canonical request.
 */
#ifndef SY_DIALECT_WISH_H
#define SY_DIALECT_WISH_H

#include <stdbool.h>

struct sy_chat;
struct sy_error;

/* Reasoning is wanted, or not; its text is not to be shown. */
bool sy_wants_no_thoughts(const struct sy_chat *chat);

/* Fields that are read where they mean something: no need to say that they were not passed on. */
bool sy_is_understood(const char *field);

/* Whether `modalities` lists it: "audio", "image". */
bool sy_wants_modality(const struct sy_chat *chat, const char *name);

/* -1 when a client depends on what no dialect but OpenAI's keeps (several choices, log
 * probabilities, spoken answers): leaving it out would answer another question. */
int sy_refuse_unkept(const struct sy_chat *chat, struct sy_error *err);

#endif
