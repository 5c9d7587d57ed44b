/*
 * openai_decode.c - answers of the OpenAI dialect to events.
 *
 * A whole answer is read as a chunk whose delta is called message, so there is one decoder.
 * It walks the text without building a tree, since this runs for every chunk of every stream.
 *
 * Most of it is mending: calls without an index or with the same one, ids that are repeated,
 * reasoning under five names or inside the content, a finish that comes twice or too early.
 */
#include "dialect/openai.h"

#include "base/arena.h"
#include "base/scan.h"
#include "base/text.h"
#include "dialect/think.h"
#include "model/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CALLS_MAX 128

struct call {
	struct call *next;
	int index;      /* dense, as the client is told */
	int64_t given;  /* the provider's; -1 none */
	const char *id; /* the provider's; "" none */
	bool has_arguments;
	bool custom;
};

struct choice {
	struct choice *next;
	int index;
	struct call *calls, *last;
	int call_count;
	enum sy_finish finish;
	char native[32];
	bool finish_said;
	bool has_content;
	struct sy_think think;
};

struct state {
	struct choice *choices; /* by index */
	char *scratch;
	size_t scratch_room;
	char id[96], model[96];
	int64_t created;
	uint32_t extras_said; /* by place in root_keys: those of the answer come once */
	bool ended;
};

_Static_assert(sizeof(struct state) <= SY_OPENAI_STATE_BYTES, "say more in openai.h");

/* Members that are looked at, in one pass an object; from *_EXTRAS on those that pass through
 * to clients of the same dialect. */
