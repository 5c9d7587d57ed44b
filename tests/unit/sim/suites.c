#include "../suites.h"

extern CU_TestInfo ask_tests[], http_tests[], schema_tests[], step_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "ask", NULL, NULL, NULL, NULL, ask_tests },
	{ "http", NULL, NULL, NULL, NULL, http_tests },
	{ "schema", NULL, NULL, NULL, NULL, schema_tests },
	{ "step", NULL, NULL, NULL, NULL, step_tests },
	CU_SUITE_INFO_NULL,
};
