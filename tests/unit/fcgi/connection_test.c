#include "connection.h"

#include "visit.h"

#include "base/clock.h"

#include "../suites.h"
#include "web.h"

#include <errno.h>
#include <ev.h>
#include <fastcgi.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_US (20 * INT64_C(1000000))
#define CHAT        "/v1/chat/completions"

static struct ev_loop *loop;
static struct sy_edge edge;
static struct sy_connections *connections;
static char dir[] = "/tmp/switchyard-test-XXXXXX";
static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int listener;

/* The web server's end of a connection. */
struct web {
	int fd;
	struct sy_buf bytes;
	struct web_answer answer;
	bool closed;
};

static void start(void)
{
	struct sy_relay_options options = { 0 };
	struct sy_error err;

	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		CU_FAIL_FATAL("no directory for the socket");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", dir);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listener, 100) < 0)
		CU_FAIL_FATAL("no socket");
	loop = ev_loop_new(EVFLAG_AUTO);
	edge = (struct sy_edge){ 0 };
	sy_relay_new(loop, &options, &edge.relay, &err);
	connections = sy_connections_new(loop, &edge, listener);
}

static void stop(void)
{
	sy_connections_free(connections);
	sy_relay_free(edge.relay);
	ev_loop_destroy(loop);
	close(listener);
	unlink(address.sun_path);
	rmdir(dir);
}

static void turn(void)
{
	ev_run(loop, EVRUN_NOWAIT);
	usleep(200);
}

