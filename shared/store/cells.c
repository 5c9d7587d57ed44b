/*
 * cells.c - see cells.h and rollup.h.
 */
#include "store/cells.h"

#include "store/pack.h"
#include "store/schema.h"

#include <string.h>

const struct sy_word sy_dim_words[] = {
	{ "model", SY_DIM_MODEL },
	{ "provider", SY_DIM_PROVIDER },
	{ "route", SY_DIM_ROUTE },
	{ "feature", SY_DIM_FEATURE },
	{ "user", SY_DIM_USER },
	{ "key", SY_DIM_KEY },
	{ NULL, 0 },
};

const struct sy_word sy_grain_words[] = {
	{ "minute", SY_MINUTE },
	{ "hour", SY_HOUR },
	{ "day", SY_DAY },
	{ "month", SY_MONTH },
	{ NULL, 0 },
};

const struct sy_word sy_end_words[] = {
	{ "ok", SY_END_OK },
	{ "client_error", SY_END_CLIENT_ERROR },
	{ "upstream_error", SY_END_UPSTREAM_ERROR },
	{ "cancelled", SY_END_CANCELLED },
	{ "refused", SY_END_REFUSED },
	{ NULL, 0 },
};

const struct sy_word sy_fault_words[] = {
	{ "unreached", SY_FAULT_UNREACHED },
	{ "overloaded", SY_FAULT_OVERLOADED },
	{ "busy", SY_FAULT_BUSY },
	{ "lost", SY_FAULT_LOST },
	{ "broken", SY_FAULT_BROKEN },
	{ "too_slow", SY_FAULT_TOO_SLOW },
	{ "truncated", SY_FAULT_TRUNCATED },
	{ "unusable", SY_FAULT_UNUSABLE },
	{ "credential", SY_FAULT_CREDENTIAL },
	{ "no_upstream_model", SY_FAULT_NO_MODEL },
	{ NULL, 0 },
};

/* --- What a kind of failure counts as ---------------------------------------------------- */

#define NO_FAULT (-1)

/* Kinds that are not here are failures of ours, and no provider's fault. */
static const struct {
	uint8_t listed;
	uint8_t end;
	int8_t fault;
} kinds[SY_KINDS] = {
	[SY_BAD_REQUEST] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_TOO_LARGE] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_BAD_MEDIA] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_UNKNOWN_KEY] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_FORBIDDEN] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_NOT_FOUND] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_BAD_METHOD] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_NO_MODEL] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_CLIENT_SLOW] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_REFUSED] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_CONTEXT] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_POLICY] = { 1, SY_END_CLIENT_ERROR, NO_FAULT },
	[SY_OVER_LIMIT] = { 1, SY_END_REFUSED, NO_FAULT },
	[SY_OVER_BUDGET] = { 1, SY_END_REFUSED, NO_FAULT },
	[SY_CLIENT_GONE] = { 1, SY_END_CANCELLED, NO_FAULT },
	[SY_UNREACHED] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_UNREACHED },
	[SY_OVERLOADED] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_OVERLOADED },
	[SY_BUSY] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_BUSY },
	[SY_CONFLICT] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_BUSY },
	[SY_LOST] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_LOST },
	[SY_BROKEN] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_BROKEN },
	[SY_TOO_SLOW] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_TOO_SLOW },
	[SY_TRUNCATED] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_TRUNCATED },
	[SY_UNUSABLE] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_UNUSABLE },
	[SY_CREDENTIAL] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_CREDENTIAL },
	[SY_NO_UPSTREAM_MODEL] = { 1, SY_END_UPSTREAM_ERROR, SY_FAULT_NO_MODEL },
};

enum sy_end sy_row_end(const struct sy_attempt *row)
{
	if (row->outcome == SY_OK || row->outcome == SY_OK_CLIENT_GONE)
		return SY_END_OK;
	if (row->outcome == SY_CANCELLED)
		return SY_END_CANCELLED;
	return row->kind < SY_KINDS && kinds[row->kind].listed ? kinds[row->kind].end
	                                                       : SY_END_UPSTREAM_ERROR;
}

static int row_fault(const struct sy_attempt *row)
{
	bool failed = sy_row_end(row) == SY_END_UPSTREAM_ERROR;

	return failed && row->kind < SY_KINDS && kinds[row->kind].listed
	           ? kinds[row->kind].fault
	           : NO_FAULT;
}

