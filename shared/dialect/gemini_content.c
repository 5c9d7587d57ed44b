/*
 * gemini_content.c - see gemini_content.h.
 */
#include "dialect/gemini_content.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "dialect/arguments.h"
#include "dialect/schema.h"
#include "model/chat.h"
#include "model/config.h"

#include <string.h>

#define CALLS_MAX 128

struct sy_span sy_gemini_decode(struct sy_gemini_teller *t, struct sy_span string)
{
	sy_buf_reset(t->scratch);
	if (!sy_span_is_string(string) || !sy_buf_reserve(t->scratch, string.len))
		return (struct sy_span){ "", 0 };
	t->scratch->len = sy_unquote_to(t->scratch->data, string);
	t->scratch->data[t->scratch->len] = '\0';
	return (struct sy_span){ t->scratch->data, t->scratch->len };
}

static void emit(struct sy_gemini_teller *t, const struct sy_gemini_candidate *c,
    struct sy_event *ev)
{
	ev->choice = c->index;
	sy_emit(t->sink, ev);
}

static char *keep(struct sy_gemini_teller *t, struct sy_span string)
{
	return sy_span_is_string(string) ? sy_unquote(t->call->arena, string, NULL)
	                                 : NULL;
}

/* --- Words and thoughts. ----------------------------------------------------------------- */

static void tell_words(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span string, bool thought)
{
	struct sy_span text = sy_gemini_decode(t, string);
	struct sy_event ev = { .kind = thought ? SY_EV_REASONING : SY_EV_TEXT,
		.text = text.at,
		.text_len = text.len };

	if (text.len == 0)
		return;
	if (!thought) {
		c->said = true;
		sy_buf_add(&c->text, text.at, text.len);
	}
	emit(t, c, &ev);
}

/* The signature of a text goes back like an encrypted thought. */
static void tell_signature(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span signature)
{
	struct sy_span text = sy_gemini_decode(t, signature);
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.text = "",
		.data = text.at,
		.format = SY_GEMINI_REASONING };

	if (text.len > 0)
		emit(t, c, &ev);
}

static void tell_media(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span inline_data)
{
	struct sy_event ev = { .kind = SY_EV_MEDIA,
		.media_type = keep(t, sy_walk_get(inline_data, "mimeType")) };
	struct sy_span data = sy_gemini_decode(t, sy_walk_get(inline_data, "data"));

	if (data.len == 0 || ev.media_type == NULL)
		return;
	c->said = true;
	ev.data = data.at;
	emit(t, c, &ev);
}

/* Code that the provider ran, its own tools' calls: for who knows them. */
static void tell_other(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span part)
{
	struct sy_event ev = { .kind = SY_EV_EXTRA,
		.place = SY_EXTRA_MESSAGE,
		.key = "extra_parts" };

	c->said = true;
	sy_buf_reset(t->scratch);
	sy_buf_putc(t->scratch, '[');
	sy_put_compact(part, t->scratch);
	sy_buf_putc(t->scratch, ']');
	ev.json = t->scratch->data;
	ev.json_len = t->scratch->len;
	emit(t, c, &ev);
}

/* --- Calls. ------------------------------------------------------------------------------ */

