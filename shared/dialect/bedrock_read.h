/*
 * bedrock_read.h - answers of Converse, whole or streamed, as events.
 *
 * A whole answer is read by the steps of a stream: each block is begun and ended.
 */
#ifndef SY_DIALECT_BEDROCK_READ_H
#define SY_DIALECT_BEDROCK_READ_H

#include "dialect/adapter.h"

#define SY_BEDROCK_STREAM_BYTES sizeof(void *)

int sy_bedrock_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err);
int sy_bedrock_feed(const struct sy_call *call, void *state, const struct sy_record *rec,
    const struct sy_sink *sink, struct sy_error *err);
void sy_bedrock_finish(const struct sy_call *call, void *state,
    const struct sy_sink *sink);

#endif
