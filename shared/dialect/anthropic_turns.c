/*
 * anthropic_turns.c - see anthropic_turns.h.
 *
 * Neighbours of one role merge because a turn is only opened when the role changes, and blank
 * text vanishes because it opens none.  Within a turn the order comes from its lists.
 */
#include "dialect/anthropic_turns.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "dialect/anthropic_names.h"
#include "dialect/claude.h"
#include "dialect/notes.h"

#include "base/json.h"
#include <json-c/linkhash.h>
#include <stdio.h>
#include <string.h>

/* What is known of an id: who has it as it is sent, and the open calls that came with it. */
struct named {
	bool taken;
	unsigned copies;
	const struct sy_turn *turn; /* the calls below are this turn's */
	struct sy_block *open;      /* the first that has no result */
	struct sy_block *newest;
	struct sy_block *answered; /* the last that has one */
};

struct maker {
	const struct sy_chat *chat;
	const struct sy_claude *claude;
	bool late_system;
	struct sy_arena *arena;
	struct sy_notes *notes;
	struct sy_turns *out;
	struct sy_turn *assistant; /* the last of its role */
	struct sy_block *previous; /* the last block of the turn being filled */
	struct lh_table *names;
	struct sy_error *err;
};

static bool says(struct json_object *o, const char *key, const char *word)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) &&
	       json_object_is_type(v, json_type_string) &&
	       strcmp(json_object_get_string(v), word) == 0;
}

enum sy_mark sy_mark_of(struct json_object *cache_control)
{
	if (!says(cache_control, "type", "ephemeral"))
		return SY_MARK_NONE;
	return says(cache_control, "ttl", "1h") ? SY_MARK_1H : SY_MARK_5M;
}

static void append(struct sy_blocks *list, struct sy_block *b)
{
	if (list->first == NULL)
		list->first = b;
	else
		list->last->next = b;
	list->last = b;
}

static struct sy_turn *open_turn(struct sy_turns *t, enum sy_role role,
    struct sy_arena *a)
{
	struct sy_turn *turn = sy_alloc(a, sizeof(*turn));

	turn->role = role;
	if (t->last == NULL)
		t->first = turn;
	else
		t->last->next = turn;
	t->last = turn;
	return turn;
}

static struct sy_turn *turn_of(struct maker *m, enum sy_role role)
{
	struct sy_turn *turn = m->out->last;

	if (turn != NULL && turn->role == role)
		return turn;
	m->previous = NULL;
	turn = open_turn(m->out, role, m->arena);
	if (role == SY_ROLE_ASSISTANT)
		m->assistant = turn;
	return turn;
}

static struct sy_block *add(struct maker *m, struct sy_blocks *list,
    enum sy_block_kind kind, const struct sy_message *from)
{
	struct sy_block *b = sy_alloc(m->arena, sizeof(*b));

	b->kind = kind;
	b->from = from;
	append(list, b);
	m->previous = b;
	return b;
}

/* A marker whose block is gone stands on the block before it; a thought takes none. */
static void mark_previous(struct maker *m, enum sy_mark mark)
{
	if (mark > SY_MARK_NONE && m->previous != NULL &&
	    m->previous->kind != SY_BLOCK_THINKING && m->previous->mark < mark)
		m->previous->mark = mark;
}

static void add_text(struct maker *m, enum sy_role role, const struct sy_message *from,
    const struct sy_part *part)
{
	struct sy_block *b;

	if (part->text == NULL || sy_blank(part->text, strlen(part->text))) {
		mark_previous(m, sy_mark_of(part->cache_control));
		return;
	}
	b = add(m, &turn_of(m, role)->lists[SY_CONTENT], SY_BLOCK_TEXT, from);
	b->text = part->text;
	b->len = strlen(part->text);
	b->mark = sy_mark_of(part->cache_control);
}

static int bad_part(struct maker *m, const struct sy_message *from,
    const struct sy_part *part, const char *what)
{
	char param[64];

	snprintf(param, sizeof(param), "messages[%zu].content[%zu]",
	    (size_t)(from - m->chat->messages), (size_t)(part - from->parts));
	return sy_fail_code(m->err, SY_REFUSED, param, "unsupported_content",
	    "the model's provider takes no %s", what);
}

