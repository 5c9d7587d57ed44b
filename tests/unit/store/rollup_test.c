/*
 * rollup_test.c - random rows around difficult nights: what roll-ups say is what rows say.
 *
 * The other side is counted here in the plainest way, with the C library's idea of zones.
 */
#include "scratch.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/handles.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT 1200
#define HOUR  3600

static struct sy_attempt rows[COUNT];

/* --- Random rows ------------------------------------------------------------------------- */

static void pick(char *to, const char *const *list, int count)
{
	sy_copy(to, SY_LABEL_MAX, list[rand() % count]);
}

static void random_labels(struct sy_attempt *row)
{
	static const char *const models[] = { "large-1", "small-1", "tiny:free" };
	static const char *const providers[] = { "acme", "umbrella" };
	static const char *const routes[] = { "smart", "" };
	static const char *const features[] = { "search", "", "chat", "s" };
	static const char *const users[] = { "ann", "bob", "", "\xc3\xa9ve" };
	static const char *const keys[] = { "sy_test0001", "sy_test0002" };

	pick(row->model, models, 3);
	pick(row->provider, providers, 2);
	pick(row->route, routes, 2);
	pick(row->feature, features, 4);
	pick(row->user, users, 4);
	pick(row->key, keys, 2);
}

static void random_end(struct sy_attempt *row)
{
	static const struct {
		enum sy_outcome outcome;
		enum sy_kind kind;
	} ends[] = { { SY_UPSTREAM_ERROR, SY_BROKEN }, { SY_REFUSED_FREE, SY_BUSY },
		{ SY_REFUSED_FREE, SY_CONTEXT }, { SY_CANCELLED, SY_CLIENT_GONE },
		{ SY_NOT_SENT, SY_UNREACHED }, { SY_UNKNOWN_END, SY_BUG },
		{ SY_DENIED, SY_OVER_BUDGET }, { SY_DENIED, SY_NO_PROVIDER } };
	int which = rand() % 24;

	if (which >= 8)
		return;
	row->outcome = ends[which].outcome;
	row->kind = ends[which].kind;
	if (row->outcome == SY_DENIED) {
		row->seq = 0;
		row->provider[0] = row->model[0] = '\0';
		row->cost_nanodollars = 0;
		memset(&row->usage, 0, sizeof(row->usage));
	}
}

static void random_row(struct sy_attempt *row, int64_t unix_s)
{
	*row = row_at(unix_s * 1000 + rand() % 1000);
	random_labels(row);
	row->last = rand() % 5 > 0;
	row->stream = rand() % 2;
	row->priced = rand() % 9 > 0;
	row->attempts = (uint16_t)(1 + rand() % 3);
	row->cost_nanodollars = row->priced ? rand() % 1000000 : 0;
	row->request_first_ms = rand() % 3 ? rand() % 5000 : -1;
	row->first_ms = rand() % 3 ? rand() % 5000 : -1;
	row->total_ms = rand() % 60000;
	for (int i = 0; i < SY_TOKEN_CLASSES; i++)
		row->usage.tokens[i] = rand() % 1000;
	random_end(row);
}

/* Most in the two days before `now`, the others up to a month before. */
static void random_rows(int64_t now_s)
{
	for (int i = 0; i < COUNT; i++)
		random_row(&rows[i],
		    now_s - rand() % (rand() % 4 ? 47 * HOUR : 33 * 24 * HOUR));
}

/* --- The plain way ----------------------------------------------------------------------- */

static int64_t plain_start(enum sy_grain grain, int64_t unix_s)
{
	time_t t = unix_s;
	struct tm tm;

	localtime_r(&t, &tm);
	switch (grain) {
	case SY_MINUTE:
		return unix_s - unix_s % 60;
	case SY_HOUR:
		return unix_s - tm.tm_min * 60 - tm.tm_sec;
	case SY_MONTH:
		tm.tm_mday = 1;
		break;
	default:
		break;
	}
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return mktime(&tm);
}

static const char *plain_label(const struct sy_attempt *row, enum sy_dim dim)
{
	const char *labels[SY_DIMS] = { "", row->model, row->provider, row->route,
		row->feature, row->user, row->key };

	return labels[dim];
}

struct entry {
	int64_t start;
	char id[64];
	struct sy_cell cell;
};