static void web_open(struct web *w)
{
	memset(w, 0, sizeof(*w));
	sy_buf_init(&w->bytes, 64 << 20);
	w->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(w->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		CU_FAIL_FATAL("no connection");
	fcntl(w->fd, F_SETFL, O_NONBLOCK);
}

static void web_close(struct web *w)
{
	close(w->fd);
	sy_buf_release(&w->bytes);
	web_answer_release(&w->answer);
}

static void web_read(struct web *w)
{
	static char bytes[65536];
	ssize_t n = recv(w->fd, bytes, sizeof(bytes), 0);

	if (n == 0 || (n < 0 && errno != EAGAIN))
		w->closed = true;
	if (n <= 0)
		return;
	sy_buf_add(&w->bytes, bytes, (size_t)n);
	sy_buf_eat(&w->bytes, web_answer_read(&w->answer, w->bytes.data, w->bytes.len));
}

static void web_send(struct web *w, const struct sy_buf *b)
{
	size_t at = 0;

	while (at < b->len && !w->closed) {
		ssize_t n = send(w->fd, b->data + at, b->len - at, MSG_NOSIGNAL);

		if (n > 0)
			at += (size_t)n;
		else if (errno != EAGAIN)
			return;
		turn();
	}
}

static void web_await(struct web *w, int ends)
{
	int64_t limit = sy_monotonic_us() + PATIENCE_US;

	while (w->answer.ends < ends && !w->closed) {
		turn();
		web_read(w);
		if (sy_monotonic_us() > limit) {
			CU_FAIL_FATAL("no answer");
		}
	}
}

static void web_ask(struct web *w, bool keep, const char *method, const char *uri,
    const char *body, const char *const *more)
{
	struct sy_buf b;

	sy_buf_init(&b, 64 << 20);
	web_request(&b, 1, keep, method, uri, body, more);
	web_send(w, &b);
	sy_buf_release(&b);
}

static bool has(const struct web *w, const char *text)
{
	return w->answer.out.data != NULL && strstr(w->answer.out.data, text) != NULL;
}

/* One request on a connection of its own. */
static void ask(struct web *w, const char *method, const char *uri, const char *body,
    const char *const *more)
{
	web_open(w);
	web_ask(w, false, method, uri, body, more);
	web_await(w, 1);
	CU_ASSERT_EQUAL(w->answer.ends, 1);
	CU_ASSERT_FALSE(w->answer.broken);
}

static void test_whole(void)
{
	static const char *const more[] = { "HTTP_AUTHORIZATION", "Bearer sk-test-1",
		"HTTP_X_SWITCHYARD_FEATURE", "mail", "HTTP_X_SWITCHYARD_USER", "u1",
		"HTTP_X_SWITCHYARD_COMPLETE", "yes", "HTTP_X_STAINLESS_TIMEOUT", "5",
		NULL };
	struct web w;

	start();
	ask(&w, "POST", CHAT, "{\"model\":\"m\"}", more);
	CU_ASSERT_TRUE(has(&w, "Status: 200 OK\r\n"));
	CU_ASSERT_TRUE(has(&w, "content-type: application/json\r\n"));
	CU_ASSERT_TRUE(has(&w, "x-request-id: req_"));
	CU_ASSERT_TRUE(has(&w, "Cache-Control: private, no-store\r\n"));
	CU_ASSERT_TRUE(has(&w, "X-Content-Type-Options: nosniff\r\n"));
	CU_ASSERT_FALSE(has(&w, "X-Accel-Buffering"));
	CU_ASSERT_TRUE(has(&w, "\"body_bytes\":13,\"timeout_ms\":5000,"));
	CU_ASSERT_TRUE(has(&w, "\"credential\":\"sk-test-1\",\"feature\":\"mail\","));
	CU_ASSERT_TRUE(has(&w, "\"user\":\"u1\",\"complete\":\"yes\""));
	CU_ASSERT_EQUAL(w.answer.records, 1);
	CU_ASSERT_EQUAL(w.answer.status, FCGI_REQUEST_COMPLETE);
	web_await(&w, 2);
	CU_ASSERT_TRUE(w.closed);
	web_close(&w);
	CU_ASSERT_EQUAL(sy_connections_count(connections), 0);
	stop();
}

static void test_kept(void)
{
	struct web w;

	start();
	web_open(&w);
	for (int i = 1; i <= 3; i++) {
		web_ask(&w, true, "POST", CHAT, "{}", NULL);
		web_await(&w, i);
		CU_ASSERT_EQUAL(w.answer.ends, i);
		CU_ASSERT_FALSE(w.closed);
	}
	CU_ASSERT_EQUAL(sy_connections_count(connections), 1);
	sy_connections_stop(connections);
	web_await(&w, 4);
	CU_ASSERT_TRUE(w.closed);
	web_close(&w);
	stop();
}

static void test_stream(void)
{
	struct web w;

	start();
	ask(&w, "POST", CHAT, "stream 5", NULL);
	CU_ASSERT_TRUE(has(&w, "content-type: text/event-stream; charset=utf-8\r\n"));
	CU_ASSERT_TRUE(has(&w, "X-Accel-Buffering: no\r\n"));
	CU_ASSERT_TRUE(w.answer.records > 1);
	web_close(&w);
	stop();
}

/* Each refused request: its status, its code, and that the answer is JSON with an id. */
static void test_refusals(void)
{
	static const char *const gzip[] = { "HTTP_CONTENT_ENCODING", "gzip", NULL };
	static const char *const twice[] = { "HTTP_X_API_KEY", "a", "HTTP_X_API_KEY", "b",
		NULL };
	static const char *const form[] = { "CONTENT_TYPE",
		"application/x-www-form-urlencoded", NULL };
	static const char *const length[] = { "CONTENT_LENGTH", "4", NULL };
	static const char *const longer[] = { "CONTENT_LENGTH", "99999999", NULL };
	static const char *const hexed[] = { "CONTENT_LENGTH", "0x1", NULL };
	/* clang-format off */
	static const struct {
		const char *method, *uri, *body;
		const char *const *more;
		const char *wanted;
	} cases[] = {
		{ "GET", "/nowhere", NULL, NULL, "Status: 404 Not Found\r\n" },
		{ "GET", CHAT, NULL, NULL, "Status: 405 Method Not Allowed\r\n" },
		{ "GET", CHAT, NULL, NULL, "allow: POST\r\n" },
		{ "GET", "/v1/models/%2e%2e/", NULL, NULL, "Status: 400 Bad Request\r\n" },
		{ "POST", CHAT, "{}", gzip, "Status: 415 Unsupported Media Type\r\n" },
		{ "POST", CHAT, NULL, form, "Status: 415 Unsupported Media Type\r\n" },
		{ "POST", CHAT, "{}", twice, "Status: 400 Bad Request\r\n" },
		{ "POST", CHAT "?key=sk-test-1", "{}", NULL, "Status: 401 Unauthorized\r\n" },
		{ "POST", CHAT, NULL, length, "Status: 400 Bad Request\r\n" },
		{ "POST", CHAT, NULL, longer, "Status: 413 Content Too Large\r\n" },
		{ "POST", CHAT, NULL, hexed, "Status: 400 Bad Request\r\n" },
		{ "POST", CHAT, "{}", length, "Status: 400 Bad Request\r\n" },
	};
	/* clang-format on */

	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct web w;

		ask(&w, cases[i].method, cases[i].uri, cases[i].body, cases[i].more);
		CU_ASSERT_TRUE(has(&w, cases[i].wanted));
		CU_ASSERT_TRUE(has(&w, "content-type: application/json\r\n"));
		CU_ASSERT_TRUE(has(&w, "x-request-id: req_"));
		CU_ASSERT_TRUE(has(&w, "\r\n\r\n{\"error\":{\"message\":\""));
		web_close(&w);
	}
	CU_ASSERT_EQUAL(sy_relay_busy(edge.relay), 0);
	stop();
}

