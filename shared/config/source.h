/*
 * source.h - the text files of a configuration, made fit for the parser.
 *
 * libconfuse would expand ${NAME} from the environment, miscount lines behind comments, skip
 * bytes that it does not know and stop at the first mistake.  So each file is weighed and
 * cleaned here first, and cut into its outermost statements, which are parsed one by one: a
 * mistake in one block does not hide those in others.
 */
#ifndef SY_CONFIG_SOURCE_H
#define SY_CONFIG_SOURCE_H

#include "config/config_file.h"
#include "config/draft.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_arena;

#define SY_SOURCE_MAX (16 << 20)

struct sy_source {
	const char *name; /* for people: relative to etc */
	const char *path;
	const char *raw; /* as it stands in the file */
	const char
	    *text; /* without comments, line for line and byte for byte; a SY_BROKEN
	                   * stands where something was wrong */
	size_t len;
};

#define SY_BROKEN '\x01'

/* NULL, with a finding at `from` (what named the file), when it can't be read or is no text. */
struct sy_source *sy_source_load(const char *path, const char *name, struct sy_place from,
    struct sy_arena *a, struct sy_findings *f);

/* The same from memory, which outlives it. */
struct sy_source *sy_source_text(const char *text, size_t len, const char *name,
    struct sy_arena *a, struct sy_findings *f);

/* Makes s->text, which the parser is given. */
void sy_source_clean(struct sy_source *s, struct sy_arena *a, struct sy_findings *f);

struct sy_statement {
	struct sy_place place;
	const char *word; /* its first, in the arena: "route" */
	const char *text;
	size_t len;
	bool broken; /* a finding was made already; not to be parsed */
};

/* The next statement at or after *at, which moves behind it; false at the end. */
bool sy_source_next(const struct sy_source *s, size_t *at, int *line, struct sy_arena *a,
    struct sy_findings *f, struct sy_statement *out);

/* Bytes of the string in quotes or word at `text`; 0 when there is neither. */
size_t sy_token_len(const char *text, const char *end);

/* --- What was found. ------------------------------------------------------------------- */

/* An error or a warning at a place; `token`, if it stands in that line, gets the mark. */
void sy_find_error(struct sy_findings *f, struct sy_arena *a, struct sy_place at,
    const char *token, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
void sy_find_warning(struct sy_findings *f, struct sy_arena *a, struct sy_place at,
    const char *token, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* 'did you mean "x"?' for the nearest of `words`, or NULL. */
const char *sy_hint_near(struct sy_arena *a, const char *text, const char *const *words);

/* "switchyard.conf:12" */
const char *sy_place_text(struct sy_place at, struct sy_arena *a);

#endif
