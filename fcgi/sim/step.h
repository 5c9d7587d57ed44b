/*
 * step.h - one step of a script: how a single attempt is to be answered.
 *
 * Every field may be left out and they combine.  The counts of events (for a JSON answer:
 * bytes of its body) say how many go out before the thing happens; SY_SIM_NEVER is the value
 * of those left out.
 */
#ifndef SY_SIM_STEP_H
#define SY_SIM_STEP_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;
struct sy_error;

#define SY_SIM_NEVER (-1)

enum sy_sim_cut {
	SY_SIM_CUT_ABORT, /* close in the middle of a chunk */
	SY_SIM_CUT_CLEAN, /* end the HTTP body properly, but not the dialect's stream */
	SY_SIM_CUT_RESET, /* RST */
};

struct sy_sim_step {
	/* What is answered. */
	char *model;    /* in place of the request's */
	char *say;      /* the text of the answer, whatever the model */
	char *exchange; /* a recorded exchange, relative to the data folder */
	int64_t status; /* 0: 200 */
	char *headers;  /* "name: value\r\n" lines, or NULL */
	char *body;     /* in place of the answer's, or NULL */
	bool body_is_text;
	bool unread; /* the request's body is not looked at: an upstream that costs little */
	int64_t words, cached, cache_write;
	bool no_done, no_usage, no_finish;

	/* When. */
	int64_t delay_ms;        /* before the response's first byte */
	int64_t header_delay_ms; /* between the headers and the first byte of the body */
	int64_t event_delay_ms;
	int64_t rate; /* words a second */
	int64_t latency_median_ms;
	double latency_sigma;

	/* How it goes wrong. */
	bool refuse;
	bool reset_before_headers;
	bool stall_before_headers;
	int64_t stall_after;
	int64_t cut_after;
	enum sy_sim_cut cut;
	int64_t malformed_at;
	int64_t error_at;
	char *error;        /* the error object as JSON, or NULL for the dialect's own */
	bool error_is_body; /* it has its wrapping already */
	double fail_share;
	int64_t fail_status;
	int64_t outage_every_s, outage_for_s;

	/* How it is cut on the wire. */
	int64_t slice; /* bytes a piece; 0: an event a piece */
	int64_t slice_delay_ms;
	int64_t chunked; /* 1, 0, or SY_SIM_NEVER: as fits the answer */
};

/* All fields as if left out. */
void sy_sim_step_init(struct sy_sim_step *step);
void sy_sim_step_release(struct sy_sim_step *step);

/*
 * Reads a JSON object into step, which must have been initialised; err->param names the
 * field, below path ("sites.a.steps[0]").  Release it in either case.
 */
int sy_sim_step_read(struct sy_sim_step *step, struct json_object *in, const char *path,
    struct sy_error *err);

#endif
