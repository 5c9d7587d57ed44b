/*
 * openai_splice.c - requests and answers that stay in the dialect: edited, not rebuilt.
 *
 * A body is put together again from its top-level members as the scan found them.  Small ones
 * are copied, large ones (messages, mostly) are sent from where they stand.  Whatever needs a
 * look inside the messages is declined, and rebuilt by openai_build.c.
 */
#include "dialect/openai.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/scan.h"
#include "base/text.h"
#include "dialect/edit.h"
#include "dialect/notes.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_EXTRA 512 /* of what is added: names, limits, stream options */

/* --- Whether. ---------------------------------------------------------------------------- */

static const struct sy_member *given(const struct sy_ask *ask, const char *field)
{
	const struct sy_member *m = sy_scan_find(&ask->scan, field);

	return m == NULL || m->type == SY_J_NULL ? NULL : m;
}

static bool has_key(const struct sy_member *m, int key)
{
	return m != NULL && m->seen_keys & 1u << key;
}

/* Something that this provider's messages may not hold, or hold in another form. */
static bool messages_differ(const struct sy_quirks *q, const struct sy_member *m)
{
	static const int foreign[] = { SY_KEY_REASONING_CONTENT, SY_KEY_REASONING,
		SY_KEY_REASONING_DETAILS, SY_KEY_CACHE_CONTROL };

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (has_key(m, foreign[i]) && !q->pass_unknown)
			return true;
	if (m->seen & 1u << SY_SEEN_DEVELOPER && !q->developer_role)
		return true;
	if (has_key(m, SY_KEY_TOOL_CALLS) &&
	    (q->tool_id_len > 0 || q->null_content != SY_NULL_CONTENT ||
	        q->history == SY_HISTORY_REQUIRED))
		return true;
	if (has_key(m, SY_KEY_NAME) && sy_listed(q->drop, "name"))
		return true;
	return q->string_content || q->merge_system;
}

static bool tools_differ(const struct sy_quirks *q, const struct sy_ask *ask)
{
	const struct sy_member *tools = given(ask, "tools");

	return (has_key(tools, SY_KEY_CACHE_CONTROL) && !q->pass_unknown) ||
	       (has_key(tools, SY_KEY_STRICT) && !q->strict_tools) ||
	       (given(ask, "tool_choice") != NULL &&
	           (q->required_as_any || q->no_tool_choice));
}

/* Fields whose meaning must be read and said in other words. */
static bool fields_differ(const struct sy_quirks *q, const struct sy_ask *ask)
{
	static const char *const wishes[] = { "reasoning", "thinking", "enable_thinking",
		"thinking_budget" };

	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		if (given(ask, wishes[i]) != NULL && !q->pass_unknown)
			return true;
	if (ask->caps & SY_CAP_SCHEMA && q->schema != SY_SCHEMA_NATIVE)
		return true;
	if (given(ask, "functions") != NULL && !q->developer_role)
		return true;
	return given(ask, "extra_body") != NULL;
}

static bool must_rebuild(const struct sy_call *call)
{
	const struct sy_quirks *q = &call->model->provider->quirks;

	return !q->clean || messages_differ(q, given(call->ask, "messages")) ||
	       tools_differ(q, call->ask) || fields_differ(q, call->ask);
}

/* --- How. -------------------------------------------------------------------------------- */

struct splice {
	struct sy_call *call;
	const struct sy_quirks *q;
	struct sy_edit edit;
	bool tools;
	struct sy_notes notes;
};

static void put_key(struct splice *s, const char *key)
{
	sy_edit_key(&s->edit, sy_openai_renamed(s->q, key, s->call->arena));
}

static bool is_empty(const struct sy_member *m)
{
	return (m->type == SY_J_ARRAY || m->type == SY_J_OBJECT) && m->elements == 0;
}

