/*
 * anthropic_splice.c - requests and answers that stay in the dialect: edited, not rebuilt.
 *
 * What a client of Messages wrote reaches a host of Messages byte for byte: cache markers,
 * signatures, tools that the provider runs, and fields that are newer than this file.  Only
 * what this host or generation of Claude is known to refuse is put in other words or left
 * out, and thoughts that somebody else had.
 */
#include "dialect/anthropic_splice.h"

#include "base/arena.h"
#include "base/http.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/anthropic_build.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_plan.h"
#include "dialect/claude.h"
#include "dialect/edit.h"
#include "dialect/fields.h"
#include "dialect/messages_fields.h"
#include "dialect/notes.h"
#include "dialect/seal.h"
#include "model/config.h"

#include <string.h>

#define ROOM_EXTRA   512 /* of what is added: numbers, a thinking configuration */
#define BODY_BYTES   (32 << 20)
#define LEAST_BUDGET 1024

struct splice {
	struct sy_call *call;
	const struct sy_scan *scan;
	const struct sy_claude *claude;
	struct sy_edit edit;
	struct sy_notes notes;
	int64_t max_tokens; /* fitted; 0 none */
	bool counting;      /* not to be answered, but counted */
};

/* --- Thoughts of others. ----------------------------------------------------------------- */

static bool begins(struct sy_span string, const char *text)
{
	size_t len = strlen(text);

	return string.len > len && memcmp(string.at + 1, text, len) == 0;
}

/* Sealed by us, or never signed: Claude would refuse the whole request. */
static bool is_foreign(const struct splice *s, struct sy_span block)
{
	struct sy_span type = sy_walk_get(block, "type");
	struct sy_span signature = sy_walk_get(block, "signature");

	if (sy_span_is(type, "redacted_thinking"))
		return begins(sy_walk_get(block, "data"), SY_SEAL);
	if (!sy_span_is(type, "thinking"))
		return false;
	return begins(signature, SY_SEAL) ||
	       (s->claude->claude && sy_span_is_empty(signature));
}

static size_t count_foreign(const struct splice *s, struct sy_span messages)
{
	struct sy_span message, block;
	size_t at = 0, count = 0;

	while (sy_walk_element(messages, &at, &message)) {
		struct sy_span content = sy_walk_get(message, "content");
		size_t pos = 0;

		while (sy_walk_element(content, &pos, &block))
			count += is_foreign(s, block);
	}
	return count;
}

/* The message without those blocks; nothing, when nothing else is in it. */
static void put_own(const struct splice *s, struct sy_span message, struct sy_buf *out)
{
	struct sy_span content = sy_walk_get(message, "content"), block;
	const char *comma = out->len > 1 ? "," : "";
	size_t from = out->len, kept = 0, all = 0, pos = 0;

	sy_buf_puts(out, comma);
	if (!sy_span_is_array(content)) {
		sy_buf_add(out, message.at, message.len);
		return;
	}
	sy_buf_add(out, message.at, (size_t)(content.at - message.at));
	sy_buf_putc(out, '[');
	for (; sy_walk_element(content, &pos, &block); all++) {
		if (is_foreign(s, block))
			continue;
		sy_buf_puts(out, kept++ > 0 ? "," : "");
		sy_buf_add(out, block.at, block.len);
	}
	sy_buf_putc(out, ']');
	sy_buf_add(out, content.at + content.len,
	    (size_t)(message.at + message.len - content.at - content.len));
	if (kept == 0 && all > 0)
		sy_buf_cut(out, from);
}

static void release(void *buf)
{
	sy_buf_release(buf);
}

static struct sy_span own_messages(const struct splice *s, struct sy_span messages)
{
	struct sy_buf *out = sy_alloc(s->call->arena, sizeof(*out));
	struct sy_span message;
	size_t at = 0;

	sy_buf_init(out, messages.len + 16);
	sy_defer(s->call->arena, release, out);
	sy_buf_putc(out, '[');
	while (sy_walk_element(messages, &at, &message))
		put_own(s, message, out);
	sy_buf_putc(out, ']');
	return (struct sy_span){ out->data, out->len };
}

static bool has(const struct splice *s, uint32_t types)
{
	return sy_field(s->scan, "messages")->seen & types;
}

static bool has_thoughts(const struct splice *s)
{
	return has(s, 1u << SY_MESSAGES_THINKING | 1u << SY_MESSAGES_REDACTED);
}

/* --- Whether. ---------------------------------------------------------------------------- */

static bool thinks(const struct splice *s)
{
	struct sy_span type = sy_walk_get(sy_field_span(s->scan, "thinking"), "type");

	return sy_span_is(type, "enabled") || sy_span_is(type, "adaptive");
}

static bool has_marks(const struct splice *s)
{
	for (size_t i = 0; i < s->scan->member_count; i++)
		if (s->scan->members[i].seen_keys & 1u << SY_MESSAGES_KEY_CACHE_CONTROL)
			return true;
	return false;
}

