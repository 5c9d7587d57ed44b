/*
 * bedrock_read.c - see bedrock_read.h.
 *
 * The usage comes after the reason why the answer ended, in a record of its own, which ends the
 * stream.  One that is cut off between the two is whole; only its usage is estimated.
 */
#include "dialect/bedrock_read.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/scan.h"
#include "base/walk.h"
#include "dialect/bedrock_blame.h"
#include "dialect/bedrock_content.h"
#include "model/chat.h"
#include "model/config.h"

#include <string.h>

static const struct sy_word stops[] = {
	{ "end_turn", SY_FINISH_STOP },
	{ "stop_sequence", SY_FINISH_STOP },
	{ "tool_use", SY_FINISH_TOOL_CALLS },
	{ "max_tokens", SY_FINISH_LENGTH },
	{ "model_context_window_exceeded", SY_FINISH_LENGTH },
	{ "guardrail_intervened", SY_FINISH_CONTENT_FILTER },
	{ "content_filtered", SY_FINISH_CONTENT_FILTER },
	{ NULL, 0 },
};

struct stream {
	bool started, stopped, ended;
	bool traced; /* a guardrail's trace may follow, which belongs before the finish */
	char native[48]; /* why it stopped, while that is held back; "" */
	struct sy_bedrock_content *content;
};

struct reader {
	const struct sy_call *call;
	struct stream *s;
	const struct sy_sink *sink;
};

static struct stream *new_stream(const struct sy_call *call)
{
	struct stream *s = sy_alloc(call->arena, sizeof(*s));

	s->content = sy_bedrock_content_new(call);
	s->traced = call->ask->chat != NULL &&
	            sy_json_get(call->ask->chat->extra, "guardrailConfig") != NULL;
	return s;
}

/* The state that the caller keeps is a pointer to what the arena owns. */
static struct stream *stream_of(const struct sy_call *call, void *state)
{
	struct stream **s = state;

	if (*s == NULL)
		*s = new_stream(call);
	return *s;
}

/* Neither id nor model is said; the former is in a header. */
static void start(struct reader *r)
{
	struct sy_event ev = { .kind = SY_EV_START };

	if (r->s->started)
		return;
	r->s->started = true;
	sy_emit(r->sink, &ev);
}

static void emit_error(struct reader *r, const struct sy_error *error)
{
	struct sy_event ev = { .kind = SY_EV_ERROR, .error = error };

	r->s->ended = true;
	sy_emit(r->sink, &ev);
}

/* --- The end. ---------------------------------------------------------------------------- */

static void emit_finish(struct reader *r)
{
	struct sy_event ev = { .kind = SY_EV_FINISH, .native = r->s->native };
	int finish = sy_word_value(stops, r->s->native);

	if (r->s->native[0] == '\0') /* it is out */
		return;
	ev.finish = sy_bedrock_content_finish(r->s->content,
	    finish < 0 ? SY_FINISH_NONE : (enum sy_finish)finish);
	sy_emit(r->sink, &ev);
	r->s->native[0] = '\0';
}

static void end(struct reader *r)
{
	struct sy_event ev = { .kind = SY_EV_END };

	emit_finish(r);
	r->s->ended = true;
	sy_emit(r->sink, &ev);
}

/* A model that broke its own syntax has not answered, whatever it said until then. */
static void take_stop(struct reader *r, struct sy_span reason)
{
	const char *provider = r->call->model->provider->name;
	char *native = r->s->native;
	struct sy_error error;

	if (r->s->stopped || !sy_span_is_string(reason) || sy_span_is_empty(reason))
		return;
	r->s->stopped = true;
	sy_unquote_copy(native, sizeof(r->s->native), reason);
	start(r);
	sy_bedrock_content_flush(r->s->content, r->call, r->sink);
	if (strncmp(native, "malformed_", strlen("malformed_")) == 0)
		sy_fail(&error, SY_BROKEN, "", "the model at %s broke off with %s",
		    provider, native);
	else if (sy_bedrock_content_garbled(r->s->content) &&
	         strcmp(native, "max_tokens") != 0)
		sy_fail(&error, SY_BROKEN, "",
		    "the model at %s wrote arguments of a call that are not JSON",
		    provider);
	else {
		if (!r->s->traced)
			emit_finish(r);
		return;
	}
	emit_error(r, &error);
}

static bool count(struct sy_span usage, const char *key, int64_t *out)
{
	struct sy_span value = sy_walk_get(usage, key);

	*out = 0;
	return value.at == NULL ||
	       (sy_span_int(value, out) && *out >= 0 && *out <= SY_TOKENS_MAX);
}

/* Input without what the cache read or wrote; reasoning is not told apart. */
static void take_usage(struct reader *r, struct sy_span usage)
{
	struct sy_event ev = { .kind = SY_EV_USAGE };
	int64_t *tokens = ev.usage.tokens;

	if (!sy_span_is_object(usage) || sy_walk_get(usage, "outputTokens").at == NULL ||
	    !count(usage, "inputTokens", &tokens[SY_IN]) ||
	    !count(usage, "cacheReadInputTokens", &tokens[SY_IN_CACHE_READ]) ||
	    !count(usage, "cacheWriteInputTokens", &tokens[SY_IN_CACHE_WRITE]) ||
	    !count(usage, "outputTokens", &tokens[SY_OUT]))
		return;
	ev.usage.source = SY_USAGE_PROVIDER;
	sy_emit(r->sink, &ev);
}

