/*
 * gemini_plan.c - see gemini_plan.h.
 */
#include "dialect/gemini_plan.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/adapter.h"
#include "dialect/gemini.h"
#include "dialect/wish.h"
#include "model/config.h"

#include <string.h>

#define MOST_CANDIDATES 8
/* A client that leaves this little room wants an answer in it, not thoughts. */
#define LITTLE_ROOM 1024

bool sy_gemini_may_send(const struct sy_model *model, const char *field)
{
	return !sy_listed(model->provider->quirks.drop, field);
}

/* Google's endpoint of OpenAI's dialect has its own fields inside `extra_body`. */
static struct json_object *google_of(const struct sy_chat *chat)
{
	struct json_object *google = sy_json_get(chat->extra, "google");

	if (google == NULL)
		google = sy_json_get(sy_json_get(chat->extra, "extra_body"), "google");
	return google;
}

/* Fields of a third dialect mean nothing here, whatever they are called. */
static bool may_be_ours(const struct sy_chat *chat)
{
	return chat->extra_of == NULL || strcmp(chat->extra_of, "openai") == 0 ||
	       strcmp(chat->extra_of, "gemini") == 0;
}

struct json_object *sy_gemini_own(const struct sy_chat *chat, const char *snake,
    const char *camel)
{
	struct json_object *places[] = { chat->extra, google_of(chat) }, *found = NULL;

	for (int i = 0; i < 2 && found == NULL && may_be_ours(chat); i++) {
		found = sy_json_get(places[i], camel);
		if (found == NULL)
			found = sy_json_get(places[i], snake);
	}
	return found;
}

/* --- Reasoning. -------------------------------------------------------------------------- */

/* What OpenAI's words for an effort are worth. */
static const struct effort {
	const char *name;
	int64_t budget;
	enum sy_gemini_level level;
} efforts[] = {
	{ "none", 0, SY_LEVEL_MINIMAL },
	{ "minimal", 512, SY_LEVEL_MINIMAL },
	{ "low", 2048, SY_LEVEL_LOW },
	{ "medium", 8192, SY_LEVEL_MEDIUM },
	{ "high", 24576, SY_LEVEL_HIGH },
	{ "xhigh", 32768, SY_LEVEL_HIGH },
	{ "max", 32768, SY_LEVEL_HIGH },
};

static const char *const level_names[] = { "MINIMAL", "LOW", "MEDIUM", "HIGH" };

static const struct effort *find_effort(const char *name)
{
	for (size_t i = 0; i < sizeof(efforts) / sizeof(efforts[0]); i++)
		if (strcmp(efforts[i].name, name) == 0)
			return &efforts[i];
	return NULL;
}

/* The next stronger level that the model has, else its strongest. */
static const char *level_of(const struct sy_gemini_model *kind, int wanted)
{
	int level = wanted;

	while (level <= SY_LEVEL_HIGH && !(kind->levels & 1u << level))
		level++;
	while (level > SY_LEVEL_HIGH || !(kind->levels & 1u << level))
		level--;
	return level_names[level];
}

static int level_of_budget(int64_t tokens)
{
	return tokens < 1024    ? SY_LEVEL_MINIMAL
	       : tokens < 4096  ? SY_LEVEL_LOW
	       : tokens < 12288 ? SY_LEVEL_MEDIUM
	                        : SY_LEVEL_HIGH;
}

static int64_t fitted(const struct sy_gemini_model *kind, int64_t budget)
{
	if (budget <= 0)
		return kind->may_rest ? 0 : kind->budget_least;
	return budget < kind->budget_least  ? kind->budget_least
	       : budget > kind->budget_most ? kind->budget_most
	                                    : budget;
}

static void think(struct sy_gemini_plan *p, int64_t budget, int level)
{
	if (p->kind->thinking == SY_GEMINI_BUDGETS)
		p->budget = fitted(p->kind, budget);
	else
		p->level = level_of(p->kind, level);
}

