/*
 * Tasks that are no chat, from end to end: the first byte chooses the surface and how the
 * provider answers, the first line is the request, the rest the answer, cut in two.  What is
 * sent is JSON, what a client reads is JSON or a stream of whole events, and failures have
 * words.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/scan.h"
#include "dialect/translate.h"
#include "fuzz.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

static const char *const surfaces[] = { "openai-embeddings", "openai-completions",
	"openai-moderations", "openai-images", "openai-speech" };

#define COUNT (sizeof(surfaces) / sizeof(surfaces[0]))

static const struct sy_scan_limits limits = {
	.nodes = SIZE_MAX,
	.depth = SY_SCAN_DEPTH,
	.messages = SIZE_MAX,
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_sent(const struct sy_http *http)
{
	struct sy_error err;
	struct sy_buf body;

	sy_buf_init(&body, 64 << 20);
	for (size_t i = 0; i < http->piece_count; i++)
		sy_buf_add(&body, http->body[i].iov_base, http->body[i].iov_len);
	demand(body.len == http->body_len);
	demand(sy_scan_check(body.data, body.len, &limits, &err) == 0);
	sy_buf_release(&body);
}

static void check_received(const struct sy_ask *ask, const struct sy_translation *t,
    const struct sy_buf *out)
{
	struct sy_error err;

	if (sy_translation_type(t) != NULL)
		return;
	if (ask->stream)
		demand(out->len >= 2 && memcmp(out->data + out->len - 2, "\n\n", 2) == 0);
	else
		demand(sy_scan_check(out->data, out->len, &limits, &err) == 0);
}

static void answer(struct sy_translation *t, const struct sy_ask *ask, uint8_t how,
    const char *text, size_t len)
{
	static const char *const types[] = { "application/json", "text/event-stream",
		"audio/mpeg", NULL };
	struct sy_error err;
	struct sy_buf out;
	bool stream = (how & 3) == 1;

	sy_buf_init(&out, 64 << 20);
	sy_translation_head(t, types[how & 3]);
	if (sy_translation_feed(t, stream, text, len / 2, &out, &err) < 0 ||
	    sy_translation_feed(t, stream, text + len / 2, len - len / 2, &out, &err) < 0 ||
	    sy_translation_finish(t, &out, &err) < 0)
		demand(err.message[0] != '\0');
	else
		check_received(ask, t, &out);
	sy_buf_release(&out);
}

static void exchange(const struct sy_surface *surface, uint8_t how, const char *request,
    size_t request_len, const char *text, size_t len)
{
	struct sy_provider provider = { .name = "p", .dialect = "openai", .base_url = "" };
	struct sy_model model = { .provider = &provider, .upstream = "up\"stream",
		.caps = how & 4 ? SY_CAP_CHAT : 0 };
	struct sy_face face = { .id = "id-1", .model = "m", .created = 1 };
	struct sy_arena *a = sy_arena_new();
	struct sy_translation *t;
	struct sy_http http = { .method = NULL };
	struct sy_error err;
	struct sy_call call;
	struct sy_ask ask;

	sy_quirks_default(&provider.quirks);
	if (surface->ask(request, request_len, a, &ask, &err) < 0) {
		demand(err.message[0] != '\0');
		sy_arena_free(a);
		return;
	}
	call = (struct sy_call){ .ask = &ask, .model = &model, .arena = a, .stream = ask.stream };
	t = sy_translation_new(surface, sy_adapter_find("openai"), &call, &face);
	if (sy_translation_request(t, &http, &err) == 0) {
		check_sent(&http);
		answer(t, &ask, how, text, len);
	} else {
		demand(err.message[0] != '\0');
	}
	sy_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	const char *eol = size > 1 ? memchr(text, '\n', size - 1) : NULL;

	if (eol != NULL)
		exchange(sy_surface_find(surfaces[data[0] / 8 % COUNT]), data[0] & 7, text,
		    (size_t)(eol - text), eol + 1, size - 1 - (size_t)(eol + 1 - text));
	return 0;
}
