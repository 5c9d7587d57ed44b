/*
 * fetch.c - see fetch.h.
 *
 * The functions that others call only mark what is to happen and kick the pool; libcurl is
 * called from work() alone.  So a taker may start, cancel and resume whatever it likes from
 * inside its callbacks.
 */
#include "net/fetch.h"

#include "net/exchange.h"
#include "net/multi.h"

#include "base/arena.h"
#include "base/clock.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HTTP2_SINCE  0x080200 /* before, a reset stream could pass for a whole answer */
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
	struct sy_exchange x;
	struct pool *pool;
	struct sy_fetch *prev, *next;
	struct sy_fetch *next_todo;
	bool queued; /* in pool->todo */
	bool added;  /* in the multi handle */
	bool resume;
};

static const char *const ca_places[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
	NULL,
};

/* --- Fetches. --------------------------------------------------------------------------- */

static struct sy_fetch *new_fetch(struct pool *pool)
{
	struct sy_fetch *f = sy_xcalloc(1, sizeof(*f));

	f->pool = pool;
	sy_exchange_open(&f->x, pool->net->ca_file, f);
	return f;
}

static void free_fetch(struct sy_fetch *f)
{
	sy_exchange_close(&f->x);
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

static void begin(struct sy_fetch *f)
{
	sy_exchange_arm(&f->x, f->pool->net->http2);
	if (curl_multi_add_handle(f->pool->multi.curl, f->x.easy) != CURLM_OK)
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
		if (f->x.cancelled) {
			if (f->added)
				curl_multi_remove_handle(m->curl, f->x.easy);
			retire(f);
		} else if (!f->added) {
			begin(f);
		} else if (f->resume) {
			f->resume = false;
			curl_easy_pause(f->x.easy, CURLPAUSE_CONT);
		}
	}
}

static void ended(struct sy_multi *m, CURL *easy, CURLcode code)
{
	struct sy_fetch_taker taker;
	struct sy_fetched end;
	struct sy_fetch *f;

	(void)m;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&f);
	f->added = false;
	if (f->x.cancelled)
		return; /* it is in the list of things to do, which retires it */
	sy_exchange_describe(&f->x, code, &end);
	taker = f->x.taker;
	if (f->queued)
		f->x.cancelled = true; /* a resume that came too late */
	else
		retire(f);
	taker.done(taker.arg, &end);
}

/* --- Pools. ----------------------------------------------------------------------------- */

static void free_pool(struct pool *pool)
{
	struct sy_fetch *f;

	while ((f = pool->live) != NULL) {
		if (f->added)
			curl_multi_remove_handle(pool->multi.curl, f->x.easy);
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

/* --- Interface. ------------------------------------------------------------------------- */

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

struct sy_fetch *sy_fetch_start(struct sy_net *net, const struct sy_http *http,
    const struct sy_fetch_options *options, const struct sy_fetch_taker *taker)
{
	struct sy_fetch *f = take_idle(find_pool(net, options->pool));

	sy_exchange_reset(&f->x, http, options, taker);
	f->resume = false;
	link_live(f);
	queue(f);
	return f;
}

void sy_fetch_cancel(struct sy_fetch *f)
{
	f->x.cancelled = true;
	queue(f);
}

void sy_fetch_resume(struct sy_fetch *f)
{
	f->resume = true;
	queue(f);
}
