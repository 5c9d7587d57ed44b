/*
 * ctl_init.c - init: an installation with what it needs, and nothing that was there changed.
 */
#include "ctl.h"
#include "ctl_programs.h"
#include "ctl_run.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 1 made, 0 it was there. */
static int make_dir(const char *path, mode_t mode, struct sy_error *err)
{
	if (mkdir(path, mode) == 0)
		return chmod(path, mode) < 0
		           ? sy_fail_file(err, SY_CONFIG, "set the mode of", path)
		           : 1;
	if (errno != EEXIST)
		return sy_fail_file(err, SY_CONFIG, "make", path);
	return 0;
}

static const char first_conf[] =
    "# switchyard.conf - what this gateway does; switchyard.conf(5) has every setting.\n"
    "#\n"
    "#   switchyard check     are these files right?\n"
    "#   switchyard diff      what would change?\n"
    "#   switchyard apply     put them into force, from the next request on\n"
    "\n"
    "gateway {\n"
    "\ttime_zone = \"%s\"    # in which days are counted\n"
    "}\n"
    "\n"
    "# More than thirty providers are known already; one is in use as soon as its secret is\n"
    "# there (switchyard secret set openai, or the environment variable OPENAI_API_KEY).\n"
    "#\n"
    "# A route is a name that clients may ask for.  This one tries the first target, and the\n"
    "# second when that fails:\n"
    "#\n"
    "# route chat {\n"
    "#\ttargets = { \"openai:gpt-4.1-mini\" }\n"
    "#\tfallback = { \"anthropic:claude-haiku-4-5\" }\n"
    "# }\n"
    "\n"
    "include(\"conf.d/*.conf\")\n";

/* 1 written, 0 it was there: what somebody wrote is never touched. */
static int write_conf(const char *path, const char *zone, struct sy_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0)
		return errno == EEXIST ? 0 : sy_fail_file(err, SY_CONFIG, "write", path);
	if (fchmod(fd, 0640) < 0 || dprintf(fd, first_conf, zone) < 0 || fsync(fd) < 0 ||
	    close(fd) < 0)
		return sy_fail_file(err, SY_CONFIG, "write", path);
	return 1;
}

/* Where no rule names a place yet: the system's for root, the home directory for others. */
static int choose_root(struct sy_cli *cli, struct sy_error *err)
{
	const char *dir =
	    sy_cli_arg(cli, 0) != NULL ? sy_cli_arg(cli, 0) : cli->root_asked;
	const struct passwd *pw;

	if (dir == NULL && geteuid() != 0) {
		pw = getpwuid(geteuid());
		if (pw != NULL && pw->pw_dir[0] == '/')
			dir = sy_strf(cli->arena, "%s/switchyard", pw->pw_dir);
	}
	if (dir != NULL && make_dir(dir, 0755, err) < 0)
		return -1;
	return sy_root_find(dir, cli->arena, &cli->root, err);
}

/* --user: who the workers run as.  uid and gid -1 where it was not given. */
static int choose_user(const struct sy_cli *cli, uid_t *uid, gid_t *gid,
    struct sy_error *err)
{
	const char *name = sy_cli_option(cli, "user");
	const struct passwd *pw;

	*uid = (uid_t)-1;
	*gid = (gid_t)-1;
	if (name == NULL)
		return 0;
	pw = getpwnam(name);
	if (pw == NULL)
		return sy_fail(err, SY_USAGE, "user", "there is no user \"%.60s\"", name);
	if (geteuid() != 0 && geteuid() != pw->pw_uid)
		return sy_fail(err, SY_FORBIDDEN, "user",
		    "only root can set up an installation for another user");
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return 0;
}

static const struct sy_column made_columns[] = {
	{ "PATH", "path", SY_V_TEXT },
	{ "STATE", "state", SY_V_TEXT },
};

static void tell(struct sy_page *page, const char *path, int made)
{
	const struct sy_value row[] = { sy_value_text(path),
		sy_value_text(made > 0 ? "made" : "was there") };

	sy_page_row(page, row);
}

/* What is made, with who reads it; the text files stay their writer's. */
static int fill_root(struct sy_cli *cli, uid_t uid, gid_t gid, struct sy_page *page,
    struct sy_error *err)
{
	const struct sy_root *r = &cli->root;
	const struct {
		const char *path;
		mode_t mode;
		bool workers; /* belongs to them */
	} dirs[] = {
		{ r->etc_dir, 0755, false },
		{ sy_strf(cli->arena, "%s/conf.d", r->etc_dir), 0755, false },
		{ r->models_dir, 0755, false },
		{ r->secrets_dir, 0700, true },
		{ r->var_dir, 0700, true },
		{ r->log_dir, 0750, true },
	};
	int made;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		made = make_dir(dirs[i].path, dirs[i].mode, err);
		if (made < 0)
			return -1;
		if (dirs[i].workers && chown(dirs[i].path, uid, gid) < 0)
			return sy_fail_file(err, SY_CONFIG, "change the owner of",
			    dirs[i].path);
		tell(page, dirs[i].path, made);
	}
	made = write_conf(r->conf_file, sy_machine_zone(cli->arena), err);
	if (made < 0)
		return -1;
	if (made > 0 && chown(r->conf_file, (uid_t)-1, gid) < 0)
		return sy_fail_file(err, SY_CONFIG, "change the group of", r->conf_file);
	tell(page, r->conf_file, made);
	return 0;
}

static void tell_next(const struct sy_cli *cli, struct sy_page *page)
{
	static const char *const steps[] = {
		"secret set openai    a provider's key, from the terminal",
		"check",
		"apply",
		"key create --label NAME",
	};
	const char *root = cli->root.rule == SY_ROOT_ARGUMENT
	                       ? sy_strf(cli->arena, " --root %s", cli->root.dir)
	                       : "";

	sy_page_note(page, "Next:");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		sy_page_note(page, "  %s%s %s", sy_own_name(cli->arena), root, steps[i]);
	sy_page_note(page, "and the web server's part, from %s", SY_EXAMPLES_DIR);
}

int sy_run_init(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_error err;
	uid_t uid;
	gid_t gid;

	sy_page_table(page, "paths", made_columns, 2);
	if (choose_user(cli, &uid, &gid, &err) < 0 || choose_root(cli, &err) < 0 ||
	    fill_root(cli, uid, gid, page, &err) < 0 ||
	    sy_cli_become_owner(cli, &err) < 0 ||
	    sy_ops_open(&cli->ops, &cli->root, SY_OPS_MAKE, &err) < 0)
		return sy_cli_fail(cli, &err);
	tell_next(cli, page);
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}
