/*
 * walk.h - steps through JSON text that the scanner has accepted.
 *
 * No tree and no allocation: a value is a span of the text.  Only for text that sy_scan() or
 * sy_scan_check() found whole; on anything else what comes out means nothing, though nothing
 * outside the span is read.
 */
#ifndef SY_BASE_WALK_H
#define SY_BASE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sy_arena;

/* A value as written, without white space around it; NULL at: there is none. */
struct sy_span {
	const char *at;
	size_t len;
};

/* The next member of an object (element of an array); *pos is 0 before the first.  False
 * after the last, and for a span that is no object (no array). */
bool sy_walk_member(struct sy_span object, size_t *pos, struct sy_span *key,
    struct sy_span *value);
bool sy_walk_element(struct sy_span array, size_t *pos, struct sy_span *value);

/* The value of that member; { NULL, 0 } when there is none or it is null. */
struct sy_span sy_walk_get(struct sy_span object, const char *key);

/* Several at once, in one pass: out[i] is the value of keys[i], as sy_walk_get() says. */
struct sy_key {
	const char *text;
	size_t len;
};
#define SY_KEY(literal)                                                                  \
	{                                                                                \
		literal, sizeof(literal) - 1                                             \
	}

void sy_walk_fill(struct sy_span object, const struct sy_key *keys, size_t count,
    struct sy_span *out);

/* Text without the white space around it. */
struct sy_span sy_span_trim(const char *text, size_t len);

/* Whether it is a string of that text; escapes are not looked through. */
static inline bool sy_span_is(struct sy_span s, const char *text)
{
	size_t len = strlen(text);

	return s.at != NULL && s.len == len + 2 && s.at[0] == '"' &&
	       memcmp(s.at + 1, text, len) == 0;
}

bool sy_span_is_string(struct sy_span s);
/* Absent, or a string, object or array with nothing in it. */
bool sy_span_is_empty(struct sy_span s);
bool sy_span_is_object(struct sy_span s);
bool sy_span_is_array(struct sy_span s);

/* An integer that fits; false on anything else. */
bool sy_span_int(struct sy_span s, int64_t *out);

/* Decodes a string's text, quotes apart, to dst, which has room for s.len bytes; the length.
 * Lone surrogates become U+FFFD.  A span that is no string gives 0. */
size_t sy_unquote_to(char *dst, struct sy_span s);

/* The same in the arena, terminated; *len (may be NULL) tells embedded NULs apart. */
char *sy_unquote(struct sy_arena *a, struct sy_span s, size_t *len);

/* Cut to fit, for names and ids. */
void sy_unquote_copy(char *dst, size_t room, struct sy_span s);

#endif
