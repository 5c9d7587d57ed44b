/*
 * account.c - from what happened to what the ledger says: labels, outcome, usage, cost.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "model/words.h"
#include "relay/engine.h"

#include <string.h>

/* A request that sets no limit to its output, on a model whose limit is not known. */
#define OUTPUT_TOKENS 4096

static void label(char dst[SY_LABEL_MAX], const char *text)
{
	sy_copy(dst, SY_LABEL_MAX, text != NULL ? text : "");
}

static const char *feature_of(const struct sy_request *q)
{
	const struct sy_route *route = sy_request_route(q);

	if (q->key.feature[0] != '\0')
		return q->key.feature;
	if (q->ask.feature != NULL)
		return q->ask.feature;
	return route != NULL ? route->feature : NULL;
}

void sy_account_labels(struct sy_request *q, struct sy_attempt *row)
{
	const struct sy_route *route = sy_request_route(q);

	row->rid = q->in.id;
	row->stream = q->ask.stream;
	row->started_ms = sy_unix_ms();
	row->first_ms = row->request_first_ms = -1;
	row->generation = q->config != NULL ? q->config->generation : 0;
	label(row->key, q->key.id);
	label(row->route, route != NULL ? route->name : "");
	label(row->asked, q->ask.model);
	label(row->feature, feature_of(q));
	label(row->user, q->ask.user);
}

/* What the answer may cost at most, as far as it can be known: nobody overspends by asking
 * for much and having it counted later. */
static int64_t worst_case(const struct sy_try *t)
{
	const struct sy_ask *ask = &t->q->ask;
	struct sy_usage most = { .source = SY_USAGE_ESTIMATED };
	int64_t out = ask->max_output_tokens, cost;

	if (sy_task_info(ask->task)->free)
		return 0;
	if (out == 0)
		out = t->model->max_output_tokens;
	if (out == 0)
		out = OUTPUT_TOKENS;
	most.tokens[SY_IN] = ask->input_tokens;
	if (sy_task_info(ask->task)->writes)
		most.tokens[SY_OUT] = out * (ask->n > 0 ? ask->n : 1);
	return sy_usage_cost(&most, &t->model->price, &cost) ? cost : 0;
}

static void price_usage(struct sy_try *t)
{
	struct sy_attempt *row = &t->row;

	row->priced = sy_usage_cost(&row->usage, &t->model->price, &row->cost_nanodollars);
}

/* What nobody counted, by the bytes.  Pictures, seconds and searches are no bytes: what they
 * cost is not known, which is not nothing. */
static void estimate_usage(struct sy_try *t, int64_t text_bytes)
{
	struct sy_attempt *row = &t->row;

	if (!sy_task_info(t->q->ask.task)->by_tokens) {
		row->priced = sy_task_info(t->q->ask.task)->free;
		row->cost_nanodollars = 0;
		return;
	}
	row->usage.source = SY_USAGE_ESTIMATED;
	row->usage.tokens[SY_IN] = t->q->ask.input_tokens;
	row->usage.tokens[SY_OUT] = sy_tokens_estimate(text_bytes);
	price_usage(t);
}

void sy_account_begin(struct sy_try *t)
{
	struct sy_attempt *row = &t->row;
	uint16_t seq = row->seq;

	sy_account_labels(t->q, row);
	row->seq = seq;
	row->stream = t->call.stream;
	row->simulated = t->model->provider->simulated;
	label(row->provider, t->model->provider->name);
	label(row->model, t->model->name);
	sy_copy(row->why, sizeof(row->why), t->choice->why);
	estimate_usage(t, 0);
	row->reserved_nanodollars = worst_case(t);
}

static enum sy_outcome outcome_of(enum sy_kind kind)
{
	switch (kind) {
	case SY_UNREACHED:
		return SY_NOT_SENT;
	case SY_OVERLOADED:
	case SY_BUSY:
	case SY_CONFLICT:
	case SY_REFUSED:
	case SY_CONTEXT:
	case SY_POLICY:
	case SY_CREDENTIAL:
	case SY_NO_UPSTREAM_MODEL:
		return SY_REFUSED_FREE;
	case SY_UNUSABLE:
		return SY_BAD_RESPONSE;
	case SY_TRUNCATED:
		return SY_CUT_SHORT;
	case SY_TOO_SLOW:
		return SY_TIMED_OUT;
	case SY_CLIENT_GONE:
	case SY_NO_PROVIDER:
		return SY_CANCELLED;
	default:
		return SY_UPSTREAM_ERROR;
	}
}

/* Whether work may have been done that nobody reported: then tokens are estimated.  A
 * provider that answered with an error says that there was none. */
static bool may_have_worked(const struct sy_try *t)
{
	if (!t->failed)
		return true;
	switch (outcome_of(t->err.kind)) {
	case SY_NOT_SENT:
	case SY_REFUSED_FREE:
		return false;
	case SY_UPSTREAM_ERROR:
		return t->status == 0;
	case SY_CANCELLED:
		return t->started_us != 0;
	default:
		return true;
	}
}

