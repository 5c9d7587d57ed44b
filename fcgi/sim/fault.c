/*
 * fault.c - see fault.h.
 *
 * Faults in events are made here, on the reply's marks, so that no dialect knows of them.
 */
#include "sim/fault.h"

#include "sim/dialect.h"
#include "sim/serve.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

#define INVALID "invalid_request_error"

static void fill_error(struct sy_error *err, int status)
{
	static const struct {
		int status;
		const char *type, *code, *message;
	} rows[] = {
		{ 400, INVALID, "", "the request is wrong" },
		{ 401, INVALID, "invalid_api_key", "this key is not known here" },
		{ 402, "insufficient_quota", "insufficient_credits",
		    "no credit is left" },
		{ 403, "permission_error", "", "this key may not do that" },
		{ 404, INVALID, "model_not_found", "there is no such model" },
		{ 408, "timeout_error", "request_timeout", "the request took too long" },
		{ 409, INVALID, "", "the object was changed meanwhile" },
		{ 413, INVALID, "request_too_large", "the body is too large" },
		{ 429, "requests", "rate_limit_exceeded", "too many requests" },
		{ 500, "server_error", "", "something broke" },
		{ 502, "server_error", "", "bad gateway" },
		{ 503, "service_unavailable_error", "server_is_overloaded",
		    "overloaded" },
		{ 504, "server_error", "", "gateway timeout" },
		{ 529, "overloaded_error", "", "overloaded" },
	};
	const char *type = status < 500 ? INVALID : "server_error";

	sy_fail_code(err, SY_REFUSED, "", "", "simulated status %d", status);
	sy_copy(err->type, sizeof(err->type), type);
	err->status = status;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].status != status)
			continue;
		sy_copy(err->type, sizeof(err->type), rows[i].type);
		sy_copy(err->code, sizeof(err->code), rows[i].code);
		sy_copy(err->message, sizeof(err->message), rows[i].message);
	}
}

void sy_sim_fault_write(const struct sy_sim_dialect *dialect,
    const struct sy_sim_step *step, int status, struct sy_buf *out)
{
	struct sy_error err;

	if (step->error == NULL) {
		fill_error(&err, status);
		dialect->error(&err, out);
	} else if (step->error_is_body || dialect->error_open == NULL) {
		sy_buf_puts(out, step->error);
	} else {
		sy_buf_puts(out, dialect->error_open);
		sy_buf_puts(out, step->error);
		sy_buf_putc(out, '}');
	}
}

/* The end of each period is the outage, so that a fresh start begins in health. */
static bool in_outage(const struct sy_sim *sim, const struct sy_sim_step *step)
{
	int64_t up_s = (sy_monotonic_us() / 1000 - sim->started_ms) / 1000;

	return step->outage_every_s > 0 &&
	       up_s % step->outage_every_s >= step->outage_every_s - step->outage_for_s;
}

int sy_sim_fault_status(struct sy_sim *sim, struct sy_sim_site *site,
    const struct sy_sim_step *step)
{
	if (in_outage(sim, step))
		return (int)step->fail_status;
	if (step->fail_share > 0 && sy_sim_site_roll(site) < step->fail_share)
		return (int)step->fail_status;
	return (int)step->status;
}

/* A step counts a stream in events and any other body in bytes: these become two events,
 * the first of so many bytes. */
static size_t event_of(struct sy_sim_reply *r, int64_t n)
{
	if (n == SY_SIM_NEVER)
		return SIZE_MAX;
	if (r->streamed)
		return (size_t)n <= r->count ? (size_t)n : SIZE_MAX;
	if ((size_t)n >= r->body.len || r->count != 1)
		return SIZE_MAX;
	if (n == 0)
		return 0;
	r->marks[0] = (size_t)n;
	sy_sim_reply_mark(r);
	return 1;
}

