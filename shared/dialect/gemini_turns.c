/*
 * gemini_turns.c - see gemini_turns.h.
 *
 * Neighbours of one side merge because a content is only opened when the side changes, and
 * blank text vanishes because it opens none.  Results are put in at the end, when all of them
 * are known.
 */
#include "dialect/gemini_turns.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "dialect/gemini.h"
#include "dialect/gemini_models.h"

#include <json-c/linkhash.h>
#include <string.h>

/* The calls under one id, in the last content that has any. */
struct named {
	const struct sy_gemini_content *in;
	struct sy_gemini_part *open; /* the first that has no result */
	struct sy_gemini_part *last;
};

struct maker {
	const struct sy_gemini_model *model;
	struct sy_arena *arena;
	struct sy_gemini_turns *out;
	struct sy_gemini_content *answer; /* the model's last */
	struct lh_table *names;
};

static struct sy_gemini_content *content_of(struct maker *m, bool model)
{
	struct sy_gemini_content *c = m->out->last;

	if (c != NULL && c->model == model)
		return c;
	c = sy_alloc(m->arena, sizeof(*c));
	c->model = model;
	if (m->out->last == NULL)
		m->out->first = c;
	else
		m->out->last->next = c;
	m->out->last = c;
	if (model)
		m->answer = c;
	return c;
}

static struct sy_gemini_part *new_part(struct sy_gemini_parts *list, struct sy_arena *a,
    enum sy_gemini_part_kind kind)
{
	struct sy_gemini_part *p = sy_alloc(a, sizeof(*p));

	p->kind = kind;
	if (list->first == NULL)
		list->first = p;
	else
		list->last->next = p;
	list->last = p;
	return p;
}

static struct sy_gemini_part *add(struct maker *m, bool model,
    enum sy_gemini_part_kind kind)
{
	return new_part(&content_of(m, model)->parts, m->arena, kind);
}

static bool is_blank(const char *text)
{
	return text == NULL || sy_blank(text, strlen(text));
}

static void add_text(struct maker *m, bool model, const char *text)
{
	if (!is_blank(text))
		add(m, model, SY_GEMINI_TEXT)->text = text;
}

static void add_parts(struct maker *m, bool model, const struct sy_message *msg)
{
	for (size_t i = 0; i < msg->part_count; i++) {
		const struct sy_part *part = &msg->parts[i];
		struct sy_gemini_part *p;

		if (part->kind == SY_PART_REASONING)
			continue;
		if (part->kind == SY_PART_TEXT || part->kind == SY_PART_REFUSAL) {
			add_text(m, model, part->text);
			continue;
		}
		p = add(m, model, SY_GEMINI_MEDIA);
		p->from = msg;
		p->part = part;
		p->signature = part->signature;
	}
}

/* --- What the model said. ---------------------------------------------------------------- */

static const char *text_signature(const struct sy_message *msg)
{
	const char *signature = NULL;

	for (size_t i = 0; i < msg->part_count; i++) {
		const struct sy_part *part = &msg->parts[i];

		if (part->signature == NULL && part->data == NULL)
			continue;
		if (part->kind == SY_PART_TEXT ||
		    (part->kind == SY_PART_REASONING && part->format != NULL &&
		        sy_starts(part->format, SY_GEMINI_FORMAT)))
			signature =
			    part->signature != NULL ? part->signature : part->data;
	}
	return signature;
}

/* It stands on the last text, or on an empty one where there is none. */
static void sign_text(struct maker *m, const struct sy_gemini_part *before,
    const char *signature)
{
	struct sy_gemini_part *p = content_of(m, true)->parts.last;

	if (p == NULL || p == before || p->kind != SY_GEMINI_TEXT) {
		p = add(m, true, SY_GEMINI_TEXT);
		p->text = "";
	}
	p->signature = signature;
}

