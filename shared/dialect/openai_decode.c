/*
 * openai_decode.c - answers of the OpenAI dialect to events.
 *
 * A whole answer is read as a chunk whose delta is called message, so there is one decoder.
 * It walks the text without building a tree, since this runs for every chunk of every stream.
 * This file knows the object and its choices; openai_delta.c what is inside of them.
 */
#include "dialect/openai_decode.h"

#include "base/arena.h"
#include "base/scan.h"
#include "base/text.h"
#include "dialect/openai.h"
#include "model/config.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

_Static_assert(sizeof(struct sy_openai_state) <= SY_OPENAI_STATE_BYTES,
    "say more in openai.h");

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
	R_PROMPT_FILTER,
	R_EXTRAS
};
enum { C_INDEX, C_DELTA, C_MESSAGE, C_FINISH, C_USAGE, C_EXTRAS };

static const struct sy_key root_keys[] = {
	[R_ID] = SY_KEY("id"),
	[R_MODEL] = SY_KEY("model"),
	[R_CREATED] = SY_KEY("created"),
	[R_CHOICES] = SY_KEY("choices"),
	[R_USAGE] = SY_KEY("usage"),
	[R_X_GROQ] = SY_KEY("x_groq"),
	[R_ERROR] = SY_KEY("error"),
	[R_BASE_RESP] = SY_KEY("base_resp"),
	[R_PROMPT_FILTER] = SY_KEY("prompt_filter_results"),
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
	SY_KEY("content_filter_offsets"),
	SY_KEY("stop_reason"), /* vLLM's: which stop it was */
};

/* --- A choice. --------------------------------------------------------------------------- */

static struct sy_openai_choice *choice_of(struct sy_openai_decode *d, int64_t index)
{
	struct sy_openai_choice **at = &d->st->choices, *c;

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
	sy_openai_emit(d, &(struct sy_event){
	                      .kind = SY_EV_START,
	                      .id = d->st->id[0] != '\0' ? d->st->id : NULL,
	                      .model = d->st->model[0] != '\0' ? d->st->model : NULL,
	                      .created = d->st->created,
	                  });
	return c;
}

/* Nothing that comes after an error is part of an answer. */
static void say_error(struct sy_openai_decode *d, const struct sy_error *err)
{
	d->st->ended = true;
	sy_openai_emit(d, &(struct sy_event){ .kind = SY_EV_ERROR, .error = err });
}

static void fail_inside(struct sy_openai_decode *d, const char *native)
{
	struct sy_error err;

	sy_fail(&err, SY_BROKEN, "", "%s ended its answer with '%s'",
	    d->call->model->provider->name, native);
	say_error(d, &err);
}

