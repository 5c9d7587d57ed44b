#include "scratch.h"

#include "base/clock.h"
#include "store/turn.h"

#include <stdio.h>
#include <string.h>

#define NOW INT64_C(10000000)

static struct sy_attempt row_of(const struct sy_key *key)
{
	struct sy_attempt row = row_at(sy_unix_ms());

	memcpy(row.key, key->id, sizeof(key->id));
	return row;
}

static enum sy_verdict try_one(const struct sy_key *key, struct sy_attempt *row,
    int64_t boot_ms, struct sy_admitted *out)
{
	struct sy_admission in;

	*row = row_of(key);
	in = admission(row, key, boot_ms);
	return admit_one(s.live, &in, out);
}

/* Tells of the attempt's target too. */
static void report_one(const struct sy_attempt *row, bool good, enum sy_kind kind,
    int64_t boot_ms, uint32_t fence)
{
	struct sy_turn *turn = turn_begin(s.live);
	struct sy_report report = { .ok = good,
		.kind = kind,
		.first_ms = 100,
		.now_ms = boot_ms,
		.fence = fence };
	struct sy_error err;

	sy_turn_settle(turn, row, &report, fence);
	ok(sy_turn_end(turn, &err), &err);
}

static struct sy_health health_of(const char *provider, const char *model)
{
	struct sy_target_name target = { provider, model };
	struct sy_health h;
	struct sy_error err;

	ok(sy_live_health(s.live, &target, 1, &h, &err), &err);
	return h;
}

/* --- Cases ------------------------------------------------------------------------------- */

static void test_admit_settle_fold(void)
{
	struct sy_key key = key_of("sy_turn0001");
	struct sy_attempt row, got[4];
	struct sy_admitted out;
	struct sy_error err;

	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_GO);
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, 1);
	CU_ASSERT_EQUAL(now_of(s.live).workers, 1);
	CU_ASSERT_EQUAL(now_of(s.live).reserved_nanodollars, 5000);
	check_all(false);
	settle_one(s.live, &row);
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, 0);
	CU_ASSERT_EQUAL(now_of(s.live).reserved_nanodollars, 0);
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 1);
	settle_one(s.live, &row); /* twice is once */
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 1);
	CU_ASSERT_EQUAL(ok(sy_fold(s.live, s.book, 100, &err), &err), 1);
	CU_ASSERT_EQUAL(ok(sy_fold(s.live, s.book, 100, &err), &err), 0);
	CU_ASSERT_EQUAL(now_of(s.live).outbox, 0);
	CU_ASSERT_EQUAL(ok(sy_ledger_request(s.book, &row.rid, got, 4, &err), &err), 1);
	CU_ASSERT_TRUE(same_row(&got[0], &row));
	check_all(true);
}

static void test_budget(void)
{
	struct sy_key key = key_of("sy_turn0002");
	struct sy_attempt row, other;
	struct sy_admitted out;

	key.budget_nanodollars = 5999;
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_GO); /* reserves 5000 */
	CU_ASSERT_EQUAL(try_one(&key, &other, NOW, &out), SY_STOP_BUDGET);
	CU_ASSERT(strlen(out.why) > 0);
	settle_one(s.live, &row); /* costs 1000 */
	CU_ASSERT_EQUAL(try_one(&key, &other, NOW, &out), SY_STOP_BUDGET);
	key.budget_nanodollars = 6000;
	CU_ASSERT_EQUAL(try_one(&key, &other, NOW, &out), SY_GO);
	key.budget_nanodollars = 0;
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_GO);
}

/* What was spent in earlier boots is in the book; what this boot spends is not counted twice
 * when it gets there. */
static void test_budget_over_boots(void)
{
	struct sy_key key = key_of("sy_turn0003");
	struct sy_attempt row, old = row_of(&key);
	struct sy_admitted out;
	struct sy_error err;

	old.cost_nanodollars = 7000;
	ok(sy_ledger_import(s.book, &old, 1, sy_unix_ms(), &err), &err);
	key.budget_nanodollars = 11999;
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_STOP_BUDGET);
	key.budget_nanodollars = 12000;
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_GO);
	settle_one(s.live, &row);
	fold_all(); /* 8000 spent */
	key.budget_nanodollars = 13000;
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_GO);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_STOP_BUDGET);
}

static void test_requests_a_minute(void)
{
	struct sy_key key = key_of("sy_turn0004");
	struct sy_attempt row = row_of(&key);
	struct sy_admission in = admission(&row, &key, NOW);
	struct sy_admitted out;

	key.requests_per_minute = 2;
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_GO);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW + 10000, &out), SY_GO);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW + 20000, &out), SY_STOP_LIMIT);
	CU_ASSERT(out.retry_after_ms > 39000 && out.retry_after_ms <= 40500);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW + 20000 + out.retry_after_ms - 1, &out),
	    SY_STOP_LIMIT);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW + 60500, &out), SY_GO);
	/* A further attempt of a request that was counted. */
	row = row_of(&key);
	in.first = false;
	in.boot_ms = NOW + 60500;
	CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_GO);
}