/* The event keeps its length and loses its last brace. */
static void spoil_event(struct sy_sim_reply *r, int64_t n)
{
	size_t begin, end;

	if (n == SY_SIM_NEVER || (size_t)n >= r->count)
		return;
	begin = sy_sim_reply_event(r, (size_t)n);
	end = sy_sim_reply_event(r, (size_t)n + 1);
	while (end > begin && r->body.data[end - 1] != '}')
		end--;
	if (end > begin)
		r->body.data[end - 1] = ',';
}

static void put_error_frame(const struct sy_sim_dialect *dialect,
    const struct sy_sim_step *step, struct sy_sim_reply *r)
{
	struct sy_buf body;

	sy_buf_init(&body, SY_SIM_REPLY_BYTES);
	sy_sim_fault_write(dialect, step, dialect->broken_status, &body);
	dialect->error_frame(&body, &r->body);
	sy_buf_release(&body);
	sy_sim_reply_mark(r);
}

/* An error inside a 200 takes the place of the events from n on. */
static void put_error(const struct sy_sim_dialect *dialect,
    const struct sy_sim_step *step, struct sy_sim_reply *r)
{
	if (step->error_at == SY_SIM_NEVER || (size_t)step->error_at > r->count)
		return;
	sy_sim_reply_cut(r, r->streamed ? (size_t)step->error_at : 0);
	if (r->streamed && dialect->error_frame != NULL) {
		put_error_frame(dialect, step, r);
		return;
	}
	if (r->streamed) {
		sy_buf_puts(&r->body, dialect->error_event);
		sy_buf_puts(&r->body, "data: ");
	}
	sy_sim_fault_write(dialect, step, dialect->broken_status, &r->body);
	if (r->streamed)
		sy_buf_puts(&r->body, "\n\n");
	sy_sim_reply_mark(r);
}

/* Log-normal, as latencies of real providers nearly are; by the Box-Muller method. */
static int64_t roll_latency(struct sy_sim_site *site, const struct sy_sim_step *step)
{
	double u = 1 - sy_sim_site_roll(site), v = sy_sim_site_roll(site);
	double normal = sqrt(-2 * log(u)) * cos(2 * M_PI * v);

	return (
	    int64_t)((double)step->latency_median_ms * exp(step->latency_sigma * normal));
}

static void set_times(struct sy_sim *sim, struct sy_sim_site *site,
    struct sy_sim_call *call)
{
	const struct sy_sim_step *step = call->step;

	call->delay_ms = step->delay_ms;
	if (step->latency_median_ms > 0)
		call->delay_ms += roll_latency(site, step);
	if (step->rate > 0 && call->reply.streamed)
		call->gap_s = 1.0 / (double)step->rate;
	else if (step->rate > 0)
		call->delay_ms += sim->answer.usage.completion * 1000 / step->rate;
	if (step->event_delay_ms > 0)
		call->gap_s = (double)step->event_delay_ms / 1000;
}

static void set_cuts(struct sy_sim_call *call)
{
	const struct sy_sim_step *step = call->step;

	call->stall_at = event_of(&call->reply, step->stall_after);
	call->cut_at = event_of(&call->reply, step->cut_after);
	if (call->cut_at != SIZE_MAX && step->cut == SY_SIM_CUT_CLEAN) {
		sy_sim_reply_cut(&call->reply, call->cut_at);
		call->cut_at = SIZE_MAX;
		call->cut_clean = true;
	}
}

void sy_sim_fault_apply(struct sy_sim *sim, struct sy_sim_site *site,
    const struct sy_sim_dialect *dialect, struct sy_sim_call *call)
{
	const struct sy_sim_step *step = call->step;

	if (step->refuse)
		call->silence = SY_SIM_REFUSE;
	else if (step->reset_before_headers)
		call->silence = SY_SIM_RESET;
	else if (step->stall_before_headers)
		call->silence = SY_SIM_STALL;
	put_error(dialect, step, &call->reply);
	spoil_event(&call->reply, step->malformed_at);
	set_times(sim, site, call);
	set_cuts(call);
}
