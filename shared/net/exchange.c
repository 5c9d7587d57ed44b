/*
 * exchange.c - see exchange.h.
 */
#include "net/exchange.h"

#include "base/clock.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER_BYTES (4 << 20) /* of the headers we send; ours, so never reached */

/* A body below this is sent in one write with its head, which libcurl does (up to 64 KiB) for
 * bodies that it has whole. */
#define SHORT_BODY_BYTES (48 << 10)
#define UPLOAD_BYTES     262144L /* of a longer one, at a time */

/* What is read at a time: each transfer has such a buffer of its own. */
#define RECEIVE_BYTES        16384L
#define RECEIVE_STREAM_BYTES 2048L

/* Sent with every request; a name alone takes away what libcurl would add. */
static struct curl_slist fixed_headers[] = {
	{ (char *)"Accept-Encoding: identity", &fixed_headers[1] },
	{ (char *)"Content-Type:", &fixed_headers[2] },
	{ (char *)"Expect:", NULL },
};

/* --- What is to be sent. ---------------------------------------------------------------- */

static size_t on_read(char *out, size_t size, size_t count, void *arg)
{
	struct sy_exchange *x = arg;
	size_t room = size * count, done = 0;

	if (x->cancelled)
		return CURL_READFUNC_ABORT;
	while (done < room && x->piece < x->http->piece_count) {
		const struct iovec *v = &x->http->body[x->piece];
		size_t n = v->iov_len - x->offset;

		if (n > room - done)
			n = room - done;
		memcpy(out + done, (const char *)v->iov_base + x->offset, n);
		done += n;
		x->offset += n;
		if (x->offset == v->iov_len) {
			x->piece++;
			x->offset = 0;
		}
	}
	return done;
}

/* Without this refusal libcurl would send a long body again by itself. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	const struct sy_exchange *x = arg;

	if (x->piece == 0 && x->offset == 0 && offset == 0 && origin == SEEK_SET)
		return CURL_SEEKFUNC_OK;
	return CURL_SEEKFUNC_FAIL;
}

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct sy_exchange *x = arg;

	(void)purpose;
	x->opened = true;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static bool request_begun(const struct sy_exchange *x)
{
	long bytes = 0;

	curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &bytes);
	return bytes > 0;
}

/* About to send, also when libcurl has lost a kept connection and tries another one. */
static int on_connected(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct sy_exchange *x = arg;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	if (request_begun(x)) { /* a short body that would be sent again */
		x->repeated = true;
		return CURL_PREREQFUNC_ABORT;
	}
	x->reused = !x->opened;
	x->connected = true;
	x->connected_us = sy_monotonic_us();
	return CURL_PREREQFUNC_OK;
}

/* --- What comes back. ------------------------------------------------------------------- */

static void give_head(struct sy_exchange *x)
{
	struct sy_header headers[SY_HEAD_LINES];
	size_t count = sy_head_headers(&x->head, headers);

	x->head_given = true;
	x->taker.head(x->taker.arg, x->head.status, headers, count);
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
	struct sy_exchange *x = arg;
	size_t len = size * count;

	if (x->cancelled)
		return 0;
	x->bad = sy_head_line(&x->head, line, len);
	if (x->bad != NULL)
		return 0; /* libcurl ends the transfer and closes the connection */
	if (x->head.whole && !x->head_given)
		give_head(x);
	return x->cancelled ? 0 : len;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct sy_exchange *x = arg;
	size_t len = size * count;

	if (x->cancelled)
		return 0;
	if (len > 0 && !x->taker.data(x->taker.arg, data, len) && !x->cancelled)
		curl_easy_pause(x->easy, CURLPAUSE_RECV);
	return x->cancelled ? 0 : len;
}

/* --- What libcurl is told. -------------------------------------------------------------- */

static void set_constants(struct sy_exchange *x)
{
	CURL *e = x->easy;

	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->curl_said);
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
	curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, 50L);
	curl_easy_setopt(e, CURLOPT_MAXLIFETIME_CONN, 600L);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, x);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(e, CURLOPT_READDATA, x);
	curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(e, CURLOPT_SEEKDATA, x);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
}

void sy_exchange_open(struct sy_exchange *x, const char *ca_file, void *owner)
{
	x->easy = curl_easy_init();
	if (x->easy == NULL)
		abort(); /* only for want of memory */
	sy_buf_init(&x->header_text, HEADER_BYTES);
	sy_buf_init(&x->short_body, SHORT_BODY_BYTES);
	sy_head_init(&x->head);
	x->ca_file = ca_file;
	set_constants(x);
	curl_easy_setopt(x->easy, CURLOPT_PRIVATE, owner);
}

void sy_exchange_close(struct sy_exchange *x)
{
	curl_easy_cleanup(x->easy);
	free(x->proxy);
	sy_buf_release(&x->header_text);
	sy_buf_release(&x->short_body);
	sy_head_release(&x->head);
}

void sy_exchange_reset(struct sy_exchange *x, const struct sy_http *http,
    const struct sy_fetch_options *options, const struct sy_fetch_taker *taker)
{
	x->http = http;
	x->options = options;
	x->taker = *taker;
	x->cancelled = false;
	x->piece = x->offset = 0;
	x->head_given = x->opened = x->repeated = x->connected = x->reused = false;
	x->bad = NULL;
	x->curl_said[0] = '\0';
	sy_head_reset(&x->head);
	x->started_us = sy_monotonic_us();
}