static void add_call(struct maker *m, const struct sy_tool_call *call)
{
	struct sy_gemini_part *p = add(m, true, SY_GEMINI_CALL);
	const char *id = call->id != NULL ? call->id : "";
	struct named *n;

	p->call = call;
	p->signature = call->signature;
	m->answer->calls = true;
	if (!lh_table_lookup_ex(m->names, id, (void **)&n)) {
		n = sy_alloc(m->arena, sizeof(*n));
		lh_table_insert(m->names, id, n);
	}
	if (n->in != m->answer)
		*n = (struct named){ .in = m->answer };
	if (n->last != NULL)
		n->last->same = p;
	if (n->open == NULL)
		n->open = p;
	n->last = p;
}

static void assistant_message(struct maker *m, const struct sy_message *msg)
{
	struct sy_gemini_content *c = m->out->last;
	const struct sy_gemini_part *before =
	    c != NULL && c->model ? c->parts.last : NULL;
	const char *signature = text_signature(msg);

	add_parts(m, true, msg);
	if (signature != NULL && sy_gemini_has(m->model, SY_GEMINI_SIGNATURES))
		sign_text(m, before, signature);
	for (size_t i = 0; i < msg->call_count; i++)
		add_call(m, &msg->calls[i]);
}

/* --- What it was told. ------------------------------------------------------------------- */

/* History that was trimmed at its front has results without calls: they become text. */
static void orphan(struct maker *m, const struct sy_message *msg)
{
	const char *of = msg->name != NULL ? msg->name : msg->tool_call_id;

	add_text(m, false,
	    sy_strf(m->arena, "Tool result (%s):", of != NULL ? of : "unknown call"));
	add_parts(m, false, msg);
}

/* Of two results for one call the later is kept. */
static void tool_message(struct maker *m, const struct sy_message *msg)
{
	const char *id = msg->tool_call_id != NULL ? msg->tool_call_id : "";
	struct named *n;

	if (m->answer == NULL || !lh_table_lookup_ex(m->names, id, (void **)&n) ||
	    n->in != m->answer) {
		orphan(m, msg);
		return;
	}
	content_of(m, false);
	if (n->open == NULL) {
		n->last->result = msg;
		return;
	}
	n->open->result = msg;
	n->open = n->open->same;
}

/* Among the user's words a system message says what it is. */
static void system_message(struct maker *m, const struct sy_message *msg)
{
	for (size_t i = 0; i < msg->part_count; i++) {
		const char *text = msg->parts[i].text;

		if (is_blank(text))
			continue;
		if (m->out->first != NULL)
			add_text(m, false,
			    sy_strf(m->arena, "<system>\n%s\n</system>", text));
		else
			new_part(&m->out->system, m->arena, SY_GEMINI_TEXT)->text = text;
	}
}

static void take_message(struct maker *m, const struct sy_message *msg)
{
	switch (msg->role) {
	case SY_ROLE_SYSTEM:
		system_message(m, msg);
		break;
	case SY_ROLE_USER:
		add_parts(m, false, msg);
		break;
	case SY_ROLE_ASSISTANT:
		assistant_message(m, msg);
		break;
	case SY_ROLE_TOOL:
		tool_message(m, msg);
		break;
	}
}

/* --- The whole. -------------------------------------------------------------------------- */

/* The step's first call is signed, by a stand-in where its own signature is lost; clients
 * that repeat it on the calls beside it are corrected. */
static void sign_calls(struct maker *m, struct sy_gemini_content *c)
{
	bool signs = sy_gemini_has(m->model, SY_GEMINI_SIGNATURES);
	const char *first = NULL;

	for (struct sy_gemini_part *p = c->parts.first; p != NULL; p = p->next) {
		if (p->kind != SY_GEMINI_CALL)
			continue;
		if (!signs)
			p->signature = NULL;
		else if (first == NULL && p->signature == NULL)
			p->signature = SY_GEMINI_NO_SIGNATURE;
		else if (first != NULL && p->signature != NULL &&
		         strcmp(first, p->signature) == 0)
			p->signature = NULL;
		if (first == NULL)
			first = p->signature != NULL ? p->signature : "";
	}
}

