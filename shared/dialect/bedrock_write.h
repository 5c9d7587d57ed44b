/*
 * bedrock_write.h - what the files that write a request to Converse share.
 *
 *	bedrock_build    the body as a whole, and its options
 *	bedrock_blocks   messages and system prompt
 *	bedrock_media    pictures, documents and films among them
 *
 * Plan, turns, tools and arguments are those of the Messages API (anthropic_write.h): Converse
 * asks the same of a conversation, and says it in other words.
 */
#ifndef SY_DIALECT_BEDROCK_WRITE_H
#define SY_DIALECT_BEDROCK_WRITE_H

#include "dialect/anthropic_write.h"
#include "dialect/bedrock_family.h"

#include <json-c/linkhash.h>

struct sy_bedrock_writer {
	struct sy_writer w;
	const struct sy_bedrock_family *family;
	struct lh_table *names; /* of documents, which are distinct */
	int documents;
	bool has_document, has_text; /* of the turn being written */
};

/* {"system":...,"messages":...} without its braces. */
int sy_bedrock_write_turns(struct sy_bedrock_writer *b);

/* One block for a picture, a document or a film. */
int sy_bedrock_write_media(struct sy_bedrock_writer *b, const struct sy_message *from,
    const struct sy_part *part);

/* ,{"cachePoint":{...}} behind what it marks */
void sy_bedrock_write_mark(struct sy_writer *w, enum sy_mark mark);

/* The body of a request; `plan` as sy_anthropic_plan_make() left it. */
int sy_bedrock_write(struct sy_anthropic_plan *plan,
    const struct sy_bedrock_family *family, struct sy_arena *a, struct sy_buf *out,
    struct sy_error *err);

#endif
