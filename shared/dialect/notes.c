/*
 * notes.c - see notes.h.
 */
#include "dialect/notes.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void sy_note(struct sy_notes *notes, const char *name)
{
	static const char more[] = " ...";
	size_t used = strlen(notes->text), room = sizeof(notes->text) - sizeof(more);

	if (*name == '\0' || sy_listed(notes->text, name) || sy_ends(notes->text, more))
		return;
	if (used + strlen(name) + 2 > room)
		name = more + 1;
	snprintf(notes->text + used, sizeof(notes->text) - used, "%s%s", used ? " " : "",
	    name);
}
