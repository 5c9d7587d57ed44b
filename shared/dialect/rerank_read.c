/*
 * rerank_read.c - what providers are asked to rank, and what they answer.
 */
#include "dialect/rerank.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "dialect/openai_task.h"
#include "model/config.h"

#include <math.h>
#include <stdlib.h>

/* --- Requests. --------------------------------------------------------------------------- */

void sy_rerank_put(const struct sy_call *call, const char *top_n, const char *documents,
    struct sy_buf *out)
{
	const struct sy_rerank *r = call->ask->rerank;

	sy_buf_key(out, "query");
	sy_buf_add(out, r->query.at, r->query.len);
	sy_buf_key(out, documents);
	for (size_t i = 0; i < r->count; i++) {
		sy_buf_putc(out, i > 0 ? ',' : '[');
		sy_buf_add(out, r->texts[i].at, r->texts[i].len);
	}
	sy_buf_putc(out, ']');
	if (r->top_n < r->count)
		sy_buf_member_int(out, top_n, (int64_t)r->top_n);
}

/* --- Answers. ---------------------------------------------------------------------------- */

static int unusable(const struct sy_call *call, const char *what, struct sy_error *err)
{
	return sy_fail(err, SY_UNUSABLE, "", "%s answered with %s",
	    call->model->provider->name, what);
}

static bool read_score(struct sy_span row, struct sy_ranked *out)
{
	char digits[64];

	out->digits = sy_walk_get(row, "relevance_score");
	if (out->digits.at == NULL)
		out->digits = sy_walk_get(row, "score"); /* TEI's */
	if (out->digits.at == NULL || out->digits.len >= sizeof(digits) ||
	    (*out->digits.at != '-' && (*out->digits.at < '0' || *out->digits.at > '9')))
		return false;
	sy_copy_n(digits, sizeof(digits), out->digits.at, out->digits.len);
	out->score = strtod(digits, NULL);
	return isfinite(out->score);
}

static int read_row(const struct sy_call *call, struct sy_span row, bool *seen,
    struct sy_ranking *out, struct sy_error *err)
{
	size_t count = call->ask->rerank->count;
	struct sy_ranked *one = &out->list[out->count];
	int64_t index;

	if (!sy_span_int(sy_walk_get(row, "index"), &index) || index < 0 ||
	    index >= (int64_t)count || seen[index])
		return unusable(call, "the index of no document, or one twice", err);
	if (!read_score(row, one))
		return unusable(call, "a score that is no number", err);
	seen[index] = true;
	one->index = (size_t)index;
	out->count++;
	return 0;
}

static void read_usage(const struct sy_call *call, struct sy_span body,
    struct sy_ranking *out)
{
	struct sy_span meta = sy_walk_get(body, "meta");
	struct sy_span billed = sy_walk_get(meta, "billed_units");
	int64_t units;

	if (!sy_openai_task_usage(call, sy_walk_get(body, "usage"), &out->usage) &&
	    !sy_openai_task_usage(call, sy_walk_get(meta, "tokens"), &out->usage))
		sy_openai_task_usage(call, billed, &out->usage);
	if (sy_span_int(sy_walk_get(billed, "search_units"), &units) && units > 0)
		out->search_units = units;
}

int sy_rerank_read(const struct sy_call *call, struct sy_span body, struct sy_ranking *out,
    struct sy_error *err)
{
	size_t count = call->ask->rerank->count, pos = 0;
	bool *seen = sy_alloc(call->arena, count * sizeof(*seen));
	struct sy_span list = body, row;

	if (sy_span_is_object(body))
		list = sy_walk_get(body, "results");
	if (list.at == NULL)
		list = sy_walk_get(body, "data"); /* Voyage's */
	if (!sy_span_is_array(list))
		return unusable(call, "no list of results", err);
	out->list = sy_alloc(call->arena, count * sizeof(*out->list));
	while (sy_walk_element(list, &pos, &row))
		if (read_row(call, row, seen, out, err) < 0)
			return -1;
	if (out->count == 0)
		return unusable(call, "no results", err);
	read_usage(call, body, out);
	return 0;
}
