#include "../suites.h"

extern CU_TestInfo import_tests[], period_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "import", NULL, NULL, NULL, NULL, import_tests },
	{ "period", NULL, NULL, NULL, NULL, period_tests },
	CU_SUITE_INFO_NULL,
};
