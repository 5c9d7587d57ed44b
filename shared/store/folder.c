/*
 * folder.c - the thread that folds and sweeps, beside a worker's loop.
 *
 * It shares nothing with the loop but the two handles, whose parts are either constant, under
 * a lock of their own, or used by turns alone.
 */
#include "store/live.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/handles.h"
#include "store/kept.h"
#include "store/upkeep.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLD_MS   250
#define SWEEP_MS  5000
#define EXPIRE_MS 3600000
#define BATCH     1024

struct sy_folder {
	struct sy_live *live;
	struct sy_book *book;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;
	bool failing; /* the thread's own: said already that folding fails */
};

/* True when it is time to stop; else after ms. */
static bool rest(struct sy_folder *f, int ms)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&f->lock);
	while (!f->stopping && pthread_cond_timedwait(&f->wake, &f->lock, &until) == 0)
		;
	stopping = f->stopping;
	pthread_mutex_unlock(&f->lock);
	return stopping;
}

/* One line when trouble begins, one when it ends: rows wait in the outbox meanwhile. */
static void report(struct sy_folder *f, int rc, const struct sy_error *err)
{
	if (rc < 0 && !f->failing)
		sy_log(SY_ERROR, "store", NULL, "folding fails, rows wait: %s",
		    err->message);
	else if (rc >= 0 && f->failing)
		sy_log(SY_INFO, "store", NULL, "folding works again");
	f->failing = rc < 0;
}

static void fold_all(struct sy_folder *f)
{
	struct sy_error err;
	int rc;

	do {
		rc = sy_fold(f->live, f->book, BATCH, &err);
	} while (rc == BATCH);
	report(f, rc, &err);
}

static void sweep(struct sy_folder *f)
{
	struct sy_error err;
	int rc = sy_sweep(f->live, &err);

	if (rc > 0)
		sy_log(SY_WARNING, "store", NULL,
		    "settled %d attempts of workers that died", rc);
	else if (rc < 0)
		sy_log(SY_ERROR, "store", NULL,
		    "cannot settle dead workers' attempts: %s", err.message);
	/* Readers that died keep old pages alive, and the file grows. */
	if (sy_store_readers(f->live->store, &err) < 0 ||
	    sy_store_readers(f->book->store, &err) < 0)
		sy_log(SY_ERROR, "store", NULL, "%s", err.message);
}

static void expire(struct sy_folder *f)
{
	struct sy_error err;

	if (sy_book_expire(f->book, sy_unix_ms(), 0, &err) < 0 ||
	    sy_kept_expire(f->live, sy_boot_ms(), &err) < 0)
		sy_log(SY_ERROR, "store", NULL, "cannot drop old rows: %s", err.message);
}

static bool is_due(int64_t *next_ms, int64_t every_ms)
{
	int64_t now = sy_boot_ms();

	if (now < *next_ms)
		return false;
	*next_ms = now + every_ms;
	return true;
}

static void *run(void *arg)
{
	struct sy_folder *f = arg;
	int64_t next_sweep_ms = 0, next_expire_ms = 0;

	while (!rest(f, FOLD_MS)) {
		fold_all(f);
		if (is_due(&next_sweep_ms, SWEEP_MS))
			sweep(f);
		if (is_due(&next_expire_ms, EXPIRE_MS))
			expire(f);
	}
	fold_all(f);
	return NULL;
}

/* Signals are the loop's: none may end up in this thread. */
static int start(struct sy_folder *f)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&f->thread, NULL, run, f);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static void release(struct sy_folder *f)
{
	pthread_cond_destroy(&f->wake);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

int sy_folder_start(struct sy_live *l, struct sy_book *b, struct sy_folder **out,
    struct sy_error *err)
{
	struct sy_folder *f = sy_xcalloc(1, sizeof(*f));
	pthread_condattr_t attr;
	int rc;

	f->live = l;
	f->book = b;
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->wake, &attr);
	pthread_condattr_destroy(&attr);
	rc = start(f);
	if (rc != 0) {
		release(f);
		return sy_fail(err, SY_STORE, "", "cannot start the folding thread: %s",
		    strerror(rc));
	}
	*out = f;
	return 0;
}

void sy_folder_stop(struct sy_folder *f)
{
	if (f == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	f->stopping = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	release(f);
}