static void add_media(struct maker *m, const struct sy_message *from,
    const struct sy_part *part)
{
	enum sy_block_kind kind =
	    part->kind == SY_PART_IMAGE ? SY_BLOCK_IMAGE : SY_BLOCK_DOCUMENT;
	struct sy_block *b =
	    add(m, &turn_of(m, SY_ROLE_USER)->lists[SY_CONTENT], kind, from);

	b->part = part;
	b->mark = sy_mark_of(part->cache_control);
}

static int user_parts(struct maker *m, const struct sy_message *msg)
{
	for (size_t i = 0; i < msg->part_count; i++) {
		const struct sy_part *part = &msg->parts[i];

		switch (part->kind) {
		case SY_PART_TEXT:
		case SY_PART_REFUSAL:
			add_text(m, SY_ROLE_USER, msg, part);
			break;
		case SY_PART_IMAGE:
		case SY_PART_FILE:
			add_media(m, msg, part);
			break;
		case SY_PART_AUDIO:
			return bad_part(m, msg, part, "audio");
		case SY_PART_REASONING:
			break;
		}
	}
	return 0;
}

/* Signatures are verified where they were made, so only our own dialect's are sent. */
static void add_thought(struct maker *m, const struct sy_message *msg,
    const struct sy_part *part)
{
	struct sy_block *b;

	if ((part->signature == NULL && part->data == NULL) ||
	    m->claude->thinking == SY_THINKS_NOT || !m->claude->claude ||
	    part->format == NULL ||
	    strncmp(part->format, SY_ANTHROPIC_REASONING,
	        strlen(SY_ANTHROPIC_REASONING)) != 0)
		return;
	b = add(m, &turn_of(m, SY_ROLE_ASSISTANT)->lists[SY_THOUGHTS], SY_BLOCK_THINKING,
	    msg);
	b->part = part;
}

static struct named *name(struct maker *m, const char *id)
{
	struct named *n;

	if (lh_table_lookup_ex(m->names, id, (void **)&n))
		return n;
	n = sy_alloc(m->arena, sizeof(*n));
	lh_table_insert(m->names, id, n);
	return n;
}

/* Some servers begin anew at call_0 in each answer: the second gets a suffix. */
static const char *unique_id(struct maker *m, const char *id)
{
	const char *base = sy_anthropic_legal(m->arena, id), *sent = base;
	struct named *first = name(m, base), *n = first;

	while (n->taken) {
		sent = sy_strf(m->arena, "%s_%u", base, ++first->copies + 1);
		n = name(m, sent);
	}
	n->taken = true;
	return sent;
}

static void add_call(struct maker *m, const struct sy_message *msg,
    const struct sy_tool_call *call)
{
	struct sy_turn *turn = turn_of(m, SY_ROLE_ASSISTANT);
	struct sy_block *b = add(m, &turn->lists[SY_USES], SY_BLOCK_TOOL_USE, msg);
	const char *id = call->id != NULL ? call->id : "";
	struct named *n = name(m, id);

	b->call = call;
	b->id = unique_id(m, id);
	if (n->turn != turn) {
		n->turn = turn;
		n->open = n->newest = n->answered = NULL;
	}
	if (n->newest != NULL)
		n->newest->same = b;
	n->newest = b;
	if (n->open == NULL)
		n->open = b;
	m->out->has_calls = true;
}

static void assistant_message(struct maker *m, const struct sy_message *msg)
{
	for (size_t i = 0; i < msg->part_count; i++) {
		const struct sy_part *part = &msg->parts[i];

		if (part->kind == SY_PART_TEXT || part->kind == SY_PART_REFUSAL)
			add_text(m, SY_ROLE_ASSISTANT, msg, part);
		else if (part->kind == SY_PART_REASONING)
			add_thought(m, msg, part);
		else /* only users may show pictures */
			sy_note(m->notes, "messages.content");
	}
	for (size_t i = 0; i < msg->call_count; i++)
		add_call(m, msg, &msg->calls[i]);
}

