/*
 * anthropic_content.c - see anthropic_content.h.
 */
#include "dialect/anthropic_content.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/walk.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_plan.h"
#include "dialect/claude.h"
#include "dialect/undo.h"
#include "model/config.h"

#include <string.h>

#define BUFFER_BYTES (64 << 20)
#define OPEN_BLOCKS  8 /* the API has one open at a time; more is a host's own way */

enum block_kind { IGNORED, TEXT, THINKING, CALL };

/* A content block between its start and its stop. */
struct open_block {
	bool used;
	int64_t index;
	enum block_kind kind;
	struct sy_undo_call call;
	int64_t begins_at; /* text: characters before it */
};

struct sy_content {
	struct sy_undo undo;
	struct open_block open[OPEN_BLOCKS];
	struct sy_buf scratch;
	struct sy_buf pending; /* citations of the open block, each ending in a NUL */
};

/* One call's view: content, and where its events go. */
struct teller {
	const struct sy_call *call;
	struct sy_content *c;
	const struct sy_sink *sink;
};

static void release(void *arg)
{
	struct sy_content *c = arg;

	for (int i = 0; i < OPEN_BLOCKS; i++)
		sy_buf_release(&c->open[i].call.input);
	sy_buf_release(&c->scratch);
	sy_buf_release(&c->pending);
	sy_undo_release(&c->undo);
}

struct sy_content *sy_content_new(const struct sy_call *call)
{
	struct sy_content *c = sy_alloc(call->arena, sizeof(*c));

	for (int i = 0; i < OPEN_BLOCKS; i++)
		sy_buf_init(&c->open[i].call.input, SY_UNDO_BYTES);
	sy_buf_init(&c->scratch, BUFFER_BYTES);
	sy_buf_init(&c->pending, BUFFER_BYTES);
	sy_undo_init(&c->undo, call->ask->chat,
	    sy_json_plan_make(call->ask->chat, sy_claude_find(call->model->upstream),
	        &call->model->provider->quirks, call->arena));
	sy_defer(call->arena, release, c);
	return c;
}

/* Decodes a string into the scratch buffer: valid until the next one. */
static size_t decode(struct sy_content *c, struct sy_span string)
{
	sy_buf_reset(&c->scratch);
	if (string.at == NULL || !sy_buf_reserve(&c->scratch, string.len))
		return 0;
	c->scratch.len = sy_unquote_to(c->scratch.data, string);
	c->scratch.data[c->scratch.len] = '\0';
	return c->scratch.len;
}

static char *keep(struct teller *r, struct sy_span string)
{
	return sy_span_is_string(string) ? sy_unquote(r->call->arena, string, NULL)
	                                 : NULL;
}

/* --- Citations. ------------------------------------------------------------------------- */

/* They are told once it is known where their block ends; not those of text that a JSON answer
 * may replace. */
static void take_citation(struct teller *r, struct sy_span citation)
{
	if (!sy_span_is_object(citation) || r->c->undo.json.way == SY_JSON_TOOL)
		return;
	sy_buf_add(&r->c->pending, citation.at, citation.len);
	sy_buf_add(&r->c->pending, "", 1);
}

static void emit_citation(struct teller *r, const struct open_block *b,
    struct sy_span citation)
{
	struct sy_span url = sy_walk_get(citation, "url");
	struct sy_span title = sy_walk_get(citation, "title");
	struct sy_span number = sy_walk_get(citation, "document_index");
	struct sy_event ev = { .kind = SY_EV_CITATION,
		.from = b->begins_at,
		.to = r->c->undo.characters,
		.json = citation.at,
		.json_len = citation.len,
		.format = "anthropic" };

	if (!sy_span_is_string(url)) /* of a search result it has this name */
		url = sy_walk_get(citation, "source");
	if (!sy_span_is_string(title))
		title = sy_walk_get(citation, "document_title");
	ev.url = keep(r, url);
	ev.title = keep(r, title);
	ev.text = keep(r, sy_walk_get(citation, "cited_text"));
	ev.text_len = ev.text != NULL ? strlen(ev.text) : 0;
	if (number.at != NULL)
		ev.data = sy_strndup(r->call->arena, number.at, number.len);
	sy_emit(r->sink, &ev);
}

static void close_citations(struct teller *r, const struct open_block *b)
{
	struct sy_buf *in = &r->c->pending;
	size_t len;

	for (size_t at = 0; at < in->len; at += len + 1) {
		len = strlen(in->data + at);
		emit_citation(r, b, (struct sy_span){ in->data + at, len });
	}
	sy_buf_reset(in);
}

/* --- Thoughts. ------------------------------------------------------------------------ */

static void emit_thought(struct teller *r, struct sy_span thinking)
{
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.format = SY_ANTHROPIC_REASONING };

	if (decode(r->c, thinking) == 0)
		return;
	ev.text = r->c->scratch.data;
	ev.text_len = r->c->scratch.len;
	sy_emit(r->sink, &ev);
}

static void emit_signature(struct teller *r, struct sy_span signature)
{
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.text = "",
		.format = SY_ANTHROPIC_REASONING };

	if (decode(r->c, signature) == 0)
		return;
	ev.signature = r->c->scratch.data;
	sy_emit(r->sink, &ev);
}

