/*
 * ctl_demo_files.c - what the demo writes into its directory.
 */
#include "ctl.h"
#include "ctl_demo.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_file(const char *path, struct sy_error *err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int write_file(const char *path, struct sy_error *err, const char *fmt, ...)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	va_list ap;
	int written;

	if (fd < 0)
		return sy_fail_file(err, SY_CONFIG, "write", path);
	va_start(ap, fmt);
	written = vdprintf(fd, fmt, ap);
	va_end(ap);
	if (close(fd) < 0 || written < 0)
		return sy_fail_file(err, SY_CONFIG, "write", path);
	return 0;
}

static int make_dir(const char *path, struct sy_error *err)
{
	return mkdir(path, 0700) < 0 && errno != EEXIST
	           ? sy_fail_file(err, SY_CONFIG, "make", path)
	           : 0;
}

static int link_to(const char *target, const char *path, struct sy_error *err)
{
	unlink(path);
	return symlink(target, path) < 0
	           ? sy_fail_file(err, SY_CONFIG, "make the link", path)
	           : 0;
}

/*
 * sim-fast answers at once, sim-slow writes at the pace of a large model, and sim-flaky is
 * out of service for 90 seconds of every ten minutes and loses some requests besides.
 */
static const char sim_script[] =
    "{\"sites\": {\n"
    "  \"sim-fast\":  {\"then\": {\"latency\": {\"median_ms\": 120, \"sigma\": 0.4}, \"rate\": 120}},\n"
    "  \"sim-slow\":  {\"then\": {\"latency\": {\"median_ms\": 600, \"sigma\": 0.5}, \"rate\": 40}},\n"
    "  \"sim-flaky\": {\"then\": {\"latency\": {\"median_ms\": 250, \"sigma\": 0.6}, \"rate\": 80,\n"
    "                         \"fail_share\": 0.03, \"fail_status\": 503,\n"
    "                         \"outage\": {\"every_s\": 600, \"for_s\": 90}}}\n"
    "}}\n";

