/*
 * text.c - see text.h.
 */
#include "base/text.h"

#include <string.h>

size_t sy_utf8_step(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf;
	size_t need;

	if (len == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xc2 || u[0] > 0xf4)
		return 0;
	need = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (len < need)
		return 0;
	/* The second byte's range keeps out overlong forms, surrogates and > U+10FFFF. */
	if (u[0] == 0xe0)
		low = 0xa0;
	else if (u[0] == 0xed)
		high = 0x9f;
	else if (u[0] == 0xf0)
		low = 0x90;
	else if (u[0] == 0xf4)
		high = 0x8f;
	if (u[1] < low || u[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	return need;
}

void sy_copy_n(char *dst, size_t room, const char *s, size_t len)
{
	if (len >= room) {
		len = room - 1;
		while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(dst, s, len);
	dst[len] = '\0';
}

void sy_copy(char *dst, size_t room, const char *s)
{
	sy_copy_n(dst, room, s, strlen(s));
}

bool sy_blank(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (strchr(" \t\n\r\v\f", s[i]) != NULL && s[i] != '\0')
			i++;
		else if (len - i >= 2 && memcmp(s + i, "\xc2\xa0", 2) == 0)
			i += 2;
		else
			return false;
	}
	return true;
}

bool sy_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool sy_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), tail = strlen(suffix);

	return len >= tail && strcmp(s + len - tail, suffix) == 0;
}

bool sy_one_of(const char *word, const char *const *words)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

bool sy_listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list != NULL && *list != '\0') {
		size_t end = strcspn(list, " ");

		if (end == len && memcmp(list, word, len) == 0)
			return true;
		list += end + (list[end] == ' ');
	}
	return false;
}

#define LONGEST_WORD 63

size_t sy_edit_distance(const char *a, const char *b, size_t cap)
{
	size_t la = strlen(a), lb = strlen(b);
	size_t rows[3][LONGEST_WORD + 1];
	size_t *before = rows[0], *prev = rows[1], *cur = rows[2];

	if (la > LONGEST_WORD || lb > LONGEST_WORD)
		return cap + 1;
	for (size_t j = 0; j <= lb; j++)
		prev[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *spare = before;

		cur[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = prev[j - 1] + (a[i - 1] != b[j - 1]);

			if (prev[j] + 1 < best)
				best = prev[j] + 1;
			if (cur[j - 1] + 1 < best)
				best = cur[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			cur[j] = best;
		}
		before = prev;
		prev = cur;
		cur = spare;
	}
	return prev[lb] > cap ? cap + 1 : prev[lb];
}

const char *sy_did_you_mean(const char *s, const char *const *words)
{
	size_t cap = strlen(s) < 4 ? 1 : strlen(s) < 8 ? 2 : 3;
	const char *best = NULL;

	for (; *words != NULL; words++) {
		size_t d = sy_edit_distance(s, *words, cap);

		if (d <= cap) {
			best = *words;
			if (d == 0)
				break;
			cap = d - 1;
		}
	}
	return best;
}
