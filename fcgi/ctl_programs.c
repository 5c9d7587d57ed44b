/*
 * ctl_programs.c - see ctl_programs.h.
 */
#include "ctl_programs.h"

#include "base/arena.h"
#include "base/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The directory of this program, resolved. */
static const char *own_dir(struct sy_arena *a)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len <= 0)
		return "/";
	path[len] = '\0';
	*strrchr(path, '/') = '\0';
	return sy_strdup(a, path);
}

int sy_program_find(const char *name, struct sy_arena *a, const char **out,
    struct sy_error *err)
{
	const char *places[] = { own_dir(a), SY_LIBEXEC_DIR };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		*out = sy_strf(a, "%s/%s", places[i], name);
		if (access(*out, X_OK) == 0)
			return 0;
	}
	return sy_fail(err, SY_CONFIG, "",
	    "%s is neither in %s nor in %s: is all installed?", name, places[0],
	    places[1]);
}

const char *sy_program_system(const char *name, struct sy_arena *a)
{
	const char *path = getenv("PATH");
	char *places =
	    sy_strf(a, "%s:/usr/local/sbin:/usr/sbin:/sbin", path ? path : "/usr/bin");
	char *save = NULL;

	for (char *dir = strtok_r(places, ":", &save); dir;
	     dir = strtok_r(NULL, ":", &save)) {
		const char *full = sy_strf(a, "%s/%s", dir, name);

		if (dir[0] == '/' && access(full, X_OK) == 0)
			return full;
	}
	return NULL;
}

static bool same_file(const char *path, const char *other)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

const char *sy_own_name(struct sy_arena *a)
{
	const char *path = sy_strf(a, "%s/switchyard", own_dir(a));
	const char *common = sy_program_system("switchyard", a);
	char here[PATH_MAX];
	size_t len;

	if (common != NULL && same_file(common, path))
		return "switchyard";
	if (getcwd(here, sizeof(here)) == NULL)
		return path;
	len = strlen(here);
	return strncmp(path, here, len) == 0 && path[len] == '/' ? path + len + 1 : path;
}

/* A build folder has a Makefile of ours, which knows where the source is; NULL elsewhere. */
static const char *source_dir(const char *build, struct sy_arena *a)
{
	static const char word[] = "abs_top_srcdir = ";
	FILE *f = fopen(sy_strf(a, "%s/Makefile", build), "re");
	const char *found = NULL;
	char line[PATH_MAX];

	while (f != NULL && found == NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, word, sizeof(word) - 1) == 0)
			found = sy_strndup(a, line + sizeof(word) - 1,
			    strcspn(line + sizeof(word) - 1, "\n"));
	if (f != NULL)
		fclose(f);
	return found;
}

int sy_shipped_find(struct sy_arena *a, struct sy_shipped *out, struct sy_error *err)
{
	const char *source = source_dir(own_dir(a), a);

	out->data_dir = source != NULL ? sy_strf(a, "%s/etc", source) : SY_DATA_DIR;
	out->ui_dir = sy_strf(a, "%s/%s", source != NULL ? source : SY_DATA_DIR,
	    source != NULL ? "www" : "ui");
	if (access(sy_strf(a, "%s/index.html", out->ui_dir), R_OK) == 0)
		return 0;
	return sy_fail(err, SY_CONFIG, "",
	    "the dashboard's files are not in %s: is all installed?", out->ui_dir);
}

static void redirect(int fd, int to)
{
	if (fd >= 0 && fd != to)
		dup2(fd, to);
}

static _Noreturn void become(const struct sy_spawn *s, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = s->log != NULL
	              ? open(s->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
	              : -1;

	/* A group of its own: Ctrl-C at the terminal is ours alone to hand on, in order. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	redirect(s->in >= 0 ? s->in : null, STDIN_FILENO);
	redirect(s->out >= 0 ? s->out : log >= 0 ? log : null, STDOUT_FILENO);
	redirect(log >= 0 ? log : null, STDERR_FILENO);
	signal(SIGPIPE, SIG_DFL);
	if (s->env != NULL)
		execve(s->argv[0], (char *const *)(uintptr_t)s->argv,
		    (char *const *)(uintptr_t)s->env);
	else
		execv(s->argv[0], (char *const *)(uintptr_t)s->argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", s->argv[0], strerror(errno));
	_exit(127);
}

pid_t sy_spawn(const struct sy_spawn *s, struct sy_error *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		become(s, parent);
	if (pid < 0)
		return sy_fail(err, SY_BUG, "", "cannot start %s: %s", s->argv[0],
		    strerror(errno));
	return pid;
}

const char *sy_machine_zone(struct sy_arena *a)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/etc/localtime", path, sizeof(path) - 1);
	struct sy_zone *zone = NULL;
	struct sy_error err;
	const char *name;

	if (len <= 0)
		return "UTC";
	path[len] = '\0';
	name = strstr(path, "zoneinfo/");
	if (name == NULL || sy_zone_load(name + 9, &zone, &err) < 0)
		return "UTC";
	sy_zone_free(zone);
	return sy_strdup(a, name + 9);
}
