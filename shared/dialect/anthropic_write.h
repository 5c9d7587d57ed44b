/*
 * anthropic_write.h - what the files that write a request share.
 *
 *	anthropic_build    the body as a whole, its options and cache markers
 *	anthropic_blocks   messages and system prompt
 *	anthropic_tools    tools and the choice among them
 *
 * The body is appended to one buffer, without a tree between: what the client wrote in JSON
 * (schemas, arguments) goes in as it stands, once it is known to be JSON.
 */
#ifndef SY_DIALECT_ANTHROPIC_WRITE_H
#define SY_DIALECT_ANTHROPIC_WRITE_H

#include "dialect/anthropic_build.h"
#include "dialect/anthropic_plan.h"

struct sy_writer {
	struct sy_anthropic_plan *plan;
	struct sy_arena *arena;
	struct sy_buf *out;
	struct sy_betas *betas;
	enum sy_mark *tool_marks; /* one a tool */
	bool automatic_mark;      /* the client leaves one marker to the provider */
	struct sy_error *err;
};

void sy_write_key(struct sy_writer *w, const char *key); /* ,"key": */
void sy_write_text(struct sy_writer *w, const char *key, const char *value);
void sy_write_mark(struct sy_writer *w, enum sy_mark mark);
void sy_write_beta(struct sy_writer *w, const char *name); /* the body needs it */

int sy_write_messages(struct sy_writer *w);
void sy_write_system(struct sy_writer *w);
int sy_write_tools(struct sy_writer *w);
void sy_write_tool_choice(struct sy_writer *w);

#endif
