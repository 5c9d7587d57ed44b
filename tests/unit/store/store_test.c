#include "scratch.h"

#include "base/text.h"
#include "store/schema.h"
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* gcc says it by a macro, clang by a feature. */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif

static struct scratch place;

/* In place of the C library's: says what it is told to of any file system. */
static long told_magic;

int statfs(const char *path, struct statfs *fs)
{
	(void)path;
	memset(fs, 0, sizeof(*fs));
	fs->f_type = (__fsword_t)told_magic;
	return 0;
}

static int refused(const char *dir, bool make, const char *why)
{
	struct sy_book *b = NULL;
	struct sy_error err = { 0 };
	int rc = sy_book_open(dir, make, &b, &err);

	CU_ASSERT_EQUAL(rc, -1);
	CU_ASSERT_EQUAL(err.kind, SY_STORE);
	if (rc < 0 && strstr(err.message, why) == NULL)
		fprintf(stderr, "wanted '%s' in: %s\n", why, err.message);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, why));
	sy_book_close(b);
	return rc;
}

static void make_book(void)
{
	struct sy_error err;
	struct sy_book *b;

	scratch_make(&place);
	ok(sy_book_open(place.book_dir, true, &b, &err), &err);
	sy_book_close(b);
}

static void test_modes(void)
{
	char data[200];
	struct stat st;

	make_book();
	snprintf(data, sizeof(data), "%s/data.mdb", place.book_dir);
	CU_ASSERT_EQUAL(stat(place.book_dir, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0700);
	CU_ASSERT_EQUAL(stat(data, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	chmod(data, 0640);
	refused(place.book_dir, false, "chmod 600");
	chmod(data, 0600);
	chmod(place.book_dir, 0755);
	refused(place.book_dir, true, "chmod 700");
	scratch_remove(&place);
}

static void test_what_is_refused(void)
{
	char link[200], data[220];
	int fd;

	make_book();
	snprintf(link, sizeof(link), "%s/link", place.dir);
	CU_ASSERT_EQUAL(symlink(place.book_dir, link), 0);
	refused(link, false, "symbolic link");
	snprintf(link, sizeof(link), "%s/absent", place.dir);
	refused(link, false, "switchyard init");
	CU_ASSERT_EQUAL(mkdir(link, 0700), 0);
	refused(link, false, "is empty");
	snprintf(data, sizeof(data), "%s/data.mdb", link);
	fd = open(data, O_WRONLY | O_CREAT | O_EXCL, 0600);
	for (int i = 0; i < 4096; i++)
		CU_ASSERT_EQUAL(write(fd, "not a database\n", 15), 15);
	close(fd);
	refused(link, false, "damaged");
	if (geteuid() == 0) {
		CU_ASSERT_EQUAL(chown(place.book_dir, 65534, 65534), 0);
		refused(place.book_dir, false, "belongs to user 65534");
	}
	scratch_remove(&place);
}

static void test_network_filesystems(void)
{
	static const struct {
		long magic;
		const char *name;
	} cases[] = { { 0x6969, "NFS" }, { 0xfe534d42, "SMB" }, { 0x65735546, "FUSE" } };

	make_book();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		told_magic = cases[i].magic;
		refused(place.book_dir, true, cases[i].name);
	}
	told_magic = 0;
	scratch_remove(&place);
}

static void open_as(uint32_t format)
{
	struct sy_shape other = sy_book_shape;
	struct sy_error err;
	struct sy_store *store;

	other.format = format;
	ok(sy_store_open(place.book_dir, &other, true, &store, &err), &err);
	sy_store_close(store);
}

static void test_other_formats(void)
{
	scratch_make(&place);
	open_as(SY_BOOK_FORMAT + 1);
	refused(place.book_dir, false, "newer Switchyard");
	scratch_remove(&place);
	scratch_make(&place);
	open_as(SY_BOOK_FORMAT - 1);
	refused(place.book_dir, false, "older format");
	scratch_remove(&place);
}

/* --- Maps that grow ---------------------------------------------------------------------- */

static struct sy_store *open_small(void)
{
	static struct sy_shape small;
	struct sy_store *store;
	struct sy_error err;

	small = sy_book_shape;
	small.map_bytes = 256 * 1024;
	ok(sy_store_open(place.book_dir, &small, true, &store, &err), &err);
	return store;
}

struct numbers {
	uint64_t from, to;
};

static void put_numbers(struct sy_txn *t, void *arg)
{
	const struct numbers *n = arg;
	char row[1000] = "";

	for (uint64_t i = n->from; i < n->to; i++) {
		struct sy_db_name key = sy_db_number(i, 8);

		sy_txn_put(t, SY_T_ROW, sy_db_val(&key), row, sizeof(row));
	}
}

static size_t count_rows(struct sy_store *store)
{
	struct sy_error err;
	struct sy_txn t;
	size_t count;

	sy_txn_begin(&t, store, false);
	count = sy_txn_count(&t, SY_T_ROW);
	ok(sy_txn_end(&t, &err), &err);
	return count;
}

static void test_map_grows(void)
{
	struct sy_store *store;
	struct sy_error err;
	struct numbers n = { 0,
		1500 }; /* 1.5 MB at once, into 256 KB: once is not enough */

	scratch_make(&place);
	store = open_small();
	for (int tries = 0; tries < 8; tries++)
		if (sy_store_write(store, put_numbers, &n, &err) == 0)
			break;
	CU_ASSERT_EQUAL(count_rows(store), 1500);
	for (n.from = 1500; n.from < 5000; n.from += 100) {
		n.to = n.from + 100;
		ok(sy_store_write(store, put_numbers, &n, &err), &err);
	}
	CU_ASSERT_EQUAL(count_rows(store), 5000);
	sy_store_close(store);
	scratch_remove(&place);
}

/* Another process grows the map under one that has it open. */
static void test_map_grown_elsewhere(void)
{
	struct numbers n = { 0, 10 };
	struct sy_store *store;
	struct sy_error err;
	int go[2], status;
	char byte;
	pid_t pid;

	scratch_make(&place);
	CU_ASSERT_EQUAL(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		if (read(go[0], &byte, 1) != 1)
			_exit(1);
		store = open_small();
		for (n.from = 0; n.from < 3000; n.from += 100) {
			n.to = n.from + 100;
			if (sy_store_write(store, put_numbers, &n, &err) < 0)
				_exit(2);
		}
		_exit(0);
	}
	store = open_small();
	ok(sy_store_write(store, put_numbers, &n, &err), &err);
	CU_ASSERT_EQUAL(write(go[1], "g", 1), 1);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_EQUAL(count_rows(store), 3000);
	n = (struct numbers){ 3000, 3010 };
	ok(sy_store_write(store, put_numbers, &n, &err), &err);
	CU_ASSERT_EQUAL(count_rows(store), 3010);
	close(go[0]);
	close(go[1]);
	sy_store_close(store);
	scratch_remove(&place);
}

/* --- No space ---------------------------------------------------------------------------- */

/* In a process of its own, as a limit and a signal are the whole process's. */
static int fill_up(void)
{
	struct rlimit limit, tight;
	struct numbers n = { 0, 0 };
	struct sy_store *store = open_small();
	struct sy_error err = { 0 };
	int rc = 0;

	getrlimit(RLIMIT_FSIZE, &limit);
	tight = limit;
	tight.rlim_cur = 600 * 1024;
	setrlimit(RLIMIT_FSIZE, &tight);
	for (; rc == 0 && n.from < 5000; n.from = n.to) {
		n.to = n.from + 10;
		rc = sy_store_write(store, put_numbers, &n, &err);
	}
	if (rc == 0 || strstr(err.message, "full") == NULL)
		return 1;
	n.from -= 10; /* those did not get in */
	if (count_rows(store) != n.from)
		return 2;
	setrlimit(RLIMIT_FSIZE, &limit);
	if (sy_store_write(store, put_numbers, &n, &err) < 0)
		return 3;
	return count_rows(store) == n.from + 10 ? 0 : 4;
}

static void test_no_space(void)
{
	int status;
	pid_t pid;

	scratch_make(&place);
	pid = fork();
	if (pid == 0)
		_exit(fill_up());
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	scratch_remove(&place);
}

/* --- Transactions ------------------------------------------------------------------------ */

#ifndef __SANITIZE_THREAD__
/* Breaks LMDB's write mutex, as a process did that closed the environment at the wrong
 * moment under LMDB 0.9.26 to 0.9.31.  From another process: closing the lock file would take
 * away our own locks. */
static void break_mutex(void)
{
	char path[220];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/lock.mdb", place.book_dir);
	pid = fork();
	if (pid == 0) {
		int fd = open(path, O_RDWR);
		char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (map == MAP_FAILED)
			_exit(1);
		memset(map + 64, 0xff, 40);
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
}

static void test_broken_mutex(void)
{
	struct numbers n = { 0, 10 };
	struct sy_store *store;
	struct sy_error err;

	scratch_make(&place);
	store = open_small();
	ok(sy_store_write(store, put_numbers, &n, &err), &err);
	break_mutex();
	n = (struct numbers){ 10, 20 };
	ok(sy_store_write(store, put_numbers, &n, &err), &err);
	CU_ASSERT_EQUAL(count_rows(store), 20);
	sy_store_close(store);
	scratch_remove(&place);
}
#endif

struct steps {
	int runs;
	bool found_after;
};

static void fail_half_way(struct sy_txn *t, void *arg)
{
	struct steps *steps = arg;
	struct sy_db_name key = sy_db_number(1, 8);
	MDB_val value;

	steps->runs++;
	sy_txn_put(t, SY_T_ROW, sy_db_val(&key), "x", 1);
	sy_txn_fail(t, "a step says %s", "no");
	sy_txn_put(t, SY_T_ROW, sy_db_val(&key), "y", 1);
	steps->found_after = sy_txn_get(t, SY_T_ROW, sy_db_val(&key), &value);
}

static void test_first_failure_counts(void)
{
	struct steps steps = { 0 };
	struct sy_store *store;
	struct sy_error err;

	scratch_make(&place);
	store = open_small();
	CU_ASSERT_EQUAL(sy_store_write(store, fail_half_way, &steps, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "a step says no"));
	CU_ASSERT_EQUAL(steps.runs, 1);
	CU_ASSERT_FALSE(steps.found_after);
	CU_ASSERT_EQUAL(count_rows(store), 0);
	sy_store_close(store);
	scratch_remove(&place);
}

static void put_unknown(struct sy_txn *t, void *arg)
{
	struct sy_db_name name = sy_db_word("active");
	struct sy_db_active row = { .version = SY_ROW_VERSION + 1 };

	(void)arg;
	sy_txn_put(t, SY_T_META, sy_db_val(&name), &row, sizeof(row));
}

static void test_unknown_row(void)
{
	struct sy_store *store;
	struct sy_book *book;
	struct sy_error err;
	uint32_t number;

	make_book();
	ok(sy_store_open(place.book_dir, &sy_book_shape, false, &store, &err), &err);
	ok(sy_store_write(store, put_unknown, NULL, &err), &err);
	sy_store_close(store);
	ok(sy_book_open(place.book_dir, false, &book, &err), &err);
	CU_ASSERT_EQUAL(sy_generation_active(book, &number, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "version this program does not know"));
	sy_book_close(book);
	scratch_remove(&place);
}

CU_TestInfo store_tests[] = {
	{ "folders and files are the owner's alone", test_modes },
	{ "links, strangers' and broken files are refused", test_what_is_refused },
	{ "network file systems are refused", test_network_filesystems },
	{ "other formats are refused", test_other_formats },
	{ "the map grows", test_map_grows },
	{ "the map is grown by another process", test_map_grown_elsewhere },
	{ "no space is an error, and heals", test_no_space },
#ifndef __SANITIZE_THREAD__ /* which reports the very thing that this one does */
	{ "a broken lock is mended by opening again", test_broken_mutex },
#endif
	{ "the first failure counts, and nothing is written", test_first_failure_counts },
	{ "a row of another version is refused", test_unknown_row },
	CU_TEST_INFO_NULL,
};
