/*
 * file.c - see file.h.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

int sy_file_replace(int dir, const char *name, mode_t mode, const char *text, size_t len)
{
	char part[SY_FILE_NAME_MAX + 8];
	int fd, failed;

	if (strlen(name) > SY_FILE_NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(part, sizeof(part), ".%s.new", name);
	unlinkat(dir, part, 0);
	fd =
	    openat(dir, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -1;
	failed = write_all(fd, text, len) < 0;
	failed |= close(fd) < 0;
	if (failed || renameat(dir, part, dir, name) < 0) {
		unlinkat(dir, part, 0);
		return -1;
	}
	return 0;
}
