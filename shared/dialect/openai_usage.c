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
static bool count(struct counts *c, struct sy_span object, const char *key, int64_t *out)
{
	struct sy_span value = sy_walk_get(object, key);
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

static void read_details(struct counts *c, struct sy_span usage)
{
	/* Writer leaves out an s. */
	static const char *const prompt_names[] = { "prompt_tokens_details",
		"prompt_token_details" };
	static const char *const completion_names[] = { "completion_tokens_details",
		"completion_token_details" };

	for (int i = 0; i < 2; i++) {
		struct sy_span in = sy_walk_get(usage, prompt_names[i]);
		struct sy_span out = sy_walk_get(usage, completion_names[i]);

		count(c, in, "cached_tokens", &c->cached);
		count(c, in, "cache_creation_input_tokens", &c->written);
		count(c, in, "cache_write_tokens", &c->written);
		count(c, out, "reasoning_tokens", &c->reasoning);
	}
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
	bool excluded;

	if (!sy_span_is_object(usage))
		return false;
	c.said = count(&c, usage, "prompt_tokens", &c.prompt);
	c.said |= count(&c, usage, "completion_tokens", &c.completion);
	count(&c, usage, "total_tokens", &c.total);
	count(&c, usage, "cached_tokens", &c.cached);
	count(&c, usage, "prompt_cache_hit_tokens", &c.cached);
	count(&c, usage, "reasoning_tokens", &c.reasoning);
	read_details(&c, usage);
	if (!c.said || c.bad)
		return false;
	excluded = c.prompt + c.completion + c.reasoning == c.total ||
	           (call->model->provider->quirks.reasoning_excluded &&
	               c.prompt + c.completion != c.total);
	sort_out(&c, excluded, out);
	return true;
}
