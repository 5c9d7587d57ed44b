#include "../suites.h"

extern CU_TestInfo anthropic_names_tests[], anthropic_schema_tests[],
    anthropic_usage_tests[], blame_tests[], fields_tests[],
    gemini_tests[], media_tests[],
    messages_error_tests[], openai_ask_tests[], openai_blame_tests[], seal_tests[],
    stopwatch_tests[], translate_tests[], vector_tests[];

CU_SuiteInfo sy_suites[] = {
	{ "anthropic_names", NULL, NULL, NULL, NULL, anthropic_names_tests },
	{ "anthropic_schema", NULL, NULL, NULL, NULL, anthropic_schema_tests },
	{ "anthropic_usage", NULL, NULL, NULL, NULL, anthropic_usage_tests },
	{ "anthropic_blame", NULL, NULL, NULL, NULL, blame_tests },
	{ "fields", NULL, NULL, NULL, NULL, fields_tests },
	{ "gemini", NULL, NULL, NULL, NULL, gemini_tests },
	{ "media", NULL, NULL, NULL, NULL, media_tests },
	{ "messages_error", NULL, NULL, NULL, NULL, messages_error_tests },
	{ "openai_ask", NULL, NULL, NULL, NULL, openai_ask_tests },
	{ "openai_blame", NULL, NULL, NULL, NULL, openai_blame_tests },
	{ "seal", NULL, NULL, NULL, NULL, seal_tests },
	{ "stopwatch", NULL, NULL, NULL, NULL, stopwatch_tests },
	{ "translate", NULL, NULL, NULL, NULL, translate_tests },
	{ "vector", NULL, NULL, NULL, NULL, vector_tests },
	CU_SUITE_INFO_NULL,
};
