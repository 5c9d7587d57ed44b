#include "../suites.h"

extern CU_TestInfo arena_tests[], buf_tests[], decimal_tests[], error_tests[],
    eventstream_tests[], id_tests[], json_tests[], multipart_tests[], scan_tests[],
    sse_tests[], text_tests[], zone_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "arena", NULL, NULL, NULL, NULL, arena_tests },
	{ "buf", NULL, NULL, NULL, NULL, buf_tests },
	{ "decimal", NULL, NULL, NULL, NULL, decimal_tests },
	{ "error", NULL, NULL, NULL, NULL, error_tests },
	{ "eventstream", NULL, NULL, NULL, NULL, eventstream_tests },
	{ "id", NULL, NULL, NULL, NULL, id_tests },
	{ "json", NULL, NULL, NULL, NULL, json_tests },
	{ "multipart", NULL, NULL, NULL, NULL, multipart_tests },
	{ "scan", NULL, NULL, NULL, NULL, scan_tests },
	{ "sse", NULL, NULL, NULL, NULL, sse_tests },
	{ "text", NULL, NULL, NULL, NULL, text_tests },
	{ "zone", NULL, NULL, NULL, NULL, zone_tests },
	CU_SUITE_INFO_NULL,
};
