/*
 * limits.h - a key's last minute, as a pure ring of half seconds.
 *
 * Exact on the safe side: what was admitted counts for 60 s and up to half a second more, so
 * no 60 s, wherever they begin, hold more than the limit.
 */
#ifndef SY_STORE_LIMITS_H
#define SY_STORE_LIMITS_H

#include <stdint.h>

#define SY_WINDOW_MS        60000
#define SY_WINDOW_BUCKET_MS 500
#define SY_WINDOW_BUCKETS   (SY_WINDOW_MS / SY_WINDOW_BUCKET_MS + 1)

struct sy_window {
	uint8_t version;
	uint8_t unused[3];
	uint32_t newest; /* number of the newest bucket, since boot */
	uint32_t requests[SY_WINDOW_BUCKETS];
	uint32_t tokens[SY_WINDOW_BUCKETS];
};

/* What is to be added, and what the sums may reach; a limit of 0 is none. */
struct sy_want {
	int64_t requests, requests_limit;
	int64_t tokens, tokens_limit;
};

/* 0: there is room.  Otherwise the milliseconds until there is, or -1: never. */
int64_t sy_window_wait(const struct sy_window *w, const struct sy_want *want,
    int64_t boot_ms);

/* Counts; the number of the bucket that took it. */
uint32_t sy_window_add(struct sy_window *w, const struct sy_want *want, int64_t boot_ms);

/* Changes tokens counted earlier, if their bucket is still in the window. */
void sy_window_correct(struct sy_window *w, uint32_t bucket, int64_t tokens);

#endif