static void emit_redacted(struct teller *r, struct sy_span data)
{
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.text = "",
		.format = SY_ANTHROPIC_REASONING };

	if (decode(r->c, data) == 0)
		return;
	ev.data = r->c->scratch.data;
	sy_emit(r->sink, &ev);
}

/* --- Blocks. -------------------------------------------------------------------------- */

static struct open_block *find_block(struct sy_content *c, int64_t index)
{
	for (int i = 0; i < OPEN_BLOCKS; i++)
		if (c->open[i].used && c->open[i].index == index)
			return &c->open[i];
	return NULL;
}

static void end_block(struct teller *r, struct open_block *b)
{
	if (b->kind == CALL)
		sy_undo_end(r->call, &b->call, r->sink);
	else if (b->kind == TEXT)
		close_citations(r, b);
	b->used = false;
}

static struct open_block *open_block(struct teller *r, int64_t index)
{
	struct open_block *b = find_block(r->c, index);
	struct sy_buf input;

	if (b != NULL) /* begun twice */
		end_block(r, b);
	for (int i = 0; i < OPEN_BLOCKS && b == NULL; i++)
		if (!r->c->open[i].used)
			b = &r->c->open[i];
	if (b == NULL) /* never closed: the oldest has to go */
		end_block(r, b = &r->c->open[0]);
	input = b->call.input;
	*b = (struct open_block){ .used = true, .index = index, .call.input = input };
	return b;
}

static void begin_text(struct teller *r, struct open_block *b, struct sy_span block)
{
	struct sy_span citations = sy_walk_get(block, "citations"), citation;
	size_t at = 0;

	b->kind = TEXT;
	b->begins_at = r->c->undo.characters;
	while (sy_walk_element(citations, &at, &citation))
		take_citation(r, citation);
	if (decode(r->c, sy_walk_get(block, "text")) > 0)
		sy_undo_text(&r->c->undo, r->sink, r->c->scratch.data, r->c->scratch.len);
}

static void begin_call(struct teller *r, struct open_block *b, struct sy_span block)
{
	const char *name = keep(r, sy_walk_get(block, "name"));
	struct sy_span input = sy_walk_get(block, "input");

	b->kind = CALL;
	sy_undo_begin(&r->c->undo, r->call, r->sink, &b->call,
	    keep(r, sy_walk_get(block, "id")), name != NULL ? name : "");
	if (sy_span_is_object(input))
		sy_undo_whole(&b->call, input);
}

void sy_content_begin(struct sy_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index, struct sy_span block)
{
	struct teller *r = &(struct teller){ call, c, sink };
	struct open_block *b = open_block(r, index);
	struct sy_span type = sy_walk_get(block, "type");

	if (sy_span_is(type, "text")) {
		begin_text(r, b, block);
	} else if (sy_span_is(type, "thinking")) {
		b->kind = THINKING;
		emit_thought(r, sy_walk_get(block, "thinking"));
		emit_signature(r, sy_walk_get(block, "signature"));
	} else if (sy_span_is(type, "redacted_thinking")) {
		emit_redacted(r, sy_walk_get(block, "data"));
	} else if (sy_span_is(type, "tool_use")) {
		begin_call(r, b, block);
	}
}

void sy_content_delta(struct sy_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index, struct sy_span delta)
{
	struct teller *r = &(struct teller){ call, c, sink };
	struct open_block *b = find_block(c, index);
	struct sy_span type = sy_walk_get(delta, "type");

	if (b == NULL)
		return;
	if (sy_span_is(type, "text_delta") && b->kind == TEXT) {
		if (decode(r->c, sy_walk_get(delta, "text")) > 0)
			sy_undo_text(&r->c->undo, r->sink, r->c->scratch.data,
			    r->c->scratch.len);
	} else if (sy_span_is(type, "input_json_delta")) {
		if (b->kind == CALL &&
		    decode(r->c, sy_walk_get(delta, "partial_json")) > 0)
			sy_undo_piece(&b->call, r->sink, r->c->scratch.data,
			    r->c->scratch.len);
	} else if (sy_span_is(type, "thinking_delta")) {
		emit_thought(r, sy_walk_get(delta, "thinking"));
	} else if (sy_span_is(type, "signature_delta")) {
		emit_signature(r, sy_walk_get(delta, "signature"));
	} else if (sy_span_is(type, "citations_delta") && b->kind == TEXT) {
		take_citation(r, sy_walk_get(delta, "citation"));
	}
}

void sy_content_end(struct sy_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index)
{
	struct open_block *b = find_block(c, index);

	if (b != NULL)
		end_block(&(struct teller){ call, c, sink }, b);
}

void sy_content_flush(struct sy_content *c, const struct sy_call *call,
    const struct sy_sink *sink)
{
	struct teller *r = &(struct teller){ call, c, sink };

	for (int i = 0; i < OPEN_BLOCKS; i++)
		if (c->open[i].used)
			end_block(r, &c->open[i]);
	sy_undo_flush(&c->undo, sink);
}

enum sy_finish sy_content_finish(const struct sy_content *c, enum sy_finish said)
{
	return sy_undo_finish(&c->undo, said);
}
