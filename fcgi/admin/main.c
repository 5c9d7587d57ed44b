/*
 * main.c - switchyard-admin.fcgi: the dashboard's API and the deep health check.
 *
 * Blocking, one request at a time, on libfcgi's own calls, in a small pool of its own: an
 * expensive page cannot delay an answer, and a full gateway cannot hide its health.  It
 * never reads its arguments.
 */
#include "admin/answer.h"
#include "admin/session.h"
#include "admin/web.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/zone.h"
#include "config/root.h"
#include "model/config.h"
#include "ops/op_config.h"
#include "store/book.h"
#include "store/live.h"

#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define ANSWER_BYTES (4 << 20)

/* Who may call an endpoint. */
enum role { ROLE_ANYONE = 1, ROLE_SESSION };

struct endpoint {
	const char *method;
	const char *path;
	enum role role;
	int (*answer)(struct sy_web *w, struct sy_error *err);
};

/* A row without a role does not compile. */
#define ENDPOINT(m, p, r, fn)                                                                \
	{                                                                                    \
		m, p, (r) + 0 * (int)sizeof(char[(r) ? 1 : -1]), fn                          \
	}

static const struct endpoint endpoints[] = {
	ENDPOINT("GET", "meta", ROLE_ANYONE, sy_answer_meta),
	ENDPOINT("POST", "session", ROLE_ANYONE, sy_answer_sign_in),
	ENDPOINT("DELETE", "session", ROLE_SESSION, sy_answer_sign_out),
	ENDPOINT("GET", "summary", ROLE_SESSION, sy_answer_summary),
	ENDPOINT("GET", "series", ROLE_SESSION, sy_answer_series),
	ENDPOINT("GET", "top", ROLE_SESSION, sy_answer_top),
	ENDPOINT("GET", "providers", ROLE_SESSION, sy_answer_providers),
};

#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))

static const struct endpoint *find(struct sy_web *w, struct sy_error *err)
{
	const char *method = strcmp(w->method, "HEAD") == 0 ? "GET" : w->method;
	const char *allow = NULL;

	for (size_t i = 0; i < ENDPOINTS; i++) {
		if (strcmp(endpoints[i].path, w->path) != 0)
			continue;
		if (strcmp(endpoints[i].method, method) == 0)
			return &endpoints[i];
		allow = sy_strf(w->arena, "%s%s%s", allow != NULL ? allow : "",
		    allow != NULL ? ", " : "", endpoints[i].method);
	}
	w->allow = allow;
	if (allow != NULL)
		sy_fail(err, SY_BAD_METHOD, "", "This address takes %s.", allow);
	else
		sy_fail(err, SY_NOT_FOUND, "", "There is nothing at this address.");
	return NULL;
}

/* The configuration may have changed since the last request: it is a number to compare. */
static int refresh(struct sy_admin *admin, struct sy_error *err)
{
	struct sy_rollup_state state;
	uint32_t active;

	if (sy_generation_active(admin->book, &active, err) < 0 ||
	    sy_rollup_state(admin->book, &state, err) < 0)
		return -1;
	if (active != 0 && (admin->config == NULL || admin->config->generation != active)) {
		struct sy_config *fresh;

		if (sy_op_load(admin->book, 0, NULL, &fresh, err) < 0)
			return -1;
		sy_config_unref(admin->config);
		admin->config = fresh;
	}
	if (admin->zone == NULL || strcmp(sy_zone_name(admin->zone), state.zone) != 0) {
		struct sy_zone *zone;

		if (sy_zone_load(state.zone, &zone, err) < 0)
			return -1;
		sy_zone_free(admin->zone);
		admin->zone = zone;
	}
	return 0;
}

static int answer(struct sy_web *w, struct sy_error *err)
{
	const struct endpoint *e;

	if (sy_web_read(w, err) < 0)
		return -1;
	e = find(w, err);
	if (e == NULL || refresh(w->admin, err) < 0 || sy_web_identify(w, err) < 0)
		return -1;
	if (e->role == ROLE_SESSION && !w->signed_in)
		return sy_fail(err, SY_UNKNOWN_KEY, "", "Sign in first.");
	return e->answer(w, err);
}

static void serve(struct sy_admin *admin, FCGX_Request *fcgi)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_web w = { .admin = admin, .fcgi = fcgi, .arena = a };
	struct sy_error err;

	sy_buf_init(&w.out, ANSWER_BYTES);
	if (answer(&w, &err) < 0) {
		if (err.status >= 500)
			sy_log(SY_ERROR, "admin", NULL, "%s: %s", w.path, err.message);
		sy_web_error(&w, &err);
	}
	sy_web_send(&w);
	sy_buf_release(&w.out);
	sy_arena_free(a);
}

/* Nothing of this process is anybody else's to read, nor does it need the environment that
 * it was started with. */
static void shut_in(void)
{
	struct rlimit none = { 0, 0 };

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	clearenv();
	setenv("PATH", "/usr/bin:/bin", 1);
}

static void on_term(int signal_number)
{
	(void)signal_number;
	FCGX_ShutdownPending();
}

/* After FCGX_Init, which installs handlers of its own. */
static void set_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN, .sa_flags = SA_RESTART };
	struct sigaction stop = { .sa_handler = on_term }; /* no restart: accept must end */

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGUSR1, &stop, NULL);
}

int main(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_admin admin = { 0 };
	struct sy_root root;
	struct sy_error err;
	FCGX_Request fcgi;

	if (FCGX_IsCGI()) {
		fprintf(stderr, "switchyard-admin.fcgi is started by a web server, "
				"as a FastCGI program; see switchyard.fcgi(8)\n");
		return 2;
	}
	if (sodium_init() < 0 || FCGX_Init() != 0 || FCGX_InitRequest(&fcgi, 0, 0) != 0)
		return 1;
	if (sy_root_find(NULL, a, &root, &err) < 0) {
		sy_log(SY_ERROR, "admin", NULL, "%s", err.message);
		return 1;
	}
	shut_in();
	set_signals();
	admin.root = &root;
	if (sy_book_open(root.book_dir, false, &admin.book, &err) < 0 ||
	    sy_live_open(root.live_dir, admin.book, &admin.live, &err) < 0) {
		sy_log(SY_ERROR, "admin", NULL, "%s", err.message);
		return 1;
	}
	while (FCGX_Accept_r(&fcgi) >= 0) {
		serve(&admin, &fcgi);
		FCGX_Finish_r(&fcgi);
	}
	sy_live_close(admin.live);
	sy_book_close(admin.book);
	sy_config_unref(admin.config);
	sy_zone_free(admin.zone);
	sy_arena_free(a);
	return 0;
}
