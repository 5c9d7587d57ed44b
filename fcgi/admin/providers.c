/*
 * providers.c - GET providers: who is in use, since when, how the last day went.
 */
#include "admin/answer.h"

#include "base/arena.h"
#include "base/clock.h"
#include "model/config.h"
#include "model/health.h"
#include "store/ledger.h"
#include "store/live.h"

#include <inttypes.h>
#include <string.h>

#define WINDOW_S     3600
#define STRIP_CELLS  48
#define STRIP_STEP_S 1800

/* What a provider looks like is what its worst target in use looks like. */
struct state {
	struct sy_health worst;
	int64_t retry_at_ms; /* boot; 0 none */
};

static int badness(const struct sy_health *h)
{
	static const int ranks[] = {
		[SY_CLOSED] = 0,
		[SY_HALF_OPEN] = 1,
		[SY_OPEN] = 2,
		[SY_DRAINED] = 3,
	};

	return h->circuit <= SY_DRAINED ? ranks[h->circuit] : 0;
}

static size_t add_targets(const struct sy_provider *p, const struct sy_target *targets,
    size_t count, struct sy_target_name *names, size_t n, size_t room)
{
	for (size_t i = 0; i < count && n < room; i++)
		if (targets[i].model->provider == p)
			names[n++] = (struct sy_target_name){ p->name, targets[i].model->name };
	return n;
}

/* The targets that routes name; a provider that no route names is asked for directly, and
 * shows what its first models say. */
#define TARGETS 64

static size_t targets_of(const struct sy_config *c, const struct sy_provider *p,
    struct sy_target_name *names)
{
	size_t n = 0;

	for (size_t i = 0; i < c->route_count; i++) {
		const struct sy_route *r = &c->routes[i];

		n = add_targets(p, r->targets, r->target_count, names, n, TARGETS);
		n = add_targets(p, r->fallbacks, r->fallback_count, names, n, TARGETS);
	}
	for (size_t i = 0; n == 0 && i < c->model_count; i++)
		if (c->models[i].provider == p)
			names[n++] = (struct sy_target_name){ p->name, c->models[i].name };
	return n;
}

static int find_state(struct sy_web *w, const struct sy_provider *p, struct state *out,
    struct sy_error *err)
{
	struct sy_target_name names[TARGETS];
	struct sy_health health[TARGETS];
	size_t n = targets_of(w->admin->config, p, names);
	int64_t now = sy_boot_ms();

