/*
 * notes.c - see notes.h.
 */
#include "dialect/notes.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void sy_note(struct sy_notes *notes, const char *name)
{
	size_t used = strlen(notes->text);

	if (*name == '\0' || sy_listed(notes->text, name) ||
	    used + strlen(name) + 2 > sizeof(notes->text))
		return;
	snprintf(notes->text + used, sizeof(notes->text) - used, "%s%s", used ? " " : "",
	    name);
}
