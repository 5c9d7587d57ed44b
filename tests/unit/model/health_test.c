#include "model/health.h"

#include "../suites.h"

#include <string.h>

#define DICE 0x8000u /* no jitter either way */

static void report(struct sy_health *h, int64_t now_ms, enum sy_kind kind, uint32_t fence)
{
	struct sy_report r = { .kind = kind, .now_ms = now_ms, .fence = fence, .dice = DICE,
		.first_ms = -1 };

	sy_health_step(h, &r);
}

static void report_ok(struct sy_health *h, int64_t now_ms, uint32_t fence)
{
	struct sy_report r = { .ok = true, .now_ms = now_ms, .fence = fence, .first_ms = 100 };

	sy_health_step(h, &r);
}

static void break_it(struct sy_health *h, int64_t now_ms)
{
	for (int i = 0; i < 5; i++)
		report(h, now_ms, SY_BROKEN, 0);
}

static void test_opens_after_failures_in_a_row(void)
{
	struct sy_health h = { 0 };

	for (int i = 0; i < 4; i++)
		report(&h, 1000, SY_BROKEN, 0);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 1000, 0), SY_MAY_TRY);
	report_ok(&h, 1000, 0);
	for (int i = 0; i < 4; i++)
		report(&h, 1000, SY_BROKEN, 0);
	CU_ASSERT_EQUAL(h.circuit, SY_CLOSED);
	report(&h, 1000, SY_BROKEN, 0);
	CU_ASSERT_EQUAL(h.circuit, SY_OPEN);
	CU_ASSERT_EQUAL(h.reason, SY_BROKEN);
}

static void test_unreached_opens_sooner(void)
{
	struct sy_health h = { 0 };

	for (int i = 0; i < 3; i++)
		report(&h, 1000, SY_UNREACHED, 0);
	CU_ASSERT_EQUAL(h.circuit, SY_OPEN);
}

static void test_half_of_the_window_opens(void)
{
	struct sy_health h = { 0 };

	for (int i = 0; i < 5; i++) {
		report_ok(&h, 60000 + i * 1000, 0);
		if (i < 4)
			report(&h, 60000 + i * 1000, SY_BROKEN, 0);
	}
	CU_ASSERT_EQUAL(h.circuit, SY_CLOSED);
	report(&h, 66000, SY_BROKEN, 0);
	CU_ASSERT_EQUAL(h.circuit, SY_OPEN);
}

static void test_old_failures_are_forgotten(void)
{
	struct sy_health h = { 0 };
	int failed, all;

	for (int i = 0; i < 4; i++)
		report(&h, 100000, SY_BROKEN, 0);
	sy_health_window(&h, 100000, &failed, &all);
	CU_ASSERT_EQUAL(failed, 4);
	sy_health_window(&h, 170000, &failed, &all);
	CU_ASSERT_EQUAL(all, 0);
	report_ok(&h, 170000, 0);
	sy_health_window(&h, 170000, &failed, &all);
	CU_ASSERT_EQUAL(all, 1);
}

static void test_one_probe_at_a_time_then_closes(void)
{
	struct sy_health h = { 0 };
	uint32_t fence;

	break_it(&h, 1000);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 15000, 0), SY_MAY_FORCE);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 17000, 0), SY_MAY_PROBE);
	fence = sy_health_lease(&h, 17000, 60000);
	CU_ASSERT_NOT_EQUAL(fence, 0);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 17001, 0), SY_MAY_NOT);
	report_ok(&h, 17500, fence - 1); /* somebody else's success says nothing */
	CU_ASSERT_EQUAL(h.circuit, SY_HALF_OPEN);
	report_ok(&h, 18000, fence);
	CU_ASSERT_EQUAL(h.circuit, SY_HALF_OPEN);
	fence = sy_health_lease(&h, 18000, 60000);
	report_ok(&h, 19000, fence);
	CU_ASSERT_EQUAL(h.circuit, SY_CLOSED);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 19000, 50), SY_MAY_RAMP);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 19000, 5), SY_MAY_TRY);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 29000, 99), SY_MAY_TRY);
}

static void test_failed_probe_rests_longer(void)
{
	struct sy_health h = { 0 };
	uint32_t fence;

	break_it(&h, 1000);
	fence = sy_health_lease(&h, 20000, 60000);
	report(&h, 21000, SY_TOO_SLOW, fence);
	CU_ASSERT_EQUAL(h.circuit, SY_OPEN);
	CU_ASSERT_EQUAL(h.trips, 2);
	CU_ASSERT(h.open_until_ms > 21000 + 29000 && h.open_until_ms < 21000 + 31000);
}

static void test_lost_probe_frees_its_lease_in_time(void)
{
	struct sy_health h = { 0 };
	uint32_t fence;

	break_it(&h, 1000);
	fence = sy_health_lease(&h, 20000, 60000);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 60000, 0), SY_MAY_PROBE);
	sy_health_unlease(&h, fence);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 20001, 0), SY_MAY_PROBE);
}

static void test_later_is_kept(void)
{
	struct sy_health h = { 0 };
	struct sy_report r = { .kind = SY_BUSY, .retry_after_ms = 2000, .now_ms = 5000 };

	sy_health_step(&h, &r);
	CU_ASSERT_EQUAL(h.circuit, SY_CLOSED);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 6999, 0), SY_MAY_NOT);
	CU_ASSERT_EQUAL(sy_health_ready_ms(&h, 5000), 7000);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 7000, 0), SY_MAY_TRY);
	r.retry_after_ms = 0;
	r.now_ms = 8000;
	sy_health_step(&h, &r);
	CU_ASSERT_EQUAL(sy_health_ready_ms(&h, 8000), 10000);
	r.now_ms = 10000;
	sy_health_step(&h, &r);
	CU_ASSERT_EQUAL(sy_health_ready_ms(&h, 10000), 14000);
}

static void test_clients_fault_hurts_nobody(void)
{
	struct sy_health h = { 0 };

	for (int i = 0; i < 50; i++) {
		report(&h, 1000, SY_REFUSED, 0);
		report(&h, 1000, SY_CLIENT_GONE, 0);
	}
	CU_ASSERT_EQUAL(sy_health_ask(&h, 1000, 0), SY_MAY_TRY);
}

static void test_refused_credential_is_set_aside(void)
{
	struct sy_health h = { 0 };

	report(&h, 1000, SY_CREDENTIAL, 0);
	CU_ASSERT_EQUAL(h.circuit, SY_CLOSED);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 600999, 0), SY_MAY_NOT);
	CU_ASSERT_EQUAL(sy_health_ask(&h, 601000, 0), SY_MAY_TRY);
	report(&h, 601000, SY_CREDENTIAL, 0);
	CU_ASSERT_EQUAL(sy_health_ready_ms(&h, 601000), 601000 + 1200000);
}

CU_TestInfo health_tests[] = {
	{ "opens after failures in a row", test_opens_after_failures_in_a_row },
	{ "no connection opens sooner", test_unreached_opens_sooner },
	{ "half of the window opens", test_half_of_the_window_opens },
	{ "old failures are forgotten", test_old_failures_are_forgotten },
	{ "one probe at a time, then closes, then ramps", test_one_probe_at_a_time_then_closes },
	{ "a failed probe rests longer", test_failed_probe_rests_longer },
	{ "a lost probe frees its lease", test_lost_probe_frees_its_lease_in_time },
	{ "later is kept", test_later_is_kept },
	{ "a client's fault hurts nobody", test_clients_fault_hurts_nobody },
	{ "a refused credential is set aside", test_refused_credential_is_set_aside },
	CU_TEST_INFO_NULL,
};