struct list {
	struct entry entries[COUNT];
	size_t count;
};

static struct list wanted, got;

static struct sy_cell *cell_of(struct list *l, int64_t start, const char *id)
{
	struct entry *e;

	for (e = l->entries; e < l->entries + l->count; e++)
		if (e->start == start && strcmp(e->id, id) == 0)
			return &e->cell;
	l->count++;
	memset(e, 0, sizeof(*e));
	e->start = start;
	sy_copy(e->id, sizeof(e->id), id);
	return &e->cell;
}

static enum sy_end plain_end(const struct sy_attempt *row, bool attempts)
{
	if (row->outcome == SY_OK)
		return SY_END_OK;
	switch (row->kind) {
	case SY_CONTEXT:
		return SY_END_CLIENT_ERROR;
	case SY_CLIENT_GONE:
		return SY_END_CANCELLED;
	case SY_OVER_BUDGET:
		return SY_END_REFUSED;
	case SY_BUG:
		return attempts ? SY_END_CANCELLED : SY_END_UPSTREAM_ERROR;
	default:
		return SY_END_UPSTREAM_ERROR;
	}
}

static void plain_add(struct sy_cell *c, const struct sy_attempt *row, bool attempts)
{
	bool counts = attempts || row->last, fine = plain_end(row, attempts) == SY_END_OK;
	int32_t first = attempts ? row->first_ms : row->request_first_ms;

	c->attempts += row->provider[0] != '\0';
	c->cost_nanodollars += row->cost_nanodollars;
	c->wasted_nanodollars += fine ? 0 : row->cost_nanodollars;
	for (int i = 0; i < SY_TOKEN_CLASSES; i++)
		c->tokens[i] += row->usage.tokens[i];
	if (!counts)
		return;
	c->requests++;
	c->ends[plain_end(row, attempts)]++;
	c->unpriced += !row->priced && row->usage.tokens[0] + row->usage.tokens[1] +
	                                       row->usage.tokens[2] +
	                                       row->usage.tokens[3] +
	                                       row->usage.tokens[4] >
	                                   0;
	c->rescued += !attempts && fine && row->attempts > 1;
	if (fine && row->stream && first >= 0) {
		c->first_n++;
		c->first_ms_sum += first;
	}
	if (fine)
		c->total_ms_sum += attempts ? row->total_ms : row->request_ms;
	if (attempts && row->kind == SY_BROKEN)
		c->faults[SY_FAULT_BROKEN]++;
	if (attempts && row->kind == SY_BUSY)
		c->faults[SY_FAULT_BUSY]++;
	if (attempts && row->kind == SY_UNREACHED)
		c->faults[SY_FAULT_UNREACHED]++;
}

static bool plain_fits(const struct sy_rollup_query *q, const struct sy_attempt *row)
{
	for (int dim = 1; dim < SY_DIMS; dim++) {
		bool asked = false, found = false;

		for (size_t i = 0; i < q->filter_count; i++) {
			if ((int)q->filters[i].dim != dim)
				continue;
			asked = true;
			found |= strcmp(q->filters[i].value,
			             plain_label(row, (enum sy_dim)dim)) == 0;
		}
		if (asked && !found)
			return false;
	}
	return true;
}

static void plain_answer(const struct sy_rollup_query *q)
{
	bool attempts = q->by == SY_DIM_PROVIDER;

	for (size_t i = 0; i < q->filter_count; i++)
		attempts |= q->filters[i].dim == SY_DIM_PROVIDER;
	wanted.count = 0;
	for (int i = 0; i < COUNT; i++) {
		int64_t start = plain_start(q->grain, sy_id_unix_ms(&rows[i].rid) / 1000);

		if (start < q->from || start >= q->to || !plain_fits(q, &rows[i]) ||
		    (attempts && rows[i].provider[0] == '\0'))
			continue;
		plain_add(cell_of(&wanted, start, plain_label(&rows[i], q->by)), &rows[i],
		    attempts);
	}
}

/* --- Comparing --------------------------------------------------------------------------- */

static void collect(void *arg, int64_t start, const char *id, const struct sy_cell *c)
{
	(void)arg;
	sy_cell_add(cell_of(&got, start, id), c);
}

/* All but the histograms, whose bounds the plain way does not know. */
static bool same(const struct sy_cell *a, const struct sy_cell *b)
{
	return memcmp(a, b, offsetof(struct sy_cell, first)) == 0;
}

