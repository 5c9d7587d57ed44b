/*
 * Requests of the chat completions API: what we take is sent on as JSON, whether the body is
 * edited in place or rebuilt, and by whichever quirks; what we refuse has words.  No body
 * changes where it goes, and what is only for us goes nowhere.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/json.h"
#include "base/scan.h"
#include "dialect/openai.h"
#include "dialect/surface.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_sent(const struct sy_http *http)
{
	static const char *const never[] = { "api_base", "api_key", "base_url", "store" };
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_scan s;
	struct sy_buf body;

	sy_buf_init(&body, 64 << 20);
	for (size_t i = 0; i < http->piece_count; i++)
		sy_buf_add(&body, http->body[i].iov_base, http->body[i].iov_len);
	demand(body.len == http->body_len);
	/* A tree that is built may hold a key twice only where the client's did. */
	demand(sy_scan(body.data, body.len, NULL, a, &s, &err) == 0);
	demand(strcmp(http->url, SY_OPENAI_PATH) == 0 && http->header_count == 0);
	demand(sy_scan_find(&s, "model") != NULL && sy_scan_find(&s, "messages") != NULL);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		demand(sy_scan_find(&s, never[i]) == NULL);
	sy_buf_release(&body);
	sy_arena_free(a);
}

static struct sy_quirks quirks_of(uint8_t byte)
{
	struct sy_quirks q;

	sy_quirks_default(&q);
	q.clean = byte & 1;
	q.developer_role = byte & 2;
	q.pass_unknown = byte & 4;
	q.string_content = q.merge_system = byte & 8;
	q.tool_id_len = byte & 16 ? 9 : 0;
	q.schema = byte & 32 ? SY_SCHEMA_OBJECT : SY_SCHEMA_NATIVE;
	q.history = byte & 64 ? SY_HISTORY_REQUIRED : SY_HISTORY_DROP;
	q.temperature_max = byte & 128 ? 100 : 0;
	return q;
}

static void send(const struct sy_ask *ask, struct sy_arena *a, struct sy_quirks quirks)
{
	struct sy_provider provider = { .name = "p", .base_url = "", .quirks = quirks };
	struct sy_model model = { .provider = &provider, .upstream = "up\"stream" };
	struct sy_call call = { .ask = ask,
		.model = &model,
		.arena = a,
		.stream = ask->stream };
	struct sy_http spliced = { .method = NULL }, built = { .method = NULL };
	struct sy_error err;

	if (sy_openai_splice(&call, &spliced, &err) > 0)
		check_sent(&spliced);
	if (ask->chat != NULL && sy_openai_build(&call, &built, &err) == 0)
		check_sent(&built);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_chat chat;
	struct sy_error err;
	struct sy_ask ask;

	if (size > 0 && sy_surface_openai_chat.ask((const char *)data + 1, size - 1, a,
	                    &ask, &err) == 0) {
		if (sy_surface_openai_chat.read(&ask, a, &chat, &err) == 0)
			ask.chat = &chat;
		else
			demand(err.message[0] != '\0' && err.kind == SY_BAD_REQUEST);
		send(&ask, a, quirks_of(data[0]));
	} else if (size > 0) {
		demand(err.message[0] != '\0');
	}
	sy_arena_free(a);
	return 0;
}
