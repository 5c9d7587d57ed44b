/*
 * anthropic_write.h - what the files that write a request share.
 *
 *	anthropic_build    the body as a whole, its options and cache markers
 *	anthropic_blocks   messages and system prompt
 *	anthropic_tools    tools and the choice among them
 *
 * Bedrock's Converse takes the same conversation in other words: it shares what is not spelling.
 *
 * The body is appended to one buffer, without a tree between: what the client wrote in JSON
 * (schemas, arguments) goes in as it stands, once it is known to be JSON.
 */
#ifndef SY_DIALECT_ANTHROPIC_WRITE_H
#define SY_DIALECT_ANTHROPIC_WRITE_H

#include "dialect/anthropic_build.h"
#include "dialect/anthropic_plan.h"

struct sy_writer;

/* How a list of tools is spelled: what stands before a tool's name, its schema and its end,
 * and how a cache marker follows. */
struct sy_tool_words {
	const char *open, *schema, *close;
	bool mark_inside; /* a member of the tool, not what comes behind it */
	void (*mark)(struct sy_writer *w, enum sy_mark mark);
};

struct sy_writer {
	const struct sy_tool_words *words;
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

/* Settles which markers are sent: at most four; none where they are not `wanted`. */
void sy_settle_marks(struct sy_writer *w, bool wanted);

/* Whether a part of a result says anything: an empty list, or blank text, is refused. */
bool sy_has_substance(const struct sy_part *part);

/* "messages[2].content[0]" */
void sy_param_of(const struct sy_writer *w, const struct sy_message *from,
    const struct sy_part *part, char *param, size_t room);

void sy_write_thinking(struct sy_writer *w); /* the object; only where thinking is said */

int sy_write_messages(struct sy_writer *w);
void sy_write_system(struct sy_writer *w);
bool sy_has_tools(const struct sy_writer *w); /* the client's, a stub or one for JSON */
int sy_write_tools(struct sy_writer *w);      /* the array */
void sy_write_tool_choice(struct sy_writer *w);

#endif
