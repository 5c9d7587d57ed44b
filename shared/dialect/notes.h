/*
 * notes.h - the names of fields that a translation left out, for the client to see.
 */
#ifndef SY_DIALECT_NOTES_H
#define SY_DIALECT_NOTES_H

/* More names than fit are not said one by one: "..." ends the list. */
struct sy_notes {
	char text[512]; /* names with spaces between; "" */
};

/* Adds a name once. */
void sy_note(struct sy_notes *notes, const char *name);

#endif
