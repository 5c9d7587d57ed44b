#include "sim/http.h"

#include "../suites.h"
#include "base/error.h"

#include <string.h>

static const char by_length[] = "POST /a/v1/messages?x=1&site=b%20c HTTP/1.1\r\n"
                                "Host: sim\r\nX-Sim:  {\"slice\":1} \r\n"
                                "content-length: 5\r\n\r\nhello";

static const char in_chunks[] =
    "\r\nPOST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nhel\r\n02;ext=1\r\nlo\r\n0\r\ntrailer: yes\r\n\r\n";

/* Feeds text in pieces of n bytes; the last result, and how much was not taken. */
static int feed(struct sy_sim_http *h, const char *text, size_t n, size_t *left,
    struct sy_error *err)
{
	size_t len = strlen(text), at = 0, used;
	int rc = 0;

	while (rc == 0 && at < len) {
		rc = sy_sim_http_feed(h, text + at, len - at < n ? len - at : n, &used,
		    err);
		at += used;
	}
	*left = len - at;
	return rc;
}

static void test_any_borders(void)
{
	struct sy_sim_http h;
	struct sy_error err;
	char value[16];
	size_t left;

	sy_sim_http_init(&h);
	for (size_t n = 1; n <= sizeof(by_length); n++) {
		CU_ASSERT_EQUAL_FATAL(feed(&h, by_length, n, &left, &err), 1);
		CU_ASSERT_EQUAL(left, 0);
		CU_ASSERT_STRING_EQUAL(h.method, "POST");
		CU_ASSERT_STRING_EQUAL(h.path, "/a/v1/messages");
		CU_ASSERT_STRING_EQUAL(h.body.data, "hello");
		CU_ASSERT_STRING_EQUAL(sy_sim_http_header(&h, "x-sim"), "{\"slice\":1}");
		CU_ASSERT_PTR_NULL(sy_sim_http_header(&h, "x-none"));
		CU_ASSERT_TRUE(sy_sim_http_query(&h, "site", value, sizeof(value)));
		CU_ASSERT_STRING_EQUAL(value, "b c");
		CU_ASSERT_FALSE(sy_sim_http_query(&h, "sit", value, sizeof(value)));
		CU_ASSERT_FALSE(sy_sim_http_query(&h, "site", value, 3));
		CU_ASSERT_TRUE(h.keep_alive);
		sy_sim_http_reset(&h);

		CU_ASSERT_EQUAL_FATAL(feed(&h, in_chunks, n, &left, &err), 1);
		CU_ASSERT_EQUAL(left, 0);
		CU_ASSERT_STRING_EQUAL(h.body.data, "hello");
		sy_sim_http_reset(&h);
	}
	sy_sim_http_release(&h);
}

static void test_next_request_is_left(void)
{
	static const char two[] = "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.0\n\n";
	struct sy_sim_http h;
	struct sy_error err;
	size_t left;

	sy_sim_http_init(&h);
	CU_ASSERT_EQUAL(feed(&h, two, sizeof(two), &left, &err), 1);
	CU_ASSERT_EQUAL(left, 17);
	CU_ASSERT_STRING_EQUAL(h.path, "/a");
	sy_sim_http_reset(&h);
	CU_ASSERT_EQUAL(feed(&h, two + 19, sizeof(two), &left, &err), 1);
	CU_ASSERT_STRING_EQUAL(h.path, "/b");
	CU_ASSERT_FALSE(h.keep_alive);
	sy_sim_http_release(&h);
}

static void test_broken(void)
{
#define HEAD "POST / HTTP/1.1\r\n"
	static const struct {
		const char *text;
		int status;
	} cases[] = {
		{ "hello\r\n\r\n", 400 },
		{ "GET  / HTTP/1.1\r\n\r\n", 400 },
		{ "GET http://a/ HTTP/1.1\r\n\r\n", 400 },
		{ "GET / HTTP/2.0\r\n\r\n", 505 },
		{ HEAD "no colon\r\n\r\n", 400 },
		{ HEAD "a b: c\r\n\r\n", 400 },
		{ HEAD "a: b\r\n folded\r\n\r\n", 400 },
		{ HEAD "a: b\001\r\n\r\n", 400 },
		{ HEAD "content-length: x\r\n\r\n", 400 },
		{ HEAD "content-length: -1\r\n\r\n", 400 },
		{ HEAD "content-length: 1\r\ncontent-length: 1\r\n\r\n", 400 },
		{ HEAD "content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400 },
		{ HEAD "content-length: 99999999999999999999\r\n\r\n", 400 },
		{ HEAD "content-length: 999999999\r\n\r\n", 413 },
		{ HEAD "transfer-encoding: gzip\r\n\r\n", 501 },
		{ HEAD "transfer-encoding: chunked\r\n\r\nx\r\n", 400 },
		{ HEAD "transfer-encoding: chunked\r\n\r\n\r\n", 400 },
		{ HEAD "transfer-encoding: chunked\r\n\r\n1\r\nab\r\n", 400 },
		{ HEAD "transfer-encoding: chunked\r\n\r\nfffffff\r\n", 413 },
	};
	struct sy_sim_http h;
	struct sy_error err;
	size_t left;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sy_sim_http_init(&h);
		CU_ASSERT_EQUAL(feed(&h, cases[i].text, 7, &left, &err), -1);
		CU_ASSERT_EQUAL(err.status, cases[i].status);
		sy_sim_http_release(&h);
	}
}

static void test_huge_head(void)
{
	static const char start[] = "GET / HTTP/1.1\r\n", line[] = "x: y\r\n";
	struct sy_sim_http h;
	struct sy_error err;
	size_t used;
	int rc, lines = 0;

	sy_sim_http_init(&h);
	rc = sy_sim_http_feed(&h, start, strlen(start), &used, &err);
	for (; rc == 0 && lines < SY_SIM_HEAD_BYTES; lines++)
		rc = sy_sim_http_feed(&h, line, strlen(line), &used, &err);
	CU_ASSERT_EQUAL(rc, -1);
	CU_ASSERT_EQUAL(err.status, 431);
	sy_sim_http_release(&h);
}

CU_TestInfo http_tests[] = {
	{ "a request is the same from any borders", test_any_borders },
	{ "what follows a request is left", test_next_request_is_left },
	{ "broken requests have their status", test_broken },
	{ "a head has an end", test_huge_head },
	CU_TEST_INFO_NULL,
};
