/*
 * ctl_demo.c - demo: a whole gateway in one directory and one terminal.
 *
 * Starts the simulator, a web server and its workers, all on loopback ports and below one
 * directory, and ends them again.  Whatever else runs on the machine is left alone.
 */
#include "ctl.h"
#include "ctl_demo.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/clock.h"
#include "config/config_file.h"
#include "ops/op_config.h"
#include "store/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PORT 8080
#define LAST_PORT  8099
#define WAIT_MS    10000
#define STOP_MS    5000
#define NAP_NS     20000000

/* --- Ports. ------------------------------------------------------------------------------- */

static int loopback_socket(int port, bool listening)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	int rc;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	rc = listening ? bind(fd, (const struct sockaddr *)&at, sizeof(at))
	               : connect(fd, (const struct sockaddr *)&at, sizeof(at));
	if (rc == 0 && (!listening || listen(fd, 1) == 0))
		return fd;
	close(fd);
	return -1;
}

static bool is_free(int port)
{
	int fd = loopback_socket(port, true);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int choose_port(struct sy_demo *d, struct sy_error *err)
{
	int64_t asked;

	if (sy_cli_number(d->cli, "port", 1, 65535, 0, &asked, err) < 0)
		return -1;
	d->port = (int)asked;
	if (asked != 0)
		return is_free(d->port)
		           ? 0
		           : sy_fail(err, SY_USAGE, "port",
		                 "port %d is in use; leave out --port for a free one",
		                 d->port);
	for (d->port = FIRST_PORT; d->port <= LAST_PORT; d->port++)
		if (is_free(d->port))
			return 0;
	return sy_fail(err, SY_CONFIG, "", "no port from %d to %d is free: give --port",
	    FIRST_PORT, LAST_PORT);
}

/* --- Children. ---------------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = number;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
}

static void nap(void)
{
	const struct timespec ts = { .tv_nsec = NAP_NS };

	nanosleep(&ts, NULL);
}

struct child {
	const char *name;
	const char *log;
	pid_t pid; /* 0: not running */
};

enum { SIM, SERVER, TRAFFIC, CHILDREN };

static bool is_gone(struct child *c)
{
	if (c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) == c->pid)
		c->pid = 0;
	return c->pid == 0;
}

/* Ends one, first by asking; only ever a process that we started and have not waited for. */
static void stop_child(struct child *c)
{
	int64_t until = sy_boot_ms() + STOP_MS;

	if (c->pid <= 0)
		return;
	kill(c->pid, SIGTERM);
	while (!is_gone(c) && sy_boot_ms() < until)
		nap();
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
		c->pid = 0;
	}
}

/* Clients first, then the server with its workers, then what they talk to. */
static void stop_all(struct child *children)
{
	stop_child(&children[TRAFFIC]);
	stop_child(&children[SERVER]);
	stop_child(&children[SIM]);
}

static int died(const struct child *c, struct sy_error *err)
{
	return sy_fail(err, SY_CONFIG, "", "%s has ended; the reason is in %s", c->name,
	    c->log);
}

static int start_sim(struct sy_demo *d, struct child *c, struct sy_error *err)
{
	struct sy_arena *a = d->cli->arena;
	const char *port_file = sy_strf(a, "%s/run/sim.port", d->dir);
	const char *argv[] = { d->sim, "--listen", "127.0.0.1:0", "--port-file",
		port_file, "--script", sy_strf(a, "%s/sim.json", d->dir), NULL };
	struct sy_spawn s = { argv, NULL, sy_strf(a, "%s/var/log/sim.log", d->dir), -1,
		-1 };
	int64_t until = sy_boot_ms() + WAIT_MS;
	FILE *f;

	*c = (struct child){ "switchyard-sim", s.log, 0 };
	unlink(port_file);
	c->pid = sy_spawn(&s, err);
	if (c->pid < 0)
		return -1;
	while ((f = fopen(port_file, "re")) == NULL) {
		if (is_gone(c) || sy_boot_ms() > until)
			return died(c, err);
		nap();
	}
	d->sim_port = fscanf(f, "%5d", &d->sim_port) == 1 ? d->sim_port : 0;
	fclose(f);
	return d->sim_port > 0 ? 0 : died(c, err);
}

