/*
 * bedrock_family.h - what differs between the vendors behind Converse.
 *
 * One shape of request for all of them, but each refuses other parts of it.  Facts as of
 * August 2026, by a part of the model's id behind its geography ("us.", "global.").  An ARN may
 * hide the model; then our own name for it decides.
 */
#ifndef SY_DIALECT_BEDROCK_FAMILY_H
#define SY_DIALECT_BEDROCK_FAMILY_H

#include "dialect/claude.h"

#include <stdbool.h>

struct sy_model;

/* Where top_k goes, and how reasoning is asked for, in additionalModelRequestFields. */
enum sy_top_k { SY_TOP_K_NONE, SY_TOP_K_PLAIN, SY_TOP_K_NOVA, SY_TOP_K_COHERE };
enum sy_reasons {
	SY_REASONS_NOT, /* or always: there is nothing to ask */
	SY_REASONS_CLAUDE,
	SY_REASONS_NOVA,   /* reasoningConfig with an effort */
	SY_REASONS_EFFORT, /* reasoning_effort, as OpenAI has it */
	SY_REASONS_LOW_HIGH,
};

struct sy_bedrock_family {
	const char *mark; /* the part of the id; "" fits all */
	enum sy_top_k top_k;
	enum sy_reasons reasons;
	bool forcing;       /* toolChoice any and tool are taken */
	bool cache;         /* cachePoint is */
	bool no_tool_cache; /* not among tools */
	bool no_system;     /* the system prompt goes before the user's first words */
	bool results_alone; /* no words in the turn that answers calls */
	bool no_status;     /* of a result */
	int id_len;         /* of call ids: exactly so many letters and digits; 0 any */
};

const struct sy_bedrock_family *sy_bedrock_family(const struct sy_model *model);

/* What the request's plan needs to know of the model: Claude's own row, or that of a model
 * which takes all sampling parameters and no thinking. */
const struct sy_claude *sy_bedrock_model(const struct sy_model *model,
    const struct sy_bedrock_family *family, struct sy_claude *room);

#endif
