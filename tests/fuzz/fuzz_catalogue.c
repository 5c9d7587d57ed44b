/*
 * Any bytes as a price file: lines become models, or findings that know their line.
 */
#include "fuzz.h"

#include "base/arena.h"
#include "config/draft.h"
#include "config/source.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_findings findings = { 0 };
	struct sy_draft d = { .arena = sy_arena_new(), .findings = &findings };
	struct sy_source *s =
	    sy_source_text((const char *)data, size, "a.csv", d.arena, &findings);

	if (s != NULL)
		sy_draft_read_csv(&d, s, true);
	for (size_t i = 0; i < d.model_count; i++)
		if (d.models[i].m.name == NULL || d.models[i].provider == NULL)
			abort();
	for (size_t i = 0; s != NULL && i < findings.count; i++)
		if (findings.list[i].line < 1)
			abort();
	sy_arena_free(d.arena);
	return 0;
}
