#include "ops/period.h"

#include "base/zone.h"

#include "../suites.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static struct sy_zone *berlin(void)
{
	static struct sy_zone *zone;
	struct sy_error err;

	if (zone == NULL && sy_zone_load("Europe/Berlin", &zone, &err) < 0)
		CU_FAIL_FATAL("no zone data for Europe/Berlin");
	return zone;
}

/* "2026-03-30 14:05" in Berlin, as Unix seconds. */
static int64_t at(const char *local)
{
	int y, m, d, hour, minute;
	int64_t start;

	sscanf(local, "%d-%d-%d %d:%d", &y, &m, &d, &hour, &minute);
	start = sy_zone_day_start(berlin(), sy_date_to_day(y, m, d));
	/* Past a clock change the offset differs from midnight's. */
	start += hour * 3600 + minute * 60;
	return start + sy_zone_offset(berlin(), start - hour * 3600 - minute * 60) -
	    sy_zone_offset(berlin(), start);
}

static const struct {
	const char *now, *range, *cmp;
	const char *from, *to, *cmp_from, *cmp_to;
	enum sy_step step;
	enum sy_grain grain;
} cases[] = {
	{ "2026-11-24 15:30", "7d", NULL, "2026-11-18 00:00", "2026-11-24 15:30",
	    "2026-11-11 00:00", "2026-11-17 15:30", SY_STEP_DAY, SY_DAY },
	{ "2026-11-24 15:30", "today", "week", "2026-11-24 00:00", "2026-11-24 15:30",
	    "2026-11-17 00:00", "2026-11-17 15:30", SY_STEP_HOUR, SY_HOUR },
	{ "2026-11-24 15:30", "yesterday", "prev", "2026-11-23 00:00", "2026-11-24 00:00",
	    "2026-11-22 00:00", "2026-11-23 00:00", SY_STEP_HOUR, SY_HOUR },
	{ "2026-11-24 15:30", "mtd", NULL, "2026-11-01 00:00", "2026-11-24 15:30",
	    "2026-10-01 00:00", "2026-10-24 15:30", SY_STEP_DAY, SY_DAY },
	{ "2026-03-31 09:00", "lastmonth", NULL, "2026-02-01 00:00", "2026-03-01 00:00",
	    "2026-01-01 00:00", "2026-02-01 00:00", SY_STEP_DAY, SY_DAY },
	{ "2026-11-24 15:30", "12m", NULL, "2025-12-01 00:00", "2026-11-24 15:30",
	    "2024-12-01 00:00", "2025-11-24 15:30", SY_STEP_MONTH, SY_MONTH },
	{ "2026-03-30 14:05", "7d", NULL, "2026-03-24 00:00", "2026-03-30 14:05",
	    "2026-03-17 00:00", "2026-03-23 14:05", SY_STEP_DAY, SY_DAY },
	{ "2026-11-24 15:30", "2026-01-15..2026-01-31", "prev", "2026-01-15 00:00",
	    "2026-02-01 00:00", "2025-12-29 00:00", "2026-01-15 00:00", SY_STEP_DAY, SY_DAY },
	{ "2026-11-24 15:30", "2026-01-15..2026-08-31", "year", "2026-01-15 00:00",
	    "2026-09-01 00:00", "2025-01-15 00:00", "2025-09-01 00:00", SY_STEP_MONTH, SY_DAY },
};

static void test_words(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_period p;
		struct sy_error err;

		CU_ASSERT_EQUAL_FATAL(sy_period_parse(cases[i].range, cases[i].cmp, NULL,
			berlin(), at(cases[i].now), &p, &err), 0);
		CU_ASSERT_EQUAL(p.now.from, at(cases[i].from));
		CU_ASSERT_EQUAL(p.now.to, at(cases[i].to));
		CU_ASSERT_EQUAL(p.before.from, at(cases[i].cmp_from));
		CU_ASSERT_EQUAL(p.before.to, at(cases[i].cmp_to));
		CU_ASSERT_EQUAL(p.step, cases[i].step);
		CU_ASSERT_EQUAL(p.grain, cases[i].grain);
		if (p.before.to != at(cases[i].cmp_to))
			printf("%s at %s\n", cases[i].range, cases[i].now);
	}
}

