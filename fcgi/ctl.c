/*
 * ctl.c - switchyard, the command line: finds the command, runs it, tells how it went.
 *
 * Results go to standard output, talk to standard error.
 */
#include "ctl.h"

#include "base/arena.h"

#include <errno.h>
#include <grp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum sy_exit exit_of(enum sy_kind kind)
{
	switch (kind) {
	case SY_USAGE:
	case SY_BAD_REQUEST:
		return SY_EXIT_USAGE;
	case SY_NOT_FOUND:
	case SY_NO_MODEL:
		return SY_EXIT_NO;
	case SY_CONFIG:
		return SY_EXIT_CONFIG;
	case SY_STORE:
	case SY_STORE_BUSY:
		return SY_EXIT_STORE;
	case SY_FORBIDDEN:
	case SY_CREDENTIAL:
		return SY_EXIT_PERMISSION;
	default:
		return sy_kind_info(kind)->class != '-' ? SY_EXIT_PROVIDER : SY_EXIT_NO;
	}
}

/* At a terminal it is plain who speaks; in a log it is not. */
static const char *speaker(void)
{
	return isatty(STDERR_FILENO) ? "" : "switchyard: ";
}

int sy_cli_fail(const struct sy_cli *cli, const struct sy_error *err)
{
	fprintf(stderr, "%s%s\n", speaker(),
	    sy_show_safe(&cli->view, err->message, cli->arena));
	return (int)exit_of(err->kind);
}

void sy_cli_say(const struct sy_cli *cli, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s%s\n", speaker(), sy_show_safe(&cli->view, text, cli->arena));
}

void sy_cli_progress(const struct sy_cli *cli, const char *what, int64_t done,
    int64_t all)
{
	if (cli->quiet || all <= 0 || !isatty(STDERR_FILENO))
		return;
	if (done >= all)
		fprintf(stderr, "\r\033[K");
	else
		fprintf(stderr, "\r  %s %3d %%", what, (int)(done * 100 / all));
}

int sy_cli_confirm(const struct sy_cli *cli, const char *fmt, ...)
{
	char text[512], answer[16] = "";
	va_list ap;

	if (sy_cli_flag(cli, "yes"))
		return SY_EXIT_OK;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!isatty(STDIN_FILENO)) {
		fprintf(stderr, "%s%s: give --yes to go ahead\n", speaker(), text);
		return SY_EXIT_NEEDS_YES;
	}
	fprintf(stderr, "%s. Type \"yes\" to go ahead: ", text);
	if (fgets(answer, sizeof(answer), stdin) != NULL && strcmp(answer, "yes\n") == 0)
		return SY_EXIT_OK;
	fprintf(stderr, "Nothing was changed.\n");
	return SY_EXIT_NO;
}

int sy_cli_become_owner(const struct sy_cli *cli, struct sy_error *err)
{
	struct stat st;

	if (geteuid() != 0 || stat(cli->root.var_dir, &st) < 0 || st.st_uid == 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(st.st_gid, st.st_gid, st.st_gid) < 0 ||
	    setresuid(st.st_uid, st.st_uid, st.st_uid) < 0)
		return sy_fail(err, SY_FORBIDDEN, "",
		    "cannot act as user %u, who owns %s: %s", st.st_uid,
		    cli->root.var_dir, strerror(errno));
	return 0;
}

int sy_cli_root(struct sy_cli *cli, struct sy_error *err)
{
	if (sy_root_find(cli->root_asked, cli->arena, &cli->root, err) < 0)
		return -1;
	return sy_cli_become_owner(cli, err);
}

int sy_cli_open(struct sy_cli *cli, enum sy_ops_want want, struct sy_error *err)
{
	if (sy_cli_root(cli, err) < 0)
		return -1;
	return sy_ops_open(&cli->ops, &cli->root, want, err);
}

static int show_help(const struct sy_cli *cli)
{
	sy_help_print(cli, cli->command->name);
	return SY_EXIT_OK;
}

static int finish(int code)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "%scannot write the result\n", speaker());
		return code != SY_EXIT_OK ? code : SY_EXIT_NO;
	}
	return code;
}

int main(int argc, char **argv)
{
	struct sy_cli cli = { .arena = sy_arena_new() };
	char version[] = "version";
	struct sy_error err;
	int code;

	umask(077);
	sy_view_init(&cli.view, stdout);
	if (sodium_init() < 0) {
		fprintf(stderr, "%slibsodium cannot start\n", speaker());
		return SY_EXIT_NO;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		argv[1] = version;
	if (sy_cli_parse(&cli, argc, argv, &err) < 0)
		code = sy_cli_fail(&cli, &err);
	else if (cli.help)
		code = show_help(&cli);
	else
		code = cli.command->run(&cli);
	code = finish(code);
	sy_ops_close(&cli.ops);
	sy_arena_free(cli.arena);
	return code;
}