static int start_server(struct sy_demo *d, struct child *c, struct sy_error *err)
{
	struct sy_arena *a = d->cli->arena;
	const char *argv[] = { d->lighttpd, "-D", "-f", NULL, NULL };
	struct sy_spawn s = { argv, NULL, sy_strf(a, "%s/var/log/lighttpd.log", d->dir),
		-1, -1 };
	int64_t until = sy_boot_ms() + WAIT_MS;
	int fd;

	*c = (struct child){ "lighttpd", s.log, 0 };
	if (sy_demo_write_server(d, &argv[3], err) < 0)
		return -1;
	c->pid = sy_spawn(&s, err);
	if (c->pid < 0)
		return -1;
	while ((fd = loopback_socket(d->port, false)) < 0) {
		if (is_gone(c) || sy_boot_ms() > until)
			return died(c, err);
		nap();
	}
	close(fd);
	return 0;
}

static int start_traffic(struct sy_demo *d, struct child *c, struct sy_error *err)
{
	pid_t parent = getpid(), pid = fork();

	*c = (struct child){ "the traffic", "", pid };
	if (pid < 0)
		return sy_fail(err, SY_BUG, "", "cannot start a process: %s",
		    strerror(errno));
	if (pid > 0)
		return 0;
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	sy_demo_traffic(d->port);
}

/* --- What the gateway is to do. ----------------------------------------------------------- */

