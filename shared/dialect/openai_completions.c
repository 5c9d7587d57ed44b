/*
 * openai_completions.c - the older completions of OpenAI's API: a prompt, continued.
 *
 * Where a model takes raw prompts, request and answer pass through (openai_task.c).  Where it
 * only chats, the prompt becomes one message of a user, and what the chat says is told as the
 * text that follows; what chats cannot do (an echo, a suffix, log probabilities in the old
 * shape) is refused by name, so that another target may be tried.
 */
#include "dialect/openai_task.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "dialect/fields.h"
#include "dialect/openai.h"
#include "dialect/openai_chat.h"
#include "dialect/openai_chat_members.h"

#include <stdio.h>
#include <string.h>

#define PROMPTS_MAX       2048
#define OUTPUT_TOKENS_MAX 100000000

/* --- What the engine asks. --------------------------------------------------------------- */

static const struct sy_field_type types[] = {
	{ "suffix", SY_J_STRING, "a string" },
	{ "echo", SY_J_BOOL, "a boolean" },
	{ "temperature", SY_J_NUMBER, "a number" },
	{ "top_p", SY_J_NUMBER, "a number" },
	{ "frequency_penalty", SY_J_NUMBER, "a number" },
	{ "presence_penalty", SY_J_NUMBER, "a number" },
	{ "logit_bias", SY_J_OBJECT, "an object" },
	{ "stream_options", SY_J_OBJECT, "an object" },
	{ NULL, SY_J_NULL, NULL },
};

static const struct sy_field_range ranges[] = {
	{ "temperature", 0, 2 },
	{ "top_p", 0, 1 },
	{ "frequency_penalty", -2, 2 },
	{ "presence_penalty", -2, 2 },
	{ NULL, 0, 0 },
};

static bool is_true(struct sy_span v)
{
	return v.at != NULL && v.at[0] == 't';
}

static int wrong_prompt(const char *param, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, param, "invalid_type",
	    "'%s' must be a string or an array of token ids", param);
}

/* How many prompts there are: a list of token ids is one, any other list is many. */
static int count_prompts(struct sy_span prompt, int *count, struct sy_error *err)
{
	struct sy_span v;
	size_t pos = 0;
	int n = 0, ids = 0;
	char param[32];

	for (; sy_walk_element(prompt, &pos, &v); n++) {
		int64_t id;

		snprintf(param, sizeof(param), "prompt[%d]", n);
		ids += sy_span_int(v, &id);
		if (!sy_span_is_string(v) && !sy_span_is_array(v) && !sy_span_int(v, &id))
			return wrong_prompt(param, err);
	}
	if (ids != 0 && ids != n)
		return wrong_prompt("prompt", err);
	if (ids == 0 && n > PROMPTS_MAX)
		return sy_fail_code(err, SY_BAD_REQUEST, "prompt", "array_above_max_length",
		    "'prompt' may hold %d prompts", PROMPTS_MAX);
	if (sy_span_is_array(prompt) && n == 0)
		return sy_fail_code(err, SY_BAD_REQUEST, "prompt", "empty_array",
		    "'prompt' must hold at least one prompt");
	*count = ids > 0 || n == 0 ? 1 : n;
	return 0;
}

static int check_prompt(const struct sy_scan *s, int *count, struct sy_error *err)
{
	struct sy_span prompt = sy_field_span(s, "prompt");

	if (prompt.at == NULL)
		return sy_openai_missing("prompt", err);
	if (!sy_span_is_string(prompt) && !sy_span_is_array(prompt))
		return wrong_prompt("prompt", err);
	return count_prompts(prompt, count, err);
}

