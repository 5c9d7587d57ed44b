#include "base/sse.h"

#include "../suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct seen {
	int records;
	struct sy_buf text;
};

static int note(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct seen *seen = arg;

	(void)err;
	seen->records++;
	sy_buf_printf(&seen->text, "%s|", rec->event);
	sy_buf_add(&seen->text, rec->data, rec->len);
	sy_buf_putc(&seen->text, '|');
	return 0;
}

static void feed_in_pieces(const char *in, size_t len, size_t step, struct seen *seen)
{
	struct sy_error err;
	struct sy_sse s;

	memset(seen, 0, sizeof(*seen));
	sy_buf_init(&seen->text, 1 << 20);
	sy_sse_init(&s);
	for (size_t at = 0; at < len; at += step)
		CU_ASSERT_EQUAL(sy_sse_feed(&s, in + at,
		                    len - at < step ? len - at : step, note, seen, &err),
		    0);
	CU_ASSERT_EQUAL(sy_sse_end(&s, note, seen, &err), 0);
	sy_sse_release(&s);
}

static const struct {
	const char *in;
	int records;
	const char *out;
} cases[] = {
	{ "data: a\n\n", 1, "|a|" },
	{ "data:a\n\n", 1, "|a|" },
	{ "data:  a\n\n", 1, "| a|" },
	{ "data: a\ndata: b\n\n", 1, "|a\nb|" },
	{ "data\n\n", 1, "||" },
	{ "data: a\r\rdata: b\r\r", 2, "|a||b|" },
	{ "data: a\r\n\r\ndata: b\r\n\r\n", 2, "|a||b|" },
	{ "\n\r\n\rdata: a\n\n", 1, "|a|" },
	{ "\xef\xbb\xbf"
	  "data: a\n\n",
	    1, "|a|" },
	{ ": comment\n\ndata: a\n: more\n\n", 1, "|a|" },
	{ ":\n\n:\n\n", 0, "" },
	{ "event: ping\ndata: {}\n\ndata: x\n\n", 2, "ping|{}||x|" },
	{ "event: ping\n\ndata: x\n\n", 1, "|x|" },
	{ "id: 7\nretry: 3\nother: z\nDATA: no\n\ndata: x\n\n", 1, "|x|" },
	{ "data: gr\xc3\xbc\xc3\x9f\n\n", 1, "|gr\xc3\xbc\xc3\x9f|" },
	{ "data: no blank line\n", 1, "|no blank line|" },
	{ "data: no end at all", 1, "|no end at all|" },
	{ "data: a: b\n\n", 1, "|a: b|" },
};

static void test_rules_cut_anywhere(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].in);

		for (size_t step = 1; step <= len; step++) {
			struct seen seen;

			feed_in_pieces(cases[i].in, len, step, &seen);
			CU_ASSERT_EQUAL(seen.records, cases[i].records);
			CU_ASSERT_STRING_EQUAL(seen.text.data ? seen.text.data : "",
			    cases[i].out);
			sy_buf_release(&seen.text);
		}
	}
}

static void test_nul_is_data(void)
{
	struct seen seen;

	feed_in_pieces("data: a\0b\n\n", 11, 3, &seen);
	CU_ASSERT_EQUAL(seen.text.len, 5);
	CU_ASSERT_EQUAL(memcmp(seen.text.data, "|a\0b|", 5), 0);
	sy_buf_release(&seen.text);
}

static void test_limits(void)
{
	static char block[1 << 16];
	struct sy_error err;
	struct seen seen = { 0 };
	struct sy_sse s;
	int rc = 0;

	memset(block, 'x', sizeof(block));
	sy_buf_init(&seen.text, 1 << 22);
	sy_sse_init(&s);
	for (int i = 0; i <= SY_SSE_LINE_BYTES / (int)sizeof(block) && rc == 0; i++)
		rc = sy_sse_feed(&s, block, sizeof(block), note, &seen, &err);
	CU_ASSERT_EQUAL(rc, -1);
	CU_ASSERT_EQUAL(err.kind, SY_UNUSABLE);
	sy_sse_release(&s);

	sy_sse_init(&s);
	rc = 0;
	for (int i = 0; i <= SY_SSE_EVENT_BYTES / (int)sizeof(block) && rc == 0; i++) {
		rc = sy_sse_feed(&s, "data:", 5, note, &seen, &err);
		rc = rc ? rc : sy_sse_feed(&s, block, sizeof(block), note, &seen, &err);
		rc = rc ? rc : sy_sse_feed(&s, "\n", 1, note, &seen, &err);
	}
	CU_ASSERT_EQUAL(rc, -1);
	CU_ASSERT_EQUAL(seen.records, 0);
	sy_sse_release(&s);
	sy_buf_release(&seen.text);
}

CU_TestInfo sse_tests[] = {
	{ "the rules, cut at every place", test_rules_cut_anywhere },
	{ "NUL is data", test_nul_is_data },
	{ "lines and events have limits", test_limits },
	CU_TEST_INFO_NULL,
};
