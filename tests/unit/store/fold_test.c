#include "scratch.h"

#include "base/clock.h"
#include "store/gate.h"
#include "store/handles.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sy_attempt do_one(void)
{
	struct sy_key key = key_of("sy_fold0001");
	struct sy_attempt row = row_at(sy_unix_ms());
	struct sy_admission in = admission(&row, &key, sy_boot_ms());
	struct sy_admitted out;

	memcpy(row.key, key.id, sizeof(key.id));
	CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_GO);
	settle_one(s.live, &row);
	return row;
}

static int64_t rows_in_book(void)
{
	struct sy_ledger_span span;
	struct sy_error err;

	ok(sy_ledger_span(s.book, &span, &err), &err);
	return span.rows;
}

/* As after a death between the book's commit and the outbox's. */
static void test_twice_is_once(void)
{
	struct sy_attempt row = do_one();
	struct sy_error err;

	do_one();
	ok(sy_ledger_import(s.book, &row, 1, sy_unix_ms(), &err), &err);
	CU_ASSERT_EQUAL(ok(sy_fold(s.live, s.book, 100, &err), &err), 2);
	CU_ASSERT_EQUAL(rows_in_book(), 2);
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 0);
	check_all(true);
}

static void test_in_slices(void)
{
	struct sy_rollup_state before, after;
	struct sy_error err;

	for (int i = 0; i < 25; i++)
		do_one();
	ok(sy_rollup_state(s.book, &before, &err), &err);
	CU_ASSERT_EQUAL(ok(sy_fold(s.live, s.book, 10, &err), &err), 10);
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 15);
	ok(sy_rollup_state(s.book, &after, &err), &err);
	CU_ASSERT(after.seq > before.seq);
	CU_ASSERT(after.as_of_ms > 0 && after.as_of_ms <= sy_unix_ms());
	CU_ASSERT_EQUAL(ok(sy_fold(s.live, s.book, 15, &err), &err), 15);
	CU_ASSERT_EQUAL(ok(sy_fold(s.live, s.book, 15, &err), &err), 0);
	CU_ASSERT_EQUAL(rows_in_book(), 25);
	check_all(true);
}

static void test_one_at_a_time(void)
{
	int lock = sy_gate_open(sy_store_dir(s.live->store), "fold");
	struct sy_error err;

	do_one();
	CU_ASSERT_EQUAL(sy_gate_try(lock), 1);
	CU_ASSERT_EQUAL(sy_fold(s.live, s.book, 10, &err), 0);
	close(lock);
	CU_ASSERT_EQUAL(sy_fold(s.live, s.book, 10, &err), 1);
}

/* --- Sweeps ------------------------------------------------------------------------------ */

static void die_in_flight(struct sy_id rid)
{
	struct scratch own = s;
	struct sy_key key = key_of("sy_fold0001");
	struct sy_attempt row = row_at(sy_id_unix_ms(&rid));
	struct sy_admission in = admission(&row, &key, sy_boot_ms());
	struct sy_admitted out;

	scratch_open(&own);
	row.rid = rid;
	row.last = false;
	row.outcome = SY_OK;
	row.usage = (struct sy_usage){ .source = SY_USAGE_ESTIMATED, .tokens = { 42 } };
	row.cost_nanodollars = 77; /* of the input */
	memcpy(row.key, key.id, sizeof(key.id));
	if (admit_one(own.live, &in, &out) != SY_GO)
		_exit(1);
	kill(getpid(), SIGKILL);
}

static void test_sweep(void)
{
	struct sy_id rid = sy_id_new(sy_unix_ms());
	struct sy_attempt got;
	struct sy_error err;
	int status;
	pid_t pid;

	scratch_close(&s);
	pid = fork();
	if (pid == 0)
		die_in_flight(rid);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT(WIFSIGNALED(status));
	scratch_open(&s);
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, 1);
	CU_ASSERT_EQUAL(now_of(s.live).workers, 1); /* and the dead one's file is gone */
	CU_ASSERT_EQUAL(ok(sy_sweep(s.live, &err), &err), 1);
	CU_ASSERT_EQUAL(ok(sy_sweep(s.live, &err), &err), 0);
	fold_all();
	CU_ASSERT_EQUAL(ok(sy_ledger_request(s.book, &rid, &got, 1, &err), &err), 1);
	CU_ASSERT_EQUAL(got.outcome, SY_UNKNOWN_END);
	CU_ASSERT_EQUAL(got.usage.tokens[SY_IN], 42);
	CU_ASSERT_EQUAL(got.cost_nanodollars, 77);
	CU_ASSERT_TRUE(got.last);
	check_all(true);
}

/* The living keep theirs. */
static void test_sweep_spares_the_living(void)
{
	struct sy_key key = key_of("sy_fold0001");
	struct sy_attempt row = row_at(sy_unix_ms());
	struct sy_admission in = admission(&row, &key, sy_boot_ms());
	struct sy_live *other;
	struct sy_admitted out;
	struct sy_error err;

	CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_GO);
	CU_ASSERT_EQUAL(ok(sy_sweep(s.live, &err), &err), 0);
	/* A process has one environment; this second worker of ours only asks. */
	other = s.live;
	other->worker++;
	CU_ASSERT_EQUAL(ok(sy_sweep(other, &err), &err), 0);
	other->worker--;
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, 1);
}

/* --- Boots ------------------------------------------------------------------------------- */

static void test_other_boots_go(void)
{
	const char *old = "00000000-1111-2222-3333-444444444444";
	char path[300], file[320], kept[320];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", s.live_dir, old);
	snprintf(file, sizeof(file), "%s/data.mdb", path);
	snprintf(kept, sizeof(kept), "%s/notes", s.live_dir);
	mkdir(path, 0700);
	mkdir(kept, 0700);
	f = fopen(file, "w"); /* damaged: never to be opened */
	fputs("half a page", f);
	fclose(f);
	scratch_close(&s);
	scratch_open(&s);
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
	CU_ASSERT_EQUAL(access(kept, F_OK), 0);
}

/* --- The thread -------------------------------------------------------------------------- */

static void test_folder(void)
{
	struct sy_folder *folder;
	struct sy_error err;

	ok(sy_folder_start(s.live, s.book, &folder, &err), &err);
	for (int i = 0; i < 300; i++) {
		struct sy_live_now now;
		struct sy_health health;
		struct sy_target_name target = { "acme", "large-1" };

		do_one();
		ok(sy_live_now(s.live, &now, &err), &err);
		ok(sy_live_health(s.live, &target, 1, &health, &err), &err);
	}
	for (int i = 0; i < 500 && now_of(s.live).outbox > 0; i++)
		usleep(10000);
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 0);
	do_one();
	sy_folder_stop(folder); /* folds what is left */
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 0);
	CU_ASSERT_EQUAL(rows_in_book(), 301);
	check_all(true);
}

CU_TestInfo fold_tests[] = {
	{ "folding twice is folding once", test_twice_is_once },
	{ "in slices", test_in_slices },
	{ "one at a time", test_one_at_a_time },
	{ "a dead worker's attempt is settled", test_sweep },
	{ "the living keep theirs", test_sweep_spares_the_living },
	{ "what other boots left is removed, unread", test_other_boots_go },
	{ "a thread that folds, beside turns", test_folder },
	CU_TEST_INFO_NULL,
};
