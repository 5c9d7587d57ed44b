/*
 * Requests of Google's generateContent, and answers to them: what we take becomes JSON in every
 * dialect, what we refuse has words; whatever a provider's events are, a client reads whole
 * JSON.  The first byte says which provider, the second which way of answering.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/scan.h"
#include "base/sse.h"
#include "dialect/translate.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

static const char answer[] =
    "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
    "\"Hi\",\"reasoning_content\":\"Hm\"}}]}\n\n"
    "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":"
    "[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
    "\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n";

static const struct sy_surface *const surfaces[] = { &sy_surface_gemini,
	&sy_surface_gemini_stream, &sy_surface_gemini_array };

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static int check_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	(void)arg;
	demand(sy_scan_check(rec->data, rec->len, NULL, err) == 0);
	return 0;
}

static void check_received(const struct sy_surface *surface, const struct sy_buf *out)
{
	struct sy_error err;
	struct sy_sse sse;

	if (surface != &sy_surface_gemini_stream) {
		demand(sy_scan_check(out->data, out->len, NULL, &err) == 0);
		return;
	}
	sy_sse_init(&sse);
	sy_sse_feed(&sse, out->data, out->len, check_record, NULL, &err);
	demand(!sse.has_data && sse.line.len == 0); /* the last byte ends a record */
	sy_sse_release(&sse);
}

static void check_sent(const struct sy_http *http)
{
	struct sy_error err;
	struct sy_buf body;

	sy_buf_init(&body, 64 << 20);
	for (size_t i = 0; i < http->piece_count; i++)
		sy_buf_add(&body, http->body[i].iov_base, http->body[i].iov_len);
	demand(sy_scan_check(body.data, body.len, NULL, &err) == 0);
	sy_buf_release(&body);
}

static void receive(struct sy_translation *t, const struct sy_surface *surface)
{
	struct sy_error err;
	struct sy_buf out;

	sy_buf_init(&out, 64 << 20);
	/* The request may have asked for more than the one candidate that comes. */
	if (sy_translation_feed(t, true, answer, strlen(answer), &out, &err) == 0 &&
	    sy_translation_finish(t, &out, &err) == 0)
		check_received(surface, &out);
	sy_buf_release(&out);
}

static void exchange(const char *body, size_t len, const char *dialect,
    const struct sy_surface *surface)
{
	struct sy_provider provider = { .name = "p", .base_url = "https://p.example" };
	struct sy_model model = { .provider = &provider, .name = "m", .upstream = "m" };
	struct sy_arena *a = sy_arena_new();
	struct sy_http http = { .method = NULL };
	struct sy_face face = { "1", "m", 1 };
	struct sy_translation *t;
	struct sy_call call;
	struct sy_error err;
	struct sy_ask ask;

	sy_quirks_default(&provider.quirks);
	if (surface->ask(body, len, a, &ask, &err) < 0) {
		demand(err.message[0] != '\0');
		sy_arena_free(a);
		return;
	}
	call = (struct sy_call){ .ask = &ask,
		.model = &model,
		.arena = a,
		.stream = ask.stream };
	t = sy_translation_new(surface, sy_adapter_find(dialect), &call, &face);
	if (sy_translation_request(t, &http, &err) < 0) {
		demand(err.message[0] != '\0');
	} else {
		check_sent(&http);
		if (strcmp(dialect, "openai") == 0)
			receive(t, surface);
	}
	sy_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t dialects = 0;

	while (sy_adapter_names[dialects] != NULL)
		dialects++;
	if (size > 2)
		exchange((const char *)data + 2, size - 2,
		    sy_adapter_names[data[0] % dialects], surfaces[data[1] % 3]);
	return 0;
}
