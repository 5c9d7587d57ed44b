#include "../suites.h"

extern CU_TestInfo retry_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "retry", NULL, NULL, NULL, NULL, retry_tests },
	CU_SUITE_INFO_NULL,
};
