#include "../suites.h"

extern CU_TestInfo answer_tests[], config_tests[], health_tests[], usage_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "answer", NULL, NULL, NULL, NULL, answer_tests },
	{ "config", NULL, NULL, NULL, NULL, config_tests },
	{ "health", NULL, NULL, NULL, NULL, health_tests },
	{ "usage", NULL, NULL, NULL, NULL, usage_tests },
	CU_SUITE_INFO_NULL,
};
