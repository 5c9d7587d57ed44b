#include "store/limits.h"

#include "../suites.h"

#include <stdlib.h>
#include <string.h>

#define SENT_MAX 20000

static int64_t sent_ms[SENT_MAX], sent_tokens[SENT_MAX];
static int sent;

static int64_t try_at(struct sy_window *w, const struct sy_want *want, int64_t ms)
{
	int64_t wait = sy_window_wait(w, want, ms);

	if (wait != 0)
		return wait;
	sy_window_add(w, want, ms);
	sent_ms[sent] = ms;
	sent_tokens[sent++] = want->tokens;
	return 0;
}

/* The most in any 60 s, wherever they begin. */
static void most(int64_t *requests, int64_t *tokens)
{
	*requests = *tokens = 0;
	for (int i = 0, from = 0; i < sent; i++) {
		int64_t sum = 0;

		while (sent_ms[from] <= sent_ms[i] - SY_WINDOW_MS)
			from++;
		for (int k = from; k <= i; k++)
			sum += sent_tokens[k];
		*requests = i - from + 1 > *requests ? i - from + 1 : *requests;
		*tokens = sum > *tokens ? sum : *tokens;
	}
}

/* Demand without end: never more than the limit in a minute, and all of it each minute. */
static void test_requests(void)
{
	static const int limits[] = { 1, 7, 100, 1000 };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct sy_want want = { .requests = 1, .requests_limit = limits[i] };
		struct sy_window w = { 0 };
		int64_t requests, tokens;

		sent = 0;
		for (int64_t ms = 123500; ms < 123500 + 10 * 60500; ms += 5)
			try_at(&w, &want, ms);
		most(&requests, &tokens);
		CU_ASSERT_EQUAL(requests, limits[i]);
		CU_ASSERT_EQUAL(sent, 10 * limits[i]);
	}
}

static void test_random_times_and_tokens(void)
{
	struct sy_window w = { 0 };
	struct sy_want want = { .requests = 1,
		.requests_limit = 50,
		.tokens_limit = 3000 };
	int64_t ms = 1, requests, tokens;

	srand(7);
	sent = 0;
	for (int i = 0; i < 15000; i++) {
		ms += rand() % 500;
		want.tokens = rand() % 200;
		try_at(&w, &want, ms);
	}
	most(&requests, &tokens);
	CU_ASSERT(requests <= 50);
	CU_ASSERT(tokens <= 3000);
	CU_ASSERT(tokens > 2600);
}

/* When told to wait, that is when there is room, and not before. */
static void test_wait_is_right(void)
{
	struct sy_window w = { 0 };
	struct sy_want want = { .requests = 1, .requests_limit = 20 };
	int64_t ms = 60000;

	srand(9);
	for (int i = 0; i < 5000; i++) {
		int64_t wait = sy_window_wait(&w, &want, ms);

		if (wait == 0) {
			sy_window_add(&w, &want, ms);
			ms += rand() % 2000;
			continue;
		}
		CU_ASSERT(wait > 0 && wait <= SY_WINDOW_MS + SY_WINDOW_BUCKET_MS);
		CU_ASSERT(sy_window_wait(&w, &want, ms + wait - 1) > 0);
		CU_ASSERT_EQUAL(sy_window_wait(&w, &want, ms + wait), 0);
		ms += wait;
	}
}

static void test_too_much_ever(void)
{
	struct sy_want want = { .tokens = 11, .tokens_limit = 10 };
	struct sy_window w = { 0 };

	CU_ASSERT_EQUAL(sy_window_wait(&w, &want, 1000000), -1);
	want.tokens = 10;
	CU_ASSERT_EQUAL(sy_window_wait(&w, &want, 1000000), 0);
	want.tokens_limit = 0;
	want.tokens = INT64_C(1) << 40;
	CU_ASSERT_EQUAL(sy_window_wait(&w, &want, 1000000), 0);
}

static void test_correcting(void)
{
	struct sy_want want = { .tokens = 80, .tokens_limit = 100 }, more = want;
	struct sy_window w = { 0 };
	uint32_t bucket = sy_window_add(&w, &want, 500000);

	more.tokens = 30;
	CU_ASSERT(sy_window_wait(&w, &more, 501000) > 0);
	sy_window_correct(&w, bucket, -60);
	CU_ASSERT_EQUAL(sy_window_wait(&w, &more, 501000), 0);
	sy_window_correct(&w, bucket, -100); /* never below nothing */
	sy_window_add(&w, &more, 700000);
	sy_window_correct(&w, bucket, 1000); /* long gone: changes nothing */
	more.tokens = 70;
	CU_ASSERT_EQUAL(sy_window_wait(&w, &more, 700000), 0);
}

/* Two processes may come with their times in the wrong order. */
static void test_time_goes_back_a_little(void)
{
	struct sy_want want = { .requests = 1, .requests_limit = 2 };
	struct sy_window w = { 0 };

	sy_window_add(&w, &want, 1000700);
	sy_window_add(&w, &want, 1000100);
	CU_ASSERT(sy_window_wait(&w, &want, 1000100) > 0);
	CU_ASSERT(sy_window_wait(&w, &want, 1060100) > 0);
	CU_ASSERT_EQUAL(sy_window_wait(&w, &want, 1061300), 0);
}

CU_TestInfo limits_tests[] = {
	{ "requests: the limit in any minute, and all of it", test_requests },
	{ "tokens and requests at random times", test_random_times_and_tokens },
	{ "the wait that is told is right", test_wait_is_right },
	{ "more than the limit in one request", test_too_much_ever },
	{ "tokens are corrected when they are known", test_correcting },
	{ "time goes back a little", test_time_goes_back_a_little },
	CU_TEST_INFO_NULL,
};
