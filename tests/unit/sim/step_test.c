#include "sim/step.h"

#include "../suites.h"
#include "base/error.h"

#include <json-c/json.h>
#include <string.h>

static int read_step(struct sy_sim_step *step, const char *text, struct sy_error *err)
{
	struct json_object *tree = json_tokener_parse(text);
	int rc;

	CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
	sy_sim_step_init(step);
	rc = sy_sim_step_read(step, tree, "s", err);
	json_object_put(tree);
	return rc;
}

static void test_fields(void)
{
	struct sy_sim_step step;
	struct sy_error err;

	CU_ASSERT_EQUAL_FATAL(
	    read_step(&step,
	        "{\"status\":429,\"headers\":{\"retry-after\":\"2\",\"a\":1},"
	        "\"body\":{\"a\":[1]},\"cut_after\":3,\"cut\":\"reset\","
	        "\"latency\":{\"median_ms\":300,\"sigma\":0.5},"
	        "\"outage\":{\"every_s\":600,\"for_s\":90},"
	        "\"fail_share\":0.25,\"chunked\":false}",
	        &err),
	    0);
	CU_ASSERT_EQUAL(step.status, 429);
	CU_ASSERT_STRING_EQUAL(step.headers, "retry-after: 2\r\na: 1\r\n");
	CU_ASSERT_STRING_EQUAL(step.body, "{\"a\":[1]}");
	CU_ASSERT_FALSE(step.body_is_text);
	CU_ASSERT_EQUAL(step.cut_after, 3);
	CU_ASSERT_EQUAL(step.cut, SY_SIM_CUT_RESET);
	CU_ASSERT_EQUAL(step.stall_after, SY_SIM_NEVER);
	CU_ASSERT_EQUAL(step.latency_median_ms, 300);
	CU_ASSERT_EQUAL(step.outage_for_s, 90);
	CU_ASSERT_EQUAL(step.fail_share, 0.25);
	CU_ASSERT_EQUAL(step.chunked, 0);
	sy_sim_step_release(&step);
}

static void test_errors_name_the_field(void)
{
	static const struct {
		const char *text, *param;
	} cases[] = {
		{ "[]", "s" },
		{ "{\"stauts\":429}", "s.stauts" },
		{ "{\"status\":99}", "s.status" },
		{ "{\"status\":\"429\"}", "s.status" },
		{ "{\"delay_ms\":-1}", "s.delay_ms" },
		{ "{\"delay_ms\":1.5}", "s.delay_ms" },
		{ "{\"refuse\":1}", "s.refuse" },
		{ "{\"cut\":\"soft\"}", "s.cut" },
		{ "{\"cut\":1}", "s.cut" },
		{ "{\"stall\":\"later\"}", "s.stall" },
		{ "{\"headers\":[]}", "s.headers" },
		{ "{\"headers\":{\"a\":\"b\\r\\nc: d\"}}", "s.headers" },
		{ "{\"headers\":{\"a b\":\"c\"}}", "s.headers" },
		{ "{\"headers\":{\"a\":null}}", "s.headers" },
		{ "{\"body\":\"a\\u0000b\"}", "s.body" },
		{ "{\"error\":\"text\"}", "s.error" },
		{ "{\"fail_share\":2}", "s.fail_share" },
		{ "{\"latency\":{\"median_ms\":-1}}", "s.latency" },
		{ "{\"outage\":{\"every_s\":10,\"for_s\":11}}", "s.outage" },
		{ "{\"model\":7}", "s.model" },
	};
	struct sy_sim_step step;
	struct sy_error err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CU_ASSERT_EQUAL(read_step(&step, cases[i].text, &err), -1);
		CU_ASSERT_STRING_EQUAL(err.param, cases[i].param);
		sy_sim_step_release(&step);
	}
	read_step(&step, "{\"stauts\":429}", &err);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "status"));
}

CU_TestInfo step_tests[] = {
	{ "fields are read", test_fields },
	{ "errors name the field", test_errors_name_the_field },
	CU_TEST_INFO_NULL,
};
