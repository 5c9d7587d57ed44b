/*
 * fetch.c - see fetch.h.
 *
 * The functions that others call only mark what is to happen and kick the pool; libcurl is
 * called from work() alone.  So a taker may start, cancel and resume whatever it likes from
 * inside its callbacks.
 */
#include "net/fetch.h"

#include "net/head.h"
#include "net/multi.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_BYTES (4 << 20) /* of the headers we send; ours, so never reached */
#define HTTP2_SINCE  0x080200  /* before, a reset stream could pass for a whole answer */
#define IDLE_HANDLES 256
#define POOL_IDLE_US (600 * INT64_C(1000000))

struct pool {
	struct sy_multi multi; /* first: sy_multi's callbacks get it back by a cast */
	struct sy_net *net;
	struct pool *next;
	char *name;
	int64_t used_us;
	struct sy_fetch *live; /* started and not over, newest first */
	struct sy_fetch *todo;
	struct sy_fetch *idle; /* with their easy handles, most recently used first */
	unsigned idle_count;
};

struct sy_net {
	struct ev_loop *loop;
	char *ca_file;
	struct pool *pools;
	bool http2; /* libcurl is new enough for it */
};

struct sy_fetch {
	struct pool *pool;
	struct sy_fetch *prev, *next;
	struct sy_fetch *next_todo;
	bool queued; /* in pool->todo */
	bool added;  /* in the multi handle */
	bool resume, cancelled;

	CURL *easy;
	char curl_said[CURL_ERROR_SIZE];
	struct sy_buf header_text; /* what header_list points into */
	struct curl_slist header_list[SY_HTTP_HEADERS];

	const struct sy_http *http;
	const struct sy_fetch_options *options;
	struct sy_fetch_taker taker;
	size_t piece, offset; /* of the body, where the next read begins */

	struct sy_head head;
	bool head_given;
	const char *bad; /* why the answer is unusable */

	int64_t handed_out; /* bytes of the body that libcurl took */
	bool opened;        /* a connection was made, not found */
	bool connected, reused;
	int64_t started_us, connected_us;
};

/* Sent with every request; a name alone takes away what libcurl would add. */
static struct curl_slist fixed_headers[] = {
	{ (char *)"Accept-Encoding: identity", &fixed_headers[1] },
	{ (char *)"Content-Type:", &fixed_headers[2] },
	{ (char *)"Expect:", NULL },
};

static const char *const ca_places[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
	NULL,
};

/* What is to be sent. */

static size_t on_read(char *out, size_t size, size_t count, void *arg)
{
	struct sy_fetch *f = arg;
	size_t room = size * count, done = 0;

	if (f->cancelled)
		return CURL_READFUNC_ABORT;
	while (done < room && f->piece < f->http->piece_count) {
		const struct iovec *v = &f->http->body[f->piece];
		size_t n = v->iov_len - f->offset;

		if (n > room - done)
			n = room - done;
		memcpy(out + done, (const char *)v->iov_base + f->offset, n);
		done += n;
		f->handed_out += (int64_t)n;
		f->offset += n;
		if (f->offset == v->iov_len) {
			f->piece++;
			f->offset = 0;
		}
	}
	return done;
}

/* Without this refusal libcurl would send the request again by itself. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	const struct sy_fetch *f = arg;

	if (f->piece == 0 && f->offset == 0 && offset == 0 && origin == SEEK_SET)
		return CURL_SEEKFUNC_OK;
	return CURL_SEEKFUNC_FAIL;
}

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct sy_fetch *f = arg;

	(void)purpose;
	f->opened = true;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static int on_connected(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct sy_fetch *f = arg;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	if (f->handed_out > 0)
		return CURL_PREREQFUNC_OK; /* the new connection on_seek() will not use */
	f->reused = !f->opened;
	f->connected = true;
	f->connected_us = sy_monotonic_us();
	return CURL_PREREQFUNC_OK;
}

/* What comes back. */

static void give_head(struct sy_fetch *f)
{
	struct sy_header headers[SY_HEAD_LINES];
	size_t count = sy_head_headers(&f->head, headers);

	f->head_given = true;
	f->taker.head(f->taker.arg, f->head.status, headers, count);
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
	struct sy_fetch *f = arg;
	size_t len = size * count;

	if (f->cancelled)
		return 0;
	f->bad = sy_head_line(&f->head, line, len);
	if (f->bad != NULL)
		return 0; /* libcurl ends the transfer and closes the connection */
	if (f->head.whole && !f->head_given)
		give_head(f);
	return f->cancelled ? 0 : len;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct sy_fetch *f = arg;
	size_t len = size * count;

	if (f->cancelled)
		return 0;
	if (len > 0 && !f->taker.data(f->taker.arg, data, len) && !f->cancelled)
		curl_easy_pause(f->easy, CURLPAUSE_RECV);
	return f->cancelled ? 0 : len;
}

