/*
 * registry.c - every adapter and every surface, in one place.
 */
#include "dialect/adapter.h"
#include "dialect/anthropic.h"
#include "dialect/bedrock.h"
#include "dialect/cohere.h"
#include "dialect/gemini.h"
#include "dialect/openai.h"
#include "dialect/surface.h"

#include <string.h>

static const struct sy_adapter *const adapters[] = {
	&sy_adapter_anthropic,
	&sy_adapter_bedrock,
	&sy_adapter_cohere,
	&sy_adapter_gemini,
	&sy_adapter_openai,
};

static const struct sy_surface *const surfaces[] = {
	&sy_surface_gemini,
	&sy_surface_gemini_array,
	&sy_surface_gemini_count,
	&sy_surface_gemini_stream,
	&sy_surface_messages,
	&sy_surface_messages_count,
	&sy_surface_openai_chat,
	&sy_surface_openai_completions,
	&sy_surface_openai_embed,
	&sy_surface_openai_image,
	&sy_surface_openai_image_edit,
	&sy_surface_openai_image_variation,
	&sy_surface_openai_moderation,
	&sy_surface_openai_responses,
	&sy_surface_openai_speech,
	&sy_surface_openai_transcription,
	&sy_surface_openai_translation,
	&sy_surface_rerank,
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

const char *const sy_adapter_names[] = { "anthropic", "bedrock", "cohere", "gemini",
	"openai", NULL };

const struct sy_adapter *sy_adapter_find(const char *name)
{
	for (size_t i = 0; i < COUNT(adapters); i++)
		if (strcmp(adapters[i]->name, name) == 0)
			return adapters[i];
	return NULL;
}

const struct sy_surface *sy_surface_find(const char *name)
{
	for (size_t i = 0; i < COUNT(surfaces); i++)
		if (strcmp(surfaces[i]->name, name) == 0)
			return surfaces[i];
	return NULL;
}

const char *const *sy_surface_names(void)
{
	static const char *names[COUNT(surfaces) + 1];

	for (size_t i = 0; i < COUNT(surfaces); i++)
		names[i] = surfaces[i]->name;
	return names;
}
