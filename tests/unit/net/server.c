/*
 * server.c - see server.h.
 */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define STACK     (256 * 1024)
#define TLS_HELLO 0x16

struct conn {
	int fd;
	int served;
	char buf[65536];
	size_t len;
	size_t body; /* length of the request's */
};

static atomic_int requests, connections;
static char last_head[8192];
static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;

static void put(struct conn *c, const char *s)
{
	if (send(c->fd, s, strlen(s), MSG_NOSIGNAL) < 0)
		return; /* the client left; what is counted is what it asked */
}

static void put_answer(struct conn *c, const char *body)
{
	char head[256];

	snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Served: %d\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    c->served, strlen(body), body);
	put(c, head);
}

static bool reset(struct conn *c)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	return false;
}

/* Waits for the client to leave. */
static bool hang(struct conn *c)
{
	char byte;

	while (recv(c->fd, &byte, 1, 0) > 0)
		;
	return false;
}

static bool act_whole(struct conn *c)
{
	put_answer(c, "{\"whole\":true}");
	return true;
}

static bool act_silent(struct conn *c)
{
	return hang(c);
}

static bool act_close(struct conn *c)
{
	(void)c;
	return false;
}

static bool act_cut_head(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\nContent-Ty");
	return false;
}

static bool act_cut_body(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
	return false;
}

static bool act_cut_chunk(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
	return false;
}

static bool act_chunked(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 3; i++)
		put(c, "5\r\ndata \r\n");
	put(c, "0\r\nX-Trailer: yes\r\n\r\n");
	return true;
}

static bool act_bad_chunk(struct conn *c)
{
	put(c,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n0\r\n\r\n");
	return true;
}

static bool act_many_headers(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 250; i++)
		put(c, "X-Many: 1\r\n");
	put(c, "Content-Length: 0\r\n\r\n");
	return true;
}

static bool act_huge_header(struct conn *c)
{
	char *value = malloc(70001);

	memset(value, 'v', 70000);
	value[70000] = '\0';
	put(c, "HTTP/1.1 200 OK\r\nX-Huge: ");
	put(c, value);
	put(c, "\r\nContent-Length: 0\r\n\r\n");
	free(value);
	return true;
}

static bool act_folded(struct conn *c)
{
	put(c,
	    "HTTP/1.1 200 OK\r\nContent-Encoding:\r\n gzip\r\nContent-Length: 0\r\n\r\n");
	return true;
}

static bool act_redirect(struct conn *c)
{
	put(c, "HTTP/1.1 302 Found\r\nLocation: /whole\r\nContent-Length: 2\r\n\r\nno");
	return true;
}

