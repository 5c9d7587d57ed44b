/*
 * transfer.c - see transfer.h.
 */
#include "dialect/transfer.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/sse.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/task.h"
#include "model/config.h"
#include "model/embed.h"
#include "model/rerank.h"

#include <string.h>
#include <strings.h>

#define BODY_BYTES (32 << 20)
#define TYPE_BYTES 128

/* What a provider sends may be millions of numbers; no tree is built of it. */
static const struct sy_scan_limits limits = {
	.nodes = SIZE_MAX,
	.depth = SY_SCAN_DEPTH,
	.messages = SIZE_MAX,
};

enum arrival { ARRIVAL_DOCUMENT, ARRIVAL_STREAM, ARRIVAL_RAW };

struct sy_transfer {
	const struct sy_surface *surface;
	const struct sy_task_way *way;
	struct sy_call *call;
	const struct sy_face *face;
	struct sy_reading *reading;

	char type[TYPE_BYTES]; /* of the answer, as its head says; "" */
	enum arrival arrival;
	struct sy_buf body; /* of a document */
	struct sy_sse sse;
	struct sy_buf *out; /* while a call lasts */
};

static void release(void *arg)
{
	struct sy_transfer *t = arg;

	sy_buf_release(&t->body);
	sy_sse_release(&t->sse);
}

struct sy_transfer *sy_transfer_new(const struct sy_surface *surface,
    const struct sy_task_way *way, struct sy_call *call, const struct sy_face *face,
    struct sy_reading *reading)
{
	struct sy_transfer *t = sy_alloc(call->arena, sizeof(*t));

	t->surface = surface;
	t->way = way;
	t->call = call;
	t->face = face;
	t->reading = reading;
	sy_buf_init(&t->body, BODY_BYTES);
	sy_sse_init(&t->sse);
	sy_defer(call->arena, release, t);
	return t;
}

int sy_transfer_request(struct sy_transfer *t, struct sy_http *out, struct sy_error *err)
{
	return t->way->build(t->call, out, err);
}

static const char *provider(const struct sy_transfer *t)
{
	return t->call->model->provider->name;
}

/* --- The head. --------------------------------------------------------------------------- */

static bool is_media(const char *type, const char *media)
{
	return strncasecmp(type, media, strlen(media)) == 0;
}

static bool is_json(const char *type)
{
	size_t len = strcspn(type, "; \t");

	return is_media(type, "application/json") ||
	       (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0);
}

void sy_transfer_head(struct sy_transfer *t, const char *content_type)
{
	sy_copy(t->type, sizeof(t->type), content_type);
	if (is_media(t->type, "text/event-stream"))
		t->arrival = ARRIVAL_STREAM;
	else if (sy_task_info(t->way->task)->raw && !is_json(t->type))
		t->arrival = ARRIVAL_RAW;
	else
		t->arrival = ARRIVAL_DOCUMENT;
}

const char *sy_transfer_type(const struct sy_transfer *t)
{
	if (t->arrival != ARRIVAL_RAW)
		return NULL;
	return t->type[0] != '\0' ? t->type : "application/octet-stream";
}

/* --- Streams. ---------------------------------------------------------------------------- */

static void put_record(struct sy_buf *out, const struct sy_record *rec)
{
	struct sy_span rest = { rec->data, rec->len };

	if (rec->event[0] != '\0') {
		sy_buf_puts(out, "event: ");
		sy_buf_puts(out, rec->event);
		sy_buf_putc(out, '\n');
	}
	for (;;) {
		const char *end = memchr(rest.at, '\n', rest.len);
		size_t len = end != NULL ? (size_t)(end - rest.at) : rest.len;

		sy_buf_puts(out, "data: ");
		sy_buf_add(out, rest.at, len);
		sy_buf_putc(out, '\n');
		if (end == NULL)
			break;
		rest = (struct sy_span){ end + 1, rest.len - len - 1 };
	}
	sy_buf_putc(out, '\n');
}

static void pass_record(struct sy_transfer *t, const struct sy_record *rec)
{
	if (t->way->pass != NULL)
		t->way->pass(t->call, rec, t->out);
	else
		put_record(t->out, rec);
	t->reading->content = true;
	t->reading->events++;
}

/* A record that is no object is left out, and the rest delivered. */
static int take_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct sy_transfer *t = arg;
	struct sy_span json = sy_span_trim(rec->data, rec->len);

	if (t->reading->whole || json.len == 0)
		return 0;
	if (json.len == 6 && memcmp(json.at, "[DONE]", 6) == 0) {
		t->reading->whole = true;
		put_record(t->out, rec);
		return 0;
	}
	if (!sy_span_is_object(json) ||
	    sy_scan_check(json.at, json.len, &limits, err) < 0) {
		t->reading->skipped++;
		return 0;
	}
	if (t->way->tap(t->call, json, t->reading, err) < 0)
		return -1;
	pass_record(t, rec);
	return 0;
}

/* --- The answer. ------------------------------------------------------------------------- */

static int feed_stream(struct sy_transfer *t, const char *data, size_t len,
    struct sy_error *err)
{
	if (!t->call->ask->stream || t->way->tap == NULL)
		return sy_fail(err, SY_UNUSABLE, "",
		    "%s answered with a stream that nobody asked for", provider(t));
	return sy_sse_feed(&t->sse, data, len, take_record, t, err);
}

