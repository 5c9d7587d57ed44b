/*
 * anthropic_content.c - see anthropic_content.h.
 */
#include "dialect/anthropic_content.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/walk.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_plan.h"
#include "dialect/anthropic_schema.h"
#include "dialect/stopwatch.h"
#include "model/chat.h"

#include <string.h>

#define BUFFER_BYTES (64 << 20)
#define OPEN_BLOCKS  8 /* the API has one open at a time; more is a host's own way */

enum block_kind { IGNORED, TEXT, THINKING, CALL, JSON_ANSWER };

/* A content block between its start and its stop. */
struct open_block {
	bool used;
	int64_t index;
	enum block_kind kind;
	int call_index;
	const char *member; /* the input is gathered, and this member of it is meant */
	bool as_text;       /* that member is a string, and its text is meant */
	bool streamed;      /* a piece has come by itself */
	struct sy_buf input;
	size_t begins_at; /* text: characters before it */
};

struct sy_content {
	struct sy_json_plan json;
	bool json_called;
	struct open_block open[OPEN_BLOCKS];
	int calls;
	size_t characters; /* of the text so far, as citations count them */
	struct sy_buf scratch;
	struct sy_buf held;      /* text that a JSON answer would replace */
	struct sy_buf pending;   /* citations of the open block, each ending in a NUL */
	struct sy_buf citations; /* of the blocks before */
	struct sy_stopwatch watch;
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
		sy_buf_release(&c->open[i].input);
	sy_buf_release(&c->scratch);
	sy_buf_release(&c->held);
	sy_buf_release(&c->pending);
	sy_buf_release(&c->citations);
	sy_stopwatch_release(&c->watch);
}

static const struct sy_chat *chat_of(const struct sy_call *call)
{
	return call->ask->chat;
}

struct sy_content *sy_content_new(const struct sy_call *call)
{
	struct sy_content *c = sy_alloc(call->arena, sizeof(*c));

	for (int i = 0; i < OPEN_BLOCKS; i++)
		sy_buf_init(&c->open[i].input, BUFFER_BYTES);
	sy_buf_init(&c->scratch, BUFFER_BYTES);
	sy_buf_init(&c->held, BUFFER_BYTES);
	sy_buf_init(&c->pending, BUFFER_BYTES);
	sy_buf_init(&c->citations, BUFFER_BYTES);
	sy_stopwatch_init(&c->watch, chat_of(call));
	c->json = sy_json_plan_make(chat_of(call), call->model, call->arena);
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
	return string.at != NULL ? sy_unquote(r->call->arena, string, NULL) : NULL;
}

static void emit_text(struct teller *r, enum sy_event_kind kind, const char *text,
    size_t len)
{
	struct sy_event ev = { .kind = kind, .text = text, .text_len = len };

	if (len > 0)
		sy_emit(r->sink, &ev);
}

/* --- Text. ------------------------------------------------------------------------------ */

