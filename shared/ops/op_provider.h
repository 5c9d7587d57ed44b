/*
 * op_provider.h - how each provider is doing, and taking one out of use and back.
 */
#ifndef SY_OPS_OP_PROVIDER_H
#define SY_OPS_OP_PROVIDER_H

#include "base/error.h"
#include "model/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_arena;
struct sy_ops;
struct sy_provider;

#define SY_PROVIDER_WINDOW_S 3600

/* Times are Unix milliseconds; 0 is "not known", or never. */
struct sy_provider_state {
	const struct sy_provider *provider;
	enum sy_circuit circuit; /* the gravest of its targets' */
	int targets, targets_open;
	enum sy_kind reason; /* of the opening, where it is open */
	int64_t since_ms;    /* when `circuit` came to be so */
	int64_t retry_ms;    /* open: when it is tried again */
	int64_t failed_ms;   /* its last failure in this boot */

	/* Of attempts in the last SY_PROVIDER_WINDOW_S seconds. */
	int64_t attempts, failed;
	int64_t first_p50_ms, first_p95_ms; /* -1 where nothing was streamed */
};

/* Of all enabled providers of the active configuration, by name, in the arena; their number. */
int sy_op_providers(struct sy_ops *o, struct sy_arena *a, struct sy_provider_state **out,
    struct sy_error *err);

/* Of one by name, enabled or not; SY_NOT_FOUND with the nearest name. */
int sy_op_provider(struct sy_ops *o, const char *name, const struct sy_provider **out,
    struct sy_error *err);

/* Takes all targets of a provider out of use (SY_DRAINED) or back into it (SY_CLOSED), in
 * one turn; until_ms: boot time, 0 until told otherwise.  The number of targets. */
int sy_op_provider_steer(struct sy_ops *o, const struct sy_provider *p,
    enum sy_circuit circuit, int64_t until_ms, struct sy_error *err);

/* "closed", "open", "half_open", "drained". */
const char *sy_circuit_name(enum sy_circuit circuit);

#endif
