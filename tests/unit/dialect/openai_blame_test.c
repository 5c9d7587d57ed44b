#include "dialect/openai.h"

#include "../suites.h"
#include "base/arena.h"
#include "model/config.h"

#include <string.h>

static const struct {
	int status; /* 0: inside an answer */
	const char *body;
	enum sy_kind kind;
	const char *says; /* part of the message */
	const char *code, *param;
} cases[] = {
	/* The shapes of bodies, one each. */
	{ 400,
	    "{\"error\":{\"message\":\"Bad 'stop'\",\"type\":\"invalid_request_error\","
	    "\"param\":\"stop\",\"code\":\"unsupported_parameter\"}}",
	    SY_REFUSED, "p: Bad 'stop'", "unsupported_parameter", "stop" },
	{ 429, "{\"error\":{\"message\":\"Slow\",\"code\":429,\"metadata\":{}}}", SY_BUSY,
	    "Slow", "rate_limit_exceeded", "" },
	{ 400,
	    "[{\"error\":{\"code\":400,\"message\":\"Bad\",\"status\":\"INVALID_ARGUMENT\"}}]",
	    SY_REFUSED, "Bad", "", "" },
	{ 400,
	    "{\"code\":\"Client specified an invalid argument\",\"error\":\"Bad thing\"}",
	    SY_REFUSED, "Bad thing", NULL, "" },
	{ 400, "{\"error\":\"text alone\"}", SY_REFUSED, "text alone", "", "" },
	{ 422,
	    "{\"object\":\"error\",\"message\":{\"detail\":[{\"type\":\"extra_forbidden\","
	    "\"loc\":[\"body\",\"seed\"],\"msg\":\"Extra inputs\"}]}}",
	    SY_REFUSED, "Extra inputs", NULL, "seed" },
	{ 400,
	    "{\"message\":\"flat\",\"type\":\"x\",\"param\":\"n\",\"code\":\"wrong_n\"}",
	    SY_REFUSED, "flat", "wrong_n", "n" },
	{ 400, "{\"code\":20012,\"message\":\"Model\",\"data\":null}", SY_REFUSED,
	    "Model", "20012", "" },
	{ 422, "{\"detail\":[{\"loc\":[\"body\",\"n\"],\"msg\":\"too big\"}]}",
	    SY_REFUSED, "too big", "", "n" },
	{ 401, "{\"detail\":\"Invalid API Key\"}", SY_CREDENTIAL, "credential",
	    "upstream_auth_error", "" },
	{ 429, "{\"error_code\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"m\"}", SY_BUSY,
	    "m", "rate_limit_exceeded", "" },
	{ 400,
	    "{\"success\":false,\"errors\":[{\"code\":7003,\"message\":\"no route\"}],"
	    "\"result\":null}",
	    SY_REFUSED, "no route", "7003", "" },
	{ 200, "{\"base_resp\":{\"status_code\":1004,\"status_msg\":\"login fail\"}}",
	    SY_CREDENTIAL, "credential", "upstream_auth_error", "" },
	{ 500, "{\"fault\":{\"faultstring\":\"edge\",\"detail\":{\"errorcode\":\"e\"}}}",
	    SY_BROKEN, "edge", "upstream_error", "" },
	{ 400,
	    "{\"type\":\"about:blank\",\"title\":\"Bad\",\"status\":400,\"detail\":\"why\"}",
	    SY_REFUSED, "why", "", "" },
	{ 502, "<html>Bad Gateway</html>", SY_BROKEN, "HTTP 502", "upstream_error", "" },
	{ 503, "", SY_OVERLOADED, "HTTP 503", "server_is_overloaded", "" },
	{ 524, "error code: 524", SY_BROKEN, "HTTP 524", "upstream_error", "" },

	/* Too long a prompt, in the words of many. */
	{ 400,
	    "\n\n{\"error\":{\"message\":\"This model's maximum context length is 8 tokens.\","
	    "\"code\":\"invalid_request_error\"}}",
	    SY_CONTEXT, "maximum context", "context_length_exceeded", "" },
	{ 400, "{\"error\":{\"message\":\"?\",\"code\":\"context_length_exceeded\"}}",
	    SY_CONTEXT, "?", "context_length_exceeded", "" },
	{ 400, "{\"error\":{\"message\":\"too long\",\"code\":\"1261\"}}", SY_CONTEXT,
	    "too long", "context_length_exceeded", "" },
	{ 403, "{\"error\":{\"message\":\"prompt is too long: 9 > 8\"}}", SY_CONTEXT, "",
	    NULL, "" },
	{ 400,
	    "{\"error\":{\"message\":\"x\",\"type\":\"too_many_prompt_tokens\",\"code\":400}}",
	    SY_CONTEXT, "", NULL, "" },
	{ 400, "{\"message\":\"Current length is 9 while limit is 8\"}", SY_CONTEXT, "",
	    NULL, "" },
	{ 429, "{\"error\":{\"message\":\"too many tokens a minute\"}}", SY_BUSY, "",
	    NULL, "" },

	/* Where the status alone would mislead. */
	{ 429, "{\"error\":{\"message\":\"Pay\",\"code\":\"insufficient_quota\"}}",
	    SY_CREDENTIAL, "credential", "upstream_auth_error", "" },
	{ 429, "{\"error\":{\"message\":\"no balance\",\"code\":\"1113\"}}",
	    SY_CREDENTIAL, "credential", NULL, "" },
	{ 400, "{\"code\":\"x\",\"error\":\"Incorrect API key provided: ab***cd\"}",
	    SY_CREDENTIAL, "credential", NULL, "" },
	{ 400,
	    "[{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass one.\"}}]",
	    SY_CREDENTIAL, "credential", NULL, "" },
	{ 400, "{\"error\":{\"message\":\"filtered\",\"code\":\"content_filter\"}}",
	    SY_POLICY, "filtered", "content_filter", "" },
	{ 403, "{\"error\":{\"code\":403,\"message\":\"Input flagged by moderation\"}}",
	    SY_POLICY, "flagged", NULL, "" },
	{ 404, "{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"gone\"}}",
	    SY_NO_UPSTREAM_MODEL, "gone", "model_not_found", "" },
	{ 402, "{\"error\":{\"message\":\"account acct_123 has no money\"}}",
	    SY_CREDENTIAL, "credential", "upstream_auth_error", "" },
	{ 413, "{\"error\":{\"message\":\"big\"}}", SY_REFUSED, "big", "", "" },
	{ 409, "{}", SY_CONFLICT, "409", NULL, "" },
	{ 498, "{\"error\":{\"message\":\"capacity\"}}", SY_OVERLOADED, "capacity", NULL,
	    "" },
	{ 0, "{\"error\":{\"message\":\"died\",\"code\":502}}", SY_BROKEN, "died", NULL,
	    "" },
	{ 0, "{\"error\":{\"message\":\"wait\",\"code\":\"429\"}}", SY_BUSY, "wait", NULL,
	    "" },
};

