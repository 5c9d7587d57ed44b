/*
 * The Responses surface.  The first byte says which half: a request that is taken is sent on as
 * JSON to each dialect, and what is kept of it is JSON and can be gone on from; a refusal has
 * words.  Or a provider's bytes to a client: events by the rules, the same however they are
 * cut, and at their end the response, if and only if the answer was whole.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/scan.h"
#include "base/sse.h"
#include "base/walk.h"
#include "dialect/responses.h"
#include "dialect/translate.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

#define SURFACE (&sy_surface_openai_responses)

static const char kept[] =
    "{\"response\":{\"id\":\"resp_1\",\"output\":[{\"id\":\"fc_1_0\",\"type\":\"function_call\","
    "\"call_id\":\"c\",\"name\":\"f\",\"arguments\":\"{}\"}]},\"input\":[{\"id\":\"item_1_in0\","
    "\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}]}";

static const struct sy_face face = { "resp_1", "m", 1 };

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_json(const struct sy_buf *b)
{
	struct sy_error err;

	demand(sy_scan_check(b->data, b->len, NULL, &err) == 0);
}

/* --- Requests. --------------------------------------------------------------------------- */

static void send(const struct sy_ask *ask, struct sy_arena *a, const char *dialect)
{
	struct sy_provider provider = { .name = "p", .base_url = "https://p.example" };
	struct sy_model model = { .provider = &provider,
		.upstream = "claude-sonnet-4-5" };
	struct sy_call call = { .ask = ask,
		.model = &model,
		.arena = a,
		.stream = ask->stream };
	struct sy_http http = { .method = NULL };
	struct sy_error err;
	struct sy_buf body;

	sy_quirks_default(&provider.quirks);
	if (sy_adapter_find(dialect)->build(&call, &http, &err) < 0) {
		demand(err.message[0] != '\0');
		return;
	}
	sy_buf_init(&body, 64 << 20);
	for (size_t i = 0; i < http.piece_count; i++)
		sy_buf_add(&body, http.body[i].iov_base, http.body[i].iov_len);
	check_json(&body);
	sy_buf_release(&body);
}

static void keep(const struct sy_ask *ask, struct sy_arena *a)
{
	struct sy_answer answer;
	struct sy_buf text, shown;
	struct sy_error err;

	sy_answer_init(&answer, a);
	sy_buf_init(&text, 64 << 20);
	sy_buf_init(&shown, 64 << 20);
	SURFACE->keeping->keep(ask, &face, NULL, &answer, &text);
	check_json(&text);
	for (int view = SY_KEPT_ANSWER; view <= SY_KEPT_DELETED; view++) {
		sy_buf_reset(&shown);
		SURFACE->keeping->show("resp_1", text.data, text.len,
		    (enum sy_kept_view)view, "limit=3&after=item_1_in0", &shown);
		demand(sy_scan_check(shown.data, shown.len, NULL, &err) == 0);
	}
	sy_buf_release(&text);
	sy_buf_release(&shown);
}

static void try_request(const char *body, size_t len, bool found)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_chat chat;
	struct sy_error err;
	struct sy_ask ask;

	if (SURFACE->ask(body, len, a, &ask, &err) < 0) {
		demand(err.message[0] != '\0');
		sy_arena_free(a);
		return;
	}
	for (struct sy_earlier *e = ask.earlier; found && e != NULL; e = e->next) {
		e->text = kept;
		e->len = sizeof(kept) - 1;
	}
	if (SURFACE->read(&ask, a, &chat, &err) < 0) {
		demand(err.message[0] != '\0' && err.kind == SY_BAD_REQUEST);
	} else {
		ask.chat = &chat;
		send(&ask, a, "openai");
		send(&ask, a, "anthropic");
		keep(&ask, a);
	}
	sy_arena_free(a);
}

/* --- Answers. ---------------------------------------------------------------------------- */

struct seen {
	int64_t events;
	bool ended;
};

static int check_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct seen *seen = arg;
	struct sy_span event = { rec->data, rec->len };
	int64_t number = -1;

	demand(!seen->ended && sy_scan_check(rec->data, rec->len, NULL, err) == 0);
	demand(sy_span_is(sy_walk_get(event, "type"), rec->event));
	demand(sy_span_int(sy_walk_get(event, "sequence_number"), &number));
	demand(number == seen->events++);
	demand((number == 0) == (strcmp(rec->event, "response.created") == 0));
	seen->ended = strcmp(rec->event, "response.completed") == 0 ||
	              strcmp(rec->event, "response.incomplete") == 0;
	return 0;
}

static void check_stream(const struct sy_buf *out, bool whole)
{
	struct seen seen = { 0, false };
	struct sy_error err;
	struct sy_sse sse;

	sy_sse_init(&sse);
	sy_sse_feed(&sse, out->data, out->len, check_record, &seen, &err);
	demand(!sse.has_data && sse.line.len == 0);
	demand(seen.ended == whole);
	sy_sse_release(&sse);
}

static int exchange(const char *data, size_t len, size_t step, uint8_t way,
    struct sy_buf *out)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_provider provider = { .name = "p", .base_url = "https://p.example" };
	struct sy_model model = { .provider = &provider, .name = "m", .upstream = "m" };
	char *body = sy_strf(a, "{\"model\":\"m\",\"input\":\"hi\",\"stream\":%s}",
	    way & 2 ? "true" : "false");
	struct sy_http http = { .method = NULL };
	struct sy_translation *t;
	struct sy_call call;
	struct sy_error err;
	struct sy_ask ask;
	int rc = 0;

	sy_quirks_default(&provider.quirks);
	demand(SURFACE->ask(body, strlen(body), a, &ask, &err) == 0);
	call = (struct sy_call){ .ask = &ask,
		.model = &model,
		.arena = a,
		.stream = ask.stream };
	t = sy_translation_new(SURFACE, sy_adapter_find(way & 8 ? "anthropic" : "openai"),
	    &call, &face);
	demand(sy_translation_request(t, &http, &err) == 0);
	sy_buf_init(out, 64 << 20);
	for (size_t at = 0; at < len && rc == 0; at += step)
		rc = sy_translation_feed(t, way & 4, data + at,
		    len - at < step ? len - at : step, out, &err);
	if (rc == 0)
		rc = sy_translation_finish(t, out, &err);
	demand(rc == 0 || err.message[0] != '\0');
	if (ask.stream)
		check_stream(out, sy_translation_reading(t)->whole);
	else if (rc == 0)
		check_json(out);
	sy_arena_free(a);
	return rc;
}

static void try_answer(const char *text, size_t len, uint8_t way)
{
	struct sy_buf whole, cut;
	int rc = exchange(text, len, len, way, &whole);

	demand(exchange(text, len, (way >> 4) + 1u, way, &cut) == rc);
	demand(whole.len == cut.len);
	demand(whole.len == 0 || memcmp(whole.data, cut.data, whole.len) == 0);
	sy_buf_release(&whole);
	sy_buf_release(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (size < 2)
		return 0;
	if (data[0] & 1)
		try_request(text, size - 1, data[0] & 2);
	else
		try_answer(text, size - 1, data[0]);
	return 0;
}