static void no_line(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static int apply(struct sy_demo *d, struct sy_error *err)
{
	const struct sy_apply how = { .who = "demo", .note = "switchyard demo" };
	const struct sy_lines nowhere = { no_line, NULL };
	struct sy_cli *cli = d->cli;
	struct sy_findings findings = { 0 };
	struct sy_generation made;

	if (sy_demo_write_conf(d, err) < 0 ||
	    sy_ops_open(&cli->ops, &cli->root, SY_OPS_LIVE_MAKE, err) < 0 ||
	    sy_op_apply(&cli->root, cli->ops.book, &how, cli->arena, &findings, &nowhere,
	        &made, err) < 0)
		return -1;
	return sy_ops_reload(&cli->ops, err);
}

static int find_all(struct sy_demo *d, struct sy_error *err)
{
	struct sy_arena *a = d->cli->arena;
	const char *dir = sy_cli_option(d->cli, "dir");
	char here[PATH_MAX];
	int64_t days;

	if (sy_cli_number(d->cli, "days", 0, 400, 30, &days, err) < 0 ||
	    sy_program_find("switchyard.fcgi", a, &d->gateway, err) < 0 ||
	    sy_program_find("switchyard-admin.fcgi", a, &d->admin, err) < 0 ||
	    sy_program_find("switchyard-sim", a, &d->sim, err) < 0 ||
	    sy_shipped_find(a, &d->shipped, err) < 0)
		return -1;
	if (getcwd(here, sizeof(here)) == NULL)
		return sy_fail(err, SY_CONFIG, "", "this directory is gone: %s",
		    strerror(errno));
	if (dir == NULL)
		dir = "switchyard-demo";
	d->dir = dir[0] == '/' ? dir : sy_strf(a, "%s/%s", here, dir);
	d->days = (int)days;
	d->traffic = !sy_cli_flag(d->cli, "no-traffic");
	d->lighttpd = sy_program_system("lighttpd", a);
	return 0;
}

/* The directory as the root, whatever else there is on this machine. */
static int take_root(struct sy_demo *d, struct sy_error *err)
{
	if (sy_demo_make_dir(d, err) < 0)
		return -1;
	d->cli->root_asked = d->dir;
	return sy_cli_root(d->cli, err);
}

/* --- What is said. ------------------------------------------------------------------------ */

static void tell_start(struct sy_demo *d, int64_t requests)
{
	const struct sy_value count = sy_value_n(requests);

	printf(
	    "  Simulated providers  sim-fast, sim-slow, sim-flaky       no key, no cost\n");
	printf("  Sample history       %s requests in the ledger\n",
	    sy_value_show(&d->cli->view, SY_V_COUNT, count, d->cli->arena));
	if (d->port > 0)
		printf("  Web server           lighttpd on http://127.0.0.1:%d\n",
		    d->port);
	printf("  Files                %s       keep them, or delete them\n", d->dir);
}

static void tell_how(struct sy_demo *d, const char *code)
{
	printf("\n  Try it:     curl -s http://127.0.0.1:%d/v1/chat/completions \\\n"
	       "                -H 'Authorization: Bearer " SY_DEMO_KEY "' "
	       "-H 'Content-Type: application/json' \\\n"
	       "                -d '{\"model\":\"chat\",\"messages\":"
	       "[{\"role\":\"user\",\"content\":\"Hello\"}]}'\n",
	    d->port);
	printf(
	    "  Dashboard:  http://127.0.0.1:%d/ui/#code=%s       (signs you in once, for 10 min)\n",
	    d->port, code);
	printf("  Look:       %s --root %s status\n", sy_own_name(d->cli->arena), d->dir);
	printf("  Next:       %s init        sets one up for real\n\n",
	    sy_own_name(d->cli->arena));
	printf("  Ctrl-C stops all of it.\n");
	fflush(stdout);
}

/* --- Running. ----------------------------------------------------------------------------- */

/* Until somebody says stop, or a part has died by itself. */
static int watch(struct child *children, struct sy_error *err)
{
	while (!stopped) {
		for (int i = 0; i < CHILDREN; i++)
			if (children[i].pid > 0 && is_gone(&children[i]))
				return died(&children[i], err);
		nap();
	}
	return 0;
}

static int serve(struct sy_demo *d, struct child *children, struct sy_error *err)
{
	char code[SY_CODE_TEXT];

	if (start_server(d, &children[SERVER], err) < 0 ||
	    sy_code_create(d->cli->ops.live, "admin", SY_ACCESS_ADMIN, sy_boot_ms(), code,
	        err) < 0)
		return -1;
	/* Workers that are forked hold their own handles: an environment is one a process. */
	sy_ops_close(&d->cli->ops);
	if (d->traffic && start_traffic(d, &children[TRAFFIC], err) < 0)
		return -1;
	tell_how(d, code);
	if (watch(children, err) < 0)
		return -1;
	sy_cli_say(d->cli, "Stopping.");
	return 0;
}

/* Without a server: one question, answered by the worker as plain CGI. */
static int ask_once(struct sy_demo *d)
{
	static char text[] = "Hello";
	char *args[] = { text, NULL };
	struct sy_cli *cli = d->cli;

	sy_ops_close(&cli->ops);
	cli->command = sy_command_find("chat");
	memset(cli->given, 0, sizeof(cli->given));
	cli->args = args;
	cli->arg_count = 1;
	printf("\n  $ %s --root %s chat Hello\n  ", sy_own_name(cli->arena), d->dir);
	fflush(stdout);
	return sy_run_chat(cli);
}

static int no_server(const struct sy_demo *d)
{
	sy_cli_say(d->cli,
	    "lighttpd is not installed here. Either:\n"
	    "  apt install lighttpd         and start the demo again\n"
	    "  switchyard demo --once       answers one question without a server");
	return SY_EXIT_NO;
}

int sy_run_demo(struct sy_cli *cli)
{
	bool once = sy_cli_flag(cli, "once");
	struct child children[CHILDREN] = { 0 };
	struct sy_demo d = { .cli = cli };
	struct sy_error err;
	int64_t requests = -1;
	int code;

	if (find_all(&d, &err) < 0)
		return sy_cli_fail(cli, &err);
	if (d.lighttpd == NULL && !once)
		return no_server(&d);
	catch_signals();
	if ((once || choose_port(&d, &err) == 0) && take_root(&d, &err) == 0 &&
	    start_sim(&d, &children[SIM], &err) == 0 && apply(&d, &err) == 0)
		requests = sy_demo_history(&d, &err);
	if (requests >= 0)
		tell_start(&d, requests);
	if (requests < 0 || (!once && serve(&d, children, &err) < 0))
		code = sy_cli_fail(cli, &err);
	else
		code = once ? ask_once(&d) : SY_EXIT_OK;
	stop_all(children);
	return code;
}