/* --- Histograms -------------------------------------------------------------------------- */

/* 10 ms * 1.2^n, rounded. */
/* clang-format off */
const int32_t sy_histogram_edges_ms[SY_HISTOGRAM_BUCKETS] = {
	10, 12, 14, 17, 21, 25, 30, 36, 43, 52, 62, 74, 89, 107, 128, 154, 185, 222,
	266, 319, 383, 460, 552, 662, 795, 954, 1145, 1374, 1648, 1978, 2374, 2849,
	3418, 4102, 4922, 5907, 7088, 8506, 10207, 12248, 14698, 17637, 21165, 25398,
	30477, 36573, 43887, 52665, 63197, 75837, 91004, 109205, 131046, 157256,
	188707, 226448, 271738, 326085, 391302, 469563, 563475, 676170, 811404, 973685,
};
/* clang-format on */

static int bucket_of(int64_t ms)
{
	int low = 0, high = SY_HISTOGRAM_BUCKETS - 1;

	while (low < high) {
		int mid = (low + high) / 2;

		if (sy_histogram_edges_ms[mid] < ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int64_t sy_histogram_count(const struct sy_histogram *h)
{
	int64_t sum = 0;

	for (int i = 0; i < SY_HISTOGRAM_BUCKETS; i++)
		sum += h->n[i];
	return sum;
}

/* A bucket stands for the middle of what it holds, on the scale that its edges have: the
 * edge divided by the root of 1.2. */
int64_t sy_histogram_quantile(const struct sy_histogram *h, int per_mille)
{
	int64_t all = sy_histogram_count(h), seen = 0, wanted;

	if (all == 0)
		return -1;
	wanted = (all * per_mille + 999) / 1000;
	for (int i = 0; i < SY_HISTOGRAM_BUCKETS; i++) {
		seen += h->n[i];
		if (seen >= wanted && seen > 0)
			return ((int64_t)sy_histogram_edges_ms[i] * 913 + 500) / 1000;
	}
	return sy_histogram_edges_ms[SY_HISTOGRAM_BUCKETS - 1];
}

/* --- Adding ------------------------------------------------------------------------------ */

/* All before the histograms are int64_t: one loop adds, packs and unpacks them. */
#define NUMBERS (offsetof(struct sy_cell, first) / sizeof(int64_t))

_Static_assert(offsetof(struct sy_cell, first) % sizeof(int64_t) == 0, "int64_t only");
_Static_assert(sizeof(struct sy_cell) ==
                   offsetof(struct sy_cell, first) + 2 * sizeof(struct sy_histogram),
    "the histograms stand last");
_Static_assert(SY_CELL_BYTES >= 1 + NUMBERS * 10 + 2 * (1 + SY_HISTOGRAM_BUCKETS * 6),
    "a cell may not fit");

void sy_cell_add_numbers(struct sy_cell *sum, const struct sy_cell *c)
{
	int64_t *to = (int64_t *)sum;
	const int64_t *from = (const int64_t *)c;

	for (size_t i = 0; i < NUMBERS; i++)
		to[i] += from[i];
}

void sy_cell_add(struct sy_cell *sum, const struct sy_cell *c)
{
	sy_cell_add_numbers(sum, c);
	for (int i = 0; i < SY_HISTOGRAM_BUCKETS; i++) {
		sum->first.n[i] += c->first.n[i];
		sum->total.n[i] += c->total.n[i];
	}
}

void sy_cell_take(struct sy_cell *sum, const struct sy_share *share)
{
	sy_cell_add_numbers(sum, &share->cell);
	if (share->first_bucket >= 0)
		sum->first.n[share->first_bucket]++;
	if (share->total_bucket >= 0)
		sum->total.n[share->total_bucket]++;
}

static int64_t all_tokens(const struct sy_attempt *row)
{
	return sy_usage_in(&row->usage) + sy_usage_out(&row->usage);
}

static void share_use(const struct sy_attempt *row, struct sy_share *s)
{
	memset(&s->cell, 0, offsetof(struct sy_cell, first));
	s->first_bucket = s->total_bucket = -1;
	s->cell.attempts = row->provider[0] != '\0';
	for (int i = 0; i < SY_TOKEN_CLASSES; i++)
		s->cell.tokens[i] = row->usage.tokens[i];
	s->cell.cost_nanodollars = row->cost_nanodollars;
	if (sy_row_end(row) != SY_END_OK)
		s->cell.wasted_nanodollars = row->cost_nanodollars;
}

static void share_times(struct sy_share *s, const struct sy_attempt *row,
    int64_t first_ms, int64_t total_ms)
{
	if (sy_row_end(row) != SY_END_OK)
		return;
	if (row->stream && first_ms >= 0) {
		s->cell.first_ms_sum = first_ms;
		s->cell.first_n = 1;
		s->first_bucket = bucket_of(first_ms);
	}
	s->cell.total_ms_sum = total_ms;
	s->total_bucket = bucket_of(total_ms);
}

static void share_count(const struct sy_attempt *row, enum sy_end end, struct sy_share *s)
{
	s->cell.requests = 1;
	s->cell.ends[end] = 1;
	s->cell.unpriced = !row->priced && all_tokens(row) > 0;
}

void sy_share_request(const struct sy_attempt *row, struct sy_share *out)
{
	share_use(row, out);
	if (!row->last)
		return;
	share_count(row, sy_row_end(row), out);
	out->cell.rescued = sy_row_end(row) == SY_END_OK && row->attempts > 1;
	share_times(out, row, row->request_first_ms, row->request_ms);
}

/* A failure that is no fault of the provider's (our worker died) is a hang-up to it. */
bool sy_share_attempt(const struct sy_attempt *row, struct sy_share *out)
{
	enum sy_end end = sy_row_end(row);
	int fault = row_fault(row);

	if (row->provider[0] == '\0')
		return false;
	if (end == SY_END_UPSTREAM_ERROR && fault == NO_FAULT)
		end = SY_END_CANCELLED;
	share_use(row, out);
	share_count(row, end, out);
	if (fault != NO_FAULT)
		out->cell.faults[fault] = 1;
	share_times(out, row, row->first_ms, row->total_ms);
	return true;
}

/* --- Bytes ------------------------------------------------------------------------------- */

/* The gap to the next bucket that is not empty, and its count; then a gap of 0. */
static void pack_histogram(struct sy_packer *p, const struct sy_histogram *h)
{
	int last = -1;

	for (int i = 0; i < SY_HISTOGRAM_BUCKETS; i++) {
		if (h->n[i] == 0)
			continue;
		sy_pack_int(p, i - last);
		sy_pack_int(p, h->n[i]);
		last = i;
	}
	sy_pack_int(p, 0);
}

static void unpack_histogram(struct sy_unpacker *u, struct sy_histogram *h)
{
	int64_t gap, at = -1;

	while ((gap = sy_unpack_int(u)) != 0 && !u->bad) {
		at += gap;
		if (gap < 0 || at >= SY_HISTOGRAM_BUCKETS) {
			u->bad = true;
			return;
		}
		h->n[at] = (uint32_t)sy_unpack_int(u);
	}
}

size_t sy_cell_pack(const struct sy_cell *c, bool histograms,
    uint8_t bytes[SY_CELL_BYTES])
{
	struct sy_packer p = { .at = bytes, .end = bytes + SY_CELL_BYTES };
	const int64_t *numbers = (const int64_t *)c;

	*p.at++ = SY_ROW_VERSION;
	for (size_t i = 0; i < NUMBERS; i++)
		sy_pack_int(&p, numbers[i]);
	if (histograms) {
		pack_histogram(&p, &c->first);
		pack_histogram(&p, &c->total);
	}
	return (size_t)(p.at - bytes);
}

bool sy_cell_unpack(const void *bytes, size_t len, struct sy_cell *c)
{
	struct sy_unpacker u = { .at = bytes, .end = (const uint8_t *)bytes + len };
	int64_t *numbers = (int64_t *)c;

	memset(c, 0, sizeof(*c));
	if (len == 0 || *u.at++ != SY_ROW_VERSION)
		return false;
	for (size_t i = 0; i < NUMBERS; i++)
		numbers[i] = sy_unpack_int(&u);
	if (u.at < u.end) {
		unpack_histogram(&u, &c->first);
		unpack_histogram(&u, &c->total);
	}
	return !u.bad && u.at == u.end;
}
