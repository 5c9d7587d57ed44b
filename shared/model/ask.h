/*
 * ask.h - what the engine needs to know of a request, whichever surface it came by.
 *
 * Filled by a surface's `ask` from one scan, without a tree: planning, limits and accounting
 * work on this, and a request that is only spliced never needs more.
 */
#ifndef SY_MODEL_ASK_H
#define SY_MODEL_ASK_H

#include "base/scan.h"
#include "model/task.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_chat;
struct sy_embed;
struct sy_multipart;
struct sy_rerank;

/* An answer given before, which a request goes on from or refers to. */
struct sy_earlier {
	struct sy_earlier *next;
	const char *id;   /* as the client names it */
	const char *text; /* what its surface kept of it; NULL: there is nothing */
	size_t len;
};

struct sy_ask {
	enum sy_task task;
	struct sy_scan scan; /* of the body, which outlives this */
	const char *model;
	bool stream;
	bool include_usage; /* the client wants usage in its stream */
	int n;
	int64_t max_output_tokens; /* 0 not said */
	int64_t input_tokens;      /* estimated from the text, at least 1 */
	uint32_t caps;             /* enum sy_cap bits that the request needs */
	const char *user;          /* NULL not said */
	const char *feature;       /* from a header or metadata; NULL not said */
	const char *betas;         /* features of Anthropic's, names with commas between; or NULL */
	const char *version;       /* of that API, as the client speaks it; or NULL */
	bool keep;                 /* the client may want to go on from the answer */
	struct sy_earlier *earlier;
	bool complete;             /* hold the answer back until it is whole */
	struct sy_chat *chat;      /* the canonical request; NULL until a crossing needs it */
	const struct sy_embed *embed; /* SY_TASK_EMBED */
	const struct sy_rerank *rerank; /* SY_TASK_RERANK */
	const struct sy_multipart *form;   /* instead of the scan, where the body is one */
};

#endif
