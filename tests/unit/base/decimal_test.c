#include "base/decimal.h"

#include "../suites.h"

#include <string.h>

static void test_scale(void)
{
	static const struct {
		const char *text;
		int shift;
		bool good;
		int64_t is;
	} cases[] = {
		{ "0", 6, true, 0 },
		{ "2.5", 6, true, 2500000 },
		{ "0.1", 6, true, 100000 },
		{ "3e-06", 12, true, 3000000 },
		{ "0.000003", 12, true, 3000000 },
		{ "0.00000125", 12, true, 1250000 },
		{ "1.25E-7", 12, true, 125000 },
		{ "1e+2", 0, true, 100 },
		{ "-1", 12, true, -1000000000000 },
		{ "0.0000005", 6, true, 1 },
		{ "0.0000004999999999999999999999999999999999999", 6, true, 0 },
		{ "-0.0000005", 6, true, -1 },
		{ "1e-500", 6, true, 0 },
		{ "0e999999999999", 6, true, 0 },
		{ "000000000000000000000000000000000000000001.5", 1, true, 15 },
		{ "123456789012345678901234567890123e-20", 0, true, 1234567890123 },
		{ "1e18", 0, false, 0 },
		{ "1e400", 0, false, 0 },
		{ "100000000000000001", 0, false, 0 },
		{ "100000000000000000", 0, true, 100000000000000000 },
		{ "", 0, false, 0 },
		{ "-", 0, false, 0 },
		{ "+1", 0, false, 0 },
		{ "1.", 0, false, 0 },
		{ ".5", 0, false, 0 },
		{ "1e", 0, false, 0 },
		{ "1e-", 0, false, 0 },
		{ "1 ", 0, false, 0 },
		{ "0x10", 0, false, 0 },
		{ "NaN", 0, false, 0 },
		{ "Infinity", 0, false, 0 },
		{ "1,5", 0, false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t n = 0;
		bool good = sy_decimal_scale(cases[i].text, strlen(cases[i].text),
		    cases[i].shift, &n);

		CU_ASSERT_EQUAL(good, cases[i].good);
		CU_ASSERT(!good || n == cases[i].is);
	}
}

CU_TestInfo decimal_tests[] = {
	{ "scaled to an integer", test_scale },
	CU_TEST_INFO_NULL,
};
