#include "sim/ask.h"

#include "../suites.h"
#include "base/error.h"

#include <string.h>

#define CHAT(messages) "{\"model\":\"echo\",\"messages\":[" messages "]}"

static int read_ask(struct sy_sim_ask *ask, enum sy_sim_endpoint endpoint,
    const char *text, struct sy_error *err)
{
	struct sy_buf body;
	int rc;

	sy_buf_init(&body, 1 << 20);
	sy_buf_puts(&body, text);
	sy_sim_ask_reset(ask);
	rc = sy_sim_ask_read(ask, endpoint, NULL, "application/json", &body, err);
	sy_buf_release(&body);
	return rc;
}

static void test_last_words(void)
{
	struct sy_sim_ask ask;
	struct sy_error err;

	sy_sim_ask_init(&ask);
	CU_ASSERT_EQUAL(
	    read_ask(&ask, SY_SIM_CHAT,
	        CHAT(
	            "{\"role\":\"system\",\"content\":\"Be.\"},"
	            "{\"role\":\"user\",\"content\":\"one\"},"
	            "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"two\"},"
	            "{\"type\":\"image_url\",\"image_url\":"
	            "{\"url\":\"data:image/png;base64,AA\"}}]}"),
	        &err),
	    0);
	CU_ASSERT_STRING_EQUAL(ask.user.data, "two");
	CU_ASSERT_EQUAL(ask.text_bytes, 9);
	CU_ASSERT_EQUAL(ask.images, 1);
	CU_ASSERT_STRING_EQUAL(ask.media.data, "image/png");
	CU_ASSERT_FALSE(ask.has_result);
	CU_ASSERT_EQUAL(
	    read_ask(&ask, SY_SIM_CHAT,
	        CHAT("{\"role\":\"user\",\"content\":\"q\"},"
	             "{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"r1\"},"
	             "{\"role\":\"tool\",\"tool_call_id\":\"b\",\"content\":\"r2\"}"),
	        &err),
	    0);
	CU_ASSERT_TRUE(ask.has_result);
	CU_ASSERT_STRING_EQUAL(ask.result.data, "r1r2");
	sy_sim_ask_release(&ask);
}

static void test_forced_tool_comes_first(void)
{
	struct sy_sim_ask ask;
	struct sy_error err;

	sy_sim_ask_init(&ask);
	CU_ASSERT_EQUAL(read_ask(&ask, SY_SIM_MESSAGES,
	                    "{\"model\":\"m\",\"max_tokens\":9,"
	                    "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
	                    "\"tools\":[{\"name\":\"a\",\"input_schema\":{}},"
	                    "{\"name\":\"b\",\"input_schema\":{}}],"
	                    "\"tool_choice\":{\"type\":\"tool\",\"name\":\"b\"}}",
	                    &err),
	    0);
	CU_ASSERT_EQUAL(ask.tool_count, 1);
	CU_ASSERT_STRING_EQUAL(ask.tools[0].name, "b");
	CU_ASSERT_TRUE(ask.tool_forced);
	sy_sim_ask_release(&ask);
}

static void test_errors_name_the_field(void)
{
#define USER "{\"role\":\"user\",\"content\":\"x\"}"
	static const struct {
		enum sy_sim_endpoint endpoint;
		const char *text, *param, *code;
	} cases[] = {
		{ SY_SIM_CHAT, "", "", "" },
		{ SY_SIM_CHAT, "{\"model\":", "", "" },
		{ SY_SIM_CHAT, "{} {}", "", "" },
		{ SY_SIM_CHAT, "[1]", "", "" },
		{ SY_SIM_CHAT, "{}", "model", "missing_required_parameter" },
		{ SY_SIM_CHAT, "{\"model\":1}", "model", "invalid_type" },
		{ SY_SIM_CHAT, "{\"model\":\"m\"}", "messages",
		    "missing_required_parameter" },
		{ SY_SIM_CHAT, CHAT(""), "messages", "empty_array" },
		{ SY_SIM_CHAT, CHAT("1"), "messages[0].role",
		    "missing_required_parameter" },
		{ SY_SIM_CHAT, CHAT(USER ",{\"role\":\"x\"}"), "messages[1].role",
		    "invalid_value" },
		{ SY_SIM_CHAT, CHAT("{\"role\":\"user\",\"content\":7}"),
		    "messages[0].content", "invalid_type" },
		{ SY_SIM_CHAT, CHAT("{\"role\":\"user\",\"content\":[{\"type\":\"x\"}]}"),
		    "messages[0].content[0].type", "invalid_value" },
		{ SY_SIM_CHAT,
		    CHAT("{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}"),
		    "messages[0].content[0].text", "missing_required_parameter" },
		{ SY_SIM_CHAT, "{\"model\":\"m\",\"messages\":[" USER "],\"n\":17}", "n",
		    "integer_above_max_value" },
		{ SY_SIM_CHAT, "{\"model\":\"m\",\"messages\":[" USER "],\"stream\":1}",
		    "stream", "invalid_type" },
		{ SY_SIM_MESSAGES, CHAT(USER), "max_tokens",
		    "missing_required_parameter" },
		{ SY_SIM_EMBEDDINGS, "{\"model\":\"m\",\"input\":[]}", "input", "" },
		{ SY_SIM_EMBEDDINGS,
		    "{\"model\":\"m\",\"input\":\"a\",\"encoding_format\":\"x\"}",
		    "encoding_format", "invalid_value" },
	};
	struct sy_sim_ask ask;
	struct sy_error err;

	sy_sim_ask_init(&ask);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CU_ASSERT_EQUAL(read_ask(&ask, cases[i].endpoint, cases[i].text, &err),
		    -1);
		CU_ASSERT_EQUAL(err.status, 400);
		CU_ASSERT_STRING_EQUAL(err.param, cases[i].param);
		CU_ASSERT_STRING_EQUAL(err.code, cases[i].code);
	}
	sy_sim_ask_release(&ask);
}

CU_TestInfo ask_tests[] = {
	{ "the last words are found", test_last_words },
	{ "a forced tool comes first", test_forced_tool_comes_first },
	{ "errors name the field", test_errors_name_the_field },
	CU_TEST_INFO_NULL,
};
