/*
 * anthropic.h - Anthropic's dialect.
 */
#ifndef SY_DIALECT_ANTHROPIC_H
#define SY_DIALECT_ANTHROPIC_H

#include "dialect/adapter.h"

extern const struct sy_adapter sy_adapter_anthropic;

#endif
