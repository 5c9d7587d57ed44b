/*
 * health.h - the circuit of one target, as a pure step from old state and report to new.
 *
 * Times are boot milliseconds (clock.h), so that all processes of one boot agree.  The state
 * is one fixed record in the live store; only store/circuits.c writes it.  Figures and
 * reasons: health.c.
 */
#ifndef SY_MODEL_HEALTH_H
#define SY_MODEL_HEALTH_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define SY_HEALTH_BUCKETS   12
#define SY_HEALTH_BUCKET_MS 5000

enum sy_circuit { SY_CLOSED, SY_OPEN, SY_HALF_OPEN, SY_DRAINED };

struct sy_health {
	uint8_t circuit;
	uint8_t trips;        /* how often in a row it opened; doubles the rest */
	uint8_t failed_row;   /* failures in a row */
	uint8_t unreached_row;
	uint8_t probes_ok;    /* successes in a row while half open */
	uint8_t reason;       /* enum sy_kind of what opened it */
	uint8_t busy_row;     /* "later" in a row; doubles the wait */
	uint8_t asides;       /* refused credentials in a row; doubles the time aside */
	uint32_t fence;       /* a probe's lease number; grows by one a lease */
	int32_t first_ms;     /* smoothed time to the first content; 0 not known */
	int64_t since_ms;     /* when `circuit` last changed */
	int64_t open_until_ms;
	int64_t lease_until_ms; /* half open: a probe is out until then */
	int64_t not_before_ms;  /* the provider said later (Retry-After); 0 */
	int64_t aside_until_ms; /* the credential is set aside; 0 */
	int64_t leased_at_ms;   /* the last lease */
	int64_t failed_at_ms;   /* the last failure */
	int64_t bucket_at;      /* number of the newest bucket */
	uint16_t ok[SY_HEALTH_BUCKETS];
	uint16_t failed[SY_HEALTH_BUCKETS];
};

enum sy_leave {
	SY_MAY_TRY,
	SY_MAY_RAMP,  /* just recovered, and the dice say: rather another, if there is one */
	SY_MAY_PROBE, /* only with a lease */
	SY_MAY_FORCE, /* open: a lease may be had only when every other target is shut too */
	SY_MAY_NOT,
};

struct sy_report {
	bool ok;
	enum sy_kind kind;  /* of the failure */
	int retry_after_ms; /* 0 when nobody said */
	int first_ms;       /* time to the first content, -1 none */
	uint32_t fence;     /* of the probe that reports; 0 for a common attempt */
	int64_t now_ms;
	uint32_t dice;
};

/* May a request go to this target now? */
enum sy_leave sy_health_ask(const struct sy_health *h, int64_t now_ms, uint32_t dice);

/* When it may be asked again, for a Retry-After; now_ms when it may be at once. */
int64_t sy_health_ready_ms(const struct sy_health *h, int64_t now_ms);

/* Takes the one probe's lease until `until_ms`, where sy_health_ask() said SY_MAY_PROBE or
 * SY_MAY_FORCE; the fence number to report with, never 0. */
uint32_t sy_health_lease(struct sy_health *h, int64_t now_ms, int64_t until_ms);

/* A probe that ended without saying anything of the target (client gone): frees the lease. */
void sy_health_unlease(struct sy_health *h, uint32_t fence);

void sy_health_step(struct sy_health *h, const struct sy_report *r);

/* Failed attempts of the window and all of them. */
void sy_health_window(const struct sy_health *h, int64_t now_ms, int *failed, int *all);

#endif