/* Notes why a choice ended; it is said when nothing more can come. */
static void note_finish(struct sy_openai_decode *d, struct sy_span word)
{
	struct sy_openai_choice *c = d->c;
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

static void say_finish(struct sy_openai_decode *d, struct sy_openai_choice *c)
{
	if (c->finish_said)
		return;
	d->c = c;
	c->finish_said = true;
	sy_openai_end_delta(d, c->finish == SY_FINISH_LENGTH);
	/* The word must fit what came: a forced call ends with "stop" in some places. */
	if (c->calls != NULL &&
	    (c->finish == SY_FINISH_STOP || c->finish == SY_FINISH_NONE))
		c->finish = SY_FINISH_TOOL_CALLS;
	else if (c->calls == NULL &&
	         (c->finish == SY_FINISH_TOOL_CALLS || c->finish == SY_FINISH_NONE))
		c->finish = SY_FINISH_STOP;
	sy_openai_emit(d, &(struct sy_event){
	                      .kind = SY_EV_FINISH,
	                      .finish = c->finish,
	                      .native = c->native,
	                  });
}

/* Says the finishes that were noted.  One of tool calls may come after each of several calls,
 * so it waits until `last` says that no more content can follow. */
static void say_finishes(struct sy_openai_decode *d, bool last)
{
	for (struct sy_openai_choice *c = d->st->choices; c != NULL; c = c->next) {
		bool waits = c->finish == SY_FINISH_TOOL_CALLS &&
		             !d->call->model->provider->quirks.clean;

		if (c->finish != SY_FINISH_NONE && (last || !waits))
			say_finish(d, c);
	}
	d->c = NULL;
}

static void read_choice(struct sy_openai_decode *d, const struct sy_span *v)
{
	/* Perplexity and Writer send both: in a stream the message is the text so far, in a
	 * whole answer the delta is empty. */
	struct sy_span first = v[d->whole ? C_MESSAGE : C_DELTA];
	struct sy_span other = v[d->whole ? C_DELTA : C_MESSAGE];
	bool alone = !sy_span_is_object(first) && !d->c->has_content;

	if (d->c->finish_said)
		return;
	sy_openai_say_extras(d, SY_EXTRA_CHOICE, choice_keys, v, C_EXTRAS,
	    COUNT(choice_keys));
	sy_openai_read_delta(d, alone ? other : first);
	note_finish(d, v[C_FINISH]);
}

/* --- The whole object. ------------------------------------------------------------------- */

static void note_names(struct sy_openai_state *st, const struct sy_span *root)
{
	if (st->id[0] == '\0')
		sy_unquote_copy(st->id, sizeof(st->id), root[R_ID]);
	if (st->model[0] == '\0')
		sy_unquote_copy(st->model, sizeof(st->model), root[R_MODEL]);
	if (st->created == 0)
		sy_span_int(root[R_CREATED], &st->created);
}

static bool say_usage(struct sy_openai_decode *d, struct sy_span usage)
{
	struct sy_event ev = { .kind = SY_EV_USAGE };

	if (!sy_openai_usage(d->call, usage, &ev.usage))
		return false;
	sy_openai_emit(d, &ev);
	return true;
}

/* What Azure found in the prompt comes before any choice, and waits for the first. */
static void note_prompt_filter(struct sy_openai_decode *d, struct sy_span found)
{
	if (!sy_span_is_empty(found))
		d->st->prompt_filter = sy_strndup(d->call->arena, found.at, found.len);
}

static void say_prompt_filter(struct sy_openai_decode *d)
{
	const char *found = d->st->prompt_filter;

	if (found == NULL)
		return;
	d->st->prompt_filter = NULL;
	sy_openai_emit(d, &(struct sy_event){
	                      .kind = SY_EV_EXTRA,
	                      .place = SY_EXTRA_ANSWER,
	                      .key = root_keys[R_PROMPT_FILTER].text,
	                      .json = found,
	                      .json_len = strlen(found),
	                  });
}

static void read_root(struct sy_openai_decode *d, const struct sy_span *root)
{
	struct sy_span choice, v[COUNT(choice_keys)], usage = root[R_USAGE];
	size_t pos = 0;

	note_names(d->st, root);
	note_prompt_filter(d, root[R_PROMPT_FILTER]);
	while (!d->st->ended && sy_walk_element(root[R_CHOICES], &pos, &choice)) {
		int64_t index = 0;

		sy_walk_fill(choice, choice_keys, COUNT(choice_keys), v);
		sy_span_int(v[C_INDEX], &index);
		d->c = choice_of(d, index);
		if (d->c == NULL)
			continue;
		sy_openai_say_extras(d, SY_EXTRA_ANSWER, root_keys, root, R_EXTRAS,
		    COUNT(root_keys));
		say_prompt_filter(d);
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

static void say_end(struct sy_openai_decode *d)
{
	if (d->st->ended)
		return;
	for (struct sy_openai_choice *c = d->st->choices; c != NULL; c = c->next)
		say_finish(d, c);
	d->c = NULL;
	d->st->ended = true;
	sy_openai_emit(d, &(struct sy_event){ .kind = SY_EV_END });
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
	if (!sy_span_is_empty(v[R_CHOICES]) && sy_span_is_empty(v[R_ERROR]) &&
	    v[R_BASE_RESP].at == NULL && v[R_X_GROQ].at == NULL)
		return 0;
	return sy_openai_blame_inside(call, root, err);
}

int sy_openai_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct sy_openai_state st = { 0 };
	struct sy_openai_decode d = { .call = call,
		.st = &st,
		.sink = sink,
		.whole = true };
	struct sy_span root = sy_span_trim(body, len), v[COUNT(root_keys)];

	if (checked(root.at, root.len, "the answer", err) < 0)
		return -1;
	if (read_members(call, root, v, err) > 0)
		return -1;
	if (sy_span_is_empty(v[R_CHOICES]))
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
	struct sy_openai_decode d = { .call = call, .st = state, .sink = sink };
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
	struct sy_openai_decode d = { .call = call, .st = state, .sink = sink };

	if (d.st->ended || d.st->choices == NULL)
		return;
	say_finishes(&d, true);
	for (struct sy_openai_choice *c = d.st->choices; c != NULL; c = c->next)
		if (!c->finish_said)
			return;
	say_end(&d);
}
