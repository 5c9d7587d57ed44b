/*
 * legal.h - names as a provider takes them.
 *
 * Names of tools and ids of calls are made legal by a pure function, so that request, answer
 * and every later turn agree without a table between them.
 */
#ifndef SY_DIALECT_LEGAL_H
#define SY_DIALECT_LEGAL_H

#include <stdbool.h>

struct sy_arena;
struct sy_chat;
struct sy_tool;

/* What a name may be made of, beside letters, digits and the underscore. */
struct sy_legal {
	const char *also;
	bool no_digit_first; /* nor any of `also` */
};

/*
 * The name itself where it is legal and at most 64 bytes long, else cleaned, cut, and told
 * apart by a hash of what it was.  Either s or memory of the arena.
 */
const char *sy_legal(const struct sy_legal *rule, struct sy_arena *a, const char *s);

/* The client's tool that was sent under this name, or NULL; chat may be NULL. */
const struct sy_tool *sy_legal_tool(const struct sy_legal *rule,
    const struct sy_chat *chat, struct sy_arena *a, const char *sent);

#endif
