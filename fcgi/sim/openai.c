/*
 * openai.c - chat completions as OpenAI writes them.
 */
#include "sim/answer.h"
#include "sim/dialect.h"
#include "sim/reply.h"
#include "sim/step.h"

#include "base/buf.h"
#include "base/error.h"

#include <string.h>

void sy_sim_openai_done(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	if (t->step->no_done)
		return;
	sy_buf_puts(&r->body, "data: [DONE]\n\n");
	sy_sim_reply_mark(r);
}

/* The finish reason with its quotes; null where the script leaves it out. */
const char *sy_sim_openai_finish(const struct sy_sim_turn *t)
{
	static const char *const words[SY_SIM_FINISHES] = {
		[SY_SIM_STOPPED] = "\"stop\"",
		[SY_SIM_LENGTH] = "\"length\"",
		[SY_SIM_CALLED] = "\"tool_calls\"",
		[SY_SIM_REFUSED] = "\"content_filter\"",
	};

	return t->step->no_finish ? "null" : words[t->answer->finish];
}

void sy_sim_openai_usage(const struct sy_sim_answer *a, struct sy_buf *out)
{
	const struct sy_sim_usage *u = &a->usage;

	sy_buf_printf(out,
	    "{\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"total_tokens\":%lld,"
	    "\"prompt_tokens_details\":{\"cached_tokens\":%lld,\"audio_tokens\":0},"
	    "\"completion_tokens_details\":{\"reasoning_tokens\":%lld,\"audio_tokens\":0,"
	    "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}",
	    (long long)u->prompt, (long long)u->completion,
	    (long long)(u->prompt + u->completion), (long long)u->cached,
	    (long long)u->reasoning);
}

void sy_sim_openai_error(const struct sy_error *err, struct sy_buf *out)
{
	sy_buf_puts(out, "{\"error\":{\"message\":");
	sy_buf_json_str(out, err->message);
	sy_buf_puts(out, ",\"type\":");
	sy_buf_json_str(out, err->type);
	sy_buf_puts(out, ",\"param\":");
	sy_buf_json_str(out, *err->param != '\0' ? err->param : NULL);
	sy_buf_puts(out, ",\"code\":");
	sy_buf_json_str(out, *err->code != '\0' ? err->code : NULL);
	sy_buf_puts(out, "}}");
}

/* The members that answer and chunks begin with. */
static void write_top(const struct sy_sim_turn *t, const char *object, struct sy_buf *out)
{
	sy_buf_puts(out, "{\"id\":\"chatcmpl-");
	sy_buf_puts(out, t->id);
	sy_buf_puts(out, "\",\"object\":\"");
	sy_buf_puts(out, object);
	sy_buf_puts(out, "\",\"created\":");
	sy_buf_int(out, t->created);
	sy_buf_puts(out, ",\"model\":");
	sy_buf_json_str(out, t->ask->model);
	sy_buf_puts(out,
	    ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_sim\",\"choices\":[");
}

/* Tool calls have ids that name choice and place, so that no two in an answer agree. */
static void write_call_id(const struct sy_sim_turn *t, int64_t choice, size_t call,
    struct sy_buf *out)
{
	sy_buf_printf(out, "\"id\":\"call_%s_%lld_%zu\",\"type\":\"function\"", t->id,
	    (long long)choice, call);
}

static void write_calls(const struct sy_sim_turn *t, int64_t choice, struct sy_buf *out)
{
	const struct sy_sim_answer *a = t->answer;

	sy_buf_puts(out, ",\"tool_calls\":[");
	for (size_t i = 0; i < a->call_count; i++) {
		const struct sy_sim_tool_call *call = &a->calls[i];

		sy_buf_puts(out, i > 0 ? ",{" : "{");
		write_call_id(t, choice, i, out);
		sy_buf_puts(out, ",\"function\":{\"name\":");
		sy_buf_json_str(out, call->name);
		sy_buf_puts(out, ",\"arguments\":");
		sy_buf_json(out, call->args.data, call->args.len);
		sy_buf_puts(out, "}}");
	}
	sy_buf_putc(out, ']');
}

/* A refusal stands in its own member, and the text is then null. */
static void write_text(const struct sy_sim_answer *a, struct sy_buf *out)
{
	bool refused = a->finish == SY_SIM_REFUSED;

	sy_buf_puts(out, "\"content\":");
	if (refused || (a->text.len == 0 && a->call_count > 0))
		sy_buf_puts(out, "null");
	else
		sy_buf_json(out, a->text.data, a->text.len);
	sy_buf_puts(out, ",\"refusal\":");
	if (refused)
		sy_buf_json(out, a->text.data, a->text.len);
	else
		sy_buf_puts(out, "null");
}

static void write_choice(const struct sy_sim_turn *t, int64_t choice, struct sy_buf *out)
{
	const struct sy_sim_answer *a = t->answer;

	sy_buf_puts(out, choice > 0 ? ",{\"index\":" : "{\"index\":");
	sy_buf_int(out, choice);
	sy_buf_puts(out, ",\"message\":{\"role\":\"assistant\",");
	write_text(a, out);
	sy_buf_puts(out, ",\"annotations\":[]");
	if (a->reasoning.len > 0) {
		sy_buf_puts(out, ",\"reasoning_content\":");
		sy_buf_json(out, a->reasoning.data, a->reasoning.len);
	}
	if (a->call_count > 0)
		write_calls(t, choice, out);
	sy_buf_puts(out, "},\"logprobs\":null,\"finish_reason\":");
	sy_buf_puts(out, sy_sim_openai_finish(t));
	sy_buf_putc(out, '}');
}