/* Members that are said anew, or mean nothing without tools, or nothing at all. */
static bool is_replaced(const struct splice *s, const struct sy_member *m)
{
	static const char *const anew[] = { "model", "stream", "stream_options",
		"max_tokens", "max_completion_tokens", "temperature" };
	static const char *const of_tools[] = { "tool_choice", "parallel_tool_calls" };

	for (size_t i = 0; i < sizeof(anew) / sizeof(anew[0]); i++)
		if (strcmp(m->key, anew[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(of_tools) / sizeof(of_tools[0]); i++)
		if (strcmp(m->key, of_tools[i]) == 0)
			return !s->tools;
	if (strcmp(m->key, "n") == 0)
		return s->call->ask->n == 1;
	if (sy_openai_use(m->key) == SY_USE_WITHHELD && m->type == SY_J_BOOL &&
	    s->call->ask->scan.text[m->at] == 'f')
		return true; /* it asks for what is done anyway */
	return m->type == SY_J_NULL || is_empty(m);
}

static bool may_be_sent(const struct splice *s, const char *field)
{
	enum sy_openai_use use = sy_openai_use(field);

	if (sy_listed(s->q->drop, field) || use == SY_USE_GATEWAY ||
	    use == SY_USE_WITHHELD)
		return false;
	if (strcmp(field, "parallel_tool_calls") == 0 && s->q->no_parallel_calls)
		return false;
	if (strcmp(field, "metadata") == 0) /* OpenAI refuses it without `store` */
		return s->q->pass_unknown;
	return s->q->pass_unknown || (use != SY_USE_UNKNOWN && use != SY_USE_ROUTER);
}

static int put_member(struct splice *s, const struct sy_member *m)
{
	if (is_replaced(s, m))
		return 0;
	if (!may_be_sent(s, m->key)) {
		sy_note(&s->notes, m->key);
		return 0;
	}
	put_key(s, m->key);
	return sy_edit_value(&s->edit, s->call->ask->scan.text + m->at, m->len);
}

/* In hundredths, for there are providers that end at 1. */
static void put_temperature(struct splice *s)
{
	const struct sy_member *m = given(s->call->ask, "temperature");
	const char *text;
	int max = s->q->temperature_max;
	char number[40];

	if (m == NULL)
		return;
	if (sy_listed(s->q->drop, "temperature")) {
		sy_note(&s->notes, "temperature");
		return;
	}
	text = s->call->ask->scan.text + m->at;
	put_key(s, "temperature");
	snprintf(number, sizeof(number), "%.*s", (int)m->len, text);
	if (max > 0 && strtod(number, NULL) * 100 > max)
		sy_buf_printf(&s->edit.small, "%d.%02d", max / 100, max % 100);
	else
		sy_buf_add(&s->edit.small, text, m->len);
}

static void put_limit(struct splice *s)
{
	if (s->call->ask->max_output_tokens == 0)
		return;
	put_key(s, s->q->max_completion_tokens ? "max_completion_tokens" : "max_tokens");
	sy_buf_int(&s->edit.small, s->call->ask->max_output_tokens);
}

/* Usage is asked for always: that is what an answer is billed by. */
static void put_stream(struct splice *s)
{
	const struct sy_member *m = given(s->call->ask, "stream_options");
	struct sy_span options = { NULL, 0 }, obfuscation;

	if (!s->call->stream)
		return;
	put_key(s, "stream");
	sy_buf_puts(&s->edit.small, "true");
	if (!s->q->stream_options)
		return;
	if (m != NULL)
		options = (struct sy_span){ s->call->ask->scan.text + m->at, m->len };
	obfuscation = sy_walk_get(options, "include_obfuscation");
	put_key(s, "stream_options");
	sy_buf_puts(&s->edit.small, "{\"include_usage\":true");
	if (obfuscation.at != NULL && obfuscation.at[0] == 'f')
		sy_buf_puts(&s->edit.small, ",\"include_obfuscation\":false");
	sy_buf_putc(&s->edit.small, '}');
}

static struct splice *begin(struct sy_call *call, struct sy_http *out,
    struct sy_error *err)
{
	struct splice *s = sy_alloc(call->arena, sizeof(*s));
	const struct sy_member *tools = given(call->ask, "tools");

	s->call = call;
	s->q = &call->model->provider->quirks;
	s->tools = (tools != NULL && tools->elements > 0);
	sy_edit_begin(&s->edit, &call->ask->scan,
	    ROOM_EXTRA + 2 * strlen(call->model->upstream) * 6, call->arena, out, err);
	return s;
}

int sy_openai_splice(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const struct sy_scan *scan = &call->ask->scan;
	struct splice *s;

	if (must_rebuild(call))
		return 0;
	if (sy_openai_check(call, err) < 0)
		return -1;
	s = begin(call, out, err);
	out->url = SY_OPENAI_PATH;
	put_key(s, "model");
	sy_buf_json_str(&s->edit.small, call->model->upstream);
	for (size_t i = 0; i < scan->member_count; i++)
		if (put_member(s, &scan->members[i]) < 0)
			return -1;
	put_temperature(s);
	put_limit(s);
	put_stream(s);
	if (s->notes.text[0] != '\0')
		call->dropped = s->notes.text;
	return sy_edit_end(&s->edit) < 0 ? -1 : 1;
}

/* --- Answers. ---------------------------------------------------------------------------- */

static void put_record(struct sy_buf *out, struct sy_span before, struct sy_span after,
    const char *between)
{
	sy_buf_puts(out, "data: ");
	sy_openai_put_line(out, before);
	sy_buf_puts(out, between);
	sy_openai_put_line(out, after);
	sy_buf_puts(out, "\n\n");
}

int sy_openai_pass(const struct sy_call *call, const struct sy_record *rec,
    struct sy_buf *out)
{
	static const struct sy_key keys[] = { SY_KEY("choices"), SY_KEY("usage") };
	struct sy_span root = sy_span_trim(rec->data, rec->len), usage, v[2];
	struct sy_span none = { root.at + root.len, 0 };
	const char *behind;

	if (!sy_span_is_object(root)) /* [DONE] */
		return 0;
	sy_walk_fill(root, keys, 2, v);
	usage = v[1];
	if (sy_span_is_array(v[0]) && v[0].len == 2) {
		/* The usage's own chunk; without usage it is a filter's notes on the prompt. */
		if (usage.at == NULL || !call->ask->include_usage)
			return 0;
		put_record(out, root, none, "");
		return 1;
	}
	if (usage.at == NULL) {
		put_record(out, root, none, "");
		return 0;
	}
	/* Usage beside content: it has its own chunk at the end, or none. */
	behind = usage.at + usage.len;
	put_record(out, (struct sy_span){ root.at, (size_t)(usage.at - root.at) },
	    (struct sy_span){ behind, (size_t)(none.at - behind) }, "null");
	return 0;
}
