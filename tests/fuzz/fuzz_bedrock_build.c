/*
 * Requests of OpenAI clients as bodies of Converse: whatever the client sends, the body keeps
 * the rules that the service refuses whole requests for.  The first byte chooses the model.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/json.h"
#include "base/scan.h"
#include "base/text.h"
#include "dialect/bedrock.h"
#include "dialect/surface.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const models[] = { "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
	"global.anthropic.claude-opus-4-7", "us.amazon.nova-2-lite-v1:0",
	"meta.llama3-1-70b-instruct-v1:0", "mistral.mistral-large-2407-v1:0",
	"amazon.titan-text-express-v1", "us.writer.palmyra-x5-v1:0",
	"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc" };

/* What is seen on the way through a body. */
struct seen {
	int cache_points;
	bool tool_blocks;
};

static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "the request breaks a rule: %s\n", what);
	abort();
}

/* A block has one member, whose name is its kind. */
static struct json_object *only(struct json_object *block, const char **kind)
{
	demand(json_object_object_length(block) == 1, "a block of several kinds");
	json_object_object_foreach(block, name, value) {
		*kind = name;
		return value;
	}
	return NULL;
}

static void check_text(struct json_object *text)
{
	const char *s = json_object_get_string(text);

	demand(s != NULL && !sy_blank(s, strlen(s)), "blank text");
}

static void check_id(struct json_object *id)
{
	const char *s = json_object_get_string(id);

	demand(s != NULL && *s != '\0' && strlen(s) <= 64, "an id too long or empty");
	demand(s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                   "0123456789_-.:")] == '\0',
	    "an id of other letters");
}

/* Notes a turn's calls or results in `ids`; whether it has a document or words. */
static void check_block(struct seen *seen, struct json_object *block,
    struct json_object *ids, bool *document, bool *words)
{
	const char *kind = "";
	struct json_object *value = only(block, &kind);

	*document |= strcmp(kind, "document") == 0;
	*words |= strcmp(kind, "text") == 0;
	seen->cache_points += strcmp(kind, "cachePoint") == 0;
	if (strcmp(kind, "text") == 0)
		check_text(value);
	if (strcmp(kind, "toolUse") != 0 && strcmp(kind, "toolResult") != 0)
		return;
	seen->tool_blocks = true;
	check_id(sy_json_get(value, "toolUseId"));
	json_object_array_add(ids, json_object_get(sy_json_get(value, "toolUseId")));
	if (strcmp(kind, "toolUse") == 0)
		demand(json_object_is_type(sy_json_get(value, "input"), json_type_object),
		    "an input that is no object");
	else
		demand(json_object_array_length(sy_json_get(value, "content")) > 0,
		    "a result without content");
}

static void check_turn(struct seen *seen, struct json_object *turn,
    struct json_object *ids)
{
	struct json_object *content = sy_json_get(turn, "content");
	bool document = false, words = false;

	demand(json_object_array_length(content) > 0, "an empty turn");
	for (size_t i = 0; i < json_object_array_length(content); i++)
		check_block(seen, json_object_array_get_idx(content, i), ids, &document,
		    &words);
	demand(!document || words || json_object_array_length(ids) > 0,
	    "a document without words");
}

/* Turns alternate; the calls of one are answered by the next, in their order. */
static void check_messages(struct seen *seen, struct json_object *messages)
{
	struct json_object *calls = json_object_new_array();
	size_t count = json_object_array_length(messages);

	for (size_t i = 0; i < count; i++) {
		struct json_object *turn = json_object_array_get_idx(messages, i);
		struct json_object *ids = json_object_new_array();
		const char *role = sy_json_text(turn, "role");

		demand(role != NULL && strcmp(role, i % 2 ? "assistant" : "user") == 0,
		    "turns do not alternate");
		check_turn(seen, turn, ids);
		demand(i % 2 == 1 || json_object_equal(ids, calls),
		    "calls and results differ");
		json_object_put(calls);
		calls = ids;
	}
	demand(count % 2 == 1 || json_object_array_length(calls) == 0,
	    "calls at the end");
	json_object_put(calls);
}

static void check_tools(struct seen *seen, struct json_object *config)
{
	struct json_object *tools = sy_json_get(config, "tools");

	demand(config != NULL || !seen->tool_blocks, "tool blocks without toolConfig");
	demand(config == NULL || json_object_array_length(tools) > 0, "no tools");
	for (size_t i = 0; config != NULL && i < json_object_array_length(tools); i++) {
		struct json_object *tool = json_object_array_get_idx(tools, i);
		const char *description =
		    sy_json_text(sy_json_get(tool, "toolSpec"), "description");

		seen->cache_points += sy_json_get(tool, "cachePoint") != NULL;
		demand(description == NULL || *description != '\0',
		    "an empty description");
	}
}

static void check_body(struct json_object *body)
{
	struct json_object *system = sy_json_get(body, "system");
	struct seen seen = { 0 };

	for (size_t i = 0; system != NULL && i < json_object_array_length(system); i++)
		seen.cache_points += sy_json_get(json_object_array_get_idx(system, i),
		                         "cachePoint") != NULL;
	check_messages(&seen, sy_json_get(body, "messages"));
	check_tools(&seen, sy_json_get(body, "toolConfig"));
	demand(seen.cache_points <= 4, "more than four cache points");
}

static void check_http(const struct sy_http *http, struct sy_arena *a)
{
	struct sy_scan_limits limits = { .nodes = 1 << 20,
		.depth = 200,
		.messages = 1 << 20 };
	struct json_object *body = NULL;
	struct sy_error err;

	demand(strchr(http->url + strlen("/model/"), ':') == NULL, "a colon in the path");
	demand(sy_scan_check(http->body[0].iov_base, http->body[0].iov_len, &limits,
	           &err) == 0 &&
	           sy_json_parse(a, http->body[0].iov_base, http->body[0].iov_len, &body,
	               &err) == 0,
	    "no JSON");
	check_body(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_provider provider = { .name = "bedrock",
		.base_url = "https://a.example" };
	struct sy_model model = { .provider = &provider, .name = "m" };
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
		if (sy_adapter_bedrock.build(&call, &http, &err) == 0)
			check_http(&http, a);
	}
	sy_arena_free(a);
	return 0;
}
