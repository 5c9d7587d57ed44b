/*
 * anthropic_names.h - the words of Anthropic's Messages API, once for both directions.
 *
 * Also the names that its rules forbid: tool names and call ids are made legal here by a pure
 * function, so that request, answer and every later turn agree without a table between them.
 */
#ifndef SY_DIALECT_ANTHROPIC_NAMES_H
#define SY_DIALECT_ANTHROPIC_NAMES_H

#include "model/words.h"

#include <stddef.h>

struct sy_arena;
struct sy_chat;
struct sy_tool;

#define SY_ANTHROPIC_VERSION   "2023-06-01"
#define SY_ANTHROPIC_REASONING "anthropic-claude-v1" /* sy_part.format, sy_event.format */

extern const struct sy_word sy_anthropic_stops[];  /* stop_reason to enum sy_finish */
extern const struct sy_word sy_anthropic_errors[]; /* error.type to enum sy_kind */

/*
 * The name or id as it may be sent: itself where it is legal and at most 64 bytes long, else
 * cleaned, cut, and told apart by a hash of what it was.  Either s or memory of the arena.
 */
const char *sy_anthropic_legal(struct sy_arena *a, const char *s);

/* The client's tool that was sent under this name, or NULL. */
const struct sy_tool *sy_anthropic_tool(const struct sy_chat *chat, struct sy_arena *a,
    const char *sent);

#endif
