/*
 * messages_stream.c - streams, as clients of the Messages API read them.
 *
 * Blocks come one after the other: one is open at a time, and none is opened twice.  What
 * belongs to a block that is not open yet (providers may write several calls at once) waits
 * in a queue.  A block stays open until something follows it; a call moreover until its
 * arguments are a whole object, since the rest of them may come later.
 */
#include "dialect/messages.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/walk.h"
#include "dialect/seal.h"
#include "model/answer.h"

#include <string.h>

enum item_kind { TEXT, THINKING, REDACTED, CALL };

/* Whether JSON text that comes in pieces is over. */
struct nesting {
	int depth;
	bool in_string, escaped;
	bool closed;
};

/* A block, open or waiting. */
struct item {
	struct item *next;
	enum item_kind kind;
	bool open;
	bool over; /* a thought that is over */
	int call_index;
	const char *id, *name; /* of a call */
	const char *sealed;    /* of a thought: its signature; redacted: its data */
	struct nesting input;
	struct sy_buf text;      /* that waits */
	struct sy_buf citations; /* that wait: JSON texts, each with a NUL behind it */
};

struct stream {
	struct sy_arena *arena;
	bool started; /* the answer comes as events, and not as it was written */
	bool begun;   /* message_start is out */
	int index;    /* of the block that is open, or opens next */
	bool calls, refused;
	struct item *first, *last;
	struct sy_usage usage;
	enum sy_finish finish;
	const char *native;
	const char *stop_sequence;
};

/* One call's view: the stream, and where its records go. */
struct teller {
	const struct sy_ask *ask;
	const struct sy_face *face;
	struct stream *s;
	struct sy_buf *out;
};

void sy_messages_begin(void *state, struct sy_arena *a)
{
	struct stream *s = sy_alloc(a, sizeof(*s));

	s->arena = a;
	*(struct stream **)state = s;
}

/* --- Records. ---------------------------------------------------------------------------- */

static void open_record(struct sy_buf *out, const char *type)
{
	sy_buf_lit(out, "event: ");
	sy_buf_puts(out, type);
	sy_buf_lit(out, "\ndata: {");
	sy_buf_member(out, "type", type);
}

static void close_record(struct sy_buf *out)
{
	sy_buf_lit(out, "}\n\n");
}

static void open_block_record(const struct teller *t, const char *type)
{
	open_record(t->out, type);
	sy_buf_member_int(t->out, "index", t->s->index);
}

static void say_delta(const struct teller *t, const char *type, const char *member,
    const char *text, size_t len)
{
	open_block_record(t, "content_block_delta");
	sy_buf_key(t->out, "delta");
	sy_buf_putc(t->out, '{');
	sy_buf_member(t->out, "type", type);
	sy_buf_key(t->out, member);
	sy_buf_json(t->out, text, len);
	sy_buf_putc(t->out, '}');
	close_record(t->out);
}

/* Once, before all else; the provider's own count of the input where it comes so early. */
static void say_start(const struct teller *t)
{
	struct sy_usage usage = t->s->usage;

	if (t->s->begun)
		return;
	t->s->begun = true;
	if (sy_usage_in(&usage) == 0)
		usage.tokens[SY_IN] = t->ask->input_tokens;
	if (sy_usage_out(&usage) == 0)
		usage.tokens[SY_OUT] = 1;
	open_record(t->out, "message_start");
	sy_buf_key(t->out, "message");
	sy_messages_put_head(t->out, t->face);
	sy_buf_lit(t->out, ",\"content\":[]");
	sy_messages_put_stop(t->out, NULL, NULL);
	sy_messages_put_usage(t->out, &usage);
	sy_buf_putc(t->out, '}');
	close_record(t->out);
}

/* --- A block. ---------------------------------------------------------------------------- */