/* Attachments of results that have to go into the user's next words. */
static void move_media(struct maker *m, const struct sy_message *result,
    struct sy_gemini_parts *to)
{
	for (size_t i = 0; i < result->part_count; i++) {
		const struct sy_part *part = &result->parts[i];
		struct sy_gemini_part *p;

		if (part->kind == SY_PART_TEXT || part->kind == SY_PART_REFUSAL ||
		    part->kind == SY_PART_REASONING)
			continue;
		p = new_part(to, m->arena, SY_GEMINI_MEDIA);
		p->from = result;
		p->part = part;
	}
}

static void put_before(struct sy_gemini_content *c, struct sy_gemini_parts *parts)
{
	if (parts->first == NULL)
		return;
	parts->last->next = c->parts.first;
	c->parts.first = parts->first;
	if (c->parts.last == NULL)
		c->parts.last = parts->last;
}

/* Every call is answered in the content after it; what else the user said follows. */
static void answer_calls(struct maker *m, struct sy_gemini_content *c)
{
	struct sy_gemini_content *results, *user;
	struct sy_gemini_parts media = { NULL, NULL };

	if (!c->calls)
		return;
	if (c->next == NULL)
		content_of(m, false);
	user = c->next;
	results = sy_alloc(m->arena, sizeof(*results));
	results->results = true;
	for (struct sy_gemini_part *p = c->parts.first; p != NULL; p = p->next) {
		struct sy_gemini_part *r;

		if (p->kind != SY_GEMINI_CALL)
			continue;
		r = new_part(&results->parts, m->arena, SY_GEMINI_RESULT);
		r->call = p->call;
		r->result = p->result;
		if (p->result != NULL &&
		    !sy_gemini_has(m->model, SY_GEMINI_MEDIA_IN_RESULTS))
			move_media(m, p->result, &media);
	}
	put_before(user, &media);
	results->next = user->parts.first != NULL ? user : user->next;
	c->next = results;
	if (results->next == NULL)
		m->out->last = results;
}

static void insert_first(struct maker *m)
{
	struct sy_gemini_content *c = m->out->first;

	if (c == NULL) {
		content_of(m, false);
	} else if (c->model) {
		c = sy_alloc(m->arena, sizeof(*c));
		c->next = m->out->first;
		m->out->first = c;
	}
	if (m->out->first->parts.first == NULL)
		new_part(&m->out->first->parts, m->arena, SY_GEMINI_TEXT)->text = ".";
}

static void close_turns(struct maker *m)
{
	struct sy_gemini_turns *t = m->out;

	insert_first(m);
	for (struct sy_gemini_content *c = t->first; c != NULL; c = c->next) {
		if (c->model)
			sign_calls(m, c);
		answer_calls(m, c);
	}
	if (t->last->model)
		add_text(m, false, "Continue.");
	if (m->model->plain_system) {
		put_before(t->first, &t->system);
		t->system = (struct sy_gemini_parts){ NULL, NULL };
	}
}

static void free_table(void *table)
{
	lh_table_free(table);
}

int sy_gemini_turns_make(const struct sy_chat *chat, const struct sy_gemini_model *model,
    struct sy_arena *a, struct sy_gemini_turns *out, struct sy_error *err)
{
	struct maker m = { .model = model, .arena = a, .out = out };

	memset(out, 0, sizeof(*out));
	m.names = lh_kchar_table_new(16, NULL);
	if (m.names == NULL)
		return sy_fail(err, SY_BUG, "",
		    "no memory for the conversation's call ids");
	sy_defer(a, free_table, m.names);
	for (size_t i = 0; i < chat->message_count; i++)
		take_message(&m, &chat->messages[i]);
	close_turns(&m);
	return 0;
}

void sy_gemini_turns_rule(struct sy_gemini_turns *turns, const char *rule, bool inside,
    struct sy_arena *a)
{
	struct sy_gemini_parts alone = { NULL, NULL };

	new_part(inside ? &alone : &turns->system, a, SY_GEMINI_TEXT)->text = rule;
	put_before(turns->first, &alone);
}
