/*
 * store.c - see store.h.
 *
 * The lock `use` is held shared by every open transaction and alone by whoever moves the map
 * or opens the environment again: LMDB forbids both while a transaction is open, and does
 * not notice.
 */
#include "store/store.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "store/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define META    0 /* the first table of every shape */
#define READERS 1024

struct sy_store {
	char dir[4096];
	const struct sy_shape *shape;
	MDB_env *env;
	MDB_dbi dbi[SY_TABLES_MAX];
	pthread_rwlock_t use;
	atomic_bool was_full; /* the last write met the end of the map */
};

struct format_row {
	uint8_t version;
	uint8_t pointer_bytes; /* LMDB's files differ between 32 and 64 bits */
	uint16_t unused;
	uint32_t format;
};

/* --- What would be unsafe ---------------------------------------------------------------- */

/* statfs(2)'s f_type of file systems that keep no honest locks and maps. */
static const struct {
	uint32_t magic;
	const char *name;
} networks[] = {
	{ 0x6969, "NFS" },
	{ 0x517b, "SMB" },
	{ 0xfe534d42, "SMB" },
	{ 0xff534d42, "CIFS" },
	{ 0x65735546, "FUSE" },
	{ 0x01021997, "9P" },
	{ 0x5346414f, "AFS" },
	{ 0x73757245, "Coda" },
	{ 0x00c36400, "Ceph" },
	{ 0x0bd00bd0, "Lustre" },
	{ 0x47504653, "GPFS" },
};

static int check_filesystem(const char *dir, const char *what, struct sy_error *err)
{
	struct statfs fs;

	if (statfs(dir, &fs) < 0)
		return sy_fail(err, SY_STORE, "", "cannot look at %s: %s", dir,
		    strerror(errno));
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++)
		if ((uint32_t)fs.f_type == networks[i].magic)
			return sy_fail(err, SY_STORE, "",
			    "the %s %s is on %s, where its locks are not safe: move it to a "
			    "local disk",
			    what, dir, networks[i].name);
	return 0;
}

static int check_entry(const char *path, const char *what, bool folder,
    struct sy_error *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return sy_fail(err, SY_STORE, "", "cannot look at %s: %s", path,
		    strerror(errno));
	if (S_ISLNK(st.st_mode))
		return sy_fail(err, SY_STORE, "",
		    "%s is a symbolic link: give the %s's own path", path, what);
	if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
		return sy_fail(err, SY_STORE, "", "%s is not a %s", path,
		    folder ? "folder" : "file");
	if (st.st_uid != geteuid())
		return sy_fail(err, SY_STORE, "",
		    "%s belongs to user %u, and this is user %u: run as its owner, or chown it",
		    path, (unsigned)st.st_uid, (unsigned)geteuid());
	if (st.st_mode & 077)
		return sy_fail(err, SY_STORE, "",
		    "%s can be reached by others (mode %03o): chmod %s %s", path,
		    (unsigned)st.st_mode & 0777, folder ? "700" : "600", path);
	return 0;
}

static int check_place(const struct sy_store *s, bool make, struct sy_error *err)
{
	const char *what = s->shape->what;
	char data[sizeof(s->dir) + 16];

	if (make && mkdir(s->dir, 0700) < 0 && errno != EEXIST)
		return sy_fail(err, SY_STORE, "", "cannot make the %s %s: %s", what,
		    s->dir, strerror(errno));
	if (access(s->dir, F_OK) < 0 && errno == ENOENT)
		return sy_fail(err, SY_STORE, "",
		    "there is no %s at %s: run 'switchyard init', or check the path",
		    what, s->dir);
	if (check_entry(s->dir, what, true, err) < 0 ||
	    check_filesystem(s->dir, what, err) < 0)
		return -1;
	snprintf(data, sizeof(data), "%s/data.mdb", s->dir);
	if (access(data, F_OK) == 0)
		return check_entry(data, what, false, err);
	if (make)
		return 0;
	return sy_fail(err, SY_STORE, "", "the %s %s is empty: run 'switchyard init'",
	    what, s->dir);
}

/* --- Opening ----------------------------------------------------------------------------- */

