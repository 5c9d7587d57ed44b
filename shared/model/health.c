/*
 * health.c - when a target is taken out of use, tested, and taken back.
 */
#include "model/health.h"

#include <string.h>

/* Five failures in a row open (as Envoy and others have it); where not even a connection
 * came about, three say enough. */
#define FAILED_IN_ROW    5
#define UNREACHED_IN_ROW 3

/* Or half of at least ten results in the window of a minute. */
#define WINDOW_LEAST   10
#define WINDOW_PERCENT 50

/* First rest; doubled at each further trip.  Short, because a probe is a single request. */
#define REST_MS     15000
#define REST_MAX_MS 300000

#define FORGIVE_MS     300000 /* closed for so long: one trip is forgotten */
#define PROBES_TO_SHUT 2      /* successes in a row that close a half-open circuit */
#define RAMP_MS        10000  /* after closing, from a tenth of the traffic to all of it */
#define FORCE_EVERY_MS 1000   /* with every target shut, one probe a second */

/* A provider's "later" without a time: 2 s, doubled while it goes on saying so. */
#define BUSY_MS     2000
#define BUSY_MAX_MS 60000

/* A refused credential: nobody but an operator can mend it. */
#define ASIDE_MS     600000
#define ASIDE_MAX_MS 86400000

static int64_t doubled(int64_t base, unsigned times, int64_t most)
{
	while (times-- > 0 && base < most)
		base *= 2;
	return base < most ? base : most;
}

/* `ms` and up to `percent` of it more or, with `both`, less. */
static int64_t jitter(int64_t ms, unsigned percent, bool both, uint32_t dice)
{
	int64_t span = ms * percent / 100;
	int64_t shift = span * (int64_t)(dice & 0xffff) / 0xffff;

	return both ? ms - span + 2 * shift : ms + shift;
}

static void bump(uint8_t *count)
{
	if (*count < UINT8_MAX)
		(*count)++;
}

static void change(struct sy_health *h, enum sy_circuit to, int64_t now_ms)
{
	h->circuit = (uint8_t)to;
	h->since_ms = now_ms;
	h->failed_row = 0;
	h->unreached_row = 0;
	h->probes_ok = 0;
	h->lease_until_ms = 0;
}

static void open_up(struct sy_health *h, const struct sy_report *r)
{
	int64_t rest;

	bump(&h->trips);
	rest = doubled(REST_MS, h->trips - 1u, REST_MAX_MS);
	change(h, SY_OPEN, r->now_ms);
	h->reason = (uint8_t)r->kind;
	h->open_until_ms = r->now_ms + jitter(rest, 20, true, r->dice);
}

static int64_t latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool ramping(const struct sy_health *h, int64_t now_ms, uint32_t dice)
{
	int64_t age = now_ms - h->since_ms;

	if (h->trips == 0 || age >= RAMP_MS)
		return false;
	return (int64_t)(dice % 100) >= 10 + 90 * age / RAMP_MS;
}

enum sy_leave sy_health_ask(const struct sy_health *h, int64_t now_ms, uint32_t dice)
{
	if (h->circuit == SY_DRAINED)
		return h->open_until_ms != 0 && now_ms >= h->open_until_ms ? SY_MAY_TRY
									   : SY_MAY_NOT;
	if (now_ms < latest(h->not_before_ms, h->aside_until_ms))
		return SY_MAY_NOT;
	if (h->circuit == SY_CLOSED)
		return ramping(h, now_ms, dice) ? SY_MAY_RAMP : SY_MAY_TRY;
	if (now_ms < h->lease_until_ms)
		return SY_MAY_NOT;
	if (h->circuit == SY_HALF_OPEN || now_ms >= h->open_until_ms)
		return SY_MAY_PROBE;
	return now_ms - h->leased_at_ms >= FORCE_EVERY_MS ? SY_MAY_FORCE : SY_MAY_NOT;
}

int64_t sy_health_ready_ms(const struct sy_health *h, int64_t now_ms)
{
	int64_t ready = latest(now_ms, latest(h->not_before_ms, h->aside_until_ms));

	if (h->circuit == SY_OPEN || h->circuit == SY_DRAINED)
		ready = latest(ready, h->open_until_ms);
	return h->circuit == SY_HALF_OPEN ? latest(ready, h->lease_until_ms) : ready;
}

uint32_t sy_health_lease(struct sy_health *h, int64_t now_ms, int64_t until_ms)
{
	if (h->circuit == SY_OPEN)
		change(h, SY_HALF_OPEN, now_ms);
	if (++h->fence == 0)
		h->fence = 1;
	h->leased_at_ms = now_ms;
	h->lease_until_ms = until_ms;
	return h->fence;
}

void sy_health_unlease(struct sy_health *h, uint32_t fence)
{
	if (fence != 0 && fence == h->fence)
		h->lease_until_ms = 0;
}

