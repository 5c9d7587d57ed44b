/*
 * feed_litellm.c - the shape of LiteLLM's model_prices_and_context_window.json.
 *
 * One object of models, prices in dollars a token, names with the provider before them where
 * that is how its users ask for it.
 */
#include "base/arena.h"
#include "base/text.h"
#include "config/feed_part.h"

#include <stdio.h>
#include <string.h>

/* Its providers, by the names of our rows; what has none is called as it is there. */
static const struct {
	const char *theirs, *ours;
} providers[] = {
	{ "bedrock", "amazon-bedrock" },
	{ "bedrock_converse", "amazon-bedrock" },
	{ "bedrock_mantle", "amazon-bedrock" },
	{ "cloudflare", "cloudflare-workers-ai" },
	{ "cohere_chat", "cohere" },
	{ "dashscope", "alibaba" },
	{ "fireworks_ai", "fireworks-ai" },
	{ "fireworks_ai-embedding-models", "fireworks-ai" },
	{ "friendliai", "friendli" },
	{ "gemini", "google" },
	{ "meta_llama", "llama" },
	{ "moonshot", "moonshotai" },
	{ "novita", "novita-ai" },
	{ "nvidia_nim", "nvidia" },
	{ "text-completion-openai", "openai" },
	{ "together_ai", "togetherai" },
	{ "vercel_ai_gateway", "vercel" },
};

static const struct {
	const char *mode;
	uint32_t caps;
} modes[] = {
	{ "chat", SY_CAP_CHAT },
	{ "responses", SY_CAP_CHAT },
	{ "completion", SY_CAP_COMPLETE },
	{ "embedding", SY_CAP_EMBED },
	{ "rerank", SY_CAP_RERANK },
	{ "moderation", SY_CAP_MODERATE },
	{ "image_generation", SY_CAP_IMAGE },
	{ "image_edit", SY_CAP_IMAGE },
	{ "audio_speech", SY_CAP_SPEECH },
	{ "audio_transcription", SY_CAP_TRANSCRIBE },
};

static const struct {
	const char *key;
	uint32_t cap;
} abilities[] = {
	{ "supports_function_calling", SY_CAP_TOOLS },
	{ "supports_vision", SY_CAP_VISION },
	{ "supports_response_schema", SY_CAP_SCHEMA },
	{ "supports_reasoning", SY_CAP_REASONING },
	{ "supports_audio_input", SY_CAP_AUDIO },
	{ "supports_pdf_input", SY_CAP_FILES },
};

static const struct {
	const char *key;
	int class;
} costs[] = {
	{ "input_cost_per_token", SY_IN },
	{ "output_cost_per_token", SY_OUT },
	{ "output_cost_per_reasoning_token", SY_OUT_REASONING },
	{ "cache_read_input_token_cost", SY_IN_CACHE_READ },
	{ "cache_creation_input_token_cost", SY_IN_CACHE_WRITE },
};

static const char *provider_of(const char *theirs)
{
	if (sy_starts(theirs, "vertex_ai"))
		return "google-vertex";
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
		if (strcmp(providers[i].theirs, theirs) == 0)
			return providers[i].ours;
	return theirs;
}

/* "gemini/gemini-x" of gemini is gemini-x; "deepinfra/org/model" is org/model. */
static const char *name_of(const char *key, const char *theirs)
{
	size_t len = strcspn(theirs, "-");
	const char *slash = strchr(key, '/');

	if (slash == NULL)
		return key;
	if (sy_starts(key, theirs) && key[strlen(theirs)] == '/')
		return key + strlen(theirs) + 1;
	/* vertex_ai-language-models under vertex_ai/, bedrock_converse under bedrock/ */
	if ((size_t)(slash - key) <= len &&
	    strncmp(key, theirs, (size_t)(slash - key)) == 0)
		return slash + 1;
	return key;
}

static uint32_t caps_of(struct sy_span model)
{
	struct sy_span mode = sy_walk_get(model, "mode");
	uint32_t caps = 0;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (sy_span_is(mode, modes[i].mode))
			caps = modes[i].caps;
	if (!(caps & SY_CAP_CHAT))
		return caps;
	for (size_t i = 0; i < sizeof(abilities) / sizeof(abilities[0]); i++)
		if (sy_feed_true(sy_walk_get(model, abilities[i].key)))
			caps |= abilities[i].cap;
	return caps;
}

static void read_costs(struct sy_feed_reader *r, struct sy_span model)
{
	static const int thresholds_k[] = { 128, 200, 256, 272, 512 };

	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++)
		sy_feed_price(r, &r->row->m.price.per_class[costs[i].class],
		    sy_walk_get(model, costs[i].key), SY_PER_TOKEN, costs[i].key);
	for (size_t t = 0; t < sizeof(thresholds_k) / sizeof(thresholds_k[0]); t++)
		for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
			struct sy_tier *tier;
			struct sy_span cost;
			char key[96];

			snprintf(key, sizeof(key), "%s_above_%dk_tokens", costs[i].key,
			    thresholds_k[t]);
			cost = sy_walk_get(model, key);
			tier = cost.at != NULL ? sy_feed_tier(r, thresholds_k[t] * 1000)
			                       : NULL;
			if (tier != NULL)
				sy_feed_price(r, &tier->per_class[costs[i].class], cost,
				    SY_PER_TOKEN, key);
		}
}

static bool has_other_units(struct sy_span model)
{
	static const char *const keys[] = { "input_cost_per_audio_token",
		"output_cost_per_audio_token", "input_cost_per_second",
		"output_cost_per_second", "input_cost_per_character",
		"output_cost_per_character", "input_cost_per_image",
		"output_cost_per_image", "input_cost_per_query", "input_cost_per_pixel" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (sy_walk_get(model, keys[i]).at != NULL)
			return true;
	return false;
}

static void read_model(struct sy_feed_reader *r, const char *key, struct sy_span model)
{
	const char *theirs = sy_feed_text(r, sy_walk_get(model, "litellm_provider"));
	struct sy_model *m;

	sy_feed_row(r, model, theirs != NULL ? provider_of(theirs) : NULL,
	    key != NULL && theirs != NULL ? name_of(key, theirs) : key);
	if (r->bad) {
		sy_feed_end(r);
		return;
	}
	m = &r->row->m;
	m->caps = caps_of(model);
	read_costs(r, model);
	r->other_units = has_other_units(model);
	sy_feed_tokens(r, &m->context_tokens, sy_walk_get(model, "max_input_tokens"),
	    "max_input_tokens");
	sy_feed_tokens(r, &m->max_output_tokens, sy_walk_get(model, "max_output_tokens"),
	    "max_output_tokens");
	if (m->context_tokens == 0)
		sy_feed_tokens(r, &m->context_tokens, sy_walk_get(model, "max_tokens"),
		    "max_tokens");
	sy_feed_day(r, sy_walk_get(model, "deprecation_date"));
	sy_feed_end(r);
}

void sy_feed_read_litellm(struct sy_feed_reader *r, struct sy_span root)
{
	struct sy_span key, model;
	size_t pos = 0;

	while (sy_walk_member(root, &pos, &key, &model))
		if (!sy_span_is(key, "sample_spec") && sy_span_is_object(model))
			read_model(r, sy_feed_text(r, key), model);
}
