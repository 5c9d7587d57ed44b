/*
 * bedrock_content.c - see bedrock_content.h.
 */
#include "dialect/bedrock_content.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "dialect/anthropic_names.h"
#include "dialect/bedrock_family.h"
#include "dialect/undo.h"
#include "model/config.h"

#include <stdio.h>
#include <string.h>

#define BUFFER_BYTES (64 << 20)
#define OPEN_BLOCKS  8  /* the service has one open at a time */
#define CITATIONS    64 /* of one block; what is over has no place */

enum block_kind { TEXT, THOUGHT, CALL, PICTURE, IGNORED };

struct open_block {
	bool used;
	int64_t index;
	enum block_kind kind;
	struct sy_undo_call call;
	struct sy_buf arguments; /* of a call, as they came: for a look at their end */
	const char *media_type;  /* of a picture */
	int64_t begins_at;       /* characters of the answer's text before it */
	const char
	    *citations[CITATIONS]; /* JSON, told when the text they are of is known */
	size_t citation_count;
};

struct sy_bedrock_content {
	struct sy_undo undo;
	const char *format; /* of thoughts */
	struct open_block open[OPEN_BLOCKS];
	struct sy_buf scratch;
	int64_t text_at; /* where the last text began */
	bool garbled;
};

/* One call's view: content, and where its events go. */
struct teller {
	const struct sy_call *call;
	struct sy_bedrock_content *c;
	const struct sy_sink *sink;
};

static void release(void *arg)
{
	struct sy_bedrock_content *c = arg;

	for (int i = 0; i < OPEN_BLOCKS; i++) {
		sy_buf_release(&c->open[i].call.input);
		sy_buf_release(&c->open[i].arguments);
	}
	sy_buf_release(&c->scratch);
	sy_undo_release(&c->undo);
}

struct sy_bedrock_content *sy_bedrock_content_new(const struct sy_call *call)
{
	const struct sy_bedrock_family *family = sy_bedrock_family(call->model);
	struct sy_bedrock_content *c = sy_alloc(call->arena, sizeof(*c));
	const struct sy_chat *chat = call->ask->chat;
	struct sy_claude room;

	for (int i = 0; i < OPEN_BLOCKS; i++) {
		sy_buf_init(&c->open[i].call.input, SY_UNDO_BYTES);
		sy_buf_init(&c->open[i].arguments, SY_UNDO_BYTES);
	}
	sy_buf_init(&c->scratch, BUFFER_BYTES);
	c->format = family->reasons == SY_REASONS_CLAUDE ? SY_ANTHROPIC_REASONING : NULL;
	sy_undo_init(&c->undo, chat,
	    sy_json_plan_make(chat, sy_bedrock_model(call->model, family, &room),
	        &call->model->provider->quirks, call->arena));
	sy_defer(call->arena, release, c);
	return c;
}

/* Decodes a string into the scratch buffer: valid until the next one. */
static size_t decode(struct sy_bedrock_content *c, struct sy_span string)
{
	sy_buf_reset(&c->scratch);
	if (!sy_span_is_string(string) || !sy_buf_reserve(&c->scratch, string.len))
		return 0;
	c->scratch.len = sy_unquote_to(c->scratch.data, string);
	c->scratch.data[c->scratch.len] = '\0';
	return c->scratch.len;
}

static const char *keep(const struct teller *r, struct sy_span string)
{
	return sy_span_is_string(string) ? sy_unquote(r->call->arena, string, NULL)
	                                 : NULL;
}

/* --- Text and thoughts. ----------------------------------------------------------------- */

static void take_text(struct teller *r, struct sy_span text)
{
	if (decode(r->c, text) > 0)
		sy_undo_text(&r->c->undo, r->sink, r->c->scratch.data, r->c->scratch.len);
}

/* A member of a thought: its words, what proves them, or what stands for them encrypted. */
static void emit_thought(struct teller *r, struct sy_span text, struct sy_span signature,
    struct sy_span redacted)
{
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.text = "",
		.format = r->c->format };

	if (decode(r->c, text) > 0) {
		ev.text = r->c->scratch.data;
		ev.text_len = r->c->scratch.len;
		sy_emit(r->sink, &ev);
	}
	ev.text = "";
	ev.text_len = 0;
	if (decode(r->c, signature) > 0) {
		ev.signature = r->c->scratch.data;
		sy_emit(r->sink, &ev);
	}
	ev.signature = NULL;
	if (decode(r->c, redacted) > 0) {
		ev.data = r->c->scratch.data;
		sy_emit(r->sink, &ev);
	}
}

