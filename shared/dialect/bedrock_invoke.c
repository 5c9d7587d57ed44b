/*
 * bedrock_invoke.c - embeddings and reranking at Bedrock, where each vendor's models are asked in
 * the vendor's own shape, and the model's id says whose it is.
 */
#include "dialect/bedrock.h"

#include "base/buf.h"
#include "base/http.h"
#include "dialect/cohere.h"
#include "dialect/embed.h"
#include "dialect/rerank.h"
#include "model/config.h"

#include <string.h>

static void put_titan(const struct sy_call *call, struct sy_buf *out)
{
	const struct sy_embed *e = call->ask->embed;

	sy_buf_puts(out, "{\"inputText\":");
	sy_buf_add(out, e->inputs[0].at, e->inputs[0].len);
	if (e->dimensions > 0)
		sy_buf_member_int(out, "dimensions", e->dimensions);
	sy_buf_putc(out, '}');
}

static void put_nova(const struct sy_call *call, struct sy_buf *out)
{
	const struct sy_embed *e = call->ask->embed;

	sy_buf_puts(out, "{\"taskType\":\"SINGLE_EMBEDDING\",\"singleEmbeddingParams\":{"
	                 "\"embeddingPurpose\":\"GENERIC_INDEX\"");
	if (e->dimensions > 0)
		sy_buf_member_int(out, "embeddingDimension", e->dimensions);
	sy_buf_puts(out, ",\"text\":{\"truncationMode\":\"END\",\"value\":");
	sy_buf_add(out, e->inputs[0].at, e->inputs[0].len);
	sy_buf_puts(out, "}}}");
}

static void put_cohere(const struct sy_call *call, struct sy_buf *out)
{
	sy_buf_putc(out, '{');
	sy_cohere_put_embed(call, out);
	sy_buf_putc(out, '}');
}

/* By a part of the model's id: regions and versions stand around it. */
static const struct vendor {
	const char *id;
	size_t texts_max;
	void (*put)(const struct sy_call *call, struct sy_buf *out);
} vendors[] = {
	{ "titan-embed", 1, put_titan },
	{ "nova-", 1, put_nova },
	{ "cohere.embed", SY_COHERE_TEXTS_MAX, put_cohere },
};

static const struct vendor *vendor_of(const struct sy_call *call)
{
	for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
		if (strstr(call->model->upstream, vendors[i].id) != NULL)
			return &vendors[i];
	return NULL;
}

static int embed_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const struct vendor *vendor = vendor_of(call);
	struct sy_buf *body = sy_embed_body(call);

	if (vendor == NULL)
		return sy_fail(err, SY_NO_UPSTREAM_MODEL, "model",
		    "%s: nothing is known of how '%s' embeds", call->model->provider->name,
		    call->model->name);
	if (sy_embed_check(call, vendor->texts_max, err) < 0)
		return -1;
	vendor->put(call, body);
	out->url = sy_bedrock_path(call, "/invoke");
	return sy_embed_end(body, out, err);
}

/* Titan's, which stands alone. */
static int take_one(const struct sy_call *call, struct sy_span body, struct sy_vectors *out,
    struct sy_error *err)
{
	sy_embed_count(sy_walk_get(body, "inputTextTokenCount"), out);
	return sy_embed_take_one(call, sy_walk_get(body, "embedding"), out, err);
}

/* Cohere's third version has the bare list, its fourth an object of lists by type. */
static int vectors(const struct sy_call *call, struct sy_span body, struct sy_vectors *out,
    struct sy_error *err)
{
	struct sy_span list = sy_walk_get(body, "embeddings"), first = { NULL, 0 };
	size_t pos = 0;

	if (sy_span_is_object(list))
		list = sy_walk_get(list, "float");
	if (list.at == NULL)
		return take_one(call, body, out, err);
	sy_walk_element(list, &pos, &first);
	sy_embed_count(sy_walk_get(body, "inputTokenCount"), out);
	return sy_embed_take(call, list, sy_span_is_object(first) ? "embedding" : NULL, out, err);
}

static int rerank_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct sy_buf *body = sy_embed_body(call);

	sy_buf_puts(body, "{\"api_version\":2");
	sy_rerank_put(call, "top_n", "documents", body);
	sy_buf_putc(body, '}');
	sy_task_note_rest(call, SY_RERANK_FIELDS);
	out->url = sy_bedrock_path(call, "/invoke");
	return sy_embed_end(body, out, err);
}

const struct sy_task_way sy_bedrock_ways[] = {
	{ SY_TASK_EMBED, embed_build, .vectors = vectors },
	{ SY_TASK_RERANK, rerank_build, .ranking = sy_rerank_read },
	{ .build = NULL },
};