/* Moves the window up to now; buckets that fell out are emptied. */
static void roll(struct sy_health *h, int64_t now_ms)
{
	int64_t at = now_ms / SY_HEALTH_BUCKET_MS;
	int64_t gone = at - h->bucket_at;

	if (gone > SY_HEALTH_BUCKETS || gone < 0)
		gone = SY_HEALTH_BUCKETS;
	for (int64_t i = 0; i < gone; i++) {
		h->ok[(at - i) % SY_HEALTH_BUCKETS] = 0;
		h->failed[(at - i) % SY_HEALTH_BUCKETS] = 0;
	}
	h->bucket_at = at;
}

static void count(uint16_t *cell)
{
	if (*cell < UINT16_MAX)
		(*cell)++;
}

static void took(struct sy_health *h, int first_ms)
{
	if (first_ms < 0)
		return;
	h->first_ms = h->first_ms == 0 ? first_ms + 1 : h->first_ms + (first_ms - h->first_ms) / 8;
}

static void forgive(struct sy_health *h, int64_t now_ms)
{
	if (h->circuit != SY_CLOSED || h->trips == 0 || now_ms - h->since_ms < FORGIVE_MS)
		return;
	h->trips--;
	h->since_ms = now_ms;
}

static void step_ok(struct sy_health *h, const struct sy_report *r)
{
	count(&h->ok[h->bucket_at % SY_HEALTH_BUCKETS]);
	took(h, r->first_ms);
	h->failed_row = 0;
	h->unreached_row = 0;
	h->busy_row = 0;
	h->asides = 0;
	h->not_before_ms = 0;
	h->aside_until_ms = 0;
	forgive(h, r->now_ms);
	if (h->circuit != SY_HALF_OPEN || r->fence == 0 || r->fence != h->fence)
		return;
	h->lease_until_ms = 0;
	if (++h->probes_ok >= PROBES_TO_SHUT) {
		change(h, SY_CLOSED, r->now_ms);
		memset(h->failed, 0, sizeof(h->failed));
	}
}

static bool enough(const struct sy_health *h, int64_t now_ms)
{
	int failed, all;

	if (h->failed_row >= FAILED_IN_ROW || h->unreached_row >= UNREACHED_IN_ROW)
		return true;
	sy_health_window(h, now_ms, &failed, &all);
	return all >= WINDOW_LEAST && failed * 100 >= all * WINDOW_PERCENT;
}

static void step_failed(struct sy_health *h, const struct sy_report *r)
{
	count(&h->failed[h->bucket_at % SY_HEALTH_BUCKETS]);
	h->failed_at_ms = r->now_ms;
	if (h->circuit == SY_HALF_OPEN && r->fence != 0 && r->fence == h->fence) {
		open_up(h, r);
		return;
	}
	if (h->circuit != SY_CLOSED)
		return; /* sent before it opened: nothing new */
	bump(&h->failed_row);
	if (r->kind == SY_UNREACHED)
		bump(&h->unreached_row);
	else
		h->unreached_row = 0;
	if (enough(h, r->now_ms))
		open_up(h, r);
}

/* The provider said later, in its words or by status. */
static void step_later(struct sy_health *h, const struct sy_report *r)
{
	int64_t wait = r->retry_after_ms;

	if (r->kind == SY_BUSY && wait == 0) {
		wait = doubled(BUSY_MS, h->busy_row, BUSY_MAX_MS);
		bump(&h->busy_row);
	}
	if (wait > 0)
		h->not_before_ms =
		    latest(h->not_before_ms, r->now_ms + jitter(wait, 10, false, r->dice));
}

void sy_health_step(struct sy_health *h, const struct sy_report *r)
{
	roll(h, r->now_ms);
	if (h->circuit == SY_DRAINED && h->open_until_ms != 0 && r->now_ms >= h->open_until_ms)
		change(h, SY_CLOSED, r->now_ms);
	if (r->ok) {
		step_ok(h, r);
		return;
	}
	step_later(h, r);
	if (r->kind == SY_CREDENTIAL) {
		h->aside_until_ms = r->now_ms + doubled(ASIDE_MS, h->asides, ASIDE_MAX_MS);
		bump(&h->asides);
	}
	if (sy_kind_info(r->kind)->hurts_health)
		step_failed(h, r);
	else
		sy_health_unlease(h, r->fence);
}

void sy_health_window(const struct sy_health *h, int64_t now_ms, int *failed, int *all)
{
	int64_t at = now_ms / SY_HEALTH_BUCKET_MS;

	*failed = *all = 0;
	for (int64_t i = 0; i < SY_HEALTH_BUCKETS; i++) {
		int64_t bucket = at - i;

		if (bucket > h->bucket_at || bucket <= h->bucket_at - SY_HEALTH_BUCKETS ||
		    bucket < 0)
			continue;
		*failed += h->failed[bucket % SY_HEALTH_BUCKETS];
		*all += h->ok[bucket % SY_HEALTH_BUCKETS] + h->failed[bucket % SY_HEALTH_BUCKETS];
	}
}