/* Letters and digits for a call that has no id: of two calls no two alike, nor of two answers. */
static const char *made_id(struct sy_gemini_teller *t,
    const struct sy_gemini_candidate *c)
{
	static const char digits[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint64_t hash =
	    (t->seed ^ (uint64_t)(c->index * CALLS_MAX + c->calls)) * 0x100000001b3u;
	char id[sizeof("call_") + 24] = "call_";

	for (size_t i = strlen(id); i < sizeof(id) - 1; i++) {
		hash ^= hash >> 29;
		hash = hash * 0xbf58476d1ce4e5b9u + 1;
		id[i] = digits[(hash >> 33) % 62];
	}
	return sy_strdup(t->call->arena, id);
}

static void tell_arguments(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span args, const struct sy_tool *tool, int call)
{
	bool custom = tool != NULL && tool->custom;
	struct sy_event ev = { .kind = SY_EV_TOOL_ARGS,
		.call_index = call,
		.custom = custom };
	struct sy_span value = { NULL, 0 };

	if (custom)
		value = sy_walk_get(args, "input");
	else if (tool != NULL && sy_schema_wrapped(tool->parameters))
		value = sy_walk_get(args, "value");
	if (custom && sy_span_is_string(value)) {
		sy_gemini_decode(t, value);
	} else {
		sy_buf_reset(t->scratch);
		if (args.at == NULL)
			sy_buf_puts(t->scratch, "{}");
		else
			sy_put_compact(value.at != NULL ? value : args, t->scratch);
	}
	ev.text = t->scratch->data;
	ev.text_len = t->scratch->len;
	if (ev.text_len > 0)
		emit(t, c, &ev);
}

static void tell_call(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span call, struct sy_span signature)
{
	const char *sent = keep(t, sy_walk_get(call, "name"));
	const char *id = keep(t, sy_walk_get(call, "id"));
	const struct sy_tool *tool;
	struct sy_event ev = { .kind = SY_EV_TOOL_CALL, .call_index = c->calls };

	if (c->calls == CALLS_MAX)
		return;
	if (sent == NULL)
		sent = "";
	tool = sy_gemini_tool(t->call->ask->chat, t->call->arena, sent);
	ev.id = id != NULL && *id != '\0' ? id : made_id(t, c);
	ev.name = tool != NULL ? tool->name : sent;
	ev.custom = tool != NULL && tool->custom;
	ev.signature = keep(t, signature);
	c->said = true;
	c->calls++;
	emit(t, c, &ev);
	tell_arguments(t, c, sy_walk_get(call, "args"), tool, ev.call_index);
}

/* --- Parts. ------------------------------------------------------------------------------ */

enum { P_TEXT, P_THOUGHT, P_CALL, P_MEDIA, P_SIGNATURE, P_COUNT };

static const struct sy_key part_keys[P_COUNT] = {
	[P_TEXT] = SY_KEY("text"),
	[P_THOUGHT] = SY_KEY("thought"),
	[P_CALL] = SY_KEY("functionCall"),
	[P_MEDIA] = SY_KEY("inlineData"),
	[P_SIGNATURE] = SY_KEY("thoughtSignature"),
};

static void read_part(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span part)
{
	struct sy_span v[P_COUNT];
	bool thought;

	if (!sy_span_is_object(part))
		return;
	sy_walk_fill(part, part_keys, P_COUNT, v);
	thought = v[P_THOUGHT].at != NULL && v[P_THOUGHT].at[0] == 't';
	if (sy_span_is_object(v[P_CALL])) {
		tell_call(t, c, v[P_CALL], v[P_SIGNATURE]);
		return;
	}
	if (v[P_TEXT].at != NULL)
		tell_words(t, c, v[P_TEXT], thought);
	else if (sy_span_is_object(v[P_MEDIA])) {
		if (!thought) /* a draft */
			tell_media(t, c, v[P_MEDIA]);
	} else if (v[P_SIGNATURE].at == NULL && part.len > 2) {
		tell_other(t, c, part);
	}
	tell_signature(t, c, v[P_SIGNATURE]);
}

/* --- Log probabilities, as OpenAI's clients know them. ----------------------------------- */

static void put_token(struct sy_gemini_teller *t, struct sy_span token)
{
	struct sy_span text = sy_walk_get(token, "token");
	struct sy_span value = sy_walk_get(token, "logProbability");

	sy_buf_puts(t->scratch, "{\"token\":");
	if (sy_span_is_string(text))
		sy_buf_add(t->scratch, text.at, text.len);
	else
		sy_buf_puts(t->scratch, "\"\"");
	sy_buf_puts(t->scratch, ",\"logprob\":");
	sy_buf_add(t->scratch, value.at != NULL ? value.at : "0",
	    value.at != NULL ? value.len : 1);
	sy_buf_puts(t->scratch, ",\"bytes\":null");
}

static void put_others(struct sy_gemini_teller *t, struct sy_span others)
{
	struct sy_span list = sy_walk_get(others, "candidates"), token;
	const char *comma = "";
	size_t at = 0;

	sy_buf_puts(t->scratch, ",\"top_logprobs\":[");
	while (sy_walk_element(list, &at, &token)) {
		sy_buf_puts(t->scratch, comma);
		put_token(t, token);
		sy_buf_putc(t->scratch, '}');
		comma = ",";
	}
	sy_buf_puts(t->scratch, "]}");
}

static void tell_logprobs(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span result)
{
	struct sy_span chosen = sy_walk_get(result, "chosenCandidates"), token;
	struct sy_span top = sy_walk_get(result, "topCandidates"), others = { NULL, 0 };
	struct sy_event ev = { .kind = SY_EV_EXTRA,
		.place = SY_EXTRA_CHOICE,
		.key = "logprobs" };
	size_t at = 0, top_at = 0;
	const char *comma = "";

	if (!sy_span_is_array(chosen))
		return;
	sy_buf_reset(t->scratch);
	sy_buf_puts(t->scratch, "{\"content\":[");
	while (sy_walk_element(chosen, &at, &token)) {
		if (!sy_walk_element(top, &top_at, &others))
			others = (struct sy_span){ NULL, 0 };
		sy_buf_puts(t->scratch, comma);
		put_token(t, token);
		put_others(t, others);
		comma = ",";
	}
	sy_buf_puts(t->scratch, "],\"refusal\":null}");
	ev.json = t->scratch->data;
	ev.json_len = t->scratch->len;
	emit(t, c, &ev);
}

/* --- A candidate. ------------------------------------------------------------------------ */

static struct sy_span kept(struct sy_gemini_teller *t, struct sy_span now,
    struct sy_span before)
{
	if (!sy_span_is_object(now) || now.len == 2)
		return before;
	return (struct sy_span){ sy_strndup(t->call->arena, now.at, now.len), now.len };
}

/* Clients that ask for enums as numbers get them; so may a proxy. */
static const char *numbered(struct sy_span reason)
{
	static const char *const names[] = { "STOP", "MAX_TOKENS", "SAFETY", "RECITATION",
		"OTHER" };
	const int64_t count = sizeof(names) / sizeof(names[0]);
	int64_t n;

	return sy_span_int(reason, &n) && n >= 1 && n <= count ? names[n - 1] : NULL;
}

static void read_finish(struct sy_gemini_candidate *c, struct sy_span candidate)
{
	struct sy_span reason = sy_walk_get(candidate, "finishReason");
	struct sy_span message = sy_walk_get(candidate, "finishMessage");

	if (sy_span_is_string(message))
		sy_unquote_copy(c->message, sizeof(c->message), message);
	if (numbered(reason) != NULL)
		sy_copy(c->native, sizeof(c->native), numbered(reason));
	else if (sy_span_is_string(reason) &&
	         !sy_span_is(reason, "FINISH_REASON_UNSPECIFIED"))
		sy_unquote_copy(c->native, sizeof(c->native), reason);
	else
		return;
	c->finish = sy_gemini_finish(c->native);
}

void sy_gemini_read_candidate(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span candidate)
{
	struct sy_span parts = sy_walk_get(sy_walk_get(candidate, "content"), "parts");
	struct sy_span part;
	size_t at = 0;

	while (sy_walk_element(parts, &at, &part))
		read_part(t, c, part);
	tell_logprobs(t, c, sy_walk_get(candidate, "logprobsResult"));
	c->grounding = kept(t, sy_walk_get(candidate, "groundingMetadata"), c->grounding);
	c->citations = kept(t, sy_walk_get(candidate, "citationMetadata"), c->citations);
	read_finish(c, candidate);
}

/* A turn of nothing at all is taken for the end of the work by those who called for it, so it
 * is a failure; unless it comes a second time. */
static bool is_empty(const struct sy_gemini_teller *t,
    const struct sy_gemini_candidate *c)
{
	return !c->said && c->finish->finish == SY_FINISH_STOP &&
	       (c->finish->fate == SY_GEMINI_NEEDS_CONTENT || t->call->attempt <= 1);
}

static bool failed(struct sy_gemini_teller *t, const struct sy_gemini_candidate *c,
    struct sy_error *err)
{
	const char *provider = t->call->model->provider->name;
	const char *colon = c->message[0] != '\0' ? ": " : "";

	if (c->finish->fate == SY_GEMINI_REFUSES)
		sy_fail(err, SY_REFUSED, "", "the model ended its answer with %s%s%s",
		    c->native, colon, c->message);
	else if (c->finish->fate == SY_GEMINI_FAILS)
		sy_fail(err, SY_BROKEN, "", "%s ended its answer with %s%s%s", provider,
		    c->native, colon, c->message);
	else if (is_empty(t, c))
		sy_fail(err, SY_BROKEN, "", "%s answered with nothing (%s)%s%s", provider,
		    c->native, colon, c->message);
	else
		return false;
	return true;
}

static void tell_refusal(struct sy_gemini_teller *t, const struct sy_gemini_candidate *c)
{
	struct sy_event ev = { .kind = SY_EV_REFUSAL };

	if (c->said || c->finish->finish != SY_FINISH_CONTENT_FILTER)
		return;
	ev.text = c->message[0] != '\0' ? c->message
	                                : sy_strf(t->call->arena,
	                                      "The answer was withheld (%s).", c->native);
	ev.text_len = strlen(ev.text);
	emit(t, c, &ev);
}

bool sy_gemini_end_candidate(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_error *err)
{
	struct sy_event ev = { .kind = SY_EV_FINISH, .native = c->native };

	if (failed(t, c, err))
		return false;
	sy_gemini_tell_grounding(t, c);
	tell_refusal(t, c);
	ev.finish = c->finish->finish == SY_FINISH_STOP && c->calls > 0
	                ? SY_FINISH_TOOL_CALLS
	                : c->finish->finish;
	emit(t, c, &ev);
	return true;
}
