/*
 * cohere_read.c - answers of Cohere's chat, whole or streamed, to events.
 *
 * Works on spans of the text, without a tree.  A whole answer is read by the steps of a
 * stream.  The plan that the model makes before it calls tools is told as reasoning; where a
 * citation holds is counted from the start of its block, and told from the start of the text.
 */
#include "dialect/cohere.h"

#include "base/arena.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/undo.h"
#include "model/config.h"

#include <string.h>

#define SCRATCH_BYTES (64 << 20)
#define BLOCKS        32 /* whose start is known; a citation of a later one has no place */

/* Beside the values of enum sy_finish: the word says that the answer failed. */
#define FAILED 100

struct stream {
	bool started, ended;
	bool thought; /* something of the thoughts has come, */
	bool planned; /* of the plan */
	struct sy_undo undo;
	int64_t begins_at[BLOCKS]; /* characters before each block */
	int64_t text_at;           /* before the newest block of text */
	bool calling;
	struct sy_undo_call open; /* the call under way */
	struct sy_buf scratch;
};

struct reader {
	const struct sy_call *call;
	struct stream *s;
	const struct sy_sink *sink;
};

static void release(void *arg)
{
	struct stream *s = arg;

	sy_undo_release(&s->undo);
	sy_buf_release(&s->open.input);
	sy_buf_release(&s->scratch);
}

static struct stream *new_stream(const struct sy_call *call)
{
	struct stream *s = sy_alloc(call->arena, sizeof(*s));

	sy_undo_init(&s->undo, call->ask->chat, (struct sy_json_plan){ .way = SY_JSON_NONE });
	sy_buf_init(&s->open.input, SY_UNDO_BYTES);
	sy_buf_init(&s->scratch, SCRATCH_BYTES);
	memset(s->begins_at, -1, sizeof(s->begins_at));
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

/* A string's text: without a copy where nothing is escaped, else valid until the next one. */
static struct sy_span text_of(struct reader *r, struct sy_span string)
{
	struct sy_buf *scratch = &r->s->scratch;

