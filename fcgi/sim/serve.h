/*
 * serve.h - one request: which site, which step, and the reply as bytes.
 *
 * No sockets: what is to happen on the wire, and when, is left in the call for play.h.
 */
#ifndef SY_SIM_SERVE_H
#define SY_SIM_SERVE_H

#include "sim/answer.h"
#include "sim/ask.h"
#include "sim/attempts.h"
#include "sim/http.h"
#include "sim/reply.h"
#include "sim/site.h"
#include "sim/step.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The simulator: what all connections share. */
struct sy_sim {
	struct sy_sim_sites sites;
	struct sy_sim_attempts attempts;
	const char *data; /* folder of recorded exchanges, or NULL */
	int64_t started_ms;

	/* The call that is being answered: nothing interrupts that, so one of each will do. */
	struct sy_sim_ask ask;
	struct sy_sim_answer answer;
};

/* What happens on the wire instead of a reply. */
enum sy_sim_silence {
	SY_SIM_SPEAK,
	SY_SIM_REFUSE, /* close */
	SY_SIM_RESET,  /* RST */
	SY_SIM_STALL,  /* nothing, for ever */
};

struct sy_sim_call {
	struct sy_sim_http http;
	struct sy_sim_reply reply;
	struct sy_sim_attempt attempt;
	bool counted; /* the attempt has begun and not ended */

	struct sy_sim_step own;   /* from the x-sim header */
	struct sy_sim_plan *plan; /* held, as step may point into it */
	const struct sy_sim_step *step;

	/* For the wire. */
	enum sy_sim_silence silence;
	int64_t delay_ms; /* before the first byte, all reasons added */
	double gap_s;     /* between two events */
	size_t cut_at;    /* the event before which it is cut; SIZE_MAX: never */
	size_t stall_at;
	bool cut_clean; /* the body has been cut already, and ends properly */
};

void sy_sim_init(struct sy_sim *sim);
void sy_sim_release(struct sy_sim *sim);

void sy_sim_call_init(struct sy_sim_call *call);
void sy_sim_call_reset(struct sy_sim_call *call); /* for the connection's next request */
void sy_sim_call_release(struct sy_sim_call *call);

/* Answers call->http, which is whole. */
void sy_sim_serve(struct sy_sim *sim, struct sy_sim_call *call);

/* Makes the reply an error in OpenAI's shape; for requests that could not be read. */
void sy_sim_serve_error(struct sy_sim_call *call, const struct sy_error *err);

#endif