static void blame(int status, const char *body, struct sy_error *err)
{
	struct sy_provider provider = { .name = "p" };
	struct sy_model model = { .provider = &provider };
	struct sy_call call = { .model = &model, .arena = sy_arena_new() };

	sy_openai_blame(&call, status, body, strlen(body), err);
	sy_arena_free(call.arena);
}

static void test_what_errors_mean(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_error err;

		blame(cases[i].status, cases[i].body, &err);
		CU_ASSERT_EQUAL(err.kind, cases[i].kind);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.message, cases[i].says));
		CU_ASSERT_STRING_EQUAL(err.param, cases[i].param);
		if (cases[i].code != NULL)
			CU_ASSERT_STRING_EQUAL(err.code, cases[i].code);
	}
}

static void test_statuses_for_the_client(void)
{
	struct sy_error err;

	blame(413, "", &err);
	CU_ASSERT_EQUAL(err.status, 413);
	blame(422, "{\"detail\":\"no\"}", &err);
	CU_ASSERT_EQUAL(err.status, 400);
	blame(401, "", &err);
	CU_ASSERT_EQUAL(err.status, 502);
}

static void test_when_to_come_back(void)
{
	struct sy_error err;

	blame(429,
	    "[{\"error\":{\"code\":429,\"details\":[{\"@type\":\"RetryInfo\","
	    "\"retryDelay\":\"23.5s\"}]}}]",
	    &err);
	CU_ASSERT_EQUAL(err.retry_after_ms, 23500);
	blame(429, "{\"retryDelay\":", &err);
	CU_ASSERT_EQUAL(err.retry_after_ms, 0);
}

CU_TestInfo openai_blame_tests[] = {
	{ "what errors mean", test_what_errors_mean },
	{ "statuses for the client", test_statuses_for_the_client },
	{ "when to come back", test_when_to_come_back },
	CU_TEST_INFO_NULL,
};
