/*
 * turn_bench.c - how many requests a second the stores can account for.
 *
 * Not a test.  Prints admissions with their settlements in turns of 16, what a fold of their
 * rows takes, an import of sample history, and questions to it.  All in CPU time of this
 * process and of the kernel on its behalf, so that a busy machine matters little.
 *
 *	make tests/unit/store/turn_bench && tests/unit/store/turn_bench
 */
#include "scratch.h"

#include "base/arena.h"
#include "base/clock.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH   16
#define ROUNDS  4000
#define HISTORY 50000

static struct sy_attempt rows[BATCH];

static int64_t cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static double since_s(int64_t from_us)
{
	return (double)(cpu_us() - from_us) / 1e6;
}

static void admit_batch(const struct sy_key *key, int64_t boot_ms)
{
	struct sy_turn *turn = turn_begin(s.live);
	struct sy_admitted out;
	struct sy_error err;

	for (int i = 0; i < BATCH; i++) {
		struct sy_admission in;

		rows[i] = row_at(sy_unix_ms());
		memcpy(rows[i].key, key->id, sizeof(key->id));
		in = admission(&rows[i], key, boot_ms);
		sy_turn_admit(turn, &in, &out);
		if (out.verdict != SY_GO)
			abort();
	}
	ok(sy_turn_end(turn, &err), &err);
}

static void settle_batch(void)
{
	struct sy_turn *turn = turn_begin(s.live);
	struct sy_report report = { .ok = true, .first_ms = 100, .now_ms = sy_boot_ms() };
	struct sy_error err;

	for (int i = 0; i < BATCH; i++)
		sy_turn_settle(turn, &rows[i], &report, 0);
	ok(sy_turn_end(turn, &err), &err);
}

static void bench_pairs(void)
{
	struct sy_key key = key_of("sy_bench001");
	int64_t from_us = cpu_us(), folding_us = 0, folded = 0;
	struct sy_error err;

	key.requests_per_minute = 1000000000;
	key.budget_nanodollars = INT64_MAX / 2;
	for (int i = 0; i < ROUNDS; i++) {
		admit_batch(&key, sy_boot_ms());
		settle_batch();
		if (i % 64 == 63) {
			int64_t fold_us = cpu_us();

			folded += ok(sy_fold(s.live, s.book, 1024, &err), &err);
			folding_us += cpu_us() - fold_us;
		}
	}
	printf("admit + settle, %d a turn: %.0f pairs/s\n", BATCH,
	    ROUNDS * BATCH / (since_s(from_us) - (double)folding_us / 1e6));
	printf("fold of 1024: %.1f us a row\n", (double)folding_us / (double)folded);
}

static void bench_import(void)
{
	struct sy_attempt *history = sy_xcalloc(HISTORY, sizeof(*history));
	int64_t now = sy_unix_ms(), from_us;
	struct sy_error err;

	for (int i = 0; i < HISTORY; i++) {
		history[i] =
		    row_at(now - INT64_C(86400000) * 30 * (HISTORY - i) / HISTORY);
		snprintf(history[i].user, sizeof(history[i].user), "user-%d", i % 40);
		snprintf(history[i].model, sizeof(history[i].model), "model-%d", i % 7);
		snprintf(history[i].feature, sizeof(history[i].feature), "feature-%d",
		    i % 5);
	}
	from_us = cpu_us();
	ok(sy_ledger_import(s.book, history, HISTORY, now, &err), &err);
	printf("import of %d rows: %.2f s\n", HISTORY, since_s(from_us));
	from_us = cpu_us();
	printf("verify: %lld contradictions, ",
	    (long long)sy_book_verify(s.book, sy_unix_ms(), NULL, NULL, &err));
	printf("%.2f s\n", since_s(from_us));
	free(history);
}

static void ignore_row(void *arg, const struct sy_attempt *row)
{
	(void)arg;
	(void)row;
}

static void bench_listing(void)
{
	struct sy_ledger_query q = { .provider = "acme", .which = SY_WHICH_FAILED };
	struct sy_ledger_mark mark;
	struct sy_error err;
	int64_t from_us = cpu_us();

	ok(sy_ledger_each(s.book, &q, ignore_row, NULL, &mark, &err), &err);
	printf("a listing that finds nothing: %.1f ms\n", since_s(from_us) * 1e3);
}

static void ignore_cell(void *arg, int64_t start, const char *id, const struct sy_cell *c)
{
	(void)arg;
	(void)start;
	(void)id;
	(void)c;
}

static void bench_question(const char *name, enum sy_grain grain, enum sy_dim by,
    const struct sy_filter *filters, size_t count, int days)
{
	int64_t now_s = sy_unix_ms() / 1000, from_us = cpu_us();
	struct sy_rollup_query q = { .grain = grain,
		.by = by,
		.from = now_s - days * 86400,
		.to = now_s,
		.filters = filters,
		.filter_count = count };
	struct sy_error err;

	ok(sy_rollup_each(s.book, &q, ignore_cell, NULL, NULL, &err), &err);
	printf("%s, %d days: %.2f ms\n", name, days, since_s(from_us) * 1e3);
}

static void bench_questions(void)
{
	static const struct sy_filter two[] = { { SY_DIM_USER, "user-3" },
		{ SY_DIM_FEATURE, "feature-2" } };

	bench_question("total by day", SY_DAY, SY_DIM_NONE, NULL, 0, 30);
	bench_question("model by day", SY_DAY, SY_DIM_MODEL, NULL, 0, 30);
	bench_question("model by hour", SY_HOUR, SY_DIM_MODEL, NULL, 0, 7);
	bench_question("user by day", SY_DAY, SY_DIM_USER, NULL, 0, 30);
	bench_question("models of a user by day", SY_DAY, SY_DIM_MODEL, two, 1, 30);
	bench_question("user and feature, from rows", SY_DAY, SY_DIM_MODEL, two, 2, 30);
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
	fresh_stores();
	bench_pairs();
	bench_import();
	bench_listing();
	bench_questions();
	no_stores();
	return 0;
}
