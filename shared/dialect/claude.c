/*
 * claude.c - the table of generations, newest first; the first mark found wins.
 */
#include "dialect/claude.h"

#include <stddef.h>

#define ALL      SY_SAMPLING_ALL
#define ONE_OF   SY_SAMPLING_ONE_OF
#define NO       SY_SAMPLING_NONE
#define NOT      SY_THINKS_NOT
#define BUDGET   SY_THINKS_BUDGET
#define EITHER   SY_THINKS_EITHER
#define ADAPTIVE SY_THINKS_ADAPTIVE

/* clang-format off */
static const struct sy_claude table[] = {
	/*                           sampling          prefill  system  schema forcing */
	{ "opus-5",        128000, NO,     ADAPTIVE, false, true,  true,  true,  true },
	{ "fable",         128000, NO,     ADAPTIVE, false, true,  true,  false, true },
	{ "mythos",        128000, NO,     ADAPTIVE, false, true,  true,  false, true },
	/* answers 200 to a system message between turns, and ignores it */
	{ "sonnet-5",      128000, NO,     ADAPTIVE, false, false, true,  true,  true },
	{ "opus-4-8",      128000, NO,     ADAPTIVE, false, true,  true,  true,  true },
	{ "opus-4-7",      128000, NO,     ADAPTIVE, false, false, true,  true,  true },
	{ "opus-4-6",      128000, ONE_OF, EITHER,   false, false, true,  true,  true },
	{ "sonnet-4-6",    128000, ONE_OF, EITHER,   false, false, true,  true,  true },
	{ "opus-4-5",       64000, ONE_OF, BUDGET,   true,  false, true,  true,  true },
	{ "sonnet-4-5",     64000, ONE_OF, BUDGET,   true,  false, true,  true,  true },
	{ "haiku-4-5",      64000, ONE_OF, BUDGET,   true,  false, true,  true,  true },
	{ "opus-4-1",       32000, ONE_OF, BUDGET,   true,  false, true,  true,  true },
	{ "sonnet-4",       64000, ALL,    BUDGET,   true,  false, false, true,  true },
	{ "opus-4",         32000, ALL,    BUDGET,   true,  false, false, true,  true },
	{ "3-7-sonnet",     64000, ALL,    BUDGET,   true,  false, false, true,  true },
	{ "claude-3-5",      8192, ALL,    NOT,      true,  false, false, true,  true },
	{ "claude-3-",       4096, ALL,    NOT,      true,  false, false, true,  true },
	{ "claude-2",        4096, ALL,    NOT,      true,  false, false, true,  true },
	{ "claude-instant",  4096, ALL,    NOT,      true,  false, false, true,  true },
	{ "claude",        128000, NO,     ADAPTIVE, false, false, true,  true,  true },
	{ "",                4096, ALL,    BUDGET,   true,  false, false, true,  false },
};
/* clang-format on */

/* Some hosts write 4.5 for 4-5. */
static bool starts(const char *s, const char *mark)
{
	for (; *mark != '\0'; s++, mark++)
		if (*s != *mark && !(*s == '.' && *mark == '-'))
			return false;
	return true;
}

static bool contains(const char *model, const char *mark)
{
	for (; *model != '\0'; model++)
		if (starts(model, mark))
			return true;
	return *mark == '\0';
}

const struct sy_claude *sy_claude_find(const char *model)
{
	const struct sy_claude *row = table;

	while (!contains(model, row->mark))
		row++;
	return row;
}
