/*
 * anthropic_read.c - see anthropic_read.h.
 *
 * Works on spans of the text: an event is checked once and read where it stands, without a
 * tree.  Unknown events are passed over, since new ones come every season.
 */
#include "dialect/anthropic_read.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/walk.h"
#include "dialect/anthropic_blame.h"
#include "dialect/anthropic_content.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_usage.h"

#include <string.h>

struct stream {
	bool started, ended;
	bool stopped; /* the reason has come */
	struct sy_content *content;
	struct sy_anthropic_usage usage;
	enum sy_finish finish;
	char native[32];
	char stop_sequence[64];
	char refusal[400];
};

struct reader {
	const struct sy_call *call;
	struct stream *s;
	const struct sy_sink *sink;
};

static struct stream *new_stream(const struct sy_call *call)
{
	struct stream *s = sy_alloc(call->arena, sizeof(*s));

	s->content = sy_content_new(call);
	sy_anthropic_usage_init(&s->usage);
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

static char *keep(struct reader *r, struct sy_span string)
{
	return string.at != NULL ? sy_unquote(r->call->arena, string, NULL) : NULL;
}

static void emit_usage(struct reader *r)
{
	struct sy_event ev = { .kind = SY_EV_USAGE };

	if (sy_anthropic_usage_get(&r->s->usage, &ev.usage))
		sy_emit(r->sink, &ev);
}

/* Once, and before all else, even where a host leaves its own start out. */
static void start(struct reader *r, struct sy_span message)
{
	struct sy_event ev = { .kind = SY_EV_START };

	if (r->s->started)
		return;
	r->s->started = true;
	ev.id = keep(r, sy_walk_get(message, "id"));
	ev.model = keep(r, sy_walk_get(message, "model"));
	sy_emit(r->sink, &ev);
}

/* --- The end. ---------------------------------------------------------------------------- */

static void take_stop(struct reader *r, struct sy_span from)
{
	struct stream *s = r->s;
	struct sy_span reason = sy_walk_get(from, "stop_reason");
	struct sy_span details = sy_walk_get(from, "stop_details");
	int finish;

	if (!sy_span_is_string(reason))
		return;
	s->stopped = true;
	sy_unquote_copy(s->native, sizeof(s->native), reason);
	finish = sy_word_value(sy_anthropic_stops, s->native);
	s->finish = finish < 0 ? SY_FINISH_STOP : (enum sy_finish)finish;
	if (sy_span_is_string(sy_walk_get(from, "stop_sequence")))
		sy_unquote_copy(s->stop_sequence, sizeof(s->stop_sequence),
		    sy_walk_get(from, "stop_sequence"));
	if (sy_span_is_string(sy_walk_get(details, "explanation")))
		sy_unquote_copy(s->refusal, sizeof(s->refusal),
		    sy_walk_get(details, "explanation"));
}

static void emit_refusal(struct reader *r)
{
	struct sy_event ev = { .kind = SY_EV_REFUSAL };

	ev.text =
	    r->s->refusal[0] != '\0' ? r->s->refusal : "The model declined to answer.";
	ev.text_len = strlen(ev.text);
	if (r->s->finish == SY_FINISH_CONTENT_FILTER)
		sy_emit(r->sink, &ev);
}

/* Which stop it was, where other servers say it. */
static void emit_stop_sequence(struct reader *r)
{
	struct sy_event ev = { .kind = SY_EV_EXTRA,
		.place = SY_EXTRA_CHOICE,
		.key = "stop_reason" };
	struct sy_buf json;

	if (r->s->stop_sequence[0] == '\0')
		return;
	sy_buf_init(&json, sizeof(r->s->stop_sequence) * 8);
	sy_buf_json_str(&json, r->s->stop_sequence);
	ev.json = json.data;
	ev.json_len = json.len;
	sy_emit(r->sink, &ev);
	sy_buf_release(&json);
}

static void end_message(struct reader *r)
{
	struct stream *s = r->s;
	struct sy_event ev = { .kind = SY_EV_FINISH };

	if (s->ended)
		return;
	s->ended = true;
	start(r, (struct sy_span){ NULL, 0 });
	sy_content_flush(s->content, r->call, r->sink);
	emit_refusal(r);
	emit_stop_sequence(r);
	ev.finish = sy_content_finish(s->content, s->finish);
	ev.native = s->native[0] != '\0' ? s->native : NULL;
	sy_emit(r->sink, &ev);
	ev = (struct sy_event){ .kind = SY_EV_END };
	sy_emit(r->sink, &ev);
}

/* --- Events of a stream. ---------------------------------------------------------------- */

static void read_message(struct reader *r, struct sy_span message)
{
	struct sy_span content = sy_walk_get(message, "content"), block;
	size_t at = 0;
	int64_t index = -1;

	start(r, message);
	while (sy_walk_element(content, &at, &block)) {
		sy_content_begin(r->s->content, r->call, r->sink, index, block);
		sy_content_end(r->s->content, r->call, r->sink, index--);
	}
	sy_anthropic_usage_merge(&r->s->usage, sy_walk_get(message, "usage"));
	emit_usage(r);
}

static void on_message_start(struct reader *r, struct sy_span event)
{
	if (!r->s->started) /* some proxies repeat it */
		read_message(r, sy_walk_get(event, "message"));
}

static int64_t index_of(struct sy_span event)
{
	int64_t index = 0;

	sy_span_int(sy_walk_get(event, "index"), &index);
	return index;
}

static void on_block_start(struct reader *r, struct sy_span event)
{
	start(r, (struct sy_span){ NULL, 0 });
	sy_content_begin(r->s->content, r->call, r->sink, index_of(event),
	    sy_walk_get(event, "content_block"));
}

static void on_block_delta(struct reader *r, struct sy_span event)
{
	sy_content_delta(r->s->content, r->call, r->sink, index_of(event),
	    sy_walk_get(event, "delta"));
}

static void on_block_stop(struct reader *r, struct sy_span event)
{
	sy_content_end(r->s->content, r->call, r->sink, index_of(event));
}

static void on_message_delta(struct reader *r, struct sy_span event)
{
	take_stop(r, sy_walk_get(event, "delta"));
	sy_anthropic_usage_merge(&r->s->usage, sy_walk_get(event, "usage"));
	emit_usage(r);
}

static void on_message_stop(struct reader *r, struct sy_span event)
{
	(void)event;
	end_message(r);
}

static void on_error(struct reader *r, struct sy_span event)
{
	struct sy_event ev = { .kind = SY_EV_ERROR };
	struct sy_error error;

	sy_anthropic_blame(r->call, 200, event.at, event.len, &error);
	ev.error = &error;
	sy_emit(r->sink, &ev);
}

static const struct {
	const char *type;
	void (*on)(struct reader *r, struct sy_span event);
} events[] = {
	{ "content_block_delta", on_block_delta },
	{ "content_block_start", on_block_start },
	{ "content_block_stop", on_block_stop },
	{ "message_start", on_message_start },
	{ "message_delta", on_message_delta },
	{ "message_stop", on_message_stop },
	{ "error", on_error },
};

int sy_anthropic_feed(const struct sy_call *call, void *state,
    const struct sy_record *rec, const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = { .call = call, .s = stream_of(call, state), .sink = sink };
	struct sy_span event = { rec->data, rec->len }, type;

	if (r.s->ended || strcmp(rec->data, "[DONE]") == 0) /* of hosts that speak both */
		return 0;
	if (sy_scan_check(rec->data, rec->len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "",
		    "an event of the stream is not JSON");
	type = sy_walk_get(event, "type");
	if (type.at == NULL && sy_span_is_object(sy_walk_get(event, "error")))
		on_error(&r, event); /* as compatible hosts write it */
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (sy_span_is(type, events[i].type))
			events[i].on(&r, event);
	return 0;
}

void sy_anthropic_finish(const struct sy_call *call, void *state,
    const struct sy_sink *sink)
{
	struct reader r = { .call = call, .s = stream_of(call, state), .sink = sink };

	if (r.s->stopped)
		end_message(&r);
}

int sy_anthropic_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = { .call = call, .s = new_stream(call), .sink = sink };
	struct sy_span message = { body, len };

	if (sy_scan_check(body, len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "", "the provider's answer is not JSON");
	if (sy_span_is_object(sy_walk_get(message, "error"))) {
		on_error(&r, message);
		return 0;
	}
	if (!sy_span_is_array(sy_walk_get(message, "content")))
		return sy_fail(err, SY_UNUSABLE, "",
		    "the provider's answer is no message");
	read_message(&r, message);
	take_stop(&r, message);
	end_message(&r);
	return 0;
}
