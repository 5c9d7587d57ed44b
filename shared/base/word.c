/*
 * word.c - see word.h.
 */
#include "base/word.h"

#include <stddef.h>
#include <string.h>

int sy_word_value(const struct sy_word *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table->value;
	return -1;
}

const char *sy_word_name(const struct sy_word *table, int value)
{
	for (; table->name != NULL; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}
