/*
 * ctl_replay_read.c - see ctl_replay.h: bytes to answers.
 *
 * What a surface writes is what a provider of that dialect would, so its adapter reads it.
 * The Responses API has no adapter; its last word has all of the answer, and is read here.
 */
#include "ctl_replay.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/sse.h"
#include "base/walk.h"
#include "dialect/translate.h"
#include "model/answer.h"
#include "model/chat.h"
#include "model/config.h"

#include <string.h>

#define RESPONSES "openai-responses"
#define REQUEST                                                                          \
	"{\"model\":\"m\",\"max_tokens\":4096,\"input\":\"hi\","                         \
	"\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"                         \
	"\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}],"              \
	"\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}},"          \
	"\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}"

const char *sy_replay_request(bool stream)
{
	return stream ? REQUEST
	           ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
	              : REQUEST "}";
}

/* --- By an adapter. ---------------------------------------------------------------------- */

struct decoding {
	const struct sy_adapter *adapter;
	struct sy_call call;
	struct sy_model model;
	struct sy_provider provider;
	struct sy_ask ask;
	void *state;
	struct sy_sink sink;
	struct sy_answer *answer;
	struct sy_error
	    failure; /* that the answer itself tells of; its kind, or SY_KINDS */
};

static void take_event(void *arg, const struct sy_event *ev)
{
	struct decoding *d = arg;

	if (ev->kind == SY_EV_ERROR)
		d->failure = *ev->error;
	else
		sy_answer_take(d->answer, ev);
}

static int take_record(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct decoding *d = arg;
	struct sy_error skipped;

	(void)err;
	/* One that is no JSON is passed over, as the relay does it. */
	d->adapter->feed(&d->call, d->state, rec, &d->sink, &skipped);
	return 0;
}

static int decode_stream(struct decoding *d, const char *body, size_t len,
    struct sy_error *err)
{
	struct sy_framer framer;
	int rc;

	sy_framer_init(&framer, d->adapter->framing);
	rc = sy_framer_feed(&framer, body, len, take_record, d, err);
	if (rc >= 0)
		rc = sy_framer_end(&framer, take_record, d, err);
	if (rc >= 0)
		d->adapter->finish(&d->call, d->state, &d->sink);
	sy_framer_release(&framer);
	return rc;
}

static int decode(const struct sy_adapter *adapter, const char *body, size_t len,
    bool stream, struct sy_arena *a, struct sy_answer *out, struct sy_error *err)
{
	struct decoding *d = sy_alloc(a, sizeof(*d));
	const char *request = sy_replay_request(stream);
	int rc;

	*d = (struct decoding){ .adapter = adapter,
		.answer = out,
		.state = sy_alloc(a, adapter->stream_state),
		.sink = { take_event, d },
		.failure.kind = SY_KINDS };
	d->provider = (struct sy_provider){ .name = adapter->name,
		.dialect = adapter->name,
		.base_url = "" };
	sy_quirks_default(&d->provider.quirks);
	d->model =
	    (struct sy_model){ .provider = &d->provider, .name = "m", .upstream = "m" };
	sy_answer_init(out, a);
	if (sy_surface_openai_chat.ask(request, strlen(request), a, &d->ask, err) < 0)
		return -1;
	d->ask.chat = sy_alloc(a, sizeof(*d->ask.chat));
	if (sy_surface_openai_chat.read(&d->ask, a, d->ask.chat, err) < 0)
		return -1;
	d->call = (struct sy_call){ .ask = &d->ask,
		.model = &d->model,
		.arena = a,
		.stream = stream };
	rc = stream ? decode_stream(d, body, len, err)
	            : adapter->parse(&d->call, body, len, &d->sink, err);
	if (rc >= 0 && d->failure.kind != SY_KINDS) {
		*err = d->failure;
		return -1;
	}
	if (rc >= 0 && !out->ended)
		return sy_fail(err, SY_TRUNCATED, "", "it has no end");
	return rc < 0 ? -1 : 0;
}

bool sy_replay_record(const char *adapter, const char *body, size_t len, bool stream,
    struct sy_arena *a, struct sy_answer *out, struct sy_error *what)
{
	struct sy_span text = sy_span_trim(body, len);

	/* What is asked as a stream may be answered with a document. */
	stream = stream && !(text.len > 0 && text.at[0] == '{');
	return decode(sy_adapter_find(adapter), body, len, stream, a, out, what) == 0;
}

/* --- The Responses API. ------------------------------------------------------------------ */

struct response {
	struct sy_arena *arena;
	struct sy_answer *answer;
	int calls;
	int64_t at; /* code points of text so far */
};

static void say(const struct response *r, struct sy_event ev)
{
	sy_answer_take(r->answer, &ev);
}

static const char *text_of(const struct response *r, struct sy_span object,
    const char *key, size_t *len)
{
	*len = 0;
	return sy_unquote(r->arena, sy_walk_get(object, key), len);
}

static void say_text(const struct response *r, enum sy_event_kind kind,
    struct sy_span part, const char *key)
{
	size_t len;
	const char *text = text_of(r, part, key, &len);

	if (len > 0)
		say(r, (struct sy_event){ .kind = kind, .text = text, .text_len = len });
}

static void read_content(const struct response *r, struct sy_span content)
{
	struct sy_span part, note;
	size_t pos = 0;

	while (sy_walk_element(content, &pos, &part)) {
		size_t at = 0;

		if (sy_span_is(sy_walk_get(part, "type"), "refusal"))
			say_text(r, SY_EV_REFUSAL, part, "refusal");
		else
			say_text(r, SY_EV_TEXT, part, "text");
		while (sy_walk_element(sy_walk_get(part, "annotations"), &at, &note))
			say(r, (struct sy_event){ .kind = SY_EV_CITATION,
			           .from = -1,
			           .to = -1 });
	}
}