/* Whole, the words stand one level deeper than in a stream. */
static void take_thought(struct teller *r, struct sy_span thought)
{
	struct sy_span words = sy_walk_get(thought, "reasoningText");

	if (words.at == NULL)
		words = thought;
	emit_thought(r, sy_walk_get(words, "text"), sy_walk_get(words, "signature"),
	    sy_walk_get(thought, "redactedContent"));
}

/* --- Citations. ------------------------------------------------------------------------- */

static void hold_citation(struct teller *r, struct open_block *b, struct sy_span citation)
{
	if (sy_span_is_object(citation) && r->c->undo.json.way != SY_JSON_TOOL &&
	    b->citation_count < CITATIONS)
		b->citations[b->citation_count++] =
		    sy_strndup(r->call->arena, citation.at, citation.len);
}

/* Where the source is: an address, or a document's number in the request. */
static void place_citation(struct teller *r, struct sy_span location, struct sy_event *ev)
{
	static const char *const kinds[] = { "documentChar", "documentPage",
		"documentChunk" };
	struct sy_span web = sy_walk_get(location, "web");
	int64_t number;

	ev->url = keep(r, sy_walk_get(web, "url"));
	if (ev->title == NULL)
		ev->title = keep(r, sy_walk_get(web, "domain"));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (sy_span_int(sy_walk_get(sy_walk_get(location, kinds[i]),
		                    "documentIndex"),
		        &number))
			ev->data = sy_strf(r->call->arena, "%lld", (long long)number);
}

/* The words that were cited, put together. */
static void quote_citation(struct teller *r, struct sy_span sources, struct sy_event *ev)
{
	struct sy_span source;
	struct sy_buf *out = &r->c->scratch;
	size_t at = 0;

	sy_buf_reset(out);
	while (sy_walk_element(sources, &at, &source)) {
		const char *text = keep(r, sy_walk_get(source, "text"));

		if (text != NULL)
			sy_buf_puts(out, text);
	}
	ev->text = out->len > 0 ? out->data : NULL;
	ev->text_len = out->len;
}

static void emit_citation(struct teller *r, const char *json, int64_t from, int64_t to)
{
	struct sy_span citation = { json, strlen(json) };
	struct sy_event ev = { .kind = SY_EV_CITATION,
		.from = from,
		.to = to,
		.format = "bedrock" };

	ev.title = keep(r, sy_walk_get(citation, "title"));
	place_citation(r, sy_walk_get(citation, "location"), &ev);
	quote_citation(r, sy_walk_get(citation, "sourceContent"), &ev);
	ev.json = citation.at;
	ev.json_len = citation.len;
	sy_emit(r->sink, &ev);
}

/* A block of citations alone is about the text before it. */
static void end_text(struct teller *r, struct open_block *b)
{
	int64_t to = r->c->undo.characters;

	if (to > b->begins_at)
		r->c->text_at = b->begins_at;
	for (size_t i = 0; i < b->citation_count; i++)
		emit_citation(r, b->citations[i], r->c->text_at, to);
}

/* --- Calls and pictures. ---------------------------------------------------------------- */

/* A call that the service answers itself is none of the client's. */
static void begin_call(struct teller *r, struct open_block *b, struct sy_span use)
{
	const char *name = keep(r, sy_walk_get(use, "name"));
	struct sy_span input = sy_walk_get(use, "input");

	if (sy_span_is(sy_walk_get(use, "type"), "server_tool_use"))
		return;
	b->kind = CALL;
	sy_undo_begin(&r->c->undo, r->call, r->sink, &b->call,
	    keep(r, sy_walk_get(use, "toolUseId")), name != NULL ? name : "");
	if (sy_span_is_object(input))
		sy_undo_whole(&b->call, input);
}

static void take_input(struct teller *r, struct open_block *b, struct sy_span piece)
{
	if (b->kind != CALL || decode(r->c, piece) == 0)
		return;
	sy_buf_add(&b->arguments, r->c->scratch.data, r->c->scratch.len);
	sy_undo_piece(&b->call, r->sink, r->c->scratch.data, r->c->scratch.len);
}

static void end_call(struct teller *r, struct open_block *b)
{
	struct sy_error ignored;

	sy_undo_end(r->call, &b->call, r->sink);
	r->c->garbled |=
	    b->arguments.len > 0 &&
	    sy_scan_check(b->arguments.data, b->arguments.len, NULL, &ignored) < 0;
}

static void take_picture(struct teller *r, struct open_block *b, struct sy_span image)
{
	struct sy_event ev = { .kind = SY_EV_MEDIA };
	struct sy_span format = sy_walk_get(image, "format");

	b->kind = PICTURE;
	if (decode(r->c, format) > 0)
		b->media_type = sy_strf(r->call->arena, "image/%s", r->c->scratch.data);
	ev.data = keep(r, sy_walk_get(sy_walk_get(image, "source"), "bytes"));
	ev.media_type = b->media_type != NULL ? b->media_type : "image/png";
	if (ev.data != NULL)
		sy_emit(r->sink, &ev);
}

