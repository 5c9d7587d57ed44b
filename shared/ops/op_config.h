/*
 * op_config.h - what an administrator does to the configuration.
 *
 * The text files are the truth; a generation is their compiled form in the book.  Checking
 * alone is sy_config_read(), listing generations is sy_generation_list().
 *
 * Lines for people go through a callback, so that a terminal and a page can share these.
 */
#ifndef SY_OPS_OP_CONFIG_H
#define SY_OPS_OP_CONFIG_H

#include "base/error.h"
#include "store/book.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_arena;
struct sy_config;
struct sy_findings;
struct sy_root;

/* Called once a line, without its end; `text` is borrowed for the call. */
struct sy_lines {
	void (*line)(void *arg, const char *text);
	void *arg;
};

/* The generation of that number, 0 for the active one.  1 found, 0 not there, -1.  *out is
 * the caller's (sy_config_unref); `meta` may be NULL. */
int sy_op_load(struct sy_book *b, uint32_t number, struct sy_generation *meta,
    struct sy_config **out, struct sy_error *err);

/* The files against generation `number` (0: the active one; none yet: against nothing), by
 * meaning.  The number of differences, or -1: SY_CONFIG with the findings filled when the
 * files are wrong. */
int sy_op_diff(const struct sy_root *root, struct sy_book *b, uint32_t number,
    struct sy_arena *a, struct sy_findings *findings, const struct sy_lines *to,
    struct sy_error *err);

struct sy_apply {
	const char *who;  /* a login name; NULL: not known */
	const char *note; /* NULL: none */
	bool dry_run;     /* all but the write */
};

/*
 * Reads, checks, compiles, and makes the result the active generation in one transaction;
 * the differences go through `to`.  1 applied (or would be, dry), 0 nothing to do, -1: with
 * SY_CONFIG the findings say why, and what was active is active still.
 */
int sy_op_apply(const struct sy_root *root, struct sy_book *b, const struct sy_apply *how,
    struct sy_arena *a, struct sy_findings *findings, const struct sy_lines *to,
    struct sy_generation *made, struct sy_error *err);

/* Makes generation `number` active again; 0: the parent of the active one.  The differences
 * go through `to`, `now` is what is active afterwards.  1 done, 0 it is active already. */
int sy_op_rollback(struct sy_book *b, uint32_t number, const struct sy_lines *to,
    struct sy_generation *now, struct sy_error *err);

/* The canonical text of generation `number` (0: the active one), in the arena.  1, 0, -1. */
int sy_op_export(struct sy_book *b, uint32_t number, struct sy_arena *a,
    const char **text, struct sy_error *err);

/* One value that the files give or a default supplies. */
struct sy_setting {
	const char
	    *name; /* "gateway.body_limit", "route.chat.target.openai:gpt-x.weight" */
	const char *value;  /* as the files would write it */
	const char *origin; /* "conf.d/30-routes.conf:12", or "default" */
};

/* Every setting in effect whose name begins with `prefix` ("" for all), in the order of the
 * manual, then of the files.  The number of them, or -1 as for sy_config_read(). */
int sy_op_show(const struct sy_root *root, const char *prefix, struct sy_arena *a,
    struct sy_findings *findings, void (*each)(void *arg, const struct sy_setting *s),
    void *arg, struct sy_error *err);

#endif
