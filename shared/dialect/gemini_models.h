/*
 * gemini_models.h - what differs between the generations of Gemini.
 *
 * Facts about models as of September 2026, by a part of their names.
 */
#ifndef SY_DIALECT_GEMINI_MODELS_H
#define SY_DIALECT_GEMINI_MODELS_H

#include <stdbool.h>
#include <stdint.h>

enum sy_gemini_thinking {
	SY_GEMINI_THINKS_NOT, /* thinkingConfig is refused */
	SY_GEMINI_BUDGETS,    /* thinkingBudget, in tokens */
	SY_GEMINI_LEVELS,     /* thinkingLevel; never off */
};

enum sy_gemini_level { SY_LEVEL_MINIMAL, SY_LEVEL_LOW, SY_LEVEL_MEDIUM, SY_LEVEL_HIGH };

struct sy_gemini_model {
	const char *mark; /* the part of the name; "" fits all */
	int generation;   /* in tenths: 25 */
	bool
	    plain_system; /* systemInstruction is refused: it goes with the first words */
	enum sy_gemini_thinking thinking;
	unsigned levels; /* 1 << enum sy_gemini_level */
	int64_t budget_least, budget_most;
	bool may_rest; /* a budget of 0 is taken */
};

/* Never NULL: an unknown model is taken for one of the newest. */
const struct sy_gemini_model *sy_gemini_model(const char *name);

/* What came with a generation, in tenths of it. */
enum sy_gemini_since {
	SY_GEMINI_JSON_SCHEMA = 25,       /* beside OpenAPI's */
	SY_GEMINI_IDS = 30,               /* of calls */
	SY_GEMINI_SIGNATURES = 30,        /* of calls and texts, to be handed back */
	SY_GEMINI_SCHEMA_WITH_TOOLS = 30, /* in one request */
	SY_GEMINI_SEARCH_WITH_TOOLS = 30,
	SY_GEMINI_MEDIA_IN_RESULTS = 30,
	SY_GEMINI_FETCHES = 30, /* attachments by their address */
};

static inline bool sy_gemini_has(const struct sy_gemini_model *m,
    enum sy_gemini_since what)
{
	return m->generation >= (int)what;
}

#endif
