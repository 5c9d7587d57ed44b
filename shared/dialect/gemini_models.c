/*
 * gemini_models.c - the table of generations; the first mark found wins.
 */
#include "dialect/gemini_models.h"

#include <stddef.h>
#include <string.h>

#define NOT     SY_GEMINI_THINKS_NOT
#define BUDGETS SY_GEMINI_BUDGETS
#define LEVELS  SY_GEMINI_LEVELS

#define MINIMAL (1u << SY_LEVEL_MINIMAL)
#define LOW     (1u << SY_LEVEL_LOW)
#define MEDIUM  (1u << SY_LEVEL_MEDIUM)
#define HIGH    (1u << SY_LEVEL_HIGH)
#define ALL     (MINIMAL | LOW | MEDIUM | HIGH)

/* clang-format off */
static const struct sy_gemini_model table[] = {
	/*                      system                                       budgets        rests */
	{ "gemma",           20, true,  NOT,     0,                      0,     0, false },
	{ "tts",             25, false, NOT,     0,                      0,     0, false },
	{ "2.5-flash-image", 25, false, NOT,     0,                      0,     0, false },
	{ "pro-image",       30, false, NOT,     0,                      0,     0, false },
	{ "flash-image",     30, false, LEVELS,  MINIMAL | HIGH,         0,     0, false },
	{ "lite-image",      30, false, LEVELS,  MINIMAL | HIGH,         0,     0, false },
	{ "2.5-flash-lite",  25, false, BUDGETS, 0,                    512, 24576, true },
	{ "2.5-flash",       25, false, BUDGETS, 0,                      1, 24576, true },
	{ "2.5-pro",         25, false, BUDGETS, 0,                    128, 32768, false },
	{ "gemini-2.5",      25, false, BUDGETS, 0,                    128, 24576, false },
	{ "gemini-2.0",      20, false, NOT,     0,                      0,     0, false },
	{ "gemini-1",        15, false, NOT,     0,                      0,     0, false },
	{ "gemini-3-pro",    30, false, LEVELS,  LOW | HIGH,             0,     0, false },
	{ "gemini-3-flash",  30, false, LEVELS,  ALL,                    0,     0, false },
	{ "3.1-flash-lite",  31, false, LEVELS,  ALL,                    0,     0, false },
	{ "3.5-flash",       35, false, LEVELS,  ALL,                    0,     0, false },
	{ "",                31, false, LEVELS,  LOW | MEDIUM | HIGH,    0,     0, false },
};
/* clang-format on */

const struct sy_gemini_model *sy_gemini_model(const char *name)
{
	const struct sy_gemini_model *row = table;

	while (strstr(name, row->mark) == NULL)
		row++;
	return row;
}
