/*
 * translate.c - see translate.h.
 *
 * Three ways through:
 *	splice  the record passes as it came, while its events are only noted
 *	stream  each event is said to the client as it comes
 *	fold    the events become one answer, said at its end
 */
#include "dialect/translate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/notes.h"
#include "dialect/task.h"
#include "dialect/transfer.h"
#include "model/answer.h"
#include "model/chat.h"
#include "model/config.h"

#include <json-c/json.h>
#include <string.h>

#define BODY_BYTES (32 << 20)

enum arrival { ARRIVAL_UNKNOWN, ARRIVAL_STREAM, ARRIVAL_WHOLE };

struct sy_translation {
	const struct sy_surface *surface;
	const struct sy_adapter *adapter;
	struct sy_call *call;
	const struct sy_face *face;
	struct sy_transfer *transfer; /* of a task that is no chat; the rest is idle then */

	bool spliced;         /* the request was */
	bool verbatim;        /* the answer is */
	enum arrival arrival; /* as the first bytes show */
	struct sy_framer framer;
	struct sy_buf body;       /* of a whole answer */
	struct sy_answer *answer; /* the fold; NULL when the client streams */
	void *decoding;           /* the adapter's state */
	void *telling;            /* the surface's */
	bool usage_passed;
	int64_t created; /* as the provider says */

	struct sy_reading reading;
	int begun, finished; /* choices */
	const struct sy_error *failure; /* NULL: none so far */

	struct sy_buf *out; /* while a call lasts */
};

static void release(void *arg)
{
	struct sy_translation *t = arg;

	sy_framer_release(&t->framer);
	sy_buf_release(&t->body);
}

struct sy_translation *sy_translation_new(const struct sy_surface *surface,
    const struct sy_adapter *adapter, struct sy_call *call, const struct sy_face *face)
{
	const struct sy_task_way *way = sy_task_way(adapter, call->model, call->ask->task);
	struct sy_translation *t = sy_alloc(call->arena, sizeof(*t));

	t->surface = surface;
	t->adapter = adapter;
	t->call = call;
	t->face = face;
	t->decoding = sy_alloc(call->arena, adapter->stream_state);
	t->telling = sy_alloc(call->arena, surface->stream_state);
	if (surface->begin != NULL)
		surface->begin(t->telling, call->arena);
	sy_framer_init(&t->framer, adapter->framing);
	sy_buf_init(&t->body, BODY_BYTES);
	sy_defer(call->arena, release, t);
	if (way != NULL)
		t->transfer = sy_transfer_new(surface, way, call, face, &t->reading);
	return t;
}

const struct sy_reading *sy_translation_reading(const struct sy_translation *t)
{
	return &t->reading;
}

/* --- The request. ------------------------------------------------------------------------ */

static bool same_dialect(const struct sy_translation *t)
{
	return strcmp(t->surface->dialect, t->adapter->name) == 0;
}

/* A splice that is declined needs what the relay had no reason to read. */
static int read_chat(struct sy_translation *t, struct sy_error *err)
{
	struct sy_ask *ask;

	if (t->call->ask->chat != NULL)
		return 0;
	ask = sy_alloc(t->call->arena, sizeof(*ask));
	*ask = *t->call->ask;
	ask->chat = sy_alloc(t->call->arena, sizeof(*ask->chat));
	if (t->surface->read(ask, t->call->arena, ask->chat, err) < 0)
		return -1;
	t->call->ask = ask;
	return 0;
}

/* What the surface could not read is left out like what the adapter could not write. */
static void note_unread(struct sy_call *call)
{
	const char *unread = call->ask->chat->unread;

	if (unread != NULL && call->dropped != NULL)
		call->dropped = sy_strf(call->arena, "%s %s", unread, call->dropped);
	else if (unread != NULL)
		call->dropped = unread;
}

/* What only the client's own dialect knows goes there with the body as it came, if at all. */
static int refuse_native(const struct sy_translation *t, struct sy_error *err)
{
	const char *needed = t->call->ask->chat->native_needed;

	return sy_fail_code(err, SY_REFUSED, needed, "unsupported_value",
	    "'%s' cannot be sent to %s: it is of the dialect %s alone", needed,
	    t->call->model->provider->name, t->surface->dialect);
}

