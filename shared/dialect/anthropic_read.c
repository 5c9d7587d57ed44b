/*
 * anthropic_read.c - see anthropic_read.h.
 *
 * Works on spans of the text: a delta is checked once and read where it stands, without a
 * tree.  Unknown events, blocks and deltas are passed over, since new ones come every season.
 */
#include "dialect/anthropic_read.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/anthropic_blame.h"
#include "dialect/anthropic_names.h"
#include "dialect/anthropic_plan.h"
#include "dialect/anthropic_schema.h"
#include "dialect/anthropic_usage.h"
#include "dialect/stopwatch.h"

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

struct stream {
	bool started, ended;
	bool stopped; /* the reason has come */
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
	struct sy_anthropic_usage usage;
	enum sy_finish finish;
	char native[32];
	char stop_sequence[64];
	char refusal[400];
};

struct reader {
	const struct sy_call *call;
	struct stream *s;
	const struct sy_sink *sink;
};

static void release(void *arg)
{
	struct stream *s = arg;

	for (int i = 0; i < OPEN_BLOCKS; i++)
		sy_buf_release(&s->open[i].input);
	sy_buf_release(&s->scratch);
	sy_buf_release(&s->held);
	sy_buf_release(&s->pending);
	sy_buf_release(&s->citations);
	sy_stopwatch_release(&s->watch);
}

static const struct sy_chat *chat_of(const struct sy_call *call)
{
	return call->ask->chat;
}

static struct stream *new_stream(const struct sy_call *call)
{
	struct stream *s = sy_alloc(call->arena, sizeof(*s));

	for (int i = 0; i < OPEN_BLOCKS; i++)
		sy_buf_init(&s->open[i].input, BUFFER_BYTES);
	sy_buf_init(&s->scratch, BUFFER_BYTES);
	sy_buf_init(&s->held, BUFFER_BYTES);
	sy_buf_init(&s->pending, BUFFER_BYTES);
	sy_buf_init(&s->citations, BUFFER_BYTES);
	sy_stopwatch_init(&s->watch, chat_of(call));
	sy_anthropic_usage_init(&s->usage);
	s->json = sy_json_plan_make(chat_of(call), call->model, call->arena);
	sy_defer(call->arena, release, s);
	return s;
}

/* The state that the caller keeps is a pointer to what the arena owns. */
static struct stream *stream_of(const struct sy_call *call, void *state)
{
	struct stream **s = state;

	if (*s == NULL)
		*s = new_stream(call);
	return *s;
}

/* Decodes a string into the scratch buffer: valid until the next one. */
static size_t decode(struct stream *s, struct sy_span string)
{
	sy_buf_reset(&s->scratch);
	if (string.at == NULL || !sy_buf_reserve(&s->scratch, string.len))
		return 0;
	s->scratch.len = sy_unquote_to(s->scratch.data, string);
	s->scratch.data[s->scratch.len] = '\0';
	return s->scratch.len;
}

static char *keep(struct reader *r, struct sy_span string)
{
	return string.at != NULL ? sy_unquote(r->call->arena, string, NULL) : NULL;
}

static void emit_text(struct reader *r, enum sy_event_kind kind, const char *text,
    size_t len)
{
	struct sy_event ev = { .kind = kind, .text = text, .text_len = len };

	if (len > 0)
		sy_emit(r->sink, &ev);
}

static void emit_extra(struct reader *r, enum sy_extra_place place, const char *key,
    const struct sy_buf *json)
{
	struct sy_event ev = { .kind = SY_EV_EXTRA,
		.place = place,
		.key = key,
		.json = json->data,
		.json_len = json->len };

	sy_emit(r->sink, &ev);
}

static void emit_usage(struct reader *r)
{
	struct sy_event ev = { .kind = SY_EV_USAGE };

	if (sy_anthropic_usage_get(&r->s->usage, &ev.usage))
		sy_emit(r->sink, &ev);
}

/* Text. */

