/*
 * attempt.c - one target: build, admit, fetch, listen.
 *
 * The callbacks of the fetch run inside the loop's socket handling; they feed the
 * translation, hand content on, and note how it ended.  Everything else waits for the
 * request's next step.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "model/chat.h"
#include "relay/engine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* More than this of an error's body is not read. */
#define ERROR_BODY_BYTES (64u << 10)

/* An answer longer than this is cut off: reliability, "endless stream". */
#define ANSWER_BYTES (32 << 20)

/* The dialect's end was seen: the connection gets this long to close or to become free for
 * reuse by itself.  A finish reason alone (some providers send no end marker) gets longer,
 * because usage may follow. */
#define LINGER_MS        250
#define LINGER_FINISH_MS 2000

/* A probe's lease outlives its first content by this. */
#define LEASE_SLACK_MS 5000

#define RETRY_AFTER_MAX_MS 3600000

/* --- Building. --------------------------------------------------------------------------- */

static int add_auth(struct sy_try *t, struct sy_error *err)
{
	static const char *const names[] = {
		[SY_AUTH_BEARER] = "Authorization",
		[SY_AUTH_API_KEY] = "api-key",
		[SY_AUTH_X_API_KEY] = "x-api-key",
		[SY_AUTH_GOOG] = "x-goog-api-key",
	};
	const struct sy_provider *p = t->model->provider;
	const char *secret;

	if (sy_secret_get(t->q->relay->secrets, p, &secret, err) < 0)
		return -1;
	if (secret == NULL || p->auth == SY_AUTH_NONE)
		return 0;
	if (p->auth == SY_AUTH_SIGV4)
		return sy_sign(t, secret, err); /* nothing may change after it */
	return sy_http_header(&t->http, names[p->auth],
	    p->auth == SY_AUTH_BEARER ? sy_cat(t->arena, "Bearer ", secret, NULL)
				      : sy_strdup(t->arena, secret),
	    err);
}

static int add_headers(struct sy_try *t, struct sy_error *err)
{
	const char *aid = sy_strf(t->arena, "%s.%u", t->q->id, t->row.seq);
	const char *type = t->http.content_type, *accept = t->http.accept;

	if (accept == NULL)
		accept = t->call.stream ? sy_framing_type(t->framing) : "application/json";
	if (sy_http_header(&t->http, "Content-Type",
		type != NULL ? type : "application/json", err) < 0 ||
	    sy_http_header(&t->http, "Accept", accept, err) < 0 ||
	    sy_http_header(&t->http, "User-Agent", PACKAGE "/" VERSION, err) < 0 ||
	    sy_http_header(&t->http, "X-Client-Request-Id", aid, err) < 0)
		return -1;
	return add_auth(t, err);
}

static bool wants_stream(const struct sy_request *q, const struct sy_quirks *quirks)
{
	if (q->ask.task != SY_TASK_CHAT)
		return q->ask.stream;
	if (quirks->stream_only)
		return true;
	if (quirks->no_stream_with_tools && (q->ask.caps & SY_CAP_TOOLS))
		return false;
	return q->ask.stream;
}

static int read_chat(struct sy_request *q, struct sy_error *err)
{
	struct sy_chat *chat;

	if (q->ask.chat != NULL)
		return 0;
	chat = sy_alloc(q->in.arena, sizeof(*chat));
	if (q->in.surface->read(&q->ask, q->in.arena, chat, err) < 0)
		return -1;
	q->ask.chat = chat;
	return 0;
}

/* A splice can do without the canonical request, and so can what is no chat. */
static bool needs_chat(const struct sy_try *t, const struct sy_adapter *adapter)
{
	if (sy_task_way(adapter, t->model, t->q->ask.task) != NULL)
		return false;
	return adapter->splice == NULL ||
	    strcmp(adapter->name, t->q->in.surface->dialect) != 0;
}

/* The first name of a list that is not our own: wishes about routing are for us. */
static bool first_loss(const char *names, char *out, size_t room)
{
	while (names != NULL && *names != '\0') {
		size_t len = strcspn(names, " ");

		sy_copy_n(out, room, names, len);
		if (strcmp(out, "provider") != 0)
			return true;
		names += len + (names[len] == ' ');
	}
	return false;
}

