/*
 * zone.h - local days of a named time zone, from the system's zone data.
 *
 * Read from TZif files (RFC 9636) rather than through the C library, whose one zone belongs
 * to the whole process and so is nothing for threads.  A zone never changes once loaded.
 */
#ifndef SY_BASE_ZONE_H
#define SY_BASE_ZONE_H

#include "base/error.h"

#include <stdint.h>

struct sy_zone;

/* By IANA name, "UTC" without any file; SY_CONFIG when there is no such zone. */
int sy_zone_load(const char *name, struct sy_zone **out, struct sy_error *err);
void sy_zone_free(struct sy_zone *z); /* NULL does nothing */

const char *sy_zone_name(const struct sy_zone *z);

/* Seconds to add to Unix time for local time. */
int32_t sy_zone_offset(const struct sy_zone *z, int64_t unix_s);

/* Days since 1970-01-01, of the local calendar. */
int64_t sy_zone_day(const struct sy_zone *z, int64_t unix_s);
/* The Unix second at which that local day begins; not always midnight. */
int64_t sy_zone_day_start(const struct sy_zone *z, int64_t day);

/* The same for hours (as local clocks show them) and months (year * 12 + month, from 0). */
int64_t sy_zone_hour_start(const struct sy_zone *z, int64_t unix_s);
int64_t sy_zone_month(const struct sy_zone *z, int64_t unix_s);
int64_t sy_zone_month_start(const struct sy_zone *z, int64_t month);

/* Days since 1970-01-01 to a date of the proleptic Gregorian calendar and back; month 1-12. */
int64_t sy_date_to_day(int64_t year, int month, int mday);
void sy_date_from_day(int64_t day, int64_t *year, int *month, int *mday);

#endif
