/*
 * openai_usage.c - token counts, under all the names that providers use.
 *
 * The specification's prompt_tokens includes what came from the cache and completion_tokens
 * includes reasoning; the five classes of usage.h never overlap.  Some providers leave the
 * reasoning out of completion_tokens, which their own total gives away.
 */
#include "dialect/openai.h"

#include "model/config.h"

struct counts {
	int64_t prompt, completion, total;
	int64_t cached, written, reasoning;
	bool said; /* at least one of prompt and completion */
	bool bad;
};

/* Reads a count; absent and null leave it. */
static bool count(struct counts *c, struct sy_span value, int64_t *out)
{
	int64_t n;

	if (value.at == NULL)
		return false;
	if (!sy_span_int(value, &n) || n < 0 || n > SY_TOKENS_MAX) {
		c->bad = true;
		return false;
	}
	*out = n;
	return true;
}

enum { PROMPT, COMPLETION, TOTAL, CACHED, CACHE_HIT, REASONING, IN, IN_2, OUT, OUT_2, KEYS };

/* Writer leaves out an s. */
static const struct sy_key keys[KEYS] = {
	[PROMPT] = SY_KEY("prompt_tokens"),
	[COMPLETION] = SY_KEY("completion_tokens"),
	[TOTAL] = SY_KEY("total_tokens"),
	[CACHED] = SY_KEY("cached_tokens"),
	[CACHE_HIT] = SY_KEY("prompt_cache_hit_tokens"),
	[REASONING] = SY_KEY("reasoning_tokens"),
	[IN] = SY_KEY("prompt_tokens_details"),
	[IN_2] = SY_KEY("prompt_token_details"),
	[OUT] = SY_KEY("completion_tokens_details"),
	[OUT_2] = SY_KEY("completion_token_details"),
};

static void read_in(struct counts *c, struct sy_span details)
{
	static const struct sy_key names[] = { SY_KEY("cached_tokens"),
		SY_KEY("cache_creation_input_tokens"), SY_KEY("cache_write_tokens") };
	struct sy_span v[3];

	sy_walk_fill(details, names, 3, v);
	count(c, v[0], &c->cached);
	count(c, v[1], &c->written);
	count(c, v[2], &c->written);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void sort_out(const struct counts *c, bool excluded, struct sy_usage *out)
{
	int64_t completion = c->completion + (excluded ? c->reasoning : 0);
	int64_t *t = out->tokens;

	out->source = SY_USAGE_PROVIDER;
	t[SY_IN_CACHE_READ] = least(c->cached, c->prompt);
	t[SY_IN_CACHE_WRITE] = least(c->written, c->prompt - t[SY_IN_CACHE_READ]);
	t[SY_IN] = c->prompt - t[SY_IN_CACHE_READ] - t[SY_IN_CACHE_WRITE];
	t[SY_OUT_REASONING] = least(c->reasoning, completion);
	t[SY_OUT] = completion - t[SY_OUT_REASONING];
}

bool sy_openai_usage(const struct sy_call *call, struct sy_span usage,
    struct sy_usage *out)
{
	struct counts c = { 0 };
	struct sy_span v[KEYS];
	bool excluded;

	if (!sy_span_is_object(usage))
		return false;
	sy_walk_fill(usage, keys, KEYS, v);
	c.said = count(&c, v[PROMPT], &c.prompt);
	c.said |= count(&c, v[COMPLETION], &c.completion);
	count(&c, v[TOTAL], &c.total);
	count(&c, v[CACHED], &c.cached);
	count(&c, v[CACHE_HIT], &c.cached);
	count(&c, v[REASONING], &c.reasoning);
	read_in(&c, v[IN].at != NULL ? v[IN] : v[IN_2]);
	count(&c, sy_walk_get(v[OUT].at != NULL ? v[OUT] : v[OUT_2], "reasoning_tokens"),
	    &c.reasoning);
	if (!c.said || c.bad)
		return false;
	excluded = c.prompt + c.completion + c.reasoning == c.total ||
	           (call->model->provider->quirks.reasoning_excluded &&
	               c.prompt + c.completion != c.total);
	sort_out(&c, excluded, out);
	return true;
}