static void leave_out_native(struct sy_translation *t)
{
	struct sy_notes *notes = sy_alloc(t->call->arena, sizeof(*notes));

	if (t->call->dropped != NULL)
		sy_copy(notes->text, sizeof(notes->text), t->call->dropped);
	json_object_object_foreach(t->call->ask->chat->native, name, value)
	{
		(void)value;
		sy_note(notes, name);
	}
	t->call->dropped = notes->text;
}

int sy_translation_request(struct sy_translation *t, struct sy_http *out,
    struct sy_error *err)
{
	if (t->transfer != NULL)
		return sy_transfer_request(t->transfer, out, err);
	if (same_dialect(t) && t->adapter->splice != NULL) {
		int rc = t->adapter->splice(t->call, out, err);

		t->spliced = rc > 0;
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	if (read_chat(t, err) < 0)
		return -1;
	if (t->call->ask->chat->native_needed != NULL)
		return refuse_native(t, err);
	if (t->adapter->build(t->call, out, err) < 0)
		return -1;
	note_unread(t->call);
	if (t->call->ask->chat->native != NULL)
		leave_out_native(t);
	return 0;
}

/* --- The head. ---------------------------------------------------------------------------- */

void sy_translation_head(struct sy_translation *t, const char *content_type)
{
	if (t->transfer != NULL)
		sy_transfer_head(t->transfer, content_type != NULL ? content_type : "");
}

const char *sy_translation_type(const struct sy_translation *t)
{
	return t->transfer != NULL ? sy_transfer_type(t->transfer) : NULL;
}

/* --- Events. ----------------------------------------------------------------------------- */

static void note_content(struct sy_translation *t, const struct sy_event *ev)
{
	bool said = ev->text_len > 0 || ev->data != NULL || ev->kind == SY_EV_TOOL_CALL;

	t->reading.content |= said;
	t->reading.text_bytes += (int64_t)ev->text_len;
	if (ev->kind == SY_EV_TOOL_CALL && ev->name != NULL)
		t->reading.text_bytes += (int64_t)strlen(ev->name);
}

static void note_start(struct sy_translation *t, const struct sy_event *ev)
{
	struct sy_reading *r = &t->reading;

	t->begun++;
	if (t->created == 0)
		t->created = ev->created;
	if (r->id[0] == '\0' && ev->id != NULL)
		sy_copy(r->id, sizeof(r->id), ev->id);
	if (r->model[0] == '\0' && ev->model != NULL)
		sy_copy(r->model, sizeof(r->model), ev->model);
}

static void note_finish(struct sy_translation *t, const struct sy_event *ev)
{
	struct sy_reading *r = &t->reading;

	t->finished++;
	r->finished = t->finished >= t->begun && t->finished >= t->call->ask->n;
	if (r->finish != SY_FINISH_NONE)
		return;
	r->finish = ev->finish;
	sy_copy(r->native_finish, sizeof(r->native_finish),
	    ev->native != NULL ? ev->native : "");
}

static void note(struct sy_translation *t, const struct sy_event *ev)
{
	t->reading.events++;
	switch (ev->kind) {
	case SY_EV_START:
		note_start(t, ev);
		break;
	case SY_EV_TEXT:
	case SY_EV_REASONING:
	case SY_EV_REFUSAL:
	case SY_EV_TOOL_CALL:
	case SY_EV_TOOL_ARGS:
	case SY_EV_MEDIA:
		note_content(t, ev);
		break;
	case SY_EV_FINISH:
		note_finish(t, ev);
		break;
	case SY_EV_USAGE:
		t->reading.usage = ev->usage;
		break;
	default:
		break;
	}
}

static void tell(struct sy_translation *t, const struct sy_event *ev)
{
	if (t->verbatim)
		return;
	if (t->answer != NULL)
		sy_answer_take(t->answer, ev);
	else
		t->surface->event(t->call->ask, t->face, t->telling, ev, t->out);
}

/* What nobody counted is estimated, and says so. */
static void settle_usage(struct sy_translation *t)
{
	struct sy_event ev = { .kind = SY_EV_USAGE };

	if (t->reading.usage.source != SY_USAGE_NONE)
		return;
	ev.usage.source = SY_USAGE_ESTIMATED;
	ev.usage.tokens[SY_IN] = t->call->ask->input_tokens;
	ev.usage.tokens[SY_OUT] = sy_tokens_estimate(t->reading.text_bytes);
	t->reading.usage = ev.usage;
	tell(t, &ev);
}

/* The end of a stream that passed verbatim is said by the surface, in the provider's name;
 * with the usage, if that is wanted and had no chunk of its own. */
static void end_verbatim_stream(struct sy_translation *t)
{
	struct sy_face seen = { t->reading.id, t->reading.model, t->created };
	struct sy_event usage = { .kind = SY_EV_USAGE, .usage = t->reading.usage };
	struct sy_event end = { .kind = SY_EV_END };

	if (!t->usage_passed)
		t->surface->event(t->call->ask, &seen, t->telling, &usage, t->out);
	t->surface->event(t->call->ask, &seen, t->telling, &end, t->out);
}

static void end(struct sy_translation *t, const struct sy_event *ev)
{
	settle_usage(t);
	tell(t, ev);
	t->reading.finished = t->reading.whole = true;
	if (t->verbatim && t->arrival == ARRIVAL_STREAM)
		end_verbatim_stream(t);
	if (t->answer != NULL && !t->verbatim)
		t->surface->write(t->call->ask, t->face, t->answer, t->out);
}

static int fail(struct sy_translation *t, const struct sy_error *err)
{
	struct sy_error *copy = sy_alloc(t->call->arena, sizeof(*copy));

	*copy = *err;
	t->failure = copy;
	return -1;
}

static bool failed(const struct sy_translation *t, struct sy_error *err)
{
	if (t->failure != NULL)
		*err = *t->failure;
	return t->failure != NULL;
}

static void take(void *arg, const struct sy_event *ev)
{
	struct sy_translation *t = arg;

	if (t->failure != NULL || t->reading.whole)
		return;
	note(t, ev);
	if (ev->kind == SY_EV_ERROR) {
		fail(t, ev->error);
	} else if (ev->kind == SY_EV_END) {
		end(t, ev);
	} else {
		tell(t, ev);
	}
}

/* --- The answer. ------------------------------------------------------------------------- */

/* One record.  A malformed one is left out, and the rest delivered. */
static int take_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct sy_translation *t = arg;
	struct sy_sink sink = { take, t };
	struct sy_error malformed;

