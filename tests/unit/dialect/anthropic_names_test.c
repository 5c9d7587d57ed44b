#include "dialect/anthropic_names.h"

#include "base/arena.h"
#include "dialect/claude.h"
#include "model/chat.h"

#include "../suites.h"

#include <string.h>

#define LEN_71 "mcp__a_server_with_a_long_name__and_a_tool_that_says_what_it_does_at_len"

static bool is_legal(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= 64 &&
	       strspn(s,
	           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
	           len;
}

static void test_legal_stays(void)
{
	struct sy_arena *a = sy_arena_new();

	CU_ASSERT_STRING_EQUAL(sy_anthropic_legal(a, "get_weather-2"), "get_weather-2");
	CU_ASSERT_STRING_EQUAL(sy_anthropic_legal(a, "toolu_01A"), "toolu_01A");
	sy_arena_free(a);
}

static void test_illegal_is_cleaned(void)
{
	static const char *const cases[] = { "", "fs/read.file", "functions.bash:0",
		LEN_71, "call_abc|fc_123", "na\xc3\xafve", " " };
	struct sy_arena *a = sy_arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *once = sy_anthropic_legal(a, cases[i]);

		CU_ASSERT_TRUE(is_legal(once));
		CU_ASSERT_STRING_EQUAL(once, sy_anthropic_legal(a, cases[i]));
		CU_ASSERT_STRING_EQUAL(once, sy_anthropic_legal(a, once));
	}
	sy_arena_free(a);
}

static void test_alike_names_stay_apart(void)
{
	struct sy_tool tools[] = { { .name = "fs/read" }, { .name = "fs.read" },
		{ .name = "fs_read" } };
	struct sy_chat chat = { .tools = tools, .tool_count = 3 };
	struct sy_arena *a = sy_arena_new();

	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_PTR_EQUAL(sy_anthropic_tool(&chat, a,
		                        sy_anthropic_legal(a, tools[i].name)),
		    &tools[i]);
	CU_ASSERT_PTR_NULL(sy_anthropic_tool(&chat, a, "write"));
	CU_ASSERT_PTR_NULL(sy_anthropic_tool(NULL, a, "fs_read"));
	sy_arena_free(a);
}

static void test_generations(void)
{
	static const struct {
		const char *model, *mark;
	} cases[] = {
		{ "claude-opus-4-1-20250805", "opus-4-1" },
		{ "claude-sonnet-4-20250514", "sonnet-4" },
		{ "claude-sonnet-4-5", "sonnet-4-5" },
		{ "anthropic/claude-sonnet-4.5", "sonnet-4-5" },
		{ "claude-3-5-haiku-20241022", "claude-3-5" },
		{ "claude-3-7-sonnet-latest", "3-7-sonnet" },
		{ "claude-3-opus-20240229", "claude-3-" },
		{ "claude-opus-5", "opus-5" },
		{ "claude-something-9", "claude" },
		{ "kimi-k2", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_STRING_EQUAL(sy_claude_find(cases[i].model)->mark,
		    cases[i].mark);
}

CU_TestInfo anthropic_names_tests[] = {
	{ "legal names stay as they are", test_legal_stays },
	{ "illegal names become legal, always the same", test_illegal_is_cleaned },
	{ "names that clean to the same stay apart", test_alike_names_stay_apart },
	{ "generations of Claude", test_generations },
	CU_TEST_INFO_NULL,
};
