/*
 * rerank_in.c - requests to rerank, as Cohere's, Jina's and Voyage's clients write them.
 *
 * Documents go out as texts, whatever they came as, and are echoed from here: providers differ
 * in what they take and in what they give back.
 */
#include "dialect/rerank.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dialect/fields.h"
#include "dialect/openai_chat.h"
#include "dialect/openai_task.h"

#include <stdio.h>
#include <string.h>

#define TEXT_BYTES (32 << 20)

static int read_query(const struct sy_scan *s, struct sy_rerank *r, struct sy_error *err)
{
	r->query = sy_field_span(s, "query");
	if (r->query.at == NULL)
		return sy_openai_missing("query", err);
	if (!sy_span_is_string(r->query))
		return sy_fail_code(err, SY_BAD_REQUEST, "query", "invalid_type",
		    "'query' must be a string");
	if (sy_span_is_empty(r->query))
		return sy_fail_code(err, SY_BAD_REQUEST, "query", "invalid_value",
		    "'query' must not be empty");
	return 0;
}

/* --- Documents as texts. ----------------------------------------------------------------- */

/* A member's value as it reads: a string's text, anything else as JSON. */
static void put_value(struct sy_span v, struct sy_arena *a, struct sy_buf *out)
{
	size_t len;
	const char *text;

	if (sy_span_is_string(v)) {
		text = sy_unquote(a, v, &len);
		sy_buf_add(out, text, len);
	} else {
		sy_buf_add(out, v.at, v.len);
	}
}

/* The chosen fields, a line each. */
static void put_fields(struct sy_span document, struct sy_span fields, struct sy_arena *a,
    struct sy_buf *out)
{
	struct sy_span field;
	size_t pos = 0;

	while (sy_walk_element(fields, &pos, &field)) {
		const char *name = sy_unquote(a, field, NULL);
		struct sy_span v = sy_walk_get(document, name);

		if (v.at == NULL)
			continue;
		sy_buf_printf(out, "%s: ", name);
		put_value(v, a, out);
		sy_buf_putc(out, '\n');
	}
}

static struct sy_span text_of(struct sy_span document, struct sy_span fields,
    struct sy_arena *a)
{
	struct sy_span text = sy_walk_get(document, "text"), out;
	struct sy_buf plain, quoted;

	if (sy_span_is_string(document))
		return document;
	if (fields.at == NULL && sy_span_is_string(text))
		return text;
	sy_buf_init(&plain, TEXT_BYTES);
	sy_buf_init(&quoted, 6 * (size_t)TEXT_BYTES);
	if (fields.at != NULL)
		put_fields(document, fields, a, &plain);
	else
		sy_buf_add(&plain, document.at, document.len);
	sy_buf_json(&quoted, plain.data != NULL ? plain.data : "", plain.len);
	out = (struct sy_span){ sy_strndup(a, quoted.data, quoted.len), quoted.len };
	sy_buf_release(&plain);
	sy_buf_release(&quoted);
	return out;
}

static int check_fields(struct sy_span fields, struct sy_error *err)
{
	struct sy_span field;
	size_t pos = 0;

	if (fields.at != NULL && !sy_span_is_array(fields))
		return sy_fail_code(err, SY_BAD_REQUEST, "rank_fields", "invalid_type",
		    "'rank_fields' must be an array of strings");
	while (sy_walk_element(fields, &pos, &field))
		if (!sy_span_is_string(field))
			return sy_fail_code(err, SY_BAD_REQUEST, "rank_fields", "invalid_type",
			    "'rank_fields' must be an array of strings");
	return 0;
}

static int read_documents(const struct sy_scan *s, struct sy_arena *a, struct sy_rerank *r,
    struct sy_error *err)
{
	const struct sy_member *m = sy_field(s, "documents");
	struct sy_span list = sy_field_span(s, "documents"), v;
	struct sy_span fields = sy_field_span(s, "rank_fields");
	size_t pos = 0;
	char param[40];

	if (m == NULL)
		return sy_openai_missing("documents", err);
	if (m->type != SY_J_ARRAY)
		return sy_fail_code(err, SY_BAD_REQUEST, "documents", "invalid_type",
		    "'documents' must be an array");
	if (m->elements == 0 || m->elements > SY_RERANK_DOCUMENTS)
		return sy_fail_code(err, SY_BAD_REQUEST, "documents",
		    m->elements == 0 ? "empty_array" : "array_above_max_length",
		    "'documents' must hold 1 to %d documents", SY_RERANK_DOCUMENTS);
	if (check_fields(fields, err) < 0)
		return -1;
	r->documents = sy_alloc(a, m->elements * sizeof(*r->documents));
	r->texts = sy_alloc(a, m->elements * sizeof(*r->texts));
	for (; sy_walk_element(list, &pos, &v); r->count++) {
		snprintf(param, sizeof(param), "documents[%zu]", r->count);
		if (!sy_span_is_string(v) && !sy_span_is_object(v))
			return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
			    "'%s' must be a string or an object", param);
		r->documents[r->count] = v;
		r->texts[r->count] = text_of(v, fields, a);
	}
	return 0;
}

/* --- All of it. -------------------------------------------------------------------------- */

/* More than there are is all of them. */
static int read_count(const struct sy_scan *s, struct sy_rerank *r, struct sy_error *err)
{
	int64_t n = (int64_t)r->count;

	if (sy_scan_int(s, "top_k", 1, INT64_MAX, &n, err) < 0 ||
	    sy_scan_int(s, "top_n", 1, INT64_MAX, &n, err) < 0)
		return -1;
	r->top_n = n < (int64_t)r->count ? (size_t)n : r->count;
	return 0;
}

static int ask(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	struct sy_rerank *r = sy_alloc(a, sizeof(*r));
	const struct sy_scan *s = &out->scan;

	if (sy_openai_task_ask(SY_TASK_RERANK, body, len, a, out, err) < 0 ||
	    read_query(s, r, err) < 0 || read_documents(s, a, r, err) < 0 ||
	    read_count(s, r, err) < 0 ||
	    sy_scan_bool(s, "return_documents", &r->echo, err) < 0 ||
	    sy_scan_int(s, "max_tokens_per_doc", 1, INT32_MAX, &r->document_tokens, err) < 0)
		return -1;
	out->stream = false;
	out->rerank = r;
	return 0;
}

const struct sy_surface sy_surface_rerank = {
	.name = "rerank",
	.dialect = "openai",
	.id_prefix = "rerank-",
	.ask = ask,
	.write_ranking = sy_rerank_write,
	.error = sy_openai_chat_error,
};