static void open_item(const struct teller *t, struct item *i)
{
	say_start(t);
	i->open = true;
	open_block_record(t, "content_block_start");
	sy_buf_key(t->out, "content_block");
	switch (i->kind) {
	case TEXT:
		sy_buf_lit(t->out, "{\"type\":\"text\",\"text\":\"\"}");
		break;
	case THINKING:
		sy_buf_lit(t->out,
		    "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
		break;
	case REDACTED:
		sy_buf_lit(t->out, "{\"type\":\"redacted_thinking\"");
		sy_buf_member(t->out, "data", i->sealed);
		sy_buf_putc(t->out, '}');
		break;
	case CALL:
		sy_buf_lit(t->out, "{\"type\":\"tool_use\"");
		sy_buf_member(t->out, "id", i->id);
		sy_buf_member(t->out, "name", i->name);
		sy_buf_lit(t->out, ",\"input\":{}}");
		break;
	}
	close_record(t->out);
}

static void say_text(const struct teller *t, const struct item *i, const char *text,
    size_t len)
{
	static const char *const types[] = { [TEXT] = "text_delta",
		[THINKING] = "thinking_delta",
		[CALL] = "input_json_delta" };
	static const char *const members
	    [] = { [TEXT] = "text", [THINKING] = "thinking", [CALL] = "partial_json" };

	if (len > 0)
		say_delta(t, types[i->kind], members[i->kind], text, len);
}

static void say_citation(const struct teller *t, const char *json, size_t len)
{
	open_block_record(t, "content_block_delta");
	sy_buf_lit(t->out, ",\"delta\":{\"type\":\"citations_delta\",\"citation\":");
	sy_buf_add(t->out, json, len);
	sy_buf_putc(t->out, '}');
	close_record(t->out);
}

static void say_waiting(const struct teller *t, struct item *i)
{
	say_text(t, i, i->text.data, i->text.len);
	sy_buf_reset(&i->text);
	for (size_t at = 0; at < i->citations.len;) {
		size_t len = strlen(i->citations.data + at);

		say_citation(t, i->citations.data + at, len);
		at += len + 1;
	}
	sy_buf_reset(&i->citations);
}

static void close_item(const struct teller *t, const struct item *i)
{
	if (i->kind == THINKING && i->sealed != NULL)
		say_delta(t, "signature_delta", "signature", i->sealed,
		    strlen(i->sealed));
	open_block_record(t, "content_block_stop");
	close_record(t->out);
	t->s->index++;
}

/* --- The queue. -------------------------------------------------------------------------- */

static void release(void *arg)
{
	struct item *i = arg;

	sy_buf_release(&i->text);
	sy_buf_release(&i->citations);
}

static struct item *push(const struct teller *t, enum item_kind kind)
{
	struct item *i = sy_alloc(t->s->arena, sizeof(*i));

	i->kind = kind;
	sy_buf_init(&i->text, SY_ANSWER_BYTES);
	sy_buf_init(&i->citations, SY_ANSWER_BYTES);
	sy_defer(t->s->arena, release, i);
	if (t->s->last == NULL)
		t->s->first = i;
	else
		t->s->last->next = i;
	t->s->last = i;
	return i;
}

/* The last block, where it is of that kind and goes on; else a new one. */
static struct item *current(const struct teller *t, enum item_kind kind)
{
	struct item *i = t->s->last;

	return i != NULL && i->kind == kind && !i->over ? i : push(t, kind);
}

/* Says what can be said: all of the first block, and of those behind it once it is over. */
static void pump(const struct teller *t, bool ending)
{
	struct stream *s = t->s;

	while (s->first != NULL) {
		struct item *i = s->first;

		if (!i->open)
			open_item(t, i);
		say_waiting(t, i);
		if (!ending && (i->next == NULL || (i->kind == CALL && !i->input.closed)))
			return;
		close_item(t, i);
		s->first = i->next;
		if (s->first == NULL)
			s->last = NULL;
	}
}

static void add(const struct teller *t, struct item *i, const struct sy_event *ev)
{
	sy_buf_add(&i->text, ev->text, ev->text_len);
	pump(t, false);
}

/* --- Events. ----------------------------------------------------------------------------- */

static void on_thought(const struct teller *t, const struct sy_event *ev)
{
	struct item *i;

	if (!sy_messages_shows_thoughts(t->ask) ||
	    (ev->text_len == 0 && ev->signature == NULL && ev->data == NULL))
		return;
	if (ev->data != NULL) {
		i = push(t, REDACTED);
		i->sealed = sy_seal(t->s->arena, SY_SEAL_DATA, ev->format,
		    sy_strdup(t->s->arena, ev->data));
		pump(t, false);
		return;
	}
	i = current(t, THINKING);
	if (ev->signature != NULL) {
		i->over = true;
		i->sealed = sy_seal(t->s->arena, SY_SEAL_SIGNATURE, ev->format,
		    sy_strdup(t->s->arena, ev->signature));
	}
	add(t, i, ev);
}

static void on_call(const struct teller *t, const struct sy_event *ev)
{
	struct sy_arena *a = t->s->arena;
	struct item *i;

	if (ev->signature != NULL && sy_messages_shows_thoughts(t->ask))
		push(t, REDACTED)->sealed =
		    sy_seal(a, SY_SEAL_CALL, NULL, sy_strdup(a, ev->signature));
	i = push(t, CALL);
	i->call_index = ev->call_index;
	i->id = sy_strdup(a, ev->id);
	i->name = sy_strdup(a, ev->name);
	t->s->calls = true;
	pump(t, false);
}

static void follow(struct nesting *n, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (n->in_string) {
			n->in_string = c != '"' || n->escaped;
			n->escaped = c == '\\' && !n->escaped;
		} else if (c == '"') {
			n->in_string = true;
		} else if (c == '{' || c == '[') {
			n->depth++;
		} else if (c == '}' || c == ']') {
			n->closed |= --n->depth == 0;
		}
	}
}