enum {
	R_ID,
	R_MODEL,
	R_CREATED,
	R_CHOICES,
	R_USAGE,
	R_X_GROQ,
	R_ERROR,
	R_BASE_RESP,
	R_EXTRAS
};
enum { C_INDEX, C_DELTA, C_MESSAGE, C_FINISH, C_USAGE, C_EXTRAS };
enum {
	M_REASONING_CONTENT,
	M_REASONING,
	M_REASONING_DETAILS,
	M_CONTENT,
	M_REFUSAL,
	M_TOOL_CALLS,
	M_FUNCTION_CALL,
	M_EXTRAS
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct sy_key root_keys[] = {
	[R_ID] = SY_KEY("id"),
	[R_MODEL] = SY_KEY("model"),
	[R_CREATED] = SY_KEY("created"),
	[R_CHOICES] = SY_KEY("choices"),
	[R_USAGE] = SY_KEY("usage"),
	[R_X_GROQ] = SY_KEY("x_groq"),
	[R_ERROR] = SY_KEY("error"),
	[R_BASE_RESP] = SY_KEY("base_resp"),
	[R_EXTRAS] = SY_KEY("system_fingerprint"),
	SY_KEY("service_tier"),
	SY_KEY("citations"),
	SY_KEY("search_results"),
};

static const struct sy_key choice_keys[] = {
	[C_INDEX] = SY_KEY("index"),
	[C_DELTA] = SY_KEY("delta"),
	[C_MESSAGE] = SY_KEY("message"),
	[C_FINISH] = SY_KEY("finish_reason"),
	[C_USAGE] = SY_KEY("usage"),
	[C_EXTRAS] = SY_KEY("logprobs"),
	SY_KEY("content_filter_results"),
};

static const struct sy_key message_keys[] = {
	[M_REASONING_CONTENT] = SY_KEY("reasoning_content"),
	[M_REASONING] = SY_KEY("reasoning"),
	[M_REASONING_DETAILS] = SY_KEY("reasoning_details"),
	[M_CONTENT] = SY_KEY("content"),
	[M_REFUSAL] = SY_KEY("refusal"),
	[M_TOOL_CALLS] = SY_KEY("tool_calls"),
	[M_FUNCTION_CALL] = SY_KEY("function_call"),
	[M_EXTRAS] = SY_KEY("annotations"),
	SY_KEY("audio"),
	SY_KEY("images"),
};

/* What the functions below have in hand. */
struct decode {
	const struct sy_call *call;
	struct state *st;
	const struct sy_sink *sink;
	struct choice *c;
	bool whole;
};

static void emit(const struct decode *d, struct sy_event *ev)
{
	ev->choice = d->c != NULL ? d->c->index : 0;
	sy_emit(d->sink, ev);
}

/* A string's text without a copy if nothing in it is escaped. */
static struct sy_span text_of(struct decode *d, struct sy_span s)
{
	struct state *st = d->st;

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

static const char *string_of(struct decode *d, struct sy_span s)
{
	return sy_span_is_string(s) ? sy_unquote(d->call->arena, s, NULL) : NULL;
}

/* --- Text. ------------------------------------------------------------------------------- */

static void emit_text(struct decode *d, enum sy_event_kind kind, const char *text,
    size_t len)
{
	if (len == 0)
		return;
	d->c->has_content = true;
	emit(d, &(struct sy_event){ .kind = kind, .text = text, .text_len = len });
}

static void emit_span(struct decode *d, enum sy_event_kind kind, struct sy_span value)
{
	struct sy_span text = text_of(d, value);

	emit_text(d, kind, text.at, text.len);
}

static void say_thought(void *arg, bool thought, const char *text, size_t len)
{
	emit_text(arg, thought ? SY_EV_REASONING : SY_EV_TEXT, text, len);
}

static void read_thought_parts(struct decode *d, struct sy_span list)
{
	struct sy_span part;
	size_t pos = 0;

	if (sy_span_is_string(list))
		emit_span(d, SY_EV_REASONING, list);
	while (sy_walk_element(list, &pos, &part))
		emit_span(d, SY_EV_REASONING, sy_walk_get(part, "text"));
}

/* An element of a content array. */
static void read_part(struct decode *d, struct sy_span part)
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

static void read_content(struct decode *d, struct sy_span content)
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

static bool is_empty(struct sy_span v)
{
	return v.at == NULL ||
	       (v.len == 2 && (v.at[0] == '"' || v.at[0] == '{' || v.at[0] == '['));
}

/* A thought with whose it is, and what must be handed back with it unchanged. */
static void read_detail(struct decode *d, struct sy_span detail)
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
	emit(d, &ev);
}

static bool has_text(struct sy_span details)
{
	struct sy_span detail;
	size_t pos = 0;

	while (sy_walk_element(details, &pos, &detail))
		if (!is_empty(sy_walk_get(detail, "text")) ||
		    !is_empty(sy_walk_get(detail, "summary")))
			return true;
	return false;
}

/* Some send the same text under two or three names; the one that says most is taken. */
static void read_reasoning(struct decode *d, const struct sy_span *m)
{
	struct sy_span detail;
	size_t pos = 0;

	if (!has_text(m[M_REASONING_DETAILS]))
		emit_span(d, SY_EV_REASONING,
		    m[is_empty(m[M_REASONING_CONTENT]) ? M_REASONING
		                                       : M_REASONING_CONTENT]);
	while (sy_walk_element(m[M_REASONING_DETAILS], &pos, &detail))
		read_detail(d, detail);
}

/* --- Tool calls. ------------------------------------------------------------------------- */

static struct call *find_call(const struct choice *c, int64_t given, const char *id)
{
	struct call *found = NULL;

	for (struct call *k = c->calls; k != NULL; k = k->next)
		if (given >= 0 ? k->given == given
		               : id[0] != '\0' && strcmp(k->id, id) == 0)
			found = k;
	return found;
}

/* The call that a delta goes on with, or NULL when it begins one. */
static struct call *continued(const struct choice *c, int64_t given, const char *id,
    bool named)
{
	struct call *k = find_call(c, given, id);

	if (given < 0 && id[0] == '\0')
		return named ? NULL : c->last;
	/* One index for all calls, told apart by their ids. */
	if (k != NULL && id[0] != '\0' && strcmp(k->id, id) != 0)
		return find_call(c, -1, id);
	return k;
}

/* An id for a provider that sends none; its own id of the answer makes it unlike others. */
static void make_id(const struct decode *d, const struct call *k, char *out, size_t room)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *p = d->st->id; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	hash = (hash ^ (uint64_t)d->st->created) * 0x100000001b3u;
	hash = (hash ^ (uint64_t)(d->c->index * CALLS_MAX + k->index)) * 0x100000001b3u;
	snprintf(out, room, "call_%016" PRIx64, hash);
}

