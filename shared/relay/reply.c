/*
 * reply.c - what the client reads.
 *
 * Only headers named here are sent; of the provider's own, none but its request's id, under
 * a name of ours.
 */
#include "base/clock.h"
#include "base/http.h"
#include "relay/engine.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define HEADERS 16

/* A wait that a client should sit out by itself; longer, and it had better give up. */
#define WORTH_WAITING_MS 8000

/* A provider that is busy and gives no time is left alone for about so long (health.c). */
#define LATER_MS 2000

struct head {
	struct sy_header list[HEADERS];
	size_t count;
	struct sy_arena *arena;
};

/* A value is made of what may stand in a header; the rest becomes a question mark. */
static void add(struct head *h, const char *name, const char *value)
{
	char *clean = sy_strdup(h->arena, value);

	for (char *p = clean; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			*p = '?';
	if (h->count < HEADERS)
		h->list[h->count++] = (struct sy_header){ name, clean };
}

static void add_number(struct head *h, const char *name, int64_t n)
{
	add(h, name, sy_strf(h->arena, "%lld", (long long)n));
}

/* How the request went: who answered, after what. */
static void add_story(struct sy_request *q, struct head *h)
{
	const struct sy_try *t = q->attempt;
	const struct sy_route *route = sy_request_route(q);

	add_number(h, "x-switchyard-attempts", q->retry.attempts);
	if (route != NULL)
		add(h, "x-switchyard-route", route->name);
	if (t != NULL) {
		add(h, "x-switchyard-provider", t->model->provider->name);
		add(h, "x-switchyard-model", t->model->name);
		if (t->call.dropped != NULL)
			add(h, "x-switchyard-dropped", t->call.dropped);
		if (t->upstream_request_id[0] != '\0')
			add(h, "x-switchyard-upstream-request-id", t->upstream_request_id);
	}
	if (q->tried != NULL)
		add(h, "x-switchyard-tried", q->tried);
}

/* The official clients repeat 408, 409, 429 and 5xx by themselves; all our attempts are
 * spent, so they are told not to, except where waiting will help. */
static void add_retry_advice(const struct sy_error *err, struct head *h)
{
	int after_ms = err->retry_after_ms;
	bool wait;

	if (after_ms == 0 && err->kind == SY_BUSY)
		after_ms = LATER_MS;
	if (after_ms > 0)
		add_number(h, "retry-after", (after_ms + 999) / 1000);
	if (err->status < 500 && err->status != 429 && err->status != 408)
		return;
	wait = err->kind == SY_STORE_BUSY ||
	    (after_ms > 0 && after_ms <= WORTH_WAITING_MS && err->kind != SY_OVER_BUDGET);
	add(h, "x-should-retry", wait ? "true" : "false");
}

static void send_head(struct sy_request *q, int status, const char *type, const char *length,
    const struct sy_error *err)
{
	struct head h = { .arena = q->in.arena };

	add(&h, "content-type", type);
	if (length != NULL)
		add(&h, "content-length", length);
	if (q->job == SY_JOB_ANSWER && q->known)
		add_story(q, &h);
	if (q->job == SY_JOB_COUNT && err == NULL)
		add(&h, "x-switchyard-count", "estimated");
	if (err != NULL)
		add_retry_advice(err, &h);
	q->client->ops->head(q->client, status, h.list, h.count);
	q->head_sent = true;
}

static const char *stream_type(const struct sy_request *q)
{
	const char *type = q->in.surface->stream_type;

	return type != NULL ? type : "text/event-stream; charset=utf-8";
}

/* Bytes that are passed on raw have the provider's own type, and its length, which shows where
 * they break off; of others the type is what was asked for. */
static void send_answer_head(struct sy_request *q)
{
	const struct sy_try *t = q->attempt;
	const char *type = t != NULL ? sy_translation_type(t->translation) : NULL;

	if (q->head_sent)
		return;
	if (type != NULL)
		send_head(q, 200, type, t->length, NULL);
	else
		send_head(q, 200, q->ask.stream ? stream_type(q) : "application/json", NULL, NULL);
}

static void send_held(struct sy_request *q)
{
	if (q->held.len > 0 &&
	    !q->client->ops->body(q->client, q->held.data, q->held.len) && q->attempt != NULL)
		q->attempt->paused = q->attempt->fetch != NULL;
	q->wrote_us = sy_monotonic_us();
	sy_buf_reset(&q->held);
}

void sy_reply_flush(struct sy_request *q)
{
	if (q->held.len == 0)
		return;
	send_answer_head(q);
	if (q->first_us == 0)
		q->first_us = sy_monotonic_us();
	q->committed = true;
	send_held(q);
}

void sy_reply_heartbeat(struct sy_request *q)
{
	const struct sy_surface *surface = q->in.surface;
	const char *ping = NULL;

	if (q->committed || surface->stream_type != NULL)
		ping = surface->ping;
	if (ping == NULL)
		ping = ": keep-alive\n\n";
	if (!q->head_sent)
		send_head(q, 200, stream_type(q), NULL, NULL);
	q->client->ops->body(q->client, ping, strlen(ping));
}

static void send_error(struct sy_request *q)
{
	const struct sy_surface *surface =
	    q->in.surface != NULL ? q->in.surface : &sy_surface_openai_chat;

	if (q->committed && q->attempt != NULL) {
		sy_translation_error(q->attempt->translation, &q->err, &q->held);
	} else {
		sy_buf_reset(&q->held);
		surface->error(&q->err, q->id, q->head_sent, &q->held);
		if (!q->head_sent)
			send_head(q, sy_surface_status(surface, &q->err), "application/json",
			    NULL, &q->err);
	}
	send_held(q);
}

/* Nothing more can be said: the bytes that went out are no stream of events. */
static void cut(struct sy_request *q)
{
	q->client->ops->cut(q->client);
	q->client = NULL;
}

void sy_reply_end(struct sy_request *q)
{
	if (q->failed && q->head_sent && !q->ask.stream) {
		cut(q);
		return;
	}
	if (q->failed) {
		send_error(q);
	} else {
		send_answer_head(q);
		send_held(q);
	}
	q->client->ops->end(q->client);
	q->client = NULL;
}
