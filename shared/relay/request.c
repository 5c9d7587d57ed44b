/*
 * request.c - a request's way: who asks, what for, which targets; from one to the next; its
 * end.
 */
#include "base/clock.h"
#include "base/multipart.h"
#include "base/text.h"
#include "relay/engine.h"
#include "relay/wishes.h"

#include <string.h>

/* Answers larger than this are no answers; also bounds what `complete` holds back. */
#define ANSWER_BYTES (64u << 20)

/* A provider that may bill an answer nobody waits for is listened to this long, because its
 * usage comes at the end. */
#define LISTEN_ON_MS 30000

/* When to come back to a provider that has as many requests in flight as it may have. */
#define FULL_RETRY_MS 1000

static void conclude(struct sy_request *q);
static void try_next(struct sy_request *q);

/* --- The clock of a request. ------------------------------------------------------------ */

static int64_t earlier(int64_t a, int64_t b)
{
	return b != 0 && (a == 0 || b < a) ? b : a;
}

static int64_t heartbeat_due_us(const struct sy_request *q)
{
	if (q->client == NULL || !q->ask.stream || q->config->heartbeat_ms == 0)
		return 0;
	return (q->wrote_us != 0 ? q->wrote_us : q->started_us) +
	       (int64_t)q->config->heartbeat_ms * 1000;
}

static int64_t due_us(const struct sy_request *q)
{
	int64_t due = earlier(q->deadline_us, heartbeat_due_us(q));

	if (q->phase == SY_PHASE_TRYING)
		due = earlier(due, sy_try_due_us(q->attempt));
	if (q->phase == SY_PHASE_WAITING)
		due = earlier(due, q->resume_us);
	if (q->gone && q->gone_us != 0)
		due = earlier(due, q->gone_us + LISTEN_ON_MS * 1000);
	return due;
}

static void on_time(struct ev_loop *loop, struct ev_timer *w, int events);

static void arm(struct sy_request *q)
{
	int64_t due = due_us(q), wait = due - sy_monotonic_us();

	ev_timer_stop(q->relay->loop, &q->timer);
	if (due == 0)
		return;
	ev_timer_set(&q->timer, wait > 0 ? (double)wait / 1e6 : 0., 0.);
	ev_timer_start(q->relay->loop, &q->timer);
}

void sy_request_rearm(struct sy_request *q)
{
	arm(q);
}

static void on_time(struct ev_loop *loop, struct ev_timer *w, int events)
{
	struct sy_request *q = w->data;
	int64_t now = sy_monotonic_us();
	struct sy_error why;

	(void)loop, (void)events;
	if (q->phase == SY_PHASE_ENDING || q->phase == SY_PHASE_OVER)
		return;
	if (heartbeat_due_us(q) != 0 && now >= heartbeat_due_us(q)) {
		sy_reply_heartbeat(q);
		q->wrote_us = now;
	}
	if (q->phase == SY_PHASE_TRYING)
		sy_try_tick(q->attempt, now);
	if (q->gone && q->gone_us != 0 && now >= q->gone_us + LISTEN_ON_MS * 1000) {
		sy_fail(&why, SY_CLIENT_GONE, "", "the client left");
		sy_request_cancel(q, &why);
	} else if (q->deadline_us != 0 && now >= q->deadline_us) {
		sy_fail(&why, SY_TOO_SLOW, "", "the request's time is up");
		sy_request_cancel(q, &why);
	} else if (q->phase == SY_PHASE_WAITING && now >= q->resume_us) {
		sy_request_ready(q);
	}
	arm(q);
}

/* --- Beginning. -------------------------------------------------------------------------- */

static int no_credential(const struct sy_request *q, struct sy_error *err)
{
	/* Apache keeps Authorization from programs unless told otherwise. */
	bool apache = q->in.server != NULL && sy_starts(q->in.server, "Apache");

	return sy_fail(err, SY_UNKNOWN_KEY, "",
	    "You did not send a key. Send it as 'Authorization: Bearer KEY' or 'x-api-key: "
	    "KEY'.%s",
	    apache ? " (If you did: the web server needs 'CGIPassAuth On'.)" : "");
}

