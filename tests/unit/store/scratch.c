#include "scratch.h"

#include "store/rows.h"

#include "base/clock.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch s;

void fresh_stores(void)
{
	scratch_make(&s);
	scratch_open(&s);
}

void no_stores(void)
{
	scratch_remove(&s);
}

int ok(int64_t rc, const struct sy_error *err)
{
	if (rc >= 0)
		return (int)rc;
	fprintf(stderr, "unexpected error: %s\n", err->message);
	CU_FAIL("unexpected error");
	return -1;
}

void scratch_make(struct scratch *sc)
{
	const char *tmp = getenv("TMPDIR");

	memset(sc, 0, sizeof(*sc));
	snprintf(sc->dir, sizeof(sc->dir), "%s/switchyard-store.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(sc->dir) == NULL) {
		perror(sc->dir);
		abort();
	}
	snprintf(sc->book_dir, sizeof(sc->book_dir), "%s/book", sc->dir);
	snprintf(sc->live_dir, sizeof(sc->live_dir), "%s/live", sc->dir);
}

void scratch_open(struct scratch *sc)
{
	struct sy_error err;

	if (sy_book_open(sc->book_dir, true, &sc->book, &err) < 0 ||
	    sy_live_open(sc->live_dir, sc->book, &sc->live, &err) < 0) {
		fprintf(stderr, "cannot open the stores: %s\n", err.message);
		abort();
	}
}

void scratch_close(struct scratch *sc)
{
	sy_live_close(sc->live);
	sy_book_close(sc->book);
	sc->live = NULL;
	sc->book = NULL;
}

static int remove_entry(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void scratch_remove(struct scratch *sc)
{
	scratch_close(sc);
	nftw(sc->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

struct sy_attempt row_at(int64_t ms)
{
	struct sy_attempt row = {
		.rid = sy_id_new(ms),
		.seq = 1,
		.last = true,
		.stream = true,
		.priced = true,
		.outcome = SY_OK,
		.http_status = 200,
		.finish = SY_FINISH_STOP,
		.key = "sy_test0001",
		.route = "smart",
		.asked = "smart",
		.provider = "acme",
		.model = "large-1",
		.feature = "search",
		.user = "ann",
		.why = "first in order",
		.started_ms = ms,
		.first_ms = 120,
		.total_ms = 900,
		.generation = 7,
		.usage = { .source = SY_USAGE_PROVIDER, .tokens = { 100, 20, 0, 50, 5 } },
		.cost_nanodollars = 1000,
		.reserved_nanodollars = 5000,
		.bytes_out = 200,
		.attempts = 1,
		.client_status = 200,
		.request_first_ms = 130,
		.request_ms = 910,
	};

	return row;
}

struct sy_key key_of(const char *id)
{
	struct sy_key k = { .created_ms = 1 };

	snprintf(k.id, sizeof(k.id), "%s", id);
	return k;
}

struct sy_admission admission(const struct sy_attempt *row, const struct sy_key *key,
    int64_t boot_ms)
{
	return (struct sy_admission){ .row = row,
		.key = key,
		.first = true,
		.tokens = 10,
		.boot_ms = boot_ms,
		.lease_until_ms = boot_ms + 5000 };
}

struct sy_turn *turn_begin(struct sy_live *l)
{
	struct sy_turn *turn = NULL;
	struct sy_error err;
	int rc;

	while ((rc = sy_turn_begin(l, &turn, &err)) == 0)
		usleep(100);
	if (rc < 0) {
		fprintf(stderr, "no turn: %s\n", err.message);
		abort();
	}
	return turn;
}

static void turn_end(struct sy_turn *turn)
{
	struct sy_error err;

	if (sy_turn_end(turn, &err) < 0) {
		fprintf(stderr, "turn failed: %s\n", err.message);
		abort();
	}
}

enum sy_verdict admit_one(struct sy_live *l, const struct sy_admission *in,
    struct sy_admitted *out)
{
	struct sy_turn *turn = turn_begin(l);

	sy_turn_admit(turn, in, out);
	turn_end(turn);
	return out->verdict;
}

void settle_one(struct sy_live *l, const struct sy_attempt *row)
{
	struct sy_turn *turn = turn_begin(l);

	sy_turn_settle(turn, row, NULL, 0);
	turn_end(turn);
}

struct sy_live_now now_of(struct sy_live *l)
{
	struct sy_live_now now = { 0 };
	struct sy_error err;

	ok(sy_live_now(l, &now, &err), &err);
	return now;
}

void fold_all(void)
{
	struct sy_error err;

	while (ok(sy_fold(s.live, s.book, 1000, &err), &err) > 0)
		;
}

static void print_line(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "  %s\n", text);
}

void check_all(int idle)
{
	struct sy_error err;

	CU_ASSERT_EQUAL(ok(sy_book_verify(s.book, sy_unix_ms(), print_line, NULL, &err),
	                    &err),
	    0);
	CU_ASSERT_EQUAL(ok(sy_live_verify(s.live, idle, print_line, NULL, &err), &err),
	    0);
}

bool same_row(const struct sy_attempt *a, const struct sy_attempt *b)
{
	uint8_t bytes[2][SY_ROW_BYTES];
	size_t len = sy_row_pack(a, bytes[0]);

	return len == sy_row_pack(b, bytes[1]) && memcmp(bytes[0], bytes[1], len) == 0 &&
	       memcmp(&a->rid, &b->rid, sizeof(a->rid)) == 0 && a->seq == b->seq;
}