static int gather(struct sy_transfer *t, const char *data, size_t len, struct sy_error *err)
{
	sy_buf_add(&t->body, data, len);
	if (t->body.full)
		return sy_fail(err, SY_UNUSABLE, "", "the answer is over %d bytes", BODY_BYTES);
	return 0;
}

int sy_transfer_feed(struct sy_transfer *t, const char *data, size_t len,
    struct sy_buf *out, struct sy_error *err)
{
	int rc = 0;

	t->out = out;
	if (t->arrival == ARRIVAL_STREAM) {
		rc = feed_stream(t, data, len, err);
	} else if (t->arrival == ARRIVAL_DOCUMENT) {
		rc = gather(t, data, len, err);
	} else {
		sy_buf_add(out, data, len);
		t->reading->content = t->reading->flows = true;
		t->reading->events++;
	}
	t->out = NULL;
	return rc;
}

/* For the client, who is always told a number. */
static void estimate(const struct sy_transfer *t, struct sy_usage *u)
{
	u->source = SY_USAGE_ESTIMATED;
	u->tokens[SY_IN] = t->call->ask->input_tokens;
}

static int finish_vectors(struct sy_transfer *t, struct sy_span body, struct sy_error *err)
{
	struct sy_vectors v = { .count = 0 };

	if (t->way->vectors(t->call, body, &v, err) < 0)
		return -1;
	if (v.usage.source == SY_USAGE_NONE)
		estimate(t, &v.usage);
	t->reading->usage = v.usage;
	if (v.model != NULL)
		sy_copy(t->reading->model, sizeof(t->reading->model), v.model);
	if (v.as_asked)
		sy_buf_add(t->out, body.at, body.len);
	else if (t->surface->write_vectors(t->call->ask, t->face, &v, t->out, err) < 0)
		return -1;
	return 0;
}

static int finish_ranking(struct sy_transfer *t, struct sy_span body, struct sy_error *err)
{
	struct sy_ranking r = { .count = 0 };

	if (t->way->ranking(t->call, body, &r, err) < 0)
		return -1;
	t->reading->usage = r.usage;
	if (r.usage.source == SY_USAGE_NONE)
		estimate(t, &r.usage);
	t->surface->write_ranking(t->call->ask, t->face, &r, t->out);
	return 0;
}

/* A document for a client that waits for a stream is its one event. */
static int pass_document(struct sy_transfer *t, struct sy_span body, struct sy_error *err)
{
	struct sy_record rec = { .event = "", .data = body.at, .len = body.len };

	if (t->way->tap(t->call, body, t->reading, err) < 0)
		return -1;
	if (t->way->member != NULL && sy_walk_get(body, t->way->member).at == NULL)
		return sy_fail(err, SY_UNUSABLE, "", "%s answered without '%s'",
		    provider(t), t->way->member);
	if (!t->call->ask->stream)
		sy_buf_add(t->out, body.at, body.len);
	else
		put_record(t->out, &rec);
	return 0;
}

static int finish_document(struct sy_transfer *t, struct sy_error *err)
{
	struct sy_span body = sy_span_trim(t->body.data, t->body.len);
	size_t before = t->out->len;
	struct sy_error unused;
	int rc;

	if (body.len == 0)
		return sy_fail(err, SY_UNUSABLE, "", "%s answered with nothing", provider(t));
	if (sy_scan_check(body.at, body.len, &limits, &unused) < 0)
		return sy_fail(err, SY_UNUSABLE, "", "%s answered with something else than JSON",
		    provider(t));
	rc = t->way->vectors != NULL   ? finish_vectors(t, body, err)
	     : t->way->ranking != NULL ? finish_ranking(t, body, err)
	                               : pass_document(t, body, err);
	t->reading->content = t->reading->whole = rc == 0;
	if (rc < 0)
		sy_buf_cut(t->out, before);
	return rc;
}

static int finish_stream(struct sy_transfer *t, struct sy_error *err)
{
	static const struct sy_record done = { .event = "", .data = "[DONE]", .len = 6 };

	if (t->reading->whole)
		return 0;
	if (sy_sse_end(&t->sse, take_record, t, err) < 0)
		return -1;
	if (t->reading->whole)
		return 0;
	if (t->reading->finished) { /* only the mark is missing */
		t->reading->whole = true;
		put_record(t->out, &done);
		return 0;
	}
	if (t->reading->events > 0)
		return sy_fail(err, SY_TRUNCATED, "", "%s closed the stream before its end",
		    provider(t));
	return sy_fail(err, SY_UNUSABLE, "", "%s closed the stream without a word", provider(t));
}

static int finish_raw(struct sy_transfer *t, struct sy_error *err)
{
	if (t->reading->events == 0 && !is_media(t->type, "text/"))
		return sy_fail(err, SY_UNUSABLE, "", "%s answered with nothing", provider(t));
	t->reading->whole = true;
	return 0;
}

int sy_transfer_finish(struct sy_transfer *t, struct sy_buf *out, struct sy_error *err)
{
	int rc;

	t->out = out;
	if (t->arrival == ARRIVAL_STREAM)
		rc = finish_stream(t, err);
	else if (t->arrival == ARRIVAL_DOCUMENT)
		rc = finish_document(t, err);
	else
		rc = finish_raw(t, err);
	t->out = NULL;
	return rc;
}
