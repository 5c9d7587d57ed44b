/*
 * usage.h - what an answer consumed, and what it cost.
 *
 * Five classes of tokens that never overlap, whatever a provider's own counting includes in
 * what: OpenAI's prompt_tokens is in + in_cache_read + in_cache_write, its completion_tokens
 * is out + out_reasoning.  Money is integer: prices in micro-dollars a million tokens, costs
 * in nano-dollars.
 */
#ifndef SY_MODEL_USAGE_H
#define SY_MODEL_USAGE_H

#include <stdbool.h>
#include <stdint.h>

enum sy_token_class {
	SY_IN,
	SY_IN_CACHE_READ,
	SY_IN_CACHE_WRITE,
	SY_OUT,
	SY_OUT_REASONING,
	SY_TOKEN_CLASSES
};

/* More than this in one class is a provider's mistake, not a count. */
#define SY_TOKENS_MAX 100000000

enum sy_usage_source {
	SY_USAGE_NONE,      /* nothing was reported, nothing can be said */
	SY_USAGE_PROVIDER,  /* as the provider counted */
	SY_USAGE_ESTIMATED, /* counted from the bytes that went by */
};

struct sy_usage {
	enum sy_usage_source source;
	int64_t tokens[SY_TOKEN_CLASSES];
	/* Where the provider charges for less than it counts, words of its own for instance: all
	 * input and all output that it does charge for, at their plain prices. */
	bool billed;
	int64_t billed_in, billed_out;
};

#define SY_PRICE_UNKNOWN (-1)
#define SY_TIERS_MAX     3

/* What a request costs whose input is longer than `above_tokens`: all of it, not the part
 * above.  Classes that a tier says nothing of keep the price they have. */
struct sy_tier {
	int64_t above_tokens; /* 0: no tier */
	int64_t per_class[SY_TOKEN_CLASSES];
};

/* The tiers stand in rising order; the first without a threshold ends them. */
struct sy_tiers {
	struct sy_tier tier[SY_TIERS_MAX];
};

/* Micro-dollars a million tokens; SY_PRICE_UNKNOWN where not known. */
struct sy_price {
	int64_t per_class[SY_TOKEN_CLASSES];
	struct sy_tiers tiers;
};

int64_t sy_usage_in(const struct sy_usage *u);  /* all input classes */
int64_t sy_usage_out(const struct sy_usage *u); /* all output classes */

/*
 * The cost in nano-dollars, rounded half up once, at the tier that the input reaches.  A class without a price of its own costs
 * what its plain class does: cache reads and writes as `in`, reasoning as `out`.  False, and
 * *cost 0, when a class that was used has no price at all: unpriced is a state, not zero.
 */
bool sy_usage_cost(const struct sy_usage *u, const struct sy_price *p, int64_t *cost);

/* Tokens that so many bytes of text are likely to be: a quarter, rounded up. */
int64_t sy_tokens_estimate(int64_t text_bytes);

extern const char *const sy_token_class_names[SY_TOKEN_CLASSES];

#endif
