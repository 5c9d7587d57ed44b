/*
 * anthropic_plan.c - see anthropic_plan.h.
 *
 * Claude refuses whole requests for parameters that clients send just in case, and each
 * generation refuses others: here they are left out or fitted, and named in the notes.
 */
#include "dialect/anthropic_plan.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/adapter.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_schema.h"
#include "dialect/schema.h"
#include "dialect/wish.h"
#include "model/config.h"
#include "model/quirks.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_BUDGET   1024
#define LEFT_BY_MAX    8192 /* for the answer, when thinking may take all it can */
#define DEFAULT_TOKENS 32000
#define MOST_STRICT    20
/* Above this the official clients refuse to wait for a whole answer: it may take more than
 * the ten minutes that idle connections live. */
#define WHOLE_TOKENS 21333

bool sy_anthropic_may_send(const struct sy_model *model, const char *field)
{
	return !sy_listed(model->provider->quirks.drop, field);
}

static bool is_direct(const struct sy_model *model)
{
	const char *url = model->provider->base_url;

	return url != NULL && strstr(url, "//api.anthropic.com") != NULL;
}

bool sy_anthropic_takes_betas(const struct sy_model *model)
{
	return is_direct(model) || model->provider->quirks.pass_unknown;
}

static bool tool_named(const struct sy_chat *chat, struct sy_arena *a, const char *name)
{
	return sy_anthropic_tool(chat, a, name) != NULL;
}

struct sy_json_plan sy_json_plan_make(const struct sy_chat *chat,
    const struct sy_claude *claude, const struct sy_quirks *quirks, struct sy_arena *a)
{
	struct sy_json_plan plan = { SY_JSON_NONE, "json_response", false };

	if (chat == NULL || chat->format == SY_FORMAT_TEXT)
		return plan;
	if (chat->format == SY_FORMAT_JSON_OBJECT) {
		plan.way = SY_JSON_WORDS;
		return plan;
	}
	if (claude->schema && quirks->schema == SY_SCHEMA_NATIVE &&
	    sy_schema_native(chat->schema) && !sy_schema_wrapped(chat->schema)) {
		plan.way = SY_JSON_NATIVE;
		return plan;
	}
	/* A client that forces a tool of its own waits for that one. */
	if (chat->tool_choice == SY_CHOICE_TOOL)
		return plan;
	plan.way = SY_JSON_TOOL;
	plan.wrapped = sy_schema_wrapped(chat->schema);
	while (tool_named(chat, a, plan.tool))
		plan.tool = sy_strf(a, "%s_", plan.tool);
	return plan;
}

/* Reasoning. */

/* What OpenAI's words for an effort are worth: in tokens, and in Anthropic's own words. */
static const struct effort {
	const char *name;
	int64_t budget_tokens; /* 0: what the model can, less room for the answer */
	const char *between;   /* of models that take budgets as well, and lack xhigh */
	const char *newest;
} efforts[] = {
	{ "minimal", LEAST_BUDGET, "low", "low" },
	{ "low", 2048, "low", "low" },
	{ "medium", 8192, "medium", "medium" },
	{ "high", 16384, "high", "high" },
	{ "xhigh", 32768, "max", "xhigh" },
	{ "max", 0, "max", "max" },
};

/* NULL for a word that is none of them. */
static const struct effort *find_effort(const char *name)
{
	for (size_t i = 0; i < sizeof(efforts) / sizeof(efforts[0]); i++)
		if (strcmp(efforts[i].name, name) == 0)
			return &efforts[i];
	return NULL;
}

