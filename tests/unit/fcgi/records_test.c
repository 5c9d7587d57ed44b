#include "records.h"

#include "../suites.h"
#include "web.h"

#include <fastcgi.h>
#include <stdio.h>
#include <string.h>

/* What the reader tells, as text. */
struct heard {
	struct sy_fcgi *f;
	struct sy_buf text;
	struct web_answer replies;
};

static void on_begin(void *arg)
{
	struct heard *h = arg;

	sy_buf_printf(&h->text, "begin %u%s|", h->f->id, h->f->keep ? " keep" : "");
}

static void on_params(void *arg)
{
	struct heard *h = arg;
	struct sy_fcgi_pair p;
	size_t at = 0;
	int rc;

	if (h->f->params_too_long)
		sy_buf_puts(&h->text, "too long|");
	while (
	    !h->f->params_too_long && (rc = sy_fcgi_pair(&h->f->params, &at, &p)) != 0) {
		if (rc < 0) {
			sy_buf_puts(&h->text, "cut|");
			break;
		}
		sy_buf_printf(&h->text, "%.*s=%.*s|", (int)p.name_len, p.name,
		    p.value_len > 20 ? 20 : (int)p.value_len, p.value);
	}
}

static void on_input(void *arg, const char *data, size_t len)
{
	struct heard *h = arg;

	sy_buf_add(&h->text, data, len);
}

static void on_input_end(void *arg)
{
	struct heard *h = arg;

	sy_buf_puts(&h->text, "|end|");
}

static void on_aborted(void *arg)
{
	struct heard *h = arg;

	sy_buf_puts(&h->text, "aborted|");
}

static void on_reply(void *arg, const void *record, size_t len)
{
	struct heard *h = arg;

	CU_ASSERT_EQUAL(web_answer_read(&h->replies, record, len), len);
}

static const struct sy_fcgi_ops ops = {
	.begin = on_begin,
	.params = on_params,
	.input = on_input,
	.input_end = on_input_end,
	.aborted = on_aborted,
	.reply = on_reply,
};

/* Feeds b in two pieces. */
static int hear(struct heard *h, const struct sy_buf *b, size_t cut)
{
	static struct sy_fcgi f;
	int rc;

	memset(h, 0, sizeof(*h));
	sy_buf_init(&h->text, 1 << 20);
	h->f = &f;
	sy_fcgi_init(&f);
	rc = sy_fcgi_feed(&f, &ops, h, b->data, cut);
	if (rc == 0)
		rc = sy_fcgi_feed(&f, &ops, h, b->data + cut, b->len - cut);
	return rc;
}

static void release(struct heard *h)
{
	sy_buf_release(&h->text);
	web_answer_release(&h->replies);
	sy_fcgi_release(h->f);
}

static void test_cut_anywhere(void)
{
	static const char *const more[] = { "HTTP_X", "", "", "nameless", NULL };
	struct sy_buf b;

	sy_buf_init(&b, 1 << 20);
	web_request(&b, 258, true, "POST", "/v1", "{\"a\":1}", more);
	for (size_t cut = 0; cut <= b.len; cut++) {
		struct heard h;

		CU_ASSERT_EQUAL(hear(&h, &b, cut), 0);
		CU_ASSERT_STRING_EQUAL(h.text.data,
		    "begin 258 keep|REQUEST_METHOD=POST|REQUEST_URI=/v1|SCRIPT_NAME=/v1|"
		    "SERVER_SOFTWARE=test/1|CONTENT_LENGTH=7|CONTENT_TYPE=application/json; ch|"
		    "HTTP_X=|=nameless|{\"a\":1}|end|");
		CU_ASSERT_EQUAL(h.f->phase, SY_FCGI_READ);
		release(&h);
	}
	sy_buf_release(&b);
}

