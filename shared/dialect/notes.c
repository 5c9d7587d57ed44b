/*
 * notes.c - see notes.h.
 */
#include "dialect/notes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool has(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = text; (p = strstr(p, name)) != NULL; p += len)
		if ((p == text || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

void sy_note(struct sy_notes *notes, const char *name)
{
	size_t used = strlen(notes->text);

	if (*name == '\0' || has(notes->text, name) ||
	    used + strlen(name) + 2 > sizeof(notes->text))
		return;
	snprintf(notes->text + used, sizeof(notes->text) - used, "%s%s", used ? " " : "",
	    name);
}
