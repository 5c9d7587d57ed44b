/*
 * openai_chat_stream.c - streams as clients of the chat completions API read them.
 *
 * The shapes are the narrow ones that the official clients' stream helpers need: the role in
 * a choice's first chunk only, a call's id, type and name once, one finish a choice, usage in
 * one chunk of its own at the very end.
 */
#include "dialect/openai_chat.h"

#include "base/buf.h"
#include "base/walk.h"
#include "dialect/openai.h"
#include "dialect/openai_chat_members.h"

static void open_chunk(struct sy_buf *out, const struct sy_face *face)
{
	sy_buf_lit(out, "data: ");
	sy_openai_put_head(out, face, "chat.completion.chunk");
	sy_buf_lit(out, ",\"choices\":[");
}

static void open_delta(struct sy_buf *out, const struct sy_face *face, int choice)
{
	open_chunk(out, face);
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "index", choice);
	sy_buf_lit(out, ",\"delta\":{");
}

static void close_choice(struct sy_buf *out, const struct sy_ask *ask, const char *finish)
{
	sy_buf_lit(out, ",\"finish_reason\":");
	sy_buf_json_str(out, finish);
	sy_buf_lit(out, "}]");
	if (ask->include_usage)
		sy_buf_lit(out, ",\"usage\":null");
}

static void close_delta(struct sy_buf *out, const struct sy_ask *ask, const char *finish)
{
	sy_buf_putc(out, '}');
	close_choice(out, ask, finish);
	sy_buf_lit(out, "}\n\n");
}

/* A choice's first chunk; the content of a turn of calls alone is null. */
static void say_role(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	sy_buf_lit(out, "\"role\":\"assistant\",\"content\":");
	sy_buf_puts(out, ev->kind == SY_EV_TOOL_CALL ? "null" : "\"\"");
	close_delta(out, ask, NULL);
}

static void say_text(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, const struct sy_event *ev, const char *key)
{
	if (ev->text_len == 0)
		return;
	open_delta(out, face, ev->choice);
	sy_buf_key(out, key);
	sy_buf_json(out, ev->text, ev->text_len);
	close_delta(out, ask, NULL);
}

static void say_reasoning(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	if (ev->text_len > 0) {
		sy_buf_key(out, "reasoning_content");
		sy_buf_json(out, ev->text, ev->text_len);
	}
	if (ev->format != NULL || ev->signature != NULL || ev->data != NULL) {
		sy_buf_key(out, "reasoning_details");
		sy_buf_lit(out, "[{");
		sy_openai_put_thought(out, ev, told->thoughts);
		sy_buf_lit(out, "}]");
		told->thoughts += ev->signature != NULL || ev->data != NULL;
	}
	close_delta(out, ask, NULL);
}

static void say_call(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	if (sy_openai_old_functions(ask)) {
		sy_buf_lit(out, "\"function_call\":{");
		sy_buf_member(out, "name", ev->name);
		sy_buf_lit(out, ",\"arguments\":\"\"}");
	} else {
		sy_buf_lit(out, "\"tool_calls\":[{");
		sy_buf_member_int(out, "index", ev->call_index);
		sy_buf_member(out, "id", ev->id);
		sy_buf_puts(out, ev->custom ? ",\"type\":\"custom\",\"custom\":{"
		                            : ",\"type\":\"function\",\"function\":{");
		sy_buf_member(out, "name", ev->name);
		sy_buf_puts(out,
		    ev->custom ? ",\"input\":\"\"}" : ",\"arguments\":\"\"}");
		sy_openai_put_call_mark(out, ev->signature);
		sy_buf_lit(out, "}]");
		if (ev->signature != NULL) {
			sy_buf_lit(out, ",\"reasoning_details\":[{");
			sy_openai_put_call_thought(out, ev->signature, ev->id,
			    told->thoughts++);
			sy_buf_lit(out, "}]");
		}
	}
	close_delta(out, ask, NULL);
}

static void say_arguments(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	if (sy_openai_old_functions(ask)) {
		sy_buf_lit(out, "\"function_call\":{\"arguments\":");
		sy_buf_json(out, ev->text, ev->text_len);
		sy_buf_putc(out, '}');
	} else {
		sy_buf_lit(out, "\"tool_calls\":[{");
		sy_buf_member_int(out, "index", ev->call_index);
		sy_buf_puts(out, ev->custom ? ",\"custom\":{\"input\":"
		                            : ",\"function\":{\"arguments\":");
		sy_buf_json(out, ev->text, ev->text_len);
		sy_buf_lit(out, "}}]");
	}
	close_delta(out, ask, NULL);
}

static void say_media(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	if (!sy_openai_is_picture(ev->media_type))
		return;
	open_delta(out, face, ev->choice);
	sy_buf_lit(out, "\"images\":[{");
	sy_buf_member_int(out, "index", told->elements++);
	sy_openai_put_picture(out, ev->media_type, ev->data);
	sy_buf_lit(out, "}]");
	close_delta(out, ask, NULL);
}