static void compare(const struct sy_rollup_query *q, const char *zone)
{
	bool partial = true, good;
	struct sy_error err;

	got.count = 0;
	ok(sy_rollup_each(s.book, q, collect, NULL, &partial, &err), &err);
	CU_ASSERT_FALSE(partial);
	plain_answer(q);
	good = got.count == wanted.count;
	for (size_t i = 0; i < wanted.count && good; i++) {
		struct entry *e = &wanted.entries[i];

		good = same(cell_of(&got, e->start, e->id), &e->cell);
	}
	good = good && got.count == wanted.count;
	if (!good)
		fprintf(stderr,
		    "%s: grain %d by %d, %zu filters (%d): %zu cells, not %zu\n", zone,
		    q->grain, q->by, q->filter_count,
		    q->filter_count ? (int)q->filters[0].dim : 0, got.count,
		    wanted.count);
	CU_ASSERT_TRUE(good);
}

static const struct sy_filter filters[] = {
	{ SY_DIM_MODEL, "large-1" },
	{ SY_DIM_MODEL, "small-1" },
	{ SY_DIM_MODEL, "unheard-of" },
	{ SY_DIM_FEATURE, "" },
	{ SY_DIM_PROVIDER, "acme" },
	{ SY_DIM_USER, "\xc3\xa9ve" },
	{ SY_DIM_KEY, "sy_test0002" },
	{ SY_DIM_ROUTE, "smart" },
};

#define FILTERS (sizeof(filters) / sizeof(filters[0]))

static void compare_all(const char *zone, int64_t now_s)
{
	static const int64_t back_s[SY_GRAINS] = { 47 * HOUR, 34 * 24 * HOUR,
		40 * 24 * HOUR, 70 * 24 * HOUR };

	for (int grain = 0; grain < SY_GRAINS; grain++)
		for (int by = 0; by < SY_DIMS; by++)
			for (size_t i = 0; i < FILTERS + 3; i++) {
				struct sy_rollup_query q = { .grain =
					                         (enum sy_grain)grain,
					.by = (enum sy_dim)by,
					.from = now_s - back_s[grain] + rand() % HOUR,
					.to = now_s + 1 -
					      (rand() % 2 ? 0 : rand() % (20 * HOUR)),
					.filters = &filters[i % FILTERS],
					.filter_count = i < FILTERS ? 1 : 0 };

				if (i > FILTERS) /* two or three at once */
					q.filter_count = 2 + i - FILTERS - 1;
				compare(&q, zone);
			}
}

/* Same rows, same bytes. */
static void hash_cells(uint8_t hash[32])
{
	crypto_generichash_state state;
	struct sy_error err;
	struct sy_walk w;
	struct sy_txn t;
	bool more;

	crypto_generichash_init(&state, NULL, 0, 32);
	sy_txn_begin(&t, s.book->store, false);
	sy_walk_begin(&w, &t, SY_T_CELL);
	for (more = sy_walk_step(&w, MDB_FIRST); more;
	     more = sy_walk_step(&w, MDB_NEXT)) {
		crypto_generichash_update(&state, w.key.mv_data, w.key.mv_size);
		crypto_generichash_update(&state, w.value.mv_data, w.value.mv_size);
	}
	sy_walk_end(&w);
	ok(sy_txn_end(&t, &err), &err);
	crypto_generichash_final(&state, hash, 32);
}

static void total(enum sy_grain grain, int64_t from, int64_t to, struct sy_cell *sum)
{
	struct sy_rollup_query q = { .grain = grain, .from = from, .to = to };
	struct sy_error err;

	ok(sy_rollup_sum(s.book, &q, sum, NULL, &err), &err);
}

/* Of the last whole local day: minutes are hours are the day. */
static void compare_grains(int64_t now_s)
{
	int64_t today = plain_start(SY_DAY, now_s), day = plain_start(SY_DAY, today - 1);
	struct sy_cell minutes, hours, whole;

	total(SY_MINUTE, day, today, &minutes);
	total(SY_HOUR, day, today, &hours);
	total(SY_DAY, day, today, &whole);
	CU_ASSERT(whole.requests > 0);
	CU_ASSERT_EQUAL(memcmp(&minutes, &hours, sizeof(hours)), 0);
	CU_ASSERT_EQUAL(memcmp(&hours, &whole, sizeof(hours)), 0);
}

