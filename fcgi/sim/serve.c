/*
 * serve.c - from a whole request to a whole reply.
 */
#include "sim/serve.h"

#include "sim/control.h"
#include "sim/dialect.h"
#include "sim/embed.h"
#include "sim/exchange.h"
#include "sim/fault.h"
#include "sim/signed.h"
#include "sim/tree.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { MODEL_BYTES = 256 };

static const struct endpoint {
	const char *path; /* behind /SITE/ and an optional v1/ or v1beta/; "*" is any one segment */
	const char *method;
	enum sy_sim_endpoint which;
	const struct sy_sim_dialect *dialect;
} endpoints[] = {
	{ "chat/completions", "POST", SY_SIM_CHAT, &sy_sim_openai },
	{ "messages", "POST", SY_SIM_MESSAGES, &sy_sim_anthropic },
	{ "messages/count_tokens", "POST", SY_SIM_COUNT_TOKENS, &sy_sim_anthropic },
	{ "chat", "POST", SY_SIM_COHERE, &sy_sim_cohere },
	{ "embeddings", "POST", SY_SIM_EMBEDDINGS, &sy_sim_openai },
	{ "embed", "POST", SY_SIM_COHERE_EMBED, &sy_sim_cohere },
	{ "models/*:batchEmbedContents", "POST", SY_SIM_BATCH_EMBED, &sy_sim_gemini },
	{ "completions", "POST", SY_SIM_COMPLETIONS, &sy_sim_legacy },
	{ "moderations", "POST", SY_SIM_MODERATIONS, &sy_sim_moderations },
	{ "rerank", "POST", SY_SIM_RERANK, &sy_sim_rerank },
	{ "images/generations", "POST", SY_SIM_IMAGES, &sy_sim_images },
	{ "images/edits", "POST", SY_SIM_IMAGE_FORM, &sy_sim_images },
	{ "images/variations", "POST", SY_SIM_IMAGE_FORM, &sy_sim_images },
	{ "audio/speech", "POST", SY_SIM_SPEECH, &sy_sim_speech },
	{ "audio/transcriptions", "POST", SY_SIM_AUDIO_FORM, &sy_sim_transcripts },
	{ "audio/translations", "POST", SY_SIM_AUDIO_FORM, &sy_sim_transcripts },
	{ "model/*/converse", "POST", SY_SIM_CONVERSE, &sy_sim_bedrock },
	{ "model/*/converse-stream", "POST", SY_SIM_CONVERSE_STREAM, &sy_sim_bedrock },
	{ "models/*:generateContent", "POST", SY_SIM_GENERATE, &sy_sim_gemini },
	{ "models/*:streamGenerateContent", "POST", SY_SIM_GENERATE_STREAM, &sy_sim_gemini },
	{ "models", "GET", SY_SIM_MODELS, &sy_sim_openai },
	{ "models/*", "GET", SY_SIM_MODELS, &sy_sim_openai },
};

void sy_sim_init(struct sy_sim *sim)
{
	*sim = (struct sy_sim){ .started_ms = sy_monotonic_us() / 1000 };
	sy_sim_ask_init(&sim->ask);
	sy_sim_answer_init(&sim->answer);
}

void sy_sim_release(struct sy_sim *sim)
{
	sy_sim_sites_release(&sim->sites);
	sy_sim_attempts_release(&sim->attempts);
	sy_sim_ask_release(&sim->ask);
	sy_sim_answer_release(&sim->answer);
}

void sy_sim_call_init(struct sy_sim_call *call)
{
	*call = (struct sy_sim_call){ .cut_at = SIZE_MAX, .stall_at = SIZE_MAX };
	sy_sim_http_init(&call->http);
	sy_sim_reply_init(&call->reply);
	sy_sim_step_init(&call->own);
	call->step = &call->own;
}

