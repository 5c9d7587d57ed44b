/*
 * anthropic_content.h - the content blocks of an answer, told as events.
 *
 * Also where it is undone what the request had to do to JSON answers, custom tools, names and
 * stop sequences.  Events go out as blocks come, but for what only an end can tell: text that a
 * JSON answer may replace, and up to where a citation holds.
 */
#ifndef SY_DIALECT_ANTHROPIC_CONTENT_H
#define SY_DIALECT_ANTHROPIC_CONTENT_H

#include "base/walk.h"
#include "dialect/adapter.h"

struct sy_content;

struct sy_content *sy_content_new(
    const struct sy_call *call); /* the call's arena owns it */

/* A content_block; blocks of an unknown type are passed over. */
void sy_content_begin(struct sy_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index, struct sy_span block);
void sy_content_delta(struct sy_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index, struct sy_span delta);
void sy_content_end(struct sy_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index);

/* After the last block: what was held back. */
void sy_content_flush(struct sy_content *c, const struct sy_call *call,
    const struct sy_sink *sink);

/* Why the answer ended, when the provider says `said`. */
enum sy_finish sy_content_finish(const struct sy_content *c, enum sy_finish said);

#endif