/* What a guardrail found, for the client that asked for its trace. */
static void take_trace(struct reader *r, struct sy_span trace)
{
	struct sy_event ev = { .kind = SY_EV_EXTRA,
		.place = SY_EXTRA_ANSWER,
		.key = "trace",
		.json = trace.at,
		.json_len = trace.len };

	if (r->s->traced && sy_span_is_object(trace))
		sy_emit(r->sink, &ev);
}

/* --- Events of a stream. ---------------------------------------------------------------- */

static int64_t index_of(struct sy_span event)
{
	int64_t index = 0;

	sy_span_int(sy_walk_get(event, "contentBlockIndex"), &index);
	return index;
}

static void on_block_start(struct reader *r, struct sy_span event)
{
	start(r);
	sy_bedrock_content_begin(r->s->content, r->call, r->sink, index_of(event),
	    sy_walk_get(event, "start"));
}

static void on_block_delta(struct reader *r, struct sy_span event)
{
	start(r);
	sy_bedrock_content_delta(r->s->content, r->call, r->sink, index_of(event),
	    sy_walk_get(event, "delta"));
}

static void on_block_stop(struct reader *r, struct sy_span event)
{
	sy_bedrock_content_end(r->s->content, r->call, r->sink, index_of(event));
}

static void on_message_stop(struct reader *r, struct sy_span event)
{
	take_stop(r, sy_walk_get(event, "stopReason"));
}

static void on_metadata(struct reader *r, struct sy_span event)
{
	start(r);
	take_usage(r, sy_walk_get(event, "usage"));
	take_trace(r, sy_walk_get(event, "trace"));
	if (r->s->stopped)
		end(r);
}

/* messageStart says nothing, and what follows may be an exception; new events come up. */
static const struct {
	const char *type;
	void (*on)(struct reader *r, struct sy_span event);
	bool late; /* may come after the message's stop */
} events[] = {
	{ "contentBlockDelta", on_block_delta, false },
	{ "contentBlockStart", on_block_start, false },
	{ "contentBlockStop", on_block_stop, false },
	{ "messageStop", on_message_stop, false },
	{ "metadata", on_metadata, true },
};

int sy_bedrock_feed(const struct sy_call *call, void *state, const struct sy_record *rec,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = { .call = call, .s = stream_of(call, state), .sink = sink };
	struct sy_span event = { rec->data, rec->len };
	struct sy_error error;

	if (r.s->ended)
		return 0;
	if (rec->failure) {
		sy_bedrock_blame_exception(call, rec->event, rec->data, rec->len, &error);
		emit_error(&r, &error);
		return 0;
	}
	if (sy_scan_check(rec->data, rec->len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "",
		    "an event of the stream is not JSON");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(rec->event, events[i].type) == 0 &&
		    (events[i].late || !r.s->stopped))
			events[i].on(&r, event);
	return 0;
}

void sy_bedrock_finish(const struct sy_call *call, void *state,
    const struct sy_sink *sink)
{
	struct reader r = { .call = call, .s = stream_of(call, state), .sink = sink };

	if (r.s->stopped && !r.s->ended)
		end(&r);
}

/* --- A whole answer. --------------------------------------------------------------------- */

int sy_bedrock_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = { .call = call, .s = new_stream(call), .sink = sink };
	struct sy_span answer = { body, len }, content, block;
	struct sy_error error;
	int64_t index = 0;
	size_t at = 0;

	if (sy_scan_check(body, len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "", "the provider's answer is not JSON");
	content =
	    sy_walk_get(sy_walk_get(sy_walk_get(answer, "output"), "message"), "content");
	if (content.at == NULL && (sy_walk_get(answer, "__type").at != NULL ||
	                              sy_walk_get(answer, "message").at != NULL)) {
		sy_bedrock_blame_exception(call, "", body, len, &error);
		emit_error(&r, &error);
		return 0;
	}
	if (!sy_span_is_array(content))
		return sy_fail(err, SY_UNUSABLE, "",
		    "the provider's answer is no message");
	start(&r);
	for (; sy_walk_element(content, &at, &block); index++) {
		sy_bedrock_content_begin(r.s->content, call, sink, index, block);
		sy_bedrock_content_end(r.s->content, call, sink, index);
	}
	take_stop(&r, sy_walk_get(answer, "stopReason"));
	if (!r.s->stopped)
		return sy_fail(err, SY_UNUSABLE, "",
		    "the provider's answer does not say why it ended");
	if (r.s->ended)
		return 0;
	take_usage(&r, sy_walk_get(answer, "usage"));
	take_trace(&r, sy_walk_get(answer, "trace"));
	end(&r);
	return 0;
}
