#include "dialect/surface.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

#include "../suites.h"

#include <string.h>

/* The members of the error object, in memory of the arena. */
struct said {
	const char *type, *message;
	const char *id;
	struct json_object *root;
};

static struct said say(struct sy_arena *a, const struct sy_error *err, bool streaming)
{
	struct said said = { NULL, NULL, NULL, NULL };
	struct sy_error ignored;
	const char *text;
	struct sy_buf b;

	sy_buf_init(&b, 4096);
	sy_surface_messages.error(err, "req_1", streaming, &b);
	text = b.data;
	if (streaming) {
		CU_ASSERT_TRUE(sy_starts(text, "event: error\ndata: "));
		CU_ASSERT_TRUE(sy_ends(text, "\n\n"));
		text += strlen("event: error\ndata: ");
	}
	CU_ASSERT_EQUAL_FATAL(sy_json_parse(a, text, strlen(text), &said.root, &ignored),
	    0);
	said.type = sy_json_text(sy_json_get(said.root, "error"), "type");
	said.message = sy_json_text(sy_json_get(said.root, "error"), "message");
	said.id = sy_json_text(said.root, "request_id");
	CU_ASSERT_STRING_EQUAL(sy_json_text(said.root, "type"), "error");
	sy_buf_release(&b);
	return said;
}

static void test_types(void)
{
	static const struct {
		enum sy_kind kind;
		int status;
		const char *type;
	} cases[] = {
		{ SY_BAD_REQUEST, 400, "invalid_request_error" },
		{ SY_TOO_LARGE, 413, "request_too_large" },
		{ SY_UNKNOWN_KEY, 401, "authentication_error" },
		{ SY_FORBIDDEN, 403, "permission_error" },
		{ SY_NO_MODEL, 404, "not_found_error" },
		{ SY_OVER_LIMIT, 429, "rate_limit_error" },
		{ SY_BUSY, 429, "rate_limit_error" },
		{ SY_OVERLOADED, 529, "overloaded_error" },
		{ SY_NO_PROVIDER, 529, "overloaded_error" },
		{ SY_BROKEN, 502, "api_error" },
		{ SY_TOO_SLOW, 504, "timeout_error" },
		/* the gateway's own account: no client's log-in helps */
		{ SY_CREDENTIAL, 502, "api_error" },
		{ SY_REFUSED, 400, "invalid_request_error" },
		{ SY_CONTEXT, 400, "invalid_request_error" },
		{ SY_BUG, 500, "api_error" },
	};
	struct sy_arena *a = sy_arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int streaming = 0; streaming < 2; streaming++) {
			struct sy_error err;
			struct said said;

			sy_fail(&err, cases[i].kind, "", "words \"and\" more");
			said = say(a, &err, streaming);
			CU_ASSERT_STRING_EQUAL(said.type, cases[i].type);
			CU_ASSERT_STRING_EQUAL(said.id, "req_1");
			CU_ASSERT_EQUAL(sy_surface_status(&sy_surface_messages, &err),
			    cases[i].status);
			if (cases[i].kind != SY_CONTEXT)
				CU_ASSERT_STRING_EQUAL(said.message,
				    "words \"and\" more");
		}
	sy_arena_free(a);
}

static void test_refusal_for_size(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;

	sy_fail(&err, SY_REFUSED, "", "too big");
	err.status = 413;
	CU_ASSERT_STRING_EQUAL(say(a, &err, false).type, "request_too_large");
	sy_arena_free(a);
}

#define LONG(n, m) "prompt is too long: " n " tokens > " m " maximum"
#define MUCH(n, x, m)                                                                    \
	"input length and `max_tokens` exceed context limit: " n " + " x " > " m

static const struct {
	const char *theirs, *ours;
} sentences[] = {
	{ LONG("210000", "200000"), LONG("210000", "200000") },
	{ MUCH("190000", "32000", "200000"), MUCH("190000", "32000", "200000") },
	{ "p: This model's maximum context length is 8192 tokens. However, your messages "
	  "resulted in 9500 tokens. Please reduce the length of the messages.",
	    LONG("9500", "8192") },
	{ "gpt-4: This model's maximum context length is 8192 tokens. However, you "
	  "requested 10000 tokens (2000 in the messages, 8000 in the completion).",
	    MUCH("2000", "8000", "8192") },
	{ "This model's maximum context length is 65536 tokens. However, you requested "
	  "90000 tokens (82000 in the messages, 8000 in the completion).",
	    LONG("82000", "65536") },
	{ "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's "
	  "maximum context length is 8192 tokens and your request has 1000 input tokens "
	  "(32000 > 8192 - 1000).",
	    MUCH("1000", "32000", "8192") },
	{ "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 "
	  "maximum context length",
	    LONG("40000", "32768") },
	{ "The input token count (1200000) exceeds the maximum number of tokens allowed "
	  "(1048576).",
	    LONG("1200000", "1048576") },
	{ "the request exceeds the available context size, try increasing it",
	    "prompt is too long: the request exceeds the available context size, try "
	    "increasing it" },
	{ "Your input exceeds the context window of this model.",
	    "prompt is too long: Your input exceeds the context window of this model." },
	{ "maximum context length is a matter of llama-3 and 12 other things",
	    "prompt is too long: maximum context length is a matter of llama-3 and 12 other "
	    "things" },
};

static void test_context(void)
{
	struct sy_arena *a = sy_arena_new();

	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		struct sy_error err;

		sy_fail(&err, SY_CONTEXT, "", "%s", sentences[i].theirs);
		CU_ASSERT_STRING_EQUAL(say(a, &err, false).message, sentences[i].ours);
	}
	sy_arena_free(a);
}

CU_TestInfo messages_error_tests[] = {
	{ "kind to type and status, in and before a stream", test_types },
	{ "a refusal for its size", test_refusal_for_size },
	{ "what was too long, in Anthropic's words", test_context },
	CU_TEST_INFO_NULL,
};