int sy_demo_make_dir(struct sy_demo *d, struct sy_error *err)
{
	struct sy_arena *a = d->cli->arena;
	static const char *const dirs[] = { "", "/etc", "/etc/secrets", "/var",
		"/var/log", "/run" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (make_dir(sy_strf(a, "%s%s", d->dir, dirs[i]), err) < 0)
			return -1;
	if (link_to(d->shipped.data_dir, sy_strf(a, "%s/share", d->dir), err) < 0 ||
	    link_to(d->shipped.ui_dir, sy_strf(a, "%s/ui", d->dir), err) < 0)
		return -1;
	return write_file(sy_strf(a, "%s/sim.json", d->dir), err, "%s", sim_script);
}

static const char conf[] =
    "# Written by \"switchyard demo\" each time it starts.\n"
    "\n"
    "gateway {\n"
    "\tstandalone = yes      # no provider but those below\n"
    "\ttime_zone = \"%2$s\"\n"
    "}\n"
    "\n"
    "# Three simulated providers: quick, slow but good, and one with an outage now and then.\n"
    "provider sim-fast {\n"
    "\tlabel = \"Simulated, fast\"\n"
    "\tdialect = openai\n"
    "\tbase = \"http://127.0.0.1:%1$d/sim-fast/v1\"\n"
    "\tauth = none\n"
    "\tsimulated = yes\n"
    "}\n"
    "provider sim-slow {\n"
    "\tlabel = \"Simulated, slow\"\n"
    "\tdialect = anthropic\n"
    "\tbase = \"http://127.0.0.1:%1$d/sim-slow/v1\"\n"
    "\tauth = none\n"
    "\tsimulated = yes\n"
    "}\n"
    "provider sim-flaky {\n"
    "\tlabel = \"Simulated, flaky\"\n"
    "\tdialect = openai\n"
    "\tbase = \"http://127.0.0.1:%1$d/sim-flaky/v1\"\n"
    "\tauth = none\n"
    "\tsimulated = yes\n"
    "}\n"
    "\n"
    "# What they would cost, in dollars a million tokens.\n"
    "model small  { provider = sim-fast   upstream = echo    in = 0.15  cache_read = 0.075  out = 0.60 }\n"
    "model medium { provider = sim-flaky  upstream = lorem   in = 0.80  cache_read = 0.20   out = 3.20 }\n"
    "model large  { provider = sim-slow   upstream = lorem   in = 2.50  cache_read = 0.25   out = 10.00 }\n"
    "model tools  { provider = sim-fast   upstream = tools   in = 0.15  out = 0.60 }\n"
    "model json   { provider = sim-fast   upstream = json    in = 0.15  out = 0.60 }\n"
    "model vision { provider = sim-fast   upstream = vision  in = 0.15  out = 0.60 }\n"
    "\n"
    "# chat: most to the small model; whoever fails is stood in for by the others.\n"
    "route chat {\n"
    "\tstrategy = weighted\n"
    "\ttarget \"sim-fast:small\" { weight = 70 }\n"
    "\ttarget \"sim-flaky:medium\" { weight = 30 }\n"
    "\tfallback = { \"sim-slow:large\" }\n"
    "}\n"
    "# smart: the large model first.\n"
    "route smart {\n"
    "\ttargets = { \"sim-slow:large\" }\n"
    "\tfallback = { \"sim-flaky:medium\", \"sim-fast:small\" }\n"
    "}\n"
    "# cheap: the flaky one first, so that its outages show.\n"
    "route cheap {\n"
    "\ttargets = { \"sim-flaky:medium\" }\n"
    "\tfallback = { \"sim-fast:small\" }\n"
    "}\n";

int sy_demo_write_conf(struct sy_demo *d, struct sy_error *err)
{
	const char *path = sy_strf(d->cli->arena, "%s/etc/switchyard.conf", d->dir);

	return write_file(path, err, conf, d->sim_port, sy_machine_zone(d->cli->arena));
}

/*
 * Workers find the demo by SWITCHYARD_ROOT.  The gateway's pool and the dashboard's are apart,
 * as everywhere, so that neither can keep the other waiting.
 */
static const char server[] =
    "# Written by \"switchyard demo\" each time it starts.\n"
    "server.modules = ( \"mod_fastcgi\", \"mod_alias\", \"mod_setenv\", \"mod_redirect\" )\n"
    "server.bind = \"127.0.0.1\"\n"
    "server.port = %2$d\n"
    "server.document-root = \"%1$s/run\"\n"
    "server.errorlog = \"%1$s/var/log/lighttpd.log\"\n"
    "server.breakagelog = \"%1$s/var/log/worker.log\"\n"
    "server.upload-dirs = ( \"%1$s/run\" )\n"
    "server.tag = \"lighttpd\"\n"
    "mimetype.assign = (\n"
    "  \".html\" => \"text/html; charset=utf-8\", \".css\" => \"text/css; charset=utf-8\",\n"
    "  \".js\" => \"text/javascript; charset=utf-8\", \".svg\" => \"image/svg+xml\" )\n"
    "\n"
    "$HTTP[\"url\"] =~ \"^/ui/api/\" {\n"
    "  fastcgi.server = ( \"\" => ((\n"
    "    \"bin-path\" => \"%4$s\", \"socket\" => \"%1$s/run/admin.sock\", \"max-procs\" => 1,\n"
    "    \"check-local\" => \"disable\",\n"
    "    \"bin-environment\" => ( \"SWITCHYARD_ROOT\" => \"%1$s\" ),\n"
    "    \"bin-copy-environment\" => ( \"PATH\", \"TZ\" ) )) )\n"
    "}\n"
    "else $HTTP[\"url\"] =~ \"^/ui/\" {\n"
    "  alias.url = ( \"/ui/\" => \"%5$s/\" )\n"
    "  index-file.names = ( \"index.html\" )\n"
    "  setenv.add-response-header = (\n"
    "    \"X-Content-Type-Options\" => \"nosniff\", \"X-Frame-Options\" => \"DENY\",\n"
    "    \"Referrer-Policy\" => \"no-referrer\", \"Cache-Control\" => \"no-cache\",\n"
    "    \"Content-Security-Policy\" => \"frame-ancestors 'none'\" )\n"
    "}\n"
    "else $HTTP[\"url\"] =~ \"^/(v1|v1beta1?|healthz|readyz)(/|$)\" {\n"
    "  server.stream-response-body = 1\n"
    "  server.max-request-size = 32768\n"
    "  fastcgi.server = ( \"\" => ((\n"
    "    \"bin-path\" => \"%3$s\", \"socket\" => \"%1$s/run/gateway.sock\", \"max-procs\" => %6$d,\n"
    "    \"check-local\" => \"disable\",\n"
    "    \"bin-environment\" => ( \"SWITCHYARD_ROOT\" => \"%1$s\" ),\n"
    "    \"bin-copy-environment\" => ( \"PATH\", \"TZ\" ) )) )\n"
    "}\n"
    "else $HTTP[\"url\"] =~ \"^/(ui)?$\" {\n"
    "  url.redirect = ( \"\" => \"/ui/\" )\n"
    "}\n";

#define WORKERS 2

int sy_demo_write_server(struct sy_demo *d, const char **path, struct sy_error *err)
{
	*path = sy_strf(d->cli->arena, "%s/lighttpd.conf", d->dir);
	return write_file(*path, err, server, d->dir, d->port, d->gateway, d->admin,
	    d->shipped.ui_dir, WORKERS);
}