/* A thought that is taken out of the turn whose calls are being answered leaves a hole where
 * thinking with a budget insists on one; that, and what is nested, is for anthropic_plan.c. */
static bool must_rebuild(const struct splice *s)
{
	const struct sy_quirks *q = &s->call->model->provider->quirks;

	if (sy_listed(q->drop, "cache_control") && has_marks(s))
		return true;
	if (has(s, 1u << SY_MESSAGES_SYSTEM) && !s->claude->mid_system)
		return true;
	if (s->call->ask->caps & SY_CAP_SCHEMA && q->schema != SY_SCHEMA_NATIVE)
		return true;
	return s->claude->claude && thinks(s) &&
	       s->claude->thinking < SY_THINKS_ADAPTIVE && has_thoughts(s) &&
	       count_foreign(s, sy_field_span(s->scan, "messages")) > 0;
}

/* --- Members. ---------------------------------------------------------------------------- */

static struct sy_span value_of(const struct splice *s, const struct sy_member *m)
{
	return (struct sy_span){ s->scan->text + m->at, m->len };
}

static int put_as_is(struct splice *s, const struct sy_member *m)
{
	struct sy_span value = value_of(s, m);

	sy_edit_key(&s->edit, m->key);
	return sy_edit_value(&s->edit, value.at, value.len);
}

static int put_model(struct splice *s, const struct sy_member *m)
{
	sy_edit_key(&s->edit, m->key);
	sy_buf_json_str(&s->edit.small, s->call->model->upstream);
	return 0;
}

static int put_messages(struct splice *s, const struct sy_member *m)
{
	struct sy_span value = value_of(s, m);

	if (has_thoughts(s) && count_foreign(s, value) > 0)
		value = own_messages(s, value);
	sy_edit_key(&s->edit, m->key);
	return sy_edit_value(&s->edit, value.at, value.len);
}

/* Absent is false. */
static int put_stream(struct splice *s, const struct sy_member *m)
{
	if (s->call->stream == s->call->ask->stream)
		return put_as_is(s, m);
	sy_edit_key(&s->edit, m->key);
	sy_buf_puts(&s->edit.small, s->call->stream ? "true" : "false");
	return 0;
}

static int put_max_tokens(struct splice *s, const struct sy_member *m)
{
	if (s->max_tokens == s->call->ask->max_output_tokens)
		return put_as_is(s, m);
	sy_edit_key(&s->edit, m->key);
	sy_buf_int(&s->edit.small, s->max_tokens);
	return 0;
}

/* How this generation thinks, where the client's words are another's. */
static int put_thinking(struct splice *s, const struct sy_member *m)
{
	struct sy_span type = sy_walk_get(value_of(s, m), "type");
	enum sy_thinking way = s->claude->thinking;
	int64_t budget = s->max_tokens / 2;

	if (!s->claude->claude || !thinks(s))
		return put_as_is(s, m);
	if (way == SY_THINKS_ADAPTIVE && sy_span_is(type, "enabled")) {
		sy_edit_key(&s->edit, m->key);
		sy_buf_puts(&s->edit.small,
		    "{\"type\":\"adaptive\",\"display\":\"summarized\"}");
		return 0;
	}
	if (way == SY_THINKS_NOT || (way == SY_THINKS_BUDGET && budget < LEAST_BUDGET &&
	                                sy_span_is(type, "adaptive"))) {
		sy_note(&s->notes, m->key);
		return 0;
	}
	if (way == SY_THINKS_EITHER || sy_span_is(type, "enabled"))
		return put_as_is(s, m);
	sy_edit_key(&s->edit, m->key);
	sy_buf_printf(&s->edit.small, "{\"type\":\"enabled\",\"budget_tokens\":%lld}",
	    (long long)budget);
	return 0;
}

/* The newest take none of these, those before them one. */
static int put_sampling(struct splice *s, const struct sy_member *m)
{
	enum sy_sampling takes =
	    s->claude->claude ? s->claude->sampling : SY_SAMPLING_ALL;

	if (takes == SY_SAMPLING_NONE ||
	    (takes == SY_SAMPLING_ONE_OF && strcmp(m->key, "top_p") == 0 &&
	        sy_field(s->scan, "temperature") != NULL)) {
		sy_note(&s->notes, m->key);
		return 0;
	}
	return put_as_is(s, m);
}

static const struct {
	const char *field;
	int (*put)(struct splice *s, const struct sy_member *m);
} edited[] = {
	{ "model", put_model },
	{ "messages", put_messages },
	{ "stream", put_stream },
	{ "max_tokens", put_max_tokens },
	{ "thinking", put_thinking },
	{ "temperature", put_sampling },
	{ "top_p", put_sampling },
	{ "top_k", put_sampling },
};

/* Fields of a beta that the host is not told of would be refused. */
static bool may_be_sent(const struct splice *s, const char *field)
{
	const char *beta = sy_anthropic_beta_of(field);

	return sy_anthropic_may_send(s->call->model, field) &&
	       (beta == NULL || beta[0] == '\0' ||
	           sy_anthropic_takes_betas(s->call->model));
}

