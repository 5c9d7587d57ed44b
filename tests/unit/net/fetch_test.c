#include "net/fetch.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

#include "../suites.h"
#include "server.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define PATIENCE_US (20 * INT64_C(1000000))

enum phase { NEVER, AT_HEAD, AT_DATA };

/* One fetch and what came of it. */
struct
try {
	struct sy_http http;
	struct sy_fetch_options options;
	struct sy_fetch *fetch;
	char url[128];
	enum phase cancel;
	bool pause;
	int heads, dones, pauses;
	int status;
	char type[64];
	struct sy_buf body;
	struct sy_fetched end;
};

static struct ev_loop *loop;
static struct sy_net *net;
static int running;

static void stop(struct try *t)
{
	sy_fetch_cancel(t->fetch);
	t->fetch = NULL;
	running--;
}

static void on_head(void *arg, int status, const struct sy_header *headers, size_t count)
{
	struct try *t = arg;

	t->heads++;
	t->status = status;
	for (size_t i = 0; i < count; i++)
		if (strcmp(headers[i].name, "content-type") == 0)
			snprintf(t->type, sizeof(t->type), "%s", headers[i].value);
	if (t->cancel == AT_HEAD)
		stop(t);
}

static bool on_data(void *arg, const char *data, size_t len)
{
	struct try *t = arg;

	sy_buf_add(&t->body, data, len);
	if (t->cancel == AT_DATA)
		stop(t);
	if (t->pause)
		t->pauses++;
	return !t->pause;
}

static void on_done(void *arg, const struct sy_fetched *end)
{
	struct try *t = arg;

	t->dones++;
	t->end = *end;
	t->fetch = NULL;
	running--;
}

static void prepare(struct try *t, const char *path)
{
	static const char text[] = "{\"model\":\"m\"}";
	struct sy_error err;

	memset(t, 0, sizeof(*t));
	sy_buf_init(&t->body, 8 << 20);
	snprintf(t->url, sizeof(t->url), "http://127.0.0.1:%d%s", server_start(), path);
	t->http.url = t->url;
	t->options = (struct sy_fetch_options){ .connect_ms = 5000, .pool = "p/1" };
	sy_http_header(&t->http, "content-type", "application/json", &err);
	sy_http_piece(&t->http, text, 5, &err);
	sy_http_piece(&t->http, text + 5, sizeof(text) - 6, &err);
}

static void start(struct try *t)
{
	const struct sy_fetch_taker taker = { on_head, on_data, on_done, t };

	t->fetch = sy_fetch_start(net, &t->http, &t->options, &taker);
	running++;
	CU_ASSERT_EQUAL(t->heads + t->dones, 0);
}

static void run_until(bool (*enough)(struct try *), struct try *t)
{
	int64_t limit = sy_monotonic_us() + PATIENCE_US;

	while (!enough(t)) {
		ev_run(loop, EVRUN_ONCE);
		if (sy_monotonic_us() > limit) {
			CU_FAIL_FATAL("nothing came of it");
		}
	}
}

static bool all_done(struct try *t)
{
	(void)t;
	return running == 0;
}

static void run(struct try *t, const char *path)
{
	prepare(t, path);
	start(t);
	run_until(all_done, t);
}

static void release(struct try *t)
{
	sy_buf_release(&t->body);
}

/* The loop gets a heartbeat, so that EVRUN_ONCE returns now and then. */
static void on_beat(struct ev_loop *l, ev_timer *w, int revents)
{
	(void)l, (void)w, (void)revents;
}

static ev_timer beat;

static void open_net(void)
{
	struct sy_error err;

	loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&beat, on_beat, 0.1, 0.1);
	ev_timer_start(loop, &beat);
	if (sy_net_new(loop, NULL, &net, &err) < 0)
		CU_FAIL_FATAL("no certificates on this machine");
	server_start();
	server_reset();
}

static void close_net(void)
{
	sy_net_free(net);
	ev_timer_stop(loop, &beat);
	ev_loop_destroy(loop);
}

