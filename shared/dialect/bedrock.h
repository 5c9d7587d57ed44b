/*
 * bedrock.h - the dialect of AWS Bedrock: Converse and ConverseStream.
 */
#ifndef SY_DIALECT_BEDROCK_H
#define SY_DIALECT_BEDROCK_H

#include "dialect/adapter.h"
#include "dialect/task.h"

/* The path that asks a model by a method: "/converse". */
const char *sy_bedrock_path(const struct sy_call *call, const char *method);

extern const struct sy_task_way sy_bedrock_ways[];
extern const struct sy_adapter sy_adapter_bedrock;

#endif
