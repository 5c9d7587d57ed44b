#include "dialect/anthropic_blame.h"

#include "model/config.h"

#include "../suites.h"

#include <string.h>

#define ERR(type, message)                                                               \
	"{\"type\":\"error\",\"error\":{\"type\":\"" type "\",\"message\":\"" message    \
	"\"},\"request_id\":\"req_1\"}"

static const struct {
	int status;
	const char *body;
	enum sy_kind kind;
	int answer;
	const char *code;
} cases[] = {
	{ 400, ERR("invalid_request_error", "max_tokens: must be positive"), SY_REFUSED,
	    400, "" },
	{ 400, ERR("invalid_request_error", "prompt is too long: 3 tokens > 2 maximum"),
	    SY_CONTEXT, 400, "context_length_exceeded" },
	{ 400,
	    ERR("invalid_request_error",
	        "input length and `max_tokens` exceed context limit: 1 + 2 > 2"),
	    SY_CONTEXT, 400, "context_length_exceeded" },
	{ 400, ERR("invalid_request_error", "Your credit balance is too low to access"),
	    SY_CREDENTIAL, 502, "upstream_auth_error" },
	{ 400, ERR("invalid_request_error", "Output blocked by content filtering policy"),
	    SY_POLICY, 400, "content_policy_violation" },
	{ 401, ERR("authentication_error", "invalid x-api-key"), SY_CREDENTIAL, 502,
	    "upstream_auth_error" },
	{ 402, ERR("billing_error", "pay"), SY_CREDENTIAL, 502, "upstream_auth_error" },
	{ 403, ERR("permission_error", "no"), SY_CREDENTIAL, 502, "upstream_auth_error" },
	{ 404, ERR("not_found_error", "model: claude-x"), SY_NO_UPSTREAM_MODEL, 404,
	    "model_not_found" },
	{ 409, "", SY_CONFLICT, 503, "no_available_provider" },
	{ 413, ERR("request_too_large", "Request exceeds the maximum size"), SY_REFUSED,
	    413, "request_too_large" },
	{ 413, "<html>413</html>", SY_REFUSED, 413, "request_too_large" },
	{ 429, ERR("rate_limit_error", "slow down"), SY_BUSY, 429,
	    "rate_limit_exceeded" },
	{ 500, ERR("api_error", "Internal server error"), SY_BROKEN, 502,
	    "upstream_error" },
	{ 502, "<html><h1>502 Bad Gateway</h1></html>", SY_BROKEN, 502,
	    "upstream_error" },
	{ 503, "", SY_OVERLOADED, 503, "server_is_overloaded" },
	{ 529, ERR("overloaded_error", "Overloaded"), SY_OVERLOADED, 503,
	    "server_is_overloaded" },
	{ 500, ERR("overloaded_error", "Overloaded"), SY_OVERLOADED, 503,
	    "server_is_overloaded" },
	{ 200, ERR("overloaded_error", "Overloaded"), SY_OVERLOADED, 503,
	    "server_is_overloaded" },
	{ 200, ERR("mystery_error", "?"), SY_BROKEN, 502, "upstream_error" },
	{ 418, "{\"error\":\"teapot\"}", SY_REFUSED, 400, "" },
	{ 302, "", SY_UNUSABLE, 502, "upstream_error" },
	{ 400, "{\"error\":{\"message\":12}}", SY_REFUSED, 400, "" },
};

static void test_kinds(void)
{
	struct sy_provider provider = { .name = "anthropic" };
	struct sy_model model = { .provider = &provider };
	struct sy_call call = { .model = &model };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_error err;

		sy_anthropic_blame(&call, cases[i].status, cases[i].body,
		    strlen(cases[i].body), &err);
		CU_ASSERT_EQUAL(err.kind, cases[i].kind);
		CU_ASSERT_EQUAL(err.status, cases[i].answer);
		CU_ASSERT_STRING_EQUAL(err.code, cases[i].code);
		CU_ASSERT_TRUE(err.message[0] != '\0');
	}
}

static void test_account_is_not_told(void)
{
	struct sy_provider provider = { .name = "anthropic" };
	struct sy_model model = { .provider = &provider };
	struct sy_call call = { .model = &model };
	static const char body[] =
	    ERR("authentication_error", "key sk-test-123 of org_9 is bad");
	struct sy_error err;

	sy_anthropic_blame(&call, 401, body, strlen(body), &err);
	CU_ASSERT_PTR_NULL(strstr(err.message, "sk-test"));
	CU_ASSERT_PTR_NULL(strstr(err.message, "org_9"));
}

CU_TestInfo blame_tests[] = {
	{ "sentence, type and status to kind", test_kinds },
	{ "the account is not told to clients", test_account_is_not_told },
	CU_TEST_INFO_NULL,
};