/* The list of headers is built in memory that the handle keeps: no allocation a request. */
static struct curl_slist *build_headers(struct sy_exchange *x)
{
	const struct sy_http *h = x->http;
	struct sy_buf *b = &x->header_text;
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
		x->header_list[i].data = b->data + at[i];
		x->header_list[i].next = &x->header_list[i + 1];
	}
	assert(!b->full);
	if (h->header_count == 0)
		return fixed_headers;
	x->header_list[h->header_count - 1].next = fixed_headers;
	return x->header_list;
}

/* Of a short one libcurl keeps the pointer until the exchange is over. */
static void set_body(struct sy_exchange *x)
{
	const struct sy_http *h = x->http;
	bool is_short = h->body_len <= SHORT_BODY_BYTES;

	sy_buf_reset(&x->short_body);
	for (size_t i = 0; is_short && i < h->piece_count; i++)
		sy_buf_add(&x->short_body, h->body[i].iov_base, h->body[i].iov_len);
	curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS,
	    is_short ? (x->short_body.len > 0 ? x->short_body.data : "") : NULL);
	curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)h->body_len);
	if (!is_short)
		curl_easy_setopt(x->easy, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BYTES);
}

static void set_method(struct sy_exchange *x)
{
	const char *method = x->http->method != NULL ? x->http->method : "POST";
	bool get = strcmp(method, "GET") == 0;
	bool custom = !get && strcmp(method, "POST") != 0;

	if (get) {
		curl_easy_setopt(x->easy, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(x->easy, CURLOPT_POST, 1L);
		set_body(x);
	}
	if (custom || x->custom_method)
		curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, custom ? method : NULL);
	x->custom_method = custom;
}

/* Seldom another one than last time. */
static void set_proxy(struct sy_exchange *x)
{
	const char *proxy = x->options->proxy != NULL ? x->options->proxy : "";

	if (x->proxy != NULL && strcmp(x->proxy, proxy) == 0)
		return;
	free(x->proxy);
	x->proxy = strdup(proxy);
	curl_easy_setopt(x->easy, CURLOPT_PROXY, proxy);
	curl_easy_setopt(x->easy, CURLOPT_NOPROXY, proxy[0] != '\0' ? "" : "*");
}

static void set_route(struct sy_exchange *x, bool http2)
{
	const struct sy_fetch_options *o = x->options;

	curl_easy_setopt(x->easy, CURLOPT_URL, x->http->url);
	set_proxy(x);
	curl_easy_setopt(x->easy, CURLOPT_CAINFO,
	    o->ca_file != NULL ? o->ca_file : x->ca_file);
	curl_easy_setopt(x->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	curl_easy_setopt(x->easy, CURLOPT_BUFFERSIZE,
	    o->stream ? RECEIVE_STREAM_BYTES : RECEIVE_BYTES);
	curl_easy_setopt(x->easy, CURLOPT_HTTP_VERSION,
	    o->http2 && http2 ? (long)CURL_HTTP_VERSION_2TLS
	                      : (long)CURL_HTTP_VERSION_1_1);
}

void sy_exchange_arm(struct sy_exchange *x, bool http2)
{
	set_method(x);
	set_route(x, http2);
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, build_headers(x));
}

/* --- How it ended. ---------------------------------------------------------------------- */

static enum sy_kind judge(const struct sy_exchange *x, const struct sy_fetched *end,
    CURLcode code)
{
	if (x->bad != NULL)
		return SY_UNUSABLE;
	if (!end->connected || !end->sent)
		return SY_UNREACHED;
	if (x->head_given)
		return SY_TRUNCATED;
	if (code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL)
		return SY_UNUSABLE;
	return SY_LOST;
}

/* libcurl's own words name host, port and certificate; an answer's bytes they might quote
 * come only after the connection was there. */
static void explain(const struct sy_exchange *x, CURLcode code, struct sy_fetched *end)
{
	if (x->bad != NULL)
		sy_copy(end->why, sizeof(end->why), x->bad);
	else if (!x->connected && x->curl_said[0] != '\0')
		sy_copy(end->why, sizeof(end->why), x->curl_said);
	else if (code == CURLE_OK)
		sy_copy(end->why, sizeof(end->why),
		    "the connection ended inside the head");
	else if (code == CURLE_SEND_FAIL_REWIND || x->repeated)
		sy_copy(end->why, sizeof(end->why),
		    "the connection was closed without an answer");
	else
		sy_copy(end->why, sizeof(end->why), curl_easy_strerror(code));
}

void sy_exchange_describe(struct sy_exchange *x, CURLcode code, struct sy_fetched *end)
{
	int64_t now = sy_monotonic_us();

	*end = (struct sy_fetched){
		.ok = code == CURLE_OK && x->head_given,
		.connected = x->connected,
		.sent = request_begun(x) || x->repeated,
		.answered = x->head.status != 0,
		.reused = x->reused,
		.total_ms = (int)((now - x->started_us) / 1000),
	};
	if (x->connected)
		end->connect_ms = (int)((x->connected_us - x->started_us) / 1000);
	if (end->ok)
		return;
	end->kind = judge(x, end, code);
	explain(x, code, end);
}
