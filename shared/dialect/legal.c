/*
 * legal.c - see legal.h.
 */
#include "dialect/legal.h"

#include "base/arena.h"
#include "model/chat.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LONGEST 64 /* what every host takes; some allow more */
#define KEPT    40

static bool may_begin(const struct sy_legal *rule, char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!rule->no_digit_first &&
	           ((c >= '0' && c <= '9') || (c != '\0' && strchr(rule->also, c))));
}

static bool may_follow(const struct sy_legal *rule, char c)
{
	return may_begin(rule, c) || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr(rule->also, c) != NULL);
}

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

const char *sy_legal(const struct sy_legal *rule, struct sy_arena *a, const char *s)
{
	char *out;
	size_t len = 0;

	if (may_begin(rule, s[0]))
		while (may_follow(rule, s[len]))
			len++;
	if (s[len] == '\0' && len > 0 && len <= LONGEST)
		return s;
	out = sy_alloc(a, 1 + KEPT + sizeof("_12345678"));
	len = 0;
	if (s[0] != '\0' && !may_begin(rule, s[0]) && may_follow(rule, s[0]))
		out[len++] = '_';
	for (size_t i = 0; i < KEPT && s[i] != '\0'; i++)
		out[len++] = may_follow(rule, s[i]) ? s[i] : '_';
	snprintf(out + len, sizeof("_12345678"), "_%08x", hash(s));
	return out;
}

const struct sy_tool *sy_legal_tool(const struct sy_legal *rule,
    const struct sy_chat *chat, struct sy_arena *a, const char *sent)
{
	for (size_t i = 0; chat != NULL && i < chat->tool_count; i++)
		if (strcmp(sy_legal(rule, a, chat->tools[i].name), sent) == 0)
			return &chat->tools[i];
	return NULL;
}
