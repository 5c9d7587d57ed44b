/*
 * seal.c - see seal.h.
 */
#include "dialect/seal.h"

#include "base/arena.h"
#include "base/text.h"
#include "dialect/anthropic_names.h"

#include <string.h>

const char *sy_seal_any(struct sy_arena *a, enum sy_seal_kind kind, const char *format,
    const char *payload)
{
	return sy_strf(a, SY_SEAL "%c.%s.%s", kind, format != NULL ? format : "",
	    payload);
}

const char *sy_seal(struct sy_arena *a, enum sy_seal_kind kind, const char *format,
    const char *payload)
{
	if (format != NULL && sy_starts(format, SY_ANTHROPIC_REASONING))
		return payload;
	return sy_seal_any(a, kind, format, payload);
}

bool sy_unseal(struct sy_arena *a, const char *text, struct sy_seal *out)
{
	const char *kind = text + strlen(SY_SEAL), *format, *end;

	if (!sy_starts(text, SY_SEAL) || *kind == '\0' || strchr("sdc", *kind) == NULL ||
	    kind[1] != '.')
		return false;
	format = kind + 2;
	end = strchr(format, '.');
	if (end == NULL)
		return false;
	out->kind = (enum sy_seal_kind) * kind;
	out->format = end > format ? sy_strndup(a, format, (size_t)(end - format)) : NULL;
	out->payload = end + 1;
	return true;
}