static int ask(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	const struct sy_scan *s = &out->scan;
	int64_t n = 1, unused;
	int prompts = 1;

	if (sy_openai_task_ask(SY_TASK_COMPLETE, body, len, a, out, err) < 0 ||
	    check_prompt(s, &prompts, err) < 0 || sy_fields_types(s, types, err) < 0 ||
	    sy_fields_ranges(s, ranges, err) < 0 ||
	    sy_scan_int(s, "n", 1, SY_OPENAI_N_MAX, &n, err) < 0 ||
	    sy_scan_int(s, "best_of", 0, 20, &unused, err) < 0 ||
	    sy_scan_int(s, "logprobs", 0, 5, &unused, err) < 0 ||
	    sy_scan_int(s, "seed", INT64_MIN, INT64_MAX, &unused, err) < 0 ||
	    sy_scan_int(s, "max_tokens", 0, OUTPUT_TOKENS_MAX, &out->max_output_tokens, err) <
	        0)
		return -1;
	out->n = (int)n * prompts;
	out->include_usage =
	    out->stream && is_true(sy_walk_get(sy_field_span(s, "stream_options"),
	                       "include_usage"));
	return 0;
}

/* --- As a chat. -------------------------------------------------------------------------- */

static int refuse(const char *field, const char *what, struct sy_error *err)
{
	return sy_fail_code(err, SY_REFUSED, field, "unsupported_parameter",
	    "a model that only chats takes %s", what);
}

static int check_chat(const struct sy_ask *asked, struct sy_error *err)
{
	const struct sy_scan *s = &asked->scan;
	int64_t n = 1, best_of = 0;

	sy_scan_int(s, "n", 1, SY_OPENAI_N_MAX, &n, err);
	sy_scan_int(s, "best_of", 0, 20, &best_of, err);
	if (!sy_span_is_empty(sy_field_span(s, "suffix")))
		return refuse("suffix", "no 'suffix'", err);
	if (is_true(sy_field_span(s, "echo")))
		return refuse("echo", "no 'echo'", err);
	if (sy_field(s, "logprobs") != NULL)
		return refuse("logprobs", "no 'logprobs' of completions", err);
	if (best_of > n)
		return refuse("best_of", "no 'best_of' above 'n'", err);
	if (asked->n != n)
		return refuse("prompt", "one prompt at a time", err);
	return 0;
}

/* The one text, or nothing where the prompt is in tokens. */
static struct sy_span only_prompt(const struct sy_ask *asked)
{
	struct sy_span prompt = sy_field_span(&asked->scan, "prompt"), first = prompt;
	size_t pos = 0;

	sy_walk_element(prompt, &pos, &first);
	return first;
}

/* The body of a chat that asks for the same. */
static void write_body(const struct sy_ask *asked, struct sy_span prompt, struct sy_buf *out)
{
	const struct sy_scan *s = &asked->scan;

	sy_buf_puts(out, "{\"messages\":[{\"role\":\"user\",\"content\":");
	sy_buf_add(out, prompt.at, prompt.len);
	sy_buf_puts(out, "}]");
	for (size_t i = 0; i < s->member_count; i++) {
		const struct sy_member *m = &s->members[i];

		if (sy_listed("messages prompt suffix echo logprobs best_of", m->key))
			continue;
		sy_buf_putc(out, ',');
		sy_buf_json_str(out, m->key);
		sy_buf_putc(out, ':');
		sy_buf_add(out, s->text + m->at, m->len);
	}
	sy_buf_putc(out, '}');
}

static int read(const struct sy_ask *asked, struct sy_arena *a, struct sy_chat *out,
    struct sy_error *err)
{
	struct sy_span prompt = only_prompt(asked);
	struct sy_ask chat = *asked;
	struct sy_buf body;

	if (check_chat(asked, err) < 0)
		return -1;
	if (!sy_span_is_string(prompt))
		return refuse("prompt", "texts, not tokens", err);
	sy_buf_init(&body, 2 * asked->scan.len + 100);
	write_body(asked, prompt, &body);
	chat.scan.text = sy_strndup(a, body.data, body.len);
	chat.scan.len = body.len;
	sy_buf_release(&body);
	return sy_openai_chat_read(&chat, a, out, err);
}

/* --- Its answers. ------------------------------------------------------------------------ */

