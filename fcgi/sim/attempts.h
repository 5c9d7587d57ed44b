/*
 * attempts.h - the simulator's own count of what it was asked and what it sent.
 *
 * The truth that tests hold the gateway's ledger against: a record per attempt, a line in
 * the log when a request has come in whole, and another when its answer has ended.
 */
#ifndef SY_SIM_ATTEMPTS_H
#define SY_SIM_ATTEMPTS_H

#include "sim/answer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_buf;
struct sy_sim_site;

enum { SY_SIM_ATTEMPTS = 200000 };

enum sy_sim_outcome {
	SY_SIM_RUNNING,
	SY_SIM_WHOLE,         /* all that was to be sent, whatever its status */
	SY_SIM_CUT,           /* ended early, as scripted */
	SY_SIM_REFUSED_CALL,  /* closed without a byte, as scripted */
	SY_SIM_CLIENT_CLOSED, /* the client left first */
	SY_SIM_STOPPED_HERE,  /* the simulator was told to end */
	SY_SIM_OUTCOMES
};

struct sy_sim_attempt {
	uint64_t sequence; /* over all sites, from 1 */
	uint64_t number;   /* at its site, since the script was set */
	const struct sy_sim_site *site;
	char path[64];
	char model[48];
	char client_request_id[64];
	bool streamed;
	enum sy_sim_outcome outcome;
	int status; /* 0: none was sent */
	uint32_t events;
	struct sy_sim_usage usage; /* as reported to the client */
	int64_t start_ms, end_ms;  /* monotonic */
};

struct sy_sim_attempts {
	struct sy_sim_attempt *ring; /* by sequence; the oldest are overwritten */
	uint64_t count;              /* the last sequence */
	uint64_t cleared;            /* the last sequence that was cleared away */
	int log;                     /* -1: none */
};

/* log_path may be NULL; -1 with errno if it cannot be opened. */
int sy_sim_attempts_init(struct sy_sim_attempts *list, const char *log_path);
void sy_sim_attempts_release(struct sy_sim_attempts *list);

/* Gives *a its sequence and start, records and logs it. */
void sy_sim_attempt_start(struct sy_sim_attempts *list, struct sy_sim_attempt *a);

/* The same at the end: outcome, and whatever else was learned since. */
void sy_sim_attempt_end(struct sy_sim_attempts *list, struct sy_sim_attempt *a,
    enum sy_sim_outcome outcome);

void sy_sim_attempts_clear(struct sy_sim_attempts *list);

/* Appends a JSON array of a site's attempts, oldest first; of all sites if it is NULL. */
void sy_sim_attempts_list(const struct sy_sim_attempts *list,
    const struct sy_sim_site *site, struct sy_buf *out);

#endif
