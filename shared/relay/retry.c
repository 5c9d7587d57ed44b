/*
 * retry.c - see retry.h.  The kinds' classes (error.c) carry most of the rule; here are the
 * limits and the waiting.
 */
#include "relay/retry.h"

/* Full jitter before the same target is tried again (the official clients wait in the same
 * range); never before moving on. */
#define BACKOFF_MS     250
#define BACKOFF_MAX_MS 8000

/* One call that may have been done and billed is repeated once a request, not more.  A 5xx
 * that was answered is not of these: the provider said that it failed. */
#define AMBIGUOUS_MAX 1

static int64_t backoff(int tries, uint32_t dice)
{
	int64_t most = BACKOFF_MS;

	while (tries-- > 1 && most < BACKOFF_MAX_MS)
		most *= 2;
	return (int64_t)(dice % (uint64_t)(most + 1));
}

/* The same target again is for when there is no other: what was not processed, or what the
 * provider itself called a failure of its own. */
static bool same_helps(enum sy_kind kind)
{
	switch (kind) {
	case SY_UNREACHED:
	case SY_OVERLOADED:
	case SY_CONFLICT:
	case SY_BUSY:
	case SY_BROKEN:
	case SY_LOST:
		return true;
	default:
		return false;
	}
}

struct sy_retry_step sy_retry_decide(const struct sy_retry *r,
    const struct sy_retry_limits *limits, const struct sy_error *err, uint32_t dice)
{
	const struct sy_kind_info *info = sy_kind_info(err->kind);
	struct sy_retry_step step = { SY_RETRY_STOP, 0 };

	if (!info->try_next || r->attempts >= limits->attempts || limits->left_ms <= 0 ||
	    r->ambiguous > AMBIGUOUS_MAX)
		return step;
	if (!limits->last_target) {
		step.what = SY_RETRY_NEXT;
		return step;
	}
	if (!same_helps(err->kind) || r->target_attempts >= limits->target_attempts)
		return step;
	step.wait_ms = backoff(r->target_attempts, dice);
	if (err->retry_after_ms > 0) {
		if (err->retry_after_ms > SY_LATER_MAX_MS)
			return step;
		step.wait_ms += err->retry_after_ms;
	}
	if (step.wait_ms <= limits->left_ms / 2)
		step.what = SY_RETRY_SAME;
	return step;
}
