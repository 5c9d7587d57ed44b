/*
 * parse.h - one statement of switchyard.conf through libconfuse.
 *
 * Every value reaches libconfuse as a string, and is parsed by its option's row later.  Lines
 * come from its validation callback, which notes them in the option's comment: libconfuse
 * keeps no other trace of where a value stood.
 */
#ifndef SY_CONFIG_PARSE_H
#define SY_CONFIG_PARSE_H

#include "config/draft.h"
#include "config/source.h"

#include <confuse.h>

/*
 * The block, to be freed by cfg_free().  An option that there is not is told, blanked, and
 * the block parsed again, so that the rest of it is checked too; NULL after any other
 * mistake.
 */
cfg_t *sy_parse_block(struct sy_draft *d, const struct sy_block *b,
    const struct sy_statement *st);

/* The path that an include() names, or NULL after a mistake. */
const char *sy_parse_include(struct sy_draft *d, const struct sy_statement *st);

/* The line, within its statement, of an option's n-th value (or the last that was noted), and
 * how many there were. */
int sy_noted(const cfg_opt_t *opt, size_t n);
size_t sy_noted_count(const cfg_opt_t *opt);

/* A line within a statement as a place in its file. */
struct sy_place sy_place_in(const struct sy_statement *st, int line);

#endif
