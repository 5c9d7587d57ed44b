/*
 * period.h - the words people use for a stretch of time, in the reporting zone.
 *
 *   1h 24h                the last hours, up to now
 *   today yesterday       days of the reporting zone
 *   7d 30d 90d            the last days, today among them
 *   mtd lastmonth 12m     the month so far; the one before; the last twelve, this one too
 *   2026-01-01..2026-01-31  days, both included
 *   @1767225600..1767312000 Unix seconds, half open
 */
#ifndef SY_OPS_PERIOD_H
#define SY_OPS_PERIOD_H

#include "base/error.h"
#include "store/rollup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_zone;

struct sy_span {
	int64_t from, to; /* Unix seconds, half open */
};

enum sy_step { SY_STEP_5MIN, SY_STEP_HOUR, SY_STEP_DAY, SY_STEP_MONTH };

struct sy_period {
	struct sy_span now; /* ends now at the latest */
	bool compared;
	struct sy_span before; /* what it is compared with: as long as `now` */
	enum sy_step step;
	enum sy_grain grain; /* whose cells make up a step */
};

extern const struct sy_word sy_step_words[]; /* "5min" ... */

/*
 * `cmp`: none, prev, week, month, year; NULL prev.  `step`: a word of sy_step_words or auto;
 * NULL auto, which keeps to about a hundred steps; more than some thousand are refused.  -1 with SY_BAD_REQUEST and the word's
 * own name ("r", "cmp", "step") as the field.
 */
int sy_period_parse(const char *range, const char *cmp, const char *step,
    const struct sy_zone *zone, int64_t now, struct sy_period *out, struct sy_error *err);

/* Where the step that holds `at` begins, and where the next one does. */
int64_t sy_step_start(enum sy_step step, const struct sy_zone *zone, int64_t at);
int64_t sy_step_next(enum sy_step step, const struct sy_zone *zone, int64_t start);

/* The same local time so many days (or months) earlier; a day that the month does not have
 * is its last. */
int64_t sy_days_before(const struct sy_zone *zone, int64_t at, int64_t days);
int64_t sy_months_before(const struct sy_zone *zone, int64_t at, int64_t months);

#endif
