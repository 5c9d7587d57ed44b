/*
 * openai_delta.c - the content of an answer of the OpenAI dialect to events: text, thoughts and
 * calls, of a stream's delta or a whole answer's message.
 *
 * Most of it is mending: calls without an index or with the same one, ids that are repeated,
 * thoughts under five names or inside the content.
 */
#include "dialect/openai_decode.h"

#include "base/arena.h"
#include "model/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Members of a message; from M_EXTRAS on those that pass through to clients of the same
 * dialect. */
enum {
	M_REASONING_CONTENT,
	M_REASONING,
	M_REASONING_DETAILS,
	M_CONTENT,
	M_REFUSAL,
	M_TOOL_CALLS,
	M_FUNCTION_CALL,
	M_ANNOTATIONS,
	M_EXTRAS
};

static const struct sy_key message_keys[] = {
	[M_REASONING_CONTENT] = SY_KEY("reasoning_content"),
	[M_REASONING] = SY_KEY("reasoning"),
	[M_REASONING_DETAILS] = SY_KEY("reasoning_details"),
	[M_CONTENT] = SY_KEY("content"),
	[M_REFUSAL] = SY_KEY("refusal"),
	[M_TOOL_CALLS] = SY_KEY("tool_calls"),
	[M_FUNCTION_CALL] = SY_KEY("function_call"),
	[M_ANNOTATIONS] = SY_KEY("annotations"),
	[M_EXTRAS] = SY_KEY("audio"),
	SY_KEY("images"),
};

void sy_openai_emit(const struct sy_openai_decode *d, struct sy_event *ev)
{
	ev->choice = d->c != NULL ? d->c->index : 0;
	sy_emit(d->sink, ev);
}

/* A string's text without a copy if nothing in it is escaped. */
static struct sy_span text_of(struct sy_openai_decode *d, struct sy_span s)
{
	struct sy_openai_state *st = d->st;

	if (!sy_span_is_string(s))
		return (struct sy_span){ "", 0 };
	if (memchr(s.at, '\\', s.len) == NULL)
		return (struct sy_span){ s.at + 1, s.len - 2 };
	if (s.len > st->scratch_room) {
		st->scratch_room = s.len < 1024 ? 2048 : s.len * 2;
		st->scratch = sy_alloc(d->call->arena, st->scratch_room);
	}
	return (struct sy_span){ st->scratch, sy_unquote_to(st->scratch, s) };
}

static const char *string_of(struct sy_openai_decode *d, struct sy_span s)
{
	return sy_span_is_string(s) ? sy_unquote(d->call->arena, s, NULL) : NULL;
}

/* --- Text. ------------------------------------------------------------------------------- */

static void emit_text(struct sy_openai_decode *d, enum sy_event_kind kind,
    const char *text, size_t len)
{
	if (len == 0)
		return;
	d->c->has_content = true;
	sy_openai_emit(d,
	    &(struct sy_event){ .kind = kind, .text = text, .text_len = len });
}

static void emit_span(struct sy_openai_decode *d, enum sy_event_kind kind,
    struct sy_span value)
{
	struct sy_span text = text_of(d, value);

	emit_text(d, kind, text.at, text.len);
}

static void say_thought(void *arg, bool thought, const char *text, size_t len)
{
	emit_text(arg, thought ? SY_EV_REASONING : SY_EV_TEXT, text, len);
}

static void read_thought_parts(struct sy_openai_decode *d, struct sy_span list)
{
	struct sy_span part;
	size_t pos = 0;

	if (sy_span_is_string(list))
		emit_span(d, SY_EV_REASONING, list);
	while (sy_walk_element(list, &pos, &part))
		emit_span(d, SY_EV_REASONING, sy_walk_get(part, "text"));
}

/* An element of a content array. */
static void read_part(struct sy_openai_decode *d, struct sy_span part)
{
	struct sy_span type = sy_walk_get(part, "type");

	if (sy_span_is(type, "text") || sy_span_is(type, "output_text"))
		emit_span(d, SY_EV_TEXT, sy_walk_get(part, "text"));
	else if (sy_span_is(type, "refusal"))
		emit_span(d, SY_EV_REFUSAL, sy_walk_get(part, "refusal"));
	else if (sy_span_is(type, "thinking"))
		read_thought_parts(d, sy_walk_get(part, "thinking"));
	else if (sy_span_is(type, "reasoning")) {
		read_thought_parts(d, sy_walk_get(part, "summary"));
		read_thought_parts(d, sy_walk_get(part, "text"));
	}
}

static void read_content(struct sy_openai_decode *d, struct sy_span content)
{
	struct sy_span part;
	size_t pos = 0;

	while (sy_walk_element(content, &pos, &part))
		read_part(d, part);
	if (!sy_span_is_string(content))
		return;
	if (d->call->model->provider->quirks.think_tags) {
		struct sy_span text = text_of(d, content);

		sy_think(&d->c->think, text.at, text.len, say_thought, d);
	} else {
		emit_span(d, SY_EV_TEXT, content);
	}
}