	if (t->reading.whole)
		return 0;
	if (t->adapter->feed(t->call, t->decoding, rec, &sink, &malformed) < 0) {
		t->reading.skipped++;
		return 0;
	}
	if (failed(t, err))
		return -1;
	if (t->verbatim)
		t->usage_passed |= t->adapter->pass(t->call, rec, t->out) > 0;
	return 0;
}

/* A document begins with a bracket, a stream as its framing says; the content type is
 * believed about anything else. */
static enum arrival arrival_of(enum sy_framing framing, bool stream, char first)
{
	if (first == '{' || first == '[')
		return ARRIVAL_WHOLE;
	return stream || sy_framing_begins(framing, first) ? ARRIVAL_STREAM
	                                                   : ARRIVAL_WHOLE;
}

static void settle_way(struct sy_translation *t, enum arrival arrival)
{
	bool client_streams = t->call->ask->stream;

	t->arrival = arrival;
	t->verbatim = t->spliced && t->call->model->provider->quirks.clean &&
	              client_streams == (arrival == ARRIVAL_STREAM) &&
	              (arrival == ARRIVAL_WHOLE ||
	                  (t->adapter->pass != NULL && t->surface->stream_type == NULL));
	if (t->verbatim || client_streams)
		return;
	t->answer = sy_alloc(t->call->arena, sizeof(*t->answer));
	sy_answer_init(t->answer, t->call->arena);
}

