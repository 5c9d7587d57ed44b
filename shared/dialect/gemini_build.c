/*
 * gemini_build.c - a planned request, written as the body of generateContent.
 *
 * Gemini refuses a whole request for a field that it does not know, so what is not named here
 * is left out and said to be.
 */
#include "dialect/gemini_write.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/gemini.h"
#include "dialect/wish.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

#define BODY_BYTES (100 << 20)
#define MOST_STOPS 5

/* --- generationConfig: each member with a comma behind it. ------------------------------- */

static void put_key(struct sy_gemini_writer *w, const char *key)
{
	sy_buf_printf(w->out, "\"%s\":", key);
}

static void put_number(struct sy_gemini_writer *w, const char *field, const char *key,
    const char *number)
{
	if (number == NULL)
		return;
	if (!sy_gemini_may_send(w->plan->model, field)) {
		sy_note(&w->plan->notes, field);
		return;
	}
	put_key(w, key);
	sy_buf_printf(w->out, "%s,", number);
}

/* The provider's seeds have 31 bits. */
static void put_seed(struct sy_gemini_writer *w, const char *seed)
{
	if (seed == NULL)
		return;
	put_number(w, "seed", "seed",
	    sy_strf(w->arena, "%lld", strtoll(seed, NULL, 10) & 0x7fffffff));
}

static void put_stops(struct sy_gemini_writer *w)
{
	const struct sy_chat *chat = w->plan->chat;
	size_t count = 0;

	for (size_t i = 0; i < chat->stop_count; i++) {
		if (*chat->stop[i] == '\0')
			continue;
		if (count == MOST_STOPS) {
			sy_note(&w->plan->notes, "stop");
			break;
		}
		sy_buf_puts(w->out, count++ == 0 ? "\"stopSequences\":[" : ",");
		sy_buf_json_str(w->out, chat->stop[i]);
	}
	sy_buf_puts(w->out, count > 0 ? "]," : "");
}

static void put_thinking(struct sy_gemini_writer *w)
{
	const struct sy_gemini_plan *p = w->plan;
	const char *comma = "";

	if (p->level == NULL && p->budget == SY_GEMINI_NO_BUDGET && !p->thoughts)
		return;
	sy_buf_puts(w->out, "\"thinkingConfig\":{");
	if (p->level != NULL)
		sy_buf_printf(w->out, "\"thinkingLevel\":\"%s\"", p->level);
	else if (p->budget != SY_GEMINI_NO_BUDGET)
		sy_buf_printf(w->out, "\"thinkingBudget\":%lld", (long long)p->budget);
	if (p->level != NULL || p->budget != SY_GEMINI_NO_BUDGET)
		comma = ",";
	if (p->thoughts)
		sy_buf_printf(w->out, "%s\"includeThoughts\":true", comma);
	sy_buf_puts(w->out, "},");
}

static void put_format(struct sy_gemini_writer *w)
{
	bool json = sy_gemini_has(w->plan->kind, SY_GEMINI_JSON_SCHEMA);

	if (!w->plan->json)
		return;
	sy_buf_puts(w->out, "\"responseMimeType\":\"application/json\",");
	if (w->plan->schema == NULL)
		return;
	put_key(w, json ? "responseJsonSchema" : "responseSchema");
	sy_gemini_schema_print(w->plan->schema, json ? SY_GEMINI_JSON : SY_GEMINI_OPENAPI,
	    w->out);
	sy_buf_putc(w->out, ',');
}

static void put_modalities(struct sy_gemini_writer *w)
{
	static const char *const names[][2] = { { "text", "TEXT" }, { "image", "IMAGE" },
		{ "audio", "AUDIO" } };
	const struct sy_chat *chat = w->plan->chat;
	const char *voice = sy_json_text(sy_json_get(chat->extra, "audio"), "voice");
	bool audio = sy_wants_modality(chat, "audio");
	size_t count = 0;

	if (!audio && !sy_wants_modality(chat, "image"))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		/* Sound comes alone: the words are its own. */
		if (!sy_wants_modality(chat, names[i][0]) || (audio && i < 2))
			continue;
		sy_buf_printf(w->out, "%s\"%s\"",
		    count++ == 0 ? "\"responseModalities\":[" : ",", names[i][1]);
	}
	sy_buf_puts(w->out, "],");
	if (!audio || voice == NULL)
		return;
	sy_buf_puts(w->out, "\"speechConfig\":{\"voiceConfig\":{\"prebuiltVoiceConfig\":{"
	                    "\"voiceName\":");
	sy_buf_json_str(w->out, voice);
	sy_buf_puts(w->out, "}}},");
}

static void put_logprobs(struct sy_gemini_writer *w)
{
	struct json_object *extra = w->plan->chat->extra;
	struct json_object *top = sy_json_get(extra, "top_logprobs");

	if (!json_object_get_boolean(sy_json_get(extra, "logprobs")))
		return;
	if (!sy_gemini_may_send(w->plan->model, "logprobs")) {
		sy_note(&w->plan->notes, "logprobs");
		return;
	}
	sy_buf_puts(w->out, "\"responseLogprobs\":true,");
	if (top != NULL && json_object_get_int64(top) > 0)
		sy_buf_printf(w->out, "\"logprobs\":%lld,",
		    (long long)json_object_get_int64(top));
}