/* A thought with whose it is, and what must be handed back with it unchanged. */
static void read_detail(struct sy_openai_decode *d, struct sy_span detail)
{
	struct sy_span text = sy_walk_get(detail, "text");
	struct sy_event ev = {
		.kind = SY_EV_REASONING,
		.signature = string_of(d, sy_walk_get(detail, "signature")),
		.data = string_of(d, sy_walk_get(detail, "data")),
		.format = string_of(d, sy_walk_get(detail, "format")),
	};

	text = text_of(d, text.at != NULL ? text : sy_walk_get(detail, "summary"));
	ev.text = text.at;
	ev.text_len = text.len;
	if (ev.text_len == 0 && ev.signature == NULL && ev.data == NULL)
		return;
	d->c->has_content = true;
	sy_openai_emit(d, &ev);
}

static bool has_text(struct sy_span details)
{
	struct sy_span detail;
	size_t pos = 0;

	while (sy_walk_element(details, &pos, &detail))
		if (!sy_span_is_empty(sy_walk_get(detail, "text")) ||
		    !sy_span_is_empty(sy_walk_get(detail, "summary")))
			return true;
	return false;
}

/* Some send the same text under two or three names; the one that says most is taken. */
static void read_reasoning(struct sy_openai_decode *d, const struct sy_span *m)
{
	struct sy_span detail;
	size_t pos = 0;

	if (!has_text(m[M_REASONING_DETAILS]))
		emit_span(d, SY_EV_REASONING,
		    m[sy_span_is_empty(m[M_REASONING_CONTENT]) ? M_REASONING
		                                               : M_REASONING_CONTENT]);
	while (sy_walk_element(m[M_REASONING_DETAILS], &pos, &detail))
		read_detail(d, detail);
}

/* --- Citations. -------------------------------------------------------------------------- */

/* Those that are no url_citation mean something to clients of the same dialect alone. */
static void read_annotation(struct sy_openai_decode *d, struct sy_span annotation)
{
	struct sy_span cited = sy_walk_get(annotation, "url_citation");
	struct sy_event ev = { .kind = SY_EV_CITATION,
		.url = string_of(d, sy_walk_get(cited, "url")),
		.title = string_of(d, sy_walk_get(cited, "title")),
		.from = -1,
		.to = -1,
		.json = annotation.at,
		.json_len = annotation.len,
		.format = "openai" };

	if (!sy_span_is_object(annotation))
		return;
	sy_span_int(sy_walk_get(cited, "start_index"), &ev.from);
	sy_span_int(sy_walk_get(cited, "end_index"), &ev.to);
	sy_openai_emit(d, &ev);
}

static void read_annotations(struct sy_openai_decode *d, struct sy_span list)
{
	struct sy_span annotation;
	size_t pos = 0;

	while (sy_walk_element(list, &pos, &annotation))
		read_annotation(d, annotation);
}

/* --- Tool calls. ------------------------------------------------------------------------- */

static struct sy_openai_call *find_call(const struct sy_openai_choice *c, int64_t given,
    const char *id)
{
	struct sy_openai_call *found = NULL;

	for (struct sy_openai_call *k = c->calls; k != NULL; k = k->next)
		if (given >= 0 ? k->given == given
		               : id[0] != '\0' && strcmp(k->id, id) == 0)
			found = k;
	return found;
}

/* The call that a delta goes on with, or NULL when it begins one. */
static struct sy_openai_call *continued(const struct sy_openai_choice *c, int64_t given,
    const char *id, bool named)
{
	struct sy_openai_call *k = find_call(c, given, id);

	if (given < 0 && id[0] == '\0')
		return named ? NULL : c->last;
	/* One index for all calls, told apart by their ids. */
	if (k != NULL && id[0] != '\0' && strcmp(k->id, id) != 0)
		return find_call(c, -1, id);
	return k;
}

/* An id for a provider that sends none; its own id of the answer makes it unlike others. */
static void make_id(const struct sy_openai_decode *d, const struct sy_openai_call *k,
    char *out, size_t room)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *p = d->st->id; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	hash = (hash ^ (uint64_t)d->st->created) * 0x100000001b3u;
	hash = (hash ^ (uint64_t)(d->c->index * SY_OPENAI_CALLS_MAX + k->index)) *
	       0x100000001b3u;
	snprintf(out, room, "call_%016" PRIx64, hash);
}

/* Google's endpoint of this dialect signs calls. */
static const char *signature_of(struct sy_openai_decode *d, struct sy_span delta)
{
	struct sy_span google =
	    sy_walk_get(sy_walk_get(delta, "extra_content"), "google");

	return string_of(d, sy_walk_get(google, "thought_signature"));
}

