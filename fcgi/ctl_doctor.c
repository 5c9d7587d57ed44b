/*
 * ctl_doctor.c - doctor: what may keep a gateway from working here, with the remedy.
 *
 * Each check is a function in a table; it fills one finding and never ends the others.
 */
#include "ctl.h"
#include "ctl_programs.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/clock.h"
#include "config/config_file.h"
#include "model/config.h"
#include "ops/op_config.h"
#include "ops/op_secret.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#ifndef SMB2_SUPER_MAGIC
#define SMB2_SUPER_MAGIC 0xfe534d42
#endif
#define FUSE_MAGIC      0x65735546
#define DISK_LEAST      (200LL << 20)
#define ADDRESSES_LEAST (2LL << 30)
#define YEAR_2026_MS    1767225600000

enum level { OK, WARNING, FAIL };

struct finding {
	enum level level;
	const char *text;
	const char *fix; /* NULL: nothing to do */
};

struct visit {
	struct sy_cli *cli;
	struct sy_arena *arena;
	bool open;              /* the store could be opened */
	struct sy_error failed; /* why not */
};

static struct finding found(enum level level, const char *text, const char *fix)
{
	return (struct finding){ level, text, fix };
}

static struct finding check_root(struct visit *v)
{
	const struct sy_root *r = &v->cli->root;
	const char *where = r->dir != NULL ? r->dir : r->etc_dir;

	if (access(r->conf_file, F_OK) != 0)
		return found(FAIL,
		    sy_strf(v->arena, "%s (from %s) has no %s", where, r->why,
		        r->conf_file),
		    "switchyard init");
	if (access(r->conf_file, R_OK) != 0)
		return found(FAIL,
		    sy_strf(v->arena, "%s cannot be read by this user", r->conf_file),
		    "run as its owner");
	return found(OK, sy_strf(v->arena, "%s, from %s", where, r->why), NULL);
}

/* A file that others can write is a configuration that others can write. */
static struct finding check_modes(struct visit *v)
{
	const struct sy_root *r = &v->cli->root;
	const struct {
		const char *path;
		mode_t forbidden;
	} paths[] = {
		{ r->etc_dir, 022 },
		{ r->conf_file, 022 },
		{ r->models_dir, 022 },
		{ r->secrets_dir, 077 },
		{ r->var_dir, 077 },
		{ r->book_dir, 077 },
	};
	struct stat st;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (stat(paths[i].path, &st) == 0 &&
		    (st.st_mode & paths[i].forbidden) != 0)
			return found(FAIL,
			    sy_strf(v->arena, "%s has mode %03o", paths[i].path,
			        st.st_mode & 0777),
			    sy_strf(v->arena, "chmod %s %s",
			        paths[i].forbidden == 077 ? "go-rwx" : "go-w",
			        paths[i].path));
	return found(OK, "nobody else can change the files or read the store", NULL);
}

/* Workers that run as the user of every other script on the host share their secrets. */
static struct finding check_owner(struct visit *v)
{
	const char *var = v->cli->root.var_dir;
	const struct passwd *pw;
	struct stat st;

	if (stat(var, &st) < 0)
		return found(FAIL, sy_strf(v->arena, "%s: %s", var, strerror(errno)),
		    "switchyard init");
	pw = getpwuid(st.st_uid);
	if (st.st_uid != geteuid())
		return found(FAIL,
		    sy_strf(v->arena, "%s belongs to %s, and this is user %u", var,
		        pw != NULL ? pw->pw_name : "nobody known", geteuid()),
		    "run as the owner, as whom the workers run too");
	if (st.st_uid == 0)
		return found(WARNING, "the workers would have to run as root",
		    "chown var and etc/secrets to the web server's user, or init --user");
	return found(OK,
	    sy_strf(v->arena, "%s, as whom the workers run too",
	        pw != NULL ? pw->pw_name : "a user without a name"),
	    NULL);
}

