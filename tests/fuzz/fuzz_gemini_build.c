/*
 * Requests as clients send them, made into requests to Gemini: whatever is built keeps the
 * rules that Google refuses requests by.  The first byte chooses the model.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/json.h"
#include "base/scan.h"
#include "dialect/gemini.h"
#include "dialect/surface.h"
#include "fuzz.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const models[] = { "gemini-2.5-flash", "gemini-3-pro-preview",
	"gemini-2.0-flash", "gemma-3-27b-it", "gemini-2.5-pro" };

static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "the request breaks a rule: %s\n", what);
	abort();
}

static bool is_object(struct json_object *o)
{
	return json_object_is_type(o, json_type_object);
}

/* What a content has of calls, of their results, and in all. */
struct counts {
	size_t calls, results, parts;
};

static struct counts count(struct json_object *content)
{
	struct json_object *parts = sy_json_get(content, "parts");
	struct counts c = { 0, 0, json_object_array_length(parts) };

	for (size_t i = 0; i < c.parts; i++) {
		struct json_object *part = json_object_array_get_idx(parts, i);
		struct json_object *call = sy_json_get(part, "functionCall");
		struct json_object *result = sy_json_get(part, "functionResponse");

		demand(json_object_object_length(part) > 0, "an empty part");
		demand(call == NULL || is_object(sy_json_get(call, "args")),
		    "arguments are no object");
		demand(result == NULL || is_object(sy_json_get(result, "response")),
		    "a result is no object");
		c.calls += call != NULL;
		c.results += result != NULL;
	}
	return c;
}

static void check_contents(struct json_object *list)
{
	size_t len = json_object_array_length(list), open = 0;

	demand(len > 0, "no contents");
	for (size_t i = 0; i < len; i++) {
		struct json_object *content = json_object_array_get_idx(list, i);
		const char *role = sy_json_text(content, "role");
		struct counts c = count(content);
		bool model = strcmp(role, "model") == 0;

		demand(c.parts > 0, "a content without parts");
		demand(model || strcmp(role, "user") == 0, "a role that is none");
		demand(!model || (i > 0 && i + 1 < len), "the model first or last");
		demand(c.results == open, "calls and results differ");
		demand(open == 0 || c.parts == c.results, "results are not alone");
		demand(model || c.calls == 0, "calls of the user");
		open = c.calls;
	}
}

static void check_thinking(struct json_object *thinking, const char *model)
{
	struct json_object *budget = sy_json_get(thinking, "thinkingBudget");

	demand(budget == NULL || sy_json_get(thinking, "thinkingLevel") == NULL,
	    "budget and level");
	demand(budget == NULL || strcmp(model, "gemini-2.5-pro") != 0 ||
	           json_object_get_int64(budget) >= 128,
	    "no thoughts for who cannot do without");
	demand(thinking == NULL || strcmp(model, "gemini-2.0-flash") != 0,
	    "thoughts of who has none");
}

static void check_body(struct json_object *body, const char *model)
{
	struct json_object *system = sy_json_get(body, "systemInstruction");

	check_contents(sy_json_get(body, "contents"));
	demand(system == NULL ||
	           json_object_array_length(sy_json_get(system, "parts")) > 0,
	    "a system instruction without parts");
	demand(system == NULL || strcmp(model, "gemma-3-27b-it") != 0,
	    "a system instruction for Gemma");
	demand(sy_json_get(body, "tools") != NULL ||
	           sy_json_get(body, "toolConfig") == NULL,
	    "a choice of no tools");
	check_thinking(sy_json_get(sy_json_get(body, "generationConfig"),
	                   "thinkingConfig"),
	    model);
}

static void check_http(const struct sy_http *http, const char *model, struct sy_arena *a)
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
	check_body(body, model);
	sy_buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_provider provider = { .name = "google", .base_url = "" };
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
		if (sy_adapter_gemini.build(&call, &http, &err) == 0)
			check_http(&http, model.upstream, a);
	}
	sy_arena_free(a);
	return 0;
}
