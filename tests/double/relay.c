/*
 * relay.c - a relay without a store and without providers, for tests of the edge.
 *
 * The first word of a request's body says what it does; "echo" tells what came in.
 */
#include "relay/relay.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dialect/surface.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_LIMIT (1 << 20)
#define DRAIN_S    0.3

struct sy_relay {
	struct ev_loop *loop;
	struct sy_request *first;
	unsigned busy, gone, paused;
	void (*drained)(void *arg);
	void *drained_arg;
	ev_timer drain;
	ev_prepare prepare;
};

struct sy_request {
	struct sy_relay *relay;
	struct sy_request *prev, *next;
	struct sy_inbound in;
	struct sy_client *client;
	const char *model; /* of sy_relay_models() */
	bool models;
	ev_timer timer;
	long left; /* pieces to send */
	bool paused;
};

static void retire(struct sy_request *q)
{
	struct sy_relay *r = q->relay;

	ev_timer_stop(r->loop, &q->timer);
	*(q->prev != NULL ? &q->prev->next : &r->first) = q->next;
	if (q->next != NULL)
		q->next->prev = q->prev;
	r->busy--;
	sy_arena_free(q->in.arena);
}

static void end(struct sy_request *q)
{
	struct sy_client *client = q->client;

	client->ops->end(client);
	retire(q);
}

static void put_field(struct sy_buf *b, const char *name, const char *value)
{
	sy_buf_printf(b, ",\"%s\":", name);
	sy_buf_json_str(b, value);
}

static void answer(struct sy_request *q, const struct sy_buf *b)
{
	static const struct sy_header headers[] = {
		{ "content-type", "application/json" },
		{ "x-switchyard-attempts", "1" },
	};

	q->client->ops->head(q->client, 200, headers, 2);
	q->client->ops->body(q->client, b->data, b->len);
	end(q);
}

static void echo(struct sy_request *q)
{
	const struct sy_inbound *in = &q->in;
	struct sy_buf b;

	sy_buf_init(&b, 2 * BODY_LIMIT);
	sy_buf_printf(&b, "{\"body_bytes\":%zu,\"timeout_ms\":%lld", in->body_len,
	    (long long)in->timeout_ms);
	put_field(&b, "surface", in->surface != NULL ? in->surface->name : NULL);
	put_field(&b, "credential", in->credential);
	put_field(&b, "feature", in->feature);
	put_field(&b, "user", in->user);
	put_field(&b, "complete", in->complete);
	put_field(&b, "path_model", in->path_model);
	put_field(&b, "models", q->models ? (q->model != NULL ? q->model : "all") : NULL);
	put_field(&b, "proxy", getenv("http_proxy"));
	put_field(&b, "body", in->body);
	sy_buf_puts(&b, "}\n");
	answer(q, &b);
	sy_buf_release(&b);
}

static void tell(struct sy_request *q)
{
	struct sy_buf b;

	sy_buf_init(&b, 1000);
	sy_buf_printf(&b, "{\"busy\":%u,\"gone\":%u,\"paused\":%u}\n", q->relay->busy,
	    q->relay->gone, q->relay->paused);
	answer(q, &b);
	sy_buf_release(&b);
}

static void send_piece(struct sy_request *q)
{
	static const char event[] = "data: {\"n\":1}\n\n";

	q->client->ops->body(q->client, event, sizeof(event) - 1);
	if (--q->left <= 0)
		end(q);
}

static void begin_stream(struct sy_request *q)
{
	static const struct sy_header type = { "content-type",
		"text/event-stream; charset=utf-8" };

	q->client->ops->head(q->client, 200, &type, 1);
	q->left = atol(q->in.body + 6);
	ev_timer_set(&q->timer, 0.01, 0.01);
	ev_timer_start(q->relay->loop, &q->timer);
}

/* As much as the client takes: "flood BYTES". */
static void flood(struct sy_request *q)
{
	static char block[16384];

	memset(block, 'f', sizeof(block));
	while (q->left > 0) {
		size_t n =
		    q->left < (long)sizeof(block) ? (size_t)q->left : sizeof(block);

		q->left -= (long)n;
		if (!q->client->ops->body(q->client, block, n) && q->left > 0) {
			q->paused = true;
			q->relay->paused++;
			return;
		}
	}
	end(q);
}