static int gather(struct sy_translation *t, const char *data, size_t len,
    struct sy_error *err)
{
	sy_buf_add(&t->body, data, len);
	if (t->body.full)
		return sy_fail(err, SY_UNUSABLE, "", "the answer is over %d bytes",
		    BODY_BYTES);
	return 0;
}

int sy_translation_feed(struct sy_translation *t, bool stream, const char *data,
    size_t len, struct sy_buf *out, struct sy_error *err)
{
	int rc;

	if (failed(t, err))
		return -1;
	if (t->transfer != NULL)
		return sy_transfer_feed(t->transfer, data, len, out, err) < 0 ? fail(t, err) : 0;
	if (t->arrival == ARRIVAL_UNKNOWN) {
		/* Blank lines before a document prove a slow provider alive; in a stream they
		 * mean nothing either.  A BOM may stand before a stream. */
		struct sy_span rest = sy_span_trim(data, len);

		if (rest.len == 0)
			return 0;
		settle_way(t, arrival_of(t->adapter->framing, stream, rest.at[0]));
	}
	t->out = out;
	if (t->arrival == ARRIVAL_WHOLE)
		rc = gather(t, data, len, err);
	else
		rc = sy_framer_feed(&t->framer, data, len, take_record, t, err);
	t->out = NULL;
	return rc < 0 ? fail(t, err) : 0;
}

static int finish_whole(struct sy_translation *t, struct sy_error *err)
{
	struct sy_span body = sy_span_trim(t->body.data, t->body.len);
	struct sy_sink sink = { take, t };

	if (t->adapter->parse(t->call, body.at, body.len, &sink, err) < 0)
		return -1;
	if (failed(t, err))
		return -1;
	if (t->verbatim)
		sy_buf_add(t->out, body.at, body.len);
	return 0;
}

static int finish_stream(struct sy_translation *t, struct sy_error *err)
{
	struct sy_sink sink = { take, t };
	bool came = t->reading.events > 0;
	int rc;

	if (t->reading.whole)
		return 0;
	rc = sy_framer_end(&t->framer, take_record, t, err);
	t->adapter->finish(t->call, t->decoding, &sink);
	if (t->reading.whole) /* whatever was cut off was none of the answer */
		return 0;
	if (rc < 0)
		return -1;
	if (failed(t, err))
		return -1;
	if (came)
		return sy_fail(err, SY_TRUNCATED, "",
		    "%s closed the stream before its end",
		    t->call->model->provider->name);
	return sy_fail(err, SY_UNUSABLE, "", "%s closed the stream without a word",
	    t->call->model->provider->name);
}

int sy_translation_finish(struct sy_translation *t, struct sy_buf *out,
    struct sy_error *err)
{
	int rc;

	if (failed(t, err))
		return -1;
	if (t->transfer != NULL)
		return sy_transfer_finish(t->transfer, out, err) < 0 ? fail(t, err) : 0;
	t->out = out;
	if (t->arrival == ARRIVAL_UNKNOWN)
		rc = sy_fail(err, SY_UNUSABLE, "", "%s answered with nothing",
		    t->call->model->provider->name);
	else if (t->arrival == ARRIVAL_STREAM)
		rc = finish_stream(t, err);
	else
		rc = t->reading.whole ? 0 : finish_whole(t, err);
	t->out = NULL;
	return rc < 0 ? fail(t, err) : 0;
}

void sy_translation_error(struct sy_translation *t, const struct sy_error *err,
    struct sy_buf *out)
{
	struct sy_event ev = { .kind = SY_EV_ERROR, .error = err };

	if (t->transfer != NULL)
		t->surface->error(err, NULL, true, out);
	else
		t->surface->event(t->call->ask, t->face, t->telling, &ev, out);
}

void sy_translation_keep(const struct sy_translation *t, struct sy_buf *out)
{
	t->surface->keeping->keep(t->call->ask, t->face, t->telling, t->answer, out);
}