	if (!sy_span_is_string(string))
		return (struct sy_span){ "", 0 };
	if (memchr(string.at, '\\', string.len) == NULL)
		return (struct sy_span){ string.at + 1, string.len - 2 };
	sy_buf_reset(scratch);
	if (!sy_buf_reserve(scratch, string.len))
		return (struct sy_span){ "", 0 };
	return (struct sy_span){ scratch->data, sy_unquote_to(scratch->data, string) };
}

static const char *keep(struct reader *r, struct sy_span string)
{
	return sy_span_is_string(string) ? sy_unquote(r->call->arena, string, NULL)
	                                 : NULL;
}

/* Once, and before all else, even where the stream's own start is missing. */
static void start(struct reader *r, struct sy_span id)
{
	struct sy_event ev = { .kind = SY_EV_START };

	if (r->s->started)
		return;
	r->s->started = true;
	ev.id = keep(r, id);
	sy_emit(r->sink, &ev);
}

/* --- Text and thoughts. ------------------------------------------------------------------ */

static void tell_thought(struct reader *r, struct sy_span string)
{
	struct sy_span text = text_of(r, string);
	struct sy_event ev = { .kind = SY_EV_REASONING,
		.text = text.at,
		.text_len = text.len };

	if (text.len > 0)
		sy_emit(r->sink, &ev);
}

static void take_thinking(struct reader *r, struct sy_span string)
{
	r->s->thought |= !sy_span_is_empty(string);
	tell_thought(r, string);
}

static void take_plan(struct reader *r, struct sy_span string)
{
	if (sy_span_is_empty(string))
		return;
	if (r->s->thought && !r->s->planned)
		tell_thought(r, (struct sy_span){ "\"\\n\\n\"", 6 });
	r->s->planned = true;
	tell_thought(r, string);
}

static void take_text(struct reader *r, struct sy_span string)
{
	struct sy_span text = text_of(r, string);

	sy_undo_text(&r->s->undo, r->sink, text.at, text.len);
}

/* A block of content, or a piece of one. */
static void take_content(struct reader *r, struct sy_span content)
{
	take_thinking(r, sy_walk_get(content, "thinking"));
	take_text(r, sy_walk_get(content, "text"));
}

static void begin_block(struct reader *r, int64_t index, struct sy_span content)
{
	if (index >= 0 && index < BLOCKS)
		r->s->begins_at[index] = r->s->undo.characters;
	if (!sy_span_is(sy_walk_get(content, "type"), "thinking"))
		r->s->text_at = r->s->undo.characters;
	take_content(r, content);
}

/* --- Calls. ------------------------------------------------------------------------------ */

static void end_call(struct reader *r)
{
	if (r->s->calling)
		sy_undo_end(r->call, &r->s->open, r->sink);
	r->s->calling = false;
}

/* Some calls of nothing have the arguments "null". */
static void take_arguments(struct reader *r, struct sy_span call)
{
	struct sy_span text =
	    text_of(r, sy_walk_get(sy_walk_get(call, "function"), "arguments"));

	if (!r->s->calling)
		return;
	if (!r->s->open.streamed && text.len == 4 && memcmp(text.at, "null", 4) == 0)
		return;
	sy_undo_piece(&r->s->open, r->sink, text.at, text.len);
}

static void begin_call(struct reader *r, struct sy_span call)
{
	const char *name = keep(r, sy_walk_get(sy_walk_get(call, "function"), "name"));

	end_call(r);
	sy_undo_begin(&r->s->undo, r->call, r->sink, &r->s->open,
	    keep(r, sy_walk_get(call, "id")), name != NULL ? name : "");
	r->s->calling = true;
	take_arguments(r, call);
}

/* --- Citations. -------------------------------------------------------------------------- */

static const char *address(const char *text)
{
	bool is =
	    text != NULL && (sy_starts(text, "https://") || sy_starts(text, "http://"));

	return is ? text : NULL;
}

/* What a source is made of: the client's own document, or what one of its tools returned. */
static void tell_source(struct reader *r, struct sy_event *ev, struct sy_span source)
{
	struct sy_span of = sy_walk_get(source, "document");

	if (of.at == NULL)
		of = sy_walk_get(source, "tool_output");
	ev->data = keep(r, sy_walk_get(source, "id"));
	ev->title = keep(r, sy_walk_get(of, "title"));
	ev->url = address(keep(r, sy_walk_get(of, "url")));
	if (ev->url == NULL)
		ev->url = address(ev->data);
	ev->json = source.at;
	ev->json_len = source.len;
	ev->format = "cohere";
	sy_emit(r->sink, ev);
}

static void place(struct reader *r, struct sy_event *ev, struct sy_span citation)
{
	int64_t index = -1, base = r->s->text_at;

	ev->from = ev->to = -1;
	if (sy_span_int(sy_walk_get(citation, "content_index"), &index))
		base = index >= 0 && index < BLOCKS ? r->s->begins_at[index] : -1;
	if (base < 0 || !sy_span_int(sy_walk_get(citation, "start"), &ev->from) ||
	    !sy_span_int(sy_walk_get(citation, "end"), &ev->to) || ev->from < 0 ||
	    ev->to < ev->from) {
		ev->from = ev->to = -1;
		return;
	}
	ev->from += base;
	ev->to += base;
}

/* One event a source.  A plan is cited as well, and is no part of the text. */
static void take_citation(struct reader *r, struct sy_span citation)
{
	struct sy_span type = sy_walk_get(citation, "type"), source;
	struct sy_event ev = { .kind = SY_EV_CITATION };
	size_t at = 0;

	if (sy_span_is(type, "PLAN") || sy_span_is(type, "THINKING_CONTENT"))
		return;
	place(r, &ev, citation);
	while (sy_walk_element(sy_walk_get(citation, "sources"), &at, &source))
		tell_source(r, &ev, source);
}

/* --- The end. ---------------------------------------------------------------------------- */

/* 0 where nothing is said, -1 where it cannot be true. */
static int64_t count_of(struct sy_span object, const char *name)
{
	struct sy_span value = sy_walk_get(object, name);
	int64_t n;

	if (value.at == NULL)
		return 0;
	return sy_span_int(value, &n) && n >= 0 && n <= SY_TOKENS_MAX ? n : -1;
}

static int64_t within(int64_t part, int64_t whole)
{
	return part < 0 ? 0 : part < whole ? part : whole;
}

/* What is charged for leaves out the provider's own words around the prompt. */
static void read_billed(struct sy_span billed, struct sy_usage *u)
{
	u->billed_in = count_of(billed, "input_tokens");
	u->billed_out = count_of(billed, "output_tokens");
	u->billed = sy_span_is_object(billed) && u->billed_in >= 0 && u->billed_out >= 0;
	if (!u->billed)
		u->billed_in = u->billed_out = 0;
}

/* Pictures are counted beside the input, cached tokens and reasoning inside of input and
 * output. */
static void tell_usage(struct reader *r, struct sy_span usage)
{
	struct sy_span tokens = sy_walk_get(usage, "tokens");
	struct sy_span billed = sy_walk_get(usage, "billed_units");
	struct sy_span counted = sy_span_is_object(tokens) ? tokens : billed;
	int64_t in = count_of(counted, "input_tokens");
	int64_t out = count_of(counted, "output_tokens");
	int64_t pictures = count_of(tokens, "image_tokens");
	struct sy_event ev = { .kind = SY_EV_USAGE };
	struct sy_usage *u = &ev.usage;

	if (!sy_span_is_object(counted) || in < 0 || out < 0 || pictures < 0)
		return;
	in += pictures;
	u->source = SY_USAGE_PROVIDER;
	u->tokens[SY_IN_CACHE_READ] = within(count_of(usage, "cached_tokens"), in);
	u->tokens[SY_IN] = in - u->tokens[SY_IN_CACHE_READ];
	u->tokens[SY_OUT_REASONING] = within(count_of(tokens, "reasoning_tokens"), out);
	u->tokens[SY_OUT] = out - u->tokens[SY_OUT_REASONING];
	read_billed(billed, u);
	sy_emit(r->sink, &ev);
}

static const struct sy_word finishes[] = {
	{ "COMPLETE", SY_FINISH_STOP },
	{ "STOP_SEQUENCE", SY_FINISH_STOP },
	{ "MAX_TOKENS", SY_FINISH_LENGTH },
	{ "TOOL_CALL", SY_FINISH_TOOL_CALLS },
	{ "ERROR_TOXIC", SY_FINISH_CONTENT_FILTER },
	{ "ERROR", FAILED },
	{ "ERROR_LIMIT", FAILED },
	{ "TIMEOUT", FAILED },
	{ NULL, 0 },
};

/* The word has to fit what came. */
static enum sy_finish fitting(const struct stream *s, int finish)
{
	if (s->undo.watch.stopped)
		return SY_FINISH_STOP;
	if (finish < 0)
		finish = SY_FINISH_STOP;
	if (s->undo.calls > 0 && finish == SY_FINISH_STOP)
		return SY_FINISH_TOOL_CALLS;
	if (s->undo.calls == 0 && finish == SY_FINISH_TOOL_CALLS)
		return SY_FINISH_STOP;
	return (enum sy_finish)finish;
}

/* Nothing that comes after an error is part of an answer. */
static void tell_error(struct reader *r, const char *words, size_t len)
{
	struct sy_error err;
	struct sy_event ev = { .kind = SY_EV_ERROR, .error = &err };

	sy_cohere_blame(r->call, 0, words, len, &err);
	r->s->ended = true;
	sy_emit(r->sink, &ev);
}

/* An answer may fail under status 200, with or without a sentence about it. */
static bool has_failed(struct reader *r, struct sy_span end, int finish)
{
	struct sy_span error = sy_walk_get(end, "error");

	if (finish != FAILED && sy_span_is_empty(error))
		return false;
	tell_error(r, end.at, end.len);
	return true;
}

/* A call whose arguments were cut off before the first of them stays without. */
static void end_message(struct reader *r, struct sy_span end)
{
	struct stream *s = r->s;
	struct sy_span reason = sy_walk_get(end, "finish_reason");
	char native[32] = "";
	struct sy_event ev = { .kind = SY_EV_FINISH, .native = native };
	int finish;

	if (sy_span_is_string(reason))
		sy_unquote_copy(native, sizeof(native), reason);
	finish = sy_word_value(finishes, native);
	start(r, (struct sy_span){ NULL, 0 });
	if (has_failed(r, end, finish))
		return;
	if (finish != SY_FINISH_LENGTH || s->open.streamed)
		end_call(r);
	sy_undo_flush(&s->undo, r->sink);
	tell_usage(r, sy_walk_get(end, "usage"));
	s->ended = true;
	ev.finish = fitting(s, finish);
	sy_emit(r->sink, &ev);
	ev = (struct sy_event){ .kind = SY_EV_END };
	sy_emit(r->sink, &ev);
}

/* --- Streams. ---------------------------------------------------------------------------- */

static int64_t index_of(struct sy_span event)
{
	int64_t index = -1;

	sy_span_int(sy_walk_get(event, "index"), &index);
	return index;
}

static void on_content_start(struct reader *r, struct sy_span event,
    struct sy_span message)
{
	begin_block(r, index_of(event), sy_walk_get(message, "content"));
}

static void on_content_delta(struct reader *r, struct sy_span event,
    struct sy_span message)
{
	(void)event;
	take_content(r, sy_walk_get(message, "content"));
}

static void on_plan(struct reader *r, struct sy_span event, struct sy_span message)
{
	(void)event;
	take_plan(r, sy_walk_get(message, "tool_plan"));
}

/* One object, where the whole answer has an array; the array is taken as well. */
static struct sy_span only(struct sy_span value)
{
	struct sy_span element = value;
	size_t at = 0;