static size_t count_characters(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

static void pass_text(void *arg, const char *text, size_t len)
{
	struct reader *r = arg;

	r->s->characters += count_characters(text, len);
	emit_text(r, SY_EV_TEXT, text, len);
}

static void take_text(struct reader *r, const char *text, size_t len)
{
	if (r->s->json.way == SY_JSON_TOOL)
		sy_buf_add(&r->s->held, text, len);
	else
		sy_stopwatch_feed(&r->s->watch, text, len, pass_text, r);
}

/* Citations: what has an address becomes an annotation once its block's end is known. */

static void take_citation(struct reader *r, struct open_block *b, struct sy_span citation)
{
	struct sy_span url = sy_walk_get(citation, "url");
	struct sy_span title = sy_walk_get(citation, "title");
	struct sy_buf *out = &r->s->pending;

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

static void close_citations(struct reader *r)
{
	struct sy_buf *in = &r->s->pending, *out = &r->s->citations;

	for (size_t at = 0; at < in->len; at += strlen(in->data + at) + 1) {
		sy_buf_putc(out, out->len == 0 ? '[' : ',');
		sy_buf_puts(out, in->data + at);
		sy_buf_puts(out, ",\"end_index\":");
		sy_buf_int(out, (int64_t)r->s->characters);
		sy_buf_puts(out, "}}");
	}
	sy_buf_reset(in);
}

/* Thoughts. */

static void emit_thought(struct reader *r, struct sy_span thinking)
{
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.format = SY_ANTHROPIC_REASONING };

	if (decode(r->s, thinking) == 0)
		return;
	ev.text = r->s->scratch.data;
	ev.text_len = r->s->scratch.len;
	sy_emit(r->sink, &ev);
}

static void emit_signature(struct reader *r, struct sy_span signature)
{
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.text = "",
		.format = SY_ANTHROPIC_REASONING };

	if (decode(r->s, signature) == 0)
		return;
	ev.signature = r->s->scratch.data;
	sy_emit(r->sink, &ev);
}

static void emit_redacted(struct reader *r, struct sy_span data)
{
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.text = "",
		.format = SY_ANTHROPIC_REASONING };

	if (decode(r->s, data) == 0)
		return;
	ev.data = r->s->scratch.data;
	sy_emit(r->sink, &ev);
}

/* Tool calls. */

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