static void test_last_hours(void)
{
	struct sy_period p;
	struct sy_error err;
	int64_t now = at("2026-11-24 15:32");

	CU_ASSERT_EQUAL(sy_period_parse("1h", NULL, NULL, berlin(), now, &p, &err), 0);
	CU_ASSERT_EQUAL(p.step, SY_STEP_5MIN);
	CU_ASSERT_EQUAL(p.now.from, at("2026-11-24 14:30"));
	CU_ASSERT_EQUAL(p.now.to, now);
	CU_ASSERT_EQUAL(sy_period_parse("24h", "none", NULL, berlin(), now, &p, &err), 0);
	CU_ASSERT_EQUAL(p.step, SY_STEP_HOUR);
	CU_ASSERT_EQUAL(p.now.from, at("2026-11-23 15:00"));
	CU_ASSERT_FALSE(p.compared);
}

static void test_refuses(void)
{
	static const char *const bad[] = { "", "8d", "7D", "2026-01-31..2026-01-01",
		"2026-13-01..2026-13-02", "2026-01-01", "@5..5", "@9..3", "@1..2x", "7d " };
	struct sy_period p;
	struct sy_error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CU_ASSERT_EQUAL(sy_period_parse(bad[i], NULL, NULL, berlin(), 1e9, &p, &err), -1);
		CU_ASSERT_STRING_EQUAL(err.param, "r");
	}
	CU_ASSERT_EQUAL(sy_period_parse("7d", "last", NULL, berlin(), 1e9, &p, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "cmp");
	CU_ASSERT_EQUAL(sy_period_parse("7d", NULL, "minute", berlin(), 1e9, &p, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "step");
	CU_ASSERT_EQUAL(sy_period_parse("7d", NULL, "5min", berlin(), 1e9, &p, &err), 0);
	CU_ASSERT_EQUAL(sy_period_parse("@0..9999999999", NULL, "day", berlin(), 1e9, &p, &err),
	    -1);
	CU_ASSERT_EQUAL(sy_period_parse("30d", NULL, "5min", berlin(), 1e9, &p, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "step");
}

static void test_months_end(void)
{
	CU_ASSERT_EQUAL(sy_months_before(berlin(), at("2026-03-31 12:00"), 1),
	    at("2026-02-28 12:00"));
	CU_ASSERT_EQUAL(sy_months_before(berlin(), at("2024-02-29 12:00"), 12),
	    at("2023-02-28 12:00"));
	CU_ASSERT_EQUAL(sy_months_before(berlin(), at("2026-01-15 12:00"), 1),
	    at("2025-12-15 12:00"));
}

/* Every step begins where the one before it ended, also over a change of the clocks. */
static void test_steps_tile(void)
{
	for (int step = SY_STEP_5MIN; step <= SY_STEP_MONTH; step++) {
		int64_t t = sy_step_start((enum sy_step)step, berlin(), at("2026-03-28 23:10"));

		for (int i = 0; i < 40; i++) {
			int64_t next = sy_step_next((enum sy_step)step, berlin(), t);

			CU_ASSERT(next > t);
			CU_ASSERT_EQUAL(sy_step_start((enum sy_step)step, berlin(), next), next);
			CU_ASSERT_EQUAL(sy_step_start((enum sy_step)step, berlin(), next - 1), t);
			t = next;
		}
	}
}

CU_TestInfo period_tests[] = {
	{ "words", test_words },
	{ "the last hours", test_last_hours },
	{ "refuses, and names the field", test_refuses },
	{ "months of different length", test_months_end },
	{ "steps tile time", test_steps_tile },
	CU_TEST_INFO_NULL,
};
