/*
 * retry.h - what to do after a failed attempt; pure.
 */
#ifndef SY_RELAY_RETRY_H
#define SY_RELAY_RETRY_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* A provider's "later" is waited for inside a request only when it is this short. */
#define SY_LATER_MAX_MS 5000

/* What a request has used up so far; all zero at its start. */
struct sy_retry {
	int attempts;        /* upstream calls made */
	int target_attempts; /* of these, on the present target */
	int ambiguous;       /* failures after which a provider may have worked and billed */
};

struct sy_retry_limits {
	int attempts;        /* upstream calls in all */
	int target_attempts; /* on one target */
	bool last_target;    /* no other one is left */
	int64_t left_ms;     /* of the request's time */
};

enum sy_retry_what {
	SY_RETRY_STOP,
	SY_RETRY_NEXT, /* the next target, at once */
	SY_RETRY_SAME, /* this target, after wait_ms */
};

struct sy_retry_step {
	enum sy_retry_what what;
	int64_t wait_ms;
};

/* `r` counts the failed attempt already.  Nothing has been written to the client. */
struct sy_retry_step sy_retry_decide(const struct sy_retry *r,
    const struct sy_retry_limits *limits, const struct sy_error *err, uint32_t dice);

#endif
