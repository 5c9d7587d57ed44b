/*
 * ctl_demo_traffic.c - clients of the demo: two requests a second, a process each.
 *
 * A client here is as small as one can be: it writes a request and reads until the end.
 */
#include "ctl_demo.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS   500000000
#define PATIENCE_S 60

static const struct {
	const char *model, *feature;
	bool stream;
} kinds[] = {
	{ "chat", "search", false },
	{ "chat", "autocomplete", true },
	{ "smart", "support-bot", true },
	{ "cheap", "nightly-summary", false },
	{ "chat", "autocomplete", true },
	{ "cheap", "search", true },
};

static const char *const questions[] = {
	"Where is my parcel?",
	"Summarise the meeting of this morning in three sentences, please.",
	"What is the difference between a switch and a crossing?",
	"Complete: the quick brown fox",
	"Which trains leave for the harbour after six in the evening on a Sunday?",
};

static int connect_to(int port)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void ask(int port, unsigned n)
{
	const char *question =
	    questions[n * 7 % (sizeof(questions) / sizeof(questions[0]))];
	size_t kind = n % (sizeof(kinds) / sizeof(kinds[0]));
	char body[512], head[512], sink[4096];
	int fd = connect_to(port), body_len, head_len;

	if (fd < 0)
		return;
	body_len = snprintf(body, sizeof(body),
	    "{\"model\":\"%s\",\"stream\":%s,\"user\":\"user-%02u\","
	    "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
	    kinds[kind].model, kinds[kind].stream ? "true" : "false", n * 13 % 40 + 1,
	    question);
	head_len = snprintf(head, sizeof(head),
	    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
	    "Authorization: Bearer " SY_DEMO_KEY "\r\nContent-Type: application/json\r\n"
	    "x-switchyard-feature: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
	    port, kinds[kind].feature, body_len);
	if (write(fd, head, (size_t)head_len) == head_len &&
	    write(fd, body, (size_t)body_len) == body_len)
		while (read(fd, sink, sizeof(sink)) > 0)
			;
	close(fd);
}

_Noreturn void sy_demo_traffic(int port)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	pid_t self = getpid();

	signal(SIGCHLD, SIG_IGN); /* nobody waits for the clients */
	for (unsigned n = 0;; n++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			if (getppid() == self)
				ask(port, n);
			_exit(0);
		}
		nanosleep(&pause, NULL);
	}
}