static void test_whole(void)
{
	struct try t;
	const char *head;

	open_net();
	run(&t, "/whole");
	CU_ASSERT_TRUE(t.end.ok && t.end.connected && t.end.answered);
	CU_ASSERT_FALSE(t.end.reused);
	CU_ASSERT_EQUAL(t.status, 200);
	CU_ASSERT_STRING_EQUAL(t.type, "application/json");
	CU_ASSERT_STRING_EQUAL(t.body.data, "{\"whole\":true}");
	head = server_last_head();
	CU_ASSERT_TRUE(t.end.sent);
	CU_ASSERT_PTR_NOT_NULL(strstr(head, "POST /whole HTTP/1.1\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(head, "content-type: application/json\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(head, "Accept-Encoding: identity\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(head, "Content-Length: 13\r\n"));
	CU_ASSERT_PTR_NULL(strcasestr(head, "expect"));
	CU_ASSERT_PTR_NULL(strcasestr(head, "urlencoded"));
	release(&t);
	close_net();
}

/* Each path, and how a fetch of it ends. */
static void test_endings(void)
{
	/* clang-format off */
	static const struct {
		const char *path;
		bool ok;
		enum sy_kind kind;
		int heads, status;
		bool answered;
		const char *body;
	} cases[] = {
		{ "/chunked", true, 0, 1, 200, true, "data data data " },
		{ "/until-close", true, 0, 1, 200, true, "to the end" },
		{ "/302", true, 0, 1, 302, true, "no" },
		{ "/early-hints", true, 0, 1, 200, true, "after" },
		{ "/slow", true, 0, 1, 200, true, "ssssssssss" },
		{ "/close", false, SY_LOST, 0, 0, false, NULL },
		{ "/reset", false, SY_LOST, 0, 0, false, NULL },
		{ "/cut-head", false, SY_LOST, 0, 0, true, NULL },
		{ "/cut-body", false, SY_TRUNCATED, 1, 200, true, "half" },
		{ "/cut-chunk", false, SY_TRUNCATED, 1, 200, true, "half" },
		{ "/bad-chunk", false, SY_TRUNCATED, 1, 200, true, NULL },
		{ "/many-headers", false, SY_UNUSABLE, 0, 0, true, NULL },
		{ "/huge-header", false, SY_UNUSABLE, 0, 0, true, NULL },
		{ "/folded", false, SY_UNUSABLE, 0, 0, true, NULL },
		{ "/endless-hints", false, SY_UNUSABLE, 0, 0, true, NULL },
		{ "/gzip", false, SY_UNUSABLE, 0, 0, true, NULL },
		{ "/garbage", false, SY_UNUSABLE, 0, 0, false, NULL },
	};
	/* clang-format on */

	open_net();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct try t;

		server_reset();
		run(&t, cases[i].path);
		CU_ASSERT_EQUAL(t.end.ok, cases[i].ok);
		CU_ASSERT_EQUAL(t.dones, 1);
		CU_ASSERT_EQUAL(t.heads, cases[i].heads);
		CU_ASSERT_EQUAL(t.status, cases[i].status);
		CU_ASSERT_EQUAL(t.end.answered, cases[i].answered);
		CU_ASSERT_TRUE(t.end.connected && t.end.sent);
		if (!cases[i].ok)
			CU_ASSERT_EQUAL(t.end.kind, cases[i].kind);
		CU_ASSERT_EQUAL(t.end.ok, t.end.why[0] == '\0');
		if (cases[i].body == NULL)
			CU_ASSERT_EQUAL(t.body.len, 0);
		if (cases[i].body != NULL)
			CU_ASSERT_STRING_EQUAL(t.body.data, cases[i].body);
		CU_ASSERT_EQUAL(server_requests(), 1);
		if (getenv("SHOW") != NULL)
			printf(
			    "\n%s ok=%d kind=%s heads=%d status=%d answered=%d sent=%d why=%s "
			    "body=%s",
			    cases[i].path, t.end.ok, sy_kind_info(t.end.kind)->name,
			    t.heads, t.status, t.end.answered, (int)t.end.sent, t.end.why,
			    t.body.data);
		release(&t);
	}
	close_net();
}

static void expect_unreached(const char *url)
{
	struct try t;

	prepare(&t, "/");
	t.http.url = url;
	start(&t);
	run_until(all_done, &t);
	CU_ASSERT_FALSE(t.end.ok || t.end.connected || t.end.answered);
	CU_ASSERT_EQUAL(t.end.kind, SY_UNREACHED);
	CU_ASSERT_FALSE(t.end.sent);
	CU_ASSERT_TRUE(t.end.why[0] != '\0');
	release(&t);
}

static void test_unreached(void)
{
	char plain[64];

	open_net();
	snprintf(plain, sizeof(plain), "https://127.0.0.1:%d/whole", server_start());
	expect_unreached("http://127.0.0.1:1/");
	expect_unreached("http://name.invalid/");
	expect_unreached("file:///etc/passwd");
	expect_unreached("http://user:pass@127.0.0.1/");
	expect_unreached(plain); /* no TLS there */
	close_net();
}

/* The environment's proxy is none of ours; a configured one is used. */
static void test_proxy(void)
{
	struct try t;

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	open_net();
	run(&t, "/whole");
	CU_ASSERT_TRUE(t.end.ok);
	release(&t);
	prepare(&t, "/whole");
	t.options.proxy = "http://127.0.0.1:1";
	t.http.url = "http://127.0.0.1:2/";
	start(&t);
	run_until(all_done, &t);
	CU_ASSERT_EQUAL(t.end.kind, SY_UNREACHED);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.end.why, "port 1"));
	release(&t);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	close_net();
}

