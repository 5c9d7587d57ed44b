/*
 * claude.h - what differs between the generations of Claude.
 *
 * Facts about models as of August 2026, by a part of their names, so that vendor prefixes and
 * dates do not matter.  The catalogue's own limits win over these where it has them.
 */
#ifndef SY_DIALECT_CLAUDE_H
#define SY_DIALECT_CLAUDE_H

#include <stdbool.h>
#include <stdint.h>

enum sy_sampling {
	SY_SAMPLING_ALL,    /* temperature, top_p and top_k together */
	SY_SAMPLING_ONE_OF, /* temperature or top_p */
	SY_SAMPLING_NONE,
};

enum sy_thinking {
	SY_THINKS_NOT,
	SY_THINKS_BUDGET,   /* thinking.enabled with budget_tokens */
	SY_THINKS_EITHER,   /* adaptive with an effort; budgets are still taken */
	SY_THINKS_ADAPTIVE, /* adaptive alone; several do unless it is disabled */
	SY_THINKS_OTHERWISE, /* another vendor's model: asked for in that vendor's words */
};

struct sy_claude {
	const char *mark; /* the part of the name; "" fits all */
	int64_t max_output; /* 0: not known */
	enum sy_sampling sampling;
	enum sy_thinking thinking;
	bool prefill;    /* continues a final assistant turn */
	bool mid_system; /* takes the role system inside messages */
	bool schema;     /* output_config.format, and strict tools */
	bool forcing;    /* tool_choice any and tool are taken */
	bool claude;     /* false: another vendor's model behind the same API */
};

/* Never NULL: an unknown Claude is taken for one of the newest. */
const struct sy_claude *sy_claude_find(const char *model);

#endif