static void begin_call(struct reader *r, struct open_block *b, struct sy_span block)
{
	struct sy_event ev = { .kind = SY_EV_TOOL_CALL };
	char *sent = keep(r, sy_walk_get(block, "name"));
	const struct sy_tool *tool;

	if (sent == NULL)
		sent = sy_strdup(r->call->arena, "");
	if (r->s->json.way == SY_JSON_TOOL && strcmp(sent, r->s->json.tool) == 0) {
		b->kind = JSON_ANSWER;
		b->member = r->s->json.wrapped ? "value" : NULL;
		r->s->json_called = true;
		return;
	}
	tool = sy_anthropic_tool(chat_of(r->call), r->call->arena, sent);
	b->kind = CALL;
	b->call_index = r->s->calls++;
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

static void emit_input(struct reader *r, const struct open_block *b, const char *text,
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

static void take_input(struct reader *r, struct open_block *b, struct sy_span piece)
{
	size_t len = decode(r->s, piece);

	if (len == 0)
		return;
	if (!b->streamed)
		sy_buf_reset(&b->input); /* what came with the start is no piece of it */
	b->streamed = true;
	if (b->member != NULL)
		sy_buf_add(&b->input, r->s->scratch.data, len);
	else
		emit_input(r, b, r->s->scratch.data, len);
}

/* An input that was cut short is handed on as it is. */
static void end_gathered(struct reader *r, struct open_block *b)
{
	struct sy_span whole = { b->input.data, b->input.len }, value = { NULL, 0 };
	struct sy_error ignored;

	if (whole.len > 0 && sy_scan_check(whole.at, whole.len, NULL, &ignored) == 0)
		value = sy_walk_get(whole, b->member);
	if (b->as_text && sy_span_is_string(value)) {
		decode(r->s, value);
		emit_input(r, b, r->s->scratch.data, r->s->scratch.len);
	} else if (value.at != NULL) {
		emit_input(r, b, value.at, value.len);
	} else if (whole.len > 0) {
		emit_input(r, b, whole.at, whole.len);
	} else if (!b->as_text) {
		emit_input(r, b, "{}", 2);
	}
}

static void end_input(struct reader *r, struct open_block *b)
{
	if (b->member != NULL)
		end_gathered(r, b);
	else if (!b->streamed && b->input.len > 0)
		emit_input(r, b, b->input.data, b->input.len);
	else if (!b->streamed)
		emit_input(r, b, "{}", 2);
}

/* Blocks. */

static struct open_block *find_block(struct stream *s, int64_t index)
{
	for (int i = 0; i < OPEN_BLOCKS; i++)
		if (s->open[i].used && s->open[i].index == index)
			return &s->open[i];
	return NULL;
}

static void end_block(struct reader *r, struct open_block *b)
{
	if (b->kind == CALL || b->kind == JSON_ANSWER)
		end_input(r, b);
	else if (b->kind == TEXT)
		close_citations(r);
	b->used = false;
}

static struct open_block *open_block(struct reader *r, int64_t index)
{
	struct open_block *b = find_block(r->s, index);
	struct sy_buf input;

	if (b != NULL) /* begun twice */
		end_block(r, b);
	for (int i = 0; i < OPEN_BLOCKS && b == NULL; i++)
		if (!r->s->open[i].used)
			b = &r->s->open[i];
	if (b == NULL) /* never closed: the oldest has to go */
		end_block(r, b = &r->s->open[0]);
	sy_buf_reset(&b->input);
	input = b->input;
	*b = (struct open_block){ .used = true, .index = index, .input = input };
	return b;
}

static void begin_text(struct reader *r, struct open_block *b, struct sy_span block)
{
	struct sy_span citations = sy_walk_get(block, "citations"), citation;
	size_t at = 0;

	b->kind = TEXT;
	b->begins_at = r->s->characters;
	while (sy_walk_element(citations, &at, &citation))
		take_citation(r, b, citation);
	if (decode(r->s, sy_walk_get(block, "text")) > 0)
		take_text(r, r->s->scratch.data, r->s->scratch.len);
}

/* Once, and before all else, even where a host leaves its own start out. */
static void start(struct reader *r, struct sy_span message)
{
	struct sy_event ev = { .kind = SY_EV_START };

	if (r->s->started)
		return;
	r->s->started = true;
	ev.id = keep(r, sy_walk_get(message, "id"));
	ev.model = keep(r, sy_walk_get(message, "model"));
	sy_emit(r->sink, &ev);
}

static void begin_block(struct reader *r, int64_t index, struct sy_span block)
{
	struct open_block *b = open_block(r, index);
	struct sy_span type = sy_walk_get(block, "type");

	start(r, (struct sy_span){ NULL, 0 });
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

static void take_delta(struct reader *r, struct open_block *b, struct sy_span delta)
{
	struct sy_span type = sy_walk_get(delta, "type");

	if (sy_span_is(type, "text_delta") && b->kind == TEXT) {
		if (decode(r->s, sy_walk_get(delta, "text")) > 0)
			take_text(r, r->s->scratch.data, r->s->scratch.len);
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

/* The end. */

static void take_stop(struct reader *r, struct sy_span from)
{
	struct stream *s = r->s;
	struct sy_span reason = sy_walk_get(from, "stop_reason");
	struct sy_span details = sy_walk_get(from, "stop_details");
	int finish;

	if (!sy_span_is_string(reason))
		return;
	s->stopped = true;
	sy_unquote_copy(s->native, sizeof(s->native), reason);
	finish = sy_word_value(sy_anthropic_stops, s->native);
	s->finish = finish < 0 ? SY_FINISH_STOP : (enum sy_finish)finish;
	if (sy_span_is_string(sy_walk_get(from, "stop_sequence")))
		sy_unquote_copy(s->stop_sequence, sizeof(s->stop_sequence),
		    sy_walk_get(from, "stop_sequence"));
	if (sy_span_is_string(sy_walk_get(details, "explanation")))
		sy_unquote_copy(s->refusal, sizeof(s->refusal),
		    sy_walk_get(details, "explanation"));
}

/* Hosts disagree on the word, so the calls decide; one that was cut short stays cut. */
static enum sy_finish finish_of(const struct stream *s)
{
	if (s->watch.stopped)
		return SY_FINISH_STOP;
	if (s->calls > 0 && (s->finish == SY_FINISH_STOP || s->finish == SY_FINISH_NONE))
		return SY_FINISH_TOOL_CALLS;
	if (s->calls == 0 &&
	    (s->finish == SY_FINISH_TOOL_CALLS || s->finish == SY_FINISH_NONE))
		return SY_FINISH_STOP;
	return s->finish;
}

static void flush_text(struct reader *r)
{
	struct stream *s = r->s;

	sy_stopwatch_flush(&s->watch, pass_text, r);
	if (!s->json_called)
		emit_text(r, SY_EV_TEXT, s->held.data, s->held.len);
}

static void emit_leftovers(struct reader *r)
{
	struct stream *s = r->s;
	const char *why =
	    s->refusal[0] != '\0' ? s->refusal : "The model declined to answer.";

	if (s->finish == SY_FINISH_CONTENT_FILTER)
		emit_text(r, SY_EV_REFUSAL, why, strlen(why));
	if (s->citations.len > 0) {
		sy_buf_putc(&s->citations, ']');
		emit_extra(r, SY_EXTRA_MESSAGE, "annotations", &s->citations);
	}
	if (s->stop_sequence[0] != '\0') {
		sy_buf_reset(&s->scratch);
		sy_buf_json_str(&s->scratch, s->stop_sequence);
		emit_extra(r, SY_EXTRA_CHOICE, "stop_reason", &s->scratch);
	}
}

static void end_message(struct reader *r)
{
	struct stream *s = r->s;
	struct sy_event ev = { .kind = SY_EV_FINISH };

	if (s->ended)
		return;
	s->ended = true;
	start(r, (struct sy_span){ NULL, 0 });
	for (int i = 0; i < OPEN_BLOCKS; i++)
		if (s->open[i].used)
			end_block(r, &s->open[i]);
	flush_text(r);
	emit_leftovers(r);
	ev.finish = finish_of(s);
	ev.native = s->native[0] != '\0' ? s->native : NULL;
	sy_emit(r->sink, &ev);
	ev = (struct sy_event){ .kind = SY_EV_END };
	sy_emit(r->sink, &ev);
}

/* Events of a stream. */

static void read_message(struct reader *r, struct sy_span message)
{
	struct sy_span content = sy_walk_get(message, "content"), block;
	size_t at = 0;
	int64_t index = -1;

	start(r, message);
	while (sy_walk_element(content, &at, &block)) {
		begin_block(r, index, block);
		end_block(r, find_block(r->s, index--));
	}
	sy_anthropic_usage_merge(&r->s->usage, sy_walk_get(message, "usage"));
	emit_usage(r);
}

static void on_message_start(struct reader *r, struct sy_span event)
{
	if (!r->s->started) /* some proxies repeat it */
		read_message(r, sy_walk_get(event, "message"));
}

static void on_block_start(struct reader *r, struct sy_span event)
{
	int64_t index = 0;

	sy_span_int(sy_walk_get(event, "index"), &index);
	begin_block(r, index, sy_walk_get(event, "content_block"));
}

static void on_block_delta(struct reader *r, struct sy_span event)
{
	struct open_block *b;
	int64_t index = 0;

	sy_span_int(sy_walk_get(event, "index"), &index);
	b = find_block(r->s, index);
	if (b != NULL)
		take_delta(r, b, sy_walk_get(event, "delta"));
}

static void on_block_stop(struct reader *r, struct sy_span event)
{
	struct open_block *b;
	int64_t index = 0;

	sy_span_int(sy_walk_get(event, "index"), &index);
	b = find_block(r->s, index);
	if (b != NULL)
		end_block(r, b);
}

static void on_message_delta(struct reader *r, struct sy_span event)
{
	take_stop(r, sy_walk_get(event, "delta"));
	sy_anthropic_usage_merge(&r->s->usage, sy_walk_get(event, "usage"));
	emit_usage(r);
}

static void on_message_stop(struct reader *r, struct sy_span event)
{
	(void)event;
	end_message(r);
}

static void on_error(struct reader *r, struct sy_span event)
{
	struct sy_event ev = { .kind = SY_EV_ERROR };
	struct sy_error error;

	sy_anthropic_blame(r->call, 200, event.at, event.len, &error);
	ev.error = &error;
	sy_emit(r->sink, &ev);
}

static const struct {
	const char *type;
	void (*on)(struct reader *r, struct sy_span event);
} events[] = {
	{ "content_block_delta", on_block_delta },
	{ "content_block_start", on_block_start },
	{ "content_block_stop", on_block_stop },
	{ "message_start", on_message_start },
	{ "message_delta", on_message_delta },
	{ "message_stop", on_message_stop },
	{ "error", on_error },
};

int sy_anthropic_feed(const struct sy_call *call, void *state,
    const struct sy_record *rec, const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = { .call = call, .s = stream_of(call, state), .sink = sink };
	struct sy_span event = { rec->data, rec->len }, type;

	if (r.s->ended || strcmp(rec->data, "[DONE]") == 0) /* of hosts that speak both */
		return 0;
	if (sy_scan_check(rec->data, rec->len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "",
		    "an event of the stream is not JSON");
	type = sy_walk_get(event, "type");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (sy_span_is(type, events[i].type))
			events[i].on(&r, event);
	return 0;
}

void sy_anthropic_finish(const struct sy_call *call, void *state,
    const struct sy_sink *sink)
{
	struct reader r = { .call = call, .s = stream_of(call, state), .sink = sink };

	if (r.s->stopped)
		end_message(&r);
}

int sy_anthropic_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = { .call = call, .s = new_stream(call), .sink = sink };
	struct sy_span message = { body, len };

	if (sy_scan_check(body, len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "", "the provider's answer is not JSON");
	if (sy_span_is_object(sy_walk_get(message, "error"))) {
		on_error(&r, message);
		return 0;
	}
	if (!sy_span_is_array(sy_walk_get(message, "content")))
		return sy_fail(err, SY_UNUSABLE, "",
		    "the provider's answer is no message");
	read_message(&r, message);
	take_stop(&r, message);
	end_message(&r);
	return 0;
}