/* Where nothing may be left out, a target that would is none for this request. */
static int refuse_loss(const struct sy_try *t, struct sy_error *err)
{
	const char *lost = t->call.dropped;
	char field[sizeof(err->param)];

	if (!t->q->strict || !first_loss(lost, field, sizeof(field)))
		return 0;
	return sy_fail_code(err, SY_REFUSED, field, "unsupported_parameter",
	    "%s:%s would leave out what may not be left out: %.200s",
	    t->model->provider->name, t->model->name, lost);
}

static int build(struct sy_try *t, struct sy_error *err)
{
	struct sy_request *q = t->q;
	const struct sy_provider *p = t->model->provider;
	const struct sy_adapter *adapter = sy_adapter_find(p->dialect);

	if (adapter == NULL)
		return sy_fail(err, SY_CONFIG, "", "provider %s: no dialect is called '%s'",
		    p->name, p->dialect);
	if (needs_chat(t, adapter) && read_chat(q, err) < 0)
		return -1;
	t->framing = adapter->framing;
	t->call.stream = wants_stream(q, &p->quirks);
	t->translation = sy_translation_new(q->in.surface, adapter, &t->call, &q->face);
	if (sy_translation_request(t->translation, &t->http, err) < 0 ||
	    refuse_loss(t, err) < 0)
		return -1;
	t->http.url = sy_cat(t->arena, p->base_url, t->http.url,
	    p->query == NULL                   ? ""
	    : strchr(t->http.url, '?') == NULL ? "?"
	                                       : "&",
	    p->query != NULL ? p->query : "", NULL);
	t->options = (struct sy_fetch_options){
		.connect_ms = t->limits.connect_ms,
		.pool = p->name,
		.proxy = p->proxy,
		.ca_file = p->ca_file,
		.http2 = p->http2,
		.stream = t->call.stream,
	};
	return add_headers(t, err);
}

int sy_try_new(struct sy_request *q, const struct sy_choice *choice, struct sy_try **out,
    struct sy_error *err)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_try *t = sy_alloc(a, sizeof(*t));

	t->q = q;
	t->arena = a;
	t->choice = choice;
	t->model = choice->candidate->model;
	t->call = (struct sy_call){ .ask = &q->ask,
		.model = t->model,
		.arena = a,
		.attempt = (unsigned)q->retry.attempts + 1 };
	t->limits = sy_timeouts_of(q->config, sy_request_route(q), t->model->provider);
	t->row.seq = (uint16_t)(q->retry.attempts + 1);
	sy_buf_init(&t->error_body, ERROR_BODY_BYTES);
	q->face.model = t->model->upstream;
	if (build(t, err) < 0) {
		sy_try_free(t);
		return -1;
	}
	sy_account_begin(t);
	*out = t;
	return 0;
}

void sy_try_free(struct sy_try *t)
{
	if (t->fetch != NULL)
		sy_fetch_cancel(t->fetch);
	sy_buf_release(&t->error_body);
	sy_arena_free(t->arena);
}

/* --- Admission. -------------------------------------------------------------------------- */

static void on_admitted(void *arg, const struct sy_error *err)
{
	struct sy_try *t = arg;

	sy_request_admitted(t->q, err);
}

void sy_try_admit(struct sy_try *t)
{
	struct sy_request *q = t->q;
	bool free = sy_task_info(q->ask.task)->free;
	int64_t now = sy_boot_ms();
	int lease_ms = t->call.stream ? t->limits.first_ms : t->limits.whole_ms;

	t->op = (struct sy_op){
		.kind = SY_OP_ADMIT,
		.done = on_admitted,
		.arg = t,
		.admission = {
			.row = &t->row,
			.key = &q->key,
			.first = t->row.seq == 1 && !free,
			.tokens = free ? 0 : q->ask.input_tokens + q->ask.max_output_tokens * q->ask.n,
			.max_in_flight = t->model->provider->max_in_flight,
			.force = t->choice->leave == SY_MAY_FORCE,
			.boot_ms = now,
			.lease_until_ms = now + lease_ms + LEASE_SLACK_MS,
			.dice = (uint32_t)sy_relay_dice(),
		},
	};
	sy_turns_add(&q->relay->turns, &t->op);
}

/* --- Listening. -------------------------------------------------------------------------- */

static void over(struct sy_try *t)
{
	t->over = true;
	sy_request_ready(t->q);
}

static void fail(struct sy_try *t, const struct sy_error *err)
{
	if (t->over)
		return;
	t->failed = true;
	t->err = *err;
	over(t);
}

