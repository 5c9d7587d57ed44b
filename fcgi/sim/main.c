/*
 * main.c - switchyard-sim: a provider that isn't one, for demo, tests and benchmarks.
 */
#include "sim/serve.h"
#include "sim/server.h"

#include "base/error.h"
#include "base/log.h"

#include <json-c/json.h>
#include <errno.h>
#include <ev.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static const char usage[] =
    "usage: switchyard-sim --listen ADDRESS:PORT [--port-file FILE] [--script FILE]\n"
    "                      [--log FILE] [--data DIR]\n"
    "\n"
    "A simulated provider of language models: speaks the OpenAI and Anthropic dialects\n"
    "over HTTP, with scripted faults, and counts what it served.\n"
    "\n"
    "  -l, --listen ADDRESS:PORT  where to listen; port 0 is any free one\n"
    "  -p, --port-file FILE       write the port there once it is open\n"
    "  -s, --script FILE          read a script, as PUT /_sim/script takes it\n"
    "  -L, --log FILE             append a JSON line at the start and end of each attempt\n"
    "  -d, --data DIR             folder of recorded exchanges\n"
    "  -h, --help                 this text\n"
    "\n"
    "The script and the control paths are described in switchyard-sim(8).\n";

struct options {
	const char *listen, *port_file, *script, *log, *data;
};

static void read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "port-file", required_argument, NULL, 'p' },
		{ "script", required_argument, NULL, 's' },
		{ "log", required_argument, NULL, 'L' },
		{ "data", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "l:p:s:L:d:h", longs, NULL)) != -1) {
		switch (c) {
		case 'l':
			o->listen = optarg;
			break;
		case 'p':
			o->port_file = optarg;
			break;
		case 's':
			o->script = optarg;
			break;
		case 'L':
			o->log = optarg;
			break;
		case 'd':
			o->data = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			exit(2);
		}
	}
	if (o->listen == NULL || optind < argc) {
		fputs(usage, stderr);
		exit(2);
	}
}

static int read_script(struct sy_sim *sim, const char *path, struct sy_error *err)
{
	struct json_object *root = json_object_from_file(path);
	int rc;

	if (root == NULL)
		return sy_fail(err, SY_USAGE, "--script",
		    "%s is no JSON file we can read", path);
	rc = sy_sim_script_set(&sim->sites, root, err);
	json_object_put(root);
	return rc;
}

/* Whoever waits for the file reads the whole number or finds no file. */
static int write_port(const char *path, int port, struct sy_error *err)
{
	char part[PATH_BYTES];
	FILE *f = NULL;

	if (snprintf(part, sizeof(part), "%s.%ld", path, (long)getpid()) <
	    (int)sizeof(part))
		f = fopen(part, "we");
	if (f == NULL || fprintf(f, "%d\n", port) < 0 || fclose(f) != 0 ||
	    rename(part, path) != 0)
		return sy_fail(err, SY_USAGE, "--port-file", "cannot write %s: %s", path,
		    strerror(errno));
	return 0;
}

static void on_signal(struct ev_loop *loop, struct ev_signal *w, int events)
{
	(void)w;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* A connection is a descriptor, and tests may want thousands. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int serve(struct ev_loop *loop, struct sy_sim *sim, const struct options *o,
    struct sy_error *err)
{
	struct ev_signal term, interrupt;
	struct sy_sim_server *server;
	int rc = 0;

	server = sy_sim_server_new(loop, sim, o->listen, err);
	if (server == NULL)
		return -1;
	if (o->port_file != NULL)
		rc = write_port(o->port_file, sy_sim_server_port(server), err);
	ev_signal_init(&term, on_signal, SIGTERM);
	ev_signal_init(&interrupt, on_signal, SIGINT);
	ev_signal_start(loop, &term);
	ev_signal_start(loop, &interrupt);
	if (rc == 0) {
		sy_log(SY_INFO, "sim", NULL, "listens on port %d",
		    sy_sim_server_port(server));
		ev_run(loop, 0);
	}
	sy_sim_server_free(server);
	return rc;
}

static int start(struct ev_loop *loop, struct sy_sim *sim, const struct options *o,
    struct sy_error *err)
{
	sim->data = o->data;
	if (sy_sim_attempts_init(&sim->attempts, o->log) < 0)
		return sy_fail(err, SY_USAGE, "--log", "cannot open %s: %s", o->log,
		    strerror(errno));
	if (o->script != NULL && read_script(sim, o->script, err) < 0)
		return -1;
	return serve(loop, sim, o, err);
}

int main(int argc, char **argv)
{
	struct options o = { .listen = NULL };
	struct ev_loop *loop;
	struct sy_sim sim;
	struct sy_error err;
	int rc;

	read_options(argc, argv, &o);
	signal(SIGPIPE, SIG_IGN);
	raise_descriptors();
	loop = ev_default_loop(0);
	sy_sim_init(&sim);
	rc = start(loop, &sim, &o, &err);
	if (rc < 0)
		fprintf(stderr, "switchyard-sim: %s%s%s\n", err.param,
		    *err.param != '\0' ? ": " : "", err.message);
	sy_sim_release(&sim);
	ev_loop_destroy(loop);
	return rc < 0 ? 1 : 0;
}