static int authenticate(struct sy_request *q, struct sy_error *err)
{
	int rc;

	if (q->in.credential == NULL || q->in.credential[0] == '\0')
		return no_credential(q, err);
	if (sy_relay_store(q->relay, err) < 0)
		return -1;
	rc = sy_key_find(q->relay->book, q->in.credential, &q->key, err);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return sy_fail(err, SY_UNKNOWN_KEY, "", "This key is not known here.");
	if (q->key.revoked)
		return sy_fail(err, SY_UNKNOWN_KEY, "", "The key %s has been revoked.",
		    q->key.id);
	if (q->key.expires_ms != 0 && sy_unix_ms() >= q->key.expires_ms)
		return sy_fail(err, SY_UNKNOWN_KEY, "", "The key %s has expired.",
		    q->key.id);
	q->known = true;
	return 0;
}

static bool word_in(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at = words;

	while ((at = strstr(at, word)) != NULL) {
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

bool sy_request_may_use(const struct sy_request *q, const struct sy_meaning *meaning,
    const char *asked)
{
	return q->key.routes[0] == '\0' ||
	    word_in(q->key.routes, meaning->route != NULL ? meaning->route->name : asked);
}

static int find_meaning(struct sy_request *q, struct sy_error *err)
{
	const struct sy_config *c = q->config;
	const char **names;
	const char *near;
	size_t n = 0;

	if (sy_config_meaning(c, q->ask.model, &q->meaning)) {
		const char *name =
		    q->meaning.route != NULL ? q->meaning.route->name : q->ask.model;

		if (sy_request_may_use(q, &q->meaning, q->ask.model))
			return 0;
		return sy_fail_code(err, SY_FORBIDDEN, "model", "model_not_allowed",
		    "The key %s may not use '%s'.", q->key.id, name);
	}
	names = sy_alloc(q->in.arena,
	    (c->route_count + c->alias_count + c->model_count + 1) * sizeof(*names));
	for (size_t i = 0; i < c->route_count; i++)
		names[n++] = c->routes[i].name;
	for (size_t i = 0; i < c->alias_count; i++)
		names[n++] = c->aliases[i].name;
	for (size_t i = 0; c->allow_direct && i < c->model_count; i++)
		if (c->models[i].provider->enabled)
			names[n++] = c->models[i].name;
	near = sy_did_you_mean(q->ask.model, names);
	return sy_fail(err, SY_NO_MODEL, "model",
	    "No model is called '%.80s' here.%s%s%s GET /v1/models lists what there is.",
	    q->ask.model, near ? " Did you mean '" : "", near ? near : "",
	    near ? "'?" : "");
}

static int read_ask(struct sy_request *q, struct sy_error *err)
{
	const struct sy_inbound *in = &q->in;
	struct sy_multipart *form;

	if (!sy_multipart_is(in->content_type))
		return in->surface->ask(in->body, in->body_len, in->arena, &q->ask, err);
	form = sy_alloc(in->arena, sizeof(*form));
	if (sy_multipart_read(in->content_type, in->body, in->body_len, in->arena, form, err) < 0)
		return -1;
	return in->surface->ask_form(form, in->arena, &q->ask, err);
}

static int understand(struct sy_request *q, struct sy_error *err)
{
	const struct sy_inbound *in = &q->in;
	const struct sy_route *route;
	struct sy_wishes wishes;

	if (read_ask(q, err) < 0)
		return -1;
	if (q->ask.model == NULL)
		q->ask.model = in->path_model;
	if (q->ask.model == NULL)
		q->ask.model = sy_task_info(q->ask.task)->default_model;
	if (q->ask.model == NULL || q->ask.model[0] == '\0')
		return sy_fail_code(err, SY_BAD_REQUEST, "model",
		    "missing_required_parameter", "You must name a model in 'model'.");
	if (in->user != NULL)
		q->ask.user = in->user;
	if (in->feature != NULL)
		q->ask.feature = in->feature;
	q->ask.betas = in->betas;
	q->ask.version = in->version;
	if (find_meaning(q, err) < 0 || sy_wishes_read(&q->ask, &wishes, err) < 0)
		return -1;
	route = sy_request_route(q);
	q->strict = wishes.require_parameters || (route != NULL && route->strict);
	if (sy_keep_recall(q, err) < 0)
		return -1;
	if (in->complete != NULL)
		q->ask.complete = strcmp(in->complete, "yes") == 0;
	q->complete = q->ask.complete || (route != NULL && route->complete);
	q->face.created = sy_unix_ms() / 1000;
	q->face.id =
	    sy_cat(in->arena, in->surface->id_prefix, q->id + strlen("req_"), NULL);
	if (in->timeout_ms > 0)
		q->deadline_us = q->started_us + in->timeout_ms * 1000;
	return 0;
}

static bool does_task(const struct sy_request *q, const struct sy_model *m)
{
	const struct sy_adapter *adapter = sy_adapter_find(m->provider->dialect);

	return adapter == NULL || sy_task_fits(adapter, m, q->ask.task);
}

static const char *unfit(struct sy_request *q, const struct sy_model *m)
{
	struct sy_error err;
	const char *secret;

	if (!does_task(q, m))
		return sy_strf(q->in.arena, "does not do %s", sy_task_info(q->ask.task)->name);
	if (sy_secret_get(q->relay->secrets, m->provider, &secret, &err) < 0)
		return sy_strdup(q->in.arena, err.message);
	return NULL;
}

static int make_plan(struct sy_request *q, struct sy_error *err)
{
	struct sy_arena *a = q->in.arena;
	struct sy_target_name *names;
	struct sy_health *health;
	struct sy_candidate *cand;
	size_t count;

	cand = sy_candidates(&q->meaning, a, &count);
	names = sy_alloc(a, count * sizeof(*names));
	health = sy_alloc(a, count * sizeof(*health));
	for (size_t i = 0; i < count; i++)
		names[i] = (struct sy_target_name){ cand[i].model->provider->name,
			cand[i].model->name };
	if (sy_live_health(q->relay->live, names, count, health, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		cand[i].health = health[i];
		cand[i].unfit = unfit(q, cand[i].model);
	}
	sy_plan_make(&q->ask, sy_request_route(q), cand, count, sy_boot_ms(),
	    sy_relay_dice(), a, &q->plan);
	q->at = 0;
	return 0;
}

/* --- Ending. ----------------------------------------------------------------------------- */

/* Ends a request that has no attempt under way, with q->err or with an answer in q->held.
 * No attempt's row can stand for it, so it gets one of its own; no money is in it, and the
 * client need not wait for it. */
static void end(struct sy_request *q)
{
	if (q->known && q->job == SY_JOB_ANSWER) {
		q->note.outcome = q->gone ? SY_CANCELLED : SY_DENIED;
		q->note.kind = q->err.kind;
		sy_account_labels(q, &q->note);
		sy_account_last(q, &q->note);
		sy_turns_note(&q->relay->turns, &q->note);
	}
	conclude(q);
}

static void fail_with(struct sy_request *q, const struct sy_error *err)
{
	q->failed = true;
	q->err = *err;
	end(q);
}

static void release(struct sy_request *q)
{
	if (q->prev != NULL)
		q->prev->next = q->next;
	else
		q->relay->all = q->next;
	if (q->next != NULL)
		q->next->prev = q->prev;
	q->relay->busy--;
	sy_buf_release(&q->held);
	sy_config_unref(q->config);
	sy_arena_free(q->in.arena);
}

/* The client gets the end of it, and the request goes: at once, or with the last of its
 * attempts that the store still has in hand. */
static void conclude(struct sy_request *q)
{
	struct sy_try *last = q->attempt;

	if (q->client != NULL)
		sy_reply_end(q);
	sy_account_log(q, last != NULL ? &last->row : &q->note);
	q->phase = SY_PHASE_OVER;
	ev_timer_stop(q->relay->loop, &q->timer);
	if (last != NULL)
		sy_try_free(last);
	if (q->settling == 0)
		release(q);
}

/* --- From target to target. -------------------------------------------------------------- */

static void remember_tried(struct sy_request *q, const struct sy_model *m,
    enum sy_kind kind)
{
	if (q->tried != NULL && strlen(q->tried) > 400)
		return;
	q->tried = sy_strf(q->in.arena, "%s%s%s:%s=%s", q->tried != NULL ? q->tried : "",
	    q->tried != NULL ? ", " : "", m->provider->name, m->name,
	    sy_kind_info(kind)->name);
}

/* What no provider could count is estimated. */
static bool count_instead(struct sy_request *q)
{
	if (q->ask.task != SY_TASK_COUNT || q->stopped || q->gone)
		return false;
	q->failed = false;
	q->job = SY_JOB_COUNT;
	sy_buf_reset(&q->held);
	q->in.surface->count(&q->ask, &q->held);
	return true;
}

/* No target is left.  The last failure is what the client hears; without one, why none could
 * be asked. */
/* Asked for something that no target of the route can ever do: trying again would not help. */
static bool out_of_reach(const struct sy_request *q, struct sy_error *err)
{
	for (size_t i = 0; i < q->plan.count; i++) {
		const struct sy_model *m = q->plan.choices[i].candidate->model;

		if (does_task(q, m) && sy_model_able(&q->ask, m))
			return false;
	}
	if (q->plan.count == 0)
		return false;
	sy_fail_code(err, SY_BAD_REQUEST, "model", "model_not_supported",
	    "'%.80s' cannot be asked for this: %s.", q->ask.model, q->plan.choices[0].why);
	return true;
}

static void give_up(struct sy_request *q)
{
	struct sy_error err;
	int64_t wait = q->plan.ready_ms - sy_boot_ms();

	if (count_instead(q) || q->failed) {
		end(q);
		return;
	}
	if (out_of_reach(q, &err)) {
		fail_with(q, &err);
		return;
	}
	sy_fail(&err, q->plan.later ? SY_BUSY : SY_NO_PROVIDER, "",
	    "No provider can answer for '%.80s' now: %s.", q->ask.model,
	    q->plan.count > 0 ? q->plan.choices[0].why : "it has no targets");
	if (q->plan.ready_ms != 0)
		err.retry_after_ms = wait > 1000 ? (int)wait : 1000;
	fail_with(q, &err);
}

static void wait_for_admission(struct sy_request *q, struct sy_try *t)
{
	q->attempt = t;
	q->phase = SY_PHASE_ADMITTING;
	sy_try_admit(t);
}

static void try_next(struct sy_request *q)
{
	struct sy_try *t;

	for (; q->at < q->plan.usable; q->at++) {
		struct sy_error err;

		if (sy_try_new(q, &q->plan.choices[q->at], &t, &err) == 0) {
			wait_for_admission(q, t);
			return;
		}
		q->failed = true;
		q->err = err;
		q->plan.choices[q->at].why = sy_strdup(q->in.arena, err.message);
		remember_tried(q, q->plan.choices[q->at].candidate->model, err.kind);
		q->retry.target_attempts = 0;
	}
	give_up(q);
}

static struct sy_retry_limits limits_of(const struct sy_request *q)
{
	const struct sy_route *route = sy_request_route(q);
	int64_t left_us =
	    q->deadline_us != 0 ? q->deadline_us - sy_monotonic_us() : INT64_MAX;

	return (struct sy_retry_limits){
		.attempts = route != NULL && route->attempts ? route->attempts
		                                             : q->config->attempts,
		.target_attempts = route != NULL && route->target_attempts
		                       ? route->target_attempts
		                       : q->config->target_attempts,
		.last_target = q->at + 1 >= q->plan.usable,
		.left_ms = left_us / 1000,
	};
}

static void wait_for(struct sy_request *q, int64_t wait_ms)
{
	q->phase = SY_PHASE_WAITING;
	q->resume_us = sy_monotonic_us() + wait_ms * 1000;
	if (wait_ms == 0)
		sy_request_ready(q);
	else
		arm(q);
}

/* A target that is to be tried again may be put off a little longer than its own words: the
 * store adds jitter to them, and knows how long to wait for one that gave no time. */
static bool worth_waiting(const struct sy_request *q, int64_t more_ms)
{
	return q->retry.target_attempts > 0 && !q->waited_more && more_ms > 0 &&
	       more_ms <= SY_LATER_MAX_MS && more_ms <= limits_of(q).left_ms / 2;
}

/* Between plan and admission another process was faster; what it said is why there may be no
 * answer at all. */
static void skip_target(struct sy_request *q, const struct sy_admitted *said)
{
	int64_t ready_ms = sy_boot_ms() + (said->retry_after_ms > 0 ? said->retry_after_ms
	                                                            : FULL_RETRY_MS);

	q->plan.choices[q->at].why = sy_strdup(q->in.arena, said->why);
	if (q->plan.ready_ms == 0 || ready_ms < q->plan.ready_ms)
		q->plan.ready_ms = ready_ms;
	q->at++;
	q->retry.target_attempts = 0;
	try_next(q);
}

static void not_admitted(struct sy_request *q, const struct sy_admitted *said)
{
	struct sy_error err;

	switch (said->verdict) {
	case SY_STOP_LIMIT:
	case SY_STOP_BUDGET:
		sy_fail(&err,
		    said->verdict == SY_STOP_LIMIT ? SY_OVER_LIMIT : SY_OVER_BUDGET, "",
		    "%s", said->why);
		err.retry_after_ms = said->retry_after_ms;
		fail_with(q, &err);
		return;
	case SY_STOP_CIRCUIT:
		if (worth_waiting(q, said->retry_after_ms)) {
			q->waited_more = true;
			wait_for(q, said->retry_after_ms);
			return;
		}
		break;
	default:
		break;
	}
	skip_target(q, said);
}

/* The store has answered for the attempt that waits. */
void sy_request_admitted(struct sy_request *q, const struct sy_error *store_err)
{
	struct sy_try *t = q->attempt;
	struct sy_admitted said = t->op.admitted;

	if (store_err == NULL && (said.verdict == SY_GO || said.verdict == SY_GO_PROBE)) {
		t->fence = said.fence;
		q->retry.attempts++;
		q->retry.target_attempts++;
		q->phase = SY_PHASE_TRYING;
		if (q->stopped)
			sy_try_stop(t, &q->err);
		else
			sy_try_start(t);
		arm(q);
		return;
	}
	q->attempt = NULL;
	sy_try_free(t);
	if (q->stopped)
		end(q);
	else if (store_err != NULL)
		fail_with(q, store_err);
	else
		not_admitted(q, &said);
}

/* A prompt that was too long goes to the route's larger models, once. */
static bool plan_for_context(struct sy_request *q)
{
	const struct sy_route *route = sy_request_route(q);
	struct sy_route larger;
	struct sy_meaning meaning = q->meaning;
	struct sy_error err;

	if (q->context_used || route == NULL || route->context_fallback_count == 0)
		return false;
	q->context_used = true;
	larger = *route;
	larger.targets = route->context_fallbacks;
	larger.target_count = route->context_fallback_count;
	larger.fallback_count = 0;
	q->meaning.route = &larger;
	if (make_plan(q, &err) < 0)
		q->plan.usable = 0;
	q->meaning = meaning;
	q->retry.target_attempts = 0;
	return q->plan.usable > 0;
}

/* The attempt is over, and known how.  Settles it, and has what follows in hand. */
static void after_attempt(struct sy_request *q, struct sy_try *t)
{
	struct sy_retry_limits limits = limits_of(q);
	struct sy_retry_step step = { SY_RETRY_STOP, 0 };

	q->failed = t->failed;
	if (!t->failed) {
		t->final = true;
	} else {
		q->err = t->err;
		q->retry.ambiguous += sy_kind_info(t->err.kind)->ambiguous;
		if (!q->committed && !q->stopped && !q->gone) {
			sy_buf_reset(&q->held);
			if (t->err.kind == SY_CONTEXT && plan_for_context(q))
				step.what = SY_RETRY_SAME;
			else
				step = sy_retry_decide(&q->retry, &limits, &t->err,
				    (uint32_t)sy_relay_dice());
		}
		remember_tried(q, t->model, t->err.kind);
		t->final = step.what == SY_RETRY_STOP;
		/* Of a request that is wrong the provider's word stands. */
		if (t->final && sy_kind_info(t->err.kind)->class != 'C')
			count_instead(q);
	}
	sy_try_settle(t);
	if (t->final) {
		q->phase = SY_PHASE_ENDING;
		return;
	}
	q->attempt = NULL;
	q->settling++;
	if (step.what == SY_RETRY_NEXT) {
		q->at++;
		q->retry.target_attempts = 0;
	}
	wait_for(q, step.wait_ms);
}

void sy_request_settled(struct sy_request *q, struct sy_try *t)
{
	if (t->final) {
		conclude(q); /* frees t too */
		return;
	}
	sy_try_free(t);
	q->settling--;
	if (q->phase == SY_PHASE_OVER && q->settling == 0)
		release(q);
}

/* --- Steps. ------------------------------------------------------------------------------ */

#define LOOK_GOES_ON 2

/* A provider that counts is asked; of others the tokens are estimated. */
static int serve_count(struct sy_request *q, struct sy_error *err)
{
	if (understand(q, err) < 0)
		return -1;
	if (q->ask.task == SY_TASK_COUNT && make_plan(q, err) == 0 &&
	    q->plan.usable > 0) {
		q->job = SY_JOB_ANSWER;
		try_next(q);
		return LOOK_GOES_ON;
	}
	q->in.surface->count(&q->ask, &q->held);
	return 0;
}

/* At what there is. */
static void look(struct sy_request *q)
{
	struct sy_error err;
	int rc = q->job == SY_JOB_MODELS  ? sy_models_write(q, &err)
	         : q->job == SY_JOB_COUNT ? serve_count(q, &err)
	                                  : sy_keep_serve(q, &err);

	if (rc < 0)
		fail_with(q, &err);
	else if (rc == 0)
		end(q);
	else if (rc != LOOK_GOES_ON)
		q->phase = SY_PHASE_ENDING;
}

void sy_request_forgot(struct sy_request *q, const struct sy_error *err)
{
	if (err != NULL)
		fail_with(q, err);
	else
		end(q);
}

static void begin(struct sy_request *q)
{
	struct sy_error err;
	int rc = authenticate(q, &err);

	sy_buf_init(&q->held, ANSWER_BYTES);
	ev_timer_init(&q->timer, on_time, 0., 0.);
	q->timer.data = q;
	if (rc >= 0)
		rc = sy_relay_config(q->relay, &q->config, &err);
	if (rc >= 0 && q->job != SY_JOB_ANSWER) {
		look(q);
		return;
	}
	if (rc >= 0)
		rc = understand(q, &err);
	if (rc >= 0 && q->stopped) {
		end(q);
		return;
	}
	if (rc >= 0)
		rc = make_plan(q, &err);
	if (rc < 0)
		fail_with(q, &err);
	else
		try_next(q);
}

void sy_request_step(struct sy_request *q)
{
	struct sy_try *t = q->attempt;

	switch (q->phase) {
	case SY_PHASE_NEW:
		begin(q);
		break;
	case SY_PHASE_TRYING:
		if (t->over) {
			sy_try_close(t);
			after_attempt(q, t);
		}
		break;
	case SY_PHASE_WAITING:
		if (q->stopped)
			end(q);
		else
			try_next(q);
		break;
	case SY_PHASE_ADMITTING:
	case SY_PHASE_ENDING:
	case SY_PHASE_OVER:
		break;
	}
}

/* Ends it from outside; what is in the store's hands just then ends when it comes back. */
void sy_request_cancel(struct sy_request *q, const struct sy_error *why)
{
	if (q->phase == SY_PHASE_ENDING || q->phase == SY_PHASE_OVER)
		return;
	q->stopped = true;
	q->failed = true;
	q->err = *why;
	q->deadline_us = q->gone_us = 0;
	if (q->phase == SY_PHASE_TRYING)
		sy_try_stop(q->attempt, why);
	else if (q->phase == SY_PHASE_WAITING)
		sy_request_ready(q);
}

void sy_request_gone(struct sy_request *q)
{
	struct sy_try *t = q->attempt;
	struct sy_error why;

	q->client = NULL;
	q->gone = true;
	sy_fail(&why, SY_CLIENT_GONE, "", "the client left");
	if (q->phase == SY_PHASE_TRYING &&
	    t->model->provider->abort_stops != SY_ABORT_YES && t->fetch != NULL) {
		/* It may be billed all the same: hear what it says of usage. */
		q->gone_us = sy_monotonic_us();
		sy_try_resume(t);
		arm(q);
	} else {
		sy_request_cancel(q, &why);
	}
}

void sy_request_drained(struct sy_request *q)
{
	if (q->phase == SY_PHASE_TRYING) {
		sy_try_resume(q->attempt);
		arm(q);
	}
}
