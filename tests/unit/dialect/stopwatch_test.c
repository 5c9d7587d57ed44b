#include "dialect/stopwatch.h"

#include "model/chat.h"

#include "../suites.h"

#include <string.h>

static void collect(void *arg, const char *text, size_t len)
{
	sy_buf_add(arg, text, len);
}

/* However the text is cut, the same comes out. */
static void check(const char **stops, size_t count, const char *in, const char *want)
{
	struct sy_chat chat = { .stop = stops, .stop_count = count };

	for (size_t step = 1; step <= strlen(in); step++) {
		struct sy_stopwatch w;
		struct sy_buf out;

		sy_buf_init(&out, 1000);
		sy_buf_puts(&out, "");
		sy_stopwatch_init(&w, &chat);
		for (size_t at = 0; at < strlen(in); at += step)
			sy_stopwatch_feed(&w, in + at,
			    strlen(in + at) < step ? strlen(in + at) : step, collect,
			    &out);
		sy_stopwatch_flush(&w, collect, &out);
		CU_ASSERT_STRING_EQUAL(out.data, want);
		sy_stopwatch_release(&w);
		sy_buf_release(&out);
	}
}

static void test_cuts(void)
{
	const char *line[] = { "\n" }, *paragraph[] = { "\n\n", "END" };
	const char *both[] = { "\n\n", " \n" };

	check(line, 1, "one\ntwo", "one");
	check(line, 1, "one", "one");
	check(line, 1, "\none", "");
	check(paragraph, 2, "a\nb\n\nc", "a\nb");
	check(paragraph, 2, "a\nb END\n", "a\nb END\n"); /* the provider's to keep */
	check(paragraph, 2, "gr\xc3\xbc\xc3\x9f\n", "gr\xc3\xbc\xc3\x9f\n");
	check(both, 2, "a \n\nb", "a");
}

CU_TestInfo stopwatch_tests[] = {
	{ "text ends at the first stop", test_cuts },
	CU_TEST_INFO_NULL,
};