static void import_in_pieces(int64_t now_ms)
{
	struct sy_error err;

	for (int at = 0, n; at < COUNT; at += n) {
		n = 1 + rand() % 300;
		n = n < COUNT - at ? n : COUNT - at;
		CU_ASSERT_EQUAL(ok(sy_ledger_import(s.book, rows + at, (size_t)n, now_ms,
		                       &err),
		                    &err),
		    n);
	}
}

static void check_zone(const char *zone, int64_t now_s)
{
	uint8_t before[32], after[32];
	struct sy_error err;

	setenv("TZ", zone, 1);
	tzset();
	scratch_make(&s);
	scratch_open(&s);
	ok(sy_rollup_zone(s.book, zone, &err), &err);
	random_rows(now_s);
	import_in_pieces(now_s * 1000);
	compare_all(zone, now_s);
	compare_grains(now_s);
	CU_ASSERT_EQUAL(ok(sy_book_verify(s.book, now_s * 1000, NULL, NULL, &err), &err),
	    0);
	hash_cells(before);
	CU_ASSERT_EQUAL(ok(sy_book_rebuild(s.book, now_s * 1000, &err), &err), COUNT);
	hash_cells(after);
	CU_ASSERT_EQUAL(memcmp(before, after, sizeof(before)), 0);
	scratch_remove(&s);
	unsetenv("TZ");
	tzset();
}

/* The afternoon after a night in which clocks were changed, in each zone. */
static void test_difficult_nights(void)
{
	static const struct {
		const char *zone;
		int64_t now_s;
	} nights[] = {
		{ "Europe/Berlin", 1743346800 },       /* 2025-03-30, an hour less */
		{ "Europe/Berlin", 1761487200 },       /* 2025-10-26, an hour more */
		{ "America/St_Johns", 1762102800 },    /* 2025-11-02, UTC-3:30 */
		{ "Australia/Lord_Howe", 1743908400 }, /* 2025-04-06, half an hour */
		{ "Asia/Kolkata", 1750000000 },        /* UTC+5:30, never */
		{ "Asia/Kathmandu", 1750000000 },      /* UTC+5:45 */
		{ "UTC", 1767225600 },                 /* the first second of a year */
	};

	srand(3);
	for (size_t i = 0; i < sizeof(nights) / sizeof(nights[0]); i++)
		check_zone(nights[i].zone, nights[i].now_s);
}

/* --- Other questions --------------------------------------------------------------------- */

static void test_zone_changes(void)
{
	const int64_t now_s = sy_unix_ms() / 1000; /* changing keeps what is kept now */
	struct sy_rollup_state state;
	struct sy_rollup_query q = { .grain = SY_DAY, .to = now_s };
	struct sy_error err;

	scratch_make(&s);
	scratch_open(&s);
	random_rows(now_s);
	import_in_pieces(now_s * 1000);
	ok(sy_rollup_state(s.book, &state, &err), &err);
	CU_ASSERT_STRING_EQUAL(state.zone, "UTC");
	CU_ASSERT_EQUAL(sy_rollup_zone(s.book, "Mars/Olympus", &err), -1);
	CU_ASSERT_STRING_EQUAL(err.param, "time_zone");
	CU_ASSERT_EQUAL(sy_rollup_zone(s.book, "../../etc/passwd", &err), -1);
	CU_ASSERT_EQUAL(sy_rollup_zone(s.book, "", &err), -1);
	ok(sy_rollup_zone(s.book, "Asia/Kolkata", &err), &err);
	ok(sy_rollup_state(s.book, &state, &err), &err);
	CU_ASSERT_STRING_EQUAL(state.zone, "Asia/Kolkata");
	setenv("TZ", "Asia/Kolkata", 1);
	tzset();
	compare(&q, "changed");
	unsetenv("TZ");
	tzset();
	scratch_remove(&s);
}

static void note_name(void *arg, const char *id)
{
	char *names = arg;

	strcat(names, id);
	strcat(names, ",");
}

