/*
 * text.h - small questions about strings.
 */
#ifndef SY_BASE_TEXT_H
#define SY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the well-formed UTF-8 character at s (RFC 3629), or 0 if there is none. */
size_t sy_utf8_step(const char *s, size_t len);

/* Copies as much of s as fits, cut between characters; always terminates dst. */
void sy_copy(char *dst, size_t room, const char *s);
void sy_copy_n(char *dst, size_t room, const char *s, size_t len);

/* Nothing but white space, no-break spaces included. */
bool sy_blank(const char *s, size_t len);

bool sy_starts(const char *s, const char *prefix);
bool sy_ends(const char *s, const char *suffix);

/* Whether it is one of the words; the last of them is followed by NULL. */
bool sy_one_of(const char *word, const char *const *words);

/* Whether `list`, words with a space between or NULL, has the word. */
bool sy_listed(const char *list, const char *word);

/* The text in `words` nearest to s, when near enough to be a likely slip of the hand;
 * else NULL.  `words` ends with NULL. */
const char *sy_did_you_mean(const char *s, const char *const *words);

/* Edit distance with transpositions, at most `cap` + 1; for callers with other lists. */
size_t sy_edit_distance(const char *a, const char *b, size_t cap);

#endif