void sy_sim_call_reset(struct sy_sim_call *call)
{
	sy_sim_http_reset(&call->http);
	sy_sim_reply_reset(&call->reply);
	sy_sim_step_release(&call->own);
	sy_sim_plan_drop(call->plan);
	call->plan = NULL;
	call->step = &call->own;
	call->attempt = (struct sy_sim_attempt){ .sequence = 0 };
	call->counted = false;
	call->silence = SY_SIM_SPEAK;
	call->delay_ms = 0;
	call->gap_s = 0;
	call->cut_at = call->stall_at = SIZE_MAX;
	call->cut_clean = false;
}

void sy_sim_call_release(struct sy_sim_call *call)
{
	sy_sim_call_reset(call);
	sy_sim_http_release(&call->http);
	sy_sim_reply_release(&call->reply);
}

static void reply_error(struct sy_sim_call *call, const struct sy_sim_dialect *dialect,
    const struct sy_error *err)
{
	sy_sim_reply_reset(&call->reply);
	call->reply.status = err->status;
	dialect->error(err, &call->reply.body);
	if (dialect->error_head != NULL)
		dialect->error_head(err->status, &call->reply.headers);
	sy_sim_reply_mark(&call->reply);
}

void sy_sim_serve_error(struct sy_sim_call *call, const struct sy_error *err)
{
	reply_error(call, &sy_sim_openai, err);
}

/* Whether the path is like the pattern; *rest is then what stands for its "*", to the end of
 * the path, or "". */
static bool is_like(const char *path, const char *pattern, const char **rest)
{
	*rest = "";
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '*') {
			*rest = path;
			path += strcspn(path, pattern[1] == ':' ? "/:" : "/");
		} else if (*path++ != *pattern) {
			return false;
		}
	}
	return *path == '\0';
}

/* The endpoint behind the site's part of the path. */
static const struct endpoint *find_endpoint(const char *path, const char **rest)
{
	if (sy_starts(path, "v1/") || sy_starts(path, "v1beta/"))
		path = strchr(path, '/') + 1;
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++)
		if (is_like(path, endpoints[i].path, rest))
			return &endpoints[i];
	return NULL;
}

/* The model that a segment of the path names: of "vendor.family:0/echo", and of an ARN, what
 * stands behind the last slash. */
static const char *read_name(const char *segment, char *out, size_t room)
{
	size_t len = 0;

	for (; *segment != '\0' && *segment != '/' && len + 1 < room; segment++) {
		unsigned byte;

		if (*segment == '%' && sscanf(segment + 1, "%2x", &byte) == 1) {
			out[len++] = (char)byte;
			segment += 2;
		} else {
			out[len++] = *segment;
		}
		if (out[len - 1] == '/')
			len = 0;
	}
	out[len] = '\0';
	return out;
}

static int read_own_step(struct sy_sim_call *call, const char *text, struct sy_error *err)
{
	struct sy_arena *a = sy_arena_new();
	struct json_object *root;
	int rc = sy_sim_parse(a, text, strlen(text), &root, err);

	if (rc == 0)
		rc = sy_sim_step_read(&call->own, root, "x-sim", err);
	sy_arena_free(a);
	return rc;
}

/* The x-sim header's step if there is one, else the script's next. */
static int choose_step(struct sy_sim_site *site, struct sy_sim_call *call,
    struct sy_error *err)
{
	const char *text = sy_sim_http_header(&call->http, "x-sim");

	call->step = sy_sim_site_next(site);
	call->plan = sy_sim_plan_hold(site->plan);
	if (text == NULL)
		return 0;
	call->step = &call->own;
	return read_own_step(call, text, err);
}

