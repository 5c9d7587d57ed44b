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
#define IDLE_US      (120 * INT64_C(1000000))
#define SWEEP_S      30.

/* For each request libcurl goes through all connections to that host: with 256 of them in use
 * that was a third of the worker's CPU time.  So they are kept in lanes of a few.  With TLS a
 * lane costs a certificate store of its own, and what is saved matters less. */
#define LANE_FETCHES     16
#define LANE_FETCHES_TLS 256

/* A multi handle and its connections. */
struct lane {
	struct sy_multi multi; /* first: sy_multi's callbacks get it back by a cast */
	struct pool *pool;
	struct lane *next;
	unsigned live; /* fetches that are in it */
	int64_t used_us;
	struct sy_fetch *todo;
};

struct pool {
	struct sy_net *net;
	struct pool *next;
	char *name;
	struct lane *lanes;    /* the first that has room is taken, so the last fall idle */
	struct sy_fetch *live; /* started and not over, newest first */
	struct sy_fetch *idle; /* with their easy handles, most recently used first */
	unsigned idle_count;
};

struct sy_net {
	struct ev_loop *loop;
	ev_timer sweep;
	char *ca_file;
	struct pool *pools;
	bool http2; /* libcurl is new enough for it */
};

struct sy_fetch {
	struct sy_exchange x;
	struct pool *pool;
	struct lane *lane;
	struct sy_fetch *prev, *next;
	struct sy_fetch *next_todo;
	bool queued; /* in lane->todo */
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
	curl_easy_setopt(f->x.easy, CURLOPT_CLOSESOCKETFUNCTION, sy_multi_close_socket);
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
	f->lane->live--;
	f->lane->used_us = sy_monotonic_us();
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
	struct lane *lane = f->lane;

	if (f->queued)
		return;
	f->queued = true;
	f->next_todo = lane->todo;
	lane->todo = f;
	sy_multi_kick(&lane->multi);
}

static void begin(struct sy_fetch *f)
{
	sy_exchange_arm(&f->x, f->pool->net->http2);
	curl_easy_setopt(f->x.easy, CURLOPT_CLOSESOCKETDATA, &f->lane->multi);
	if (curl_multi_add_handle(f->lane->multi.curl, f->x.easy) != CURLM_OK)
		abort(); /* only for want of memory */
	f->added = true;
}

static void work(struct sy_multi *m)
{
	struct lane *lane = (struct lane *)m;
	struct sy_fetch *f;

	while ((f = lane->todo) != NULL) {
		lane->todo = f->next_todo;
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

/* --- Lanes. ----------------------------------------------------------------------------- */

static struct lane *new_lane(struct pool *pool)
{
	struct lane *lane = sy_xcalloc(1, sizeof(*lane));

	if (!sy_multi_open(&lane->multi, pool->net->loop))
		abort(); /* only for want of memory or descriptors */
	lane->multi.work = work;
	lane->multi.ended = ended;
	lane->pool = pool;
	return lane;
}

static struct lane *lane_with_room(struct pool *pool, bool tls)
{
	unsigned most = tls ? LANE_FETCHES_TLS : LANE_FETCHES;
	struct lane **at = &pool->lanes;

	while (*at != NULL && (*at)->live >= most)
		at = &(*at)->next;
	if (*at == NULL)
		*at = new_lane(pool);
	return *at;
}

static void free_lanes(struct lane **at, int64_t unused_since_us)
{
	while (*at != NULL) {
		struct lane *lane = *at;

		if (lane->live > 0 || lane->used_us > unused_since_us) {
			at = &lane->next;
			continue;
		}
		*at = lane->next;
		sy_multi_close(&lane->multi);
		free(lane);
	}
}

/* --- Pools. ----------------------------------------------------------------------------- */

static void free_pool(struct pool *pool)
{
	struct sy_fetch *f;

	while ((f = pool->live) != NULL) {
		if (f->added)
			curl_multi_remove_handle(f->lane->multi.curl, f->x.easy);
		f->lane->live--;
		unlink_live(f);
		free_fetch(f);
	}
	while ((f = pool->idle) != NULL) {
		pool->idle = f->next;
		free_fetch(f);
	}
	free_lanes(&pool->lanes, INT64_MAX);
	free(pool->name);
	free(pool);
}

/* Secrets come and go, and so do crowds; their connections should not stay for ever. */
static void on_sweep(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sy_net *net = w->data;
	struct pool **at = &net->pools;

	(void)loop, (void)revents;
	while (*at != NULL) {
		struct pool *pool = *at;

		free_lanes(&pool->lanes, sy_monotonic_us() - IDLE_US);
		if (pool->lanes != NULL) {
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
	ev_timer_init(&net->sweep, on_sweep, SWEEP_S, SWEEP_S);
	net->sweep.data = net;
	ev_timer_start(loop, &net->sweep);
	ev_unref(loop); /* it keeps no loop alive */
	*out = net;
	return 0;
}

void sy_net_free(struct sy_net *net)
{
	struct pool *pool;

	if (net == NULL)
		return;
	ev_ref(net->loop);
	ev_timer_stop(net->loop, &net->sweep);
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
	f->lane = lane_with_room(f->pool, strncmp(http->url, "https:", 6) == 0);
	f->lane->live++;
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