/* History that was trimmed at its front has results without calls: they become text. */
static int orphan(struct maker *m, const struct sy_message *msg)
{
	struct sy_block *b =
	    add(m, &turn_of(m, SY_ROLE_USER)->lists[SY_CONTENT], SY_BLOCK_TEXT, msg);
	const char *of = msg->name != NULL ? msg->name : msg->tool_call_id;

	b->text =
	    sy_strf(m->arena, "Tool result (%s):", of != NULL ? of : "unknown call");
	b->len = strlen(b->text);
	return user_parts(m, msg);
}

static int tool_message(struct maker *m, const struct sy_message *msg)
{
	struct named *n = name(m, msg->tool_call_id != NULL ? msg->tool_call_id : "");

	for (size_t i = 0; i < msg->part_count; i++)
		if (msg->parts[i].kind == SY_PART_AUDIO)
			return bad_part(m, msg, &msg->parts[i], "audio");
	if (m->assistant == NULL || n->turn != m->assistant)
		return orphan(m, msg);
	turn_of(m, SY_ROLE_USER);
	if (n->open != NULL) {
		n->answered = n->open;
		n->open = n->open->same;
	}
	n->answered->result = msg; /* of two results for one call the later is kept */
	return 0;
}

/* A system message among the user's words says what it is. */
static void fold(struct sy_block *b, struct sy_arena *a)
{
	b->text = sy_strf(a, "<system>\n%s\n</system>", b->text);
	b->len = strlen(b->text);
}

static int system_message(struct maker *m, const struct sy_message *msg)
{
	struct sy_blocks *list = &m->out->system;
	bool leading = m->out->first == NULL;

	if (leading)
		m->previous = list->last;
	for (size_t i = 0; i < msg->part_count; i++) {
		const struct sy_part *part = &msg->parts[i];
		struct sy_block *b;

		if (part->kind != SY_PART_TEXT)
			return bad_part(m, msg, part, "attachments in a system message");
		if (part->text == NULL || sy_blank(part->text, strlen(part->text))) {
			mark_previous(m, sy_mark_of(part->cache_control));
			continue;
		}
		if (!leading)
			list = &turn_of(m, SY_ROLE_USER)
			            ->lists[m->late_system ? SY_LATE_SYSTEM : SY_CONTENT];
		b = add(m, list, SY_BLOCK_TEXT, msg);
		b->text = part->text;
		b->len = strlen(part->text);
		b->mark = sy_mark_of(part->cache_control);
		if (!leading && !m->late_system)
			fold(b, m->arena);
	}
	return 0;
}

static int take_message(struct maker *m, const struct sy_message *msg)
{
	int rc = 0;

	switch (msg->role) {
	case SY_ROLE_SYSTEM:
		rc = system_message(m, msg);
		break;
	case SY_ROLE_USER:
		rc = user_parts(m, msg);
		break;
	case SY_ROLE_ASSISTANT:
		assistant_message(m, msg);
		break;
	case SY_ROLE_TOOL:
		rc = tool_message(m, msg);
		break;
	}
	/* A tool's marker belongs to the result, which is made later. */
	if (rc == 0 && msg->role != SY_ROLE_TOOL)
		mark_previous(m, sy_mark_of(msg->cache_control));
	return rc;
}

static void add_result(struct maker *m, struct sy_turn *turn, const struct sy_block *use)
{
	struct sy_block *b =
	    add(m, &turn->lists[SY_RESULTS], SY_BLOCK_TOOL_RESULT, use->from);

	b->id = use->id;
	b->result = use->result;
	if (b->result == NULL)
		return;
	b->mark = sy_mark_of(b->result->cache_control);
	for (size_t i = 0; i < b->result->part_count && b->mark == SY_MARK_NONE; i++)
		b->mark = sy_mark_of(b->result->parts[i].cache_control);
}

