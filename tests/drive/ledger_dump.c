/*
 * ledger_dump.c - all that the store of a root knows, as JSON lines, for the end-to-end tests.
 *
 *	ledger_dump ROOT rows     a line a row of the ledger, newest first; folds before
 *	ledger_dump ROOT count    the number of rows; folds before
 *	ledger_dump ROOT now      what is in flight, in the outbox and reserved
 *	ledger_dump ROOT verify   settles what dead workers left, folds, and proves book and
 *	                          live store; "idle": nothing may be in flight any more
 *	ledger_dump ROOT hold N   keeps the live store's gate for N seconds, as a stopped
 *	                          process would
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "config/root.h"
#include "model/words.h"
#include "store/book.h"
#include "store/ledger.h"
#include "store/live.h"
#include "store/upkeep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store {
	struct sy_book *book;
	struct sy_live *live;
};

static int die(const struct sy_error *err)
{
	fprintf(stderr, "ledger_dump: %s\n", err->message);
	return 1;
}

static void text(struct sy_buf *b, const char *name, const char *value)
{
	sy_buf_printf(b, ",\"%s\":", name);
	sy_buf_json_str(b, value);
}

static void number(struct sy_buf *b, const char *name, int64_t value)
{
	sy_buf_printf(b, ",\"%s\":%lld", name, (long long)value);
}

static void print_row(void *arg, const struct sy_attempt *row)
{
	struct sy_buf *b = arg;
	char id[SY_ID_TEXT];

	sy_id_text(&row->rid, id);
	sy_buf_reset(b);
	sy_buf_printf(b, "{\"id\":\"%s.%u\",\"rid\":\"%s\"", id, row->seq, id);
	number(b, "seq", row->seq);
	number(b, "last", row->last);
	number(b, "stream", row->stream);
	number(b, "simulated", row->simulated);
	number(b, "priced", row->priced);
	text(b, "outcome", sy_word_name(sy_outcome_words, (int)row->outcome));
	text(b, "kind", row->outcome == SY_OK ? "" : sy_kind_info(row->kind)->name);
	number(b, "http_status", row->http_status);
	text(b, "key", row->key);
	text(b, "route", row->route);
	text(b, "asked", row->asked);
	text(b, "provider", row->provider);
	text(b, "model", row->model);
	text(b, "why", row->why);
	number(b, "first_ms", row->first_ms);
	number(b, "total_ms", row->total_ms);
	number(b, "generation", row->generation);
	number(b, "source", row->usage.source);
	for (int c = 0; c < SY_TOKEN_CLASSES; c++)
		number(b, sy_token_class_names[c], row->usage.tokens[c]);
	number(b, "cost", row->cost_nanodollars);
	number(b, "attempts", row->attempts);
	number(b, "client_status", row->client_status);
	sy_buf_putc(b, '}');
	puts(b->data);
}

static int fold_all(struct store *s, struct sy_error *err)
{
	struct sy_live_now now;
	int64_t give_up = sy_monotonic_us() + 20000000;

	do {
		if (sy_fold(s->live, s->book, 5000, err) < 0 ||
		    sy_live_now(s->live, &now, err) < 0)
			return -1;
		if (now.outbox > 0)
			usleep(10000); /* a worker is folding */
	} while (now.outbox > 0 && sy_monotonic_us() < give_up);
	return 0;
}

static int rows(struct store *s, struct sy_error *err)
{
	struct sy_ledger_query q = { .limit = SY_LEDGER_MOST };
	static const struct sy_ledger_mark end;
	struct sy_ledger_mark mark;
	struct sy_buf b;
	int rc;

	if (fold_all(s, err) < 0)
		return -1;
	sy_buf_init(&b, 65536);
	do {
		rc = sy_ledger_each(s->book, &q, print_row, &b, &mark, err);
		q.after = mark;
	} while (rc >= 0 && memcmp(&mark, &end, sizeof(end)) != 0);
	sy_buf_release(&b);
	return rc;
}

static int count(struct store *s, struct sy_error *err)
{
	struct sy_ledger_span span;

	if (fold_all(s, err) < 0 || sy_ledger_span(s->book, &span, err) < 0)
		return -1;
	printf("%lld\n", (long long)span.rows);
	return 0;
}

static int print_now(struct store *s, struct sy_error *err)
{
	struct sy_live_now now;

	if (sy_live_now(s->live, &now, err) < 0)
		return -1;
	printf(
	    "{\"in_flight\":%lld,\"outbox\":%lld,\"workers\":%lld,\"reserved\":%lld}\n",
	    (long long)now.in_flight, (long long)now.outbox, (long long)now.workers,
	    (long long)now.reserved_nanodollars);
	return 0;
}

static void print_fault(void *arg, const char *line)
{
	(void)arg;
	printf("fault: %s\n", line);
}

static int verify(struct store *s, bool idle, struct sy_error *err)
{
	int64_t now = sy_unix_ms(), faults, more;

	if (sy_sweep(s->live, err) < 0 || fold_all(s, err) < 0)
		return -1;
	faults = sy_book_verify(s->book, now, print_fault, NULL, err);
	more = faults < 0 ? -1 : sy_live_verify(s->live, idle, print_fault, NULL, err);
	if (more < 0)
		return -1;
	printf("faults: %lld\n", (long long)(faults + more));
	return 0;
}

static int hold(struct store *s, int seconds, struct sy_error *err)
{
	struct sy_turn *turn;
	int rc;

	while ((rc = sy_turn_begin(s->live, &turn, err)) == 0)
		usleep(100);
	if (rc < 0)
		return -1;
	puts("held");
	fflush(stdout);
	sleep((unsigned)seconds);
	return sy_turn_end(turn, err);
}

static int run(struct store *s, int argc, char **argv, struct sy_error *err)
{
	const char *what = argv[2];

	if (strcmp(what, "rows") == 0)
		return rows(s, err);
	if (strcmp(what, "count") == 0)
		return count(s, err);
	if (strcmp(what, "now") == 0)
		return print_now(s, err);
	if (strcmp(what, "verify") == 0 || strcmp(what, "idle") == 0)
		return verify(s, what[0] == 'i', err);
	if (strcmp(what, "hold") == 0 && argc > 3)
		return hold(s, atoi(argv[3]), err);
	return sy_fail(err, SY_USAGE, "", "'%s' is nothing to do", what);
}

int main(int argc, char **argv)
{
	struct sy_arena *a = sy_arena_new();
	struct store s = { NULL, NULL };
	struct sy_root root;
	struct sy_error err;
	int rc;

	if (argc < 3)
		sy_fail(&err, SY_USAGE, "", "usage: ledger_dump ROOT WHAT");
	rc = argc < 3 || sy_root_find(argv[1], a, &root, &err) < 0 ||
	             sy_book_open(root.book_dir, false, &s.book, &err) < 0 ||
	             sy_live_open(root.live_dir, s.book, &s.live, &err) < 0 ||
	             run(&s, argc, argv, &err) < 0
	         ? die(&err)
	         : 0;
	sy_live_close(s.live);
	sy_book_close(s.book);
	sy_arena_free(a);
	return rc;
}
