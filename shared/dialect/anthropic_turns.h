/*
 * anthropic_turns.h - a conversation put into the order that the Messages API insists on.
 *
 * OpenAI takes messages in nearly any order; Anthropic wants turns that alternate, begin with
 * the user's, hold no blank text, and answer every tool call at once in the turn after it.
 * The steps are those of the reference's message normaliser; all of it is built from the
 * canonical messages in one pass, and nothing of a message is copied.
 */
#ifndef SY_DIALECT_ANTHROPIC_TURNS_H
#define SY_DIALECT_ANTHROPIC_TURNS_H

#include "model/chat.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_arena;
struct sy_claude;
struct sy_error;
struct sy_notes;

enum sy_block_kind {
	SY_BLOCK_TEXT,
	SY_BLOCK_IMAGE,
	SY_BLOCK_DOCUMENT,
	SY_BLOCK_THINKING, /* signed, or encrypted */
	SY_BLOCK_TOOL_USE,
	SY_BLOCK_TOOL_RESULT,
};

/* Where the prompt's cached prefix may end. */
enum sy_mark { SY_MARK_NONE, SY_MARK_5M, SY_MARK_1H };

struct sy_block {
	struct sy_block *next;
	enum sy_block_kind kind;
	enum sy_mark mark;
	const char *text; /* text: len bytes */
	size_t len;
	const struct sy_message *from; /* where the part stood, for errors */
	const struct sy_part *part;    /* image, document, thinking */
	const struct sy_tool_call *call;
	const char *id; /* of the call, as it is sent */
	const struct sy_message
	    *result;           /* use and result: the answer; NULL none recorded */
	struct sy_block *same; /* the next call of this turn under the same id */
};

struct sy_blocks {
	struct sy_block *first, *last;
};

/* The lists of a turn, in the order in which they are sent. */
enum {
	SY_RESULTS = 0,  /* user */
	SY_THOUGHTS = 0, /* assistant */
	SY_CONTENT = 1,
	SY_USES = 2,        /* assistant */
	SY_LATE_SYSTEM = 2, /* user: a turn of its own after this one */
	SY_LISTS
};

struct sy_turn {
	struct sy_turn *next;
	enum sy_role role; /* user or assistant */
	struct sy_blocks lists[SY_LISTS];
};

struct sy_turns {
	struct sy_blocks system;
	struct sy_turn *first, *last;
	bool has_calls;       /* tools must be declared, even if only as stubs */
	bool has_late_system; /* the role system occurs inside messages */
	bool
	    unsigned_loop; /* the calls being answered have lost the thoughts before them */
};

/* How system messages between turns are sent: as their own role, or inside the user's. */
int sy_turns_make(const struct sy_chat *chat, const struct sy_claude *claude,
    bool late_system, struct sy_arena *a, struct sy_notes *notes, struct sy_turns *out,
    struct sy_error *err);

/* The last turn must be the user's, unless the model continues what it is given. */
void sy_turns_close(struct sy_turns *turns, bool prefill, struct sy_arena *a);

/* The marker a cache_control object asks for. */
enum sy_mark sy_mark_of(struct json_object *cache_control);

/* Calls fn with every mark of a request's messages in the order of their evaluation. */
void sy_turns_marks(struct sy_turns *turns, void (*fn)(void *arg, enum sy_mark *mark),
    void *arg);

#endif