static void plan_effort(struct sy_gemini_plan *p)
{
	const struct sy_chat *chat = p->chat;
	int64_t budget = chat->reasoning_budget_tokens;
	const struct effort *effort =
	    chat->reasoning_effort != NULL ? find_effort(chat->reasoning_effort) : NULL;

	if (budget > 0)
		think(p, budget, level_of_budget(budget));
	else if (effort != NULL)
		think(p, effort->budget, (int)effort->level);
	else if (chat->reasoning_effort != NULL)
		sy_note(&p->notes, "reasoning_effort");
	p->thoughts = (budget > 0 || (effort != NULL && effort != efforts) ||
	                  chat->thoughts == SY_THOUGHTS_WANTED) &&
	              !sy_wants_no_thoughts(chat);
}

/* Google's own words for it. */
static void plan_own(struct sy_gemini_plan *p, struct json_object *config)
{
	struct json_object *budget = sy_json_get(config, "thinking_budget");
	struct json_object *shown = sy_json_get(config, "include_thoughts");
	const char *level = sy_json_text(config, "thinking_level");

	if (budget == NULL)
		budget = sy_json_get(config, "thinkingBudget");
	if (shown == NULL)
		shown = sy_json_get(config, "includeThoughts");
	if (level == NULL)
		level = sy_json_text(config, "thinkingLevel");
	p->thoughts = json_object_get_boolean(shown);
	for (int i = 0; level != NULL && i <= SY_LEVEL_HIGH; i++)
		if (strcasecmp(level, level_names[i]) == 0) {
			think(p, efforts[i + 1].budget, i);
			return;
		}
	if (budget != NULL && json_object_get_int64(budget) >= 0)
		think(p, json_object_get_int64(budget),
		    level_of_budget(json_object_get_int64(budget)));
}

static void plan_thinking(struct sy_gemini_plan *p)
{
	const struct sy_chat *chat = p->chat;
	struct json_object *own =
	    sy_gemini_own(chat, "thinking_config", "thinkingConfig");
	bool asked = own != NULL || chat->reasoning_effort != NULL ||
	             chat->reasoning_budget_tokens > 0 ||
	             chat->thoughts == SY_THOUGHTS_WANTED;

	p->budget = SY_GEMINI_NO_BUDGET;
	if (p->kind->thinking == SY_GEMINI_THINKS_NOT) {
		if (asked && !(chat->reasoning_effort != NULL &&
		                 strcmp(chat->reasoning_effort, "none") == 0))
			sy_note(&p->notes, "reasoning_effort");
	} else if (own != NULL) {
		plan_own(p, own);
	} else if (asked) {
		plan_effort(p);
	} else if (chat->max_output_tokens > 0 && chat->max_output_tokens < LITTLE_ROOM) {
		think(p, 0, SY_LEVEL_MINIMAL);
	}
}

/* --- JSON. ------------------------------------------------------------------------------- */

static const char *in_words(const struct sy_chat *chat, struct sy_arena *a)
{
	static const char plain[] =
	    "Answer with one JSON value and nothing else: no prose, no code fence.";
	struct sy_buf text;
	const char *words;

	if (chat->schema == NULL)
		return plain;
	sy_buf_init(&text, 1 << 20);
	sy_buf_printf(&text, "%s It has to satisfy this JSON schema: ", plain);
	sy_json_print(&text, chat->schema);
	words = sy_strndup(a, text.data, text.len);
	sy_buf_release(&text);
	return words;
}

static void ask_in_words(struct sy_gemini_plan *p, struct sy_arena *a)
{
	sy_gemini_turns_rule(&p->turns, in_words(p->chat, a),
	    p->kind->plain_system || p->cached != NULL, a);
}

/* Before its third generation Gemini refuses JSON beside functions: there it is asked for in
 * words. */
static void plan_json(struct sy_gemini_plan *p, struct sy_arena *a)
{
	const struct sy_chat *chat = p->chat;

	if (chat->format == SY_FORMAT_TEXT)
		return;
	if ((p->functions && !sy_gemini_has(p->kind, SY_GEMINI_SCHEMA_WITH_TOOLS)) ||
	    p->model->provider->quirks.schema == SY_SCHEMA_PROMPT) {
		ask_in_words(p, a);
		return;
	}
	p->json = true;
	if (chat->format == SY_FORMAT_JSON_OBJECT)
		return;
	if (p->model->provider->quirks.schema == SY_SCHEMA_NATIVE)
		p->schema = chat->schema;
	else
		ask_in_words(p, a);
}