static int check_key(const struct endpoint *e, const struct sy_sim_plan *plan,
    const struct sy_sim_http *http, struct sy_error *err)
{
	const char *bearer = sy_sim_http_header(http, "authorization");
	const char *key = sy_sim_http_header(http, "x-api-key");

	if (key == NULL)
		key = sy_sim_http_header(http, "x-goog-api-key");
	if (e->dialect == &sy_sim_bedrock)
		return sy_sim_signed(http, plan->key, err);
	if (plan->key == NULL)
		return 0;
	if (bearer != NULL && sy_starts(bearer, "Bearer ") &&
	    strcmp(bearer + 7, plan->key) == 0)
		return 0;
	if (key != NULL && strcmp(key, plan->key) == 0)
		return 0;
	return sy_fail(err, SY_UNKNOWN_KEY, "", "this key is not known here");
}

static void start_attempt(struct sy_sim *sim, struct sy_sim_site *site,
    struct sy_sim_call *call)
{
	struct sy_sim_attempt *a = &call->attempt;
	const char *id = sy_sim_http_header(&call->http, "x-client-request-id");

	a->site = site;
	a->number = site->calls;
	a->streamed = sim->ask.stream;
	sy_copy(a->path, sizeof(a->path), call->http.path);
	sy_copy(a->model, sizeof(a->model), sim->ask.model != NULL ? sim->ask.model : "");
	sy_copy(a->client_request_id, sizeof(a->client_request_id), id != NULL ? id : "");
	sy_sim_attempt_start(&sim->attempts, a);
	call->counted = true;
	sy_sim_site_keep(site, a->sequence, &call->http.raw, &call->http.body);
}

/* What has no text for an answer. */
static bool is_counted(enum sy_sim_endpoint which)
{
	return which == SY_SIM_EMBEDDINGS || which == SY_SIM_COHERE_EMBED ||
	       which == SY_SIM_BATCH_EMBED || which == SY_SIM_COUNT_TOKENS;
}

/* The answer of the model that was asked. */
static void reply_answer(struct sy_sim *sim, const struct endpoint *e,
    struct sy_sim_call *call)
{
	const struct sy_sim_ask *ask = &sim->ask;
	struct sy_sim_reply *r = &call->reply;
	char id[SY_SIM_NAME + 24];
	struct sy_sim_turn t = {
		.ask = ask,
		.step = call->step,
		.answer = &sim->answer,
		.id = id,
		.created = sy_unix_ms() / 1000,
	};

	snprintf(id, sizeof(id), "%s-%llu", call->attempt.site->name,
	    (unsigned long long)call->attempt.sequence);
	if (call->step->status != 0)
		r->status = (int)call->step->status;
	sy_buf_printf(&r->headers, "%s: req_%s\r\n", e->dialect->id_header, id);
	if (is_counted(e->which)) {
		sy_sim_answer_count(&sim->answer, ask, call->step);
		(e->which == SY_SIM_COUNT_TOKENS ? sy_sim_token_count
		                                 : sy_sim_embeddings)(&t, r);
	} else if (ask->stream) {
		sy_sim_answer_make(&sim->answer, ask, call->step);
		r->streamed = true;
		r->content_type = "text/event-stream; charset=utf-8";
		e->dialect->stream(&t, r);
	} else {
		sy_sim_answer_make(&sim->answer, ask, call->step);
		e->dialect->whole(&t, r);
	}
	if (!call->step->no_usage)
		call->attempt.usage = sim->answer.usage;
}

/* The status or body that the script puts in place of an answer. */
static void reply_scripted(const struct endpoint *e, struct sy_sim_call *call, int status)
{
	const struct sy_sim_step *step = call->step;
	struct sy_sim_reply *r = &call->reply;

	if (status != 0)
		r->status = status;
	if (step->body == NULL)
		sy_sim_fault_write(e->dialect, step, status, &r->body);
	else
		sy_buf_puts(&r->body, step->body);
	if (e->dialect->error_head != NULL && status >= 400)
		e->dialect->error_head(status, &r->headers);
	if (step->body_is_text)
		r->content_type = "text/plain; charset=utf-8";
	sy_sim_reply_mark(r);
}

