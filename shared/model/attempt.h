/*
 * attempt.h - what the ledger keeps: a row an attempt, for ever.
 *
 * A request that did not end by an attempt (refused at a limit, no target in service) has a
 * row of its own, with seq 0 and no provider.  The row with `last` set also stands for its request:
 * counting requests is counting those.
 */
#ifndef SY_MODEL_ATTEMPT_H
#define SY_MODEL_ATTEMPT_H

#include "base/error.h"
#include "base/id.h"
#include "model/event.h"
#include "model/usage.h"

#include <stdbool.h>
#include <stdint.h>

enum sy_outcome {
	SY_OK,             /* whole, delivered */
	SY_OK_CLIENT_GONE, /* whole, but nobody was there any more */
	SY_CANCELLED,      /* the client left, and we hung up on the provider */
	SY_NOT_SENT,       /* certainly never left this machine */
	SY_REFUSED_FREE,   /* answered without work: 4xx, 429, 503, 529 */
	SY_UPSTREAM_ERROR, /* failed, and may have worked and billed */
	SY_BAD_RESPONSE,   /* an answer we could not read */
	SY_CUT_SHORT,      /* stopped half-way */
	SY_TIMED_OUT,
	SY_UNKNOWN_END, /* our worker died; settled by the sweep */
	SY_DENIED,      /* seq 0: we refused the request ourselves */
};

#define SY_LABEL_MAX 64 /* with the final NUL; longer labels are cut */

struct sy_attempt {
	struct sy_id rid;
	uint16_t seq; /* 1 for the first attempt of a request */
	bool last;
	bool stream;
	bool simulated; /* by the simulated provider: not in anybody's bill */
	bool priced;    /* false: cost is not known, and 0 here */
	enum sy_outcome outcome;
	enum sy_kind kind; /* of the failure, where outcome is not SY_OK */
	int http_status;   /* the provider's; 0 without an answer */
	enum sy_finish finish;

	char key[SY_LABEL_MAX];   /* the key's id, never the key */
	char route[SY_LABEL_MAX]; /* "" where a target was asked for directly */
	char asked[SY_LABEL_MAX]; /* the model name as the client wrote it */
	char provider[SY_LABEL_MAX];
	char model[SY_LABEL_MAX]; /* the provider's own name for it */
	char feature[SY_LABEL_MAX];
	char user[SY_LABEL_MAX];
	char why[128]; /* why this target, in the plan's words */

	int64_t started_ms; /* Unix */
	int32_t first_ms;   /* from the attempt's start to the first content; -1 none */
	int32_t total_ms;
	uint32_t generation; /* of the configuration that decided */

	struct sy_usage usage;
	int64_t cost_nanodollars;
	int64_t reserved_nanodollars;
	int64_t bytes_out; /* answer text that went by, for estimates */

	/* Where `last`: the request as its client saw it. */
	uint16_t attempts;
	int client_status;
	int32_t request_first_ms; /* -1 none */
	int32_t request_ms;
};

#endif
