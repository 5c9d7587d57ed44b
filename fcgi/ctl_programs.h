/*
 * ctl_programs.h - the machine around us: the other programs, where they are, running them.
 */
#ifndef SY_FCGI_CTL_PROGRAMS_H
#define SY_FCGI_CTL_PROGRAMS_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct sy_arena;

/*
 * The path of one of our own programs: beside this one (a build tree, a home directory), or
 * where it is installed.  SY_CONFIG when it is in neither place.
 */
int sy_program_find(const char *name, struct sy_arena *a, const char **out,
    struct sy_error *err);

/* A program of the system, looked for in PATH and where servers are; NULL if not there. */
const char *sy_program_system(const char *name, struct sy_arena *a);

/* What to type to run this program again: "switchyard", or its path where PATH has it not. */
const char *sy_own_name(struct sy_arena *a);

/* What comes with the program: the catalogue and the dashboard's files. */
struct sy_shipped {
	const char *data_dir;
	const char *ui_dir;
};

/* From the source folder where this program runs from its build tree, else as installed. */
int sy_shipped_find(struct sy_arena *a, struct sy_shipped *out, struct sy_error *err);

/* Its time zone by name; UTC where /etc says nothing that we know. */
const char *sy_machine_zone(struct sy_arena *a);

struct sy_spawn {
	const char *const *argv; /* ends with NULL; argv[0] is the path */
	const char *const *env;  /* ends with NULL; NULL: ours */
	const char *log;         /* a file that takes its output, appended; NULL: none */
	int in, out; /* its standard input and output; -1: none, and the log */
};

/* Starts it; it is ended with us, however we end.  Its process id, or -1. */
pid_t sy_spawn(const struct sy_spawn *s, struct sy_error *err);

#endif
