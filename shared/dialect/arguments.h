/*
 * arguments.h - what a call was made with, for providers that take it as an object.
 */
#ifndef SY_DIALECT_ARGUMENTS_H
#define SY_DIALECT_ARGUMENTS_H

#include "base/walk.h"

struct sy_arena;
struct sy_buf;
struct sy_chat;
struct sy_tool_call;

/*
 * Appends a call of the history as a JSON object: itself where its arguments are one, the
 * member "input" of a custom tool's text, "value" of what the schema wraps, "_raw_arguments"
 * of what is no JSON.
 */
void sy_put_arguments(const struct sy_tool_call *call, const struct sy_chat *chat,
    struct sy_arena *a, struct sy_buf *out);

/* JSON that the scanner has passed, without white space between its tokens; numbers stay as
 * they were written. */
void sy_put_compact(struct sy_span json, struct sy_buf *out);

#endif
