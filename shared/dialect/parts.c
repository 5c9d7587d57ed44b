/*
 * parts.c - see parts.h.
 */
#include "dialect/parts.h"

#include "base/arena.h"
#include "model/chat.h"

bool sy_part_is_text(const struct sy_part *part)
{
	return part->kind == SY_PART_TEXT || part->kind == SY_PART_REFUSAL;
}

const char *sy_parts_text(const struct sy_message *message, struct sy_arena *a)
{
	const char *text = NULL;

	for (size_t i = 0; i < message->part_count; i++) {
		const struct sy_part *part = &message->parts[i];

		if (!sy_part_is_text(part))
			continue;
		text =
		    text == NULL ? part->text : sy_strf(a, "%s\n\n%s", text, part->text);
	}
	return text != NULL ? text : "";
}
