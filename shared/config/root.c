/*
 * root.c - see root.h.
 */
#include "config/root.h"

#include "base/arena.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT_FILE "switchyard.root"

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *join(struct sy_arena *a, const char *dir, const char *name)
{
	return sy_strf(a, "%s/%s", dir, name);
}

/* The directory at `path`, resolved; whoever named it is in the message. */
static int take_dir(struct sy_root *r, enum sy_root_rule rule, const char *why,
    const char *path, struct sy_arena *a, struct sy_error *err)
{
	char *real = realpath(path, NULL);

	if (real == NULL)
		return sy_fail(err, SY_CONFIG, "",
		    "the root %s, named by %s, is not there: %s", path, why,
		    strerror(errno));
	r->rule = rule;
	r->why = sy_strdup(a, why);
	r->dir = sy_strdup(a, real);
	free(real);
	if (!is_dir(r->dir))
		return sy_fail(err, SY_CONFIG, "",
		    "the root %s, named by %s, is no directory", path, why);
	return 1;
}

/* The one line of a small file, without blanks at its end; NULL where there is no file. */
static char *read_line(const char *path, struct sy_arena *a)
{
	char text[PATH_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return NULL;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len < 0)
		len = 0;
	text[len] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	for (len = (ssize_t)strlen(text); len > 0 && text[len - 1] == ' '; len--)
		text[len - 1] = '\0';
	return sy_strdup(a, text);
}

static int by_file(struct sy_root *r, struct sy_arena *a, struct sy_error *err)
{
	char exe[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *file, *path;

	if (len <= 0)
		return 0;
	exe[len] = '\0';
	*strrchr(exe, '/') = '\0';
	file = join(a, exe, ROOT_FILE);
	path = read_line(file, a);
	if (path == NULL)
		return 0;
	if (path[0] != '/')
		return sy_fail(err, SY_CONFIG, "", "%s must hold one absolute path",
		    file);
	return take_dir(r, SY_ROOT_FILE, file, path, a, err);
}

static int by_environment(struct sy_root *r, struct sy_arena *a, struct sy_error *err)
{
	const char *path = getenv("SWITCHYARD_ROOT");

	if (path == NULL || *path == '\0')
		return 0;
	if (path[0] != '/')
		return sy_fail(err, SY_CONFIG, "",
		    "SWITCHYARD_ROOT must be an absolute path");
	return take_dir(r, SY_ROOT_ENVIRONMENT, "SWITCHYARD_ROOT", path, a, err);
}

static int by_home(struct sy_root *r, struct sy_arena *a, struct sy_error *err)
{
	const struct passwd *pw = getpwuid(geteuid());
	const char *path;

	if (pw == NULL || pw->pw_dir[0] != '/')
		return 0;
	path = join(a, pw->pw_dir, "switchyard");
	if (!is_dir(path))
		return 0;
	return take_dir(r, SY_ROOT_HOME, "the home directory", path, a, err);
}

static const char *find_data(const struct sy_root *r, struct sy_arena *a)
{
	const char *path = getenv("SWITCHYARD_DATADIR");

	if (path != NULL && path[0] == '/')
		return sy_strdup(a, path);
	if (r->dir != NULL && is_dir(path = join(a, r->dir, "share")))
		return path;
	return SY_DATA_DIR;
}

static void fill_paths(struct sy_root *r, struct sy_arena *a)
{
	const char *own_ui = r->dir != NULL ? join(a, r->dir, "ui") : NULL;

	r->etc_dir = r->dir != NULL ? join(a, r->dir, "etc") : SY_ETC_DIR;
	r->var_dir = r->dir != NULL ? join(a, r->dir, "var") : SY_VAR_DIR;
	r->log_dir = r->dir != NULL ? join(a, r->var_dir, "log") : SY_LOG_DIR;
	r->conf_file = join(a, r->etc_dir, "switchyard.conf");
	r->secrets_dir = join(a, r->etc_dir, "secrets");
	r->models_dir = join(a, r->etc_dir, "models.d");
	r->book_dir = join(a, r->var_dir, "book");
	r->live_dir = join(a, r->var_dir, "live");
	r->data_dir = find_data(r, a);
	r->ui_dir =
	    own_ui != NULL && is_dir(own_ui) ? own_ui : join(a, r->data_dir, "ui");
}

int sy_root_find(const char *argument, struct sy_arena *a, struct sy_root *out,
    struct sy_error *err)
{
	static int (*const rules[])(struct sy_root *, struct sy_arena *,
	    struct sy_error *) = { by_file, by_environment, by_home };
	int found = 0;

	memset(out, 0, sizeof(*out));
	if (argument != NULL)
		found = take_dir(out, SY_ROOT_ARGUMENT, "--root", argument, a, err);
	for (size_t i = 0; found == 0 && i < sizeof(rules) / sizeof(rules[0]); i++)
		found = rules[i](out, a, err);
	if (found < 0)
		return -1;
	if (found == 0) {
		out->rule = SY_ROOT_SYSTEM;
		out->why = "the paths compiled in";
	}
	fill_paths(out, a);
	return 0;
}
