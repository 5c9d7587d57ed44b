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

struct sy_buf;

struct sy_finding {
	bool warning;
	const char
	    *file; /* relative to etc, or the name of what is packaged; NULL: none */
	int line;  /* 0: the file as a whole */
	const char *text;    /* one line */
	const char *hint;    /* "did you mean ...?", or NULL */
	const char *excerpt; /* the line as it stands in the file, or NULL */
	int column;          /* of what is wrong in it, from 0; -1 not known */
	int width;           /* in characters */
};

#define SY_FINDINGS_MAX 200

/* Zeroed by its owner; the list lives in the arena of the call that fills it. */
struct sy_findings {
	struct sy_finding *list; /* the first SY_FINDINGS_MAX of them */
	size_t count;
	size_t errors; /* all of them */
	size_t warnings;
};

/* As a compiler says it: file, line, text, the line with a mark below, the hint. */
void sy_finding_print(const struct sy_finding *f, struct sy_buf *out);

/*
 * Reads etc/switchyard.conf below the root and what it includes, the packaged provider rows and
 * catalogue, and the local catalogue.  -1 with SY_CONFIG when there are errors (findings say
 * which); findings live in the arena.  *out is the caller's (sy_config_unref).
 */
int sy_config_read(const struct sy_root *root, struct sy_arena *a,
    struct sy_findings *findings, struct sy_config **out, struct sy_error *err);

/* The same from one text without includes, and without what is packaged; secrets are not
 * looked for. */
int sy_config_read_text(const char *text, size_t len, struct sy_arena *a,
    struct sy_findings *findings, struct sy_config **out, struct sy_error *err);

/* The compiled form: one blob without pointers, versioned; in the arena. */
void sy_config_pack(const struct sy_config *c, struct sy_arena *a, const void **blob,
    size_t *len);

/* -1 with SY_CONFIG when the blob is not whole, or (code "other_version") when another version
 * of the program made it. */
int sy_config_unpack(const void *blob, size_t len, struct sy_config **out,
    struct sy_error *err);

/* A generation as the book keeps it: unpacked, or read from its text when another version
 * made the blob.  An upgrade so goes on with the configuration that it finds. */
int sy_config_load(const void *blob, size_t len, const char *text, struct sy_config **out,
    struct sy_error *err);

/* The whole configuration as canonical text; reading it again gives the same. */
const char *sy_config_print(const struct sy_config *c, struct sy_arena *a);

/* By meaning: one line a difference, "route chat: azure-eu weight 10 -> 30"; each through
 * `line`.  The number of differences. */
int sy_config_diff(const struct sy_config *from, const struct sy_config *to,
    void (*line)(void *arg, const char *text), void *arg);

#endif