static void begin_flood(struct sy_request *q)
{
	static const struct sy_header type = { "content-type", "application/json" };

	q->client->ops->head(q->client, 200, &type, 1);
	q->left = atol(q->in.body + 5);
	flood(q);
}

static void act(struct sy_request *q)
{
	const char *body = q->in.body;

	if (q->left > 0)
		send_piece(q);
	else if (strncmp(body, "silent", 6) == 0)
		return;
	else if (strncmp(body, "stream", 6) == 0)
		begin_stream(q);
	else if (strncmp(body, "flood", 5) == 0)
		begin_flood(q);
	else if (strncmp(body, "tell", 4) == 0)
		tell(q);
	else
		echo(q);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop, (void)revents;
	act(w->data);
}

static struct sy_request *new_request(struct sy_relay *r, const struct sy_inbound *in,
    struct sy_client *client)
{
	struct sy_request *q = sy_alloc(in->arena, sizeof(*q));

	q->relay = r;
	q->in = *in;
	q->client = client;
	q->next = r->first;
	if (q->next != NULL)
		q->next->prev = q;
	r->first = q;
	r->busy++;
	ev_timer_init(&q->timer, on_timer, 0, 0);
	q->timer.data = q;
	ev_feed_event(r->loop, &q->timer, EV_TIMER); /* soon, not at once */
	return q;
}

struct sy_request *sy_relay_start(struct sy_relay *r, const struct sy_inbound *in,
    struct sy_client *client)
{
	return new_request(r, in, client);
}

struct sy_request *sy_relay_models(struct sy_relay *r, const struct sy_inbound *in,
    const char *id, struct sy_client *client)
{
	struct sy_request *q = new_request(r, in, client);

	q->models = true;
	q->model = id;
	return q;
}

struct sy_request *sy_relay_kept(struct sy_relay *r, const struct sy_inbound *in,
    const char *id, enum sy_kept_view view, struct sy_client *client)
{
	(void)id, (void)view;
	return new_request(r, in, client);
}

void sy_request_gone(struct sy_request *q)
{
	q->relay->gone++;
	retire(q);
}

void sy_request_drained(struct sy_request *q)
{
	if (!q->paused)
		return;
	q->paused = false;
	flood(q);
}

int sy_relay_ready(struct sy_relay *r, struct sy_error *err)
{
	(void)r, (void)err;
	return 0;
}

int64_t sy_relay_body_limit(const struct sy_relay *r)
{
	(void)r;
	return BODY_LIMIT;
}

unsigned sy_relay_busy(const struct sy_relay *r)
{
	return r->busy;
}

static void on_prepare(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct sy_relay *r = w->data;
	void (*drained)(void *) = r->drained;

	(void)loop, (void)revents;
	if (drained == NULL || r->busy > 0)
		return;
	r->drained = NULL;
	ev_timer_stop(r->loop, &r->drain);
	drained(r->drained_arg);
}

static void on_drain(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct sy_relay *r = w->data;

	(void)loop, (void)revents;
	while (r->first != NULL)
		end(r->first);
}

void sy_relay_drain(struct sy_relay *r, void (*drained)(void *arg), void *arg)
{
	r->drained = drained;
	r->drained_arg = arg;
	ev_timer_init(&r->drain, on_drain, DRAIN_S, 0);
	r->drain.data = r;
	ev_timer_start(r->loop, &r->drain);
}

int sy_relay_new(struct ev_loop *loop, const struct sy_relay_options *o,
    struct sy_relay **out, struct sy_error *err)
{
	struct sy_relay *r = sy_xcalloc(1, sizeof(*r));

	(void)o, (void)err;
	r->loop = loop;
	ev_prepare_init(&r->prepare, on_prepare);
	r->prepare.data = r;
	ev_prepare_start(loop, &r->prepare);
	*out = r;
	return 0;
}

void sy_relay_free(struct sy_relay *r)
{
	while (r->first != NULL)
		retire(r->first);
	ev_timer_stop(r->loop, &r->drain);
	ev_prepare_stop(r->loop, &r->prepare);
	free(r);
}
