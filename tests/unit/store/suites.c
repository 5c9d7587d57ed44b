#include "../suites.h"
#include "scratch.h"

extern CU_TestInfo turn_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "turn", NULL, NULL, fresh_stores, no_stores, turn_tests },
	CU_SUITE_INFO_NULL,
};