/* Every call is answered in the turn after it, in the order of the calls. */
static void answer_calls(struct maker *m, struct sy_turn *turn)
{
	if (turn->role != SY_ROLE_ASSISTANT || turn->lists[SY_USES].first == NULL)
		return;
	if (turn->next == NULL)
		open_turn(m->out, SY_ROLE_USER, m->arena);
	for (struct sy_block *b = turn->lists[SY_USES].first; b != NULL; b = b->next)
		add_result(m, turn->next, b);
	m->out->unsigned_loop =
	    turn->next->next == NULL && turn->lists[SY_THOUGHTS].first == NULL;
}

/* A system section may not follow an assistant's turn: with no user's before it, it folds. */
static void place_late_system(struct sy_turns *t, struct sy_turn *turn,
    struct sy_arena *a)
{
	struct sy_blocks *late = &turn->lists[SY_LATE_SYSTEM];

	if (turn->role != SY_ROLE_USER || late->first == NULL)
		return;
	if (turn->lists[SY_RESULTS].first != NULL ||
	    turn->lists[SY_CONTENT].first != NULL) {
		t->has_late_system = true;
		return;
	}
	for (struct sy_block *b = late->first; b != NULL; b = b->next)
		fold(b, a);
	turn->lists[SY_CONTENT] = *late;
	*late = (struct sy_blocks){ NULL, NULL };
}

static void add_words(struct sy_turn *turn, const char *words, struct sy_arena *a)
{
	struct sy_block *b = sy_alloc(a, sizeof(*b));

	b->kind = SY_BLOCK_TEXT;
	b->text = words;
	b->len = strlen(words);
	append(&turn->lists[SY_CONTENT], b);
}

static void begin_with_user(struct sy_turns *t, struct sy_arena *a)
{
	struct sy_turn *turn;

	if (t->first != NULL && t->first->role == SY_ROLE_USER)
		return;
	turn = sy_alloc(a, sizeof(*turn));
	turn->role = SY_ROLE_USER;
	turn->next = t->first;
	t->first = turn;
	if (t->last == NULL)
		t->last = turn;
	add_words(turn, ".", a);
}

static void free_table(void *table)
{
	lh_table_free(table);
}

int sy_turns_make(const struct sy_chat *chat, const struct sy_claude *claude,
    bool late_system, struct sy_arena *a, struct sy_notes *notes, struct sy_turns *out,
    struct sy_error *err)
{
	struct maker m = { .chat = chat,
		.claude = claude,
		.late_system = late_system,
		.arena = a,
		.notes = notes,
		.out = out,
		.err = err };

	memset(out, 0, sizeof(*out));
	m.names = lh_kchar_table_new(16, NULL);
	if (m.names == NULL)
		return sy_fail(err, SY_BUG, "",
		    "no memory for the conversation's call ids");
	sy_defer(a, free_table, m.names);
	for (size_t i = 0; i < chat->message_count; i++)
		if (take_message(&m, &chat->messages[i]) < 0)
			return -1;
	begin_with_user(out, a);
	for (struct sy_turn *turn = out->first; turn != NULL; turn = turn->next) {
		answer_calls(&m, turn);
		place_late_system(out, turn, a);
	}
	return 0;
}

/* A final assistant text may not end in white space. */
static void trim_end(struct sy_block *b)
{
	if (b == NULL)
		return;
	while (b->len > 0 && sy_blank(b->text + b->len - 1, 1))
		b->len--;
}

void sy_turns_close(struct sy_turns *turns, bool prefill, struct sy_arena *a)
{
	if (turns->last->role != SY_ROLE_ASSISTANT)
		return;
	if (prefill)
		trim_end(turns->last->lists[SY_CONTENT].last);
	else
		add_words(open_turn(turns, SY_ROLE_USER, a), "Continue.", a);
}

void sy_turns_marks(struct sy_turns *turns, void (*fn)(void *arg, enum sy_mark *mark),
    void *arg)
{
	for (struct sy_turn *turn = turns->first; turn != NULL; turn = turn->next)
		for (int l = 0; l < SY_LISTS; l++)
			for (struct sy_block *b = turn->lists[l].first; b != NULL;
			     b = b->next)
				fn(arg, &b->mark);
}
