/*
 * A provider's bytes through a translation to a client: however they are cut the client reads
 * the same; what it reads is whole JSON, framed by the rules; and a failure is no answer.  The
 * first byte says where to cut, the second in which way the answer goes through.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/scan.h"
#include "base/sse.h"
#include "dialect/translate.h"
#include "fuzz.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

static const char request[] =
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
    "\"hi\"}],\"stream\":%s,\"stream_options\":{\"include_usage\":true}}";

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static int check_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	bool *done = arg;

	demand(!*done && rec->event[0] == '\0');
	*done = strcmp(rec->data, "[DONE]") == 0;
	demand(*done || sy_scan_check(rec->data, rec->len, NULL, err) == 0);
	return 0;
}

static void check_stream(const struct sy_buf *out, bool whole)
{
	struct sy_error err;
	struct sy_sse sse;
	bool done = false;

	sy_sse_init(&sse);
	sy_sse_feed(&sse, out->data, out->len, check_record, &done, &err);
	demand(!sse.has_data && sse.line.len == 0); /* the last byte ends a record */
	demand(done == whole);
	sy_sse_release(&sse);
}

static int exchange(const char *data, size_t len, size_t step, uint8_t way,
    struct sy_buf *out)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_provider provider = { .name = "p", .base_url = "https://p.example" };
	struct sy_model model = { .provider = &provider, .name = "m", .upstream = "m" };
	struct sy_face face = { "chatcmpl-1", "m", 1 };
	char *body = sy_strf(a, request, way & 1 ? "true" : "false");
	struct sy_http http = { .method = NULL };
	struct sy_translation *t;
	struct sy_call call;
	struct sy_error err;
	struct sy_ask ask;
	int rc = 0;

	sy_quirks_default(&provider.quirks);
	provider.quirks.clean = way & 2;
	demand(sy_surface_openai_chat.ask(body, strlen(body), a, &ask, &err) == 0);
	call = (struct sy_call){ .ask = &ask,
		.model = &model,
		.arena = a,
		.stream = ask.stream };
	t = sy_translation_new(&sy_surface_openai_chat,
	    sy_adapter_find(way & 8 ? "anthropic" : "openai"), &call, &face);
	demand(sy_translation_request(t, &http, &err) == 0);
	sy_buf_init(out, 64 << 20);
	for (size_t at = 0; at < len && rc == 0; at += step)
		rc = sy_translation_feed(t, way & 4, data + at,
		    len - at < step ? len - at : step, out, &err);
	if (rc == 0)
		rc = sy_translation_finish(t, out, &err);
	demand(rc == 0 || err.message[0] != '\0');
	demand((rc == 0) <= sy_translation_reading(t)->whole);
	if (ask.stream)
		check_stream(out, sy_translation_reading(t)->whole);
	else if (rc == 0)
		demand(sy_scan_check(out->data, out->len, NULL, &err) == 0);
	sy_arena_free(a);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 2;
	struct sy_buf whole, cut;
	int rc;

	if (size < 3)
		return 0;
	rc = exchange(text, size - 2, size, data[1], &whole);
	demand(exchange(text, size - 2, data[0] % 64 + 1, data[1], &cut) == rc);
	demand(whole.len == cut.len);
	demand(whole.len == 0 || memcmp(whole.data, cut.data, whole.len) == 0);
	sy_buf_release(&whole);
	sy_buf_release(&cut);
	return 0;
}
