/*
 * gemini_usage.h - the counts of an answer, put together from the chunks that say them.
 */
#ifndef SY_DIALECT_GEMINI_USAGE_H
#define SY_DIALECT_GEMINI_USAGE_H

#include "base/walk.h"
#include "model/usage.h"

#include <stdbool.h>

enum sy_gemini_count {
	SY_G_PROMPT,   /* what came from a cache is part of it */
	SY_G_TOOL_USE, /* what the provider's own tools put in; beside the prompt */
	SY_G_CACHED,
	SY_G_CANDIDATES, /* without thoughts */
	SY_G_THOUGHTS,
	SY_G_TOTAL,
	SY_G_COUNTS
};

struct sy_gemini_usage {
	int64_t counts[SY_G_COUNTS]; /* -1 not said */
	bool invalid;                /* a count that is none */
};

void sy_gemini_usage_init(struct sy_gemini_usage *u);

/* A usageMetadata object: of each count the last that was said holds, since they are totals. */
void sy_gemini_usage_merge(struct sy_gemini_usage *u, struct sy_span usage);

/* False while nothing has been said.  Counts that are none count as nothing said. */
bool sy_gemini_usage_get(const struct sy_gemini_usage *u, struct sy_usage *out);

#endif