static size_t count_characters(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

static void pass_text(void *arg, const char *text, size_t len)
{
	struct teller *r = arg;

	r->c->characters += count_characters(text, len);
	emit_text(r, SY_EV_TEXT, text, len);
}

static void take_text(struct teller *r, const char *text, size_t len)
{
	if (r->c->json.way == SY_JSON_TOOL)
		sy_buf_add(&r->c->held, text, len);
	else
		sy_stopwatch_feed(&r->c->watch, text, len, pass_text, r);
}

/* Citations: what has an address becomes an annotation once its block's end is known. */

static void take_citation(struct teller *r, struct open_block *b, struct sy_span citation)
{
	struct sy_span url = sy_walk_get(citation, "url");
	struct sy_span title = sy_walk_get(citation, "title");
	struct sy_buf *out = &r->c->pending;

	if (url.at == NULL)
		url = sy_walk_get(citation, "source");
	if (!sy_span_is_string(url))
		return;
	sy_buf_puts(out, "{\"type\":\"url_citation\",\"url_citation\":{\"url\":");
	sy_buf_add(out, url.at, url.len);
	sy_buf_puts(out, ",\"title\":");
	if (sy_span_is_string(title))
		sy_buf_add(out, title.at, title.len);
	else
		sy_buf_puts(out, "\"\"");
	sy_buf_puts(out, ",\"start_index\":");
	sy_buf_int(out, (int64_t)b->begins_at);
	sy_buf_add(out, "", 1);
}

static void close_citations(struct teller *r)
{
	struct sy_buf *in = &r->c->pending, *out = &r->c->citations;

	for (size_t at = 0; at < in->len; at += strlen(in->data + at) + 1) {
		sy_buf_putc(out, out->len == 0 ? '[' : ',');
		sy_buf_puts(out, in->data + at);
		sy_buf_puts(out, ",\"end_index\":");
		sy_buf_int(out, (int64_t)r->c->characters);
		sy_buf_puts(out, "}}");
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

/* --- Tool calls. ---------------------------------------------------------------------- */

/* The text without white space between its tokens. */
static void add_compact(struct sy_buf *out, struct sy_span json)
{
	size_t from = 0, i;
	bool inside = false;

	for (i = 0; i < json.len; i++) {
		char c = json.at[i];

		if (c == '\\' && inside) {
			i++;
			continue;
		}
		inside ^= c == '"';
		if (inside || (c != ' ' && c != '\n' && c != '\r' && c != '\t'))
			continue;
		sy_buf_add(out, json.at + from, i - from);
		from = i + 1;
	}
	sy_buf_add(out, json.at + from, i - from);
}

static void begin_call(struct teller *r, struct open_block *b, struct sy_span block)
{
	struct sy_event ev = { .kind = SY_EV_TOOL_CALL };
	char *sent = keep(r, sy_walk_get(block, "name"));
	const struct sy_tool *tool;

	if (sent == NULL)
		sent = sy_strdup(r->call->arena, "");
	if (r->c->json.way == SY_JSON_TOOL && strcmp(sent, r->c->json.tool) == 0) {
		b->kind = JSON_ANSWER;
		b->member = r->c->json.wrapped ? "value" : NULL;
		r->c->json_called = true;
		return;
	}
	tool = sy_anthropic_tool(chat_of(r->call), r->call->arena, sent);
	b->kind = CALL;
	b->call_index = r->c->calls++;
	if (tool != NULL && tool->custom)
		b->member = "input";
	else if (tool != NULL && sy_schema_wrapped(tool->parameters))
		b->member = "value";
	b->as_text = tool != NULL && tool->custom;
	ev.call_index = b->call_index;
	ev.custom = b->as_text;
	ev.id = keep(r, sy_walk_get(block, "id"));
	ev.name = tool != NULL ? tool->name : sent;
	sy_emit(r->sink, &ev);
}

static void emit_input(struct teller *r, const struct open_block *b, const char *text,
    size_t len)
{
	struct sy_event ev = { .kind = b->kind == CALL ? SY_EV_TOOL_ARGS : SY_EV_TEXT,
		.text = text,
		.text_len = len,
		.call_index = b->call_index,
		.custom = b->as_text };

	if (len > 0)
		sy_emit(r->sink, &ev);
}

static void take_input(struct teller *r, struct open_block *b, struct sy_span piece)
{
	size_t len = decode(r->c, piece);

	if (len == 0)
		return;
	if (!b->streamed)
		sy_buf_reset(&b->input); /* what came with the start is no piece of it */
	b->streamed = true;
	if (b->member != NULL)
		sy_buf_add(&b->input, r->c->scratch.data, len);
	else
		emit_input(r, b, r->c->scratch.data, len);
}

/* An input that was cut short is handed on as it is. */
static void end_gathered(struct teller *r, struct open_block *b)
{
	struct sy_span whole = { b->input.data, b->input.len }, value = { NULL, 0 };
	struct sy_error ignored;

	if (whole.len > 0 && sy_scan_check(whole.at, whole.len, NULL, &ignored) == 0)
		value = sy_walk_get(whole, b->member);
	if (b->as_text && sy_span_is_string(value)) {
		decode(r->c, value);
		emit_input(r, b, r->c->scratch.data, r->c->scratch.len);
	} else if (value.at != NULL) {
		emit_input(r, b, value.at, value.len);
	} else if (whole.len > 0) {
		emit_input(r, b, whole.at, whole.len);
	} else if (!b->as_text) {
		emit_input(r, b, "{}", 2);
	}
}

static void end_input(struct teller *r, struct open_block *b)
{
	if (b->member != NULL)
		end_gathered(r, b);
	else if (!b->streamed && b->input.len > 0)
		emit_input(r, b, b->input.data, b->input.len);
	else if (!b->streamed)
		emit_input(r, b, "{}", 2);
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
	if (b->kind == CALL || b->kind == JSON_ANSWER)
		end_input(r, b);
	else if (b->kind == TEXT)
		close_citations(r);
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
	sy_buf_reset(&b->input);
	input = b->input;
	*b = (struct open_block){ .used = true, .index = index, .input = input };
	return b;
}

static void begin_text(struct teller *r, struct open_block *b, struct sy_span block)
{
	struct sy_span citations = sy_walk_get(block, "citations"), citation;
	size_t at = 0;

	b->kind = TEXT;
	b->begins_at = r->c->characters;
	while (sy_walk_element(citations, &at, &citation))
		take_citation(r, b, citation);
	if (decode(r->c, sy_walk_get(block, "text")) > 0)
		take_text(r, r->c->scratch.data, r->c->scratch.len);
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
		if (sy_span_is_object(sy_walk_get(block, "input")))
			add_compact(&b->input, sy_walk_get(block, "input"));
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
			take_text(r, r->c->scratch.data, r->c->scratch.len);
	} else if (sy_span_is(type, "input_json_delta")) {
		if (b->kind == CALL || b->kind == JSON_ANSWER)
			take_input(r, b, sy_walk_get(delta, "partial_json"));
	} else if (sy_span_is(type, "thinking_delta")) {
		emit_thought(r, sy_walk_get(delta, "thinking"));
	} else if (sy_span_is(type, "signature_delta")) {
		emit_signature(r, sy_walk_get(delta, "signature"));
	} else if (sy_span_is(type, "citations_delta") && b->kind == TEXT) {
		take_citation(r, b, sy_walk_get(delta, "citation"));
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
	struct sy_event ev = { .kind = SY_EV_EXTRA,
		.place = SY_EXTRA_MESSAGE,
		.key = "annotations" };

	for (int i = 0; i < OPEN_BLOCKS; i++)
		if (c->open[i].used)
			end_block(r, &c->open[i]);
	sy_stopwatch_flush(&c->watch, pass_text, r);
	if (!c->json_called)
		emit_text(r, SY_EV_TEXT, c->held.data, c->held.len);
	if (c->citations.len == 0)
		return;
	sy_buf_putc(&c->citations, ']');
	ev.json = c->citations.data;
	ev.json_len = c->citations.len;
	sy_emit(sink, &ev);
}

bool sy_content_stopped(const struct sy_content *c)
{
	return c->watch.stopped;
}

int sy_content_calls(const struct sy_content *c)
{
	return c->calls;
}
