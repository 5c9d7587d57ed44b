/*
 * cohere_build.c - a request to Cohere, from the waist.
 *
 * The fields are OpenAI's under names of their own, and narrower: ranges are clamped, what is
 * not known there is named in the notes.  Neither JSON mode nor a schema goes together with
 * tools or documents; then the tools win, and the schema is asked for in words.
 */
#include "dialect/cohere_build.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_schema.h"
#include "dialect/cohere.h"
#include "dialect/schema.h"
#include "dialect/wish.h"
#include "model/chat.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

#define BODY_BYTES (64 << 20)
#define MOST_STOPS 5

struct build {
	struct sy_cohere_plan *plan;
	const struct sy_chat *chat;
	const struct sy_quirks *q;
	struct sy_buf *out;
};

/* --- What is asked for. ------------------------------------------------------------------ */

static bool has_documents(const struct sy_cohere_plan *p)
{
	struct json_object *own = sy_json_get(p->chat->extra, "documents");

	if (json_object_is_type(own, json_type_array) &&
	    json_object_array_length(own) > 0)
		return true;
	for (size_t i = 0; i < p->chat->message_count; i++)
		for (size_t k = 0; k < p->chat->messages[i].part_count; k++)
			if (sy_cohere_document(&p->chat->messages[i].parts[k],
			        p->arena) != NULL)
				return true;
	return false;
}

static bool requires_something(struct json_object *schema)
{
	struct json_object *list = sy_json_get(schema, "required");

	return json_object_is_type(list, json_type_array) &&
	       json_object_array_length(list) > 0;
}

