/*
 * ctl.h - the command line: what a command is, and what it is handed.
 *
 * Every command is one row of the table in ctl_table.c.  Parsing, help, the manual's check
 * and the nearest-name hints all read that table, so a command is a row and a function.
 */
#ifndef SY_FCGI_CTL_H
#define SY_FCGI_CTL_H

#include "base/error.h"
#include "config/root.h"
#include "ctl_print.h"
#include "ops/ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;
struct sy_cli;

/* What the program ends with; switchyard(8), EXIT STATUS. */
enum sy_exit {
	SY_EXIT_OK = 0,
	SY_EXIT_NO = 1, /* the answer is no, or an item failed */
	SY_EXIT_USAGE = 2,
	SY_EXIT_CONFIG = 3,
	SY_EXIT_STORE = 4,
	SY_EXIT_PROVIDER = 5,   /* a provider or the network failed */
	SY_EXIT_PERMISSION = 6, /* file rights, wrong user */
	SY_EXIT_PARTLY = 7,     /* partly done; the list says what was not */
	SY_EXIT_NEEDS_YES = 8,  /* needs --yes, and there is no terminal to ask at */
	SY_EXIT_INTERRUPTED = 130,
};

struct sy_option {
	const char *name;  /* "days"; NULL ends a list */
	char letter;       /* 'n', or 0 */
	const char *value; /* what its value is called in help; NULL: it takes none */
	const char *help;
};

struct sy_command {
	const char *name;  /* "key create"; NULL ends the table */
	const char *group; /* heading in `help` */
	const char *
	    args; /* "NAME [NOTE]", "[FILE...]"; how many may be given is read from this */
	const struct sy_option *options; /* or NULL */
	const char *help;                /* one line */
	const char *examples[3];
	int (*run)(struct sy_cli *cli); /* an enum sy_exit */
};

#define SY_CLI_OPTIONS 24

struct sy_cli {
	const struct sy_command *command; /* NULL until it is known */
	char **args;
	int arg_count;
	const char
	    *given[SY_CLI_OPTIONS]; /* beside command->options: NULL, "" for a flag */
	const char *root_asked;     /* --root, or NULL */
	bool quiet, verbose, help;
	struct sy_view view;
	struct sy_arena *arena;
	struct sy_root root; /* once sy_cli_root() or sy_cli_open() has succeeded */
	struct sy_ops ops;   /* once sy_cli_open() has; closed by main() */
};

extern const struct sy_command sy_commands[];
extern const struct sy_option sy_global_options[];

/* Fills cli from the arguments; SY_USAGE says what is wrong and what was probably meant. */
int sy_cli_parse(struct sy_cli *cli, int argc, char **argv, struct sy_error *err);

/* The command of that name, or NULL. */
const struct sy_command *sy_command_find(const char *name);

/* Fails with SY_USAGE: no such command, and which name is near. */
int sy_command_unknown(const char *name, struct sy_error *err);

/* The option's value, "" for a flag that was given, NULL for one that was not. */
const char *sy_cli_option(const struct sy_cli *cli, const char *name);
bool sy_cli_flag(const struct sy_cli *cli, const char *name);

/* The option as a whole number in a range; *out is `def` where it was not given. */
int sy_cli_number(const struct sy_cli *cli, const char *name, int64_t min, int64_t max,
    int64_t def, int64_t *out, struct sy_error *err);

/* The argument at `at`, or NULL. */
const char *sy_cli_arg(const struct sy_cli *cli, int at);

/*
 * Finds the installation; opens its stores.  -1 with *err.
 *
 * Run by root, the program acts as the owner of var from here on: what root wrote there, the
 * workers could not read.
 */
int sy_cli_root(struct sy_cli *cli, struct sy_error *err);
int sy_cli_become_owner(const struct sy_cli *cli, struct sy_error *err);
int sy_cli_open(struct sy_cli *cli, enum sy_ops_want want, struct sy_error *err);

/* Tells the error on standard error; the exit code that its kind stands for. */
int sy_cli_fail(const struct sy_cli *cli, const struct sy_error *err);

/* A line for people on standard error, unless --quiet. */
void sy_cli_say(const struct sy_cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* How far long work is, on one line of a terminal; `all` of it ends the line. */
void sy_cli_progress(const struct sy_cli *cli, const char *what, int64_t done,
    int64_t all);

/*
 * May something that loses data go ahead?  Yes with --yes (the command has that option) or
 * by a "yes" typed at the terminal; what is lost is named by the text.  SY_EXIT_OK, or what
 * to end with.
 */
int sy_cli_confirm(const struct sy_cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Help of one command, of a group ("key"), or (NULL) of all; false for an unknown name. */
bool sy_help_print(const struct sy_cli *cli, const char *name);

#endif