/* What was counted before a stream was cut is a placeholder for its output, or was true of a
 * part of it only: the text that came is worth at least its estimate. */
static void raise_output(struct sy_usage *u, int64_t text_bytes)
{
	int64_t missing = sy_tokens_estimate(text_bytes) - sy_usage_out(u);

	if (missing <= 0)
		return;
	u->tokens[SY_OUT] += missing;
	u->billed_out += u->billed ? missing : 0;
	u->source = SY_USAGE_ESTIMATED;
}

static void account_usage(struct sy_try *t, const struct sy_reading *reading)
{
	struct sy_attempt *row = &t->row;

	row->bytes_out = reading->text_bytes;
	if (reading->usage.source == SY_USAGE_PROVIDER) {
		row->usage = reading->usage;
		if (!reading->whole)
			raise_output(&row->usage, reading->text_bytes);
		price_usage(t);
		return;
	}
	memset(&row->usage, 0, sizeof(row->usage));
	if (may_have_worked(t))
		estimate_usage(t, reading->text_bytes);
	else
		price_usage(t);
}

void sy_account_end(struct sy_try *t)
{
	const struct sy_reading *reading = sy_translation_reading(t->translation);
	struct sy_attempt *row = &t->row;
	int64_t now = sy_monotonic_us();

	row->outcome = t->failed ? outcome_of(t->err.kind)
	    : t->q->gone	 ? SY_OK_CLIENT_GONE
				 : SY_OK;
	if (t->failed)
		row->kind = t->err.kind;
	row->http_status = t->status;
	row->finish = reading->finish;
	if (t->first_us != 0)
		row->first_ms = (int32_t)((t->first_us - t->started_us) / 1000);
	if (t->started_us != 0)
		row->total_ms = (int32_t)((now - t->started_us) / 1000);
	account_usage(t, reading);
}

void sy_account_last(struct sy_request *q, struct sy_attempt *row)
{
	int64_t now = sy_monotonic_us();

	row->last = true;
	row->attempts = (uint16_t)q->retry.attempts;
	row->client_status = q->gone                      ? 499
	                     : q->failed && !q->head_sent ? sy_surface_status(q->in.surface, &q->err)
	                                                  : 200;
	row->request_ms = (int32_t)((now - q->started_us) / 1000);
	row->request_first_ms =
	    q->first_us != 0 ? (int32_t)((q->first_us - q->started_us) / 1000)
	    : !q->failed     ? row->request_ms
			     : -1;
}

bool sy_account_report(const struct sy_try *t, struct sy_report *out)
{
	enum sy_kind kind = t->err.kind;

	memset(out, 0, sizeof(*out));
	if (t->stopped)
		return false;
	out->ok = !t->failed;
	out->kind = kind;
	out->retry_after_ms = t->failed ? t->err.retry_after_ms : 0;
	out->first_ms = t->row.first_ms;
	out->fence = t->fence;
	out->now_ms = sy_boot_ms();
	out->dice = (uint32_t)sy_relay_dice();
	return true;
}

/* A client's text as one field: nothing in it can pass for the next. */
static void one_field(char out[SY_LABEL_MAX], const char *text)
{
	label(out, text);
	for (char *p = out; *p != '\0'; p++)
		if (*p == ' ' || *p == '=')
			*p = '_';
}

static void put_text(struct sy_buf *b, const char *name, const char *text)
{
	sy_buf_puts(b, name);
	sy_buf_puts(b, text);
}

static void put_number(struct sy_buf *b, const char *name, int64_t n)
{
	sy_buf_puts(b, name);
	sy_buf_int(b, n);
}

/* Always these members, in this order: to be read by eye and by awk. */
void sy_account_log(const struct sy_request *q, const struct sy_attempt *row)
{
	struct sy_buf *b = &q->relay->line;
	char asked[SY_LABEL_MAX];

	if (!q->known || q->job != SY_JOB_ANSWER)
		return;
	one_field(asked, row->asked);
	sy_buf_reset(b);
	put_text(b, "key=", row->key);
	put_text(b, " asked=", asked);
	put_text(b, " target=", row->provider);
	put_text(b, ":", row->model);
	put_number(b, " attempts=", row->attempts);
	put_number(b, " first_ms=", row->request_first_ms);
	put_number(b, " ms=", row->request_ms);
	put_number(b, " in=", sy_usage_in(&row->usage));
	put_number(b, " out=", sy_usage_out(&row->usage));
	put_number(b, " cost_nusd=", row->cost_nanodollars);
	put_number(b, " status=", row->client_status);
	put_text(b, " outcome=", sy_word_name(sy_outcome_words, (int)row->outcome));
	put_text(b, " kind=", row->outcome == SY_OK ? "-" : sy_kind_info(row->kind)->name);
	sy_log_text(SY_INFO, "access", q->id, b->data);
}
