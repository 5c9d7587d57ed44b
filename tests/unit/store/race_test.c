/*
 * race_test.c - many processes at one budget.
 */
#include "scratch.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4
#define EACH      16
#define COST      5000 /* what row_at() reserves */

static int ready[2], go[2], told[2];

static struct sy_key budget_key(int requests)
{
	struct sy_key key = key_of("sy_race0001");

	key.budget_nanodollars = (int64_t)requests * COST;
	return key;
}

/* Tells each admission by a letter; settles at once with the full cost where `settles`. */
static void run_child(const struct sy_key *key, bool settles)
{
	struct scratch own = s;
	struct sy_admitted out;
	char byte;

	scratch_open(&own);
	if (write(ready[1], "r", 1) != 1 || read(go[0], &byte, 1) != 1)
		_exit(1);
	for (int i = 0; i < EACH; i++) {
		struct sy_attempt row = row_at(sy_unix_ms());
		struct sy_admission in = admission(&row, key, sy_boot_ms());

		memcpy(row.key, key->id, sizeof(key->id));
		row.cost_nanodollars = COST;
		if (admit_one(own.live, &in, &out) != SY_GO)
			continue;
		if (write(told[1], "a", 1) != 1)
			_exit(1);
		if (settles)
			settle_one(own.live, &row);
	}
	scratch_close(&own);
	_exit(0);
}

static int count_told(void)
{
	char letters[256];
	int sum = 0;
	ssize_t got;

	close(told[1]);
	while ((got = read(told[0], letters, sizeof(letters))) > 0)
		sum += (int)got;
	close(told[0]);
	return sum;
}

/* The admissions of 64 that begin together. */
static int race(int requests, bool settles)
{
	struct sy_key key = budget_key(requests);
	pid_t pids[PROCESSES];
	char byte;
	int status;

	scratch_make(&s);
	CU_ASSERT_EQUAL(pipe(ready) | pipe(go) | pipe(told), 0);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			run_child(&key, settles);
	}
	for (int i = 0; i < PROCESSES; i++)
		CU_ASSERT_EQUAL(read(ready[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(write(go[1], "gggg", PROCESSES), PROCESSES);
	for (int i = 0; i < PROCESSES; i++) {
		CU_ASSERT_EQUAL(waitpid(pids[i], &status, 0), pids[i]);
		CU_ASSERT_EQUAL(status, 0);
	}
	close(ready[0]);
	close(ready[1]);
	close(go[0]);
	close(go[1]);
	return count_told();
}

static void test_reservations(void)
{
	static const int budgets[] = { 1, 10, 100 };

	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
		int all = PROCESSES * EACH, fit = budgets[i] < all ? budgets[i] : all;
		struct sy_error err;

		CU_ASSERT_EQUAL(race(budgets[i], false), fit);
		scratch_open(&s);
		CU_ASSERT_EQUAL(now_of(s.live).reserved_nanodollars, (int64_t)fit * COST);
		CU_ASSERT_EQUAL(ok(sy_sweep(s.live, &err), &err),
		    fit); /* all have died */
		CU_ASSERT_EQUAL(now_of(s.live).reserved_nanodollars, 0);
		fold_all();
		check_all(true);
		scratch_remove(&s);
	}
}

static void test_spending(void)
{
	static const int budgets[] = { 1, 10, 100 };

	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
		int all = PROCESSES * EACH, fit = budgets[i] < all ? budgets[i] : all;
		struct sy_rollup_query q = { .grain = SY_MONTH, .to = INT64_C(1) << 34 };
		struct sy_cell sum;
		struct sy_error err;

		CU_ASSERT_EQUAL(race(budgets[i], true), fit);
		scratch_open(&s);
		CU_ASSERT_EQUAL(now_of(s.live).in_flight, 0);
		fold_all();
		ok(sy_rollup_sum(s.book, &q, &sum, NULL, &err), &err);
		CU_ASSERT_EQUAL(sum.cost_nanodollars, (int64_t)fit * COST);
		check_all(true);
		scratch_remove(&s);
	}
}

CU_TestInfo race_tests[] = {
	{ "64 at once reserve no more than the budget", test_reservations },
	{ "64 at once spend no more than the budget", test_spending },
	CU_TEST_INFO_NULL,
};