static struct call *begin_call(struct decode *d, int64_t given, const char *id,
    struct sy_span name, bool custom)
{
	struct choice *c = d->c;
	struct call *k = sy_alloc(d->call->arena, sizeof(*k));
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
	emit(d, &(struct sy_event){
	            .kind = SY_EV_TOOL_CALL,
	            .call_index = k->index,
	            .id = id[0] != '\0' ? id : made,
	            .name = sy_span_is_string(name) ? string_of(d, name) : "",
	            .custom = custom,
	        });
	return k;
}

static void say_arguments(struct decode *d, struct call *k, struct sy_span value)
{
	struct sy_span text = text_of(d, value);

	/* Some send the object itself instead of its text. */
	if (sy_span_is_object(value))
		text = value;
	if (text.len == 0)
		return;
	k->has_arguments = true;
	emit(d, &(struct sy_event){
	            .kind = SY_EV_TOOL_ARGS,
	            .call_index = k->index,
	            .text = text.at,
	            .text_len = text.len,
	            .custom = k->custom,
	        });
}

static void read_call(struct decode *d, struct sy_span delta)
{
	struct sy_span custom = sy_walk_get(delta, "custom");
	struct sy_span function =
	    custom.at != NULL ? custom : sy_walk_get(delta, "function");
	struct sy_span name = sy_walk_get(function, "name");
	struct sy_span id_span = sy_walk_get(delta, "id");
	const char *id = sy_span_is_string(id_span) ? string_of(d, id_span) : "";
	int64_t given = -1;
	struct call *k;

	if (!sy_span_int(sy_walk_get(delta, "index"), &given) || given < 0)
		given = -1;
	/* A whole answer's calls are as many as its elements. */
	k = d->whole ? NULL : continued(d->c, given, id, sy_span_is_string(name));
	if (k == NULL && d->c->call_count == CALLS_MAX)
		return;
	if (k == NULL)
		k = begin_call(d, given, id, name, custom.at != NULL);
	say_arguments(d, k,
	    sy_walk_get(function, custom.at != NULL ? "input" : "arguments"));
}

static void read_calls(struct decode *d, struct sy_span list, struct sy_span old)
{
	struct sy_span delta;
	size_t pos = 0;

	while (sy_walk_element(list, &pos, &delta))
		read_call(d, delta);
	if (!sy_span_is_object(old))
		return;
	if (d->c->last == NULL)
		begin_call(d, -1, "", sy_walk_get(old, "name"), false);
	say_arguments(d, d->c->last, sy_walk_get(old, "arguments"));
}

/* --- The rest of a choice. --------------------------------------------------------------- */

static void say_extras(struct decode *d, enum sy_extra_place place,
    const struct sy_key *keys, const struct sy_span *values, size_t from, size_t count)
{
	for (size_t i = from; i < count; i++) {
		if (is_empty(values[i]))
			continue;
		if (place == SY_EXTRA_ANSWER && d->st->extras_said & 1u << i)
			continue;
		if (place == SY_EXTRA_ANSWER)
			d->st->extras_said |= 1u << i;
		emit(d, &(struct sy_event){
		            .kind = SY_EV_EXTRA,
		            .place = place,
		            .key = keys[i].text,
		            .json = values[i].at,
		            .json_len = values[i].len,
		        });
	}
}

static struct choice *choice_of(struct decode *d, int64_t index)
{
	struct choice **at = &d->st->choices, *c;

	if (index < 0 || index >= SY_OPENAI_N_MAX)
		return NULL;
	while (*at != NULL && (*at)->index < index)
		at = &(*at)->next;
	if (*at != NULL && (*at)->index == index)
		return *at;
	c = sy_alloc(d->call->arena, sizeof(*c));
	c->index = (int)index;
	c->next = *at;
	*at = c;
	d->c = c;
	emit(d, &(struct sy_event){
	            .kind = SY_EV_START,
	            .id = d->st->id[0] != '\0' ? d->st->id : NULL,
	            .model = d->st->model[0] != '\0' ? d->st->model : NULL,
	            .created = d->st->created,
	        });
	return c;
}

/* Nothing that comes after an error is part of an answer. */
static void say_error(struct decode *d, const struct sy_error *err)
{
	d->st->ended = true;
	emit(d, &(struct sy_event){ .kind = SY_EV_ERROR, .error = err });
}

static void fail_inside(struct decode *d, const char *native)
{
	struct sy_error err;

	sy_fail(&err, SY_BROKEN, "", "%s ended its answer with '%s'",
	    d->call->model->provider->name, native);
	say_error(d, &err);
}