static int blame(const struct sy_store *s, int rc, struct sy_error *err)
{
	const char *what = s->shape->what;

	switch (rc) {
	case ENOSPC:
	case EFBIG:
	case EDQUOT:
		return sy_fail(err, SY_STORE, "",
		    "no space for the %s: the disk (or quota) of %s is full", what,
		    s->dir);
	case EIO: /* also how LMDB calls a write that was only begun */
		return sy_fail(err, SY_STORE, "",
		    "the %s cannot be written: the disk of %s is full, or broken", what,
		    s->dir);
	case MDB_MAP_FULL:
		return sy_fail(err, SY_STORE, "",
		    "the %s %s has reached its greatest size, %zu MiB", what, s->dir,
		    s->shape->map_most_bytes >> 20);
	case ENOMEM:
		return sy_fail(err, SY_STORE, "",
		    "no address space for the %s %s: raise the memory limit (ulimit -v)",
		    what, s->dir);
	case MDB_VERSION_MISMATCH:
		return sy_fail(err, SY_STORE, "",
		    "the %s %s was made by another version of LMDB", what, s->dir);
	case MDB_INVALID:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
		return sy_fail(err, SY_STORE, "",
		    "the %s %s is damaged (%s): restore a backup", what, s->dir,
		    mdb_strerror(rc));
	default:
		return sy_fail(err, SY_STORE, "", "the %s %s failed: %s", what, s->dir,
		    mdb_strerror(rc));
	}
}

static int open_env_alone(struct sy_store *s)
{
	unsigned flags = s->shape->flags | MDB_NOTLS;
	int rc = mdb_env_create(&s->env);

	if (rc != 0)
		return rc;
	rc = mdb_env_set_mapsize(s->env, s->shape->map_bytes);
	if (rc == 0)
		rc = mdb_env_set_maxdbs(s->env, SY_TABLES_MAX);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(s->env, READERS);
	if (rc == 0)
		rc = mdb_env_open(s->env, s->dir, flags, 0600);
	if (rc != 0) {
		mdb_env_close(s->env);
		s->env = NULL;
	}
	return rc;
}

/*
 * One at a time: the first to open sets up LMDB's mutexes and forgets which transaction was the
 * last, while others wait inside LMDB for it to be done.  Were it killed in between, they would
 * go on with what is half set up.  Waiting here instead, they find it gone and begin again.
 */
static int open_env(struct sy_store *s)
{
	int gate = sy_gate_open(s->dir, "opening"), rc;

	if (gate < 0)
		return errno;
	rc = sy_gate_wait(gate, SY_GATE_WAIT_MS) == 1 ? open_env_alone(s) : EBUSY;
	close(gate);
	return rc;
}

/* The environment opens with the larger of our map size and the one it was left with. */
static int open_tables(struct sy_store *s, unsigned txn_flags, unsigned dbi_flags)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, txn_flags, &txn);

	if (rc == MDB_MAP_RESIZED) {
		rc = mdb_env_set_mapsize(s->env, 0);
		if (rc == 0)
			rc = mdb_txn_begin(s->env, NULL, txn_flags, &txn);
	}
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < s->shape->count && rc == 0; i++)
		rc = mdb_dbi_open(txn, s->shape->tables[i], dbi_flags, &s->dbi[i]);
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static MDB_val format_key(void)
{
	return (MDB_val){ .mv_data = (void *)(uintptr_t) "format", .mv_size = 6 };
}

static void write_format(struct sy_txn *t, void *arg)
{
	const struct sy_store *s = arg;
	struct format_row row = { .version = 1,
		.pointer_bytes = sizeof(void *),
		.format = s->shape->format };

	sy_txn_add(t, META, format_key(), &row, sizeof(row));
}

static int check_format(struct sy_store *s, struct sy_error *err)
{
	struct format_row row = { 0 };
	struct sy_txn t;
	bool found;

	sy_txn_begin(&t, s, false);
	found = sy_txn_load(&t, META, format_key(), 1, &row, sizeof(row));
	if (sy_txn_end(&t, err) < 0)
		return -1;
	if (!found)
		return sy_store_write(s, write_format, s, err);
	if (row.format > s->shape->format)
		return sy_fail(err, SY_STORE, "",
		    "the %s %s was written by a newer Switchyard (format %u, this one reads "
		    "%u): install that version",
		    s->shape->what, s->dir, row.format, s->shape->format);
	if (row.format < s->shape->format)
		return sy_fail(err, SY_STORE, "",
		    "the %s %s is of an older format (%u, this Switchyard reads %u): start "
		    "with a new one",
		    s->shape->what, s->dir, row.format, s->shape->format);
	if (row.pointer_bytes != sizeof(void *))
		return sy_fail(err, SY_STORE, "",
		    "the %s %s was made by a %u-bit program: use that, or another folder",
		    s->shape->what, s->dir, row.pointer_bytes * 8u);
	return 0;
}

