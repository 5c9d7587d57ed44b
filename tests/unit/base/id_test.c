#include "base/id.h"

#include "../suites.h"

#include <string.h>

static void test_round_trip_and_order(void)
{
	char older[SY_ID_TEXT], newer[SY_ID_TEXT];

	for (int i = 0; i < 1000; i++) {
		struct sy_id a = sy_id_new(1700000000000 + i), b;

		sy_id_text(&a, older);
		CU_ASSERT_TRUE_FATAL(sy_id_parse(older, &b));
		CU_ASSERT_EQUAL(memcmp(&a, &b, sizeof(a)), 0);
		CU_ASSERT_EQUAL(sy_id_unix_ms(&b), 1700000000000 + i);
		b = sy_id_new(1700000000000 + i + 1);
		sy_id_text(&b, newer);
		CU_ASSERT(strcmp(older, newer) < 0);
	}
}

static void test_refuses(void)
{
	static const char *const bad[] = { "", "req_", "req_00000000000000000000000000x",
		"abc_00000000000000000000000000", "req_0000000000000000000000000u",
		"req_z0000000000000000000000000" };
	struct sy_id id;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_FALSE(sy_id_parse(bad[i], &id));
}

CU_TestInfo id_tests[] = {
	{ "text and back, in the order of time", test_round_trip_and_order },
	{ "refuses what is no id", test_refuses },
	CU_TEST_INFO_NULL,
};
