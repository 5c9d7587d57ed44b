/*
 * relay.c - the process's engine: opens what requests need, hands each its step, follows the
 * active generation, and stops in order.
 */
#include "relay/relay.h"

#include "base/clock.h"
#include "base/log.h"
#include "config/config_file.h"
#include "relay/engine.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Without a configuration, its defaults. */
#define DRAIN_MS         8000
#define BODY_LIMIT_BYTES (32 << 20)
#define LINE_BYTES       4096 /* of the log, at most */

#define REOPEN_MS 1000 /* a store that could not be opened is tried again so often */

/* Several throws a request, one call to the kernel every few dozen requests. */
uint64_t sy_relay_dice(void)
{
	static uint64_t thrown[64];
	static size_t left;

	if (left == 0) {
		randombytes_buf(thrown, sizeof(thrown));
		left = sizeof(thrown) / sizeof(thrown[0]);
	}
	return thrown[--left];
}

/* --- The configuration in force. ------------------------------------------------------- */

static int load_generation(struct sy_relay *r, uint32_t number, struct sy_error *err)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_generation meta;
	struct sy_config *config;
	const char *text;
	const void *blob;
	size_t len;
	int rc = sy_generation_load(r->book, number, a, &meta, &blob, &len, &text, err);

	if (rc == 0)
		rc = sy_fail(err, SY_CONFIG, "", "generation %u is not in the store", number);
	else if (rc > 0)
		rc = sy_config_load(blob, len, text, &config, err);
	if (rc >= 0) {
		config->generation = number;
		config->applied_ms = meta.applied_ms;
		sy_config_unref(r->config);
		r->config = config;
		r->load_failed = 0;
	}
	sy_arena_free(a);
	return rc;
}

/*
 * A request begins with the generation that is active now.  One that cannot be loaded is
 * tried once and said once; what was in force goes on.
 */
int sy_relay_config(struct sy_relay *r, struct sy_config **out, struct sy_error *err)
{
	uint32_t active;

	if (sy_relay_store(r, err) < 0)
		return -1;
	if (sy_generation_active(r->book, &active, err) < 0) {
		if (r->config == NULL)
			return -1;
		active = r->config->generation;
	}
	if (active != 0 && active != r->load_failed &&
	    (r->config == NULL || r->config->generation != active) &&
	    load_generation(r, active, &r->load_error) < 0) {
		r->load_failed = active;
		sy_log(SY_ERROR, "config", NULL, "generation %u: %s", active,
		    r->load_error.message);
	}
	if (r->config == NULL && r->load_failed != 0) {
		*err = r->load_error;
		return -1;
	}
	if (r->config == NULL)
		return sy_fail(err, SY_CONFIG, "",
		    "the gateway has no configuration yet; an operator has to run "
		    "'switchyard apply'");
	*out = sy_config_ref(r->config);
	return 0;
}

int sy_relay_ready(struct sy_relay *r, struct sy_error *err)
{
	struct sy_live_now now;
	struct sy_config *config;

	if (sy_relay_config(r, &config, err) < 0)
		return -1;
	sy_config_unref(config);
	return sy_live_now(r->live, &now, err);
}

/* --- Steps. ---------------------------------------------------------------------------- */

void sy_request_ready(struct sy_request *q)
{
	if (q->is_ready)
		return;
	q->is_ready = true;
	q->next_ready = NULL;
	*q->relay->ready_last = q;
	q->relay->ready_last = &q->next_ready;
}

static struct sy_request *take_ready(struct sy_relay *r)
{
	struct sy_request *q = r->ready;

	if (q == NULL)
		return NULL;
	r->ready = q->next_ready;
	if (r->ready == NULL)
		r->ready_last = &r->ready;
	q->is_ready = false;
	return q;
}

static void tell_drained(struct sy_relay *r)
{
	void (*drained)(void *) = r->drained;

	if (!r->draining || drained == NULL || r->busy > 0 || !sy_turns_idle(&r->turns))
		return;
	r->drained = NULL;
	ev_timer_stop(r->loop, &r->drain_timer);
	drained(r->drained_arg);
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
	struct sy_relay *r = w->data;
	struct sy_request *q;

	(void)loop, (void)events;
	do {
		while ((q = take_ready(r)) != NULL)
			sy_request_step(q);
		sy_turns_run(&r->turns);
	} while (r->ready != NULL);
	tell_drained(r);
}

/* --- Life. ----------------------------------------------------------------------------- */

static void on_drain_time(struct ev_loop *loop, struct ev_timer *w, int events)
{
	struct sy_relay *r = w->data;
	struct sy_error why;

	(void)loop, (void)events;
	sy_fail(&why, SY_NO_PROVIDER, "", "the gateway is being restarted; try again");
	why.retry_after_ms = 1000;
	for (struct sy_request *q = r->all; q != NULL; q = q->next)
		sy_request_cancel(q, &why);
}

static int open_store(struct sy_relay *r, struct sy_error *err)
{
	if (sy_book_open(r->root.book_dir, false, &r->book, err) < 0)
		return -1;
	if (sy_live_open(r->root.live_dir, r->book, &r->live, err) < 0 ||
	    (!r->once && sy_folder_start(r->live, r->book, &r->folder, err) < 0)) {
		sy_live_close(r->live);
		sy_book_close(r->book);
		r->live = NULL;
		r->book = NULL;
		return -1;
	}
	sy_turns_init(&r->turns, r->loop, r->live);
	return 0;
}