static void test_reuse_inside_a_pool(void)
{
	struct try t;

	open_net();
	for (int i = 0; i < 3; i++) {
		run(&t, "/whole");
		CU_ASSERT_EQUAL(t.end.reused, i > 0);
		release(&t);
	}
	CU_ASSERT_EQUAL(server_connections(), 1);
	prepare(&t, "/whole");
	t.options.pool = "p/2";
	start(&t);
	run_until(all_done, &t);
	CU_ASSERT_FALSE(t.end.reused);
	CU_ASSERT_EQUAL(server_connections(), 2);
	release(&t);
	close_net();
}

/* Never a silent second request; and what the relay needs to judge the first. */
static void expect_lost_once(const char *path)
{
	struct try t;

	server_reset();
	run(&t, path);
	CU_ASSERT_TRUE(t.end.ok);
	release(&t);
	run(&t, path);
	CU_ASSERT_FALSE(t.end.ok);
	CU_ASSERT_EQUAL(t.end.kind, SY_LOST);
	CU_ASSERT_TRUE(t.end.reused && t.end.sent);
	CU_ASSERT_FALSE(t.end.answered);
	CU_ASSERT_EQUAL(server_requests(), 2);
	release(&t);
}

static void test_kept_connection_lost(void)
{
	open_net();
	expect_lost_once("/once");
	expect_lost_once("/once-reset");
	close_net();
}

/* Closed before it is used again: noticed, and a new one is opened. */
static void test_kept_connection_closed(void)
{
	struct try t;

	open_net();
	run(&t, "/until-close");
	release(&t);
	run(&t, "/whole");
	CU_ASSERT_TRUE(t.end.ok);
	CU_ASSERT_FALSE(t.end.reused);
	CU_ASSERT_EQUAL(server_requests(), 2);
	release(&t);
	close_net();
}

static void test_forged_answer(void)
{
	struct try t;

	open_net();
	run(&t, "/forged");
	CU_ASSERT_STRING_EQUAL(t.body.data, "first");
	release(&t);
	run(&t, "/whole");
	CU_ASSERT_FALSE(t.end.reused);
	CU_ASSERT_STRING_EQUAL(t.body.data, "{\"whole\":true}");
	release(&t);
	close_net();
}

static bool has_head(struct try *t)
{
	return t->heads > 0;
}

static bool has_data(struct try *t)
{
	return t->body.len > 0;
}

static bool was_seen(struct try *t)
{
	(void)t;
	return server_requests() > 0;
}

static void expect_cancelled(const char *path, bool (*when)(struct try *),
    enum phase inside)
{
	struct try t;

	server_reset();
	prepare(&t, path);
	t.cancel = inside;
	start(&t);
	if (when != NULL)
		run_until(when, &t);
	if (inside == NEVER)
		stop(&t);
	for (int i = 0; i < 3; i++)
		ev_run(loop, EVRUN_NOWAIT);
	CU_ASSERT_EQUAL(t.dones, 0);
	CU_ASSERT_EQUAL(running, 0);
	release(&t);
}