static struct finding check_file_system(struct visit *v)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} remote[] = { { NFS_SUPER_MAGIC, "NFS" }, { SMB_SUPER_MAGIC, "SMB" },
		{ SMB2_SUPER_MAGIC, "SMB" }, { CIFS_SUPER_MAGIC, "CIFS" },
		{ FUSE_MAGIC, "FUSE" } };
	struct statfs fs;

	if (statfs(v->cli->root.var_dir, &fs) < 0)
		return found(FAIL,
		    sy_strf(v->arena, "%s: %s", v->cli->root.var_dir, strerror(errno)),
		    "switchyard init");
	for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == remote[i].magic)
			return found(FAIL,
			    sy_strf(v->arena,
			        "%s is on %s, whose locks cannot be trusted",
			        v->cli->root.var_dir, remote[i].name),
			    "put the installation on a local disk");
	return found(OK,
	    sy_strf(v->arena, "%s is on a local file system", v->cli->root.var_dir),
	    NULL);
}

static struct finding check_disk(struct visit *v)
{
	struct statvfs fs;
	int64_t mb;

	if (statvfs(v->cli->root.var_dir, &fs) < 0)
		return found(WARNING, "its size cannot be told", NULL);
	mb = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize / 1000000;
	if (mb * 1000000 < DISK_LEAST)
		return found(FAIL, sy_strf(v->arena, "%" PRId64 " MB are free", mb),
		    "make room");
	return found(OK, sy_strf(v->arena, "%" PRId64 " MB are free", mb), NULL);
}

static struct finding check_addresses(struct visit *v)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	    (int64_t)limit.rlim_cur < ADDRESSES_LEAST)
		return found(FAIL,
		    sy_strf(v->arena, "this process may use %" PRIu64 " MB of addresses",
		        (uint64_t)limit.rlim_cur / 1000000),
		    "raise the limit (ulimit -v, LimitAS, RLimitMEM): the store is a mapped file");
	return found(OK, "enough for the store's map", NULL);
}

static struct finding check_clock(struct visit *v)
{
	(void)v;
	if (sy_unix_ms() < YEAR_2026_MS)
		return found(FAIL, "the clock is years behind",
		    "set it: TLS and reports depend on it");
	return found(OK, "plausible", NULL);
}

static struct finding check_certificates(struct visit *v)
{
	static const char bundle[] = "/etc/ssl/certs/ca-certificates.crt";

	(void)v;
	if (access(bundle, R_OK) != 0)
		return found(FAIL, "there is no bundle of certificate authorities",
		    "apt install ca-certificates");
	return found(OK, bundle, NULL);
}

static struct finding check_programs(struct visit *v)
{
	static const char *const names[] = { "switchyard.fcgi", "switchyard-admin.fcgi" };
	const char *path = NULL;
	struct sy_error err;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sy_program_find(names[i], v->arena, &path, &err) < 0)
			return found(FAIL, sy_strdup(v->arena, err.message),
			    "make install");
	*strrchr((char *)(uintptr_t)path, '/') = '\0';
	return found(OK, sy_strf(v->arena, "gateway and admin worker are in %s", path),
	    NULL);
}

static struct finding check_web_server(struct visit *v)
{
	static const char *const names[] = { "lighttpd", "apache2", "httpd", "nginx" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *path = sy_program_system(names[i], v->arena);

		if (path != NULL)
			return found(OK, path, NULL);
	}
	return found(WARNING, "no web server is installed here", "apt install lighttpd");
}

static struct finding check_store(struct visit *v)
{
	if (!v->open)
		return found(FAIL, v->failed.message, NULL);
	return found(OK,
	    sy_strf(v->arena, "%s and %s", v->cli->root.book_dir, v->cli->root.live_dir),
	    NULL);
}

