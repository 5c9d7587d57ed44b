#include "../suites.h"

extern CU_TestInfo option_tests[], bad_tests[], read_tests[], blob_tests[],
    secret_tests[], catalogue_tests[], packaged_tests[], apply_tests[], root_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "option", NULL, NULL, NULL, NULL, option_tests },
	{ "bad input", NULL, NULL, NULL, NULL, bad_tests },
	CU_SUITE_INFO_NULL,
};
