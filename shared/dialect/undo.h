/*
 * undo.h - what a request had to change, undone in its answer.
 *
 * JSON that was asked for by way of a tool becomes text again, a custom tool's input plain
 * text, a value that had to be put into an object comes out of it, names are the client's
 * own, and text ends at the stops that the provider would not take.  All of it follows from
 * the request; an adapter reads its blocks and hands on their pieces.
 */
#ifndef SY_DIALECT_UNDO_H
#define SY_DIALECT_UNDO_H

#include "base/buf.h"
#include "base/walk.h"
#include "dialect/adapter.h"
#include "dialect/anthropic_plan.h"
#include "dialect/stopwatch.h"

#include <stdbool.h>
#include <stddef.h>

#define SY_UNDO_BYTES (64 << 20) /* of one input or text that is held back */

struct sy_undo {
	struct sy_json_plan json;
	bool json_called;
	int calls;          /* of the client's own tools */
	int64_t characters; /* of the text so far, as citations count them */
	struct sy_buf held; /* text that a JSON answer would replace */
	struct sy_stopwatch watch;
};

void sy_undo_init(struct sy_undo *u, const struct sy_chat *chat,
    struct sy_json_plan json);
void sy_undo_release(struct sy_undo *u);

void sy_undo_text(struct sy_undo *u, const struct sy_sink *sink, const char *text,
    size_t len);

/* After the last block: text that was held back. */
void sy_undo_flush(struct sy_undo *u, const struct sy_sink *sink);

/* Why the answer ended, after the last block: providers disagree on the word for calls, so the
 * calls decide; an answer that was cut short stays cut. */
enum sy_finish sy_undo_finish(const struct sy_undo *u, enum sy_finish said);

/* A call between its beginning and its end; the buffer is initialised by its owner. */
struct sy_undo_call {
	bool answer; /* the JSON that was asked for, and no call */
	int index;
	const char *member; /* the input is gathered, and this member of it is meant */
	bool as_text;       /* that member is a string, and its text is meant */
	bool streamed;      /* a piece has come by itself */
	struct sy_buf input;
};

/* `id` and `name` as the provider says them, from the call's arena; id may be NULL. */
void sy_undo_begin(struct sy_undo *u, const struct sy_call *call,
    const struct sy_sink *sink, struct sy_undo_call *c, const char *id, const char *name);

/* The input as JSON, where the beginning has it; pieces that follow replace it. */
void sy_undo_whole(struct sy_undo_call *c, struct sy_span json);

void sy_undo_piece(struct sy_undo_call *c, const struct sy_sink *sink, const char *text,
    size_t len);
void sy_undo_end(const struct sy_call *call, struct sy_undo_call *c,
    const struct sy_sink *sink);

#endif
