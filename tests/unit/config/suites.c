#include "../suites.h"

extern CU_TestInfo apply_tests[], bad_tests[], blob_tests[], catalogue_tests[],
    docs_tests[], feed_tests[], option_tests[], packaged_tests[], read_tests[], root_tests[],
    secret_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "apply", NULL, NULL, NULL, NULL, apply_tests },
	{ "bad input", NULL, NULL, NULL, NULL, bad_tests },
	{ "blob", NULL, NULL, NULL, NULL, blob_tests },
	{ "catalogue", NULL, NULL, NULL, NULL, catalogue_tests },
	{ "docs", NULL, NULL, NULL, NULL, docs_tests },
	{ "feed", NULL, NULL, NULL, NULL, feed_tests },
	{ "option", NULL, NULL, NULL, NULL, option_tests },
	{ "packaged", NULL, NULL, NULL, NULL, packaged_tests },
	{ "read", NULL, NULL, NULL, NULL, read_tests },
	{ "root", NULL, NULL, NULL, NULL, root_tests },
	{ "secret", NULL, NULL, NULL, NULL, secret_tests },
	CU_SUITE_INFO_NULL,
};