	memset(out, 0, sizeof(*out));
	if (n == 0)
		return 0;
	if (sy_live_health(w->admin->live, names, n, health, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (badness(&health[i]) > badness(&out->worst) || i == 0)
			out->worst = health[i];
	if (out->worst.circuit == SY_OPEN && out->worst.open_until_ms > now)
		out->retry_at_ms = out->worst.open_until_ms;
	return 0;
}

/* --- The last day, half-hour by half-hour. --------------------------------------------- */

struct strip {
	int64_t from;
	int64_t all[STRIP_CELLS], failed[STRIP_CELLS];
};

static void add_to_strip(void *arg, int64_t start, const char *id, const struct sy_cell *c)
{
	struct strip *s = arg;
	int64_t at = (start - s->from) / STRIP_STEP_S;

	(void)id;
	if (at < 0 || at >= STRIP_CELLS)
		return;
	s->all[at] += c->requests;
	s->failed[at] += c->ends[SY_END_UPSTREAM_ERROR];
}

static void put_strip(struct sy_buf *out, const struct strip *s)
{
	sy_buf_puts(out, ",\"strip\":\"");
	for (int i = 0; i < STRIP_CELLS; i++)
		sy_buf_putc(out, s->all[i] == 0		   ? '.'
			: s->failed[i] * 2 >= s->all[i]	   ? 'b'
			: s->failed[i] * 20 >= s->all[i] ? 'd'
							   : 'o');
	sy_buf_putc(out, '"');
}

/* --- The last failure and the last success. --------------------------------------------- */

static void keep_row(void *arg, const struct sy_attempt *row)
{
	*(struct sy_attempt *)arg = *row;
}

static int last_row(struct sy_web *w, const char *provider, enum sy_which which,
    struct sy_attempt *row, struct sy_error *err)
{
	struct sy_ledger_query q = {
		.provider = provider,
		.which = which,
		.limit = 1,
		.from_ms = (w->now_s - 86400) * 1000,
	};
	struct sy_ledger_mark mark;

	return sy_ledger_each(w->admin->book, &q, keep_row, row, &mark, err);
}

static int put_last(struct sy_web *w, const char *provider, struct sy_error *err)
{
	struct sy_attempt row;
	struct sy_buf *out = &w->out;
	int n = last_row(w, provider, SY_WHICH_FAILED, &row, err);

	if (n < 0)
		return -1;
	sy_answer_name(out, "last_error", false);
	if (n == 0) {
		sy_buf_puts(out, "null");
	} else {
		sy_buf_printf(out, "{\"class\":\"%s\",\"status\":", sy_kind_info(row.kind)->name);
		if (row.http_status != 0)
			sy_buf_int(out, row.http_status);
		else
			sy_buf_puts(out, "null");
		sy_buf_printf(out, ",\"at\":%" PRId64 "}", (row.started_ms + row.total_ms) / 1000);
	}
	n = last_row(w, provider, SY_WHICH_OK, &row, err);
	if (n < 0)
		return -1;
	sy_answer_name(out, "last_ok", false);
	if (n == 0)
		sy_buf_puts(out, "null");
	else
		sy_buf_int(out, (row.started_ms + row.total_ms) / 1000);
	return 0;
}

/* --- One provider. ---------------------------------------------------------------------- */

static const char *circuit_word(const struct sy_health *h)
{
	static const char *const words[] = {
		[SY_CLOSED] = "closed",
		[SY_OPEN] = "open",
		[SY_HALF_OPEN] = "half_open",
		[SY_DRAINED] = "drained",
	};

	return words[h->circuit <= SY_DRAINED ? h->circuit : SY_CLOSED];
}

/* Circuits keep boot time; people read the wall clock. */
static void put_time(struct sy_web *w, const char *name, int64_t boot_ms)
{
	sy_answer_name(&w->out, name, false);
	if (boot_ms == 0)
		sy_buf_puts(&w->out, "null");
	else
		sy_buf_int(&w->out, w->now_s + (boot_ms - sy_boot_ms()) / 1000);
}

static void put_window(struct sy_buf *out, const struct sy_cell *c)
{
	int64_t p50 = sy_histogram_quantile(&c->first, 500);
	int64_t p95 = sy_histogram_quantile(&c->first, 950);

	sy_buf_printf(out, ",\"attempts\":%" PRId64 ",\"failed\":%" PRId64, c->requests,
	    c->ends[SY_END_UPSTREAM_ERROR]);
	if (p50 < 0)
		sy_buf_puts(out, ",\"ttft_p50_ms\":null,\"ttft_p95_ms\":null");
	else
		sy_buf_printf(out, ",\"ttft_p50_ms\":%" PRId64 ",\"ttft_p95_ms\":%" PRId64, p50,
		    p95);
}

static int put_provider(struct sy_web *w, const struct sy_provider *p, int64_t strip_from,
    struct sy_error *err)
{
	struct sy_filter only = { SY_DIM_PROVIDER, p->name };
	struct sy_rollup_query q = {
		.grain = SY_MINUTE,
		.by = SY_DIM_NONE,
		.from = w->now_s - WINDOW_S,
		.to = w->now_s,
		.filters = &only,
		.filter_count = 1,
	};
	struct strip strip = { .from = strip_from };
	struct sy_cell hour;
	struct state state;
	bool partial;

	memset(&hour, 0, sizeof(hour));
	if (find_state(w, p, &state, err) < 0 ||
	    sy_rollup_sum(w->admin->book, &q, &hour, &partial, err) < 0)
		return -1;
	q.from = strip_from;
	if (sy_rollup_each(w->admin->book, &q, add_to_strip, &strip, &partial, err) < 0)
		return -1;
	sy_buf_puts(&w->out, "{\"id\":");
	sy_buf_json_str(&w->out, p->name);
	sy_buf_puts(&w->out, ",\"label\":");
	sy_buf_json_str(&w->out, p->label != NULL ? p->label : p->name);
	sy_buf_printf(&w->out, ",\"sim\":%s,\"circuit\":\"%s\"", p->simulated ? "true" : "false",
	    circuit_word(&state.worst));
	put_time(w, "since", state.worst.circuit == SY_CLOSED ? 0 : state.worst.since_ms);
	put_time(w, "retry_at", state.retry_at_ms);
	put_window(&w->out, &hour);
	if (put_last(w, p->name, err) < 0)
		return -1;
	put_strip(&w->out, &strip);
	sy_buf_putc(&w->out, '}');
	return 0;
}

int sy_answer_provider_list(struct sy_web *w, struct sy_error *err)
{
	const struct sy_config *c = w->admin->config;
	int64_t last = w->now_s - w->now_s % STRIP_STEP_S;
	int64_t from = last - (STRIP_CELLS - 1) * STRIP_STEP_S;
	bool first = true;

	sy_buf_printf(&w->out,
	    "{\"window_s\":%d,\"strip_from\":%" PRId64 ",\"strip_step_s\":%d,\"list\":[", WINDOW_S,
	    from, STRIP_STEP_S);
	for (size_t i = 0; c != NULL && i < c->provider_count; i++) {
		if (!c->providers[i].enabled)
			continue;
		sy_buf_puts(&w->out, first ? "" : ",");
		first = false;
		if (put_provider(w, &c->providers[i], from, err) < 0)
			return -1;
	}
	sy_buf_puts(&w->out, "]}");
	return 0;
}

int sy_answer_providers(struct sy_web *w, struct sy_error *err)
{
	if (sy_answer_head(w, NULL, false, err) < 0 || sy_answer_provider_list(w, err) < 0)
		return -1;
	sy_answer_tail(w);
	return 0;
}

/* --- Banners. ---------------------------------------------------------------------------- */

static int put_circuit_banner(struct sy_web *w, const struct sy_provider *p,
    const struct sy_health *h, bool first, struct sy_error *err)
{
	int64_t since = w->now_s + (h->since_ms - sy_boot_ms()) / 1000;
	struct sy_filter only = { SY_DIM_PROVIDER, p->name };
	struct sy_rollup_query q = {
		.grain = SY_MINUTE,
		.from = since > w->now_s - 86400 ? since : w->now_s - 86400,
		.to = w->now_s,
		.filters = &only,
		.filter_count = 1,
	};
	struct sy_cell mine, all;
	bool partial;

	memset(&mine, 0, sizeof(mine));
	memset(&all, 0, sizeof(all));
	if (sy_rollup_sum(w->admin->book, &q, &mine, &partial, err) < 0)
		return -1;
	q.filter_count = 0;
	if (sy_rollup_sum(w->admin->book, &q, &all, &partial, err) < 0)
		return -1;
	sy_buf_printf(&w->out, "%s{\"kind\":\"circuit_open\",\"provider\":", first ? "" : ",");
	sy_buf_json_str(&w->out, p->label != NULL ? p->label : p->name);
	sy_buf_printf(&w->out,
	    ",\"since\":%" PRId64 ",\"moved\":%" PRId64 ",\"moved_to\":null,\"failed\":%" PRId64
	    "}",
	    since, all.rescued, mine.ends[SY_END_UPSTREAM_ERROR]);
	return 0;
}

int sy_answer_circuit_banners(struct sy_web *w, struct sy_error *err)
{
	const struct sy_config *c = w->admin->config;
	int n = 0;

	for (size_t i = 0; c != NULL && i < c->provider_count && n < 8; i++) {
		struct state state;

		if (!c->providers[i].enabled)
			continue;
		if (find_state(w, &c->providers[i], &state, err) < 0)
			return -1;
		if (state.worst.circuit != SY_OPEN)
			continue;
		if (put_circuit_banner(w, &c->providers[i], &state.worst, n == 0, err) < 0)
			return -1;
		n++;
	}
	return n;
}
