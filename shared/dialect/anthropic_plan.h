/*
 * anthropic_plan.h - what a request to the Messages API will ask for, decided before a byte of
 * it is written.
 *
 * What the answer's reader needs of it (how JSON was asked for) follows from the request and
 * the model alone, so that nothing has to be carried from one to the other.
 */
#ifndef SY_DIALECT_ANTHROPIC_PLAN_H
#define SY_DIALECT_ANTHROPIC_PLAN_H

#include "dialect/anthropic_turns.h"
#include "dialect/claude.h"
#include "dialect/notes.h"
#include "model/chat.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_call;
struct sy_error;
struct sy_model;
struct sy_quirks;

enum sy_json_way {
	SY_JSON_NONE,
	SY_JSON_WORDS,  /* json_object: an instruction */
	SY_JSON_NATIVE, /* output_config.format */
	SY_JSON_TOOL,   /* a tool that takes the answer as its input */
};

struct sy_json_plan {
	enum sy_json_way way;
	const char *tool; /* its name */
	bool wrapped;     /* the answer is its member "value" */
};

/* How the answer's JSON is asked for; chat may be NULL. */
struct sy_json_plan sy_json_plan_make(const struct sy_chat *chat,
    const struct sy_claude *claude, const struct sy_quirks *quirks, struct sy_arena *a);

enum sy_thinking_mode {
	SY_THINKING_UNSAID,
	SY_THINKING_DISABLED,
	SY_THINKING_ENABLED,  /* with a budget */
	SY_THINKING_ADAPTIVE, /* with an effort */
};

struct sy_anthropic_plan {
	const struct sy_chat *chat;
	const struct sy_claude *claude;
	const struct sy_model *model;
	bool
	    direct; /* Anthropic's own host: betas and fields of its own are known there */
	struct sy_json_plan json;
	struct sy_turns turns;
	struct sy_notes notes;

	int64_t max_tokens; /* 0: nobody knows a limit */
	enum sy_thinking_mode thinking;
	int64_t budget_tokens;
	const char *effort;  /* NULL not said */
	const char *display; /* NULL not said */
	const char *temperature, *top_p, *top_k;

	enum sy_tool_choice choice;
	const char *choice_name; /* as it is sent */
	const char *only_tool;   /* all others are left out; the client's name, or NULL */
	bool strict;             /* tools may say so */
	const char *rule;        /* a sentence for the system prompt, or NULL */
};

/* False where the provider's row says that the field is not to be sent. */
bool sy_anthropic_may_send(const struct sy_model *model, const char *field);

/* Whether the host knows Anthropic's beta features, or takes what it does not know. */
bool sy_anthropic_takes_betas(const struct sy_model *model);

/* `claude`: what the model is like; it may be another vendor's behind such an API. */
int sy_anthropic_plan_make(struct sy_call *call, const struct sy_claude *claude,
    struct sy_anthropic_plan *out, struct sy_error *err);

#endif