/* The provider takes an object with at least one member that must be there. */
static void plan_format(struct sy_cohere_plan *p)
{
	const struct sy_chat *chat = p->chat;
	bool wants_schema = chat->format == SY_FORMAT_JSON_SCHEMA;

	if (chat->format == SY_FORMAT_TEXT)
		return;
	p->json = !p->tools && !p->documents &&
	          !(wants_schema && sy_schema_wrapped(chat->schema));
	p->schema = p->json && wants_schema && requires_something(chat->schema) &&
	            sy_schema_says_object(chat->schema);
	if (p->schema)
		return;
	if (wants_schema && chat->schema != NULL)
		p->rule = sy_strf(p->arena,
		    "Give your answer as one JSON value that is valid by this JSON schema, and "
		    "nothing else: no prose, no code fence.\n%s",
		    json_object_to_json_string_ext(chat->schema,
		        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		p->rule =
		    "Answer with one JSON object and nothing else: no prose, no code fence.";
}

/* "none" is said by offering none, where no choice may be made. */
static void plan_make(struct sy_cohere_plan *p)
{
	const struct sy_chat *chat = p->chat;
	const struct sy_quirks *q = &p->model->provider->quirks;

	p->tools = chat->tool_count > 0 &&
	           !(q->no_tool_choice && chat->tool_choice == SY_CHOICE_NONE);
	p->documents = has_documents(p);
	p->thinks = p->model->caps & SY_CAP_REASONING;
	plan_format(p);
}

/* --- Fields. ----------------------------------------------------------------------------- */

/* Opens a field, named as the client has it; false, and it is noted, when the provider is not
 * to be sent it. */
static bool put_key(const struct build *b, const char *field, const char *key)
{
	if (sy_listed(b->q->drop, field)) {
		sy_note(&b->plan->notes, field);
		return false;
	}
	sy_buf_key(b->out, key);
	return true;
}

/* A number within what the provider takes; text is kept, so that nothing is rounded. */
static void put_number(const struct build *b, const char *field, const char *key,
    const char *number, const char *least, const char *most)
{
	double value;

	if (number == NULL || !put_key(b, field, key))
		return;
	value = strtod(number, NULL);
	sy_buf_puts(b->out, value < strtod(least, NULL)  ? least
	                    : value > strtod(most, NULL) ? most
	                                                 : number);
}

/* What cannot be meant in part is left out: a reward for repetition, the other of two. */
static void put_penalties(const struct build *b)
{
	const char *frequency = b->chat->frequency_penalty;
	const char *presence = b->chat->presence_penalty;

	if (frequency != NULL && strtod(frequency, NULL) < 0) {
		sy_note(&b->plan->notes, "frequency_penalty");
		frequency = NULL;
	}
	if (presence != NULL && (strtod(presence, NULL) < 0 ||
	                            (strtod(presence, NULL) != 0 && frequency != NULL &&
	                                strtod(frequency, NULL) != 0))) {
		sy_note(&b->plan->notes, "presence_penalty");
		presence = NULL;
	}
	put_number(b, "frequency_penalty", "frequency_penalty", frequency, "0", "1");
	put_number(b, "presence_penalty", "presence_penalty", presence, "0", "1");
}

static void put_seed(const struct build *b)
{
	const char *seed = b->chat->seed;

	if (seed == NULL)
		return;
	if (seed[strspn(seed, "0123456789")] != '\0')
		sy_note(&b->plan->notes, "seed");
	else if (put_key(b, "seed", "seed"))
		sy_buf_puts(b->out, seed);
}

static void put_sampling(const struct build *b)
{
	const char *top_p = b->chat->top_p;

	/* One is what it is without. */
	if (top_p != NULL && strtod(top_p, NULL) >= 1)
		top_p = NULL;
	put_number(b, "temperature", "temperature", b->chat->temperature, "0", "1");
	put_number(b, "top_p", "p", top_p, "0.01", "0.99");
	put_number(b, "top_k", "k", b->chat->top_k, "0", "500");
	put_penalties(b);
	put_seed(b);
}

static void put_stops(const struct build *b)
{
	size_t count = b->chat->stop_count;

	if (count == 0 || !put_key(b, "stop", "stop_sequences"))
		return;
	if (count > MOST_STOPS) {
		sy_note(&b->plan->notes, "stop");
		count = MOST_STOPS;
	}
	for (size_t i = 0; i < count; i++) {
		sy_buf_putc(b->out, i == 0 ? '[' : ',');
		sy_buf_json_str(b->out, b->chat->stop[i]);
	}
	sy_buf_putc(b->out, ']');
}

static void put_limits(const struct build *b)
{
	int64_t max = b->chat->max_output_tokens,
	        most = b->plan->model->max_output_tokens;

	if (max > 0 && put_key(b, "max_tokens", "max_tokens"))
		sy_buf_int(b->out, most > 0 && max > most ? most : max);
	put_stops(b);
}

/* --- Reasoning. -------------------------------------------------------------------------- */

/* What an effort is worth; from "high" on the model thinks for as long as it wants to. */
static const struct sy_word budgets[] = {
	{ "minimal", 512 },
	{ "low", 2048 },
	{ "medium", 8192 },
	{ "high", 0 },
	{ "xhigh", 0 },
	{ "max", 0 },
	{ NULL, 0 },
};

static int64_t own_budget(const struct sy_chat *chat)
{
	struct json_object *thinking = sy_json_get(chat->extra, "thinking");

	return json_object_get_int64(sy_json_get(thinking, "token_budget"));
}

static void put_thinking(const struct build *b)
{
	const char *effort = b->chat->reasoning_effort;
	int64_t budget = b->chat->reasoning_budget_tokens;
	bool off = effort != NULL && strcmp(effort, "none") == 0;
	int worth = effort != NULL ? sy_word_value(budgets, effort) : 0;

	if (effort == NULL && budget <= 0)
		return;
	/* A model that is known not to think is not told to leave it. */
	if (b->plan->model->caps != 0 && !b->plan->thinks) {
		if (!off)
			sy_note(&b->plan->notes, "reasoning_effort");
		return;
	}
	if (worth < 0 && !off && budget <= 0) {
		sy_note(&b->plan->notes, "reasoning_effort");
		return;
	}
	if (!put_key(b, "reasoning_effort", "thinking"))
		return;
	if (own_budget(b->chat) > 0)
		budget = own_budget(b->chat);
	if (budget <= 0)
		budget = worth;
	sy_buf_putc(b->out, '{');
	sy_buf_member(b->out, "type", off ? "disabled" : "enabled");
	if (!off && budget > 0)
		sy_buf_member_int(b->out, "token_budget", budget);
	sy_buf_putc(b->out, '}');
}

/* --- Tools and the shape of the answer. -------------------------------------------------- */

static void put_parameters(const struct build *b, const struct sy_tool *tool)
{
	sy_buf_key(b->out, "parameters");
	if (tool->custom)
		sy_buf_lit(b->out, "{\"type\":\"object\",\"properties\":{\"input\":"
		                   "{\"type\":\"string\"}},\"required\":[\"input\"]}");
	else if (sy_schema_empty(tool->parameters))
		sy_buf_lit(b->out, "{\"type\":\"object\",\"properties\":{}}");
	else if (sy_schema_wrapped(tool->parameters))
		sy_schema_print_input(tool->parameters, b->out);
	else
		sy_json_print(b->out, tool->parameters);
}

static void put_tool(const struct build *b, const struct sy_tool *tool)
{
	sy_buf_lit(b->out, "{\"type\":\"function\",\"function\":{");
	sy_buf_member(b->out, "name", sy_anthropic_legal(b->plan->arena, tool->name));
	if (tool->description != NULL && *tool->description != '\0')
		sy_buf_member(b->out, "description", tool->description);
	put_parameters(b, tool);
	sy_buf_lit(b->out, "}}");
}

/* The provider cannot be told which tool, only that there be one: so it is offered alone. */
static bool is_offered(const struct sy_chat *chat, const struct sy_tool *tool)
{
	return chat->tool_choice != SY_CHOICE_TOOL || chat->choice_name == NULL ||
	       strcmp(chat->choice_name, tool->name) == 0;
}

static void put_choice(const struct build *b)
{
	const char *word = NULL;

	if (b->chat->tool_choice == SY_CHOICE_REQUIRED ||
	    b->chat->tool_choice == SY_CHOICE_TOOL)
		word = "REQUIRED";
	else if (b->chat->tool_choice == SY_CHOICE_NONE)
		word = "NONE";
	if (word != NULL && b->q->no_tool_choice)
		sy_note(&b->plan->notes, "tool_choice");
	else if (word != NULL && put_key(b, "tool_choice", "tool_choice"))
		sy_buf_json_str(b->out, word);
}

/* Only where it holds for all, as the provider's switch is one for all of them, and where
 * each tool has something that it must be told. */
static bool may_be_strict(const struct build *b)
{
	for (size_t i = 0; i < b->chat->tool_count; i++) {
		const struct sy_tool *tool = &b->chat->tools[i];

		if (!tool->strict || tool->custom ||
		    !requires_something(tool->parameters))
			return false;
	}
	return b->q->strict_tools;
}

static bool any_strict(const struct sy_chat *chat)
{
	for (size_t i = 0; i < chat->tool_count; i++)
		if (chat->tools[i].strict)
			return true;
	return false;
}

static void put_tools(const struct build *b)
{
	const char *comma = "";

	if (!b->plan->tools || !put_key(b, "tools", "tools"))
		return;
	sy_buf_putc(b->out, '[');
	for (size_t i = 0; i < b->chat->tool_count; i++) {
		if (!is_offered(b->chat, &b->chat->tools[i]))
			continue;
		sy_buf_puts(b->out, comma);
		put_tool(b, &b->chat->tools[i]);
		comma = ",";
	}
	sy_buf_putc(b->out, ']');
	put_choice(b);
	if (may_be_strict(b) && put_key(b, "strict_tools", "strict_tools"))
		sy_buf_lit(b->out, "true");
	else if (any_strict(b->chat))
		sy_note(&b->plan->notes, "tools.strict");
	if (b->chat->parallel_calls == 0)
		sy_note(&b->plan->notes, "parallel_tool_calls");
}

static void put_format(const struct build *b)
{
	if (!b->plan->json || !put_key(b, "response_format", "response_format"))
		return;
	sy_buf_lit(b->out, "{\"type\":\"json_object\"");
	if (b->plan->schema) {
		sy_buf_key(b->out, "json_schema");
		sy_json_print(b->out, b->chat->schema);
	}
	sy_buf_putc(b->out, '}');
}

/* --- The rest. --------------------------------------------------------------------------- */

static void put_extra(const struct build *b, const char *name, struct json_object *value)
{
	bool own =
	    strcmp(name, "citation_options") == 0 || strcmp(name, "priority") == 0 ||
	    (strcmp(name, "safety_mode") == 0 && !b->plan->tools && !b->plan->documents);

	if (strcmp(name, "documents") == 0 || sy_is_understood(name))
		return;
	if (!own && !b->q->pass_unknown)
		sy_note(&b->plan->notes, name);
	else if (put_key(b, name, name))
		sy_json_print(b->out, value);
}

static void put_extras(const struct build *b)
{
	const struct sy_chat *c = b->chat;

	if (c->user != NULL)
		sy_note(&b->plan->notes, "user");
	if (c->service_tier != NULL)
		sy_note(&b->plan->notes, "service_tier");
	if (c->metadata != NULL)
		sy_note(&b->plan->notes, "metadata");
	if (!json_object_is_type(c->extra, json_type_object))
		return;
	json_object_object_foreach(c->extra, name, value)
		put_extra(b, name, value);
}

static void release(void *buf)
{
	sy_buf_release(buf);
}

int sy_cohere_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct sy_cohere_plan *plan = sy_alloc(call->arena, sizeof(*plan));
	struct build b = { .plan = plan,
		.chat = call->ask->chat,
		.q = &call->model->provider->quirks,
		.out = sy_alloc(call->arena, sizeof(*b.out)) };

	sy_buf_init(b.out, BODY_BYTES);
	sy_defer(call->arena, release, b.out);
	plan->chat = b.chat;
	plan->model = call->model;
	plan->arena = call->arena;
	if (sy_refuse_unkept(b.chat, err) < 0)
		return -1;
	plan_make(plan);
	sy_buf_putc(b.out, '{');
	sy_buf_member(b.out, "model", call->model->upstream);
	sy_buf_key(b.out, "stream");
	sy_buf_puts(b.out, call->stream ? "true" : "false");
	if (sy_cohere_put_messages(plan, b.out, err) < 0)
		return -1;
	sy_cohere_put_documents(plan, b.out);
	put_tools(&b);
	put_format(&b);
	put_thinking(&b);
	put_limits(&b);
	put_sampling(&b);
	put_extras(&b);
	sy_buf_putc(b.out, '}');
	if (b.out->full)
		return sy_fail(err, SY_TOO_LARGE, "", "the request is over %d bytes",
		    BODY_BYTES);
	if (plan->notes.text[0] != '\0')
		call->dropped = plan->notes.text;
	out->url = "/chat";
	return sy_http_piece(out, b.out->data, b.out->len, err);
}