static bool act_early_hints(struct conn *c)
{
	put(c,
	    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
	put_answer(c, "after");
	return true;
}

static bool act_endless_hints(struct conn *c)
{
	for (int i = 0; i < 1000; i++)
		put(c, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
	return hang(c);
}

static bool act_gzip(struct conn *c)
{
	put(c,
	    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx");
	return true;
}

static bool act_garbage(struct conn *c)
{
	put(c, "SSH-2.0-OpenSSH_9\r\n");
	return false;
}

/* A second answer that nobody asked for, in the same packet or right after. */
static bool act_forged(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
	       "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
	return true;
}

static bool act_big(struct conn *c)
{
	char line[1001];

	memset(line, 'b', 1000);
	line[1000] = '\0';
	put(c, "HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n");
	for (int i = 0; i < 4000; i++)
		put(c, line);
	return true;
}

static bool act_until_close(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\n\r\nto the end");
	return false;
}

static bool act_slow(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
	for (int i = 0; i < 10; i++) {
		usleep(2000);
		put(c, "s");
	}
	return true;
}

static bool act_half(struct conn *c)
{
	put(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
	return hang(c);
}

/* Answers once; a second request on the same connection gets none. */
static bool act_once(struct conn *c)
{
	if (c->served > 1)
		return false;
	return act_whole(c);
}

static bool act_once_reset(struct conn *c)
{
	if (c->served > 1)
		return reset(c);
	return act_whole(c);
}

static const struct {
	const char *path;
	bool (*act)(struct conn *c); /* false: close */
} acts[] = {
	{ "/whole", act_whole },
	{ "/silent", act_silent },
	{ "/close", act_close },
	{ "/reset", reset },
	{ "/cut-head", act_cut_head },
	{ "/cut-body", act_cut_body },
	{ "/cut-chunk", act_cut_chunk },
	{ "/chunked", act_chunked },
	{ "/bad-chunk", act_bad_chunk },
	{ "/many-headers", act_many_headers },
	{ "/huge-header", act_huge_header },
	{ "/folded", act_folded },
	{ "/302", act_redirect },
	{ "/early-hints", act_early_hints },
	{ "/endless-hints", act_endless_hints },
	{ "/gzip", act_gzip },
	{ "/garbage", act_garbage },
	{ "/forged", act_forged },
	{ "/big", act_big },
	{ "/until-close", act_until_close },
	{ "/slow", act_slow },
	{ "/half", act_half },
	{ "/once", act_once },
	{ "/once-reset", act_once_reset },
};

static bool more(struct conn *c)
{
	ssize_t n;

	if (c->len == sizeof(c->buf) - 1)
		return false;
	n = recv(c->fd, c->buf + c->len, sizeof(c->buf) - 1 - c->len, 0);
	if (n <= 0)
		return false;
	c->len += (size_t)n;
	c->buf[c->len] = '\0';
	return true;
}

static void eat(struct conn *c, size_t len)
{
	c->len -= len;
	memmove(c->buf, c->buf + len, c->len + 1);
}

static bool read_head(struct conn *c, char *path, size_t room)
{
	const char *end, *length;

	c->buf[c->len] = '\0';
	while ((end = strstr(c->buf, "\r\n\r\n")) == NULL)
		if (c->buf[0] == TLS_HELLO || !more(c))
			return false;
	end += 4;
	pthread_mutex_lock(&last_lock);
	snprintf(last_head, sizeof(last_head), "%.*s", (int)(end - c->buf), c->buf);
	length = strcasestr(last_head, "\r\nContent-Length:");
	c->body = length != NULL ? strtoul(length + 17, NULL, 10) : 0;
	pthread_mutex_unlock(&last_lock);
	if (sscanf(c->buf, "%*s %63s", path) != 1)
		return false;
	path[room - 1] = '\0';
	eat(c, (size_t)(end - c->buf));
	return true;
}

static bool read_body(struct conn *c)
{
	while (c->body > 0) {
		size_t n = c->len < c->body ? c->len : c->body;

		c->body -= n;
		eat(c, n);
		if (c->body > 0 && !more(c))
			return false;
	}
	return true;
}

static bool act(struct conn *c, const char *path)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].path, path) == 0)
			return acts[i].act(c);
	return false;
}

static void *serve(void *arg)
{
	struct conn *c = arg;
	char path[64] = "";

	while (read_head(c, path, sizeof(path)) && read_body(c)) {
		atomic_fetch_add(&requests, 1);
		c->served++;
		if (!act(c, path))
			break;
	}
	close(c->fd);
	free(c);
	return NULL;
}

static void *accept_all(void *arg)
{
	int listener = (int)(intptr_t)arg;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (;;) {
		struct conn *c = calloc(1, sizeof(*c));
		pthread_t thread;

		c->fd = accept(listener, NULL, NULL);
		atomic_fetch_add(&connections, 1);
		if (c->fd < 0 || pthread_create(&thread, &attr, serve, c) != 0)
			abort();
	}
	return NULL;
}

int server_start(void)
{
	static int port;
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	pthread_t thread;
	int fd;

	if (port != 0)
		return port;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 2048) < 0 || getsockname(fd, (struct sockaddr *)&a, &len) < 0 ||
	    pthread_create(&thread, NULL, accept_all, (void *)(intptr_t)fd) != 0)
		abort();
	port = ntohs(a.sin_port);
	return port;
}

int server_requests(void)
{
	return atomic_load(&requests);
}

int server_connections(void)
{
	return atomic_load(&connections);
}

void server_reset(void)
{
	atomic_store(&requests, 0);
	atomic_store(&connections, 0);
}

const char *server_last_head(void)
{
	static char copy[sizeof(last_head)];

	pthread_mutex_lock(&last_lock);
	memcpy(copy, last_head, sizeof(copy));
	pthread_mutex_unlock(&last_lock);
	return copy;
}