/* Handles. */

static void set_constants(struct sy_fetch *f, const struct sy_net *net)
{
	CURL *e = f->easy;

	curl_easy_setopt(e, CURLOPT_PRIVATE, f);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, f->curl_said);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	/* With a CAPATH libcurl reads all certificates anew for each connection: 28 ms. */
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(e, CURLOPT_CAINFO, net->ca_file);
	curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, 50L);
	curl_easy_setopt(e, CURLOPT_MAXLIFETIME_CONN, 600L);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, f);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, f);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(e, CURLOPT_READDATA, f);
	curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(e, CURLOPT_SEEKDATA, f);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, f);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, f);
}

static struct sy_fetch *new_fetch(struct pool *pool)
{
	struct sy_fetch *f = sy_xcalloc(1, sizeof(*f));

	f->pool = pool;
	f->easy = curl_easy_init();
	if (f->easy == NULL)
		abort(); /* only for want of memory */
	sy_buf_init(&f->header_text, HEADER_BYTES);
	sy_head_init(&f->head);
	set_constants(f, pool->net);
	return f;
}

static void free_fetch(struct sy_fetch *f)
{
	curl_easy_cleanup(f->easy);
	sy_buf_release(&f->header_text);
	sy_head_release(&f->head);
	free(f);
}

static struct sy_fetch *take_idle(struct pool *pool)
{
	struct sy_fetch *f = pool->idle;

	if (f == NULL)
		return new_fetch(pool);
	pool->idle = f->next;
	pool->idle_count--;
	return f;
}

static void link_live(struct sy_fetch *f)
{
	f->prev = NULL;
	f->next = f->pool->live;
	if (f->next != NULL)
		f->next->prev = f;
	f->pool->live = f;
}

static void unlink_live(struct sy_fetch *f)
{
	if (f->prev != NULL)
		f->prev->next = f->next;
	else
		f->pool->live = f->next;
	if (f->next != NULL)
		f->next->prev = f->prev;
}

/* The fetch is over, and out of the multi handle. */
static void retire(struct sy_fetch *f)
{
	struct pool *pool = f->pool;

	unlink_live(f);
	f->added = false;
	pool->used_us = sy_monotonic_us();
	if (pool->idle_count >= IDLE_HANDLES) {
		free_fetch(f);
		return;
	}
	f->next = pool->idle;
	pool->idle = f;
	pool->idle_count++;
}

static void queue(struct sy_fetch *f)
{
	struct pool *pool = f->pool;

	if (f->queued)
		return;
	f->queued = true;
	f->next_todo = pool->todo;
	pool->todo = f;
	sy_multi_kick(&pool->multi);
}

/* The list of headers is built in memory that the handle keeps: no allocation a request. */
static struct curl_slist *build_headers(struct sy_fetch *f)
{
	const struct sy_http *h = f->http;
	struct sy_buf *b = &f->header_text;
	size_t at[SY_HTTP_HEADERS];

	sy_buf_reset(b);
	for (size_t i = 0; i < h->header_count; i++) {
		at[i] = b->len;
		sy_buf_puts(b, h->headers[i].name);
		/* libcurl's way to write a header without a value */
		sy_buf_puts(b, h->headers[i].value[0] != '\0' ? ": " : ";");
		sy_buf_puts(b, h->headers[i].value);
		sy_buf_putc(b, '\0');
	}
	for (size_t i = 0; i < h->header_count; i++) {
		f->header_list[i].data = b->data + at[i];
		f->header_list[i].next = &f->header_list[i + 1];
	}
	assert(!b->full);
	if (h->header_count == 0)
		return fixed_headers;
	f->header_list[h->header_count - 1].next = fixed_headers;
	return f->header_list;
}

