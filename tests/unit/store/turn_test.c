#include "scratch.h"

#include "base/clock.h"

#include <string.h>

static void test_admit_settle_fold(void)
{
	struct sy_attempt row = row_at(sy_unix_ms()), got[4];
	struct sy_key key = key_of("sy_turn0001");
	struct sy_admission in = admission(&row, &key, sy_boot_ms());
	struct sy_admitted out;
	struct sy_error err;

	memcpy(row.key, key.id, sizeof(key.id));
	CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_GO);
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, 1);
	CU_ASSERT_EQUAL(now_of(s.live).reserved_nanodollars, 5000);
	CU_ASSERT_EQUAL(sy_live_verify(s.live, false, NULL, NULL, &err), 0);
	settle_one(s.live, &row);
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, 0);
	CU_ASSERT_EQUAL(now_of(s.live).reserved_nanodollars, 0);
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 1);
	settle_one(s.live, &row); /* twice: no effect */
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 1);
	CU_ASSERT_EQUAL(ok(sy_fold(s.live, s.book, 100, &err), &err), 1);
	CU_ASSERT_EQUAL(ok(sy_fold(s.live, s.book, 100, &err), &err), 0);
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 0);
	CU_ASSERT_EQUAL(ok(sy_ledger_request(s.book, &row.rid, got, 4, &err), &err), 1);
	CU_ASSERT_EQUAL(memcmp(&got[0], &row, sizeof(row)), 0);
	check_all(true);
}

CU_TestInfo turn_tests[] = {
	{ "admitted, settled, folded, found", test_admit_settle_fold },
	CU_TEST_INFO_NULL,
};
