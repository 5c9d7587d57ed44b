/*
 * anthropic_blame.h - what a failure of the Messages API means.
 */
#ifndef SY_DIALECT_ANTHROPIC_BLAME_H
#define SY_DIALECT_ANTHROPIC_BLAME_H

#include "dialect/adapter.h"

/* As sy_adapter.blame; `status` 200 for an error that came inside a stream. */
void sy_anthropic_blame(const struct sy_call *call, int status, const char *body,
    size_t len, struct sy_error *err);

#endif
