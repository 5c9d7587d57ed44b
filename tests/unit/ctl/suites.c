#include "../suites.h"

extern CU_TestInfo print_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "print", NULL, NULL, NULL, NULL, print_tests },
	CU_SUITE_INFO_NULL,
};
