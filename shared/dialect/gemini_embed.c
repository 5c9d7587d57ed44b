/*
 * gemini_embed.c - embeddings at the Gemini API, and at Vertex, which asks for them by its own
 * general form of predictions.
 */
#include "dialect/gemini.h"

#include "base/buf.h"
#include "base/http.h"
#include "dialect/embed.h"
#include "model/config.h"

#include <string.h>

#define TEXTS_MAX        100
#define VERTEX_TEXTS_MAX 250

static const struct sy_embed_purpose purposes[] = {
	{ "query", "RETRIEVAL_QUERY" },
	{ "search_query", "RETRIEVAL_QUERY" },
	{ "document", "RETRIEVAL_DOCUMENT" },
	{ "search_document", "RETRIEVAL_DOCUMENT" },
	{ "classification", "CLASSIFICATION" },
	{ "clustering", "CLUSTERING" },
	{ NULL, NULL },
};

static bool is_vertex(const struct sy_call *call)
{
	return call->model->provider->quirks.vertex;
}

/* The model's name is wanted in each request, as it stands in the path. */
static void put_request(const struct sy_call *call, const char *purpose,
    struct sy_span text, struct sy_buf *out)
{
	const char *model = call->model->upstream;

	sy_buf_puts(out, "{\"model\":");
	if (strchr(model, '/') == NULL) {
		sy_buf_puts(out, "\"models/");
		sy_buf_json_piece(out, model, strlen(model));
		sy_buf_putc(out, '"');
	} else {
		sy_buf_json_str(out, model);
	}
	sy_buf_puts(out, ",\"content\":{\"parts\":[{\"text\":");
	sy_buf_add(out, text.at, text.len);
	sy_buf_puts(out, "}]}");
	if (purpose != NULL)
		sy_buf_member(out, "taskType", purpose);
	if (call->ask->embed->dimensions > 0)
		sy_buf_member_int(out, "outputDimensionality", call->ask->embed->dimensions);
	sy_buf_putc(out, '}');
}

static void put_requests(const struct sy_call *call, const char *purpose, struct sy_buf *out)
{
	const struct sy_embed *e = call->ask->embed;

	sy_buf_puts(out, "{\"requests\":[");
	for (size_t i = 0; i < e->count; i++) {
		if (i > 0)
			sy_buf_putc(out, ',');
		put_request(call, purpose, e->inputs[i], out);
	}
	sy_buf_puts(out, "]}");
}

static void put_instances(const struct sy_call *call, const char *purpose,
    struct sy_buf *out)
{
	const struct sy_embed *e = call->ask->embed;

	sy_buf_puts(out, "{\"instances\":[");
	for (size_t i = 0; i < e->count; i++) {
		sy_buf_puts(out, i > 0 ? ",{\"content\":" : "{\"content\":");
		sy_buf_add(out, e->inputs[i].at, e->inputs[i].len);
		if (purpose != NULL)
			sy_buf_member(out, "task_type", purpose);
		sy_buf_putc(out, '}');
	}
	sy_buf_puts(out, "],\"parameters\":{");
	if (e->dimensions > 0)
		sy_buf_member_int(out, "outputDimensionality", e->dimensions);
	sy_buf_puts(out, "}}");
}

int sy_gemini_embed_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const char *purpose = sy_embed_purpose(call, purposes, NULL);
	struct sy_buf *body = sy_embed_body(call);
	bool vertex = is_vertex(call);

	if (sy_embed_check(call, vertex ? VERTEX_TEXTS_MAX : TEXTS_MAX, err) < 0)
		return -1;
	out->url = sy_gemini_path_to(call, vertex ? ":predict" : ":batchEmbedContents");
	if (out->url == NULL)
		return sy_fail(err, SY_CONFIG, "", "the model's name is too long for a path");
	if (vertex)
		put_instances(call, purpose, body);
	else
		put_requests(call, purpose, body);
	return sy_embed_end(body, out, err);
}

static void count_vertex(struct sy_span predictions, struct sy_vectors *out)
{
	struct sy_vectors one = { .count = 0 };
	struct sy_span row;
	int64_t sum = 0;
	size_t pos = 0;

	while (sy_walk_element(predictions, &pos, &row)) {
		struct sy_span statistics =
		    sy_walk_get(sy_walk_get(row, "embeddings"), "statistics");

		one.usage.source = SY_USAGE_NONE;
		sy_embed_count(sy_walk_get(statistics, "token_count"), &one);
		if (one.usage.source == SY_USAGE_NONE)
			return;
		sum += one.usage.tokens[SY_IN];
	}
	out->usage.tokens[SY_IN] = sum;
	out->usage.source = SY_USAGE_PROVIDER;
}

int sy_gemini_vectors(const struct sy_call *call, struct sy_span body,
    struct sy_vectors *out, struct sy_error *err)
{
	struct sy_span predictions = sy_walk_get(body, "predictions");

	if (is_vertex(call)) {
		if (sy_embed_take(call, predictions, "embeddings.values", out, err) < 0)
			return -1;
		count_vertex(predictions, out);
		return 0;
	}
	sy_embed_count(sy_walk_get(sy_walk_get(body, "usageMetadata"), "promptTokenCount"), out);
	return sy_embed_take(call, sy_walk_get(body, "embeddings"), "values", out, err);
}
