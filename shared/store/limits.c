/*
 * limits.c - see limits.h.
 */
#include "store/limits.h"

#include <stdbool.h>
#include <stddef.h>

/* Processes read the clock before they get the gate, so time may seem to go back a little. */
static uint32_t bucket_at(const struct sy_window *w, int64_t boot_ms)
{
	uint32_t bucket = (uint32_t)(boot_ms / SY_WINDOW_BUCKET_MS);

	return bucket > w->newest ? bucket : w->newest;
}

static bool holds(const struct sy_window *w, uint32_t bucket)
{
	return bucket <= w->newest && w->newest - bucket < SY_WINDOW_BUCKETS;
}

static bool exceeds(int64_t sum, int64_t want, int64_t limit)
{
	return limit > 0 && sum + want > limit;
}

/* Lets the oldest buckets go, one after the other, until there is room. */
int64_t sy_window_wait(const struct sy_window *w, const struct sy_want *want,
    int64_t boot_ms)
{
	uint32_t now = bucket_at(w, boot_ms), oldest;
	int64_t requests = 0, tokens = 0;

	if (exceeds(0, want->requests, want->requests_limit) ||
	    exceeds(0, want->tokens, want->tokens_limit))
		return -1;
	oldest = now >= SY_WINDOW_BUCKETS ? now - SY_WINDOW_BUCKETS + 1 : 0;
	for (uint32_t b = oldest; b <= w->newest; b++) {
		if (!holds(w, b))
			continue;
		requests += w->requests[b % SY_WINDOW_BUCKETS];
		tokens += w->tokens[b % SY_WINDOW_BUCKETS];
	}
	if (!exceeds(requests, want->requests, want->requests_limit) &&
	    !exceeds(tokens, want->tokens, want->tokens_limit))
		return 0;
	for (uint32_t b = oldest;; b++) {
		int64_t gone_ms = ((int64_t)b + SY_WINDOW_BUCKETS) * SY_WINDOW_BUCKET_MS;

		if (holds(w, b)) {
			requests -= w->requests[b % SY_WINDOW_BUCKETS];
			tokens -= w->tokens[b % SY_WINDOW_BUCKETS];
		}
		if (b >= w->newest ||
		    (!exceeds(requests, want->requests, want->requests_limit) &&
		        !exceeds(tokens, want->tokens, want->tokens_limit)))
			return gone_ms > boot_ms ? gone_ms - boot_ms : 1;
	}
}

static void advance(struct sy_window *w, uint32_t bucket)
{
	uint32_t gap = bucket - w->newest;

	if (gap > SY_WINDOW_BUCKETS)
		gap = SY_WINDOW_BUCKETS;
	for (uint32_t i = 0; i < gap; i++) {
		w->requests[(bucket - i) % SY_WINDOW_BUCKETS] = 0;
		w->tokens[(bucket - i) % SY_WINDOW_BUCKETS] = 0;
	}
	w->newest = bucket;
}

static void count(uint32_t *cell, int64_t more)
{
	int64_t sum = *cell + more;

	*cell = sum < 0 ? 0 : sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

uint32_t sy_window_add(struct sy_window *w, const struct sy_want *want, int64_t boot_ms)
{
	uint32_t bucket = bucket_at(w, boot_ms);

	advance(w, bucket);
	count(&w->requests[bucket % SY_WINDOW_BUCKETS], want->requests);
	count(&w->tokens[bucket % SY_WINDOW_BUCKETS], want->tokens);
	return bucket;
}

void sy_window_correct(struct sy_window *w, uint32_t bucket, int64_t tokens)
{
	if (holds(w, bucket))
		count(&w->tokens[bucket % SY_WINDOW_BUCKETS], tokens);
}
