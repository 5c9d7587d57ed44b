/*
 * op_status.c - see op_status.h.
 */
#include "ops/op_status.h"

#include "base/clock.h"
#include "ops/ops.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HOUR 3600

/* What the files of a directory, and of directories in it, take on disk. */
static int64_t disk_bytes(int dir, const char *name, int depth)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *open_dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat st;
	int64_t sum = 0;

	if (open_dir == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((entry = readdir(open_dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth > 0)
			sum += disk_bytes(fd, entry->d_name, depth - 1);
		else
			sum += (int64_t)st.st_blocks * 512;
	}
	closedir(open_dir);
	return sum;
}

static int last_hour(struct sy_ops *o, struct sy_cell *sum, struct sy_error *err)
{
	int64_t now = sy_unix_ms() / 1000;
	const struct sy_rollup_query q = { .grain = SY_MINUTE,
		.by = SY_DIM_NONE,
		.from = now - HOUR,
		.to = now + 1 };

	return sy_rollup_sum(o->book, &q, sum, NULL, err);
}

int sy_op_status(struct sy_ops *o, struct sy_status *out, struct sy_error *err)
{
	struct statvfs fs;

	memset(out, 0, sizeof(*out));
	if (sy_live_now(o->live, &out->now, err) < 0 ||
	    sy_ledger_span(o->book, &out->span, err) < 0 ||
	    sy_rollup_state(o->book, &out->rollup, err) < 0 ||
	    last_hour(o, &out->hour, err) < 0)
		return -1;
	out->now.workers--; /* whoever asks has the store open too */
	out->as_of_ms = out->now.outbox == 0 ? sy_unix_ms() : out->rollup.as_of_ms;
	out->book_bytes = disk_bytes(AT_FDCWD, o->root->book_dir, 0);
	out->live_bytes = disk_bytes(AT_FDCWD, o->root->live_dir, 1);
	if (statvfs(o->root->var_dir, &fs) == 0)
		out->disk_free_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	return 0;
}