/* Chats that end in other ways than texts do have said what they had to say. */
static const char *finish_word(enum sy_finish finish)
{
	if (finish == SY_FINISH_LENGTH || finish == SY_FINISH_CONTENT_FILTER)
		return sy_openai_finish_word(NULL, finish);
	return "stop";
}

static void open_choice(struct sy_buf *out, int index)
{
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "index", index);
	sy_buf_key(out, "text");
}

static void close_choice(struct sy_buf *out, const char *finish)
{
	sy_buf_lit(out, ",\"logprobs\":null");
	sy_buf_member(out, "finish_reason", finish);
	sy_buf_putc(out, '}');
}

static void put_choice(struct sy_buf *out, const struct sy_answer_choice *c, int index)
{
	const struct sy_answer_block *b = c->blocks;

	open_choice(out, index);
	sy_buf_putc(out, '"');
	for (; b != NULL; b = b->next)
		if (b->kind == SY_BLOCK_TEXT || b->kind == SY_BLOCK_REFUSAL)
			sy_buf_json_piece(out, b->text.data, b->text.len);
	sy_buf_putc(out, '"');
	close_choice(out, finish_word(c->finish));
}

static void write(const struct sy_ask *asked, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out)
{
	const char *comma = "";

	(void)asked;
	sy_openai_put_head(out, face, "text_completion");
	sy_buf_lit(out, ",\"choices\":[");
	for (int i = 0; i < answer->choice_count; i++) {
		if (answer->choices[i] == NULL)
			continue;
		sy_buf_puts(out, comma);
		put_choice(out, answer->choices[i], i);
		comma = ",";
	}
	sy_buf_lit(out, "],");
	sy_openai_put_usage(out, &answer->usage);
	sy_buf_putc(out, '}');
}

static void say(struct sy_buf *out, const struct sy_face *face, const struct sy_event *ev,
    const char *finish)
{
	sy_buf_lit(out, "data: ");
	sy_openai_put_head(out, face, "text_completion");
	sy_buf_lit(out, ",\"choices\":[");
	open_choice(out, ev->choice);
	sy_buf_json(out, ev->text != NULL ? ev->text : "", ev->text_len);
	close_choice(out, finish);
	sy_buf_lit(out, "]}\n\n");
}

static void say_end(const struct sy_ask *asked, const struct sy_face *face,
    const struct sy_usage *usage, struct sy_buf *out)
{
	if (asked->include_usage && usage->source != SY_USAGE_NONE) {
		sy_buf_lit(out, "data: ");
		sy_openai_put_head(out, face, "text_completion");
		sy_buf_lit(out, ",\"choices\":[],");
		sy_openai_put_usage(out, usage);
		sy_buf_lit(out, "}\n\n");
	}
	sy_buf_lit(out, "data: [DONE]\n\n");
}

static void event(const struct sy_ask *asked, const struct sy_face *face, void *state,
    const struct sy_event *ev, struct sy_buf *out)
{
	struct sy_usage *usage = state;

	switch (ev->kind) {
	case SY_EV_TEXT:
	case SY_EV_REFUSAL:
		say(out, face, ev, NULL);
		break;
	case SY_EV_FINISH:
		say(out, face, ev, finish_word(ev->finish));
		break;
	case SY_EV_USAGE:
		*usage = ev->usage;
		break;
	case SY_EV_END:
		say_end(asked, face, usage, out);
		break;
	case SY_EV_ERROR:
		sy_openai_chat_error(ev->error, NULL, true, out);
		break;
	default:
		break;
	}
}

/* No adapter has this dialect: what does not pass through goes by way of the chat. */
const struct sy_surface sy_surface_openai_completions = {
	.name = "openai-completions",
	.dialect = "openai-completions",
	.id_prefix = "cmpl-",
	.stream_state = sizeof(struct sy_usage),
	.ask = ask,
	.read = read,
	.write = write,
	.event = event,
	.error = sy_openai_chat_error,
};
