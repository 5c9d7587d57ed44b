#include "scratch.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0    INT64_C(1767225600000)
#define COUNT 200

static struct sy_attempt rows[COUNT];

/* One a second; every third failed, every second by bob, with a first attempt each tenth. */
static void import(void)
{
	struct sy_error err;

	for (int i = 0; i < COUNT; i++) {
		rows[i] = row_at(T0 + i * 1000);
		snprintf(rows[i].user, sizeof(rows[i].user), "%s", i % 2 ? "bob" : "ann");
		if (i % 3 == 0) {
			rows[i].outcome = SY_UPSTREAM_ERROR;
			rows[i].kind = SY_BROKEN;
		}
		if (i % 10 == 9) {
			rows[i].rid = rows[i - 1].rid;
			rows[i].seq = 2;
			rows[i - 1].last = false;
		}
	}
	CU_ASSERT_EQUAL(ok(sy_ledger_import(s.book, rows, COUNT, T0 + COUNT * 1000, &err),
	                    &err),
	    COUNT);
}

struct seen {
	int count;
	struct sy_id first, last;
	int wrong;
	const struct sy_ledger_query *q;
};

static void look(void *arg, const struct sy_attempt *row)
{
	struct seen *seen = arg;

	if (seen->count++ == 0)
		seen->first = row->rid;
	else if (memcmp(row->rid.bytes, seen->last.bytes, SY_ID_BYTES) > 0)
		seen->wrong++; /* not newest first */
	seen->last = row->rid;
	seen->wrong += seen->q->user != NULL && strcmp(seen->q->user, row->user) != 0;
	seen->wrong += seen->q->which == SY_WHICH_OK && row->outcome != SY_OK;
	seen->wrong += seen->q->which == SY_WHICH_FAILED && row->outcome == SY_OK;
	seen->wrong += seen->q->requests && !row->last;
}

/* All pages of a listing. */
static struct seen list(struct sy_ledger_query q)
{
	struct seen seen = { .q = &q };
	static const struct sy_ledger_mark none;
	struct sy_error err;

	do {
		ok(sy_ledger_each(s.book, &q, look, &seen, &q.after, &err), &err);
	} while (memcmp(&q.after, &none, sizeof(none)) != 0);
	return seen;
}

static int expected(const struct sy_ledger_query *q)
{
	int n = 0;

	for (int i = 0; i < COUNT; i++) {
		int64_t ms = sy_id_unix_ms(&rows[i].rid);

		n +=
		    ms >= q->from_ms && (q->to_ms == 0 || ms < q->to_ms) &&
		    (q->user == NULL || strcmp(q->user, rows[i].user) == 0) &&
		    (q->provider == NULL || strcmp(q->provider, rows[i].provider) == 0) &&
		    (q->which != SY_WHICH_OK || rows[i].outcome == SY_OK) &&
		    (q->which != SY_WHICH_FAILED || rows[i].outcome != SY_OK) &&
		    (!q->requests || rows[i].last);
	}
	return n;
}

static void test_listing(void)
{
	struct sy_ledger_query queries[] = {
		{ 0 },
		{ .limit = 7 },
		{ .limit = 1 },
		{ .from_ms = T0 + 50000 },
		{ .to_ms = T0 + 50000, .limit = 13 },
		{ .from_ms = T0 + 50000, .to_ms = T0 + 51000 },
		{ .from_ms = T0 + 50500, .to_ms = T0 + 51000 },
		{ .user = "bob", .limit = 10 },
		{ .user = "nobody" },
		{ .provider = "acme", .which = SY_WHICH_FAILED },
		{ .which = SY_WHICH_OK, .user = "ann", .from_ms = T0 + 1000, .limit = 3 },
		{ .requests = true },
		{ .to_ms = 1 },
		{ .from_ms = INT64_C(1) << 47 },
	};

	import();
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct seen seen = list(queries[i]);

		if (seen.count != expected(&queries[i]))
			fprintf(stderr, "query %zu: %d\n", i, seen.count);
		CU_ASSERT_EQUAL(seen.count, expected(&queries[i]));
		CU_ASSERT_EQUAL(seen.wrong, 0);
	}
}

static void test_request(void)
{
	struct sy_attempt got[3];
	struct sy_id unknown = sy_id_new(T0);
	struct sy_error err;

	import();
	CU_ASSERT_EQUAL(ok(sy_ledger_request(s.book, &rows[9].rid, got, 3, &err), &err),
	    2);
	CU_ASSERT_EQUAL(got[0].seq, 1);
	CU_ASSERT_EQUAL(got[1].seq, 2);
	CU_ASSERT_TRUE(same_row(&got[0], &rows[8]));
	CU_ASSERT_EQUAL(ok(sy_ledger_request(s.book, &rows[9].rid, got, 1, &err), &err),
	    1);
	CU_ASSERT_EQUAL(ok(sy_ledger_request(s.book, &unknown, got, 3, &err), &err), 0);
}

static void test_span(void)
{
	struct sy_ledger_span span;
	struct sy_error err;

	ok(sy_ledger_span(s.book, &span, &err), &err);
	CU_ASSERT_EQUAL(span.rows, 0);
	CU_ASSERT_EQUAL(span.last_ms, 0);
	import();
	ok(sy_ledger_span(s.book, &span, &err), &err);
	CU_ASSERT_EQUAL(span.rows, COUNT);
	CU_ASSERT_EQUAL(span.first_ms, T0);
	CU_ASSERT_EQUAL(span.last_ms, T0 + (COUNT - 2) * 1000);
}

static void test_importing_twice(void)
{
	struct sy_error err;

	import();
	CU_ASSERT_EQUAL(ok(sy_ledger_import(s.book, rows, COUNT, T0 + COUNT * 1000, &err),
	                    &err),
	    0);
	CU_ASSERT_EQUAL(ok(sy_book_verify(s.book, T0 + COUNT * 1000, NULL, NULL, &err),
	                    &err),
	    0);
	CU_ASSERT_EQUAL(ok(sy_ledger_import(s.book, NULL, 0, T0, &err), &err), 0);
}

/* Every member at its limits survives the way into the file and back. */
static void test_extremes(void)
{
	struct sy_attempt row = row_at(T0), got;
	struct sy_error err;

	memset(row.why, 'w', sizeof(row.why) - 1);
	memset(row.user, '\xff', sizeof(row.user) - 1);
	row.first_ms = row.request_first_ms = -1;
	row.total_ms = INT32_MAX;
	row.generation = UINT32_MAX;
	row.seq = UINT16_MAX;
	row.attempts = UINT16_MAX;
	row.outcome = SY_DENIED;
	row.kind = SY_BUG;
	row.started_ms = INT64_MIN;
	row.cost_nanodollars = INT64_MAX / 4;
	row.bytes_out = INT64_MAX;
	for (int i = 0; i < SY_TOKEN_CLASSES; i++)
		row.usage.tokens[i] = SY_TOKENS_MAX;
	ok(sy_ledger_import(s.book, &row, 1, T0, &err), &err);
	CU_ASSERT_EQUAL(ok(sy_ledger_request(s.book, &row.rid, &got, 1, &err), &err), 1);
	CU_ASSERT_TRUE(same_row(&row, &got));
}

CU_TestInfo ledger_tests[] = {
	{ "listed newest first, by condition and page", test_listing },
	{ "a request's attempts", test_request },
	{ "the span of what is there", test_span },
	{ "importing twice is importing once", test_importing_twice },
	{ "extreme values", test_extremes },
	CU_TEST_INFO_NULL,
};
