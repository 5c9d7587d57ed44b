/*
 * parameters.c - see parameters.h.
 */
#include "relay/parameters.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/text.h"
#include "dialect/adapter.h"
#include "dialect/surface.h"
#include "model/ask.h"
#include "model/chat.h"
#include "model/config.h"

#include <string.h>

#define TURNS "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
#define TOOLS                                                                            \
	",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","               \
	"\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]"

/* Each is one request: what an adapter refuses in one tells nothing of the others. */
static const char *const bodies[] = {
	TURNS
	",\"max_tokens\":9,\"temperature\":0.5,\"top_k\":5,\"seed\":7,\"stop\":[\"x\"],"
	"\"frequency_penalty\":0.5,\"presence_penalty\":0.5,\"user\":\"u\","
	"\"logit_bias\":{\"7\":1}" TOOLS ",\"parallel_tool_calls\":false}",
	TURNS ",\"top_p\":0.5}",
	TURNS ",\"reasoning_effort\":\"low\"}",
	TURNS ",\"logprobs\":true,\"top_logprobs\":2}",
	TURNS TOOLS ",\"tool_choice\":\"required\"}",
	TURNS ",\"response_format\":{\"type\":\"json_object\"}}",
	TURNS
	",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"s\","
	"\"schema\":{\"type\":\"object\",\"properties\":{}}}}}",
};
#define BODIES (sizeof(bodies) / sizeof(bodies[0]))

/* OpenRouter's names; `field` as an adapter names it, NULL where that is the same. */
static const struct parameter {
	const char *name, *field;
	size_t body;   /* that asks for it */
	uint32_t caps; /* that a model needs besides, where any are known of it */
} parameters[] = {
	{ "max_tokens", NULL, 0, 0 },
	{ "temperature", NULL, 0, 0 },
	{ "top_k", NULL, 0, 0 },
	{ "seed", NULL, 0, 0 },
	{ "stop", NULL, 0, 0 },
	{ "frequency_penalty", NULL, 0, 0 },
	{ "presence_penalty", NULL, 0, 0 },
	{ "user", NULL, 0, 0 },
	{ "logit_bias", NULL, 0, 0 },
	{ "tools", NULL, 0, SY_CAP_TOOLS },
	{ "parallel_tool_calls", NULL, 0, SY_CAP_TOOLS },
	{ "top_p", NULL, 1, 0 },
	{ "reasoning", "reasoning_effort", 2, SY_CAP_REASONING },
	{ "include_reasoning", "reasoning_effort", 2, SY_CAP_REASONING },
	{ "reasoning_effort", NULL, 2, SY_CAP_REASONING },
	{ "logprobs", NULL, 3, 0 },
	{ "top_logprobs", NULL, 3, 0 },
	{ "tool_choice", NULL, 4, SY_CAP_TOOLS },
	{ "response_format", NULL, 5, 0 },
	{ "structured_outputs", "response_format", 6, SY_CAP_SCHEMA },
};
#define PARAMETERS (sizeof(parameters) / sizeof(parameters[0]))

struct sy_parameters {
	struct sy_ask asks[BODIES];
};

struct sy_parameters *sy_parameters_new(struct sy_arena *a)
{
	const struct sy_surface *chat = &sy_surface_openai_chat;
	struct sy_parameters *p = sy_alloc(a, sizeof(*p));
	struct sy_error err;

	for (size_t i = 0; i < BODIES; i++) {
		struct sy_ask *ask = &p->asks[i];

		ask->chat = NULL;
		if (chat->ask(bodies[i], strlen(bodies[i]), a, ask, &err) == 0) {
			ask->chat = sy_alloc(a, sizeof(*ask->chat));
			chat->read(ask, a, ask->chat, &err);
		}
	}
	return p;
}

/* Which names this body's build leaves out; all of them where it is refused. */
static const char *left_out(const struct sy_adapter *adapter, const struct sy_ask *ask,
    const struct sy_model *m, struct sy_arena *a)
{
	struct sy_call call = { .ask = ask, .model = m, .arena = a };
	struct sy_http http = { 0 };
	struct sy_error err;

	if (adapter->build(&call, &http, &err) < 0)
		return NULL;
	return call.dropped != NULL ? call.dropped : "";
}

uint64_t sy_parameters_of(const struct sy_parameters *p, const struct sy_model *m)
{
	const struct sy_adapter *adapter = sy_adapter_find(m->provider->dialect);
	const char *lost[BODIES];
	struct sy_arena *a;
	uint64_t bits = 0;

	if (adapter == NULL || (m->caps != 0 && !(m->caps & SY_CAP_CHAT)))
		return 0;
	a = sy_arena_new();
	for (size_t i = 0; i < BODIES; i++)
		lost[i] = left_out(adapter, &p->asks[i], m, a);
	for (size_t i = 0; i < PARAMETERS; i++) {
		const struct parameter *one = &parameters[i];
		const char *field = one->field != NULL ? one->field : one->name;

		if (lost[one->body] != NULL && !sy_listed(lost[one->body], field) &&
		    (m->caps == 0 || (one->caps & ~m->caps) == 0))
			bits |= (uint64_t)1 << i;
	}
	sy_arena_free(a);
	return bits;
}

void sy_parameters_put(uint64_t bits, struct sy_buf *out)
{
	const char *gap = "";

	for (size_t i = 0; i < PARAMETERS; i++)
		if (bits & (uint64_t)1 << i) {
			sy_buf_printf(out, "%s\"%s\"", gap, parameters[i].name);
			gap = ",";
		}
}
