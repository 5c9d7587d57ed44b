/*
 * messages_whole.c - whole answers, as clients of the Messages API read them.
 */
#include "dialect/messages.h"

#include "base/buf.h"
#include "base/scan.h"
#include "base/walk.h"
#include "dialect/seal.h"
#include "model/answer.h"

#include <string.h>

struct writing {
	const struct sy_ask *ask;
	const struct sy_answer *answer;
	struct sy_buf *out;
	bool any; /* a block has been put */
	bool calls, refused;
};

static void open_block(struct writing *w, const char *type)
{
	sy_buf_puts(w->out, w->any ? ",{" : "{");
	sy_buf_member(w->out, "type", type);
	w->any = true;
}

static void put_citations(struct writing *w, const struct sy_answer_citation *c)
{
	if (c == NULL)
		return;
	sy_buf_key(w->out, "citations");
	for (const char *comma = "["; c != NULL; c = c->next, comma = ",") {
		struct sy_event ev = {
			.text = c->cited,
			.text_len = c->cited != NULL ? strlen(c->cited) : 0,
			.url = c->url,
			.title = c->title,
			.data = c->document,
			.json = c->json,
			.json_len = c->json_len,
			.format = c->format,
		};

		sy_buf_puts(w->out, comma);
		sy_messages_put_citation(w->out, &ev);
	}
	sy_buf_putc(w->out, ']');
}

static void put_text(struct writing *w, const struct sy_answer_block *b)
{
	if (b->text.len == 0)
		return;
	open_block(w, "text");
	sy_buf_key(w->out, "text");
	sy_buf_json(w->out, b->text.data, b->text.len);
	put_citations(w, b->citations);
	sy_buf_putc(w->out, '}');
}

static void put_redacted(struct writing *w, enum sy_seal_kind kind, const char *format,
    const char *data)
{
	open_block(w, "redacted_thinking");
	sy_buf_member(w->out, "data", sy_seal(w->answer->arena, kind, format, data));
	sy_buf_putc(w->out, '}');
}

static void put_thought(struct writing *w, const struct sy_answer_block *b)
{
	if (!sy_messages_shows_thoughts(w->ask))
		return;
	if (b->data != NULL) {
		put_redacted(w, SY_SEAL_DATA, b->format, b->data);
		return;
	}
	open_block(w, "thinking");
	sy_buf_key(w->out, "thinking");
	sy_buf_json(w->out, b->text.len > 0 ? b->text.data : "", b->text.len);
	sy_buf_member(w->out, "signature",
	    b->signature != NULL
	        ? sy_seal(w->answer->arena, SY_SEAL_SIGNATURE, b->format, b->signature)
	        : "");
	sy_buf_putc(w->out, '}');
}

/* An object, as clients need it; what is none goes into one. */
static void put_input(struct writing *w, const struct sy_buf *text)
{
	struct sy_span json = sy_span_trim(text->len > 0 ? text->data : "", text->len);
	struct sy_error ignored;

	sy_buf_key(w->out, "input");
	if (json.len == 0) {
		sy_buf_lit(w->out, "{}");
	} else if (sy_span_is_object(json) &&
	           sy_scan_check(json.at, json.len, NULL, &ignored) == 0) {
		sy_buf_add(w->out, json.at, json.len);
	} else {
		sy_buf_lit(w->out, "{\"_raw_arguments\":");
		sy_buf_json(w->out, json.at, json.len);
		sy_buf_putc(w->out, '}');
	}
}

/* Who signs calls wants the signature back with them: it stands before its call. */
static void put_call(struct writing *w, const struct sy_answer_block *b)
{
	if (b->signature != NULL && sy_messages_shows_thoughts(w->ask))
		put_redacted(w, SY_SEAL_CALL, NULL, b->signature);
	open_block(w, "tool_use");
	sy_buf_member(w->out, "id", b->id);
	sy_buf_member(w->out, "name", b->name);
	put_input(w, &b->text);
	sy_buf_putc(w->out, '}');
	w->calls = true;
}

static void put_block(struct writing *w, const struct sy_answer_block *b)
{
	switch (b->kind) {
	case SY_BLOCK_TEXT:
	case SY_BLOCK_REFUSAL:
		w->refused |= b->kind == SY_BLOCK_REFUSAL;
		put_text(w, b);
		break;
	case SY_BLOCK_REASONING:
		put_thought(w, b);
		break;
	case SY_BLOCK_CALL:
		put_call(w, b);
		break;
	case SY_BLOCK_MEDIA: /* no answer of this API holds any */
		break;
	}
}

/* The extra that names the stop sequence, as JSON text; NULL none. */
static char *stop_sequence(const struct writing *w, const struct sy_answer_choice *c)
{
	for (const struct sy_answer_extra *e = c->extras; e != NULL; e = e->next)
		if (sy_messages_is_stop_sequence(e->key, e->json, e->json_len))
			return sy_unquote(w->answer->arena,
			    (struct sy_span){ e->json, e->json_len }, NULL);
	return NULL;
}

void sy_messages_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out)
{
	static const struct sy_answer_choice nothing;
	const struct sy_answer_choice *c =
	    answer->choices[0] != NULL ? answer->choices[0] : &nothing;
	struct writing w = { .ask = ask, .answer = answer, .out = out };
	const char *stop = stop_sequence(&w, c);

	sy_messages_put_head(out, face);
	sy_buf_key(out, "content");
	sy_buf_putc(out, '[');
	for (const struct sy_answer_block *b = c->blocks; b != NULL; b = b->next)
		put_block(&w, b);
	sy_buf_putc(out, ']');
	sy_messages_put_stop(out,
	    sy_messages_stop_reason(w.refused ? SY_FINISH_CONTENT_FILTER : c->finish,
	        c->native, stop != NULL, w.calls),
	    stop);
	sy_messages_put_usage(out, &answer->usage);
	sy_buf_lit(out, "}\n");
}