/* Only the prompt is counted: what says how to answer it is not known there. */
static bool is_of_answer(const char *field)
{
	return sy_listed(
	    "max_tokens stream stop_sequences temperature top_p top_k metadata "
	    "service_tier",
	    field);
}

static int put_member(struct splice *s, const struct sy_member *m)
{
	if (s->counting && is_of_answer(m->key))
		return 0;
	if (!may_be_sent(s, m->key)) {
		sy_note(&s->notes, m->key);
		return 0;
	}
	for (size_t i = 0; i < sizeof(edited) / sizeof(edited[0]); i++)
		if (strcmp(edited[i].field, m->key) == 0)
			return edited[i].put(s, m);
	return put_as_is(s, m);
}

/* --- The request. ------------------------------------------------------------------------ */

static int64_t fitted(const struct splice *s)
{
	int64_t asked = s->call->ask->max_output_tokens;
	int64_t most = s->call->model->max_output_tokens;

	if (most == 0 && s->claude->claude)
		most = s->claude->max_output;
	return most > 0 && asked > most ? most : asked;
}

static struct splice *begin(struct sy_call *call, struct sy_http *out, bool counting,
    struct sy_error *err)
{
	struct splice *s = sy_alloc(call->arena, sizeof(*s));

	s->call = call;
	s->scan = &call->ask->scan;
	s->claude = sy_claude_find(call->model->upstream);
	s->counting = counting;
	s->max_tokens = fitted(s);
	sy_edit_begin(&s->edit, s->scan, ROOM_EXTRA + 6 * strlen(call->model->upstream),
	    call->arena, out, err);
	return s;
}

static int put_members(struct splice *s)
{
	for (size_t i = 0; i < s->scan->member_count; i++)
		if (put_member(s, &s->scan->members[i]) < 0)
			return -1;
	if (sy_scan_find(s->scan, "model") == NULL) { /* the path named it */
		sy_edit_key(&s->edit, "model");
		sy_buf_json_str(&s->edit.small, s->call->model->upstream);
	}
	if (s->call->stream && sy_scan_find(s->scan, "stream") == NULL) {
		sy_edit_key(&s->edit, "stream");
		sy_buf_puts(&s->edit.small, "true");
	}
	return sy_edit_end(&s->edit);
}

/* The answer passes as it comes, so it is asked for in the client's version of the API. */
static const char *version_of(const struct splice *s)
{
	const char *version = s->call->ask->version;

	return version != NULL && version[0] != '\0' ? version : SY_ANTHROPIC_VERSION;
}

static int finish(struct splice *s, const char *path, struct sy_error *err)
{
	struct sy_betas betas;

	if (!sy_betas_begin(&betas, s->call))
		sy_note(&s->notes, "anthropic-beta");
	if (put_members(s) < 0 || sy_anthropic_headers(&betas, version_of(s),
	                              s->call->arena, s->edit.out, err) < 0)
		return -1;
	if (s->notes.text[0] != '\0')
		s->call->dropped = s->notes.text;
	s->edit.out->url = path;
	return 1;
}

int sy_anthropic_splice(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	struct splice *s = begin(call, out, false, err);

	return must_rebuild(s) ? 0 : finish(s, "/messages", err);
}

int sy_anthropic_count(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	return finish(begin(call, out, true, err), "/messages/count_tokens", err) < 0 ? -1
	                                                                              : 0;
}

int sy_anthropic_count_tap(const struct sy_call *call, struct sy_span json,
    struct sy_reading *out, struct sy_error *err)
{
	int64_t tokens;

	(void)out; /* counting uses none */
	if (!sy_span_int(sy_walk_get(json, "input_tokens"), &tokens))
		return sy_fail(err, SY_UNUSABLE, "", "%s did not count",
		    call->model->provider->name);
	return 0;
}

/* --- Answers. ---------------------------------------------------------------------------- */

int sy_anthropic_pass(const struct sy_call *call, const struct sy_record *rec,
    struct sy_buf *out)
{
	struct sy_span data = { rec->data, rec->len };
	struct sy_span type = sy_walk_get(data, "type");

	(void)call;
	if (!sy_span_is_object(sy_span_trim(data.at, data.len)) ||
	    sy_span_is(type, "message_stop"))
		return 0;
	if (rec->event[0] != '\0') {
		sy_buf_lit(out, "event: ");
		sy_buf_puts(out, rec->event);
		sy_buf_putc(out, '\n');
	}
	for (const char *end; data.at != NULL; data.at = end) {
		end = memchr(data.at, '\n', data.len);
		end = end != NULL ? end + 1 : NULL;
		sy_buf_lit(out, "data: ");
		sy_buf_add(out, data.at,
		    end != NULL ? (size_t)(end - data.at) : data.len);
		data.len -= end != NULL ? (size_t)(end - data.at) : data.len;
	}
	sy_buf_lit(out, "\n\n");
	return sy_span_is(type, "message_delta");
}