/* Each a list of records, and what is heard; "!" at the end: the protocol was broken. */
static void test_odd_records(void)
{
	/* clang-format off */
	static const struct {
		const char *name, *records, *heard;
		int other_type; /* of the record sent back; 0 none */
	} cases[] = {
		{ "a second request meanwhile", "b1 b2 p1 i1", "begin 1||end|", FCGI_END_REQUEST },
		{ "the same one begun twice", "b1 b1", "begin 1|!", 0 },
		{ "records of nobody", "p7 i7 a7 b1 p1 i1 i7", "begin 1||end|", 0 },
		{ "a filter", "f1 p1 i1 b1 p1 i1", "begin 1||end|", FCGI_END_REQUEST },
		{ "a body before the parameters' end", "b1 i1", "begin 1|!", 0 },
		{ "parameters after their end", "b1 p1 p1", "begin 1|!", 0 },
		{ "the body's end twice", "b1 p1 i1 i1", "begin 1||end|", 0 },
		{ "aborted", "b1 p1 a1", "begin 1|aborted|", 0 },
		{ "aborted by a stranger", "b1 p1 a2 i1", "begin 1||end|", 0 },
		{ "an unknown kind", "u0 b1 p1 i1", "begin 1||end|", FCGI_UNKNOWN_TYPE },
		{ "a request without a number", "b0", "!", 0 },
		{ "version 2", "v1", "!", 0 },
		{ "too short to begin", "s1", "!", 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_buf b;
		struct heard h;

		sy_buf_init(&b, 10000);
		for (const char *r = cases[i].records; *r != '\0';
		     r += r[2] == ' ' ? 3 : 2) {
			int id = r[1] - '0';

			switch (r[0]) {
			case 'b':
				web_begin(&b, id, FCGI_RESPONDER, false);
				break;
			case 'f':
				web_begin(&b, id, FCGI_FILTER, false);
				break;
			case 's':
				web_record(&b, FCGI_BEGIN_REQUEST, id, "\0\1\0", 3);
				break;
			case 'v':
				sy_buf_add(&b, "\2\1\0\1\0\0\0\0", 8);
				break;
			default:
				web_record(&b,
				    r[0] == 'p'   ? FCGI_PARAMS
				    : r[0] == 'i' ? FCGI_STDIN
				    : r[0] == 'a' ? FCGI_ABORT_REQUEST
				                  : 77,
				    id, "", 0);
			}
		}
		if (hear(&h, &b, b.len / 2) < 0)
			sy_buf_putc(&h.text, '!');
		CU_ASSERT_STRING_EQUAL(h.text.data, cases[i].heard);
		CU_ASSERT_EQUAL(h.replies.other_type +
		                    (h.replies.ends ? FCGI_END_REQUEST : 0),
		    cases[i].other_type);
		release(&h);
		sy_buf_release(&b);
	}
}

static void test_values(void)
{
	struct sy_buf pairs, b;
	struct heard h;
	struct sy_fcgi_pair p;
	struct sy_buf answer;
	size_t at = 0;

	sy_buf_init(&pairs, 1000);
	sy_buf_init(&b, 1000);
	web_pair(&pairs, FCGI_MPXS_CONNS, "");
	web_pair(&pairs, "NO_SUCH", "");
	web_pair(&pairs, FCGI_MPXS_CONNS, "");
	web_record(&b, FCGI_GET_VALUES, 0, pairs.data, pairs.len);
	CU_ASSERT_EQUAL(hear(&h, &b, 3), 0);
	CU_ASSERT_EQUAL(h.replies.other_type, FCGI_GET_VALUES_RESULT);
	sy_buf_init(&answer, 1000);
	web_pair(&answer, FCGI_MPXS_CONNS, "0");
	CU_ASSERT_EQUAL(sy_fcgi_pair(&answer, &at, &p), 1);
	CU_ASSERT_EQUAL(sy_fcgi_pair(&answer, &at, &p), 0);
	release(&h);
	sy_buf_release(&answer);
	sy_buf_release(&pairs);
	sy_buf_release(&b);
}

/* Lengths that reach beyond what is there, in each of the two forms. */
static void test_pairs_cut(void)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{ "\x05", 1 },
		{ "\x05\x01"
		  "abcde",
		    7 },
		{ "\x80\x00\x00", 3 },
		{ "\x01\xff\xff\xff\xff"
		  "a",
		    6 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff"
		  "a",
		    9 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_fcgi_pair p;
		struct sy_buf b;
		size_t at = 0;

		sy_buf_init(&b, 100);
		sy_buf_add(&b, cases[i].bytes, cases[i].len);
		CU_ASSERT_EQUAL(sy_fcgi_pair(&b, &at, &p), -1);
		sy_buf_release(&b);
	}
}

