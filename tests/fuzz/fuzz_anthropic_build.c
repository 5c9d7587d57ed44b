/*
 * Requests as clients send them, made into requests to the Messages API: whatever is built
 * keeps the rules that Anthropic refuses requests by.  The first byte chooses the model.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/json.h"
#include "base/scan.h"
#include "base/text.h"
#include "dialect/anthropic.h"
#include "dialect/anthropic_turns.h"
#include "dialect/surface.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const models[] = { "claude-sonnet-4-5", "claude-opus-5",
	"claude-3-5-haiku-20241022", "claude-opus-4-6", "kimi-k2" };

static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "the request breaks a rule: %s\n", what);
	abort();
}

static bool is(struct json_object *o, const char *key, const char *word)
{
	const char *text = sy_json_text(o, key);

	return text != NULL && strcmp(text, word) == 0;
}

static void check_text(struct json_object *block)
{
	const char *text = sy_json_text(block, "text");

	demand(text != NULL && !sy_blank(text, strlen(text)), "blank text");
}

/* The calls of one turn, or the results of the next, in order; a text after results. */
static size_t ids_of(struct json_object *turn, const char *type, const char *key,
    struct json_object *out)
{
	struct json_object *content = sy_json_get(turn, "content");
	size_t count = 0;

	for (size_t i = 0; i < json_object_array_length(content); i++) {
		struct json_object *block = json_object_array_get_idx(content, i);

		if (is(block, "type", "text"))
			check_text(block);
		if (!is(block, "type", type))
			continue;
		json_object_array_add(out, json_object_get(sy_json_get(block, key)));
		count++;
	}
	return count;
}

static void check_calls(struct json_object *calls, struct json_object *user)
{
	struct json_object *results = json_object_new_array();

	demand(user != NULL || json_object_array_length(calls) == 0, "calls at the end");
	if (user != NULL)
		ids_of(user, "tool_result", "tool_use_id", results);
	demand(json_object_equal(calls, results), "calls and results differ");
	json_object_put(results);
}

static void check_unique(struct json_object *seen, struct json_object *ids)
{
	for (size_t i = 0; i < json_object_array_length(ids); i++) {
		const char *id =
		    json_object_get_string(json_object_array_get_idx(ids, i));

		demand(id != NULL && *id != '\0', "an empty id");
		demand(!json_object_object_get_ex(seen, id, NULL), "an id used twice");
		json_object_object_add(seen, id, NULL);
	}
}

static void check_messages(struct json_object *messages)
{
	struct json_object *seen = json_object_new_object();
	struct json_object *calls = json_object_new_array();
	bool user = true;
	size_t count = json_object_array_length(messages);

	demand(count > 0, "no messages");
	for (size_t i = 0; i < count; i++) {
		struct json_object *turn = json_object_array_get_idx(messages, i);

		demand(json_object_array_length(sy_json_get(turn, "content")) > 0,
		    "empty turn");
		if (is(turn, "role", "system")) {
			demand(i > 0, "a system turn first");
			continue;
		}
		demand(is(turn, "role", user ? "user" : "assistant"),
		    "turns do not alternate");
		if (user) {
			check_calls(calls, turn);
			json_object_put(calls);
			calls = json_object_new_array();
		} else {
			ids_of(turn, "tool_use", "id", calls);
			check_unique(seen, calls);
		}
		user = !user;
	}
	check_calls(calls, NULL);
	json_object_put(calls);
	json_object_put(seen);
}

static void check_body(struct json_object *body)
{
	struct json_object *tools = sy_json_get(body, "tools");
	struct json_object *thinking = sy_json_get(body, "thinking");
	int64_t max = json_object_get_int64(sy_json_get(body, "max_tokens"));

	demand(max > 0, "max_tokens");
	demand(tools == NULL || json_object_array_length(tools) > 0, "tools are empty");
	demand(tools != NULL || sy_json_get(body, "tool_choice") == NULL,
	    "a choice of no tools");
	if (is(thinking, "type", "enabled"))
		demand(json_object_get_int64(sy_json_get(thinking, "budget_tokens")) <
		           max,
		    "the budget is not under max_tokens");
	check_messages(sy_json_get(body, "messages"));
}

static void check_http(const struct sy_http *http, struct sy_arena *a)
{
	struct json_object *body = NULL;
	struct sy_error err;
	struct sy_buf text;

	sy_buf_init(&text, 64 << 20);
	for (size_t i = 0; i < http->piece_count; i++)
		sy_buf_add(&text, http->body[i].iov_base, http->body[i].iov_len);
	demand(sy_scan_check(text.data, text.len,
	           &(struct sy_scan_limits){ .nodes = 1 << 20,
	               .depth = 200,
	               .messages = 1 << 20 },
	           &err) == 0 &&
	           sy_json_parse(a, text.data, text.len, &body, &err) == 0,
	    "no JSON");
	check_body(body);
	sy_buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_provider provider = { .name = "anthropic",
		.base_url = "https://api.anthropic.com/v1" };
	struct sy_model model = { .provider = &provider };
	struct sy_arena *a = sy_arena_new();
	struct sy_chat chat;
	struct sy_ask ask;
	struct sy_call call = { .ask = &ask, .model = &model, .arena = a };
	struct sy_http http = { .method = NULL };
	struct sy_error err;

	sy_quirks_default(&provider.quirks);
	model.upstream =
	    models[size > 0 ? data[0] % (sizeof(models) / sizeof(models[0])) : 0];
	if (size > 1 &&
	    sy_surface_openai_chat.ask((const char *)data + 1, size - 1, a, &ask, &err) ==
	        0 &&
	    sy_surface_openai_chat.read(&ask, a, &chat, &err) == 0) {
		ask.chat = &chat;
		call.stream = ask.stream;
		if (sy_adapter_anthropic.build(&call, &http, &err) == 0)
			check_http(&http, a);
	}
	sy_arena_free(a);
	return 0;
}