static struct sy_openai_call *begin_call(struct sy_openai_decode *d, int64_t given,
    const char *id, struct sy_span name, bool custom, const char *signature)
{
	struct sy_openai_choice *c = d->c;
	struct sy_openai_call *k = sy_alloc(d->call->arena, sizeof(*k));
	char made[32];

	k->index = c->call_count++;
	k->given = given;
	k->custom = custom;
	k->id = id;
	if (c->last != NULL)
		c->last->next = k;
	else
		c->calls = k;
	c->last = k;
	c->has_content = true;
	make_id(d, k, made, sizeof(made));
	sy_openai_emit(d, &(struct sy_event){
	                      .kind = SY_EV_TOOL_CALL,
	                      .call_index = k->index,
	                      .id = id[0] != '\0' ? id : made,
	                      .name = sy_span_is_string(name) ? string_of(d, name) : "",
	                      .custom = custom,
	                      .signature = signature,
	                  });
	return k;
}

static void say_arguments(struct sy_openai_decode *d, struct sy_openai_call *k,
    struct sy_span value)
{
	struct sy_span text = text_of(d, value);

	/* Some send the object itself instead of its text. */
	if (sy_span_is_object(value))
		text = value;
	if (text.len == 0)
		return;
	k->has_arguments = true;
	sy_openai_emit(d, &(struct sy_event){
	                      .kind = SY_EV_TOOL_ARGS,
	                      .call_index = k->index,
	                      .text = text.at,
	                      .text_len = text.len,
	                      .custom = k->custom,
	                  });
}

static void read_call(struct sy_openai_decode *d, struct sy_span delta)
{
	struct sy_span custom = sy_walk_get(delta, "custom");
	struct sy_span function =
	    custom.at != NULL ? custom : sy_walk_get(delta, "function");
	struct sy_span name = sy_walk_get(function, "name");
	struct sy_span id_span = sy_walk_get(delta, "id");
	const char *id = sy_span_is_string(id_span) ? string_of(d, id_span) : "";
	int64_t given = -1;
	struct sy_openai_call *k;

	if (!sy_span_int(sy_walk_get(delta, "index"), &given) || given < 0)
		given = -1;
	/* A whole answer's calls are as many as its elements. */
	k = d->whole ? NULL : continued(d->c, given, id, sy_span_is_string(name));
	if (k == NULL && d->c->call_count == SY_OPENAI_CALLS_MAX)
		return;
	if (k == NULL)
		k = begin_call(d, given, id, name, custom.at != NULL,
		    signature_of(d, delta));
	say_arguments(d, k,
	    sy_walk_get(function, custom.at != NULL ? "input" : "arguments"));
}

static void read_calls(struct sy_openai_decode *d, struct sy_span list,
    struct sy_span old)
{
	struct sy_span delta;
	size_t pos = 0;

	while (sy_walk_element(list, &pos, &delta))
		read_call(d, delta);
	if (!sy_span_is_object(old))
		return;
	if (d->c->last == NULL)
		begin_call(d, -1, "", sy_walk_get(old, "name"), false, NULL);
	say_arguments(d, d->c->last, sy_walk_get(old, "arguments"));
}

/* --- The whole of it. -------------------------------------------------------------------- */

void sy_openai_say_extras(struct sy_openai_decode *d, enum sy_extra_place place,
    const struct sy_key *keys, const struct sy_span *values, size_t from, size_t count)
{
	for (size_t i = from; i < count; i++) {
		if (sy_span_is_empty(values[i]))
			continue;
		if (place == SY_EXTRA_ANSWER && d->st->extras_said & 1u << i)
			continue;
		if (place == SY_EXTRA_ANSWER)
			d->st->extras_said |= 1u << i;
		sy_openai_emit(d, &(struct sy_event){
		                      .kind = SY_EV_EXTRA,
		                      .place = place,
		                      .key = keys[i].text,
		                      .json = values[i].at,
		                      .json_len = values[i].len,
		                  });
	}
}

void sy_openai_read_delta(struct sy_openai_decode *d, struct sy_span delta)
{
	struct sy_span m[COUNT(message_keys)];

	sy_walk_fill(delta, message_keys, COUNT(message_keys), m);
	sy_openai_say_extras(d, SY_EXTRA_MESSAGE, message_keys, m, M_EXTRAS,
	    COUNT(message_keys));
	read_reasoning(d, m);
	read_content(d, m[M_CONTENT]);
	emit_span(d, SY_EV_REFUSAL, m[M_REFUSAL]);
	read_annotations(d, m[M_ANNOTATIONS]);
	read_calls(d, m[M_TOOL_CALLS], m[M_FUNCTION_CALL]);
}

void sy_openai_end_delta(struct sy_openai_decode *d, bool cut_short)
{
	sy_think_end(&d->c->think, say_thought, d);
	for (struct sy_openai_call *k = d->c->calls; k != NULL && !cut_short; k = k->next)
		if (!k->has_arguments && !k->custom)
			say_arguments(d, k, (struct sy_span){ "{}", 2 });
}