/* --- Blocks. -------------------------------------------------------------------------- */

static struct open_block *find_block(struct sy_bedrock_content *c, int64_t index)
{
	for (int i = 0; i < OPEN_BLOCKS; i++)
		if (c->open[i].used && c->open[i].index == index)
			return &c->open[i];
	return NULL;
}

static void end_block(struct teller *r, struct open_block *b)
{
	if (b->kind == CALL)
		end_call(r, b);
	else if (b->kind == TEXT)
		end_text(r, b);
	b->used = false;
}

static struct open_block *open_block(struct teller *r, int64_t index,
    enum block_kind kind)
{
	struct open_block *b = find_block(r->c, index);
	struct sy_buf input, arguments;

	if (b != NULL) /* begun twice */
		end_block(r, b);
	for (int i = 0; i < OPEN_BLOCKS && b == NULL; i++)
		if (!r->c->open[i].used)
			b = &r->c->open[i];
	if (b == NULL) /* never closed: the oldest has to go */
		end_block(r, b = &r->c->open[0]);
	sy_buf_reset(&b->arguments);
	input = b->call.input;
	arguments = b->arguments;
	*b = (struct open_block){ .used = true, .index = index, .kind = kind };
	b->call.input = input;
	b->arguments = arguments;
	b->begins_at = r->c->undo.characters;
	return b;
}

/* Text with what it rests on, of a whole answer. */
static void take_cited(struct teller *r, struct open_block *b, struct sy_span cited)
{
	struct sy_span list = sy_walk_get(cited, "content"), item;
	size_t at = 0;

	while (sy_walk_element(list, &at, &item))
		take_text(r, sy_walk_get(item, "text"));
	list = sy_walk_get(cited, "citations");
	for (at = 0; sy_walk_element(list, &at, &item);)
		hold_citation(r, b, item);
}

void sy_bedrock_content_begin(struct sy_bedrock_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index, struct sy_span block)
{
	struct teller *r = &(struct teller){ call, c, sink };
	struct open_block *b = open_block(r, index, IGNORED);
	struct sy_span key, value;
	size_t at = 0;

	while (sy_walk_member(block, &at, &key, &value)) {
		if (sy_span_is(key, "text")) {
			b->kind = TEXT;
			take_text(r, value);
		} else if (sy_span_is(key, "citationsContent")) {
			b->kind = TEXT;
			take_cited(r, b, value);
		} else if (sy_span_is(key, "reasoningContent")) {
			b->kind = THOUGHT;
			take_thought(r, value);
		} else if (sy_span_is(key, "toolUse")) {
			begin_call(r, b, value);
		} else if (sy_span_is(key, "image")) {
			take_picture(r, b, value);
		}
	}
}

void sy_bedrock_content_delta(struct sy_bedrock_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index, struct sy_span delta)
{
	struct teller *r = &(struct teller){ call, c, sink };
	struct open_block *b = find_block(c, index);
	struct sy_span key, value;
	size_t at = 0;

	while (sy_walk_member(delta, &at, &key, &value)) {
		if (b == NULL) /* with its first piece */
			b = open_block(r, index, TEXT);
		if (sy_span_is(key, "text"))
			take_text(r, value);
		else if (sy_span_is(key, "reasoningContent"))
			take_thought(r, value);
		else if (sy_span_is(key, "toolUse"))
			take_input(r, b, sy_walk_get(value, "input"));
		else if (sy_span_is(key, "citation"))
			hold_citation(r, b, value);
		else if (sy_span_is(key, "image"))
			take_picture(r, b, value);
	}
}

void sy_bedrock_content_end(struct sy_bedrock_content *c, const struct sy_call *call,
    const struct sy_sink *sink, int64_t index)
{
	struct open_block *b = find_block(c, index);

	if (b != NULL)
		end_block(&(struct teller){ call, c, sink }, b);
}

void sy_bedrock_content_flush(struct sy_bedrock_content *c, const struct sy_call *call,
    const struct sy_sink *sink)
{
	for (int i = 0; i < OPEN_BLOCKS; i++)
		if (c->open[i].used)
			end_block(&(struct teller){ call, c, sink }, &c->open[i]);
	sy_undo_flush(&c->undo, sink);
}

bool sy_bedrock_content_garbled(const struct sy_bedrock_content *c)
{
	return c->garbled;
}

enum sy_finish sy_bedrock_content_finish(const struct sy_bedrock_content *c,
    enum sy_finish said)
{
	return sy_undo_finish(&c->undo, said);
}
