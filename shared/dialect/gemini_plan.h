/*
 * gemini_plan.h - what a request to Gemini will ask for, decided before a byte is written.
 */
#ifndef SY_DIALECT_GEMINI_PLAN_H
#define SY_DIALECT_GEMINI_PLAN_H

#include "dialect/gemini_models.h"
#include "dialect/gemini_schema.h"
#include "dialect/gemini_turns.h"
#include "dialect/notes.h"
#include "model/chat.h"

#include <stdbool.h>
#include <stdint.h>

struct json_object;
struct sy_call;
struct sy_error;
struct sy_model;

#define SY_GEMINI_NO_BUDGET (-2) /* -1 leaves it to the model */

struct sy_gemini_plan {
	const struct sy_chat *chat;
	const struct sy_model *model;
	const struct sy_gemini_model *kind;
	bool vertex;
	struct sy_gemini_turns turns;
	struct sy_notes notes;

	const char *level;          /* thinkingLevel, or NULL */
	int64_t budget;             /* thinkingBudget, or SY_GEMINI_NO_BUDGET */
	bool thoughts;              /* they are to be shown */
	bool json;                  /* the answer is JSON */
	struct json_object *schema; /* of it, where it can be said; or NULL */

	struct json_object *cached; /* the name of a cache that has system and tools */
	bool search;
	bool functions;   /* declared */
	const char *mode; /* of calls; NULL not said */
	const char *only; /* the function that must be called, as it is sent; or NULL */
};

/* False where the provider's row says that the field is not to be sent. */
bool sy_gemini_may_send(const struct sy_model *model, const char *field);

/* A field that is Google's own, under either spelling, at the top or inside `google`. */
struct json_object *sy_gemini_own(const struct sy_chat *chat, const char *snake,
    const char *camel);

int sy_gemini_plan_make(struct sy_call *call, struct sy_gemini_plan *out,
    struct sy_error *err);

#endif