	if (sy_span_is_array(value) && !sy_walk_element(value, &at, &element))
		element = (struct sy_span){ NULL, 0 };
	return element;
}

static void on_call_start(struct reader *r, struct sy_span event, struct sy_span message)
{
	(void)event;
	begin_call(r, only(sy_walk_get(message, "tool_calls")));
}

static void on_call_delta(struct reader *r, struct sy_span event, struct sy_span message)
{
	(void)event;
	take_arguments(r, only(sy_walk_get(message, "tool_calls")));
}

static void on_call_end(struct reader *r, struct sy_span event, struct sy_span message)
{
	(void)event;
	(void)message;
	end_call(r);
}

static void on_citation(struct reader *r, struct sy_span event, struct sy_span message)
{
	(void)event;
	take_citation(r, only(sy_walk_get(message, "citations")));
}

static void on_message_end(struct reader *r, struct sy_span event, struct sy_span message)
{
	(void)message;
	end_message(r, sy_walk_get(event, "delta"));
}

/* Others are passed over: ends of blocks and citations, debug, what comes next season. */
static const struct {
	const char *type;
	void (*take)(struct reader *r, struct sy_span event, struct sy_span message);
} events[] = {
	{ "message-start", NULL },
	{ "content-start", on_content_start },
	{ "content-delta", on_content_delta },
	{ "tool-plan-delta", on_plan },
	{ "tool-call-start", on_call_start },
	{ "tool-call-delta", on_call_delta },
	{ "tool-call-end", on_call_end },
	{ "citation-start", on_citation },
	{ "message-end", on_message_end },
};

static void read_event(struct reader *r, struct sy_span event)
{
	struct sy_span type = sy_walk_get(event, "type");
	struct sy_span message = sy_walk_get(sy_walk_get(event, "delta"), "message");

	/* An error has neither type nor delta. */
	if (!sy_span_is_string(type) &&
	    sy_span_is_string(sy_walk_get(event, "message"))) {
		tell_error(r, event.at, event.len);
		return;
	}
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (!sy_span_is(type, events[i].type))
			continue;
		start(r, sy_walk_get(event, "id")); /* only the first has one */
		if (events[i].take != NULL)
			events[i].take(r, event, message);
		return;
	}
}