static void test_cancel(void)
{
	struct try t;

	open_net();
	expect_cancelled("/whole", NULL, NEVER);
	CU_ASSERT_EQUAL(server_requests(), 0);
	expect_cancelled("/silent", was_seen, NEVER);
	expect_cancelled("/half", has_head, NEVER);
	expect_cancelled("/half", has_data, NEVER);
	expect_cancelled("/half", has_head, AT_HEAD);
	expect_cancelled("/half", has_data, AT_DATA);
	expect_cancelled("/whole", has_data, AT_DATA);
	server_reset();
	run(&t, "/whole");
	CU_ASSERT_TRUE(t.end.ok);
	CU_ASSERT_FALSE(t.end.reused);
	release(&t);
	close_net();
}

static void test_free_cancels(void)
{
	struct try t[3];
	static const char *const paths[] = { "/silent", "/half", "/whole" };

	open_net();
	for (int i = 0; i < 3; i++) {
		prepare(&t[i], paths[i]);
		start(&t[i]);
		if (i == 1)
			run_until(has_data, &t[1]);
	}
	close_net();
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(t[i].dones, 0);
		release(&t[i]);
	}
	running = 0;
}

static void test_pause(void)
{
	struct try t;
	size_t before;

	open_net();
	prepare(&t, "/big");
	t.pause = true;
	start(&t);
	run_until(has_data, &t);
	for (int i = 0; i < 20; i++)
		ev_run(loop, EVRUN_NOWAIT);
	before = t.body.len;
	CU_ASSERT_TRUE(before < 4000000);
	CU_ASSERT_EQUAL(t.pauses, 1);
	while (running > 0) {
		int pauses = t.pauses;

		sy_fetch_resume(t.fetch);
		CU_ASSERT_EQUAL(t.pauses, pauses);
		if (t.body.len > 100000)
			t.pause = false;
		ev_run(loop, EVRUN_ONCE);
	}
	CU_ASSERT_TRUE(t.end.ok);
	CU_ASSERT_EQUAL(t.body.len, 4000000);
	release(&t);
	close_net();
}

static void test_many(void)
{
	enum { MANY = 1000 };
	struct try *t = sy_xcalloc(MANY, sizeof(*t));
	struct rlimit files;
	int good = 0;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	open_net();
	for (int i = 0; i < MANY; i++) {
		prepare(&t[i], i % 2 ? "/whole" : "/chunked");
		start(&t[i]);
	}
	run_until(all_done, t);
	for (int i = 0; i < MANY; i++) {
		good += t[i].end.ok && t[i].body.len == (i % 2 ? 14 : 15);
		release(&t[i]);
	}
	CU_ASSERT_EQUAL(good, MANY);
	CU_ASSERT_EQUAL(server_requests(), MANY);
	close_net();
	free(t);
}

static void test_big_body(void)
{
	enum { SIZE = 3 << 20 };
	char *big = sy_xcalloc(1, SIZE);
	struct sy_error err;
	struct try t;

	open_net();
	memset(big, 'x', SIZE);
	prepare(&t, "/whole");
	for (int i = 0; i < 3; i++)
		sy_http_piece(&t.http, big + i * (SIZE / 3), SIZE / 3, &err);
	start(&t);
	run_until(all_done, &t);
	CU_ASSERT_TRUE(t.end.ok);
	CU_ASSERT_EQUAL(server_requests(), 1);
	release(&t);
	close_net();
	free(big);
}

static void test_no_certificates(void)
{
	struct sy_net *none = NULL;
	struct sy_error err;

	CU_ASSERT_EQUAL(sy_net_new(loop, "/nowhere/ca.crt", &none, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_CONFIG);
	CU_ASSERT_PTR_NULL(none);
}

CU_TestInfo fetch_tests[] = {
	{ "a whole exchange", test_whole },
	{ "each way to end", test_endings },
	{ "nothing reached", test_unreached },
	{ "the environment's proxy is not used", test_proxy },
	{ "connections stay inside a pool", test_reuse_inside_a_pool },
	{ "a kept connection lost is told, not repaired", test_kept_connection_lost },
	{ "a kept connection closed in between", test_kept_connection_closed },
	{ "an answer nobody asked for", test_forged_answer },
	{ "cancel in each phase", test_cancel },
	{ "the end of all cancels the rest", test_free_cancels },
	{ "pause and resume", test_pause },
	{ "a thousand at once", test_many },
	{ "a big body in pieces", test_big_body },
	{ "no file of certificates", test_no_certificates },
	CU_TEST_INFO_NULL,
};
