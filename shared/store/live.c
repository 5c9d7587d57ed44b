/*
 * live.c - opening the live store, and looking at it; see live.h.
 *
 * What other boots left is removed unread.  After a power cut an unsynced environment may be
 * damaged, and LMDB ends the process that walks into that; what is lost with it is at most
 * the last second of rows not yet folded.  After an orderly stop there is nothing in it: the
 * last worker folds before it goes.
 */
#include "store/live.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "store/gate.h"
#include "store/handles.h"
#include "store/turn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOOT_ID      "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_TEXT 37 /* 36 letters and the final NUL */
#define WORKER_FILE  "worker."

/* --- Boots ------------------------------------------------------------------------------- */

static bool is_boot_id(const char *name)
{
	return strlen(name) == BOOT_ID_TEXT - 1 &&
	       strspn(name, "0123456789abcdef-") == BOOT_ID_TEXT - 1;
}

static int read_boot_id(char id[BOOT_ID_TEXT], struct sy_error *err)
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, id, BOOT_ID_TEXT - 1);

	if (fd >= 0)
		close(fd);
	id[got > 0 ? got : 0] = '\0';
	if (!is_boot_id(id))
		return sy_fail(err, SY_STORE, "",
		    "cannot read " BOOT_ID ": is /proc mounted?");
	return 0;
}

/* Only files, one level: that is all we ever made there. */
static void remove_folder(const char *parent, const char *name)
{
	char path[4096];
	struct dirent *entry;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", parent, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(fd, entry->d_name, 0);
	closedir(dir);
	if (rmdir(path) == 0)
		sy_log(SY_INFO, "store", NULL, "removed the live store of boot %s", name);
}

static void remove_other_boots(const char *parent, const char *boot_id)
{
	DIR *dir = opendir(parent);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (is_boot_id(entry->d_name) && strcmp(entry->d_name, boot_id) != 0)
			remove_folder(parent, entry->d_name);
	closedir(dir);
}

/* --- Workers ----------------------------------------------------------------------------- */

static void next_worker(struct sy_txn *t, void *arg)
{
	struct sy_db_worker row = { .version = SY_ROW_VERSION };
	struct sy_db_name name = sy_db_word("worker");
	uint32_t *worker = arg;

	sy_txn_load(t, SY_L_META, sy_db_val(&name), SY_ROW_VERSION, &row, sizeof(row));
	*worker = ++row.last;
	sy_txn_put(t, SY_L_META, sy_db_val(&name), &row, sizeof(row));
}

static void worker_name(uint32_t worker, char name[32])
{
	snprintf(name, 32, WORKER_FILE "%u", worker);
}

