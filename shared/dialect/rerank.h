/*
 * rerank.h - reranking, which OpenAI's API has not: the shape that Cohere and Jina made common.
 *
 *	rerank_in    surface: requests
 *	rerank_out   surface: answers
 *	rerank_read  adapters: a request's body, and answers in all the shapes they come in
 */
#ifndef SY_DIALECT_RERANK_H
#define SY_DIALECT_RERANK_H

#include "dialect/surface.h"
#include "dialect/task.h"
#include "model/rerank.h"

struct sy_buf;

/* What is read from a request, whatever is sent. */
#define SY_RERANK_FIELDS "model query documents top_n top_k return_documents rank_fields"

/* Members that say what is ranked: query, documents, and how many are wanted, behind others. */
void sy_rerank_put(const struct sy_call *call, const char *top_n, const char *documents,
    struct sy_buf *out);

/* A whole answer: Cohere's, Jina's, Voyage's or TEI's.  -1 with SY_UNUSABLE where an index is
 * nobody's, or there twice. */
int sy_rerank_read(const struct sy_call *call, struct sy_span body, struct sy_ranking *out,
    struct sy_error *err);

/* Best first, no more than were asked for, with the documents where they are wanted. */
void sy_rerank_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_ranking *ranking, struct sy_buf *out);

#endif