/* Seconds, a fraction of them, or an HTTP date. */
static int retry_after_ms(const char *value, double unit_ms)
{
	struct tm tm = { 0 };
	char *end;
	double number = strtod(value, &end);

	if (end == value) {
		if (strptime(value, "%a, %d %b %Y %H:%M:%S GMT", &tm) == NULL)
			return 0;
		number = difftime(timegm(&tm), time(NULL));
		unit_ms = 1000;
	}
	number *= unit_ms;
	return number > 0 && number <= RETRY_AFTER_MAX_MS ? (int)number : 0;
}

static void on_head(void *arg, int status, const struct sy_header *headers, size_t count)
{
	struct sy_try *t = arg;
	const char *type = NULL;

	t->status = status;
	t->bytes_us = sy_monotonic_us();
	for (size_t i = 0; i < count; i++) {
		const char *name = headers[i].name, *value = headers[i].value;

		if (strcmp(name, "content-type") == 0)
			type = value;
		else if (strcmp(name, "content-length") == 0)
			t->length = sy_strdup(t->arena, value);
		else if (strcmp(name, "date") == 0)
			sy_sign_note_date(t, value);
		else if (strcmp(name, "x-amzn-errortype") == 0)
			t->call.error_type = sy_strdup(t->arena, value);
		else if (sy_listed("x-request-id request-id x-amzn-requestid", name))
			sy_copy(t->upstream_request_id, sizeof(t->upstream_request_id), value);
		else if (strcmp(name, "retry-after") == 0 && t->retry_after_ms == 0)
			t->retry_after_ms = retry_after_ms(value, 1000);
		else if (strcmp(name, "retry-after-ms") == 0 ||
		    strcmp(name, "x-ms-retry-after-ms") == 0)
			t->retry_after_ms = retry_after_ms(value, 1);
	}
	t->stream_answer = type != NULL && sy_framing_is(t->framing, type);
	sy_translation_head(t->translation, type);
	sy_request_rearm(t->q); /* silence counts from here on */
}

/* Content that came goes to the client at once, unless the whole answer is waited for. */
static void hand_on(struct sy_try *t, const struct sy_reading *reading)
{
	struct sy_request *q = t->q;

	if (reading->content && t->first_us == 0)
		t->first_us = sy_monotonic_us();
	if (reading->events != t->events) {
		t->events = reading->events;
		t->progress_us = t->bytes_us;
	}
	if (t->ended_us == 0 && (reading->whole || (reading->finished && t->stream_answer))) {
		t->ended_us = t->bytes_us;
		sy_request_rearm(q);
	}
	if (q->client != NULL && (q->ask.stream || reading->flows) && !q->complete &&
	    reading->content && !reading->whole)
		sy_reply_flush(q);
}

static bool on_data(void *arg, const char *data, size_t len)
{
	struct sy_try *t = arg;
	struct sy_error err;

	if (t->over)
		return true;
	t->bytes_us = sy_monotonic_us();
	t->answer_bytes += (int64_t)len;
	if (t->status < 200 || t->status > 299) {
		size_t room = ERROR_BODY_BYTES - t->error_body.len;

		sy_buf_add(&t->error_body, data, len < room ? len : room);
		return true;
	}
	if (t->answer_bytes > ANSWER_BYTES) {
		sy_fail(&err, SY_TRUNCATED, "", "The answer of %s was longer than %d MiB.",
		    t->model->provider->name, ANSWER_BYTES >> 20);
		fail(t, &err);
		return true;
	}
	if (sy_translation_feed(t->translation, t->stream_answer, data, len, &t->q->held,
		&err) < 0) {
		hand_on(t, sy_translation_reading(t->translation));
		fail(t, &err);
		return true;
	}
	hand_on(t, sy_translation_reading(t->translation));
	return !t->paused;
}

static void on_done(void *arg, const struct sy_fetched *end)
{
	struct sy_try *t = arg;

	t->fetch = NULL;
	t->fetched = *end;
	over(t);
}

void sy_try_start(struct sy_try *t)
{
	struct sy_fetch_taker taker = { on_head, on_data, on_done, t };

	t->started_us = sy_monotonic_us();
	t->bytes_us = t->progress_us = t->started_us;
	t->fetch = sy_fetch_start(t->q->relay->net, &t->http, &t->options, &taker);
}

/* --- Time. ------------------------------------------------------------------------------- */

struct limit {
	int64_t at_us; /* 0: does not apply */
	const char *what;
	int ms;
};

