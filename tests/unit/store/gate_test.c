#include "scratch.h"

#include "base/clock.h"
#include "store/gate.h"
#include "store/handles.h"
#include "store/session.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int gate(void)
{
	int fd = sy_gate_open(sy_store_dir(s.live->store), "gate");

	CU_ASSERT(fd >= 0);
	return fd;
}

static void test_excludes(void)
{
	int a = gate(), b = gate();

	CU_ASSERT_EQUAL(sy_gate_try(a), 1);
	CU_ASSERT_EQUAL(sy_gate_try(a), 1); /* ours already */
	CU_ASSERT_EQUAL(sy_gate_try(b), 0);
	CU_ASSERT_EQUAL(sy_gate_wait(b, 2), 0);
	sy_gate_leave(a);
	CU_ASSERT_EQUAL(sy_gate_try(b), 1);
	close(b);
	CU_ASSERT_EQUAL(sy_gate_try(a), 1);
	close(a);
	CU_ASSERT_EQUAL(sy_gate_open("/nonexistent", "gate"), -1);
}

/* A child that holds the gate; says so through the pipe. */
static pid_t start_holder(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	CU_ASSERT_EQUAL(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		int fd = gate();

		if (sy_gate_try(fd) != 1 || write(ready[1], "r", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	CU_ASSERT_EQUAL(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void test_stopped_holder(void)
{
	pid_t pid = start_holder();
	struct sy_turn *turn;
	struct sy_error err;
	int status;

	CU_ASSERT_EQUAL(kill(pid, SIGSTOP), 0);
	CU_ASSERT_EQUAL(waitpid(pid, &status, WUNTRACED), pid);
	CU_ASSERT(WIFSTOPPED(status));
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(sy_turn_begin(s.live, &turn, &err), 0);
	CU_ASSERT_EQUAL(sy_live_now(s.live, &(struct sy_live_now){ 0 }, &err), 0);
	kill(pid, SIGKILL);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(sy_turn_begin(s.live, &turn, &err), 1); /* the kernel freed it */
	ok(sy_turn_end(turn, &err), &err);
}

static void test_write_gives_up(void)
{
	pid_t pid = start_holder();
	char text[SY_CODE_TEXT];
	struct sy_error err;

	CU_ASSERT_EQUAL(sy_code_create(s.live, "ann", SY_ACCESS_ADMIN, sy_boot_ms(), text,
	                    &err),
	    -1);
	CU_ASSERT_EQUAL(err.kind, SY_STORE_BUSY);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ok(sy_code_create(s.live, "ann", SY_ACCESS_ADMIN, sy_boot_ms(), text, &err),
	    &err);
}

CU_TestInfo gate_tests[] = {
	{ "one at a time, also inside a process", test_excludes },
	{ "a stopped holder makes nobody wait", test_stopped_holder },
	{ "a write waits, then says busy", test_write_gives_up },
	CU_TEST_INFO_NULL,
};
