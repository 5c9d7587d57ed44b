/*
 * Any bytes behind the head of a compiled configuration, as if their hash were right: what
 * is taken packs to the same bytes again.
 */
#include "fuzz.h"

#include "../../shared/config/blob.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_config *c = sy_alloc(a, sizeof(*c)), *none;
	struct sy_error err;
	const void *blob;
	char *copy;
	size_t len;

	c->arena = a;
	copy = sy_alloc(a, size + 1);
	memcpy(copy, data, size);
	if (unpack_body(copy, size, c, &err) == 0) {
		sy_config_pack(c, a, &blob, &len);
		if (len != size + HEAD_BYTES ||
		    memcmp((const char *)blob + HEAD_BYTES, data, size) != 0)
			abort();
	}
	if (sy_config_unpack(data, size, &none, &err) == 0)
		sy_config_unref(none);
	sy_arena_free(a);
	return 0;
}
