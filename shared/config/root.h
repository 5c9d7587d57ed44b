/*
 * root.h - where an installation lies.
 *
 * A root is a directory with etc, var and ui in it; without one, the paths of the system
 * that were compiled in are used.  The first of these rules that applies wins:
 *
 *   1. an argument (the command line's --root; workers have none)
 *   2. a file switchyard.root beside the executable, with one absolute path in it
 *   3. SWITCHYARD_ROOT in the process's environment
 *   4. ~/switchyard of the effective user, where it exists
 *   5. the compiled-in paths
 *
 * Nothing that a client sends takes part: CGI hands on a client's headers as HTTP_*, and no
 * such name is looked at.
 */
#ifndef SY_CONFIG_ROOT_H
#define SY_CONFIG_ROOT_H

#include "base/error.h"

struct sy_arena;

enum sy_root_rule {
	SY_ROOT_ARGUMENT,
	SY_ROOT_FILE,
	SY_ROOT_ENVIRONMENT,
	SY_ROOT_HOME,
	SY_ROOT_SYSTEM,
};

/* All paths are absolute and without a slash at the end; not all of them need exist. */
struct sy_root {
	enum sy_root_rule rule;
	const char *why; /* the rule in words, for doctor: "/opt/gw/switchyard.root" */
	const char *dir; /* NULL with the compiled-in paths */
	const char *etc_dir;
	const char *conf_file;   /* etc/switchyard.conf */
	const char *secrets_dir; /* etc/secrets */
	const char *models_dir;  /* etc/models.d: the local catalogue */
	const char *var_dir;
	const char *book_dir; /* var/book */
	const char *live_dir; /* var/live */
	const char *log_dir;
	const char *ui_dir;   /* the dashboard's files */
	const char *data_dir; /* what is packaged: providers.conf, models.csv */
};

/*
 * Finds the root; strings live in the arena.  `argument` NULL: there was none.  -1 with
 * SY_CONFIG when a rule applies but names no directory.
 *
 * data_dir is SWITCHYARD_DATADIR from the process's environment (to run from a build tree),
 * or else share/ in the root where that exists, or else the compiled-in one.
 */
int sy_root_find(const char *argument, struct sy_arena *a, struct sy_root *out,
    struct sy_error *err);

#endif
