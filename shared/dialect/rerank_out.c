/*
 * rerank_out.c - answers to those who rerank: the members of Cohere's, both versions, and of
 * Jina's, in one object.
 */
#include "dialect/rerank.h"

#include "base/buf.h"
#include "model/ask.h"

#include <stdlib.h>

/* Documents that one of Cohere's search units is good for. */
#define UNIT_DOCUMENTS 100

/* Best first; of equals the one that came first. */
static int compare(const void *a, const void *b)
{
	const struct sy_ranked *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

static void put_document(struct sy_span document, struct sy_buf *out)
{
	bool text = sy_span_is_string(document);

	sy_buf_puts(out, text ? ",\"document\":{\"text\":" : ",\"document\":");
	sy_buf_add(out, document.at, document.len);
	if (text)
		sy_buf_putc(out, '}');
}

static void put_results(const struct sy_rerank *r, const struct sy_ranking *ranking,
    struct sy_buf *out)
{
	for (size_t i = 0; i < ranking->count && i < r->top_n; i++) {
		const struct sy_ranked *one = &ranking->list[i];

		sy_buf_printf(out, "%s{\"index\":%zu,\"relevance_score\":", i > 0 ? "," : "",
		    one->index);
		sy_buf_add(out, one->digits.at, one->digits.len);
		if (r->echo)
			put_document(r->documents[one->index], out);
		sy_buf_putc(out, '}');
	}
}

void sy_rerank_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_ranking *ranking, struct sy_buf *out)
{
	const struct sy_rerank *r = ask->rerank;
	int64_t tokens = sy_usage_in(&ranking->usage), units = ranking->search_units;

	if (units == 0)
		units = (int64_t)(r->count + UNIT_DOCUMENTS - 1) / UNIT_DOCUMENTS;
	qsort(ranking->list, ranking->count, sizeof(*ranking->list), compare);
	sy_buf_putc(out, '{');
	sy_buf_member(out, "id", face->id);
	sy_buf_member(out, "object", "list");
	sy_buf_member(out, "model", face->model);
	sy_buf_lit(out, ",\"results\":[");
	put_results(r, ranking, out);
	sy_buf_lit(out, "],\"usage\":{");
	sy_buf_member_int(out, "prompt_tokens", tokens);
	sy_buf_member_int(out, "total_tokens", tokens);
	sy_buf_lit(out, "},\"meta\":{\"api_version\":{\"version\":\"2\"},\"billed_units\":{");
	sy_buf_member_int(out, "search_units", units);
	sy_buf_lit(out, "},\"tokens\":{");
	sy_buf_member_int(out, "input_tokens", tokens);
	sy_buf_lit(out, "}}}");
}