/* Notes why a choice ended; it is said when nothing more can come. */
static void note_finish(struct decode *d, struct sy_span word)
{
	struct choice *c = d->c;
	int finish;

	if (!sy_span_is_string(word) || word.len == 2 || c->finish_said)
		return;
	sy_unquote_copy(c->native, sizeof(c->native), word);
	finish = sy_openai_finish(c->native);
	if (finish == SY_OPENAI_FAILED) {
		fail_inside(d, c->native);
		return;
	}
	c->finish = (enum sy_finish)finish;
}

static void say_finish(struct decode *d, struct choice *c)
{
	if (c->finish_said)
		return;
	d->c = c;
	c->finish_said = true;
	sy_think_end(&c->think, say_thought, d);
	if (c->finish != SY_FINISH_LENGTH)
		for (struct call *k = c->calls; k != NULL; k = k->next)
			if (!k->has_arguments && !k->custom)
				say_arguments(d, k, (struct sy_span){ "{}", 2 });
	/* The word must fit what came: a forced call ends with "stop" in some places. */
	if (c->calls != NULL &&
	    (c->finish == SY_FINISH_STOP || c->finish == SY_FINISH_NONE))
		c->finish = SY_FINISH_TOOL_CALLS;
	else if (c->calls == NULL &&
	         (c->finish == SY_FINISH_TOOL_CALLS || c->finish == SY_FINISH_NONE))
		c->finish = SY_FINISH_STOP;
	emit(d, &(struct sy_event){
	            .kind = SY_EV_FINISH,
	            .finish = c->finish,
	            .native = c->native,
	        });
}

/* Says the finishes that were noted.  One of tool calls may come after each of several calls,
 * so it waits until `last` says that no more content can follow. */
static void say_finishes(struct decode *d, bool last)
{
	for (struct choice *c = d->st->choices; c != NULL; c = c->next) {
		bool waits = c->finish == SY_FINISH_TOOL_CALLS &&
		             !d->call->model->provider->quirks.clean;

		if (c->finish != SY_FINISH_NONE && (last || !waits))
			say_finish(d, c);
	}
	d->c = NULL;
}

static void read_message(struct decode *d, struct sy_span message)
{
	struct sy_span m[COUNT(message_keys)];

	sy_walk_fill(message, message_keys, COUNT(message_keys), m);
	say_extras(d, SY_EXTRA_MESSAGE, message_keys, m, M_EXTRAS, COUNT(message_keys));
	read_reasoning(d, m);
	read_content(d, m[M_CONTENT]);
	emit_span(d, SY_EV_REFUSAL, m[M_REFUSAL]);
	read_calls(d, m[M_TOOL_CALLS], m[M_FUNCTION_CALL]);
}

static void read_choice(struct decode *d, const struct sy_span *v)
{
	/* Perplexity and Writer send both: in a stream the message is the text so far, in a
	 * whole answer the delta is empty. */
	struct sy_span first = v[d->whole ? C_MESSAGE : C_DELTA];
	struct sy_span other = v[d->whole ? C_DELTA : C_MESSAGE];
	bool alone = !sy_span_is_object(first) && !d->c->has_content;

	if (d->c->finish_said)
		return;
	say_extras(d, SY_EXTRA_CHOICE, choice_keys, v, C_EXTRAS, COUNT(choice_keys));
	read_message(d, alone ? other : first);
	note_finish(d, v[C_FINISH]);
}

/* --- The whole object. ------------------------------------------------------------------- */

static void note_names(struct state *st, const struct sy_span *root)
{
	if (st->id[0] == '\0')
		sy_unquote_copy(st->id, sizeof(st->id), root[R_ID]);
	if (st->model[0] == '\0')
		sy_unquote_copy(st->model, sizeof(st->model), root[R_MODEL]);
	if (st->created == 0)
		sy_span_int(root[R_CREATED], &st->created);
}

static bool say_usage(struct decode *d, struct sy_span usage)
{
	struct sy_event ev = { .kind = SY_EV_USAGE };

	if (!sy_openai_usage(d->call, usage, &ev.usage))
		return false;
	emit(d, &ev);
	return true;
}

