#include "../suites.h"

extern CU_TestInfo fetch_tests[], sigv4_tests[], tls_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "fetch", NULL, NULL, NULL, NULL, fetch_tests },
	{ "sigv4", NULL, NULL, NULL, NULL, sigv4_tests },
	{ "tls", NULL, NULL, NULL, NULL, tls_tests },
	CU_SUITE_INFO_NULL,
};
