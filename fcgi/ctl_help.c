/*
 * ctl_help.c - help, printed from the table of commands.
 */
#include "ctl.h"
#include "ctl_run.h"

#include "base/arena.h"

#include <stdio.h>
#include <string.h>

#define WIDE "%-30s"

static void print_option(const struct sy_option *o)
{
	char left[48];
	char letter[8] = "    ";

	if (o->letter != 0)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->value ? " " : "",
	    o->value ? o->value : "");
	printf("  " WIDE " %s\n", left, o->help);
}

static void print_options(const char *head, const struct sy_option *o)
{
	if (o == NULL || o->name == NULL)
		return;
	printf("\n%s\n", head);
	for (; o->name != NULL; o++)
		print_option(o);
}

static void print_command(const struct sy_command *c)
{
	printf("switchyard %s - %s\n\nExamples\n", c->name, c->help);
	for (size_t i = 0; i < sizeof(c->examples) / sizeof(c->examples[0]); i++)
		if (c->examples[i] != NULL)
			printf("  $ %s\n", c->examples[i]);
	printf("\nUsage\n  switchyard %s%s%s%s\n", c->name,
	    c->options != NULL ? " [OPTION...]" : "", *c->args != '\0' ? " " : "",
	    c->args);
	print_options("Options", c->options);
	print_options("Options of every command", sy_global_options);
}

static void print_row(const struct sy_command *c)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%s%s", c->name, *c->args != '\0' ? " " : "",
	    c->args);
	printf("  " WIDE " %s\n", left, c->help);
}

/* All commands whose name begins with the words, each under the heading of its group. */
static bool print_rows(const char *first)
{
	size_t len = first != NULL ? strlen(first) : 0;
	const char *group = "";
	bool any = false;

	for (const struct sy_command *c = sy_commands; c->name != NULL; c++) {
		if (len > 0 && (strncmp(c->name, first, len) != 0 || c->name[len] != ' '))
			continue;
		if (strcmp(group, c->group) != 0)
			printf("%s%s\n", any ? "\n" : "", c->group);
		group = c->group;
		print_row(c);
		any = true;
	}
	return any;
}

static void print_all(void)
{
	puts(
	    "switchyard - one endpoint in front of every model provider\n\n"
	    "First time here?\n"
	    "  $ switchyard demo                  a gateway to try, with simulated providers\n"
	    "  $ switchyard init                  set one up for real\n");
	print_rows(NULL);
	print_options("Options of every command", sy_global_options);
	puts(
	    "\n\"switchyard help COMMAND\" shows examples and options; switchyard(8) has it all.");
}

/* A line a command or option, for programs: the manual's check reads it. */
static void print_plain(void)
{
	for (const struct sy_command *c = sy_commands; c->name != NULL; c++) {
		printf("%s\n", c->name);
		for (const struct sy_option *o = c->options; o != NULL && o->name != NULL;
		     o++)
			printf("%s\t--%s\n", c->name, o->name);
	}
	for (const struct sy_option *o = sy_global_options; o->name != NULL; o++)
		printf("\t--%s\n", o->name);
}

bool sy_help_print(const struct sy_cli *cli, const char *name)
{
	const struct sy_command *c;

	if (name == NULL && cli->view.form == SY_FORM_PLAIN)
		print_plain();
	else if (name == NULL)
		print_all();
	else if ((c = sy_command_find(name)) != NULL)
		print_command(c);
	else
		return print_rows(name);
	return true;
}

int sy_run_help(struct sy_cli *cli)
{
	const char *name = sy_cli_arg(cli, 0);
	struct sy_error err;

	for (int i = 1; i < cli->arg_count; i++)
		name = sy_strf(cli->arena, "%s %s", name, cli->args[i]);
	if (sy_help_print(cli, name))
		return SY_EXIT_OK;
	sy_command_unknown(name, &err);
	return sy_cli_fail(cli, &err);
}

int sy_run_version(struct sy_cli *cli)
{
	static const struct sy_column version = { "switchyard", "version", SY_V_TEXT };
	struct sy_page *p = sy_page_new(&cli->view, cli->arena);

	sy_page_fact(p, &version, sy_value_text(PACKAGE_VERSION));
	sy_page_print(p, stdout);
	return SY_EXIT_OK;
}
