#include "../suites.h"

extern CU_TestInfo plan_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "plan", NULL, NULL, NULL, NULL, plan_tests },
	CU_SUITE_INFO_NULL,
};