static void test_params_too_long(void)
{
	struct sy_buf b, params;
	struct heard h;
	char value[1001];

	memset(value, 'v', 1000);
	value[1000] = '\0';
	sy_buf_init(&b, 1 << 20);
	sy_buf_init(&params, 1 << 20);
	for (int i = 0; i < 33; i++)
		web_pair(&params, "HTTP_X", value);
	web_begin(&b, 1, FCGI_RESPONDER, false);
	web_record(&b, FCGI_PARAMS, 1, params.data, params.len);
	web_record(&b, FCGI_PARAMS, 1, params.data, params.len);
	web_record(&b, FCGI_PARAMS, 1, "", 0);
	web_record(&b, FCGI_STDIN, 1, "", 0);
	CU_ASSERT_EQUAL(hear(&h, &b, 10000), 0);
	CU_ASSERT_STRING_EQUAL(h.text.data, "begin 1|too long||end|");
	release(&h);
	sy_buf_release(&params);
	sy_buf_release(&b);
}

/* Answered early: the rest of the request is skipped, and the next one is heard. */
static void test_done_early(void)
{
	struct sy_buf b;
	struct heard h;

	sy_buf_init(&b, 1 << 20);
	web_begin(&b, 1, FCGI_RESPONDER, true);
	web_record(&b, FCGI_PARAMS, 1, "", 0);
	CU_ASSERT_EQUAL(hear(&h, &b, 0), 0);
	sy_fcgi_done(h.f);
	sy_buf_reset(&b);
	web_record(&b, FCGI_STDIN, 1, "skipped", 7);
	web_record(&b, FCGI_STDIN, 1, "", 0);
	web_begin(&b, 1, FCGI_RESPONDER, false);
	CU_ASSERT_EQUAL(sy_fcgi_feed(h.f, &ops, &h, b.data, b.len), 0);
	CU_ASSERT_STRING_EQUAL(h.text.data, "begin 1 keep|begin 1|");
	release(&h);
	sy_buf_release(&b);
}

static void test_output(void)
{
	struct sy_fcgi_out o = { .id = 3 };
	struct web_answer a = { 0 };
	static char big[200000];

	sy_buf_init(&o.bytes, 1 << 20);
	sy_fcgi_out_add(&o, "one ", 4);
	sy_fcgi_out_add(&o, "record", 6);
	sy_fcgi_out_close(&o);
	CU_ASSERT_EQUAL(o.bytes.len, 18);
	memset(big, 'x', sizeof(big));
	sy_fcgi_out_add(&o, big, sizeof(big));
	sy_fcgi_out_end(&o);
	CU_ASSERT_EQUAL(web_answer_read(&a, o.bytes.data, o.bytes.len), o.bytes.len);
	CU_ASSERT_EQUAL(a.out.len, 10 + sizeof(big));
	CU_ASSERT_EQUAL(a.records, 5);
	CU_ASSERT_EQUAL(a.ends, 1);
	CU_ASSERT_FALSE(a.broken);
	web_answer_release(&a);
	sy_buf_release(&o.bytes);
}

CU_TestInfo records_tests[] = {
	{ "a request, cut anywhere", test_cut_anywhere },
	{ "odd records", test_odd_records },
	{ "values that are asked for", test_values },
	{ "pairs cut short", test_pairs_cut },
	{ "parameters without end", test_params_too_long },
	{ "answered before all was read", test_done_early },
	{ "output", test_output },
	CU_TEST_INFO_NULL,
};
