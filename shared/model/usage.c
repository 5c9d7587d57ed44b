/*
 * usage.c - see usage.h.
 */
#include "model/usage.h"

#include <stddef.h>

const char *const sy_token_class_names[SY_TOKEN_CLASSES] = {
	[SY_IN] = "in",
	[SY_IN_CACHE_READ] = "in_cache_read",
	[SY_IN_CACHE_WRITE] = "in_cache_write",
	[SY_OUT] = "out",
	[SY_OUT_REASONING] = "out_reasoning",
};

int64_t sy_usage_in(const struct sy_usage *u)
{
	return u->tokens[SY_IN] + u->tokens[SY_IN_CACHE_READ] +
	       u->tokens[SY_IN_CACHE_WRITE];
}

int64_t sy_usage_out(const struct sy_usage *u)
{
	return u->tokens[SY_OUT] + u->tokens[SY_OUT_REASONING];
}

/* The highest tier that so much input reaches, or NULL. */
static const struct sy_tier *tier_of(const struct sy_price *p, int64_t in_tokens)
{
	const struct sy_tier *reached = NULL;

	for (size_t i = 0; i < SY_TIERS_MAX; i++)
		if (p->tiers.tier[i].above_tokens > 0 &&
		    in_tokens > p->tiers.tier[i].above_tokens)
			reached = &p->tiers.tier[i];
	return reached;
}

static int64_t own_price(const struct sy_price *p, const struct sy_tier *tier, int class)
{
	if (tier != NULL && tier->per_class[class] != SY_PRICE_UNKNOWN)
		return tier->per_class[class];
	return p->per_class[class];
}

static int64_t class_price(const struct sy_price *p, const struct sy_tier *tier,
    int class)
{
	int64_t price = own_price(p, tier, class);

	if (price != SY_PRICE_UNKNOWN)
		return price;
	return own_price(p, tier, class >= SY_OUT ? SY_OUT : SY_IN);
}

/* What is charged for, class by class. */
static void charged(const struct sy_usage *u, int64_t tokens[SY_TOKEN_CLASSES])
{
	for (int class = 0; class < SY_TOKEN_CLASSES; class ++)
		tokens[class] = u->billed ? 0 : u->tokens[class];
	tokens[SY_IN] += u->billed_in;
	tokens[SY_OUT] += u->billed_out;
}

bool sy_usage_cost(const struct sy_usage *u, const struct sy_price *p, int64_t *cost)
{
	/* A hundred million tokens at a million dollars a million fit in 128 bits only. */
	__int128 sum = 0;
	const struct sy_tier *tier = tier_of(p, sy_usage_in(u));
	int64_t tokens[SY_TOKEN_CLASSES];

	*cost = 0;
	charged(u, tokens);
	for (int class = 0; class < SY_TOKEN_CLASSES; class ++) {
		int64_t price = class_price(p, tier, class);

		if (tokens[class] == 0)
			continue;
		if (price == SY_PRICE_UNKNOWN)
			return false;
		sum += (__int128)tokens[class] * price;
	}
	/* micro-dollars a million tokens * tokens / 10^6 = micro-dollars; * 10^3 = nano. */
	*cost = (int64_t)((sum + 500) / 1000);
	return true;
}

int64_t sy_tokens_estimate(int64_t text_bytes)
{
	return (text_bytes + 3) / 4;
}