static void whole(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	write_top(t, "chat.completion", &r->body);
	for (int64_t i = 0; i < t->ask->n; i++)
		write_choice(t, i, &r->body);
	sy_buf_putc(&r->body, ']');
	if (!t->step->no_usage) {
		sy_buf_puts(&r->body, ",\"usage\":");
		sy_sim_openai_usage(t->answer, &r->body);
	}
	sy_buf_putc(&r->body, '}');
	sy_sim_reply_mark(r);
}

/* A stream being written: the chunk of one choice at a time. */
struct chunks {
	const struct sy_sim_turn *t;
	struct sy_sim_reply *r;
	int64_t choice;
};

static void begin_chunk(const struct chunks *c)
{
	sy_buf_puts(&c->r->body, "data: ");
	write_top(c->t, "chat.completion.chunk", &c->r->body);
}

static void end_chunk(const struct chunks *c)
{
	if (c->t->ask->include_usage && !c->t->step->no_usage)
		sy_buf_puts(&c->r->body, ",\"usage\":null");
	sy_buf_puts(&c->r->body, "}\n\n");
	sy_sim_reply_mark(c->r);
}

static void begin_delta(const struct chunks *c)
{
	begin_chunk(c);
	sy_buf_puts(&c->r->body, "{\"index\":");
	sy_buf_int(&c->r->body, c->choice);
	sy_buf_puts(&c->r->body, ",\"delta\":{");
}

static void end_delta(const struct chunks *c, const char *finish)
{
	sy_buf_puts(&c->r->body, "},\"logprobs\":null,\"finish_reason\":");
	sy_buf_puts(&c->r->body, finish);
	sy_buf_puts(&c->r->body, "}]");
	end_chunk(c);
}

static void stream_role(const struct chunks *c)
{
	const struct sy_sim_answer *a = c->t->answer;
	bool silent = a->text.len == 0 && a->call_count > 0;

	begin_delta(c);
	sy_buf_puts(&c->r->body, "\"role\":\"assistant\",\"content\":");
	sy_buf_puts(&c->r->body, silent ? "null" : "\"\"");
	sy_buf_puts(&c->r->body, ",\"refusal\":null");
	end_delta(c, "null");
}

/* A text word by word, each in a delta's member of that name. */
static void stream_text(const struct chunks *c, const char *member,
    const struct sy_buf *text)
{
	size_t n;

	for (size_t at = 0; at < text->len; at += n) {
		n = sy_sim_next_word(text->data + at, text->len - at);
		begin_delta(c);
		sy_buf_putc(&c->r->body, '"');
		sy_buf_puts(&c->r->body, member);
		sy_buf_puts(&c->r->body, "\":");
		sy_buf_json(&c->r->body, text->data + at, n);
		end_delta(c, "null");
	}
}

static void begin_call(const struct chunks *c, size_t i)
{
	begin_delta(c);
	sy_buf_puts(&c->r->body, "\"tool_calls\":[{\"index\":");
	sy_buf_int(&c->r->body, (int64_t)i);
	sy_buf_putc(&c->r->body, ',');
}

static void end_call(const struct chunks *c, const char *args, size_t len)
{
	sy_buf_puts(&c->r->body, "\"arguments\":");
	sy_buf_json(&c->r->body, args, len);
	sy_buf_puts(&c->r->body, "}}]");
	end_delta(c, "null");
}

static void stream_call(const struct chunks *c, size_t i)
{
	const struct sy_sim_tool_call *call = &c->t->answer->calls[i];
	size_t n;

	begin_call(c, i);
	write_call_id(c->t, c->choice, i, &c->r->body);
	sy_buf_puts(&c->r->body, ",\"function\":{\"name\":");
	sy_buf_json_str(&c->r->body, call->name);
	sy_buf_putc(&c->r->body, ',');
	end_call(c, "", 0);
	for (size_t at = 0; at < call->args.len; at += n) {
		n = sy_sim_piece(call->args.data + at, call->args.len - at);
		begin_call(c, i);
		sy_buf_puts(&c->r->body, "\"function\":{");
		end_call(c, call->args.data + at, n);
	}
}

static void stream_choice(const struct chunks *c)
{
	const struct sy_sim_answer *a = c->t->answer;

	stream_role(c);
	stream_text(c, "reasoning_content", &a->reasoning);
	stream_text(c, a->finish == SY_SIM_REFUSED ? "refusal" : "content", &a->text);
	for (size_t i = 0; i < a->call_count; i++)
		stream_call(c, i);
	if (c->t->step->no_finish)
		return;
	begin_delta(c);
	end_delta(c, sy_sim_openai_finish(c->t));
}

static void stream(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	struct chunks c = { .t = t, .r = r };

	for (; c.choice < t->ask->n; c.choice++)
		stream_choice(&c);
	if (t->ask->include_usage && !t->step->no_usage) {
		begin_chunk(&c);
		sy_buf_puts(&r->body, "],\"usage\":");
		sy_sim_openai_usage(t->answer, &r->body);
		sy_buf_puts(&r->body, "}\n\n");
		sy_sim_reply_mark(r);
	}
	sy_sim_openai_done(t, r);
}

const struct sy_sim_dialect sy_sim_openai = {
	.whole = whole,
	.stream = stream,
	.error = sy_sim_openai_error,
	.error_event = "",
	.error_open = "{\"error\":",
	.broken_status = 500,
	.id_header = "x-request-id",
};
