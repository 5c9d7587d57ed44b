/*
 * worker.c - see worker.h.
 */
#include "worker.h"

#include "cgi.h"
#include "connection.h"
#include "visit.h"

#include "base/log.h"
#include "relay/relay.h"

#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BACKLOG 4096
#define FLUSH_S 2.0 /* for what is still on its way to the web server at the end */

static const int stop_signals[] = { SIGTERM, SIGINT, SIGUSR1 };
/* A client that leaves shows in errno; a new configuration is seen without being told. */
static const int ignored_signals[] = { SIGPIPE, SIGHUP, SIGUSR2, SIGALRM };
#define STOP_SIGNALS (sizeof(stop_signals) / sizeof(stop_signals[0]))

struct worker {
	struct ev_loop *loop;
	struct sy_edge edge;
	struct sy_connections *connections;
	struct sy_cgi *cgi;
	ev_signal stops[STOP_SIGNALS];
	ev_timer flushed;
	double flush_from;
	ev_prepare turned;
};

/* --- The log. ---------------------------------------------------------------------------- */

static void on_turned(struct ev_loop *loop, ev_prepare *w, int revents)
{
	(void)loop, (void)w, (void)revents;
	sy_log_flush();
}

/* One write a turn, after all else that is done before the loop waits. */
static void gather_log(struct worker *k)
{
	sy_log_gather();
	ev_prepare_init(&k->turned, on_turned);
	ev_set_priority(&k->turned, EV_MINPRI);
	ev_prepare_start(k->loop, &k->turned);
	ev_unref(k->loop);
}

/* --- The end. ---------------------------------------------------------------------------- */

static void leave_if_flushed(struct worker *k)
{
	if (k->connections == NULL || sy_connections_count(k->connections) == 0 ||
	    ev_now(k->loop) - k->flush_from > FLUSH_S)
		ev_break(k->loop, EVBREAK_ALL);
}

static void on_flushed(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop, (void)revents;
	leave_if_flushed(w->data);
}

/* All requests are settled; the last bytes of answers may still be queued. */
static void on_drained(void *arg)
{
	struct worker *k = arg;

	k->flush_from = ev_now(k->loop);
	ev_timer_again(k->loop, &k->flushed);
	leave_if_flushed(k);
}

static void on_stop(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct worker *k = w->data;

	(void)revents;
	if (k->edge.draining) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	k->edge.draining = true;
	if (k->connections != NULL)
		sy_connections_stop(k->connections);
	sy_relay_drain(k->edge.relay, on_drained, k);
}

static void on_cgi_over(void *arg)
{
	struct worker *k = arg;

	k->edge.draining = true;
	sy_relay_drain(k->edge.relay, on_drained, k);
}

/* --- The beginning. ---------------------------------------------------------------------- */

static void set_signals(struct worker *k)
{
	for (size_t i = 0; i < STOP_SIGNALS; i++) {
		ev_signal_init(&k->stops[i], on_stop, stop_signals[i]);
		k->stops[i].data = k;
		ev_signal_start(k->loop, &k->stops[i]);
	}
	for (size_t i = 0; i < sizeof(ignored_signals) / sizeof(ignored_signals[0]); i++)
		signal(ignored_signals[i], SIG_IGN);
}

/* Libraries look into the environment when they start, which is before all of it can go. */
static void disarm_environment(void)
{
	static const char *const names[] = { "SSLKEYLOGFILE", "SSL_CERT_FILE",
		"SSL_CERT_DIR", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES",
		"CURL_HOME", "NETRC" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

/* Only what the C library reads is left: no proxy, no configuration for any library, and no
 * secret that a child or a core file could show. */
static void forget_environment(void)
{
	static const char *const kept[] = { "PATH", "TZ" };
	char *values[2];

	for (size_t i = 0; i < 2; i++) {
		const char *value = getenv(kept[i]);

		values[i] = value != NULL ? strdup(value) : NULL;
	}
	for (char **e = environ; *e != NULL; e++)
		explicit_bzero(*e, strlen(*e)); /* /proc/PID/environ shows this memory */
	clearenv();
	for (size_t i = 0; i < 2; i++) {
		if (values[i] != NULL)
			setenv(kept[i], values[i], 1);
		free(values[i]);
	}
	setenv("LANG", "C", 1);
}

static int open_worker(struct worker *k, bool once, struct sy_error *err)
{
	const struct sy_relay_options options = { .root = NULL, .once = once };
	const char *mount = getenv("SWITCHYARD_MOUNT");

	memset(k, 0, sizeof(*k));
	k->loop = ev_default_loop(EVFLAG_NOENV);
	if (k->loop == NULL)
		return sy_fail(err, SY_BUG, "", "the event loop does not start");
	ev_timer_init(&k->flushed, on_flushed, 0, 0.05);
	k->flushed.data = k;
	if (mount != NULL)
		k->edge.mount = strdup(mount);
	set_signals(k);
	disarm_environment();
	gather_log(k);
	return sy_relay_new(k->loop, &options, &k->edge.relay, err);
}

static void close_worker(struct worker *k)
{
	sy_relay_free(k->edge.relay);
	sy_log_flush();
	free((char *)k->edge.mount);
	ev_loop_destroy(k->loop);
}

int sy_worker_serve(int listener, struct sy_error *err)
{
	struct worker k;

	if (open_worker(&k, false, err) < 0)
		return -1;
	forget_environment();
	listen(listener, BACKLOG); /* what the web server chose may be short */
	k.connections = sy_connections_new(k.loop, &k.edge, listener);
	ev_run(k.loop, 0);
	sy_connections_free(k.connections);
	close_worker(&k);
	return 0;
}

int sy_worker_serve_cgi(char **environment, struct sy_error *err)
{
	struct worker k;

	if (open_worker(&k, true, err) < 0)
		return -1;
	k.cgi = sy_cgi_new(k.loop, &k.edge, environment, 0, 1, on_cgi_over, &k);
	forget_environment();
	ev_run(k.loop, 0);
	sy_cgi_free(k.cgi);
	close_worker(&k);
	return 0;
}
