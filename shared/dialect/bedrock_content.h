/*
 * bedrock_content.h - the content blocks of a Converse answer, told as events.
 *
 * A block is one member whose name is its kind.  Text and thoughts have no start of their own
 * in a stream: they are open with their first piece.
 */
#ifndef SY_DIALECT_BEDROCK_CONTENT_H
#define SY_DIALECT_BEDROCK_CONTENT_H

#include "base/walk.h"
#include "dialect/adapter.h"

#include <stdbool.h>

struct sy_bedrock_content;

/* The call's arena owns it. */
struct sy_bedrock_content *sy_bedrock_content_new(const struct sy_call *call);

/* A whole block, or the `start` of one; unknown kinds are passed over. */
void sy_bedrock_content_begin(struct sy_bedrock_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index, struct sy_span block);
void sy_bedrock_content_delta(struct sy_bedrock_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index, struct sy_span delta);
void sy_bedrock_content_end(struct sy_bedrock_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index);

/* After the last block: what was held back. */
void sy_bedrock_content_flush(struct sy_bedrock_content *c, const struct sy_call *call,
    const struct sy_sink *sink);

/* A call's arguments, complete, are no JSON. */
bool sy_bedrock_content_garbled(const struct sy_bedrock_content *c);

/* Why the answer ended, when the provider says `said`. */
enum sy_finish sy_bedrock_content_finish(const struct sy_bedrock_content *c,
    enum sy_finish said);

#endif
