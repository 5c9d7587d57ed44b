/*
 * ctl_demo_history.c - a month that might have been, so that the dashboard has something to
 * show: days and nights, a feature whose prompts grow, an outage that was ridden out.
 *
 * Drawn from a fixed seed: two demos of the same day tell the same story.
 */
#include "ctl.h"
#include "ctl_demo.h"

#include "base/arena.h"
#include "base/text.h"
#include "model/config.h"
#include "ops/op_key.h"
#include "store/ledger.h"

#include <string.h>

#define HOUR_MS 3600000LL
#define BATCH   2000
#define HOURLY  70 /* requests in an hour of average traffic */

struct dice {
	uint64_t state;
};

/* SplitMix64. */
static uint64_t roll(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int below(struct dice *d, int n)
{
	return (int)(roll(d) % (uint64_t)n);
}

/* Between low and high, with small values more likely, as sizes and times are. */
static int skewed(struct dice *d, int low, int high)
{
	int a = below(d, high - low), b = below(d, high - low), c = below(d, high - low);
	int least = a < b ? a : b;

	return low + (least < c ? least : c);
}

/* Traffic by the hour of the day, in percent of the average. */
static const int by_hour[24] = { 25, 20, 15, 15, 20, 30, 50, 85, 130, 165, 180, 175, 150,
	160, 180, 185, 175, 150, 125, 110, 95, 80, 55, 35 };

/* What asks, how often, on which route, with how many tokens. */
static const struct work {
	const char *feature, *route, *key;
	int share; /* in a hundred */
	int in, out;
	bool stream;
} works[] = {
	{ "support-bot", "smart", "website", 22, 1900, 420, true },
	{ "search", "chat", "website", 24, 700, 120, false },
	{ "autocomplete", "chat", "app", 38, 240, 40, true },
	{ "nightly-summary", "cheap", "batch", 9, 5200, 700, false },
	{ "", "chat", "demo", 7, 300, 200, true },
};
#define WORKS (sizeof(works) / sizeof(works[0]))

static const struct answerer {
	const char *provider, *model, *upstream;
	int first_ms, per_token_us;
} answerers[] = {
	{ "sim-fast", "small", "echo", 120, 8000 },
	{ "sim-flaky", "medium", "lorem", 260, 12000 },
	{ "sim-slow", "large", "lorem", 620, 25000 },
};

enum { FAST, FLAKY, SLOW };

struct story {
	struct sy_demo *demo;
	struct dice dice;
	int64_t now_ms;
	struct sy_attempt *rows;
	size_t count;
	int64_t requests;
	const char *key_ids[WORKS];
};

static const struct work *pick_work(struct dice *d)
{
	int n = below(d, 100);
	size_t i = 0;

	while (i + 1 < WORKS && n >= works[i].share)
		n -= works[i++].share;
	return &works[i];
}

static int pick_answerer(struct dice *d, const char *route)
{
	if (strcmp(route, "smart") == 0)
		return SLOW;
	if (strcmp(route, "cheap") == 0)
		return FLAKY;
	return below(d, 100) < 70 ? FAST : FLAKY;
}

/* Two outages of the flaky provider, some hours each; days ago. */
static bool in_outage(int64_t ago_ms)
{
	int64_t hours = ago_ms / HOUR_MS;

	return (hours >= 74 && hours < 77) || (hours >= 270 && hours < 272);
}

static void fill_usage(struct story *s, const struct work *w, int64_t ago_ms,
    struct sy_attempt *row)
{
	int in = skewed(&s->dice, w->in / 4, w->in * 3),
	    out = skewed(&s->dice, 10, w->out * 4);
	int64_t days = ago_ms / (24 * HOUR_MS);

	/* In the last week the support bot began to send whole conversations. */
	if (strcmp(w->feature, "support-bot") == 0 && days < 7)
		in *= 3;
	row->usage.source = SY_USAGE_PROVIDER;
	row->usage.tokens[SY_IN_CACHE_READ] = below(&s->dice, 3) == 0 ? in / 2 : 0;
	row->usage.tokens[SY_IN] = in - row->usage.tokens[SY_IN_CACHE_READ];
	row->usage.tokens[SY_OUT] = out;
}

static void fill_answer(struct story *s, const struct answerer *by, const struct work *w,
    int64_t ago_ms, struct sy_attempt *row)
{
	const struct sy_model *m =
	    sy_config_model(s->demo->cli->ops.config, by->provider, by->model);
	int64_t writing;

	fill_usage(s, w, ago_ms, row);
	writing = row->usage.tokens[SY_OUT] * by->per_token_us / 1000;
	row->first_ms =
	    w->stream ? skewed(&s->dice, by->first_ms / 2, by->first_ms * 5) : -1;
	row->total_ms =
	    (int32_t)(writing + (row->first_ms > 0 ? row->first_ms : by->first_ms));
	row->http_status = 200;
	row->finish = below(&s->dice, 40) == 0 ? SY_FINISH_LENGTH : SY_FINISH_STOP;
	row->bytes_out = row->usage.tokens[SY_OUT] * 4;
	row->priced =
	    m != NULL && sy_usage_cost(&row->usage, &m->price, &row->cost_nanodollars);
}

static struct sy_attempt *begin_row(struct story *s, const struct work *w,
    struct sy_id rid, int64_t at_ms, const struct answerer *by)
{
	struct sy_attempt *row = &s->rows[s->count++];

	memset(row, 0, sizeof(*row));
	row->rid = rid;
	row->stream = w->stream;
	row->simulated = true;
	row->started_ms = at_ms;
	row->generation = 1;
	row->request_first_ms = -1;
	sy_copy(row->key, sizeof(row->key), s->key_ids[w - works]);
	sy_copy(row->route, sizeof(row->route), w->route);
	sy_copy(row->asked, sizeof(row->asked), w->route);
	sy_copy(row->feature, sizeof(row->feature), w->feature);
	sy_copy(row->provider, sizeof(row->provider), by->provider);
	sy_copy(row->model, sizeof(row->model), by->model);
	return row;
}

/* The provider is out of service: answered 503, without work. */
static void fail_row(struct story *s, struct sy_attempt *row)
{
	row->outcome = SY_REFUSED_FREE;
	row->kind = SY_OVERLOADED;
	row->http_status = 503;
	row->first_ms = -1;
	row->total_ms = 20 + below(&s->dice, 60);
	row->priced = true;
}

static void end_request(struct sy_attempt *row, int attempts, int64_t began_ms)
{
	row->seq = (uint16_t)attempts;
	row->last = true;
	row->attempts = (uint16_t)attempts;
	row->request_ms = (int32_t)(row->started_ms - began_ms) + row->total_ms;
	if (row->first_ms >= 0)
		row->request_first_ms =
		    (int32_t)(row->started_ms - began_ms) + row->first_ms;
	row->client_status = row->outcome == SY_OK          ? 200
	                     : row->outcome == SY_CANCELLED ? 499
	                                                    : 502;
}

/* A few in a thousand end otherwise than well. */
static void spoil(struct story *s, struct sy_attempt *row)
{
	int n = below(&s->dice, 1000);

	if (n < 6) {
		row->outcome = SY_CANCELLED;
		row->kind = SY_CLIENT_GONE;
		row->finish = SY_FINISH_NONE;
	} else if (n < 9) {
		row->outcome = SY_TIMED_OUT;
		row->kind = SY_TOO_SLOW;
		row->http_status = 0;
		row->finish = SY_FINISH_NONE;
		row->first_ms = -1;
		row->total_ms = 15000;
	}
}

static void one_request(struct story *s, int64_t at_ms)
{
	const struct work *w = pick_work(&s->dice);
	int by = pick_answerer(&s->dice, w->route), attempts = 1;
	int64_t ago_ms = s->now_ms - at_ms;
	struct sy_id rid = sy_id_new(at_ms);
	struct sy_attempt *row;
	int64_t began_ms = at_ms;
	int user = skewed(&s->dice, 1, 60);

	if (by == FLAKY && (in_outage(ago_ms) || below(&s->dice, 100) < 3)) {
		row = begin_row(s, w, rid, at_ms, &answerers[FLAKY]);
		fail_row(s, row);
		row->seq = (uint16_t)attempts++;
		sy_copy(row->why, sizeof(row->why), "chosen by weight");
		at_ms += row->total_ms;
		by = FAST;
	}
	row = begin_row(s, w, rid, at_ms, &answerers[by]);
	fill_answer(s, &answerers[by], w, ago_ms, row);
	sy_copy(row->why, sizeof(row->why),
	    attempts > 1 ? "fallback" : "chosen by weight");
	spoil(s, row);
	end_request(row, attempts, began_ms);
	for (size_t i = s->count - (size_t)attempts; i < s->count; i++)
		snprintf(s->rows[i].user, sizeof(s->rows[i].user), "user-%02d", user);
	s->requests++;
}

static int flush_rows(struct story *s, struct sy_error *err)
{
	int rc = s->count == 0 ? 0
	                       : sy_ledger_import(s->demo->cli->ops.book, s->rows,
	                             s->count, s->now_ms, err);

	s->count = 0;
	return rc < 0 ? -1 : 0;
}

static int one_hour(struct story *s, int64_t hour_ms, struct sy_error *err)
{
	int64_t day = hour_ms / (24 * HOUR_MS);
	int count = HOURLY * by_hour[hour_ms / HOUR_MS % 24] / 100;

	/* The first of January 1970 was a Thursday: weekends are days 2 and 3 of seven. */
	if (day % 7 == 2 || day % 7 == 3)
		count = count * 2 / 5;
	count += below(&s->dice, count / 4 + 1);
	for (int i = 0; i < count; i++) {
		int64_t at = hour_ms + below(&s->dice, (int)HOUR_MS);

		if (at + 60000 > s->now_ms)
			continue;
		one_request(s, at);
		if (s->count + 2 > BATCH && flush_rows(s, err) < 0)
			return -1;
	}
	return 0;
}

/* A key for each label of the story; only "demo" is one that somebody knows. */
static int make_keys(struct story *s, struct sy_error *err)
{
	struct sy_ops *o = &s->demo->cli->ops;

	for (size_t i = 0; i < WORKS; i++) {
		struct sy_key key = { 0 };
		char text[SY_KEY_TEXT];
		int found = sy_key_get(o->book, works[i].key, &key, err);

		if (found < 0)
			return -1;
		sy_copy(key.label, sizeof(key.label), works[i].key);
		if (found == 0 &&
		    sy_op_key_create(o, &key,
		        strcmp(works[i].key, "demo") == 0 ? SY_DEMO_KEY : NULL, text,
		        err) < 0)
			return -1;
		s->key_ids[i] = sy_strdup(s->demo->cli->arena, key.id);
	}
	return 0;
}

int64_t sy_demo_history(struct sy_demo *d, struct sy_error *err)
{
	struct story s = { .demo = d,
		.dice = { 20260101 },
		.now_ms = d->cli->view.now_ms };
	int64_t from = (s.now_ms / HOUR_MS - d->days * 24) * HOUR_MS;
	struct sy_ledger_span span;

	if (make_keys(&s, err) < 0 || sy_ledger_span(d->cli->ops.book, &span, err) < 0)
		return -1;
	if (span.rows > 0)
		return span.rows;
	s.rows = sy_alloc(d->cli->arena, BATCH * sizeof(*s.rows));
	for (int64_t hour = from; hour < s.now_ms; hour += HOUR_MS) {
		if (one_hour(&s, hour, err) < 0)
			return -1;
		if ((hour - from) / HOUR_MS % 24 == 0)
			sy_cli_progress(d->cli, "history", (hour - from) / HOUR_MS,
			    d->days * 24);
	}
	sy_cli_progress(d->cli, "history", 1, 1);
	return flush_rows(&s, err) < 0 ? -1 : s.requests;
}
