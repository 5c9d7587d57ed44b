/*
 * gemini_usage.c - see gemini_usage.h.
 */
#include "dialect/gemini_usage.h"

#include <string.h>

static const struct sy_key keys[SY_G_COUNTS] = {
	[SY_G_PROMPT] = SY_KEY("promptTokenCount"),
	[SY_G_TOOL_USE] = SY_KEY("toolUsePromptTokenCount"),
	[SY_G_CACHED] = SY_KEY("cachedContentTokenCount"),
	[SY_G_CANDIDATES] = SY_KEY("candidatesTokenCount"),
	[SY_G_THOUGHTS] = SY_KEY("thoughtsTokenCount"),
	[SY_G_TOTAL] = SY_KEY("totalTokenCount"),
};

void sy_gemini_usage_init(struct sy_gemini_usage *u)
{
	memset(u, 0, sizeof(*u));
	for (int i = 0; i < SY_G_COUNTS; i++)
		u->counts[i] = -1;
}

/* Protobuf's 64-bit integers may come as strings. */
static bool read_count(struct sy_span value, int64_t *out)
{
	if (sy_span_is_string(value) && value.len > 2)
		value = (struct sy_span){ value.at + 1, value.len - 2 };
	return sy_span_int(value, out) && *out >= 0 && *out <= SY_TOKENS_MAX;
}

void sy_gemini_usage_merge(struct sy_gemini_usage *u, struct sy_span usage)
{
	struct sy_span values[SY_G_COUNTS];
	int64_t n;

	if (!sy_span_is_object(usage))
		return;
	sy_walk_fill(usage, keys, SY_G_COUNTS, values);
	for (int i = 0; i < SY_G_COUNTS; i++) {
		if (values[i].at == NULL)
			continue;
		if (read_count(values[i], &n))
			u->counts[i] = n;
		else
			u->invalid = true;
	}
}

static int64_t said(const struct sy_gemini_usage *u, enum sy_gemini_count which)
{
	return u->counts[which] > 0 ? u->counts[which] : 0;
}

/* Zero is what is not said; but a total that has more in it says what is missing, and one that
 * has the thoughts only once tells that they are in both. */
static int64_t output_of(const struct sy_gemini_usage *u)
{
	int64_t in = said(u, SY_G_PROMPT) + said(u, SY_G_TOOL_USE);
	int64_t candidates = said(u, SY_G_CANDIDATES), thoughts = said(u, SY_G_THOUGHTS);
	int64_t total = said(u, SY_G_TOTAL);

	if (u->counts[SY_G_CANDIDATES] < 0 && total > in + thoughts)
		return total - in - thoughts;
	if (thoughts > 0 && thoughts <= candidates && total == in + candidates)
		return candidates - thoughts;
	return candidates;
}

bool sy_gemini_usage_get(const struct sy_gemini_usage *u, struct sy_usage *out)
{
	int64_t prompt = said(u, SY_G_PROMPT), cached = said(u, SY_G_CACHED);

	memset(out, 0, sizeof(*out));
	if (u->invalid)
		return true;
	if (u->counts[SY_G_PROMPT] < 0 && u->counts[SY_G_CANDIDATES] < 0 &&
	    u->counts[SY_G_TOTAL] < 0)
		return false;
	if (cached > prompt)
		cached = prompt;
	out->source = SY_USAGE_PROVIDER;
	out->tokens[SY_IN] = prompt - cached + said(u, SY_G_TOOL_USE);
	out->tokens[SY_IN_CACHE_READ] = cached;
	out->tokens[SY_OUT] = output_of(u);
	out->tokens[SY_OUT_REASONING] = said(u, SY_G_THOUGHTS);
	return true;
}
