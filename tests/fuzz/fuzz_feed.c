/*
 * Any bytes as a feed of models and prices, as each of the shapes: rows that a catalogue takes,
 * prices that can be true, and findings that know their line.
 */
#include "fuzz.h"

#include "base/arena.h"
#include "config/draft.h"
#include "config/feed.h"
#include "config/source.h"

#include <stdlib.h>

static void check(const struct sy_draft *d)
{
	for (size_t i = 0; i < d->model_count; i++) {
		const struct sy_draft_model *m = &d->models[i];

		if (m->provider == NULL || !sy_model_name_ok(m->m.name) || m->m.caps == 0)
			abort();
		for (int class = 0; class < SY_TOKEN_CLASSES; class++)
			if (m->m.price.per_class[class] == 0 ||
			    m->m.price.per_class[class] > 10000000000)
				abort();
	}
	for (size_t i = 0; i < d->findings->count; i++)
		if (d->findings->list[i].line < 1)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int shape = SY_FEED_UNSAID; shape <= SY_FEED_OPENROUTER; shape++) {
		struct sy_findings findings = { 0 };
		struct sy_draft d = { .arena = sy_arena_new(), .findings = &findings };
		struct sy_source *s = sy_source_text((const char *)data, size, "a.json",
		    d.arena, &findings);
		struct sy_feed feed;
		struct sy_error err;

		if (s != NULL &&
		    sy_feed_read(&d, s, (enum sy_feed_shape)shape, &feed, &err) == 0)
			check(&d);
		sy_arena_free(d.arena);
	}
	return 0;
}
