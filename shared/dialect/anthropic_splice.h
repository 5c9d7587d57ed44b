/*
 * anthropic_splice.h - requests and answers of the Messages API that stay in their dialect.
 */
#ifndef SY_DIALECT_ANTHROPIC_SPLICE_H
#define SY_DIALECT_ANTHROPIC_SPLICE_H

#include "base/walk.h"
#include "dialect/adapter.h"

struct sy_reading;

int sy_anthropic_splice(struct sy_call *call, struct sy_http *out, struct sy_error *err);
int sy_anthropic_pass(const struct sy_call *call, const struct sy_record *rec,
    struct sy_buf *out);

/* The same edit for a request that is to be counted. */
int sy_anthropic_count(struct sy_call *call, struct sy_http *out, struct sy_error *err);
int sy_anthropic_count_tap(const struct sy_call *call, struct sy_span json,
    struct sy_reading *out, struct sy_error *err);

#endif