/* What comes for a call that is over is a repetition. */
static void on_arguments(const struct teller *t, const struct sy_event *ev)
{
	struct item *i = t->s->first;

	while (i != NULL && (i->kind != CALL || i->call_index != ev->call_index))
		i = i->next;
	if (i == NULL)
		return;
	follow(&i->input, ev->text, ev->text_len);
	add(t, i, ev);
}

/* It belongs to the text just said; with none, to none. */
static void on_citation(const struct teller *t, const struct sy_event *ev)
{
	struct item *i = t->s->last;

	if (i == NULL || i->kind != TEXT)
		return;
	sy_messages_put_citation(&i->citations, ev);
	sy_buf_add(&i->citations, "", 1);
	pump(t, false);
}

static void on_extra(const struct teller *t, const struct sy_event *ev)
{
	if (sy_messages_is_stop_sequence(ev->key, ev->json, ev->json_len))
		t->s->stop_sequence = sy_unquote(t->s->arena,
		    (struct sy_span){ ev->json, ev->json_len }, NULL);
}

static void say_end(const struct teller *t)
{
	const struct stream *s = t->s;

	pump(t, true);
	say_start(t);
	open_record(t->out, "message_delta");
	sy_buf_key(t->out, "delta");
	sy_buf_putc(t->out, '{');
	sy_messages_put_stop(t->out,
	    sy_messages_stop_reason(s->finish, s->native, s->stop_sequence != NULL,
	        s->calls),
	    s->stop_sequence);
	sy_buf_putc(t->out, '}');
	sy_messages_put_usage(t->out, &s->usage);
	close_record(t->out);
}

static void on_end(const struct teller *t)
{
	if (t->s->started)
		say_end(t);
	open_record(t->out, "message_stop");
	close_record(t->out);
}

static void on_finish(const struct teller *t, const struct sy_event *ev)
{
	t->s->finish = t->s->refused ? SY_FINISH_CONTENT_FILTER : ev->finish;
	t->s->native = sy_strdup(t->s->arena, ev->native);
}

void sy_messages_event(const struct sy_ask *ask, const struct sy_face *face, void *state,
    const struct sy_event *ev, struct sy_buf *out)
{
	const struct teller t = { ask, face, *(struct stream **)state, out };

	if (ev->choice != 0) /* one answer is all that can be asked for */
		return;
	switch (ev->kind) {
	case SY_EV_START:
		t.s->started = true;
		break;
	case SY_EV_TEXT:
	case SY_EV_REFUSAL:
		t.s->refused |= ev->kind == SY_EV_REFUSAL;
		if (ev->text_len > 0)
			add(&t, current(&t, TEXT), ev);
		break;
	case SY_EV_REASONING:
		on_thought(&t, ev);
		break;
	case SY_EV_TOOL_CALL:
		on_call(&t, ev);
		break;
	case SY_EV_TOOL_ARGS:
		on_arguments(&t, ev);
		break;
	case SY_EV_CITATION:
		on_citation(&t, ev);
		break;
	case SY_EV_MEDIA: /* no answer of this API holds any */
		break;
	case SY_EV_EXTRA:
		on_extra(&t, ev);
		break;
	case SY_EV_FINISH:
		on_finish(&t, ev);
		break;
	case SY_EV_USAGE:
		t.s->usage = ev->usage;
		break;
	case SY_EV_ERROR:
		sy_messages_error(ev->error, NULL, true, out);
		break;
	case SY_EV_END:
		on_end(&t);
		break;
	}
}
