/*
 * engine.h - what the files of the relay share; nobody else includes it.
 *
 * A request goes through these, each in a file of its own:
 *
 *   request.c  begins (who, what, which targets), goes from target to target, ends
 *   attempt.c  one target: builds, admits, fetches, listens, notes how it ended
 *   blame.c    what a failed answer means, and which of its words may be passed on
 *   sign.c     signatures, and whose clock they go by
 *   account.c  what an attempt consumed and how the ledger tells it
 *   reply.c    what the client reads: heads, held-back bytes, errors
 *   keep.c     answers that clients go on from
 *
 * Callbacks from the network only note what happened and put the request on the ready list;
 * steps are taken from sy_relay's prepare watcher, so nothing is freed below a caller.
 */
#ifndef SY_RELAY_ENGINE_H
#define SY_RELAY_ENGINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "config/root.h"
#include "config/secret.h"
#include "dialect/task.h"
#include "dialect/translate.h"
#include "net/fetch.h"
#include "relay/relay.h"
#include "relay/retry.h"
#include "relay/turns.h"
#include "route/plan.h"
#include "store/book.h"
#include "store/kept.h"
#include "store/keys.h"

#include <ev.h>

struct sy_relay {
	struct ev_loop *loop;
	struct sy_arena *arena; /* of root */
	struct sy_root root;
	bool once;
	struct sy_net *net;
	struct sy_book *book; /* NULL, like live, while the store cannot be opened */
	struct sy_live *live;
	int64_t opened_us; /* when that was last tried */
	struct sy_error open_error;
	struct sy_folder *folder; /* NULL in plain CGI, which folds once, at its end */
	struct sy_secrets *secrets;
	int64_t signing_offset_ms; /* of the providers' clock to ours, as signatures need it */
	struct sy_config *config; /* NULL while there is none */
	struct sy_turns turns;
	struct ev_prepare prepare;
	struct ev_timer drain_timer;
	struct sy_request *all;
	struct sy_request *ready, **ready_last;
	unsigned busy;
	bool draining;
	void (*drained)(void *arg);
	void *drained_arg;
	struct sy_buf line;         /* of the log, while it is put together */
	struct sy_error load_error; /* of the generation that could not be loaded */
	uint32_t load_failed;       /* its number; 0 none */
};

/* One attempt; lives in its own arena until it is settled. */
struct sy_try {
	struct sy_request *q;
	struct sy_arena *arena;
	const struct sy_choice *choice;
	const struct sy_model *model;
	struct sy_call call;
	struct sy_translation *translation;
	struct sy_http http;
	struct sy_fetch *fetch; /* while on the wire */
	struct sy_fetch_options options;
	struct sy_fetched fetched;
	struct sy_timeouts limits;
	struct sy_attempt row;
	struct sy_op op; /* its admission, then its settlement */
	uint32_t fence;
	int64_t started_us;
	int64_t first_us;    /* first content; 0 none */
	int64_t bytes_us;    /* last bytes */
	int64_t progress_us; /* last bytes that held an event */
	int64_t ended_us;    /* the dialect's end was seen, the connection lingers; 0 */
	int64_t events;      /* seen when progress_us was set */
	int64_t answer_bytes;
	int status;
	enum sy_framing framing; /* of a stream from this provider */
	int64_t date_ms; /* the provider's clock, where requests are signed; 0 not said */
	bool stream_answer;
	const char *length; /* of the answer's body, as its head says; or NULL */
	bool paused;
	bool over;   /* how it ended is known: err says, or it is whole */
	bool failed; /* err holds why */
	bool stopped; /* from outside, and no fault of the target's */
	bool final;  /* the request ends with this attempt */
	int retry_after_ms;
	char upstream_request_id[80];
	struct sy_buf error_body;
	struct sy_error err;
};

enum sy_phase {
	SY_PHASE_NEW,
	SY_PHASE_ADMITTING,
	SY_PHASE_TRYING,
	SY_PHASE_WAITING, /* before the same target is tried again */
	SY_PHASE_ENDING,  /* settled or noted next, then answered */
	SY_PHASE_OVER,
};

/* What a request is for. */
enum sy_job {
	SY_JOB_ANSWER,
	SY_JOB_MODELS, /* looking at what may be asked for */
	SY_JOB_COUNT,  /* counting the tokens of a request that is not sent */
	SY_JOB_KEPT,   /* looking at an answer that was kept, or forgetting it */
};