/* Most openings find the tables there; only the first one has to write. */
static int open_or_make(struct sy_store *s, struct sy_error *err)
{
	int gate, rc = open_env(s);

	if (rc == 0)
		rc = open_tables(s, MDB_RDONLY, 0);
	if (rc == MDB_NOTFOUND) {
		gate = sy_gate_open(s->dir, "gate");
		if (gate < 0)
			return blame(s, errno, err);
		rc = sy_gate_wait(gate, SY_GATE_WAIT_MS) == 1
		         ? open_tables(s, 0, MDB_CREATE)
		         : EBUSY;
		close(gate);
	}
	return rc == 0 ? 0 : blame(s, rc, err);
}

/* A limit on the size of files is to be an error of the write, as a full disk is; by default
 * it would end the process. */
static void ignore_file_limit_signal(void)
{
	struct sigaction now;

	if (sigaction(SIGXFSZ, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGXFSZ, SIG_IGN);
}

int sy_store_open(const char *dir, const struct sy_shape *shape, bool make,
    struct sy_store **out, struct sy_error *err)
{
	struct sy_store *s = sy_xcalloc(1, sizeof(*s));

	ignore_file_limit_signal();
	s->shape = shape;
	pthread_rwlock_init(&s->use, NULL);
	sy_copy(s->dir, sizeof(s->dir), dir);
	if (check_place(s, make, err) < 0 || open_or_make(s, err) < 0 ||
	    check_format(s, err) < 0 || sy_store_readers(s, err) < 0) {
		sy_store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void sy_store_close(struct sy_store *s)
{
	if (s == NULL)
		return;
	if (s->env != NULL)
		mdb_env_close(s->env);
	pthread_rwlock_destroy(&s->use);
	free(s);
}

const char *sy_store_dir(const struct sy_store *s)
{
	return s->dir;
}

/* A line of LMDB's list a reader: process, thread, and a transaction or "-". */
static int count_reader(const char *line, void *arg)
{
	int *count = arg;

	line += strspn(line, " ");
	if (*line >= '0' && *line <= '9' && !sy_ends(line, "-\n"))
		++*count;
	return 0;
}

int sy_store_readers(struct sy_store *s, struct sy_error *err)
{
	int dead, rc, count = 0;

	pthread_rwlock_rdlock(&s->use);
	rc = mdb_reader_check(s->env, &dead);
	if (rc == 0 && mdb_reader_list(s->env, count_reader, &count) < 0)
		rc = EIO;
	pthread_rwlock_unlock(&s->use);
	return rc == 0 ? count : blame(s, rc, err);
}

/* --- Transactions ------------------------------------------------------------------------ */

static bool is_nearly_full(struct sy_store *s, size_t *map_bytes)
{
	MDB_envinfo info;
	MDB_stat stat;
	bool full = false;

	pthread_rwlock_rdlock(&s->use);
	if (s->env != NULL) {
		mdb_env_info(s->env, &info);
		mdb_env_stat(s->env, &stat);
		*map_bytes = info.me_mapsize;
		full = (info.me_last_pgno + 1) * stat.ms_psize >= info.me_mapsize / 4 * 3;
	}
	pthread_rwlock_unlock(&s->use);
	return full;
}

/* Twice the map, once a writer sees it three quarters full; the writer holds the gate. */
static void grow_if_needed(struct sy_store *s)
{
	size_t map_bytes = 0;
	bool full = is_nearly_full(s, &map_bytes);

	if (!(full || s->was_full) || map_bytes >= s->shape->map_most_bytes)
		return;
	s->was_full = false;
	pthread_rwlock_wrlock(&s->use);
	mdb_env_set_mapsize(s->env, map_bytes * 2);
	pthread_rwlock_unlock(&s->use);
	sy_log(SY_INFO, "store", NULL, "the map of %s is now %zu MiB", s->dir,
	    map_bytes * 2 >> 20);
}

static int open_again(struct sy_store *s)
{
	int rc;

	if (s->env != NULL)
		mdb_env_close(s->env);
	rc = open_env(s);
	if (rc == 0 && (rc = open_tables(s, MDB_RDONLY, 0)) != 0) {
		mdb_env_close(s->env);
		s->env = NULL;
	}
	return rc;
}

/* What one step can mend: true when it is worth to try again. */
static bool mend(struct sy_store *s, int rc)
{
	int dead = 0;

	switch (rc) {
	case MDB_MAP_RESIZED: /* another process has grown the map */
		pthread_rwlock_wrlock(&s->use);
		rc = mdb_env_set_mapsize(s->env, 0);
		pthread_rwlock_unlock(&s->use);
		return rc == 0;
	case MDB_READERS_FULL:
		pthread_rwlock_rdlock(&s->use);
		rc = mdb_reader_check(s->env, &dead);
		pthread_rwlock_unlock(&s->use);
		return rc == 0 && dead > 0;
	case EINVAL: /* the lock file's mutex is gone: LMDB 0.9.26 to 0.9.31 */
	case MDB_PANIC:
	case MDB_BAD_RSLOT:
		sy_log(SY_WARNING, "store", NULL, "opening %s again: %s", s->dir,
		    mdb_strerror(rc));
		pthread_rwlock_wrlock(&s->use);
		rc = open_again(s);
		pthread_rwlock_unlock(&s->use);
		return rc == 0;
	default:
		return false;
	}
}

static int enter(struct sy_txn *t)
{
	struct sy_store *s = t->store;
	int rc;

	pthread_rwlock_rdlock(&s->use);
	rc = s->env == NULL
	         ? MDB_PANIC
	         : mdb_txn_begin(s->env, NULL, t->write ? 0 : MDB_RDONLY, &t->mdb);
	if (rc != 0)
		pthread_rwlock_unlock(&s->use);
	return rc;
}

void sy_txn_begin(struct sy_txn *t, struct sy_store *s, bool write)
{
	memset(t, 0, sizeof(*t));
	t->store = s;
	t->write = write;
	if (write)
		grow_if_needed(s);
	t->rc = enter(t);
	if (t->rc != 0 && mend(s, t->rc))
		t->rc = enter(t);
	t->shut = t->rc != 0;
}

static void fail(struct sy_txn *t, int rc)
{
	if (t->rc == 0)
		t->rc = rc;
}

void sy_txn_fail(struct sy_txn *t, const char *fmt, ...)
{
	va_list ap;

	if (t->rc != 0)
		return;
	t->rc = MDB_INCOMPATIBLE;
	va_start(ap, fmt);
	vsnprintf(t->note, sizeof(t->note), fmt, ap);
	va_end(ap);
}

int sy_txn_end(struct sy_txn *t, struct sy_error *err)
{
	if (!t->shut) {
		if (t->rc != 0)
			mdb_txn_abort(t->mdb);
		else
			t->rc = mdb_txn_commit(t->mdb);
		if (t->write && t->rc == MDB_MAP_FULL)
			t->store->was_full = true;
		pthread_rwlock_unlock(&t->store->use);
	}
	if (t->rc == 0)
		return 0;
	if (t->note[0] != '\0')
		return sy_fail(err, SY_STORE, "", "the %s %s: %s", t->store->shape->what,
		    t->store->dir, t->note);
	return blame(t->store, t->rc, err);
}

int sy_store_write(struct sy_store *s, void (*fn)(struct sy_txn *t, void *arg), void *arg,
    struct sy_error *err)
{
	int gate = sy_gate_open(s->dir, "gate"), held, rc = -1;
	struct sy_txn t;

	if (gate < 0)
		return blame(s, errno, err);
	held = sy_gate_wait(gate, SY_GATE_WAIT_MS);
	if (held < 0) {
		blame(s, errno, err);
	} else if (held == 0) {
		sy_fail(err, SY_STORE_BUSY, "",
		    "the %s is held by another process for more than %d ms",
		    s->shape->what, SY_GATE_WAIT_MS);
	} else {
		for (int tries = 0; tries < 2 && rc < 0; tries++) {
			sy_txn_begin(&t, s, true);
			fn(&t, arg);
			rc = sy_txn_end(&t, err);
			if (t.rc != MDB_MAP_FULL)
				break;
		}
	}
	close(gate); /* which also leaves it */
	return rc;
}

/* --- Rows -------------------------------------------------------------------------------- */

bool sy_txn_get(struct sy_txn *t, int table, MDB_val key, MDB_val *value)
{
	int rc = t->rc;

	if (rc == 0)
		rc = mdb_get(t->mdb, t->store->dbi[table], &key, value);
	if (rc != 0 && rc != MDB_NOTFOUND)
		fail(t, rc);
	return rc == 0;
}

bool sy_txn_load(struct sy_txn *t, int table, MDB_val key, uint8_t version, void *row,
    size_t size)
{
	MDB_val value;

	if (!sy_txn_get(t, table, key, &value))
		return false;
	if (value.mv_size != size || *(const uint8_t *)value.mv_data != version) {
		sy_txn_fail(t,
		    "a row of table '%s' is of a version this program does not know",
		    t->store->shape->tables[table]);
		return false;
	}
	memcpy(row, value.mv_data, size); /* values may stand at odd addresses */
	return true;
}

static int put(struct sy_txn *t, int table, MDB_val key, const void *row, size_t size,
    unsigned flags)
{
	MDB_val value = { .mv_size = size, .mv_data = (void *)(uintptr_t)row };
	int rc = t->rc;

	if (rc == 0)
		rc = mdb_put(t->mdb, t->store->dbi[table], &key, &value, flags);
	if (rc != 0 && rc != MDB_KEYEXIST)
		fail(t, rc);
	return rc;
}

void sy_txn_put(struct sy_txn *t, int table, MDB_val key, const void *row, size_t size)
{
	put(t, table, key, row, size, 0);
}

void *sy_txn_reserve(struct sy_txn *t, int table, MDB_val key, size_t size)
{
	MDB_val value = { .mv_size = size };

	if (t->rc != 0)
		return NULL;
	fail(t, mdb_put(t->mdb, t->store->dbi[table], &key, &value, MDB_RESERVE));
	return t->rc == 0 ? value.mv_data : NULL;
}

bool sy_txn_add(struct sy_txn *t, int table, MDB_val key, const void *row, size_t size)
{
	return put(t, table, key, row, size, MDB_NOOVERWRITE) == 0;
}

void sy_txn_append(struct sy_txn *t, int table, MDB_val key, const void *row, size_t size)
{
	if (put(t, table, key, row, size, MDB_APPEND) == MDB_KEYEXIST)
		sy_txn_fail(t, "table '%s' is out of order",
		    t->store->shape->tables[table]);
}

bool sy_txn_del(struct sy_txn *t, int table, MDB_val key)
{
	int rc = t->rc;

	if (rc == 0)
		rc = mdb_del(t->mdb, t->store->dbi[table], &key, NULL);
	if (rc != 0 && rc != MDB_NOTFOUND)
		fail(t, rc);
	return rc == 0;
}

void sy_txn_clear(struct sy_txn *t, int table)
{
	if (t->rc == 0)
		fail(t, mdb_drop(t->mdb, t->store->dbi[table], 0));
}

size_t sy_txn_count(struct sy_txn *t, int table)
{
	MDB_stat stat = { 0 };

	if (t->rc == 0)
		fail(t, mdb_stat(t->mdb, t->store->dbi[table], &stat));
	return stat.ms_entries;
}

/* --- Walks ------------------------------------------------------------------------------- */

void sy_walk_begin(struct sy_walk *w, struct sy_txn *t, int table)
{
	memset(w, 0, sizeof(*w));
	w->txn = t;
	if (t->rc == 0)
		fail(t, mdb_cursor_open(t->mdb, t->store->dbi[table], &w->cursor));
}

bool sy_walk_at(struct sy_walk *w, MDB_val key)
{
	w->key = key;
	return sy_walk_step(w, MDB_SET_RANGE);
}

bool sy_walk_step(struct sy_walk *w, MDB_cursor_op op)
{
	int rc = w->txn->rc;

	if (rc == 0)
		rc = mdb_cursor_get(w->cursor, &w->key, &w->value, op);
	if (rc != 0 && rc != MDB_NOTFOUND)
		fail(w->txn, rc);
	return rc == 0;
}

void sy_walk_del(struct sy_walk *w)
{
	if (w->txn->rc == 0)
		fail(w->txn, mdb_cursor_del(w->cursor, 0));
}

void sy_walk_end(struct sy_walk *w)
{
	if (w->cursor != NULL)
		mdb_cursor_close(w->cursor);
	w->cursor = NULL;
}
