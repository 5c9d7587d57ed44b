#include "base/zone.h"

#include "../suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const names[] = { "UTC", "Europe/Berlin", "Europe/London",
	"America/New_York", "America/St_Johns", "America/Havana", "America/Sao_Paulo",
	"Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham",
	"Pacific/Apia", "Africa/Casablanca", "Asia/Gaza", "America/Godthab", "Etc/GMT+5",
	"Antarctica/Troll" };

#define NAMES (sizeof(names) / sizeof(names[0]))

static struct sy_zone *use(const char *name)
{
	struct sy_zone *z = NULL;
	struct sy_error err;

	setenv("TZ", name, 1);
	tzset();
	CU_ASSERT_EQUAL_FATAL(sy_zone_load(name, &z, &err), 0);
	return z;
}

static int64_t random_time(void)
{
	/* 1970 to 2100: what the file lists, and what only its rule says. */
	return (int64_t)(((uint64_t)(unsigned)rand() << 31 | (unsigned)rand()) %
	                 UINT64_C(4102444800));
}

static void test_as_the_c_library(void)
{
	srand(5);
	for (size_t i = 0; i < NAMES; i++) {
		struct sy_zone *z = use(names[i]);

		for (int k = 0; k < 5000; k++) {
			time_t t = random_time();
			struct tm tm;

			localtime_r(&t, &tm);
			if (sy_zone_offset(z, t) != tm.tm_gmtoff) {
				fprintf(stderr, "%s at %lld: %d, not %ld\n", names[i],
				    (long long)t, sy_zone_offset(z, t), tm.tm_gmtoff);
				CU_FAIL("another offset than the C library's");
			}
		}
		sy_zone_free(z);
	}
	unsetenv("TZ");
	tzset();
}

static void test_starts(void)
{
	for (size_t i = 0; i < NAMES; i++) {
		struct sy_zone *z = use(names[i]);

		for (int k = 0; k < 500; k++) {
			int64_t t = random_time();
			int64_t day = sy_zone_day(z, t), at = sy_zone_day_start(z, day);
			int64_t hour = sy_zone_hour_start(z, t);
			int64_t month = sy_zone_month(z, t);
			int64_t first = sy_zone_month_start(z, month);

			CU_ASSERT(at <= t && t - at < 2 * 86400);
			CU_ASSERT_EQUAL(sy_zone_day(z, at), day);
			CU_ASSERT(sy_zone_day(z, at - 1) < day);
			CU_ASSERT(hour <= t && t - hour < 3600);
			CU_ASSERT(first <= t && t - first < 32 * 86400);
			CU_ASSERT_EQUAL(sy_zone_month(z, first), month);
			CU_ASSERT_EQUAL(sy_zone_month(z, first - 1), month - 1);
		}
		sy_zone_free(z);
	}
	unsetenv("TZ");
	tzset();
}

static void test_dates(void)
{
	for (int64_t day = -800000; day < 800000; day += 77) {
		int64_t year;
		int month, mday;

		sy_date_from_day(day, &year, &month, &mday);
		CU_ASSERT(month >= 1 && month <= 12 && mday >= 1 && mday <= 31);
		CU_ASSERT_EQUAL(sy_date_to_day(year, month, mday), day);
	}
	CU_ASSERT_EQUAL(sy_date_to_day(1970, 1, 1), 0);
	CU_ASSERT_EQUAL(sy_date_to_day(2000, 3, 1), 11017);
	CU_ASSERT_EQUAL(sy_date_to_day(1969, 12, 31), -1);
}

static void test_no_such_zone(void)
{
	static const char *const bad[] = { "", "Mars/Olympus", "../../etc/passwd",
		"/etc/localtime", "Europe", "Europe/Berlin\n", "tzdata.zi",
		"Europe/0123456789012345678901234567890123456789012345678901234567890" };
	struct sy_zone *z;
	struct sy_error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CU_ASSERT_EQUAL(sy_zone_load(bad[i], &z, &err), -1);
		CU_ASSERT_EQUAL(err.kind, SY_CONFIG);
		CU_ASSERT_PTR_NULL(z);
	}
}

CU_TestInfo zone_tests[] = {
	{ "offsets are the C library's", test_as_the_c_library },
	{ "days, hours and months begin where they do", test_starts },
	{ "dates", test_dates },
	{ "no such zone", test_no_such_zone },
	CU_TEST_INFO_NULL,
};
