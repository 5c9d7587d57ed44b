/*
 * config_file.h - text to configuration, and its compiled form.
 *
 * The blocks of switchyard.conf are read with libconfuse, the catalogue with libcsv.  Every
 * finding is told, not only the first, each with file, line, the text around it and, for a
 * name that is not known, what was probably meant.
 */
#ifndef SY_CONFIG_CONFIG_FILE_H
#define SY_CONFIG_CONFIG_FILE_H

#include "base/error.h"
#include "model/config.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_arena;
struct sy_root;

struct sy_finding {
	bool warning;
	const char *file; /* relative to the root */
	int line;
	const char *text; /* one line */
	const char *hint; /* "did you mean ...?", or NULL */
};

struct sy_findings {
	struct sy_finding *list;
	size_t count;
	size_t errors;
	size_t warnings;
};

/*
 * Reads etc/switchyard.conf below the root and what it includes, the packaged provider rows and
 * catalogue, and the local catalogue.  -1 with SY_CONFIG when there are errors (findings say
 * which); findings live in the arena.  *out is the caller's (sy_config_unref).
 */
int sy_config_read(const struct sy_root *root, struct sy_arena *a,
    struct sy_findings *findings, struct sy_config **out, struct sy_error *err);

/* The compiled form: one blob without pointers, versioned; in the arena. */
void sy_config_pack(const struct sy_config *c, struct sy_arena *a, const void **blob,
    size_t *len);

/* -1 with SY_CONFIG when the blob is not whole or another version's. */
int sy_config_unpack(const void *blob, size_t len, struct sy_config **out,
    struct sy_error *err);

/* The whole configuration as canonical text; reading it again gives the same. */
const char *sy_config_print(const struct sy_config *c, struct sy_arena *a);

/* By meaning: one line a difference, "route chat: azure-eu weight 10 -> 30"; each through
 * `line`.  The number of differences. */
int sy_config_diff(const struct sy_config *from, const struct sy_config *to,
    void (*line)(void *arg, const char *text), void *arg);

#endif