static void test_tokens_a_minute(void)
{
	struct sy_key key = key_of("sy_turn0005");
	struct sy_attempt row = row_of(&key), other;
	struct sy_admission in = admission(&row, &key, NOW);
	struct sy_admitted out;

	key.tokens_per_minute = 1000;
	in.tokens = 1001;
	CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_STOP_LIMIT);
	CU_ASSERT_EQUAL(out.retry_after_ms, 0); /* never */
	in.tokens = 995;
	CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_GO);
	CU_ASSERT_EQUAL(try_one(&key, &other, NOW, &out), SY_STOP_LIMIT); /* wants 10 */
	settle_one(s.live, &row);                                         /* used 175 */
	for (int i = 0; i < 82; i++)
		CU_ASSERT_EQUAL(try_one(&key, &other, NOW, &out), SY_GO);
	CU_ASSERT_EQUAL(try_one(&key, &other, NOW, &out), SY_STOP_LIMIT);
}

static void test_in_flight(void)
{
	struct sy_key key = key_of("sy_turn0006"), second = key_of("sy_turn0007");
	struct sy_attempt a, b, c = row_of(&second);
	struct sy_admission in = admission(&c, &second, NOW);
	struct sy_admitted out;

	key.max_in_flight = 1;
	CU_ASSERT_EQUAL(try_one(&key, &a, NOW, &out), SY_GO);
	CU_ASSERT_EQUAL(try_one(&key, &b, NOW, &out), SY_STOP_LIMIT);
	in.max_in_flight = 1; /* of the provider, which has one of another key */
	CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_STOP_FULL);
	settle_one(s.live, &a);
	CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_GO);
	CU_ASSERT_EQUAL(try_one(&key, &b, NOW, &out), SY_GO);
	check_all(false);
}

/* Refused for one reason, nothing of the others is taken. */
static void test_refusal_takes_nothing(void)
{
	struct sy_key key = key_of("sy_turn0008");
	struct sy_attempt row;
	struct sy_admitted out;

	key.requests_per_minute = 1;
	key.budget_nanodollars = 10;
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_STOP_BUDGET);
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, 0);
	CU_ASSERT_EQUAL(now_of(s.live).reserved_nanodollars, 0);
	key.budget_nanodollars = 0;
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_GO);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_STOP_LIMIT);
}

static void break_target(const struct sy_key *key)
{
	struct sy_attempt row;
	struct sy_admitted out;

	for (int i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(try_one(key, &row, NOW, &out), SY_GO);
		report_one(&row, false, SY_BROKEN, NOW, 0);
	}
}

static void test_circuit(void)
{
	struct sy_key key = key_of("sy_turn0009");
	struct sy_attempt row, probe, other;
	struct sy_admitted out;
	int64_t later = NOW + 60000;
	uint32_t fence;

	break_target(&key);
	CU_ASSERT_EQUAL(health_of("acme", "large-1").circuit, SY_OPEN);
	CU_ASSERT_EQUAL(health_of("acme", "small-1").circuit, SY_CLOSED);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW + 1, &out), SY_STOP_CIRCUIT);
	CU_ASSERT(out.retry_after_ms > 1000);
	CU_ASSERT_EQUAL(try_one(&key, &probe, later, &out), SY_GO_PROBE);
	fence = out.fence;
	CU_ASSERT(fence != 0);
	CU_ASSERT_EQUAL(try_one(&key, &other, later + 1, &out), SY_STOP_CIRCUIT);
	report_one(&probe, true, SY_BUG, later + 2, fence);
	CU_ASSERT_EQUAL(try_one(&key, &probe, later + 3, &out), SY_GO_PROBE);
	CU_ASSERT(out.fence != fence);
	report_one(&probe, true, SY_BUG, later + 4, out.fence);
	CU_ASSERT_EQUAL(health_of("acme", "large-1").circuit, SY_CLOSED);
	check_all(true);
}

/* A probe whose client left says nothing of the target, but frees the lease. */
static void test_probe_without_report(void)
{
	struct sy_key key = key_of("sy_turn0010");
	struct sy_attempt probe;
	struct sy_admitted out;
	struct sy_turn *turn;
	struct sy_error err;

	break_target(&key);
	CU_ASSERT_EQUAL(try_one(&key, &probe, NOW + 60000, &out), SY_GO_PROBE);
	turn = turn_begin(s.live);
	sy_turn_settle(turn, &probe, NULL, out.fence);
	ok(sy_turn_end(turn, &err), &err);
	CU_ASSERT_EQUAL(try_one(&key, &probe, NOW + 60001, &out), SY_GO_PROBE);
}

