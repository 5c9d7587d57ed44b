/*
 * common.c - what the API's answers share: the question, the head, totals, labels.
 */
#include "admin/answer.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/config.h"
#include "store/keys.h"
#include "store/live.h"

#include <inttypes.h>
#include <string.h>

#define FILTERS 32

struct filters {
	struct sy_filter list[FILTERS];
	size_t count;
	bool unknown;
	struct sy_arena *arena;
};

static void take_filter(void *arg, const char *name, const char *value)
{
	struct filters *f = arg;
	int dim = sy_word_value(sy_dim_words, name + strlen("f."));

	if (dim <= SY_DIM_NONE || f->count == FILTERS) {
		f->unknown = true;
		return;
	}
	f->list[f->count++] = (struct sy_filter){ (enum sy_dim)dim, value };
}

static int ask_filters(struct sy_web *w, struct sy_ask_spend *out, struct sy_error *err)
{
	struct filters *f = sy_alloc(w->arena, sizeof(*f));

	sy_web_params(w, "f.", take_filter, f);
	if (f->unknown)
		return sy_fail(err, SY_BAD_REQUEST, "f",
		    "A filter is f.DIM with one of model, provider, route, feature, user, key, "
		    "and there may be %d of them.", FILTERS);
	/* Whoever may see only his own sees only his own. */
	if (w->session.access == SY_ACCESS_SELF) {
		if (f->count == FILTERS)
			f->count--;
		f->list[f->count++] =
		    (struct sy_filter){ SY_DIM_USER, w->session.user };
	}
	out->filters = f->list;
	out->filter_count = f->count;
	return 0;
}

int sy_answer_ask(struct sy_web *w, struct sy_ask_spend *out, struct sy_error *err)
{
	const char *range = sy_web_param(w, "r"), *by = sy_web_param(w, "by");
	int dim = by != NULL ? sy_word_value(sy_dim_words, by) : SY_DIM_MODEL;

	memset(out, 0, sizeof(*out));
	if (dim <= SY_DIM_NONE)
		return sy_fail(err, SY_BAD_REQUEST, "by",
		    "'%.40s' is no dimension: model, provider, route, feature, user or key.", by);
	out->by = (enum sy_dim)dim;
	if (sy_period_parse(range != NULL ? range : "7d", sy_web_param(w, "cmp"),
		sy_web_param(w, "step"), w->admin->zone, w->now_s, &out->period, err) < 0)
		return -1;
	return ask_filters(w, out, err);
}

void sy_answer_name(struct sy_buf *out, const char *name, bool first)
{
	sy_buf_printf(out, "%s\"%s\":", first ? "" : ",", name);
}

static void put_period(struct sy_web *w, const struct sy_period *p)
{
	sy_buf_printf(&w->out, ",\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"step\":\"%s\"",
	    p->now.from, p->now.to, sy_word_name(sy_step_words, (int)p->step));
	if (p->compared)
		sy_buf_printf(&w->out, ",\"cmp\":{\"from\":%" PRId64 ",\"to\":%" PRId64 "}",
		    p->before.from, p->before.to);
	else
		sy_buf_puts(&w->out, ",\"cmp\":null");
}

int sy_answer_head(struct sy_web *w, const struct sy_period *period, bool partial,
    struct sy_error *err)
{
	struct sy_rollup_state state;
	struct sy_live_now now;

	if (sy_rollup_state(w->admin->book, &state, err) < 0 ||
	    sy_live_now(w->admin->live, &now, err) < 0)
		return -1;
	w->as_of = now.outbox == 0 ? w->now_s : state.as_of_ms / 1000;
	w->seq = state.seq;
	sy_buf_printf(&w->out, "{\"v\":1,\"as_of\":%" PRId64 ",\"seq\":%" PRIu64 ",\"tz\":",
	    w->as_of, w->seq);
	sy_buf_json_str(&w->out, state.zone);
	if (period != NULL) {
		put_period(w, period);
		sy_buf_printf(&w->out, ",\"partial\":%s", partial ? "true" : "false");
	}
	sy_buf_puts(&w->out, ",\"data\":");
	return 0;
}

void sy_answer_tail(struct sy_web *w)
{
	sy_buf_putc(&w->out, '}');
}

static void put_quantile(struct sy_buf *out, const char *name, const struct sy_histogram *h,
    int per_mille)
{
	int64_t ms = sy_histogram_quantile(h, per_mille);

	sy_answer_name(out, name, false);
	if (ms < 0)
		sy_buf_puts(out, "null");
	else
		sy_buf_int(out, ms);
}

void sy_answer_totals(struct sy_buf *out, const struct sy_cell *c, int64_t cost_uusd)
{
	sy_buf_printf(out, "{\"cost_uusd\":%" PRId64 ",\"requests\":%" PRId64, cost_uusd,
	    c->requests);
	for (int end = 0; end < SY_ENDS; end++) {
		sy_answer_name(out, sy_word_name(sy_end_words, end), false);
		sy_buf_int(out, c->ends[end]);
	}
	sy_buf_printf(out, ",\"rescued\":%" PRId64 ",\"cache_hits\":0,\"unpriced\":%" PRId64,
	    c->rescued, c->unpriced);
	for (int class = 0; class < SY_TOKEN_CLASSES; class++) {
		sy_answer_name(out, sy_token_class_names[class], false);
		sy_buf_int(out, c->tokens[class]);
	}
	sy_buf_puts(out, ",\"saved_uusd\":null");
	put_quantile(out, "ttft_p50_ms", &c->first, 500);
	put_quantile(out, "ttft_p95_ms", &c->first, 950);
	sy_buf_printf(out, ",\"ttft_n\":%" PRId64 "}", c->first_n);
}

void sy_answer_numbers(struct sy_buf *out, const int64_t *n, size_t count)
{
	sy_buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			sy_buf_putc(out, ',');
		sy_buf_int(out, n[i]);
	}
	sy_buf_putc(out, ']');
}

const char *sy_answer_label(struct sy_web *w, enum sy_dim dim, const char *id)
{
	const struct sy_config *c = w->admin->config;
	const struct sy_provider *p;
	struct sy_error err;
	struct sy_key key;

	if (dim == SY_DIM_KEY && sy_key_get(w->admin->book, id, &key, &err) > 0 &&
	    key.label[0] != '\0')
		return sy_strdup(w->arena, key.label);
	if (dim == SY_DIM_PROVIDER && c != NULL && (p = sy_config_provider(c, id)) != NULL &&
	    p->label != NULL)
		return p->label;
	return id;
}
