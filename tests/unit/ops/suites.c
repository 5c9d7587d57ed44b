#include "../suites.h"

extern CU_TestInfo period_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "period", NULL, NULL, NULL, NULL, period_tests },
	CU_SUITE_INFO_NULL,
};
