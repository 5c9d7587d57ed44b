/*
 * rerank.h - documents by how well they answer a query: the canonical request, and the answer.
 */
#ifndef SY_MODEL_RERANK_H
#define SY_MODEL_RERANK_H

#include "base/walk.h"
#include "model/usage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SY_RERANK_DOCUMENTS 1000

struct sy_rerank {
	struct sy_span query;      /* a JSON string */
	struct sy_span *documents; /* as the client wrote them: strings, or objects */
	struct sy_span *texts;     /* what of them is ranked: JSON strings */
	size_t count;
	size_t top_n;          /* how many the client wants; `count` where it did not say */
	int64_t document_tokens; /* how much of each may be read; 0 not said */
	bool echo;               /* the client wants the documents back */
};

struct sy_ranked {
	size_t index; /* in the request's documents */
	double score;
	struct sy_span digits; /* the score as the provider wrote it */
};

struct sy_ranking {
	struct sy_ranked *list; /* in any order, at most one a document */
	size_t count;
	int64_t search_units; /* what Cohere bills by; 0 not said */
	struct sy_usage usage;
};

#endif