static int64_t model_max(const struct sy_anthropic_plan *p)
{
	return p->model->max_output_tokens > 0 ? p->model->max_output_tokens
	                                       : p->claude->max_output;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static const char *effort_of_budget(int64_t tokens)
{
	return tokens < 4096    ? "low"
	       : tokens < 12288 ? "medium"
	       : tokens < 24576 ? "high"
	                        : "xhigh";
}

struct wish {
	bool asked, off;
	bool measured;               /* a budget or an effort was said */
	const struct effort *effort; /* NULL: an unknown word */
	int64_t budget;
};

/* The first of Anthropic's own fields, a budget and an effort that is there. */
static struct wish wish_of(const struct sy_chat *chat)
{
	struct json_object *native = sy_json_get(chat->extra, "thinking");
	struct json_object *config = sy_json_get(chat->extra, "output_config");
	const char *type = sy_json_text(native, "type");
	const char *effort = sy_json_text(config, "effort");
	struct wish w = { .budget = chat->reasoning_budget_tokens };

	if (effort == NULL)
		effort = chat->reasoning_effort;
	if (type != NULL && strcmp(type, "enabled") == 0)
		w.budget = json_object_get_int64(sy_json_get(native, "budget_tokens"));
	w.measured = effort != NULL || w.budget > 0;
	w.asked = type != NULL || w.measured || chat->thoughts == SY_THOUGHTS_WANTED;
	w.off = type != NULL
	            ? strcmp(type, "disabled") == 0
	            : w.budget <= 0 && effort != NULL && strcmp(effort, "none") == 0;
	w.effort = find_effort(w.budget > 0     ? effort_of_budget(w.budget)
	                       : effort != NULL ? effort
	                                        : "medium");
	return w;
}

static void plan_adaptive(struct sy_anthropic_plan *p, const struct wish *w)
{
	bool either = p->claude->thinking == SY_THINKS_EITHER;

	p->thinking = SY_THINKING_ADAPTIVE;
	if (w->measured)
		p->effort = either ? w->effort->between : w->effort->newest;
	if (!either)
		p->display = sy_wants_no_thoughts(p->chat) ? "omitted" : "summarized";
}

/* The client's limit includes its reasoning, so the budget is fitted into it; only a limit
 * too small for any thinking is raised, by as much as thinking needs. */
static void plan_budget(struct sy_anthropic_plan *p, const struct wish *w)
{
	int64_t most = model_max(p), max = p->max_tokens, budget = w->budget, room;

	if (budget <= 0)
		budget = w->effort->budget_tokens;
	if (budget <= 0)
		budget = most - LEFT_BY_MAX;
	if (budget < LEAST_BUDGET)
		budget = LEAST_BUDGET;
	if (p->chat->max_output_tokens == 0)
		max = smaller(most, smaller(budget, most) + max);
	room = max - (max / 5 > LEAST_BUDGET ? max / 5 : LEAST_BUDGET);
	budget = smaller(budget, room);
	if (budget < LEAST_BUDGET) {
		budget = LEAST_BUDGET;
		max = smaller(LEAST_BUDGET + max, most);
	}
	if (budget >= max) {
		sy_note(&p->notes, "reasoning_effort");
		return;
	}
	p->thinking = SY_THINKING_ENABLED;
	p->budget_tokens = budget;
	p->max_tokens = max;
}

static void plan_thinking(struct sy_anthropic_plan *p)
{
	struct wish w = wish_of(p->chat);

	if (!w.asked || p->claude->thinking == SY_THINKS_OTHERWISE ||
	    !sy_anthropic_may_send(p->model, "thinking"))
		return;
	if (w.off) {
		if (p->claude->thinking == SY_THINKS_ADAPTIVE)
			p->thinking = SY_THINKING_DISABLED;
	} else if (p->claude->thinking == SY_THINKS_NOT || w.effort == NULL) {
		sy_note(&p->notes, "reasoning_effort");
	} else if (p->claude->thinking != SY_THINKS_BUDGET) {
		plan_adaptive(p, &w);
	} else if (p->turns.unsigned_loop) {
		/* The calls being answered would have to follow a thought that is lost. */
		sy_note(&p->notes, "reasoning_effort");
	} else {
		plan_budget(p, &w);
	}
}

/* Limits and sampling. */

static void plan_max_tokens(struct sy_anthropic_plan *p, bool stream)
{
	int64_t asked = p->chat->max_output_tokens, most = model_max(p);

	if (asked == 0 && most > 0)
		asked = stream ? DEFAULT_TOKENS : WHOLE_TOKENS;
	p->max_tokens = most > 0 ? smaller(asked, most) : asked;
}

/* A value that changes nothing is not worth an error. */
static const char *unless_one(const char *number)
{
	return number != NULL && strtod(number, NULL) == 1.0 ? NULL : number;
}

static void leave_out(struct sy_anthropic_plan *p, const char **value, const char *name)
{
	if (*value != NULL)
		sy_note(&p->notes, name);
	*value = NULL;
}

static void plan_sampling(struct sy_anthropic_plan *p)
{
	bool thinks = p->thinking >= SY_THINKING_ENABLED;
	double top_p;

	p->temperature = unless_one(p->chat->temperature);
	p->top_p = unless_one(p->chat->top_p);
	p->top_k = p->chat->top_k;
	if (p->temperature != NULL && strtod(p->temperature, NULL) > 1.0)
		p->temperature =
		    p->claude->sampling == SY_SAMPLING_NONE ? p->temperature : "1";
	if (thinks || p->claude->sampling == SY_SAMPLING_NONE ||
	    !sy_anthropic_may_send(p->model, "temperature"))
		leave_out(p, &p->temperature, "temperature");
	if (thinks || p->claude->sampling == SY_SAMPLING_NONE ||
	    !sy_anthropic_may_send(p->model, "top_k"))
		leave_out(p, &p->top_k, "top_k");
	top_p = p->top_p != NULL ? strtod(p->top_p, NULL) : 1.0;
	if (p->claude->sampling == SY_SAMPLING_NONE || (thinks && top_p < 0.95) ||
	    (p->claude->sampling == SY_SAMPLING_ONE_OF && p->temperature != NULL) ||
	    !sy_anthropic_may_send(p->model, "top_p"))
		leave_out(p, &p->top_p, "top_p");
}

/* Tools. */

static void plan_json_tool(struct sy_anthropic_plan *p, bool forcing, struct sy_arena *a)
{
	bool alone = p->chat->tool_count == 0 || p->chat->tool_choice == SY_CHOICE_NONE;

	if (forcing) {
		p->choice = alone ? SY_CHOICE_TOOL : SY_CHOICE_REQUIRED;
		p->choice_name = p->json.tool;
		return;
	}
	p->choice = SY_CHOICE_AUTO;
	p->rule = sy_strf(a, "Give your answer by calling the tool %s.", p->json.tool);
}

static void plan_tools(struct sy_anthropic_plan *p, struct sy_arena *a)
{
	bool forcing = p->claude->forcing && p->thinking != SY_THINKING_ENABLED;

	p->choice = p->chat->tool_choice;
	p->choice_name = p->chat->choice_name != NULL
	                     ? sy_anthropic_legal(a, p->chat->choice_name)
	                     : NULL;
	p->strict = p->claude->schema && p->model->provider->quirks.strict_tools &&
	            p->chat->tool_count <= MOST_STRICT;
	if (p->json.way == SY_JSON_TOOL)
		plan_json_tool(p, forcing, a);
	else if (p->json.way == SY_JSON_WORDS)
		p->rule =
		    "Answer with one JSON object and nothing else: no prose, no code fence.";
	if (p->chat->tool_count == 0 && p->json.way != SY_JSON_TOOL)
		p->choice = p->turns.has_calls ? SY_CHOICE_NONE : SY_CHOICE_DEFAULT;
	if (forcing || (p->choice != SY_CHOICE_REQUIRED && p->choice != SY_CHOICE_TOOL))
		return;
	if (p->choice == SY_CHOICE_TOOL) {
		p->only_tool = p->chat->choice_name;
		p->rule = sy_strf(a, "Call the tool %s.", p->choice_name);
	}
	p->choice = SY_CHOICE_AUTO;
	sy_note(&p->notes, "tool_choice");
}

/* What cannot be kept. */

static void note_the_rest(struct sy_anthropic_plan *p)
{
	const struct sy_chat *chat = p->chat;

	if (chat->frequency_penalty != NULL)
		sy_note(&p->notes, "frequency_penalty");
	if (chat->presence_penalty != NULL)
		sy_note(&p->notes, "presence_penalty");
	if (chat->seed != NULL)
		sy_note(&p->notes, "seed");
	for (size_t i = 0; i < chat->message_count; i++)
		if (chat->messages[i].name != NULL &&
		    chat->messages[i].role != SY_ROLE_TOOL)
			sy_note(&p->notes, "messages.name");
}

int sy_anthropic_plan_make(struct sy_call *call, const struct sy_claude *claude,
    struct sy_anthropic_plan *p, struct sy_error *err)
{
	const struct sy_chat *chat = call->ask->chat;
	bool prefill;

	memset(p, 0, sizeof(*p));
	p->chat = chat;
	p->model = call->model;
	p->claude = claude;
	p->direct = is_direct(call->model);
	if (sy_refuse_unkept(chat, err) < 0 ||
	    sy_turns_make(chat, p->claude, p->direct && p->claude->mid_system,
	        call->arena, &p->notes, &p->turns, err) < 0)
		return -1;
	p->json =
	    sy_json_plan_make(chat, claude, &call->model->provider->quirks, call->arena);
	plan_max_tokens(p, call->stream);
	plan_thinking(p);
	plan_tools(p, call->arena);
	plan_sampling(p);
	note_the_rest(p);
	prefill = p->claude->prefill && p->thinking < SY_THINKING_ENABLED &&
	          p->json.way != SY_JSON_NATIVE;
	sy_turns_close(&p->turns, prefill, call->arena);
	if (p->max_tokens > WHOLE_TOKENS)
		call->stream = true;
	return 0;
}
