#include "relay/retry.h"

#include "../suites.h"

#include <stdio.h>

#define STOP SY_RETRY_STOP
#define NEXT SY_RETRY_NEXT
#define SAME SY_RETRY_SAME

static const struct {
	const char *what;
	enum sy_kind kind;
	int retry_after_ms;
	struct sy_retry used;
	bool last_target;
	int64_t left_ms;
	enum sy_retry_what want;
} cases[] = {
	{ "no connection, others left", SY_UNREACHED, 0, { 1, 1, 0 }, false, 60000, NEXT },
	{ "no connection, last target", SY_UNREACHED, 0, { 1, 1, 0 }, true, 60000, SAME },
	{ "no connection twice, last target", SY_UNREACHED, 0, { 2, 2, 0 }, true, 60000, STOP },
	{ "429, others left", SY_BUSY, 2000, { 1, 1, 0 }, false, 60000, NEXT },
	{ "429 for 2 s, last target", SY_BUSY, 2000, { 1, 1, 0 }, true, 60000, SAME },
	{ "429 for 30 s, last target", SY_BUSY, 30000, { 1, 1, 0 }, true, 600000, STOP },
	{ "429 for 2 s, little time left", SY_BUSY, 2000, { 1, 1, 0 }, true, 3000, STOP },
	{ "500, others left", SY_BROKEN, 0, { 1, 1, 0 }, false, 60000, NEXT },
	{ "500, last target", SY_BROKEN, 0, { 1, 1, 0 }, true, 60000, SAME },
	{ "500, attempts used up", SY_BROKEN, 0, { 3, 1, 0 }, false, 60000, STOP },
	{ "silence, others left", SY_TOO_SLOW, 0, { 1, 1, 1 }, false, 60000, NEXT },
	{ "silence, last target", SY_TOO_SLOW, 0, { 1, 1, 1 }, true, 60000, STOP },
	{ "silence for the second time", SY_TOO_SLOW, 0, { 2, 1, 2 }, false, 60000, STOP },
	{ "cut short, held back", SY_TRUNCATED, 0, { 1, 1, 1 }, false, 60000, NEXT },
	{ "request refused", SY_REFUSED, 0, { 1, 1, 0 }, false, 60000, STOP },
	{ "policy", SY_POLICY, 0, { 1, 1, 0 }, false, 60000, STOP },
	{ "our secret refused, others left", SY_CREDENTIAL, 0, { 1, 1, 0 }, false, 60000, NEXT },
	{ "our secret refused, last target", SY_CREDENTIAL, 0, { 1, 1, 0 }, true, 60000, STOP },
	{ "model not there, others left", SY_NO_UPSTREAM_MODEL, 0, { 1, 1, 0 }, false, 60000, NEXT },
	{ "client gone", SY_CLIENT_GONE, 0, { 1, 1, 0 }, false, 60000, STOP },
	{ "no time left", SY_UNREACHED, 0, { 1, 1, 0 }, false, 0, STOP },
};

static void test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_error err = { .kind = cases[i].kind,
			.retry_after_ms = cases[i].retry_after_ms };
		struct sy_retry_limits limits = { 3, 2, cases[i].last_target, cases[i].left_ms };
		struct sy_retry_step step = sy_retry_decide(&cases[i].used, &limits, &err, 100);

		if (step.what != cases[i].want)
			printf("%s: %d\n", cases[i].what, step.what);
		CU_ASSERT_EQUAL(step.what, cases[i].want);
		CU_ASSERT(step.what != SAME || step.wait_ms >= cases[i].retry_after_ms);
		CU_ASSERT(step.what != NEXT || step.wait_ms == 0);
	}
}

/* However the kinds are told apart: no request makes more calls than its limit. */
static void test_never_more_than_the_limit(void)
{
	for (int kind = 0; kind < SY_KINDS; kind++) {
		struct sy_error err = { .kind = (enum sy_kind)kind };
		struct sy_retry r = { 0 };

		for (int calls = 1; calls < 20; calls++) {
			struct sy_retry_limits limits = { 3, 2, calls % 2 == 0, 600000 };

			r.attempts++;
			r.target_attempts++;
			r.ambiguous += sy_kind_info(err.kind)->ambiguous;
			if (sy_retry_decide(&r, &limits, &err, (uint32_t)calls).what == STOP)
				break;
		}
		CU_ASSERT(r.attempts <= 3);
	}
}

CU_TestInfo retry_tests[] = {
	{ "the table", test_table },
	{ "never more calls than the limit", test_never_more_than_the_limit },
	CU_TEST_INFO_NULL,
};
