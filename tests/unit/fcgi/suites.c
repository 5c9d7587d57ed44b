#include "../suites.h"

extern CU_TestInfo cgi_tests[], connection_tests[], endpoint_tests[], meta_tests[],
    records_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "records", NULL, NULL, NULL, NULL, records_tests },
	{ "meta", NULL, NULL, NULL, NULL, meta_tests },
	{ "endpoint", NULL, NULL, NULL, NULL, endpoint_tests },
	{ "connection", NULL, NULL, NULL, NULL, connection_tests },
	{ "cgi", NULL, NULL, NULL, NULL, cgi_tests },
	CU_SUITE_INFO_NULL,
};
