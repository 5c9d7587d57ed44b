/*
 * Requests of the Messages API: what we take is sent on as JSON, edited in place to Anthropic and
 * rebuilt to OpenAI, and what we refuse has words.  A body that is edited keeps its members.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/scan.h"
#include "dialect/anthropic.h"
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

/* The body that was made, as the scanner sees it. */
static void check_sent(const struct sy_http *http, struct sy_arena *a, struct sy_scan *s)
{
	struct sy_error err;
	char *body = sy_alloc(a, http->body_len + 1);
	size_t len = 0;

	for (size_t i = 0; i < http->piece_count; i++) {
		memcpy(body + len, http->body[i].iov_base, http->body[i].iov_len);
		len += http->body[i].iov_len;
	}
	demand(len == http->body_len);
	demand(sy_scan(body, len, NULL, a, s, &err) == 0);
	demand(sy_scan_find(s, "model") != NULL && sy_scan_find(s, "messages") != NULL);
}

static void splice(const struct sy_ask *ask, struct sy_arena *a, const char *upstream)
{
	struct sy_provider provider = { .name = "p",
		.base_url = "",
		.dialect = "anthropic" };
	struct sy_model model = { .provider = &provider, .upstream = upstream };
	struct sy_call call = { .ask = ask,
		.model = &model,
		.arena = a,
		.stream = ask->stream };
	struct sy_http http = { .method = NULL };
	struct sy_error err;
	struct sy_scan sent;
	int rc;

	sy_quirks_default(&provider.quirks);
	rc = sy_adapter_anthropic.splice(&call, &http, &err);
	demand(rc >= 0 || err.message[0] != '\0');
	if (rc <= 0)
		return;
	check_sent(&http, a, &sent);
	for (size_t i = 0; i < ask->scan.member_count; i++)
		demand(call.dropped != NULL ||
		       sy_scan_find(&sent, ask->scan.members[i].key) != NULL);
}

static void build(const struct sy_ask *ask, struct sy_arena *a,
    const struct sy_adapter *adapter)
{
	struct sy_provider provider = { .name = "p",
		.base_url = "",
		.dialect = "openai" };
	struct sy_model model = { .provider = &provider, .upstream = "m" };
	struct sy_call call = { .ask = ask,
		.model = &model,
		.arena = a,
		.stream = ask->stream };
	struct sy_http http = { .method = NULL };
	struct sy_error err;
	struct sy_scan sent;

	sy_quirks_default(&provider.quirks);
	provider.quirks.pass_unknown = ask->stream;
	if (adapter->build(&call, &http, &err) == 0)
		check_sent(&http, a, &sent);
	else
		demand(err.message[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_chat chat;
	struct sy_error err;
	struct sy_ask ask;

	if (sy_surface_messages.ask((const char *)data, size, a, &ask, &err) < 0) {
		demand(err.message[0] != '\0');
	} else {
		splice(&ask, a, "m");
		splice(&ask, a, "claude-opus-5");
		splice(&ask, a, "claude-sonnet-4-5");
		if (sy_surface_messages.read(&ask, a, &chat, &err) == 0) {
			ask.chat = &chat;
			build(&ask, a, &sy_adapter_openai);
			build(&ask, a, &sy_adapter_anthropic);
		} else {
			demand(err.message[0] != '\0');
		}
	}
	sy_arena_free(a);
	return 0;
}