/*
 * A worker without a store goes on answering, with 503 and the reason, and looks again: what
 * an operator mends works at once, and a web server has nothing to start over and over.
 */
int sy_relay_store(struct sy_relay *r, struct sy_error *err)
{
	int64_t now = sy_monotonic_us();

	if (r->book != NULL)
		return 0;
	if (r->opened_us != 0 && now - r->opened_us < REOPEN_MS * 1000) {
		*err = r->open_error;
		return -1;
	}
	r->opened_us = now;
	if (open_store(r, err) == 0)
		return 0;
	sy_log(SY_ERROR, "store", NULL, "%s", err->message);
	sy_fail(&r->open_error, SY_STORE, "",
	    "The gateway's store cannot be opened; its operator finds the reason in the log.");
	*err = r->open_error;
	return -1;
}

int sy_relay_new(struct ev_loop *loop, const struct sy_relay_options *o,
    struct sy_relay **out, struct sy_error *err)
{
	struct sy_relay *r = sy_xcalloc(1, sizeof(*r));
	struct sy_error store_err;

	r->loop = loop;
	r->once = o->once;
	r->ready_last = &r->ready;
	r->arena = sy_arena_new();
	sy_buf_init(&r->line, LINE_BYTES);
	sy_turns_init(&r->turns, loop, NULL);
	ev_prepare_init(&r->prepare, on_prepare);
	ev_timer_init(&r->drain_timer, on_drain_time, 0., 0.);
	r->prepare.data = r->drain_timer.data = r;
	if (sy_root_find(o->root, r->arena, &r->root, err) < 0 ||
	    sy_net_new(loop, NULL, &r->net, err) < 0) {
		sy_relay_free(r);
		return -1;
	}
	r->secrets = sy_secrets_new(&r->root);
	sy_secrets_take_env(r->secrets);
	sy_relay_store(r, &store_err);
	ev_prepare_start(loop, &r->prepare);
	*out = r;
	return 0;
}

void sy_relay_free(struct sy_relay *r)
{
	struct sy_error err;

	if (r == NULL)
		return;
	ev_prepare_stop(r->loop, &r->prepare);
	ev_timer_stop(r->loop, &r->drain_timer);
	ev_timer_stop(r->loop, &r->turns.again);
	sy_folder_stop(r->folder);
	if (r->once && r->live != NULL && sy_fold(r->live, r->book, 1000, &err) < 0)
		sy_log(SY_WARNING, "store", NULL, "fold: %s", err.message);
	sy_net_free(r->net);
	sy_buf_release(&r->line);
	sy_live_close(r->live);
	sy_book_close(r->book);
	sy_secrets_free(r->secrets);
	sy_config_unref(r->config);
	sy_arena_free(r->arena);
	free(r);
}

int64_t sy_relay_body_limit(const struct sy_relay *r)
{
	return r->config != NULL ? r->config->body_limit_bytes : BODY_LIMIT_BYTES;
}

unsigned sy_relay_busy(const struct sy_relay *r)
{
	return r->busy;
}

void sy_relay_drain(struct sy_relay *r, void (*drained)(void *arg), void *arg)
{
	int patience_ms = r->config != NULL ? r->config->drain_ms : DRAIN_MS;

	if (r->draining)
		return;
	r->draining = true;
	r->drained = drained;
	r->drained_arg = arg;
	ev_timer_set(&r->drain_timer, patience_ms / 1000., 0.);
	ev_timer_start(r->loop, &r->drain_timer);
}

/* --- Requests come in. ------------------------------------------------------------------ */

static struct sy_request *request_new(struct sy_relay *r, const struct sy_inbound *in,
    struct sy_client *client)
{
	struct sy_request *q = sy_alloc(in->arena, sizeof(*q));

	q->relay = r;
	q->in = *in;
	q->client = client;
	q->started_us = in->arrived_us;
	sy_id_text(&in->id, q->id);
	q->next = r->all;
	if (r->all != NULL)
		r->all->prev = q;
	r->all = q;
	r->busy++;
	sy_request_ready(q);
	return q;
}

struct sy_request *sy_relay_start(struct sy_relay *r, const struct sy_inbound *in,
    struct sy_client *client)
{
	struct sy_request *q = request_new(r, in, client);

	if (in->surface->count != NULL)
		q->job = SY_JOB_COUNT;
	return q;
}

struct sy_request *sy_relay_models(struct sy_relay *r, const struct sy_inbound *in,
    const char *id, struct sy_client *client)
{
	struct sy_request *q = request_new(r, in, client);

	q->job = SY_JOB_MODELS;
	q->subject = id;
	return q;
}

struct sy_request *sy_relay_kept(struct sy_relay *r, const struct sy_inbound *in,
    const char *id, enum sy_kept_view view, struct sy_client *client)
{
	struct sy_request *q = request_new(r, in, client);

	q->job = SY_JOB_KEPT;
	q->subject = id;
	q->view = view;
	return q;
}