static void steer(enum sy_circuit to, int64_t until_ms)
{
	struct sy_target_name target = { "acme", "large-1" };
	struct sy_turn *turn = turn_begin(s.live);
	struct sy_error err;

	sy_turn_steer(turn, &target, to, until_ms);
	ok(sy_turn_end(turn, &err), &err);
}

static void test_steering(void)
{
	struct sy_key key = key_of("sy_turn0011");
	struct sy_attempt row;
	struct sy_admitted out;

	steer(SY_DRAINED, 0);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_STOP_CIRCUIT);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW + 1000000000, &out), SY_STOP_CIRCUIT);
	steer(SY_DRAINED, NOW + 1000);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW, &out), SY_STOP_CIRCUIT);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW + 1000, &out), SY_GO);
	settle_one(s.live, &row);
	steer(SY_CLOSED, 0);
	break_target(&key);
	CU_ASSERT_EQUAL(health_of("acme", "large-1").circuit, SY_OPEN);
	steer(SY_CLOSED, 0);
	CU_ASSERT_EQUAL(try_one(&key, &row, NOW + 1, &out), SY_GO);
}

/* More counters in one turn than it has room for. */
static void test_many_keys_in_a_turn(void)
{
	enum { MANY = 3 * SY_TURN_SLOTS };
	static struct sy_attempt rows[MANY];
	static struct sy_key keys[MANY];
	struct sy_turn *turn = turn_begin(s.live);
	struct sy_admitted out;
	struct sy_error err;

	for (int i = 0; i < MANY; i++) {
		struct sy_admission in;

		snprintf(keys[i].id, sizeof(keys[i].id), "sy_many%04d", i);
		keys[i].requests_per_minute = 1;
		rows[i] = row_of(&keys[i]);
		snprintf(rows[i].provider, sizeof(rows[i].provider), "provider-%d",
		    i % 50);
		in = admission(&rows[i], &keys[i], NOW);
		sy_turn_admit(turn, &in, &out);
		CU_ASSERT_EQUAL(out.verdict, SY_GO);
	}
	ok(sy_turn_end(turn, &err), &err);
	CU_ASSERT_EQUAL(now_of(s.live).in_flight, MANY);
	check_all(false);
	turn = turn_begin(s.live);
	for (int i = 0; i < MANY; i++)
		sy_turn_settle(turn, &rows[i], NULL, 0);
	ok(sy_turn_end(turn, &err), &err);
	fold_all();
	check_all(true);
}

/* Names as long as rows take them, and longer; separators that could be taken for others. */
static void test_odd_names(void)
{
	static const char *const odd[][2] = { { "a", "b:c" }, { "a:b", "c" }, { "", "" },
		{ "ab", "" }, { "a", "b" }, { "\xff\xfe", "\x01" },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789",
		    "x" } };
	struct sy_key key = key_of("sy_turn0013");

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct sy_attempt row = row_of(&key);
		struct sy_admission in = admission(&row, &key, NOW);
		struct sy_admitted out;

		snprintf(row.provider, sizeof(row.provider), "%s", odd[i][0]);
		snprintf(row.model, sizeof(row.model), "%s", odd[i][1]);
		CU_ASSERT_EQUAL(admit_one(s.live, &in, &out), SY_GO);
		report_one(&row, true, SY_BUG, NOW, 0);
		CU_ASSERT_EQUAL(health_of(odd[i][0], odd[i][1]).first_ms, 101);
	}
	fold_all();
	check_all(true);
}

static void test_note(void)
{
	struct sy_attempt row = row_at(sy_unix_ms()), got;
	struct sy_turn *turn = turn_begin(s.live);
	struct sy_error err;

	row.seq = 0;
	row.outcome = SY_DENIED;
	row.kind = SY_OVER_LIMIT;
	row.provider[0] = row.model[0] = '\0';
	row.cost_nanodollars = 0;
	sy_turn_note(turn, &row);
	ok(sy_turn_end(turn, &err), &err);
	fold_all();
	CU_ASSERT_EQUAL(ok(sy_ledger_request(s.book, &row.rid, &got, 1, &err), &err), 1);
	CU_ASSERT_EQUAL(got.outcome, SY_DENIED);
	check_all(true);
}

CU_TestInfo turn_tests[] = {
	{ "admitted, settled, folded, found", test_admit_settle_fold },
	{ "the budget holds what may be spent", test_budget },
	{ "a budget outlives the boot", test_budget_over_boots },
	{ "requests a minute", test_requests_a_minute },
	{ "tokens a minute, corrected when known", test_tokens_a_minute },
	{ "in flight, by key and by provider", test_in_flight },
	{ "a refusal takes nothing", test_refusal_takes_nothing },
	{ "the circuit opens, is probed, closes", test_circuit },
	{ "a probe that learned nothing", test_probe_without_report },
	{ "drained and taken back", test_steering },
	{ "many keys in one turn", test_many_keys_in_a_turn },
	{ "odd names stay apart", test_odd_names },
	{ "a row that was never in flight", test_note },
	CU_TEST_INFO_NULL,
};
