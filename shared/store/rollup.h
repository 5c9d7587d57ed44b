/*
 * rollup.h - sums of the ledger over time, by what people ask for.
 *
 * Kept in step with the rows: a fold writes both in one transaction.  Each question that the
 * families (rollup.c) foresee is a few contiguous ranges; any other is answered from rows,
 * as far as SY_ROLLUP_SCAN of them reach.
 *
 * The time of a row is its request's: that in its id.  Requests are counted by the row with
 * `last`; tokens and money by every row.  Sums by provider, or filtered by one, count
 * attempts instead of requests, and carry why attempts failed.
 */
#ifndef SY_STORE_ROLLUP_H
#define SY_STORE_ROLLUP_H

#include "base/error.h"
#include "model/usage.h"
#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_book;

enum sy_dim {
	SY_DIM_NONE, /* no dimension: the total */
	SY_DIM_MODEL,
	SY_DIM_PROVIDER,
	SY_DIM_ROUTE,
	SY_DIM_FEATURE,
	SY_DIM_USER,
	SY_DIM_KEY,
	SY_DIMS
};

/* Kept for: 48 hours, 35 days, 400 days, ever. */
enum sy_grain { SY_MINUTE, SY_HOUR, SY_DAY, SY_MONTH, SY_GRAINS };

/* Whether a cell of that grain, which began at start_s (Unix), is still kept. */
bool sy_grain_keeps(enum sy_grain grain, int64_t start_s, int64_t now_ms);

extern const struct sy_word sy_dim_words[];   /* "model" ... */
extern const struct sy_word sy_grain_words[]; /* "minute" ... */

/* How requests (or attempts) ended; the five add up to `requests`. */
enum sy_end {
	SY_END_OK,
	SY_END_CLIENT_ERROR,   /* the request was wrong */
	SY_END_UPSTREAM_ERROR, /* ours or the provider's fault: "failed" to people */
	SY_END_CANCELLED,      /* the client left; of attempts, also: our worker died */
	SY_END_REFUSED,        /* over a limit or budget of ours */
	SY_ENDS
};

/* Why attempts failed; the names are those of the kinds (error.h). */
enum sy_fault {
	SY_FAULT_UNREACHED,
	SY_FAULT_OVERLOADED,
	SY_FAULT_BUSY,
	SY_FAULT_LOST,
	SY_FAULT_BROKEN,
	SY_FAULT_TOO_SLOW,
	SY_FAULT_TRUNCATED,
	SY_FAULT_UNUSABLE,
	SY_FAULT_CREDENTIAL,
	SY_FAULT_NO_MODEL,
	SY_FAULTS
};

extern const struct sy_word sy_end_words[];   /* "ok" ... */
extern const struct sy_word sy_fault_words[]; /* "unreached" ... */

/* Bucket n holds what took at most 10 ms * 1.2^n, and more than the one before; so quantiles
 * are within 10 %, and histograms are merged by adding. */
#define SY_HISTOGRAM_BUCKETS 64

struct sy_histogram {
	uint32_t n[SY_HISTOGRAM_BUCKETS];
};

extern const int32_t sy_histogram_edges_ms[SY_HISTOGRAM_BUCKETS];

/* The duration that so many in a thousand did not exceed; -1 when nothing was counted. */
int64_t sy_histogram_quantile(const struct sy_histogram *h, int per_mille);
int64_t sy_histogram_count(const struct sy_histogram *h);

struct sy_cell {
	int64_t requests; /* or attempts, see above */
	int64_t ends[SY_ENDS];
	int64_t faults[SY_FAULTS]; /* by provider only */
	int64_t rescued;           /* ended well after more than one attempt */
	int64_t unpriced;          /* used tokens, and their cost is not known */
	int64_t attempts;          /* calls to providers, failed ones too */
	int64_t tokens[SY_TOKEN_CLASSES];
	int64_t cost_nanodollars;
	int64_t wasted_nanodollars; /* that part of it which failed attempts cost */
	int64_t first_ms_sum;       /* of the streamed ones that got content */
	int64_t first_n;
	int64_t total_ms_sum; /* of the ok ones */
	struct sy_histogram first;
	struct sy_histogram total;
};

void sy_cell_add(struct sy_cell *sum, const struct sy_cell *c);

struct sy_filter {
	enum sy_dim dim;
	const char *value; /* "" stands for what carried no such label */
};

#define SY_ROLLUP_SCAN 50000

struct sy_rollup_query {
	enum sy_grain grain;
	enum sy_dim by;
	int64_t from, to; /* Unix seconds: cells that begin in [from, to) */
	const struct sy_filter *filters; /* same dimension: or; different ones: and */
	size_t filter_count;
};

/*
 * Calls fn for each cell, in no order that could be relied on; a pair of start and id may
 * come several times, and is then to be added up.  `start`: the Unix second at which the
 * cell begins, in the reporting zone; `id`: the dimension's value, "" for SY_DIM_NONE.
 * fn is called inside of a read transaction: it may neither wait nor use the store.
 * *partial (may be NULL): true when the answer took a scan that was cut short; the oldest
 * part is then missing.  What a grain no longer keeps is missing too: ask sy_grain_keeps().
 */
int sy_rollup_each(struct sy_book *b, const struct sy_rollup_query *q,
    void (*fn)(void *arg, int64_t start, const char *id, const struct sy_cell *c),
    void *arg, bool *partial, struct sy_error *err);

/* The sum of a range, in one cell. */
int sy_rollup_sum(struct sy_book *b, const struct sy_rollup_query *q, struct sy_cell *sum,
    bool *partial, struct sy_error *err);

/* Values of a dimension that begin with `prefix`, at most `limit`, by name. */
int sy_rollup_values(struct sy_book *b, enum sy_dim dim, const char *prefix, size_t limit,
    void (*fn)(void *arg, const char *id), void *arg, struct sy_error *err);

struct sy_rollup_state {
	uint64_t seq;     /* grows with each fold */
	int64_t as_of_ms; /* Unix: all that ended before is in; where nothing waits in the
	                    * outbox (sy_live_now), that is now instead */
	char zone[64];    /* IANA name of the reporting zone */
};
int sy_rollup_state(struct sy_book *b, struct sy_rollup_state *out, struct sy_error *err);

/*
 * The reporting zone, "UTC" at first.  Changing it makes the roll-ups anew from rows, which
 * takes a while where there are many; cells older than the oldest row keep the old zone.
 * Setting the same again does nothing.
 */
int sy_rollup_zone(struct sy_book *b, const char *zone, struct sy_error *err);

#endif
