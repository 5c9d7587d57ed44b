/*
 * parts.h - small questions about the parts of a message.
 */
#ifndef SY_DIALECT_PARTS_H
#define SY_DIALECT_PARTS_H

#include <stdbool.h>

struct sy_arena;
struct sy_message;
struct sy_part;

/* Its text is for reading: plain text, or words that decline. */
bool sy_part_is_text(const struct sy_part *part);

/* All text of a message, with an empty line between its parts; "" where there is none. */
const char *sy_parts_text(const struct sy_message *message, struct sy_arena *a);

#endif
