#include "dialect/surface.h"

#include "../suites.h"
#include "base/arena.h"
#include "base/buf.h"
#include "model/config.h"

#include <string.h>

#define HI "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]"

static int ask(const char *body, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	return sy_surface_openai_chat.ask(body, strlen(body), a, out, err);
}

static const struct {
	const char *body, *param, *code;
} refused[] = {
	{ "", "", "" },
	{ "[]", "", "invalid_type" },
	{ "{\"model\":7," HI "}", "model", "invalid_type" },
	{ "{\"model\":\"m\"}", "messages", "missing_required_parameter" },
	{ "{\"model\":\"m\",\"messages\":[]}", "messages", "empty_array" },
	{ "{\"model\":\"m\",\"messages\":\"hi\"}", "messages", "invalid_type" },
	{ "{\"model\":\"m\",\"messages\":[1]}", "messages[0]", "invalid_type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"},{}]}", "messages[1].role",
	    "missing_required_parameter" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"boss\"}]}", "messages[0].role",
	    "invalid_value" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":1}]}", "messages[0].role",
	    "invalid_type" },
	{ "{" HI "," HI "}", "messages", "" },
	{ "{" HI ",\"stream\":\"yes\"}", "stream", "invalid_type" },
	{ "{" HI ",\"stream_options\":1}", "stream_options", "invalid_type" },
	{ "{" HI ",\"stream_options\":{\"include_usage\":1}}",
	    "stream_options.include_usage", "invalid_type" },
	{ "{" HI ",\"n\":0}", "n", "integer_below_min_value" },
	{ "{" HI ",\"n\":129}", "n", "integer_above_max_value" },
	{ "{" HI ",\"n\":1.5}", "n", "invalid_type" },
	{ "{" HI ",\"max_tokens\":-1}", "max_tokens", "integer_below_min_value" },
	{ "{" HI ",\"max_tokens\":99999999999999999999}", "max_tokens",
	    "integer_above_max_value" },
	{ "{" HI ",\"max_completion_tokens\":\"9\"}", "max_completion_tokens",
	    "invalid_type" },
	{ "{" HI ",\"temperature\":\"0.7\"}", "temperature", "invalid_type" },
	{ "{" HI ",\"temperature\":2.01}", "temperature", "decimal_above_max_value" },
	{ "{" HI ",\"temperature\":1e400}", "temperature", "decimal_above_max_value" },
	{ "{" HI ",\"top_p\":-0.1}", "top_p", "decimal_below_min_value" },
	{ "{" HI ",\"top_logprobs\":21}", "top_logprobs", "integer_above_max_value" },
	{ "{" HI ",\"tools\":{}}", "tools", "invalid_type" },
	{ "{" HI ",\"tools\":[\"x\"]}", "tools[0]", "invalid_type" },
	{ "{" HI ",\"user\":[]}", "user", "invalid_type" },
	{ "{" HI ",\"model\":\"a\\u0000b\"}", "model", "invalid_value" },
	{ "{" HI ",\"metadata\":[]}", "metadata", "invalid_type" },
	{ "{" HI ",\"response_format\":\"json\"}", "response_format", "invalid_type" },
};

static void test_refusals_name_the_field(void)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct sy_arena *a = sy_arena_new();
		struct sy_error err;
		struct sy_ask out;

		CU_ASSERT_EQUAL(ask(refused[i].body, a, &out, &err), -1);
		CU_ASSERT_EQUAL(err.kind, SY_BAD_REQUEST);
		CU_ASSERT_STRING_EQUAL(err.param, refused[i].param);
		CU_ASSERT_STRING_EQUAL(err.code, refused[i].code);
		sy_arena_free(a);
	}
}

static void test_too_much(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_ask out;
	struct sy_buf body;

	sy_buf_init(&body, 4 << 20);
	sy_buf_puts(&body, "{" HI ",\"tools\":[{}");
	for (int i = 0; i < 512; i++)
		sy_buf_puts(&body, ",{}");
	sy_buf_puts(&body, "]}");
	CU_ASSERT_EQUAL(ask(body.data, a, &out, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.code, "array_above_max_length");
	sy_buf_reset(&body);
	sy_buf_puts(&body, "{" HI ",\"tools\":[{\"description\":\"");
	for (int i = 0; i < 1 << 16; i++)
		sy_buf_puts(&body, "0123456789abcdef");
	sy_buf_puts(&body, "\"}]}");
	CU_ASSERT_EQUAL(ask(body.data, a, &out, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_TOO_LARGE);
	CU_ASSERT_STRING_EQUAL(err.param, "tools[0]");
	sy_buf_release(&body);
	sy_arena_free(a);
}

static void test_what_is_read(void)
{
	static const char body[] =
	    "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
	    "\"text\",\"text\":\"What is this?\"},{\"type\":\"image_url\",\"image_url\":{\"url\":"
	    "\"data:image/png;base64,AAAA\"}}]}],\"stream\":true,\"n\":2,\"user\":\"u1\","
	    "\"stream_options\":{\"include_usage\":true},\"max_tokens\":50,"
	    "\"max_completion_tokens\":70,\"metadata\":{\"feature\":\"search\"},"
	    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"file\"}}],"
	    "\"response_format\":{\"type\":\"json_schema\"},\"temperature\":null}";
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_ask out;

	CU_ASSERT_EQUAL_FATAL(ask(body, a, &out, &err), 0);
	CU_ASSERT_STRING_EQUAL(out.model, "fast");
	CU_ASSERT_STRING_EQUAL(out.user, "u1");
	CU_ASSERT_STRING_EQUAL(out.feature, "search");
	CU_ASSERT_TRUE(out.stream && out.include_usage);
	CU_ASSERT_EQUAL(out.n, 2);
	CU_ASSERT_EQUAL(out.max_output_tokens, 50);
	CU_ASSERT_EQUAL(out.caps,
	    SY_CAP_CHAT | SY_CAP_VISION | SY_CAP_TOOLS | SY_CAP_SCHEMA);
	/* An attachment weighs what it is likely to, not what its letters would. */
	CU_ASSERT_TRUE(out.input_tokens > 1000 && out.input_tokens < 1100);
	sy_arena_free(a);
}

static void test_least(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_error err;
	struct sy_ask out;

	CU_ASSERT_EQUAL_FATAL(ask("{" HI "}", a, &out, &err), 0);
	CU_ASSERT_PTR_NULL(out.model); /* a path may name it */
	CU_ASSERT_PTR_NULL(out.user);
	CU_ASSERT_EQUAL(out.n, 1);
	CU_ASSERT_EQUAL(out.caps, SY_CAP_CHAT);
	CU_ASSERT_TRUE(out.input_tokens >= 1);
	sy_arena_free(a);
}

CU_TestInfo openai_ask_tests[] = {
	{ "refusals name the field", test_refusals_name_the_field },
	{ "too much", test_too_much },
	{ "what is read of a request", test_what_is_read },
	{ "the least that is a request", test_least },
	CU_TEST_INFO_NULL,
};