static void set_method(struct sy_fetch *f)
{
	const char *method = f->http->method != NULL ? f->http->method : "POST";
	size_t len = f->http->body_len;

	if (strcmp(method, "GET") == 0) {
		curl_easy_setopt(f->easy, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(f->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
		curl_easy_setopt(f->easy, CURLOPT_UPLOAD_BUFFERSIZE,
		    len > 65536 ? 262144L : 16384L);
	}
	curl_easy_setopt(f->easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_route(struct sy_fetch *f)
{
	const struct sy_fetch_options *o = f->options;
	bool proxied = o->proxy != NULL && o->proxy[0] != '\0';
	bool http2 = o->http2 && f->pool->net->http2;

	curl_easy_setopt(f->easy, CURLOPT_URL, f->http->url);
	curl_easy_setopt(f->easy, CURLOPT_PROXY, proxied ? o->proxy : "");
	curl_easy_setopt(f->easy, CURLOPT_NOPROXY, proxied ? "" : "*");
	curl_easy_setopt(f->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	curl_easy_setopt(f->easy, CURLOPT_HTTP_VERSION,
	    http2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
}

static void begin(struct sy_fetch *f)
{
	set_method(f);
	set_route(f);
	curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, build_headers(f));
	if (curl_multi_add_handle(f->pool->multi.curl, f->easy) != CURLM_OK)
		abort(); /* only for want of memory */
	f->added = true;
}

static void work(struct sy_multi *m)
{
	struct pool *pool = (struct pool *)m;
	struct sy_fetch *f;

	while ((f = pool->todo) != NULL) {
		pool->todo = f->next_todo;
		f->queued = false;
		if (f->cancelled) {
			if (f->added)
				curl_multi_remove_handle(m->curl, f->easy);
			retire(f);
		} else if (!f->added) {
			begin(f);
		} else if (f->resume) {
			f->resume = false;
			curl_easy_pause(f->easy, CURLPAUSE_CONT);
		}
	}
}

/* How it ended. */

static int64_t bytes_sent(struct sy_fetch *f, CURLcode code)
{
	long head = 0;
	curl_off_t body = 0;

	curl_easy_getinfo(f->easy, CURLINFO_REQUEST_SIZE, &head);
	curl_easy_getinfo(f->easy, CURLINFO_SIZE_UPLOAD_T, &body);
	if (code == CURLE_SEND_FAIL_REWIND)
		body = f->handed_out; /* it has forgotten what it sent */
	return head + body;
}

static enum sy_kind judge(const struct sy_fetch *f, const struct sy_fetched *end,
    CURLcode code)
{
	if (f->bad != NULL)
		return SY_UNUSABLE;
	if (!end->connected || end->sent == 0)
		return SY_UNREACHED;
	if (f->head_given)
		return SY_TRUNCATED;
	if (code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL)
		return SY_UNUSABLE;
	return SY_LOST;
}

/* libcurl's own words name host, port and certificate; an answer's bytes they might quote
 * come only after the connection was there. */
static void explain(const struct sy_fetch *f, CURLcode code, struct sy_fetched *end)
{
	if (f->bad != NULL)
		sy_copy(end->why, sizeof(end->why), f->bad);
	else if (!f->connected && f->curl_said[0] != '\0')
		sy_copy(end->why, sizeof(end->why), f->curl_said);
	else if (code == CURLE_OK)
		sy_copy(end->why, sizeof(end->why),
		    "the connection ended inside the head");
	else if (code == CURLE_SEND_FAIL_REWIND)
		sy_copy(end->why, sizeof(end->why),
		    "the connection was closed without an answer");
	else
		sy_copy(end->why, sizeof(end->why), curl_easy_strerror(code));
}

static void describe(struct sy_fetch *f, CURLcode code, struct sy_fetched *end)
{
	int64_t now = sy_monotonic_us();

	*end = (struct sy_fetched){
		.ok = code == CURLE_OK && f->head_given,
		.connected = f->connected,
		.sent = bytes_sent(f, code),
		.answered = f->head.status != 0,
		.reused = f->reused,
		.total_ms = (int)((now - f->started_us) / 1000),
	};
	if (f->connected)
		end->connect_ms = (int)((f->connected_us - f->started_us) / 1000);
	if (end->ok)
		return;
	end->kind = judge(f, end, code);
	explain(f, code, end);
}

static void ended(struct sy_multi *m, CURL *easy, CURLcode code)
{
	struct sy_fetch_taker taker;
	struct sy_fetched end;
	struct sy_fetch *f;

	(void)m;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&f);
	f->added = false;
	if (f->cancelled)
		return; /* it is in the list of things to do, which retires it */
	describe(f, code, &end);
	taker = f->taker;
	if (f->queued)
		f->cancelled = true; /* a resume that came too late */
	else
		retire(f);
	taker.done(taker.arg, &end);
}

/* Pools. */

static void free_pool(struct pool *pool)
{
	struct sy_fetch *f;

	while ((f = pool->live) != NULL) {
		if (f->added)
			curl_multi_remove_handle(pool->multi.curl, f->easy);
		unlink_live(f);
		free_fetch(f);
	}
	while ((f = pool->idle) != NULL) {
		pool->idle = f->next;
		free_fetch(f);
	}
	sy_multi_close(&pool->multi);
	free(pool->name);
	free(pool);
}

/* Secrets come and go; their connections and handles should not stay for ever. */
static void drop_unused(struct sy_net *net)
{
	int64_t now = sy_monotonic_us();
	struct pool **at = &net->pools;

	while (*at != NULL) {
		struct pool *pool = *at;

		if (pool->live != NULL || now - pool->used_us < POOL_IDLE_US) {
			at = &pool->next;
			continue;
		}
		*at = pool->next;
		free_pool(pool);
	}
}

static struct pool *new_pool(struct sy_net *net, const char *name)
{
	struct pool *pool = sy_xcalloc(1, sizeof(*pool));

	drop_unused(net);
	if (!sy_multi_open(&pool->multi, net->loop))
		abort(); /* only for want of memory or descriptors */
	pool->multi.work = work;
	pool->multi.ended = ended;
	pool->net = net;
	pool->name = sy_xcalloc(1, strlen(name) + 1);
	strcpy(pool->name, name);
	pool->next = net->pools;
	net->pools = pool;
	return pool;
}

static struct pool *find_pool(struct sy_net *net, const char *name)
{
	for (struct pool *p = net->pools; p != NULL; p = p->next)
		if (strcmp(p->name, name) == 0)
			return p;
	return new_pool(net, name);
}

/* Interface. */

static const char *find_ca_file(void)
{
	for (size_t i = 0; ca_places[i] != NULL; i++)
		if (access(ca_places[i], R_OK) == 0)
			return ca_places[i];
	return NULL;
}

int sy_net_new(struct ev_loop *loop, const char *ca_file, struct sy_net **out,
    struct sy_error *err)
{
	const char *ca = ca_file != NULL ? ca_file : find_ca_file();
	struct sy_net *net;

	if (ca == NULL)
		return sy_fail(err, SY_CONFIG, "ca_file",
		    "no file of certificate authorities found; install ca-certificates "
		    "or name one with ca_file");
	if (access(ca, R_OK) < 0)
		return sy_fail(err, SY_CONFIG, "ca_file", "cannot read '%s'", ca);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return sy_fail(err, SY_BUG, "", "libcurl does not start");
	net = sy_xcalloc(1, sizeof(*net));
	net->loop = loop;
	net->ca_file = sy_xcalloc(1, strlen(ca) + 1);
	strcpy(net->ca_file, ca);
	net->http2 = curl_version_info(CURLVERSION_NOW)->version_num >= HTTP2_SINCE;
	*out = net;
	return 0;
}

void sy_net_free(struct sy_net *net)
{
	struct pool *pool;

	if (net == NULL)
		return;
	while ((pool = net->pools) != NULL) {
		net->pools = pool->next;
		free_pool(pool);
	}
	free(net->ca_file);
	free(net);
	curl_global_cleanup();
}

static void clear_last(struct sy_fetch *f)
{
	f->resume = f->cancelled = false;
	f->piece = f->offset = 0;
	f->handed_out = 0;
	f->head_given = f->opened = f->connected = f->reused = false;
	f->bad = NULL;
	f->curl_said[0] = '\0';
	sy_head_reset(&f->head);
}

struct sy_fetch *sy_fetch_start(struct sy_net *net, const struct sy_http *http,
    const struct sy_fetch_options *options, const struct sy_fetch_taker *taker)
{
	struct sy_fetch *f = take_idle(find_pool(net, options->pool));

	clear_last(f);
	f->http = http;
	f->options = options;
	f->taker = *taker;
	f->started_us = sy_monotonic_us();
	link_live(f);
	queue(f);
	return f;
}

void sy_fetch_cancel(struct sy_fetch *f)
{
	f->cancelled = true;
	queue(f);
}

void sy_fetch_resume(struct sy_fetch *f)
{
	f->resume = true;
	queue(f);
}