static void test_values(void)
{
	static const char *const models[] = { "b-2", "a-1", "b-1", "c", "a-2" };
	struct sy_attempt row = row_at(1750000000000);
	char names[200] = "";
	struct sy_error err;

	scratch_make(&s);
	scratch_open(&s);
	for (size_t i = 0; i < 5; i++) {
		row.seq++;
		sy_copy(row.model, sizeof(row.model), models[i]);
		ok(sy_ledger_import(s.book, &row, 1, 1750000000000, &err), &err);
	}
	ok(sy_rollup_values(s.book, SY_DIM_MODEL, "", 4, note_name, names, &err), &err);
	CU_ASSERT_STRING_EQUAL(names, "a-1,a-2,b-1,b-2,");
	names[0] = '\0';
	ok(sy_rollup_values(s.book, SY_DIM_MODEL, "b", 9, note_name, names, &err), &err);
	CU_ASSERT_STRING_EQUAL(names, "b-1,b-2,");
	names[0] = '\0';
	ok(sy_rollup_values(s.book, SY_DIM_USER, "x", 9, note_name, names, &err), &err);
	CU_ASSERT_STRING_EQUAL(names, "");
	scratch_remove(&s);
}

static void count_cells(void *arg, int64_t start, const char *id, const struct sy_cell *c)
{
	(void)start;
	(void)c;
	++*(int *)arg;
	if (strcmp(id, "(overflow)") == 0)
		CU_ASSERT_EQUAL(c->requests, 500);
}

/* A label that is different in every request cannot fill the book. */
static void test_too_many_values(void)
{
	enum { MANY = 10500 };
	struct sy_attempt *many = sy_xcalloc(MANY, sizeof(*many));
	struct sy_rollup_query q = { .grain = SY_DAY,
		.by = SY_DIM_USER,
		.to = 1750086400 };
	struct sy_error err;
	int cells = 0;

	scratch_make(&s);
	scratch_open(&s);
	for (int i = 0; i < MANY; i++) {
		many[i] = row_at(1750000000000);
		snprintf(many[i].user, sizeof(many[i].user), "user-%d", i);
	}
	ok(sy_ledger_import(s.book, many, MANY, 1750000000000, &err), &err);
	ok(sy_rollup_each(s.book, &q, count_cells, &cells, NULL, &err), &err);
	CU_ASSERT_EQUAL(cells, 10001);
	CU_ASSERT_EQUAL(ok(sy_book_verify(s.book, 1750000000000, NULL, NULL, &err), &err),
	    0);
	scratch_remove(&s);
	free(many);
}

static void test_quantiles(void)
{
	struct sy_attempt row = row_at(1750000000000);
	struct sy_rollup_query q = { .grain = SY_DAY, .to = 1750086400 };
	struct sy_histogram none = { 0 };
	struct sy_cell sum;
	struct sy_error err;

	scratch_make(&s);
	scratch_open(&s);
	for (int i = 1; i <= 1000; i++) {
		row.rid = sy_id_new(1750000000000);
		row.request_first_ms = i * 10;
		row.request_ms = 1;
		ok(sy_ledger_import(s.book, &row, 1, 1750000000000, &err), &err);
	}
	ok(sy_rollup_sum(s.book, &q, &sum, NULL, &err), &err);
	CU_ASSERT_EQUAL(sy_histogram_count(&sum.first), 1000);
	for (int p = 50; p < 1000; p += 50) {
		int64_t value = sy_histogram_quantile(&sum.first, p), true_ms = p * 10;

		CU_ASSERT(value * 100 >= true_ms * 90 && value * 100 <= true_ms * 110);
	}
	CU_ASSERT_EQUAL(sum.first_ms_sum, 5005000);
	CU_ASSERT(sy_histogram_quantile(&sum.total, 500) <= 10);
	CU_ASSERT_EQUAL(sy_histogram_quantile(&none, 500), -1);
	for (int i = 1; i < SY_HISTOGRAM_BUCKETS; i++)
		CU_ASSERT(sy_histogram_edges_ms[i] > sy_histogram_edges_ms[i - 1]);
	scratch_remove(&s);
}

CU_TestInfo rollup_tests[] = {
	{ "what rows say, around difficult nights", test_difficult_nights },
	{ "the reporting zone changes", test_zone_changes },
	{ "values of a dimension", test_values },
	{ "too many values", test_too_many_values },
	{ "quantiles", test_quantiles },
	CU_TEST_INFO_NULL,
};