static void reply_some(struct sy_sim *sim, struct sy_sim_site *site,
    const struct endpoint *e, struct sy_sim_call *call, const struct sy_error *bad_ask)
{
	const struct sy_sim_step *step = call->step;
	int status = sy_sim_fault_status(sim, site, step);
	struct sy_error err;

	if (check_key(e, call->plan, &call->http, &err) < 0)
		reply_error(call, e->dialect, &err);
	else if (status >= 400 || step->body != NULL)
		reply_scripted(e, call, status);
	else if (step->exchange != NULL &&
	         sy_sim_exchange(sim->data, step->exchange, &call->reply, &err) < 0)
		reply_error(call, e->dialect, &err);
	else if (step->exchange == NULL && bad_ask != NULL)
		reply_error(call, e->dialect, bad_ask);
	else if (step->exchange == NULL)
		reply_answer(sim, e, call);
	if (step->headers != NULL)
		sy_buf_puts(&call->reply.headers, step->headers);
}

static void serve_attempt(struct sy_sim *sim, struct sy_sim_site *site,
    const struct endpoint *e, const char *segment, struct sy_sim_call *call)
{
	struct sy_error err, bad_step;
	bool scripted = choose_step(site, call, &bad_step) == 0;
	char name[MODEL_BYTES];
	bool bad_ask;

	sy_sim_ask_reset(&sim->ask);
	read_name(segment, name, sizeof(name));
	if (e->dialect == &sy_sim_gemini) /* what to do with it stands behind it */
		name[strcspn(name, ":")] = '\0';
	bad_ask = !call->step->unread &&
	          sy_sim_ask_read(&sim->ask, e->which, *name != '\0' ? name : NULL,
	              sy_sim_http_header(&call->http, "content-type"), &call->http.body,
	              &err) < 0;
	start_attempt(sim, site, call);
	if (scripted)
		reply_some(sim, site, e, call, bad_ask ? &err : NULL);
	else
		reply_error(call, e->dialect, &bad_step);
	sy_sim_fault_apply(sim, site, e->dialect, call);
	call->attempt.status = call->silence == SY_SIM_SPEAK ? call->reply.status : 0;
}

static void serve_models(struct sy_sim_site *site, const struct endpoint *e,
    struct sy_sim_call *call, const char *id)
{
	struct sy_error err;

	if (check_key(e, site->plan, &call->http, &err) < 0 ||
	    sy_sim_model_list(id, &call->reply, &err) < 0)
		reply_error(call, e->dialect, &err);
}

static void no_endpoint(struct sy_sim_call *call, const struct endpoint *e)
{
	struct sy_error err;

	if (e == NULL) {
		sy_fail(&err, SY_NOT_FOUND, "", "unknown URL %s %s", call->http.method,
		    call->http.path);
		sy_sim_serve_error(call, &err);
		return;
	}
	sy_fail(&err, SY_BAD_METHOD, "", "%s takes %s only", call->http.path, e->method);
	reply_error(call, e->dialect, &err);
	sy_buf_printf(&call->reply.headers, "allow: %s\r\n", e->method);
}

void sy_sim_serve(struct sy_sim *sim, struct sy_sim_call *call)
{
	const char *path = call->http.path, *rest;
	size_t len = strcspn(path + 1, "/");
	const struct endpoint *e;
	struct sy_sim_site *site;
	struct sy_error err;

	sy_sim_reply_reset(&call->reply);
	if (sy_starts(path, "/_sim/")) {
		sy_sim_control(sim, call);
		return;
	}
	e = path[1 + len] == '/' ? find_endpoint(path + len + 2, &rest) : NULL;
	if (e == NULL || strcmp(call->http.method, e->method) != 0) {
		no_endpoint(call, e);
		return;
	}
	site = sy_sim_site_get(&sim->sites, path + 1, len, &err);
	if (site == NULL)
		reply_error(call, e->dialect, &err);
	else if (e->which == SY_SIM_MODELS)
		serve_models(site, e, call, rest);
	else
		serve_attempt(sim, site, e, rest, call);
}
