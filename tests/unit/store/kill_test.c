/*
 * kill_test.c - workers die at any moment, and the books balance.
 *
 * Children admit, settle, fold and sweep, and say through a pipe what they have been promised
 * is kept.  They are killed at random moments; then what they said is looked up.
 */
#include "scratch.h"

#include "base/arena.h"
#include "base/clock.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CYCLES   300
#define MAX_S    20 /* a slow machine does fewer cycles */
#define CHILDREN 2
#define BATCH    3

struct word {
	char what; /* 'a' admitted, 's' settled */
	struct sy_id rid;
};

static void say(int fd, char what, const struct sy_attempt *rows)
{
	for (int i = 0; i < BATCH; i++) {
		struct word w = { .what = what, .rid = rows[i].rid };

		if (write(fd, &w, sizeof(w)) != sizeof(w))
			_exit(1);
	}
}

static void end_turn(struct sy_turn *turn)
{
	struct sy_error err;

	if (sy_turn_end(turn, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		_exit(1);
	}
}

static void do_batch(struct sy_live *l, const struct sy_key *key, int fd)
{
	struct sy_attempt rows[BATCH];
	struct sy_admitted out;
	struct sy_turn *turn = turn_begin(l);

	for (int i = 0; i < BATCH; i++) {
		struct sy_admission in;

		rows[i] = row_at(sy_unix_ms());
		memcpy(rows[i].key, key->id, sizeof(key->id));
		in = admission(&rows[i], key, sy_boot_ms());
		sy_turn_admit(turn, &in, &out);
		if (out.verdict != SY_GO)
			_exit(1);
	}
	end_turn(turn);
	say(fd, 'a', rows);
	turn = turn_begin(l);
	for (int i = 0; i < BATCH; i++)
		sy_turn_settle(turn, &rows[i], NULL, 0);
	end_turn(turn);
	say(fd, 's', rows);
}

static void work(int fd, unsigned seed)
{
	struct scratch own = s;
	struct sy_key key = key_of("sy_kill0001");
	struct sy_error err;

	srand(seed);
	scratch_open(&own);
	for (;;) {
		do_batch(own.live, &key, fd);
		if (rand() % 3 == 0 &&
		    sy_fold(own.live, own.book, 1 + rand() % 20, &err) < 0)
			_exit(1);
		if (rand() % 10 == 0 && sy_sweep(own.live, &err) < 0)
			_exit(1);
	}
}

/* --- What was said ----------------------------------------------------------------------- */

static struct word *words;
static size_t word_count, word_room;
static int64_t admitted_in_all;

static bool listen_once(int fd)
{
	ssize_t got;

	if (word_count == word_room) {
		word_room = word_room * 2 + 1024;
		words = sy_xrealloc(words, word_room * sizeof(*words));
	}
	got = read(fd, &words[word_count], sizeof(*words));
	if (got != sizeof(*words))
		return false;
	word_count++;
	return true;
}

static void listen_until(int fd, int64_t until_us)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (sy_monotonic_us() < until_us)
		if (poll(&p, 1, 1) == 1)
			listen_once(fd);
}

/* Promised rows are there once, and as promised. */
static void check_words(void)
{
	struct sy_attempt rows[2];
	struct sy_error err;
	int lost = 0, wrong = 0;

	for (size_t i = 0; i < word_count; i++) {
		int n = ok(sy_ledger_request(s.book, &words[i].rid, rows, 2, &err), &err);

		lost += n != 1;
		wrong += n == 1 && words[i].what == 's' && rows[0].outcome != SY_OK;
		wrong += n == 1 && rows[0].outcome != SY_OK &&
		         rows[0].outcome != SY_UNKNOWN_END;
		admitted_in_all += words[i].what == 'a';
	}
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(wrong, 0);
	word_count = 0;
}

static void cycle(int number)
{
	pid_t pids[CHILDREN];
	int pipes[2];

	CU_ASSERT_EQUAL_FATAL(pipe(pipes), 0);
	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			close(pipes[0]);
			work(pipes[1], (unsigned)(number * CHILDREN + i));
		}
	}
	close(pipes[1]);
	listen_until(pipes[0], sy_monotonic_us() + 2000 + rand() % 25000);
	for (int i = 0; i < CHILDREN; i++) {
		int status;

		kill(pids[i], SIGKILL);
		listen_until(pipes[0], sy_monotonic_us() + rand() % 2000);
		CU_ASSERT_EQUAL(waitpid(pids[i], &status, 0), pids[i]);
		CU_ASSERT(WIFSIGNALED(status)); /* none gave up by itself */
	}
	while (listen_once(pipes[0]))
		;
	close(pipes[0]);
}

static void settle_accounts(bool prove)
{
	struct sy_error err;

	scratch_open(&s);
	ok(sy_sweep(s.live, &err), &err);
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, 0);
	CU_ASSERT_EQUAL(now_of(s.live).reserved_nanodollars, 0);
	fold_all();
	check_words();
	if (prove)
		check_all(true);
	scratch_close(&s);
}

/* Rows that nobody told of were on their way when their worker died: one batch a death. */
static void check_number(int cycles)
{
	struct sy_ledger_span span;
	struct sy_error err;

	scratch_open(&s);
	ok(sy_ledger_span(s.book, &span, &err), &err);
	CU_ASSERT(admitted_in_all > cycles);
	CU_ASSERT(span.rows >= admitted_in_all);
	CU_ASSERT(span.rows <= admitted_in_all + (int64_t)cycles * CHILDREN * BATCH);
	scratch_remove(&s);
}

static void test_kills(void)
{
	int64_t until_us = sy_monotonic_us() + MAX_S * INT64_C(1000000);
	int cycles = 0;

	srand(1);
	scratch_make(&s);
	scratch_open(&s);
	scratch_close(&s);
	while (cycles < CYCLES && sy_monotonic_us() < until_us) {
		cycle(cycles++);
		settle_accounts(cycles % 50 == 0);
	}
	settle_accounts(true);
	check_number(cycles);
	free(words);
	words = NULL;
	word_room = 0;
}

CU_TestInfo kill_tests[] = {
	{ "kill -9 at any moment: nothing lost, nothing twice", test_kills },
	CU_TEST_INFO_NULL,
};
