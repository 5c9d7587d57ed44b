#include "base/error.h"

#include "../suites.h"

#include <string.h>

static void test_every_kind_has_a_row(void)
{
	for (int k = 0; k < SY_KINDS; k++) {
		const struct sy_kind_info *info = sy_kind_info((enum sy_kind)k);

		CU_ASSERT_PTR_NOT_NULL_FATAL(info->name);
		CU_ASSERT(info->status >= 400 && info->status < 600);
		CU_ASSERT_EQUAL(sy_kind_find(info->name), k);
	}
	CU_ASSERT_EQUAL(sy_kind_find("nonsense"), -1);
}

static void test_fail_fills(void)
{
	struct sy_error err;

	CU_ASSERT_EQUAL(sy_fail(&err, SY_NO_MODEL, "model", "no model is called '%s'", "x"), -1);
	CU_ASSERT_EQUAL(err.status, 404);
	CU_ASSERT_STRING_EQUAL(err.code, "model_not_found");
	CU_ASSERT_STRING_EQUAL(err.param, "model");
	CU_ASSERT_STRING_EQUAL(err.message, "no model is called 'x'");
	sy_fail_code(&err, SY_BAD_REQUEST, "n", "invalid_type", "(%s)", err.message);
	CU_ASSERT_STRING_EQUAL(err.code, "invalid_type");
	CU_ASSERT_STRING_EQUAL(err.message, "(no model is called 'x')");
}

CU_TestInfo error_tests[] = {
	{ "every kind has a row", test_every_kind_has_a_row },
	{ "failing fills the struct", test_fail_fills },
	CU_TEST_INFO_NULL,
};