static void put_config(struct sy_gemini_writer *w)
{
	const struct sy_chat *chat = w->plan->chat;
	size_t before = w->out->len, open;

	sy_buf_puts(w->out, ",\"generationConfig\":{");
	open = w->out->len;
	if (chat->max_output_tokens > 0)
		sy_buf_printf(w->out, "\"maxOutputTokens\":%lld,",
		    (long long)chat->max_output_tokens);
	put_number(w, "temperature", "temperature", chat->temperature);
	put_number(w, "top_p", "topP", chat->top_p);
	put_number(w, "top_k", "topK", chat->top_k);
	if (chat->n > 1)
		sy_buf_printf(w->out, "\"candidateCount\":%d,", chat->n);
	put_stops(w);
	put_seed(w, chat->seed);
	put_number(w, "presence_penalty", "presencePenalty", chat->presence_penalty);
	put_number(w, "frequency_penalty", "frequencyPenalty", chat->frequency_penalty);
	put_logprobs(w);
	put_format(w);
	put_modalities(w);
	put_thinking(w);
	if (w->out->full)
		return;
	if (w->out->len == open)
		w->out->len = before;
	else
		w->out->data[w->out->len - 1] = '}';
}

/* --- Beside it. -------------------------------------------------------------------------- */

static void put_own(struct sy_gemini_writer *w, const char *snake, const char *camel)
{
	struct json_object *value = sy_gemini_own(w->plan->chat, snake, camel);

	if (value == NULL)
		return;
	sy_buf_printf(w->out, ",\"%s\":", camel);
	sy_json_print(w->out, value);
}

static void put_service_tier(struct sy_gemini_writer *w)
{
	const char *tier = w->plan->chat->service_tier;

	if (tier == NULL || strcmp(tier, "auto") == 0 || strcmp(tier, "default") == 0)
		return;
	if (w->plan->vertex ||
	    (strcmp(tier, "flex") != 0 && strcmp(tier, "priority") != 0 &&
	        strcmp(tier, "standard") != 0))
		sy_note(&w->plan->notes, "service_tier");
	else
		sy_buf_printf(w->out, ",\"serviceTier\":\"%s\"", tier);
}

/* Read where they mean something: they are not passed on, and not lost. */
static const char *const understood[] = { "reasoning", "include_reasoning", "thinking",
	"enable_thinking", "thinking_budget", "modalities", "audio", "logprobs",
	"top_logprobs", "web_search_options", "google", "google_search", "googleSearch",
	"thinking_config", "thinkingConfig", "safety_settings", "safetySettings",
	"cached_content", "cachedContent", "provider", NULL };

static bool is_understood(const struct sy_chat *chat, const char *name)
{
	if (strcmp(name, "audio") == 0)
		return sy_wants_modality(chat, name);
	return sy_one_of(name, understood) ||
	    (strcmp(name, "extra_body") == 0 &&
	        sy_json_get(sy_json_get(chat->extra, name), "google") != NULL);
}

static void note_the_rest(struct sy_gemini_writer *w)
{
	const struct sy_chat *chat = w->plan->chat;
	struct sy_notes *notes = &w->plan->notes;

	if (chat->user != NULL)
		sy_note(notes, "user");
	if (chat->metadata != NULL && json_object_object_length(chat->metadata) > 0)
		sy_note(notes, "metadata");
	for (size_t i = 0; i < chat->message_count; i++)
		if (chat->messages[i].name != NULL &&
		    chat->messages[i].role != SY_ROLE_TOOL)
			sy_note(notes, "messages.name");
	if (!json_object_is_type(chat->extra, json_type_object))
		return;
	json_object_object_foreach(chat->extra, name, value) {
		(void)value;
		if (!is_understood(chat, name))
			sy_note(notes, name);
	}
}

static int put_body(struct sy_gemini_writer *w)
{
	sy_buf_putc(w->out, '{');
	if (sy_gemini_put_contents(w) < 0)
		return -1;
	sy_gemini_put_system(w);
	sy_gemini_put_tools(w);
	put_config(w);
	put_own(w, "safety_settings", "safetySettings");
	put_own(w, "cached_content", "cachedContent");
	put_service_tier(w);
	note_the_rest(w);
	sy_buf_putc(w->out, '}');
	return 0;
}

static void release(void *arg)
{
	sy_buf_release(arg);
}

int sy_gemini_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct sy_gemini_plan *plan = sy_alloc(call->arena, sizeof(*plan));
	struct sy_buf *body = sy_alloc(call->arena, sizeof(*body));
	struct sy_gemini_writer w = { plan, call->arena, body, err };

	sy_buf_init(body, BODY_BYTES);
	sy_defer(call->arena, release, body);
	if (sy_gemini_plan_make(call, plan, err) < 0 || put_body(&w) < 0)
		return -1;
	if (body->full)
		return sy_fail(err, SY_TOO_LARGE, "",
		    "the request is larger than the %d MiB that the provider takes",
		    BODY_BYTES >> 20);
	out->url = sy_gemini_path(call);
	if (out->url == NULL)
		return sy_fail(err, SY_CONFIG, "",
		    "the model's name is too long for a path");
	if (plan->notes.text[0] != '\0')
		call->dropped = plan->notes.text;
	return sy_http_piece(out, body->data, body->len, err);
}
