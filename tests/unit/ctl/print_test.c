/*
 * print_test.c - one page, read by a terminal, a pipe, a script and a program.
 */
#include "ctl_print.h"

#include "../suites.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_MS 1767225600000 /* 2026-01-01 00:00 UTC */

static const struct sy_view terminal = { .terminal = true,
	.utf8 = true,
	.width = 80,
	.now_ms = NOW_MS,
	.group = ",",
	.point = "." };
static const struct sy_view pipe_view = { .utf8 = true,
	.width = 80,
	.now_ms = NOW_MS,
	.group = ",",
	.point = "." };

static void test_values(void)
{
	static const struct {
		enum sy_value_type type;
		int64_t n;
		const char *at_terminal, *on_pipe;
	} cases[] = {
		{ SY_V_COUNT, 0, "0", "0" },
		{ SY_V_COUNT, 999, "999", "999" },
		{ SY_V_COUNT, 1234567, "1,234,567", "1234567" },
		{ SY_V_COUNT, -1000, "-1,000", "-1000" },
		{ SY_V_COUNT, INT64_MIN, "-9,223,372,036,854,775,808",
		    "-9223372036854775808" },
		{ SY_V_MONEY, 0, "$0.00", "$0.00" },
		{ SY_V_MONEY, 21900000000, "$21.90", "$21.90" },
		{ SY_V_MONEY, 1234567890000, "$1,234.57", "$1234.57" },
		{ SY_V_MONEY, 5400000, "$0.0054", "$0.0054" },
		{ SY_V_MONEY, -5400000, "-$0.0054", "-$0.0054" },
		{ SY_V_MONEY, 114000, "$0.000114", "$0.000114" },
		{ SY_V_MS, 0, "0 ms", "0 ms" },
		{ SY_V_MS, 412, "412 ms", "412 ms" },
		{ SY_V_MS, 3811, "3.8 s", "3.8 s" },
		{ SY_V_MS, 125000, "2 min", "2 min" },
		{ SY_V_MS, 86400000, "24 h", "24 h" },
		{ SY_V_TIME, NOW_MS - 7200000, "2 h ago", "2025-12-31 22:00:00" },
		{ SY_V_TIME, NOW_MS + 18000, "in 18.0 s", "2026-01-01 00:00:18" },
		{ SY_V_BYTES, 999, "999 B", "999 B" },
		{ SY_V_BYTES, 212000000, "212 MB", "212 MB" },
		{ SY_V_BYTES, 4000000000, "4.0 GB", "4.0 GB" },
		{ SY_V_SHARE, 532, "53.2 %", "53.2 %" },
		{ SY_V_YES, 1, "yes", "yes" },
	};
	struct sy_arena *a = sy_arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sy_value v = sy_value_n(cases[i].n);

		CU_ASSERT_STRING_EQUAL(sy_value_show(&terminal, cases[i].type, v, a),
		    cases[i].at_terminal);
		CU_ASSERT_STRING_EQUAL(sy_value_show(&pipe_view, cases[i].type, v, a),
		    cases[i].on_pipe);
	}
	CU_ASSERT_STRING_EQUAL(sy_value_show(&terminal, SY_V_COUNT,
	                           sy_value_unless(-1, -1), a),
	    "-");
	sy_arena_free(a);
}

/* Names come from clients; a terminal must not obey them. */
static void test_safe_text(void)
{
	static const struct {
		const char *in, *utf8, *ascii;
	} cases[] = {
		{ "plain", "plain", "plain" },
		{ "a\tb\nc", "a\\x09b\\x0ac", "a\\x09b\\x0ac" },
		{ "\033[31mred", "\\x1b[31mred", "\\x1b[31mred" },
		{ "\xc2\x9b"
		  "31m",
		    "\\x9b31m", "\\x9b31m" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr??" },
		{ "\xff\xfe", "\\xff\\xfe", "\\xff\\xfe" },
		{ "\x7f", "\\x7f", "\\x7f" },
		{ "", "", "" },
	};
	struct sy_view ascii = terminal;
	struct sy_arena *a = sy_arena_new();

	ascii.utf8 = false;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_STRING_EQUAL(sy_show_safe(&terminal, cases[i].in, a),
		    cases[i].utf8);
		CU_ASSERT_STRING_EQUAL(sy_show_safe(&ascii, cases[i].in, a),
		    cases[i].ascii);
	}
	sy_arena_free(a);
}

