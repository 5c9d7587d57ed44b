/*
 * bedrock.h - the dialect of AWS Bedrock: Converse and ConverseStream.
 */
#ifndef SY_DIALECT_BEDROCK_H
#define SY_DIALECT_BEDROCK_H

#include "dialect/adapter.h"

extern const struct sy_adapter sy_adapter_bedrock;

#endif