static void read_root(struct decode *d, const struct sy_span *root)
{
	struct sy_span choice, v[COUNT(choice_keys)], usage = root[R_USAGE];
	size_t pos = 0;

	note_names(d->st, root);
	while (!d->st->ended && sy_walk_element(root[R_CHOICES], &pos, &choice)) {
		int64_t index = 0;

		sy_walk_fill(choice, choice_keys, COUNT(choice_keys), v);
		sy_span_int(v[C_INDEX], &index);
		d->c = choice_of(d, index);
		if (d->c == NULL)
			continue;
		say_extras(d, SY_EXTRA_ANSWER, root_keys, root, R_EXTRAS,
		    COUNT(root_keys));
		read_choice(d, v);
		if (usage.at == NULL) /* Moonshot's place for it */
			usage = v[C_USAGE];
	}
	d->c = NULL;
	if (d->st->ended) /* by an error */
		return;
	if (usage.at == NULL) /* Groq's */
		usage = sy_walk_get(root[R_X_GROQ], "usage");
	say_finishes(d, say_usage(d, usage));
}

static void say_end(struct decode *d)
{
	if (d->st->ended)
		return;
	for (struct choice *c = d->st->choices; c != NULL; c = c->next)
		say_finish(d, c);
	d->c = NULL;
	d->st->ended = true;
	emit(d, &(struct sy_event){ .kind = SY_EV_END });
}

static int checked(const char *text, size_t len, const char *what, struct sy_error *err)
{
	struct sy_error why;

	if (sy_scan_check(text, len, NULL, &why) == 0)
		return 0;
	return sy_fail(err, SY_UNUSABLE, "", "%s is %s", what, why.message);
}

/* The members of a chunk or an answer; 1 when it is an error instead, and *err says which. */
static int read_members(const struct sy_call *call, struct sy_span root,
    struct sy_span *v, struct sy_error *err)
{
	sy_walk_fill(root, root_keys, COUNT(root_keys), v);
	if (!is_empty(v[R_CHOICES]) && is_empty(v[R_ERROR]) &&
	    v[R_BASE_RESP].at == NULL && v[R_X_GROQ].at == NULL)
		return 0;
	return sy_openai_blame_inside(call, root, err);
}

int sy_openai_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct state st = { 0 };
	struct decode d = { .call = call, .st = &st, .sink = sink, .whole = true };
	struct sy_span root = sy_span_trim(body, len), v[COUNT(root_keys)];

	if (checked(root.at, root.len, "the answer", err) < 0)
		return -1;
	if (read_members(call, root, v, err) > 0)
		return -1;
	if (is_empty(v[R_CHOICES]))
		return sy_fail(err, SY_UNUSABLE, "", "the answer has no choices");
	read_root(&d, v);
	say_end(&d);
	return 0;
}

/* Some servers name the event and leave out the key. */
static bool is_error_event(const struct sy_call *call, const struct sy_record *rec,
    struct sy_error *err)
{
	if (strcmp(rec->event, "error") != 0)
		return false;
	sy_openai_blame(call, 0, rec->data, rec->len, err);
	return true;
}

int sy_openai_feed(const struct sy_call *call, void *state, const struct sy_record *rec,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct decode d = { .call = call, .st = state, .sink = sink };
	struct sy_span root = sy_span_trim(rec->data, rec->len), v[COUNT(root_keys)];
	struct sy_error inside;

	if (d.st->ended || root.len == 0)
		return 0;
	if (sy_starts(rec->data, "[DONE]")) {
		/* An end without a beginning is no answer. */
		if (d.st->choices != NULL)
			say_end(&d);
		return 0;
	}
	if (checked(root.at, root.len, "a chunk", err) < 0)
		return -1;
	if (read_members(call, root, v, &inside) > 0 ||
	    is_error_event(call, rec, &inside))
		say_error(&d, &inside);
	else
		read_root(&d, v);
	return 0;
}

void sy_openai_finish_stream(const struct sy_call *call, void *state,
    const struct sy_sink *sink)
{
	struct decode d = { .call = call, .st = state, .sink = sink };

	if (d.st->ended || d.st->choices == NULL)
		return;
	say_finishes(&d, true);
	for (struct choice *c = d.st->choices; c != NULL; c = c->next)
		if (!c->finish_said)
			return;
	say_end(&d);
}