int sy_worker_file(const struct sy_live *l, uint32_t worker)
{
	char path[4200], name[32];

	worker_name(worker, name);
	snprintf(path, sizeof(path), "%s/%s", sy_store_dir(l->store), name);
	return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

/* A lock that the kernel drops when we die.  A sweep may be looking at the new file at this
 * moment, and take it away: then once more. */
static int come_alive(struct sy_live *l, struct sy_error *err)
{
	struct stat st;
	char name[32];

	worker_name(l->worker, name);
	for (int tries = 0; tries < 10; tries++) {
		l->alive = sy_gate_open(sy_store_dir(l->store), name);
		if (l->alive < 0)
			break;
		if (sy_gate_wait(l->alive, 100) == 1 && fstat(l->alive, &st) == 0 &&
		    st.st_nlink > 0)
			return 0;
		close(l->alive);
		l->alive = -1;
	}
	return sy_fail(err, SY_STORE, "", "cannot lock %s/%s: %s", sy_store_dir(l->store),
	    name, strerror(errno));
}

/* --- The handle -------------------------------------------------------------------------- */

int sy_live_open(const char *dir, struct sy_book *book, struct sy_live **out,
    struct sy_error *err)
{
	struct sy_live *l;
	char boot_id[BOOT_ID_TEXT], path[4096];

	if (read_boot_id(boot_id, err) < 0)
		return -1;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return sy_fail(err, SY_STORE, "", "cannot make the live store %s: %s",
		    dir, strerror(errno));
	if (snprintf(path, sizeof(path), "%s/%s", dir, boot_id) >= (int)sizeof(path))
		return sy_fail(err, SY_STORE, "", "the path %s is too long", dir);
	l = sy_xcalloc(1, sizeof(*l));
	l->book = book;
	l->turn = sy_xcalloc(1, sizeof(*l->turn));
	l->gate = l->alive = -1;
	if (sy_store_open(path, &sy_live_shape, true, &l->store, err) < 0 ||
	    sy_store_write(l->store, next_worker, &l->worker, err) < 0 ||
	    come_alive(l, err) < 0)
		goto failed;
	l->gate = sy_gate_open(path, "gate");
	if (l->gate < 0) {
		sy_fail(err, SY_STORE, "", "cannot open %s/gate: %s", path,
		    strerror(errno));
		goto failed;
	}
	remove_other_boots(dir, boot_id);
	*out = l;
	return 0;
failed:
	sy_live_close(l);
	return -1;
}

void sy_live_close(struct sy_live *l)
{
	char name[32], path[4200];

	if (l == NULL)
		return;
	if (l->alive >= 0) {
		worker_name(l->worker, name);
		snprintf(path, sizeof(path), "%s/%s", sy_store_dir(l->store), name);
		unlink(path);
		close(l->alive);
	}
	if (l->gate >= 0)
		close(l->gate);
	sy_store_close(l->store);
	free(l->turn);
	free(l);
}

/* --- Looking ----------------------------------------------------------------------------- */

int sy_live_health(struct sy_live *l, const struct sy_target_name *targets, size_t count,
    struct sy_health *out, struct sy_error *err)
{
	struct sy_txn t;

	sy_txn_begin(&t, l->store, false);
	for (size_t i = 0; i < count; i++) {
		struct sy_db_name name =
		    sy_db_target(targets[i].provider, targets[i].model);
		struct sy_db_circuit row = { 0 };

		sy_txn_load(&t, SY_L_CIRCUIT, sy_db_val(&name), SY_ROW_VERSION, &row,
		    sizeof(row));
		out[i] = row.health;
	}
	return sy_txn_end(&t, err);
}

/* Whether a worker lives; its file, when it does not, is removed. */
static bool lives(const char *dir, const char *name)
{
	char path[4200];
	bool alive;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	alive = sy_gate_try(fd) != 1;
	if (!alive)
		unlink(path);
	close(fd);
	return alive;
}

int64_t sy_workers_count(const struct sy_live *l)
{
	DIR *dir = opendir(sy_store_dir(l->store));
	struct dirent *entry;
	int64_t count = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		if (sy_starts(entry->d_name, WORKER_FILE))
			count += lives(sy_store_dir(l->store), entry->d_name);
	closedir(dir);
	return count;
}

static int64_t sum_reserved(struct sy_txn *t)
{
	struct sy_db_tally row;
	struct sy_walk w;
	int64_t sum = 0;
	bool more;

	sy_walk_begin(&w, t, SY_L_TALLY);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		if (w.value.mv_size != sizeof(row))
			continue;
		memcpy(&row, w.value.mv_data, sizeof(row));
		sum += row.reserved_nanodollars;
	}
	sy_walk_end(&w);
	return sum;
}

int sy_live_now(struct sy_live *l, struct sy_live_now *out, struct sy_error *err)
{
	struct sy_txn t;

	sy_txn_begin(&t, l->store, false);
	out->in_flight = (int64_t)sy_txn_count(&t, SY_L_FLIGHT);
	out->outbox = (int64_t)sy_txn_count(&t, SY_L_OUTBOX);
	out->reserved_nanodollars = sum_reserved(&t);
	if (sy_txn_end(&t, err) < 0)
		return -1;
	out->workers = sy_workers_count(l);
	return 0;
}
