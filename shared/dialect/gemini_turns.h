/*
 * gemini_turns.h - a conversation put into the order that Gemini insists on.
 *
 * Contents alternate between user and model and begin and end with the user's.  A content with
 * calls is followed by one of their results and nothing else: as many, in the same order.
 */
#ifndef SY_DIALECT_GEMINI_TURNS_H
#define SY_DIALECT_GEMINI_TURNS_H

#include "model/chat.h"

#include <stdbool.h>

struct sy_arena;
struct sy_error;
struct sy_gemini_model;

enum sy_gemini_part_kind {
	SY_GEMINI_TEXT,
	SY_GEMINI_MEDIA,
	SY_GEMINI_CALL,
	SY_GEMINI_RESULT,
};

struct sy_gemini_part {
	struct sy_gemini_part *next;
	enum sy_gemini_part_kind kind;
	const char *text;
	const char *signature;         /* that the part came with, or stands for it */
	const struct sy_message *from; /* media: where the part stood, for errors */
	const struct sy_part *part;
	const struct sy_tool_call *call; /* and of a result, the call */
	const struct sy_message *result; /* of a call; NULL none recorded */
	struct sy_gemini_part *same; /* the next call of the content under the same id */
};

struct sy_gemini_parts {
	struct sy_gemini_part *first, *last;
};

struct sy_gemini_content {
	struct sy_gemini_content *next;
	bool model;   /* else the user's */
	bool results; /* of the calls before it */
	bool calls;
	struct sy_gemini_parts parts;
};

struct sy_gemini_turns {
	struct sy_gemini_parts system;
	struct sy_gemini_content *first, *last;
};

int sy_gemini_turns_make(const struct sy_chat *chat, const struct sy_gemini_model *model,
    struct sy_arena *a, struct sy_gemini_turns *out, struct sy_error *err);

/* One more sentence of the system's: among its own, or before the user's first words. */
void sy_gemini_turns_rule(struct sy_gemini_turns *turns, const char *rule, bool inside,
    struct sy_arena *a);

#endif