/* --- Tools. ------------------------------------------------------------------------------ */

static bool any_strict(const struct sy_chat *chat)
{
	for (size_t i = 0; i < chat->tool_count; i++)
		if (chat->tools[i].strict)
			return true;
	return false;
}

static void plan_tools(struct sy_gemini_plan *p, struct sy_arena *a)
{
	const struct sy_chat *chat = p->chat;

	p->functions = chat->tool_count > 0 && p->cached == NULL;
	p->search = p->cached == NULL &&
	            (sy_json_get(chat->extra, "web_search_options") != NULL ||
	                sy_gemini_own(chat, "google_search", "googleSearch") != NULL);
	if (p->search && p->functions &&
	    !sy_gemini_has(p->kind, SY_GEMINI_SEARCH_WITH_TOOLS)) {
		p->search = false;
		sy_note(&p->notes, "web_search_options");
	}
	if (!p->functions)
		return;
	switch (chat->tool_choice) {
	case SY_CHOICE_NONE:
		p->mode = "NONE";
		break;
	case SY_CHOICE_TOOL:
		p->only = sy_gemini_legal(a, chat->choice_name);
		p->mode = "ANY";
		break;
	case SY_CHOICE_REQUIRED:
		p->mode = "ANY";
		break;
	default:
		if (any_strict(chat) && sy_gemini_has(p->kind, SY_GEMINI_JSON_SCHEMA))
			p->mode = "VALIDATED";
		else if (chat->tool_choice == SY_CHOICE_AUTO)
			p->mode = "AUTO";
	}
	if (any_strict(chat) && (p->mode == NULL || strcmp(p->mode, "VALIDATED") != 0))
		sy_note(&p->notes, "tools.strict");
	if (chat->parallel_calls == 0)
		sy_note(&p->notes, "parallel_tool_calls");
}

/* What a cache holds may not be said again. */
static void plan_cache(struct sy_gemini_plan *p)
{
	p->cached = sy_gemini_own(p->chat, "cached_content", "cachedContent");
	if (p->cached == NULL)
		return;
	if (p->turns.system.first != NULL)
		sy_note(&p->notes, "messages.system");
	if (p->chat->tool_count > 0)
		sy_note(&p->notes, "tools");
	p->turns.system = (struct sy_gemini_parts){ NULL, NULL };
}

/* --- What cannot be kept. ---------------------------------------------------------------- */

static int refuse(const struct sy_gemini_plan *p, struct sy_error *err)
{
	const struct sy_chat *chat = p->chat;

	if (chat->n > MOST_CANDIDATES)
		return sy_fail_code(err, SY_REFUSED, "n", "unsupported_value",
		    "%s gives %d choices at most", p->model->provider->name,
		    MOST_CANDIDATES);
	if (chat->n > 1 && p->model->provider->quirks.no_n)
		return sy_fail_code(err, SY_REFUSED, "n", "unsupported_value",
		    "%s gives one choice an answer; 'n' cannot be %d",
		    p->model->provider->name, chat->n);
	return 0;
}

int sy_gemini_plan_make(struct sy_call *call, struct sy_gemini_plan *p,
    struct sy_error *err)
{
	const struct sy_chat *chat = call->ask->chat;

	memset(p, 0, sizeof(*p));
	p->chat = chat;
	p->model = call->model;
	p->kind = sy_gemini_model(call->model->upstream);
	p->vertex = call->model->provider->quirks.vertex;
	if (refuse(p, err) < 0 ||
	    sy_gemini_turns_make(chat, p->kind, call->arena, &p->turns, err) < 0)
		return -1;
	plan_cache(p);
	plan_tools(p, call->arena);
	plan_json(p, call->arena);
	plan_thinking(p);
	return 0;
}
