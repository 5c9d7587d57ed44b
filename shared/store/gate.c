/*
 * gate.c - see gate.h.
 */
#include "store/gate.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#define PAUSE_FIRST_US 200
#define PAUSE_MOST_US  5000

int sy_gate_open(const char *dir, const char *file)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int lock(int fd, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };
	int rc;

	do {
		rc = fcntl(fd, F_OFD_SETLK, &whole);
	} while (rc < 0 && errno == EINTR);
	return rc;
}

int sy_gate_try(int fd)
{
	if (lock(fd, F_WRLCK) == 0)
		return 1;
	return errno == EAGAIN || errno == EACCES ? 0 : -1;
}

int sy_gate_wait(int fd, int wait_ms)
{
	int64_t until_us = sy_monotonic_us() + (int64_t)wait_ms * 1000;
	long pause_us = PAUSE_FIRST_US;
	int rc;

	while ((rc = sy_gate_try(fd)) == 0 && sy_monotonic_us() < until_us) {
		struct timespec pause = { .tv_nsec = pause_us * 1000 };

		nanosleep(&pause, NULL);
		if (pause_us < PAUSE_MOST_US)
			pause_us *= 2;
	}
	return rc;
}

void sy_gate_leave(int fd)
{
	lock(fd, F_UNLCK);
}