/* The same page in a view, as text that the caller frees. */
static char *print(const struct sy_view *view)
{
	static const struct sy_column fact = { "Generation", "generation", SY_V_COUNT };
	static const struct sy_column columns[] = {
		{ "PROVIDER", "id", SY_V_TEXT },
		{ "CIRCUIT", "circuit", SY_V_STATE },
		{ "ATTEMPTS", "attempts", SY_V_COUNT },
		{ "COST", "cost_uusd", SY_V_MONEY },
		{ NULL, "since", SY_V_TIME },
		{ "WHY", "why", SY_V_TEXT },
	};
	const struct sy_value rows[][6] = {
		{ sy_value_text("acme"), sy_value_text("closed"), sy_value_n(12345),
		    sy_value_n(1500), sy_value_n(NOW_MS), sy_value_text("x\ty \"z\"") },
		{ sy_value_text("other"), sy_value_text("open"), sy_value_n(7),
		    sy_value_text(NULL), sy_value_unless(0, 0), sy_value_text(NULL) },
	};
	struct sy_arena *a = sy_arena_new();
	struct sy_page *p = sy_page_new(view, a);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	sy_page_fact(p, &fact, sy_value_n(14));
	sy_page_table(p, "providers", columns, 6);
	for (size_t i = 0; i < 2; i++)
		sy_page_row(p, rows[i]);
	sy_page_note(p, "%d problem", 1);
	sy_page_print(p, out);
	fclose(out);
	sy_arena_free(a);
	return text;
}

static void check_page(const struct sy_view *view, const char *wanted)
{
	char *text = print(view);

	CU_ASSERT_STRING_EQUAL(text, wanted);
	if (strcmp(text, wanted) != 0)
		printf("\n%s", text);
	free(text);
}

static void test_page(void)
{
	struct sy_view json = pipe_view, plain = pipe_view, colored = pipe_view;

	json.form = SY_FORM_JSON;
	plain.form = SY_FORM_PLAIN;
	plain.header = true;
	colored.color = SY_WHEN_ALWAYS;
	check_page(&pipe_view, "Generation  14\n"
	                       "\n"
	                       "PROVIDER  CIRCUIT  ATTEMPTS       COST  WHY\n"
	                       "acme      closed      12345  $0.000002  x\\x09y \"z\"\n"
	                       "other     open            7          -  -\n"
	                       "\n"
	                       "1 problem\n");
	check_page(&colored,
	    "Generation  14\n"
	    "\n"
	    "PROVIDER  CIRCUIT  ATTEMPTS       COST  WHY\n"
	    "acme      \033[32mclosed\033[0m      12345  $0.000002  x\\x09y \"z\"\n"
	    "other     \033[31;1mopen\033[0m            7          -  -\n"
	    "\n"
	    "1 problem\n");
	check_page(&plain, "generation\t14\n"
	                   "id\tcircuit\tattempts\tcost_uusd\tsince\twhy\n"
	                   "acme\tclosed\t12345\t2\t2026-01-01T00:00:00Z\tx\\x09y \"z\"\n"
	                   "other\topen\t7\t\t\t\n");
	check_page(&json,
	    "{\"v\":1,\"generation\":14,\"providers\":["
	    "{\"id\":\"acme\",\"circuit\":\"closed\",\"attempts\":12345,\"cost_uusd\":2,"
	    "\"since\":1767225600,\"why\":\"x\\ty \\\"z\\\"\"},"
	    "{\"id\":\"other\",\"circuit\":\"open\",\"attempts\":7,\"cost_uusd\":null,"
	    "\"since\":null,\"why\":null}]}\n");
}

/* Too narrow: the widest text gives way, and only at a terminal. */
static void test_narrow(void)
{
	static const struct sy_column columns[] = { { "ID", "id", SY_V_TEXT },
		{ "WHY", "why", SY_V_TEXT } };
	const struct sy_value row[] = { sy_value_text("0123456789"),
		sy_value_text("gr\xc3\xbc\xc3\x9f und sehr sehr lang") };
	struct sy_view narrow = terminal;
	struct sy_arena *a = sy_arena_new();
	struct sy_page *p = sy_page_new(&narrow, a);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	narrow.width = 26;
	sy_page_table(p, "rows", columns, 2);
	sy_page_row(p, row);
	sy_page_print(p, out);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(text,
	    "ID          WHY\n0123456789  gr\xc3\xbc\xc3\x9f und sehr\xe2\x80\xa6\n");
	free(text);
	sy_arena_free(a);
}

/* A sum and its parts: points below each other, and little is not nothing. */
static void test_money_column(void)
{
	static const struct sy_column columns[] = { { "COST", "cost_uusd", SY_V_MONEY } };
	static const int64_t costs[] = { 12345600000, 4400000, 4600000, 0, -2000000 };
	struct sy_arena *a = sy_arena_new();
	struct sy_page *p = sy_page_new(&terminal, a);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	sy_page_table(p, "rows", columns, 1);
	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		const struct sy_value row[] = { sy_value_n(costs[i]) };

		sy_page_row(p, row);
	}
	sy_page_print(p, out);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(text,
	    "   COST\n $12.35\n <$0.01\n <$0.01\n  $0.00\n-<$0.01\n");
	free(text);
	sy_arena_free(a);
}

CU_TestInfo print_tests[] = {
	{ "values", test_values },
	{ "safe text", test_safe_text },
	{ "page", test_page },
	{ "narrow", test_narrow },
	{ "a column of money", test_money_column },
	CU_TEST_INFO_NULL,
};