static void read_thought(const struct response *r, struct sy_span item)
{
	static const char *const lists[] = { "summary", "content" };
	struct sy_span part;

	for (size_t i = 0; i < 2; i++) {
		size_t pos = 0;

		while (sy_walk_element(sy_walk_get(item, lists[i]), &pos, &part))
			say_text(r, SY_EV_REASONING, part, "text");
	}
}

static void read_call(struct response *r, struct sy_span item, bool custom)
{
	size_t len;
	struct sy_event ev = { .kind = SY_EV_TOOL_CALL,
		.call_index = r->calls++,
		.custom = custom,
		.id = text_of(r, item, "call_id", &len),
		.name = text_of(r, item, "name", &len) };

	say(r, ev);
	ev.kind = SY_EV_TOOL_ARGS;
	ev.text = text_of(r, item, custom ? "input" : "arguments", &ev.text_len);
	say(r, ev);
}

static void read_item(struct response *r, struct sy_span item)
{
	struct sy_span type = sy_walk_get(item, "type");

	if (sy_span_is(type, "message"))
		read_content(r, sy_walk_get(item, "content"));
	else if (sy_span_is(type, "reasoning"))
		read_thought(r, item);
	else if (sy_span_is(type, "function_call") ||
	         sy_span_is(type, "custom_tool_call"))
		read_call(r, item, sy_span_is(type, "custom_tool_call"));
	else if (sy_span_is(type, "image_generation_call"))
		say(r, (struct sy_event){ .kind = SY_EV_MEDIA,
		           .media_type = "image/png",
		           .data = "" });
}

static int64_t count_of(struct sy_span object, const char *key)
{
	int64_t n = 0;

	return sy_span_int(sy_walk_get(object, key), &n) ? n : 0;
}

/* Totals with their parts inside, as the API counts. */
static void read_usage(const struct response *r, struct sy_span usage)
{
	struct sy_span in = sy_walk_get(usage, "input_tokens_details");
	struct sy_event ev = { .kind = SY_EV_USAGE, .usage.source = SY_USAGE_PROVIDER };
	int64_t *tokens = ev.usage.tokens;

	if (usage.at == NULL)
		return;
	tokens[SY_IN_CACHE_READ] = count_of(in, "cached_tokens");
	tokens[SY_IN_CACHE_WRITE] = count_of(in, "cache_write_tokens");
	tokens[SY_IN] = count_of(usage, "input_tokens") - tokens[SY_IN_CACHE_READ] -
	                tokens[SY_IN_CACHE_WRITE];
	tokens[SY_OUT_REASONING] =
	    count_of(sy_walk_get(usage, "output_tokens_details"), "reasoning_tokens");
	tokens[SY_OUT] = count_of(usage, "output_tokens") - tokens[SY_OUT_REASONING];
	say(r, ev);
}

/* There are no reasons of ends: they follow from the status and from what there is. */
static enum sy_finish finish_of(const struct response *r, struct sy_span root)
{
	struct sy_span reason =
	    sy_walk_get(sy_walk_get(root, "incomplete_details"), "reason");

	if (sy_span_is(reason, "max_output_tokens"))
		return SY_FINISH_LENGTH;
	if (reason.at != NULL)
		return SY_FINISH_CONTENT_FILTER;
	return r->calls > 0 ? SY_FINISH_TOOL_CALLS : SY_FINISH_STOP;
}

static bool read_response(struct sy_span root, struct sy_arena *a, struct sy_answer *out)
{
	struct response r = { .arena = a, .answer = out };
	struct sy_span item;
	size_t pos = 0;

	if (!sy_span_is_array(sy_walk_get(root, "output")))
		return false;
	sy_answer_init(out, a);
	while (sy_walk_element(sy_walk_get(root, "output"), &pos, &item))
		read_item(&r, item);
	read_usage(&r, sy_walk_get(root, "usage"));
	say(&r, (struct sy_event){ .kind = SY_EV_FINISH, .finish = finish_of(&r, root) });
	say(&r, (struct sy_event){ .kind = SY_EV_END });
	return true;
}

/* The record that ends a stream has the whole response in it. */
struct last_word {
	struct sy_arena *arena;
	struct sy_span said;
};

static int take_last(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct last_word *last = arg;
	struct sy_span root = sy_span_trim(rec->data, rec->len);
	struct sy_span response = sy_walk_get(root, "response");

	(void)err;
	if (response.at != NULL)
		last->said =
		    (struct sy_span){ sy_strndup(last->arena, response.at, response.len),
			    response.len };
	return 0;
}

static bool read_responses(const char *body, size_t len, bool stream, struct sy_arena *a,
    struct sy_answer *out)
{
	struct last_word last = { .arena = a };
	struct sy_error err;
	struct sy_sse sse;
	bool good;

	if (!stream)
		return read_response(sy_span_trim(body, len), a, out);
	sy_sse_init(&sse);
	good = sy_sse_feed(&sse, body, len, take_last, &last, &err) >= 0;
	sy_sse_release(&sse);
	return good && read_response(last.said, a, out);
}

/* --- Either. ----------------------------------------------------------------------------- */

bool sy_replay_can_read(const char *dialect)
{
	return strcmp(dialect, RESPONSES) == 0 || sy_adapter_find(dialect) != NULL;
}

bool sy_replay_read(const char *dialect, const char *body, size_t len, bool stream,
    struct sy_arena *a, struct sy_answer *out)
{
	struct sy_error err;

	if (strcmp(dialect, RESPONSES) == 0)
		return read_responses(body, len, stream, a, out);
	return decode(sy_adapter_find(dialect), body, len, stream, a, out, &err) == 0;
}
