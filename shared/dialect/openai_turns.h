/*
 * openai_turns.h - the messages of a request of the OpenAI dialect.
 */
#ifndef SY_DIALECT_OPENAI_TURNS_H
#define SY_DIALECT_OPENAI_TURNS_H

struct sy_buf;
struct sy_call;

/* Appends the array of messages, as the provider's quirks want it. */
void sy_openai_put_turns(const struct sy_call *call, struct sy_buf *out);

#endif
