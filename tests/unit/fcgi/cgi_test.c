#include "cgi.h"

#include "visit.h"

#include "base/clock.h"

#include "../suites.h"

#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_US (20 * INT64_C(1000000))

static char got[1 << 20];
static size_t got_len;
static bool over;

static void on_over(void *arg)
{
	(void)arg;
	over = true;
}

static void collect(int fd)
{
	ssize_t n = read(fd, got + got_len, sizeof(got) - 1 - got_len);

	if (n > 0)
		got_len += (size_t)n;
	got[got_len] = '\0';
}

/* Runs one request; the body may be shorter than what the environment says.  With `leave`,
 * nobody reads the answer. */
static void run(char **environment, const char *body, bool leave)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct sy_relay_options options = { .once = true };
	struct sy_edge edge = { 0 };
	struct sy_error err;
	struct sy_cgi *cgi;
	int in[2], out[2];
	int64_t limit = sy_monotonic_us() + PATIENCE_US;

	if (pipe(in) < 0 || pipe(out) < 0 || write(in[1], body, strlen(body)) < 0)
		CU_FAIL_FATAL("no pipes");
	close(in[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	if (leave)
		close(out[0]);
	over = false;
	got_len = 0;
	sy_relay_new(loop, &options, &edge.relay, &err);
	cgi = sy_cgi_new(loop, &edge, environment, in[0], out[1], on_over, NULL);
	while (!over) {
		ev_run(loop, EVRUN_NOWAIT);
		if (!leave)
			collect(out[0]);
		if (sy_monotonic_us() > limit) {
			CU_FAIL_FATAL("no answer");
		}
	}
	if (!leave)
		collect(out[0]);
	sy_cgi_free(cgi);
	sy_relay_free(edge.relay);
	ev_loop_destroy(loop);
	close(in[0]);
	close(out[1]);
	if (!leave)
		close(out[0]);
}

#define COMMON                                                                           \
	(char *)"GATEWAY_INTERFACE=CGI/1.1", (char *)"SCRIPT_NAME=/cgi-bin/gw.cgi",      \
	    (char *)"EMPTY=", (char *)"HTTP_X_API_KEY=sk-test-1"

static void test_post(void)
{
	char *environment[] = { COMMON, (char *)"REQUEST_METHOD=POST",
		(char *)"REQUEST_URI=/cgi-bin/gw.cgi/v1/chat/completions",
		(char *)"PATH_INFO=/v1/chat/completions", (char *)"CONTENT_LENGTH=2",
		(char *)"CONTENT_TYPE=application/json", NULL };

	run(environment, "{}and no more", false);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "Status: 200 OK\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "\"body_bytes\":2,"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "\"credential\":\"sk-test-1\""));
}

static void test_without_length(void)
{
	char *environment[] = { COMMON, (char *)"REQUEST_METHOD=POST",
		(char *)"REQUEST_URI=/v1/chat/completions", NULL };

	run(environment, "{\"a\":1}", false);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "\"body_bytes\":7,"));
}

static void test_short_body(void)
{
	char *environment[] = { COMMON, (char *)"REQUEST_METHOD=POST",
		(char *)"REQUEST_URI=/v1/chat/completions", (char *)"CONTENT_LENGTH=10",
		NULL };

	run(environment, "{}", false);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "Status: 400 Bad Request\r\n"));
}

static void test_get(void)
{
	char *environment[] = { COMMON, (char *)"REQUEST_METHOD=GET",
		(char *)"REQUEST_URI=/cgi-bin/gw.cgi/v1/models",
		(char *)"PATH_INFO=/v1/models", (char *)"CONTENT_LENGTH=", NULL };

	run(environment, "", false);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "\"models\":\"all\""));
}

static void test_too_large(void)
{
	char *environment[] = { COMMON, (char *)"REQUEST_METHOD=POST",
		(char *)"REQUEST_URI=/v1/chat/completions",
		(char *)"CONTENT_LENGTH=99999999", NULL };

	run(environment, "{}", false);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "Status: 413 "));
}

static void test_stream(void)
{
	char *environment[] = { COMMON, (char *)"REQUEST_METHOD=POST",
		(char *)"REQUEST_URI=/v1/chat/completions", NULL };

	run(environment, "stream 4", false);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "X-Accel-Buffering: no\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "data: {\"n\":1}\n\ndata: {\"n\":1}\n\n"));
}

static void test_flood(void)
{
	char *environment[] = { COMMON, (char *)"REQUEST_METHOD=POST",
		(char *)"REQUEST_URI=/v1/chat/completions", NULL };

	run(environment, "flood 900000", false);
	CU_ASSERT_EQUAL(strlen(strstr(got, "\r\n\r\n") + 4), 900000);
}

static void test_nobody_reads(void)
{
	char *environment[] = { COMMON, (char *)"REQUEST_METHOD=POST",
		(char *)"REQUEST_URI=/v1/chat/completions", NULL };

	signal(SIGPIPE, SIG_IGN);
	run(environment, "stream 1000000", true);
	CU_ASSERT_TRUE(over);
}

CU_TestInfo cgi_tests[] = {
	{ "a body of the length announced", test_post },
	{ "a body to the end of input", test_without_length },
	{ "a body that is too short", test_short_body },
	{ "no body", test_get },
	{ "a body that is too long", test_too_large },
	{ "a stream", test_stream },
	{ "more than a pipe holds", test_flood },
	{ "nobody reads the answer", test_nobody_reads },
	CU_TEST_INFO_NULL,
};