static void drop_line(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static struct finding check_configuration(struct visit *v)
{
	struct sy_findings findings = { 0 };
	struct sy_config *config = NULL;
	struct sy_error err;
	int rc = sy_config_read(&v->cli->root, v->arena, &findings, &config, &err);

	sy_config_unref(config);
	if (rc < 0)
		return found(FAIL,
		    findings.errors > 0 ? sy_strf(v->arena, "%zu errors", findings.errors)
		                        : sy_strdup(v->arena, err.message),
		    "switchyard check");
	if (findings.warnings > 0)
		return found(WARNING,
		    sy_strf(v->arena, "%zu warnings", findings.warnings),
		    "switchyard check");
	return found(OK, "no errors, no warnings", NULL);
}

static struct finding check_generation(struct visit *v)
{
	const struct sy_lines nowhere = { drop_line, NULL };
	struct sy_findings findings = { 0 };
	struct sy_error err;
	int changes;

	if (!v->open)
		return found(FAIL, "the store is not open", NULL);
	if (v->cli->ops.config == NULL)
		return found(FAIL, "nothing has been applied yet", "switchyard apply");
	changes = sy_op_diff(&v->cli->root, v->cli->ops.book, 0, v->arena, &findings,
	    &nowhere, &err);
	if (changes > 0)
		return found(WARNING,
		    sy_strf(v->arena, "the files differ from generation %u in %d places",
		        v->cli->ops.generation.number, changes),
		    "switchyard diff, then apply");
	return found(OK,
	    sy_strf(v->arena, "generation %u is in force", v->cli->ops.generation.number),
	    NULL);
}

static struct finding check_secrets(struct visit *v)
{
	struct sy_secret_info *list;
	struct sy_error err;
	int count =
	    sy_op_secret_list(&v->cli->root, v->cli->ops.config, v->arena, &list, &err);

	if (count < 0)
		return found(FAIL, sy_strdup(v->arena, err.message), NULL);
	for (int i = 0; i < count; i++)
		if (list[i].problem != NULL)
			return found(FAIL, list[i].problem, "switchyard secret check");
	return found(OK, sy_strf(v->arena, "%d, all of them usable", count), NULL);
}

static struct finding check_routes(struct visit *v)
{
	const struct sy_config *c = v->cli->ops.config;

	if (c == NULL)
		return found(WARNING, "there are none yet", "switchyard apply");
	for (size_t i = 0; i < c->route_count; i++) {
		const struct sy_route *r = &c->routes[i];
		bool usable = false;

		for (size_t t = 0; t < r->target_count && !usable; t++)
			usable = r->targets[t].model->provider->enabled;
		if (!usable)
			return found(WARNING,
			    sy_strf(v->arena, "no target of route %s is in use", r->name),
			    sy_strf(v->arena, "switchyard route %s", r->name));
	}
	return found(OK,
	    sy_strf(v->arena, "%zu, each with a target in use", c->route_count), NULL);
}

static const struct {
	const char *name;
	struct finding (*check)(struct visit *v);
} checks[] = {
	{ "root", check_root },
	{ "modes", check_modes },
	{ "owner", check_owner },
	{ "file system", check_file_system },
	{ "disk", check_disk },
	{ "addresses", check_addresses },
	{ "clock", check_clock },
	{ "certificates", check_certificates },
	{ "programs", check_programs },
	{ "web server", check_web_server },
	{ "store", check_store },
	{ "configuration", check_configuration },
	{ "generation", check_generation },
	{ "secrets", check_secrets },
	{ "routes", check_routes },
};

int sy_run_doctor(struct sy_cli *cli)
{
	static const struct sy_column columns[] = {
		{ "CHECK", "check", SY_V_TEXT },
		{ "STATE", "state", SY_V_STATE },
		{ "FOUND", "found", SY_V_TEXT },
		{ "REMEDY", "remedy", SY_V_TEXT },
	};
	static const char
	    *const levels[] = { [OK] = "ok", [WARNING] = "warning", [FAIL] = "fail" };
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct visit v = { .cli = cli, .arena = cli->arena };
	struct sy_error err;
	bool failed = false;

	if (sy_cli_root(cli, &err) < 0)
		return sy_cli_fail(cli, &err);
	v.open = sy_ops_open(&cli->ops, &cli->root, SY_OPS_LIVE, &v.failed) == 0;
	sy_page_table(page, "checks", columns, 4);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct finding f = checks[i].check(&v);
		const struct sy_value row[] = { sy_value_text(checks[i].name),
			sy_value_text(levels[f.level]), sy_value_text(f.text),
			sy_value_text(f.fix) };

		sy_page_row(page, row);
		failed |= f.level == FAIL;
	}
	sy_page_print(page, stdout);
	return failed ? SY_EXIT_NO : SY_EXIT_OK;
}
