/*
 * anthropic_usage.c - see anthropic_usage.h.
 */
#include "dialect/anthropic_usage.h"

#include <string.h>

void sy_anthropic_usage_init(struct sy_anthropic_usage *u)
{
	memset(u, 0, sizeof(*u));
	for (int i = 0; i < SY_A_COUNTS; i++)
		u->counts[i] = -1;
}

static void read_count(struct sy_anthropic_usage *u, enum sy_anthropic_count which,
    struct sy_span value)
{
	int64_t n;

	if (value.at == NULL)
		return;
	if (!sy_span_int(value, &n) || n < 0 || n > SY_TOKENS_MAX)
		u->invalid = true;
	else
		u->counts[which] = n;
}

/* Some servers fill in the input at the start only and write zeros from then on. */
static bool zeros_only(const int64_t *counts)
{
	return counts[SY_A_INPUT] <= 0 && counts[SY_A_READ] <= 0 &&
	       counts[SY_A_WRITE] <= 0;
}

void sy_anthropic_usage_merge(struct sy_anthropic_usage *u, struct sy_span usage)
{
	struct sy_anthropic_usage now;
	int first = SY_A_INPUT;

	if (!sy_span_is_object(usage))
		return;
	sy_anthropic_usage_init(&now);
	read_count(&now, SY_A_INPUT, sy_walk_get(usage, "input_tokens"));
	read_count(&now, SY_A_READ, sy_walk_get(usage, "cache_read_input_tokens"));
	read_count(&now, SY_A_WRITE, sy_walk_get(usage, "cache_creation_input_tokens"));
	read_count(&now, SY_A_OUTPUT, sy_walk_get(usage, "output_tokens"));
	read_count(&now, SY_A_THINKING,
	    sy_walk_get(sy_walk_get(usage, "output_tokens_details"), "thinking_tokens"));
	u->invalid |= now.invalid;
	if (zeros_only(now.counts) && !zeros_only(u->counts))
		first = SY_A_OUTPUT;
	for (int i = first; i < SY_A_COUNTS; i++)
		if (now.counts[i] >= 0)
			u->counts[i] = now.counts[i];
}

static int64_t said(const struct sy_anthropic_usage *u, enum sy_anthropic_count which)
{
	return u->counts[which] > 0 ? u->counts[which] : 0;
}

bool sy_anthropic_usage_get(const struct sy_anthropic_usage *u, struct sy_usage *out)
{
	int64_t output = said(u, SY_A_OUTPUT), thinking = said(u, SY_A_THINKING);

	memset(out, 0, sizeof(*out));
	if (u->invalid)
		return true;
	if (u->counts[SY_A_INPUT] < 0 && u->counts[SY_A_OUTPUT] < 0)
		return false;
	if (thinking > output)
		thinking = output;
	out->source = SY_USAGE_PROVIDER;
	out->tokens[SY_IN] = said(u, SY_A_INPUT);
	out->tokens[SY_IN_CACHE_READ] = said(u, SY_A_READ);
	out->tokens[SY_IN_CACHE_WRITE] = said(u, SY_A_WRITE);
	out->tokens[SY_OUT] = output - thinking;
	out->tokens[SY_OUT_REASONING] = thinking;
	return true;
}
