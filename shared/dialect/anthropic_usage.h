/*
 * anthropic_usage.h - the counts of an answer, put together from where they appear.
 */
#ifndef SY_DIALECT_ANTHROPIC_USAGE_H
#define SY_DIALECT_ANTHROPIC_USAGE_H

#include "base/walk.h"
#include "model/usage.h"

#include <stdbool.h>

enum sy_anthropic_count {
	SY_A_INPUT, /* without what the cache read or wrote */
	SY_A_READ,
	SY_A_WRITE,
	SY_A_OUTPUT, /* thinking is part of it */
	SY_A_THINKING,
	SY_A_COUNTS
};

struct sy_anthropic_usage {
	int64_t counts[SY_A_COUNTS]; /* -1 not said */
	bool invalid;                /* a count that is none */
};

void sy_anthropic_usage_init(struct sy_anthropic_usage *u);

/* A usage object: of each count the last that was said holds, since they are totals. */
void sy_anthropic_usage_merge(struct sy_anthropic_usage *u, struct sy_span usage);

/* False while nothing has been said.  Counts that are none count as nothing said. */
bool sy_anthropic_usage_get(const struct sy_anthropic_usage *u, struct sy_usage *out);

#endif
