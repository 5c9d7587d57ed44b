/*
 * word.h - enum values and their names, in tables that are read both ways.
 */
#ifndef SY_BASE_WORD_H
#define SY_BASE_WORD_H

struct sy_word {
	const char *name; /* NULL ends a table */
	int value;
};

/* The first row of that name (or value) wins; -1 (or NULL) when there is none. */
int sy_word_value(const struct sy_word *table, const char *name);
const char *sy_word_name(const struct sy_word *table, int value);

#endif
