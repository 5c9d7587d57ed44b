/*
 * ctl_args.c - from arguments to a command, its options and what it is about.
 *
 * Options of all commands may stand before the command or after it; options of one command
 * only after it, since what they take is not known before.
 */
#include "ctl.h"

#include "base/arena.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 128

const struct sy_option sy_global_options[] = {
	{ "root", 0, "DIR", "the installation to work on: where etc/ and var/ are" },
	{ "json", 0, NULL, "one JSON document" },
	{ "plain", 0, NULL, "tab-separated values without a header, for scripts" },
	{ "header", 0, NULL, "with --plain: field names in the first line" },
	{ "color", 0, "WHEN", "auto, always or never" },
	{ "quiet", 'q', NULL, "say nothing but results and errors" },
	{ "verbose", 'v', NULL, "say more" },
	{ "help", 'h', NULL, "examples and options of the command" },
	{ NULL, 0, NULL, NULL },
};

const struct sy_command *sy_command_find(const char *name)
{
	for (const struct sy_command *c = sy_commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static bool is_group(const char *word)
{
	size_t len = strlen(word);

	for (const struct sy_command *c = sy_commands; c->name != NULL; c++)
		if (strncmp(c->name, word, len) == 0 && c->name[len] == ' ')
			return true;
	return false;
}

int sy_command_unknown(const char *name, struct sy_error *err)
{
	const char *names[WORDS_MAX] = { 0 };
	const char *near;
	size_t n = 0;

	for (const struct sy_command *c = sy_commands; c->name != NULL; c++)
		names[n++] = c->name;
	near = sy_did_you_mean(name, names);
	if (near != NULL)
		return sy_fail(err, SY_USAGE, "",
		    "there is no command \"%s\"; did you mean \"%s\"?", name, near);
	return sy_fail(err, SY_USAGE, "",
	    "there is no command \"%s\"; \"switchyard help\" lists them", name);
}

/* Finds the command in the first one or two words; how many words it was, or -1. */
static int find_command(struct sy_cli *cli, char **words, int count, struct sy_error *err)
{
	const char *two = NULL;

	if (count > 1 && words[1][0] != '-') {
		two = sy_strf(cli->arena, "%s %s", words[0], words[1]);
		cli->command = sy_command_find(two);
		if (cli->command != NULL)
			return 2;
	}
	cli->command = sy_command_find(words[0]);
	if (cli->command != NULL)
		return 1;
	if (!is_group(words[0]))
		return sy_command_unknown(words[0], err);
	if (two != NULL)
		return sy_command_unknown(two, err);
	return sy_fail(err, SY_USAGE, "",
	    "\"%s\" needs to know what to do; see \"switchyard help %s\"", words[0],
	    words[0]);
}

/* The row that an argument such as "--days=3" or "-n5" means; *value where it is attached. */
static int match(const struct sy_option *options, const char *arg, const char **value)
{
	const char *name = arg + 2;
	size_t len = strcspn(name, "=");

	for (int i = 0; options != NULL && options[i].name != NULL; i++) {
		if (arg[1] != '-' && arg[1] == options[i].letter) {
			*value = arg[2] != '\0' ? arg + 2 : NULL;
			return i;
		}
		if (arg[1] == '-' && strlen(options[i].name) == len &&
		    strncmp(options[i].name, name, len) == 0) {
			*value = name[len] == '=' ? name + len + 1 : NULL;
			return i;
		}
	}
	return -1;
}

static int set_global(struct sy_cli *cli, const char *name, const char *value,
    struct sy_error *err)
{
	if (strcmp(name, "root") == 0)
		cli->root_asked = value;
	else if (strcmp(name, "json") == 0)
		cli->view.form = SY_FORM_JSON;
	else if (strcmp(name, "plain") == 0)
		cli->view.form = SY_FORM_PLAIN;
	else if (strcmp(name, "header") == 0)
		cli->view.header = true;
	else if (strcmp(name, "quiet") == 0)
		cli->quiet = true;
	else if (strcmp(name, "verbose") == 0)
		cli->verbose = true;
	else if (strcmp(name, "help") == 0)
		cli->help = true;
	else if (strcmp(value, "always") == 0)
		cli->view.color = SY_WHEN_ALWAYS;
	else if (strcmp(value, "never") == 0)
		cli->view.color = SY_WHEN_NEVER;
	else if (strcmp(value, "auto") != 0)
		return sy_fail(err, SY_USAGE, "color",
		    "--color is auto, always or never, not \"%s\"", value);
	return 0;
}

static int unknown_option(const struct sy_cli *cli, const char *arg, struct sy_error *err)
{
	const struct sy_option *lists[] = { sy_global_options, NULL };
	const char *names[WORDS_MAX] = { 0 };
	const char *near = NULL;
	size_t n = 0;

	if (cli->command != NULL)
		lists[1] = cli->command->options;
	for (size_t l = 0; l < 2; l++)
		for (const struct sy_option *o = lists[l]; o != NULL && o->name != NULL;
		     o++)
			names[n++] = o->name;
	if (arg[1] == '-')
		near = sy_did_you_mean(sy_strndup(cli->arena, arg + 2,
		                           strcspn(arg + 2, "=")),
		    names);
	if (near != NULL)
		return sy_fail(err, SY_USAGE, "",
		    "there is no option %s; did you mean --%s?", arg, near);
	if (cli->command == NULL)
		return sy_fail(err, SY_USAGE, "",
		    "there is no option %s before a command", arg);
	return sy_fail(err, SY_USAGE, "",
	    "\"%s\" has no option %s; see \"switchyard help %s\"", cli->command->name,
	    arg, cli->command->name);
}

/* Takes the option at words[at]; how many words that was, or -1. */
static int take_option(struct sy_cli *cli, char **words, int count, int at,
    struct sy_error *err)
{
	const struct sy_option *own = cli->command != NULL ? cli->command->options : NULL;
	const char *value = NULL;
	int i = match(own, words[at], &value);
	bool global = i < 0;
	const struct sy_option *o;
	int used = 1;

	if (global)
		i = match(sy_global_options, words[at], &value);
	if (i < 0)
		return unknown_option(cli, words[at], err);
	o = global ? &sy_global_options[i] : &own[i];
	if (o->value == NULL && value != NULL)
		return sy_fail(err, SY_USAGE, o->name, "--%s takes no value", o->name);
	if (o->value != NULL && value == NULL) {
		if (at + 1 >= count)
			return sy_fail(err, SY_USAGE, o->name,
			    "--%s needs a value: --%s %s", o->name, o->name, o->value);
		value = words[at + 1];
		used = 2;
	}
	if (global)
		return set_global(cli, o->name, value, err) < 0 ? -1 : used;
	if (cli->given[i] != NULL)
		return sy_fail(err, SY_USAGE, o->name, "--%s is given twice", o->name);
	cli->given[i] = value != NULL ? value : "";
	return used;
}

/* How many arguments "NAME [NOTE]" or "[FILE...]" stands for. */
static void arity(const char *spec, int *least, int *most)
{
	*least = *most = 0;
	while (*spec != '\0') {
		size_t len = strcspn(spec, " ");

		*least += *spec != '[';
		*most += 1;
		if (len > 3 && memmem(spec, len, "...", 3) != NULL)
			*most = WORDS_MAX;
		spec += len;
		spec += strspn(spec, " ");
	}
}

static int check_arity(const struct sy_cli *cli, struct sy_error *err)
{
	const struct sy_command *c = cli->command;
	int least, most;

	arity(c->args, &least, &most);
	if (cli->help || (cli->arg_count >= least && cli->arg_count <= most))
		return 0;
	if (cli->arg_count > most)
		return sy_fail(err, SY_USAGE, "",
		    "\"%s\" is one argument too many: switchyard %s%s%s", cli->args[most],
		    c->name, *c->args != '\0' ? " " : "", c->args);
	return sy_fail(err, SY_USAGE, "", "something is missing: switchyard %s %s",
	    c->name, c->args);
}

int sy_cli_parse(struct sy_cli *cli, int argc, char **argv, struct sy_error *err)
{
	int at = 1, used;

	cli->args = sy_alloc(cli->arena, ((size_t)argc + 1) * sizeof(*cli->args));
	for (; at < argc && argv[at][0] == '-' && argv[at][1] != '\0'; at += used) {
		used = take_option(cli, argv, argc, at, err);
		if (used < 0)
			return -1;
	}
	if (at == argc) {
		cli->command = sy_command_find("help");
		return 0;
	}
	used = find_command(cli, argv + at, argc - at, err);
	if (used < 0)
		return -1;
	for (at += used; at < argc; at += used) {
		used = 1;
		if (strcmp(argv[at], "--") == 0) {
			while (++at < argc)
				cli->args[cli->arg_count++] = argv[at];
			break;
		}
		if (argv[at][0] != '-' || argv[at][1] == '\0')
			cli->args[cli->arg_count++] = argv[at];
		else if ((used = take_option(cli, argv, argc, at, err)) < 0)
			return -1;
	}
	return check_arity(cli, err);
}

const char *sy_cli_option(const struct sy_cli *cli, const char *name)
{
	const struct sy_option *o = cli->command->options;

	for (int i = 0; o != NULL && o[i].name != NULL; i++)
		if (strcmp(o[i].name, name) == 0)
			return cli->given[i];
	return NULL;
}

bool sy_cli_flag(const struct sy_cli *cli, const char *name)
{
	return sy_cli_option(cli, name) != NULL;
}

int sy_cli_number(const struct sy_cli *cli, const char *name, int64_t min, int64_t max,
    int64_t def, int64_t *out, struct sy_error *err)
{
	const char *text = sy_cli_option(cli, name);
	char *end;

	*out = def;
	if (text == NULL)
		return 0;
	errno = 0;
	*out = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || *out < min || *out > max)
		return sy_fail(err, SY_USAGE, name,
		    "--%s is a whole number from %" PRId64 " to %" PRId64 ", not \"%s\"",
		    name, min, max, text);
	return 0;
}

const char *sy_cli_arg(const struct sy_cli *cli, int at)
{
	return at < cli->arg_count ? cli->args[at] : NULL;
}
