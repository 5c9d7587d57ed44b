/*
 * registry.c - every adapter, in one place.
 */
#include "dialect/adapter.h"
#include "dialect/anthropic.h"
#include "dialect/openai.h"

#include <string.h>

static const struct sy_adapter *const adapters[] = {
	&sy_adapter_anthropic,
	&sy_adapter_openai,
};

#define COUNT (sizeof(adapters) / sizeof(adapters[0]))

const char *const sy_adapter_names[] = { "anthropic", "openai", NULL };

const struct sy_adapter *sy_adapter_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(adapters[i]->name, name) == 0)
			return adapters[i];
	return NULL;
}