/* More than the limit, without having said so. */
static void test_body_too_long(void)
{
	struct sy_buf b, params;
	char *block = calloc(1, 60000);
	struct web w;

	start();
	sy_buf_init(&b, 64 << 20);
	sy_buf_init(&params, 1000);
	web_pair(&params, "REQUEST_METHOD", "POST");
	web_pair(&params, "REQUEST_URI", CHAT);
	web_begin(&b, 1, FCGI_RESPONDER, false);
	web_record(&b, FCGI_PARAMS, 1, params.data, params.len);
	web_record(&b, FCGI_PARAMS, 1, "", 0);
	for (int i = 0; i < 100; i++)
		web_record(&b, FCGI_STDIN, 1, block, 60000);
	web_open(&w);
	web_send(&w, &b);
	web_await(&w, 1);
	CU_ASSERT_TRUE(has(&w, "Status: 413 "));
	web_close(&w);
	for (int i = 0; i < 10; i++)
		turn();
	CU_ASSERT_EQUAL(sy_connections_count(connections), 0);
	free(block);
	sy_buf_release(&params);
	sy_buf_release(&b);
	stop();
}

static void test_head(void)
{
	struct web w;

	start();
	ask(&w, "HEAD", "/healthz", NULL, NULL);
	CU_ASSERT_TRUE(has(&w, "Status: 200 OK\r\n"));
	CU_ASSERT_FALSE(has(&w, "\r\n\r\nok"));
	web_close(&w);
	ask(&w, "GET", "/healthz", NULL, NULL);
	CU_ASSERT_TRUE(has(&w, "\r\n\r\nok\n"));
	web_close(&w);
	ask(&w, "GET", "/readyz", NULL, NULL);
	CU_ASSERT_TRUE(has(&w, "{\"ready\":true}"));
	web_close(&w);
	stop();
}

static void test_models(void)
{
	struct web w;

	start();
	ask(&w, "GET", "/v1/models/a%2Fb", NULL, NULL);
	CU_ASSERT_TRUE(has(&w, "\"models\":\"a/b\""));
	web_close(&w);
	ask(&w, "GET", "/v1/models?limit=3", NULL, NULL);
	CU_ASSERT_TRUE(has(&w, "\"models\":\"all\""));
	web_close(&w);
	ask(&w, "POST", "/openai/deployments/gpt-x/chat/completions?api-version=1", "{}",
	    NULL);
	CU_ASSERT_TRUE(has(&w, "\"path_model\":\"gpt-x\""));
	web_close(&w);
	stop();
}

static void expect_gone(unsigned wanted)
{
	char text[32];
	struct web w;

	snprintf(text, sizeof(text), "\"gone\":%u,", wanted);
	ask(&w, "POST", CHAT, "tell", NULL);
	CU_ASSERT_TRUE(has(&w, text));
	CU_ASSERT_TRUE(has(&w, "\"busy\":1,"));
	web_close(&w);
}

static void test_client_gone(void)
{
	struct sy_buf b;
	struct web w;

	start();
	sy_buf_init(&b, 1000);
	web_open(&w); /* closes while it waits */
	web_ask(&w, false, "POST", CHAT, "silent", NULL);
	turn();
	web_close(&w);
	turn();
	expect_gone(1);
	web_open(&w); /* closes inside the body */
	web_begin(&b, 1, FCGI_RESPONDER, false);
	web_record(&b, FCGI_PARAMS, 1, "", 0);
	web_send(&w, &b);
	web_close(&w);
	turn();
	expect_gone(1);
	web_open(&w); /* says that its client has left */
	web_ask(&w, true, "POST", CHAT, "silent", NULL);
	turn();
	sy_buf_reset(&b);
	web_record(&b, FCGI_ABORT_REQUEST, 1, "", 0);
	web_send(&w, &b);
	web_await(&w, 1);
	CU_ASSERT_EQUAL(w.answer.out.len, 0);
	expect_gone(2);
	web_ask(&w, true, "POST", CHAT, "{}", NULL); /* and the connection lives on */
	web_await(&w, 2);
	CU_ASSERT_TRUE(has(&w, "Status: 200 OK"));
	web_close(&w);
	sy_buf_release(&b);
	stop();
}

/* Many megabytes to a web server that reads slowly: the relay pauses, nothing is lost. */
static void test_back_pressure(void)
{
	struct web w;

	start();
	web_open(&w);
	web_ask(&w, false, "POST", CHAT, "flood 10000000", NULL);
	for (int i = 0; i < 50; i++)
		turn();
	web_await(&w, 1);
	CU_ASSERT_EQUAL(strlen(strstr(w.answer.out.data, "\r\n\r\n") + 4), 10000000);
	CU_ASSERT_FALSE(w.answer.broken);
	web_close(&w);
	ask(&w, "POST", CHAT, "tell", NULL);
	CU_ASSERT_FALSE(has(&w, "\"paused\":0"));
	web_close(&w);
	stop();
}

