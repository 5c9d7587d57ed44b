#include "net/fetch.h"

#include "../suites.h"

#include <arpa/inet.h>
#include <ev.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A server is openssl's own; a certificate is made for each test. */

static char dir[] = "/tmp/switchyard-tls-XXXXXX";
static struct sy_fetched end;
static int status;

static bool have_openssl(void)
{
	if (system("openssl version >/dev/null 2>&1") == 0)
		return true;
	printf("\n(left out: openssl is not installed) ");
	return false;
}

static int free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		abort();
	close(fd);
	return ntohs(a.sin_port);
}

static void make_certificate(const char *name, const char *subject_alt_name)
{
	char command[512];

	snprintf(command, sizeof(command),
	    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
	    "-keyout %s/%s.key -out %s/%s.crt -days 2 -subj /CN=test "
	    "-addext subjectAltName=%s >/dev/null 2>&1",
	    dir, name, dir, name, subject_alt_name);
	CU_ASSERT_EQUAL(system(command), 0);
}

static pid_t serve(const char *name, int port, const char *version)
{
	char command[512];
	pid_t pid;

	snprintf(command, sizeof(command),
	    "exec openssl s_server -quiet -www -accept 127.0.0.1:%d -key %s/%s.key "
	    "-cert %s/%s.crt -cipher DEFAULT@SECLEVEL=0 %s >/dev/null 2>&1",
	    port, dir, name, dir, name, version);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void await(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 500; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		int rc = connect(fd, (struct sockaddr *)&a, sizeof(a));

		close(fd);
		if (rc == 0)
			return;
		usleep(10000);
	}
	CU_FAIL("the TLS server does not listen");
}

static void on_head(void *arg, int s, const struct sy_header *headers, size_t count)
{
	(void)arg, (void)headers, (void)count;
	status = s;
}

static bool on_data(void *arg, const char *data, size_t len)
{
	(void)arg, (void)data, (void)len;
	return true;
}

static void on_done(void *arg, const struct sy_fetched *e)
{
	end = *e;
	ev_break(arg, EVBREAK_ALL);
}

/* Fetches from a server with the certificate `name`, trusting `trusted`. */
static void fetch(const char *name, const char *trusted, const char *host,
    const char *version)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	const struct sy_fetch_taker taker = { on_head, on_data, on_done, loop };
	const struct sy_fetch_options options = { .connect_ms = 5000, .pool = "tls" };
	struct sy_http http = { .method = "GET" };
	char url[64], ca[64];
	struct sy_error err;
	struct sy_net *net;
	int port = free_port();
	pid_t pid = serve(name, port, version);

	await(port);
	status = 0;
	memset(&end, 0, sizeof(end));
	snprintf(url, sizeof(url), "https://%s:%d/", host, port);
	snprintf(ca, sizeof(ca), "%s/%s.crt", dir, trusted);
	http.url = url;
	CU_ASSERT_EQUAL(sy_net_new(loop, ca, &net, &err), 0);
	sy_fetch_start(net, &http, &options, &taker);
	ev_run(loop, 0);
	sy_net_free(net);
	ev_loop_destroy(loop);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

static void expect_refused(void)
{
	CU_ASSERT_FALSE(end.ok || end.connected || end.answered);
	CU_ASSERT_EQUAL(end.kind, SY_UNREACHED);
	CU_ASSERT_FALSE(end.sent);
	CU_ASSERT_EQUAL(status, 0);
}

static void test_certificates(void)
{
	char command[64];

	if (!have_openssl() || mkdtemp(dir) == NULL)
		return;
	make_certificate("good", "IP:127.0.0.1");
	make_certificate("other", "DNS:other.example");
	fetch("good", "good", "127.0.0.1", "");
	CU_ASSERT_TRUE(end.ok);
	CU_ASSERT_EQUAL(status, 200);
	fetch("good", "other", "127.0.0.1", ""); /* signed by nobody we trust */
	expect_refused();
	CU_ASSERT_PTR_NOT_NULL(strstr(end.why, "certificate"));
	fetch("other", "other", "127.0.0.1", ""); /* trusted, but somebody else's */
	expect_refused();
	fetch("good", "good", "localhost",
	    ""); /* the name, where the address is certified */
	expect_refused();
	fetch("good", "good", "127.0.0.1", "-tls1_1");
	expect_refused();
	fetch("good", "good", "127.0.0.1", "-tls1_2");
	CU_ASSERT_TRUE(end.ok);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	CU_ASSERT_EQUAL(system(command), 0);
}

CU_TestInfo tls_tests[] = {
	{ "certificates and versions", test_certificates },
	CU_TEST_INFO_NULL,
};