/* An element of an array inside a delta: stream helpers join them by an index, which each must
 * have. */
static void put_element(struct sy_buf *out, struct sy_openai_told *told,
    struct sy_span element)
{
	if (!sy_span_is_object(element) || sy_walk_get(element, "index").at != NULL) {
		sy_openai_put_line(out, element);
		return;
	}
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "index", told->elements++);
	sy_buf_puts(out, element.len > 2 ? "," : "");
	sy_openai_put_line(out, (struct sy_span){ element.at + 1, element.len - 1 });
}

static void put_elements(struct sy_buf *out, struct sy_openai_told *told,
    const struct sy_event *ev)
{
	struct sy_span list = { ev->json, ev->json_len }, element;
	const char *comma = "";
	size_t pos = 0;

	if (!sy_span_is_array(list)) {
		sy_openai_put_extra(out, ev->key, ev->json, ev->json_len);
		return;
	}
	sy_buf_key(out, ev->key);
	sy_buf_putc(out, '[');
	while (sy_walk_element(list, &pos, &element)) {
		sy_buf_puts(out, comma);
		comma = ",";
		put_element(out, told, element);
	}
	sy_buf_putc(out, ']');
}

static void say_citation(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	if (ev->url == NULL && !sy_openai_own_citation(ev))
		return;
	open_delta(out, face, ev->choice);
	sy_buf_lit(out, "\"annotations\":[");
	if (sy_openai_own_citation(ev)) {
		put_element(out, told, (struct sy_span){ ev->json, ev->json_len });
	} else {
		sy_buf_putc(out, '{');
		sy_buf_member_int(out, "index", told->elements++);
		sy_openai_put_citation(out, ev);
		sy_buf_putc(out, '}');
	}
	sy_buf_putc(out, ']');
	close_delta(out, ask, NULL);
}

static void say_extra(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, struct sy_openai_told *told, const struct sy_event *ev)
{
	open_delta(out, face, ev->choice);
	if (ev->place == SY_EXTRA_MESSAGE)
		put_elements(out, told, ev);
	sy_buf_putc(out, '}');
	if (ev->place == SY_EXTRA_CHOICE)
		sy_openai_put_extra(out, ev->key, ev->json, ev->json_len);
	close_choice(out, ask, NULL);
	if (ev->place == SY_EXTRA_ANSWER)
		sy_openai_put_extra(out, ev->key, ev->json, ev->json_len);
	sy_buf_lit(out, "}\n\n");
}

static void say_end(struct sy_buf *out, const struct sy_ask *ask,
    const struct sy_face *face, const struct sy_openai_chat_stream *s)
{
	if (ask->include_usage && s->usage.source != SY_USAGE_NONE) {
		open_chunk(out, face);
		sy_buf_lit(out, "],");
		sy_openai_put_usage(out, &s->usage);
		sy_buf_lit(out, "}\n\n");
	}
	sy_buf_lit(out, "data: [DONE]\n\n");
}

static void say_in_choice(const struct sy_ask *ask, const struct sy_face *face,
    struct sy_openai_told *told, const struct sy_event *ev, struct sy_buf *out)
{
	switch (ev->kind) {
	case SY_EV_TEXT:
		say_text(out, ask, face, ev, "content");
		break;
	case SY_EV_REFUSAL:
		say_text(out, ask, face, ev, "refusal");
		break;
	case SY_EV_REASONING:
		say_reasoning(out, ask, face, told, ev);
		break;
	case SY_EV_TOOL_CALL:
		say_call(out, ask, face, told, ev);
		break;
	case SY_EV_TOOL_ARGS:
		say_arguments(out, ask, face, ev);
		break;
	case SY_EV_CITATION:
		say_citation(out, ask, face, told, ev);
		break;
	case SY_EV_MEDIA:
		say_media(out, ask, face, told, ev);
		break;
	case SY_EV_EXTRA:
		say_extra(out, ask, face, told, ev);
		break;
	default:
		open_delta(out, face, ev->choice);
		close_delta(out, ask, sy_openai_finish_word(ask, ev->finish));
		told->finished = true;
	}
}

void sy_openai_chat_event(const struct sy_ask *ask, const struct sy_face *face,
    void *state, const struct sy_event *ev, struct sy_buf *out)
{
	struct sy_openai_chat_stream *s = state;
	struct sy_openai_told *told;

	switch (ev->kind) {
	case SY_EV_START: /* the role comes with the first thing to say */
		return;
	case SY_EV_USAGE:
		s->usage = ev->usage;
		return;
	case SY_EV_END:
		say_end(out, ask, face, s);
		return;
	case SY_EV_ERROR:
		sy_openai_chat_error(ev->error, NULL, true, out);
		return;
	default:
		break;
	}
	if (ev->choice < 0 || ev->choice >= SY_ANSWER_CHOICES)
		return;
	told = &s->choices[ev->choice];
	if (told->finished)
		return;
	if (!told->begun)
		say_role(out, ask, face, ev);
	told->begun = true;
	say_in_choice(ask, face, told, ev, out);
}