static struct limit sooner(struct limit best, int64_t from_us, int ms, const char *what)
{
	int64_t at = from_us + (int64_t)ms * 1000;

	if (ms == 0 || (best.at_us != 0 && best.at_us <= at))
		return best;
	return (struct limit){ at, what, ms };
}

static struct limit next_limit(const struct sy_try *t)
{
	const struct sy_timeouts *l = &t->limits;
	struct limit best = { 0, NULL, 0 };

	if (t->ended_us != 0) {
		bool whole = sy_translation_reading(t->translation)->whole;

		return sooner(best, t->ended_us, whole ? LINGER_MS : LINGER_FINISH_MS, NULL);
	}
	if (t->paused) /* the client is slow, not the provider */
		return sooner(best, t->started_us, l->stream_ms, "in all");
	best = sooner(best, t->started_us, t->call.stream ? l->stream_ms : l->whole_ms, "in all");
	if (t->call.stream && t->first_us == 0)
		best = sooner(best, t->started_us, l->first_ms, "to the first token");
	if (t->status != 0) {
		best = sooner(best, t->bytes_us, l->idle_ms, "of silence");
		if (t->stream_answer)
			best = sooner(best, t->progress_us, l->no_progress_ms, "without progress");
	}
	return best;
}

int64_t sy_try_due_us(const struct sy_try *t)
{
	return t->over ? 0 : next_limit(t).at_us;
}

void sy_try_tick(struct sy_try *t, int64_t now_us)
{
	struct limit limit = next_limit(t);
	struct sy_error err;

	if (t->over || limit.at_us == 0 || now_us < limit.at_us)
		return;
	if (limit.what == NULL) {
		over(t);
		return;
	}
	sy_fail(&err, SY_TOO_SLOW, "", "%s took longer than its %d ms %s.",
	    t->model->provider->name, limit.ms, limit.what);
	fail(t, &err);
}

void sy_try_stop(struct sy_try *t, const struct sy_error *why)
{
	t->stopped = !t->over;
	fail(t, why);
}

void sy_try_resume(struct sy_try *t)
{
	if (!t->paused || t->fetch == NULL)
		return;
	t->paused = false;
	t->bytes_us = t->progress_us = sy_monotonic_us();
	sy_fetch_resume(t->fetch);
}

/* --- Over. ------------------------------------------------------------------------------- */

/* The transfer is over by itself, or the dialect's end was seen: is the answer whole? */
static void judge(struct sy_try *t)
{
	bool ended = t->fetched.ok || t->ended_us != 0;

	if (ended && t->status >= 200 && t->status <= 299) {
		if (sy_translation_finish(t->translation, &t->q->held, &t->err) < 0)
			t->failed = true;
		else if (t->q->held.full) {
			sy_fail(&t->err, SY_TRUNCATED, "", "The answer was too long to hold.");
			t->failed = true;
		}
		return;
	}
	if (t->status != 0 && t->fetched.ok) {
		sy_blame_status(t);
		return;
	}
	t->failed = true;
	sy_fail(&t->err, t->fetched.kind, "", "%s: %s", t->model->provider->name,
	    t->fetched.why);
}

void sy_try_close(struct sy_try *t)
{
	if (!t->failed)
		judge(t);
	if (t->fetch != NULL) {
		sy_fetch_cancel(t->fetch);
		t->fetch = NULL;
	}
	if (t->failed)
		sy_blame_clean(t);
	if (t->failed && t->err.kind != SY_CLIENT_GONE)
		sy_log(SY_INFO, "relay", t->q->id, "attempt=%u target=%s:%s kind=%s status=%d %s",
		    t->row.seq, t->model->provider->name, t->model->name,
		    sy_kind_info(t->err.kind)->name, t->status, t->err.message);
	sy_account_end(t);
}

static void on_settled(void *arg, const struct sy_error *err)
{
	struct sy_try *t = arg;

	(void)err;
	sy_request_settled(t->q, t);
}

void sy_try_settle(struct sy_try *t)
{
	t->op = (struct sy_op){
		.kind = SY_OP_SETTLE,
		.row = &t->row,
		.fence = t->fence,
		.done = on_settled,
		.arg = t,
	};
	t->op.has_report = sy_account_report(t, &t->op.report);
	if (!t->failed)
		t->op.kept = sy_keep_answer(t);
	if (t->final)
		sy_account_last(t->q, &t->row);
	sy_turns_add(&t->q->relay->turns, &t->op);
}
