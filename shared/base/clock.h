/*
 * clock.h - the three times.
 */
#ifndef SY_BASE_CLOCK_H
#define SY_BASE_CLOCK_H

#include <stdint.h>

int64_t sy_unix_ms(void);      /* wall clock: what people and the ledger read */
int64_t sy_boot_ms(void);      /* CLOCK_BOOTTIME: the same in all processes of one boot,
                                * never steps; circuits and leases */
int64_t sy_monotonic_us(void); /* durations inside one process */

#endif