int sy_cohere_feed(const struct sy_call *call, void *state, const struct sy_record *rec,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = { .call = call, .s = stream_of(call, state), .sink = sink };
	struct sy_span event = sy_span_trim(rec->data, rec->len);
	struct sy_error why;

	if (r.s->ended || event.len == 0 || sy_starts(rec->data, "[DONE]"))
		return 0;
	if (sy_scan_check(event.at, event.len, NULL, &why) < 0)
		return sy_fail(err, SY_UNUSABLE, "", "an event is %s", why.message);
	read_event(&r, event);
	return 0;
}

/* A stream is whole with its message-end, and with nothing else. */
void sy_cohere_finish(const struct sy_call *call, void *state, const struct sy_sink *sink)
{
	(void)call;
	(void)state;
	(void)sink;
}

/* --- Whole answers. ---------------------------------------------------------------------- */

static void read_content(struct reader *r, struct sy_span content)
{
	struct sy_span block;
	int64_t index = 0;
	size_t at = 0;

	if (sy_span_is_string(content))
		take_text(r, content);
	while (sy_walk_element(content, &at, &block))
		begin_block(r, index++, block);
}

static void read_message(struct reader *r, struct sy_span message)
{
	struct sy_span calls = sy_walk_get(message, "tool_calls"), call;
	struct sy_span citations = sy_walk_get(message, "citations"), citation;
	size_t at = 0;

	read_content(r, sy_walk_get(message, "content"));
	take_plan(r, sy_walk_get(message, "tool_plan"));
	while (sy_walk_element(calls, &at, &call))
		begin_call(r, call);
	at = 0;
	while (sy_walk_element(citations, &at, &citation))
		take_citation(r, citation);
}

int sy_cohere_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err)
{
	struct reader r = { .call = call, .s = new_stream(call), .sink = sink };
	struct sy_span root = sy_span_trim(body, len);
	struct sy_span message;

	if (sy_scan_check(root.at, root.len, NULL, err) < 0)
		return sy_fail(err, SY_UNUSABLE, "", "the provider's answer is not JSON");
	message = sy_walk_get(root, "message");
	if (sy_span_is_string(message)) {
		sy_cohere_blame(call, 0, root.at, root.len, err);
		return -1;
	}
	if (!sy_span_is_object(message))
		return sy_fail(err, SY_UNUSABLE, "",
		    "the provider's answer is no message");
	start(&r, sy_walk_get(root, "id"));
	read_message(&r, message);
	end_message(&r, root);
	return 0;
}