static void test_broken_protocol(void)
{
	struct sy_buf b;
	struct web w;

	start();
	sy_buf_init(&b, 1000);
	sy_buf_puts(&b, "GET / HTTP/1.1\r\n\r\n");
	web_open(&w);
	web_send(&w, &b);
	web_await(&w, 1);
	CU_ASSERT_TRUE(w.closed);
	CU_ASSERT_EQUAL(w.answer.ends, 0);
	web_close(&w);
	sy_buf_release(&b);
	stop();
}

static void test_params_cut(void)
{
	struct sy_buf b;
	struct web w;

	start();
	sy_buf_init(&b, 1000);
	web_begin(&b, 1, FCGI_RESPONDER, false);
	web_record(&b, FCGI_PARAMS, 1, "\x0e\xff\xff\xff\xffREQUEST_METHOD", 19);
	web_record(&b, FCGI_PARAMS, 1, "", 0);
	web_record(&b, FCGI_STDIN, 1, "", 0);
	web_open(&w);
	web_send(&w, &b);
	web_await(&w, 1);
	CU_ASSERT_TRUE(has(&w, "Status: 400 "));
	web_close(&w);
	sy_buf_release(&b);
	stop();
}

static void test_many(void)
{
	enum { MANY = 300 };
	static struct web w[MANY];

	start();
	for (int i = 0; i < MANY; i++) {
		web_open(&w[i]);
		web_ask(&w[i], i % 2, "POST", CHAT, i % 3 ? "{}" : "stream 3", NULL);
	}
	for (int i = 0; i < MANY; i++) {
		web_await(&w[i], 1);
		CU_ASSERT_TRUE(has(&w[i], "Status: 200 OK"));
		web_close(&w[i]);
	}
	for (int i = 0; i < 20; i++)
		turn();
	CU_ASSERT_EQUAL(sy_connections_count(connections), 0);
	stop();
}

static void test_draining(void)
{
	struct web w;

	start();
	edge.draining = true;
	ask(&w, "POST", CHAT, "{}", NULL);
	CU_ASSERT_TRUE(has(&w, "Status: 503 "));
	web_close(&w);
	ask(&w, "GET", "/readyz", NULL, NULL);
	CU_ASSERT_TRUE(has(&w, "Status: 503 "));
	web_close(&w);
	ask(&w, "GET", "/healthz", NULL, NULL);
	CU_ASSERT_TRUE(has(&w, "Status: 200 "));
	web_close(&w);
	stop();
}

/* Takes what a visit writes, and nothing else. */
static struct sy_buf taken;

static bool take(struct sy_wire *wire, const void *data, size_t len)
{
	(void)wire;
	sy_buf_add(&taken, data, len);
	return true;
}

static void take_end(struct sy_wire *wire)
{
	(void)wire;
}

/* Deadlines, with a clock of our own. */
static void test_slow_request(void)
{
	static const struct {
		int64_t since_begin_us, since_heard_us;
		bool refused;
	} cases[] = {
		{ 1000000, 1000000, false },
		{ SY_VISIT_BODY_US - 1, SY_VISIT_SILENT_US - 1, false },
		{ SY_VISIT_BODY_US, 1, true },
		{ SY_VISIT_SILENT_US, SY_VISIT_SILENT_US, true },
	};
	static const struct sy_wire_ops ops = { take, take_end, take_end };
	struct sy_wire wire = { &ops };

	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t now_us = 2 * SY_VISIT_BODY_US;
		struct sy_visit v;

		sy_buf_init(&taken, 10000);
		sy_visit_begin(&v, &edge, &wire);
		v.began_us = now_us - cases[i].since_begin_us;
		v.heard_us = now_us - cases[i].since_heard_us;
		sy_visit_tick(&v, now_us);
		CU_ASSERT_EQUAL(taken.len > 0 &&
		                    strstr(taken.data, "Status: 408 ") != NULL,
		    cases[i].refused);
		sy_visit_gone(&v);
		sy_buf_release(&taken);
	}
	stop();
}

CU_TestInfo connection_tests[] = {
	{ "a whole request", test_whole },
	{ "a kept connection", test_kept },
	{ "a stream", test_stream },
	{ "what is refused", test_refusals },
	{ "a body without end", test_body_too_long },
	{ "HEAD and health", test_head },
	{ "models and deployments", test_models },
	{ "a client that left", test_client_gone },
	{ "back pressure", test_back_pressure },
	{ "no FastCGI at all", test_broken_protocol },
	{ "parameters cut short", test_params_cut },
	{ "many at once", test_many },
	{ "while draining", test_draining },
	{ "a request that does not arrive", test_slow_request },
	CU_TEST_INFO_NULL,
};
