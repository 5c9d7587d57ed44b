/*
 * cohere_tasks.c - embeddings and reranking at Cohere, version 2.
 */
#include "dialect/cohere.h"

#include "base/buf.h"
#include "base/http.h"
#include "dialect/embed.h"
#include "dialect/rerank.h"
#include "model/config.h"

static const struct sy_embed_purpose purposes[] = {
	{ "query", "search_query" },
	{ "document", "search_document" },
	{ NULL, NULL },
};

/* Cohere will not guess what vectors are for; a client of OpenAI's cannot say it, and mostly
 * fills an index. */
void sy_cohere_put_embed(const struct sy_call *call, struct sy_buf *out)
{
	sy_buf_member(out, "input_type", sy_embed_purpose(call, purposes, "search_document"));
	sy_buf_key(out, "texts");
	sy_embed_put_texts(call, out);
	if (call->ask->embed->dimensions > 0)
		sy_buf_member_int(out, "output_dimension", call->ask->embed->dimensions);
}

static int embed_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct sy_buf *body = sy_embed_body(call);

	if (sy_embed_check(call, SY_COHERE_TEXTS_MAX, err) < 0)
		return -1;
	sy_buf_putc(body, '{');
	sy_buf_member(body, "model", call->model->upstream);
	sy_cohere_put_embed(call, body);
	sy_buf_puts(body, ",\"embedding_types\":[\"float\"]}");
	out->url = "/embed";
	return sy_embed_end(body, out, err);
}

static int vectors(const struct sy_call *call, struct sy_span body, struct sy_vectors *out,
    struct sy_error *err)
{
	struct sy_span billed = sy_walk_get(sy_walk_get(body, "meta"), "billed_units");

	sy_embed_count(sy_walk_get(billed, "input_tokens"), out);
	return sy_embed_take(call, sy_walk_get(sy_walk_get(body, "embeddings"), "float"), NULL,
	    out, err);
}

static int rerank_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct sy_buf *body = sy_embed_body(call);
	int64_t most = call->ask->rerank->document_tokens;

	sy_buf_putc(body, '{');
	sy_buf_member(body, "model", call->model->upstream);
	sy_rerank_put(call, "top_n", "documents", body);
	if (most > 0)
		sy_buf_member_int(body, "max_tokens_per_doc", most);
	sy_buf_putc(body, '}');
	sy_task_note_rest(call, SY_RERANK_FIELDS " max_tokens_per_doc");
	out->url = "/rerank";
	return sy_embed_end(body, out, err);
}

const struct sy_task_way sy_cohere_ways[] = {
	{ SY_TASK_EMBED, embed_build, .vectors = vectors },
	{ SY_TASK_RERANK, rerank_build, .ranking = sy_rerank_read },
	{ .build = NULL },
};