struct sy_request {
	struct sy_relay *relay;
	struct sy_request *prev, *next; /* of all */
	struct sy_request *next_ready;
	bool is_ready;
	enum sy_phase phase;
	struct sy_inbound in;
	struct sy_client *client; /* NULL once gone or answered */
	bool gone;                /* the client left before it was answered */
	bool stopped;             /* from outside: no further attempt; err says why */
	enum sy_job job;
	const char *subject; /* the model or the answer that is looked at; NULL: all */
	enum sy_kept_view view;
	struct sy_op op; /* of SY_JOB_KEPT */
	char id[SY_ID_TEXT];
	struct sy_config *config;
	struct sy_key key;
	bool known; /* the key is valid */
	struct sy_ask ask;
	struct sy_meaning meaning;
	struct sy_face face;
	struct sy_plan plan;
	size_t at; /* the choice being tried */
	bool strict;       /* nothing of it may be left out */
	bool context_used;
	bool waited_more; /* for a target that needed longer than it said; once */
	struct sy_retry retry;
	struct sy_try *attempt;
	const char *tried;     /* failed ones: "acme:large=busy, ..." */
	struct sy_buf held;    /* what the client is to read and has not been given */
	bool head_sent;
	bool committed; /* content went to the client: no other attempt may follow */
	bool complete;  /* hold the answer back until it is whole */
	struct ev_timer timer;
	int64_t started_us;
	int64_t first_us; /* first content given to the client; 0 none */
	int64_t wrote_us; /* last bytes given to the client */
	int64_t deadline_us;
	int64_t resume_us; /* WAITING: until then */
	int64_t gone_us;
	bool failed;
	struct sy_error err;    /* what the client is told */
	struct sy_attempt note; /* the row of a request without an attempt */
	unsigned settling;      /* failed attempts that the store still has in hand */
};

static inline const struct sy_route *sy_request_route(const struct sy_request *q)
{
	return q->meaning.route;
}

/* relay.c */
void sy_request_ready(struct sy_request *q); /* takes a step before the loop waits */
int sy_relay_store(struct sy_relay *r, struct sy_error *err); /* opened, or now */
int sy_relay_config(struct sy_relay *r, struct sy_config **out, struct sy_error *err);
uint64_t sy_relay_dice(void);

/* request.c */
void sy_request_step(struct sy_request *q);
void sy_request_admitted(struct sy_request *q, const struct sy_error *err);
void sy_request_settled(struct sy_request *q, struct sy_try *t);
void sy_request_cancel(struct sy_request *q, const struct sy_error *why);
void sy_request_forgot(struct sy_request *q, const struct sy_error *err);
void sy_request_rearm(struct sy_request *q); /* a deadline has come nearer */

/* attempt.c: -1 when nothing can be sent to this target; *err says why. */
int sy_try_new(struct sy_request *q, const struct sy_choice *choice, struct sy_try **out,
    struct sy_error *err);
void sy_try_admit(struct sy_try *t);
void sy_try_start(struct sy_try *t);
void sy_try_tick(struct sy_try *t, int64_t now_us); /* deadlines */
int64_t sy_try_due_us(const struct sy_try *t);      /* the next deadline */
void sy_try_stop(struct sy_try *t, const struct sy_error *why); /* no fault of its own */
void sy_try_resume(struct sy_try *t); /* after a pause; the provider's clock starts anew */
void sy_try_close(struct sy_try *t); /* over: what the answer was, into failed and err */
void sy_try_settle(struct sy_try *t);
void sy_try_free(struct sy_try *t);

/* sign.c: adds the headers that sign what http holds; the time in an answer's head; whether a
 * refused credential was a wrong clock, by which the next attempt is signed. */
int sy_sign(struct sy_try *t, const char *secret, struct sy_error *err);
void sy_sign_note_date(struct sy_try *t, const char *date);
bool sy_sign_learn(struct sy_try *t);

/* blame.c */
void sy_blame_status(struct sy_try *t); /* a non-2xx answer: into failed and err */
void sy_blame_clean(
    struct sy_try *t); /* err's words, without what is nobody's business */

/* account.c */
void sy_account_begin(struct sy_try *t); /* the intent: labels, estimate, reservation */
void sy_account_end(struct sy_try *t);   /* the outcome, usage and cost */
void sy_account_last(struct sy_request *q,
    struct sy_attempt *row); /* the request's own */
void sy_account_labels(struct sy_request *q, struct sy_attempt *row);
bool sy_account_report(const struct sy_try *t, struct sy_report *out);
void sy_account_log(const struct sy_request *q, const struct sy_attempt *row);

/* reply.c */
void sy_reply_flush(struct sy_request *q);     /* what is held, as part of an answer */
void sy_reply_heartbeat(struct sy_request *q); /* a comment, where a stream is wanted */
void sy_reply_end(struct sy_request *q);       /* the answer, or q->err, and the end */

/* Whether the key may ask for that, under the name it was asked for. */
bool sy_request_may_use(const struct sy_request *q, const struct sy_meaning *meaning,
    const char *asked);

/* keep.c: what earlier requests left, into q->ask, and whether this one's answer is kept */
int sy_keep_recall(struct sy_request *q, struct sy_error *err);
const struct sy_kept *sy_keep_answer(struct sy_try *t); /* whole; NULL: not kept */
/* A SY_JOB_KEPT: 0 with the body in q->held; 1: sy_request_forgot() follows; -1. */
int sy_keep_serve(struct sy_request *q, struct sy_error *err);

/* models.c: the body of a models answer into q->held; -1 with SY_NO_MODEL. */
int sy_models_write(struct sy_request *q, struct sy_error *err);

#endif
