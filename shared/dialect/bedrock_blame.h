/*
 * bedrock_blame.h - what a failure of Bedrock's means.
 */
#ifndef SY_DIALECT_BEDROCK_BLAME_H
#define SY_DIALECT_BEDROCK_BLAME_H

#include "dialect/adapter.h"

/* As sy_adapter.blame; the exception's name is call->error_type, or in the body. */
void sy_bedrock_blame(const struct sy_call *call, int status, const char *body,
    size_t len, struct sy_error *err);

/* An exception of that name inside of a stream or of a 200; data is JSON, or its words. */
void sy_bedrock_blame_exception(const struct sy_call *call, const char *name,
    const char *data, size_t len, struct sy_error *err);

#endif
