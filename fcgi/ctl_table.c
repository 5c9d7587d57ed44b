/*
 * ctl_table.c - the commands, one row each, in the order of `help`.
 */
#include "ctl.h"
#include "ctl_run.h"

#define NO_OPTIONS NULL

/* clang-format off */
const struct sy_command sy_commands[] = {
	{ "help", "Help", "[COMMAND...]", NO_OPTIONS,
	  "what there is, or all about one command",
	  { "switchyard help", "switchyard help key create" }, sy_run_help },
	{ "version", "Help", "", NO_OPTIONS,
	  "this program's version",
	  { "switchyard version", "switchyard version --json" }, sy_run_version },
	{ NULL, NULL, NULL, NULL, NULL, { NULL }, NULL },
};
/* clang-format on */
