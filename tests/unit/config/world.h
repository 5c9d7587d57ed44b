/*
 * world.h - a root of its own for a test, below the temporary directory.
 */
#ifndef SY_TESTS_CONFIG_WORLD_H
#define SY_TESTS_CONFIG_WORLD_H

#include "config/config_file.h"
#include "config/root.h"

struct world {
	char dir[64];
	struct sy_arena *arena;
	struct sy_root root;
	struct sy_findings findings;
	struct sy_config *config;
	struct sy_error err;
};

/* A root with etc/, etc/conf.d, etc/models.d, etc/secrets, and share/ with a small set of
 * packaged rows. */
void world_make(struct world *w);
void world_drop(struct world *w);

/* A file below the root, mode 0600. */
void world_write(struct world *w, const char *name, const void *data, size_t len);
void world_puts(struct world *w, const char *name, const char *text);

/* Reads it all; what sy_config_read() returned. */
int world_read(struct world *w);

/* The first finding whose text has `part` in it, or NULL. */
const struct sy_finding *world_finding(const struct sy_findings *f, const char *part);

#endif
