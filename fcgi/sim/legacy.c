/*
 * legacy.c - OpenAI's older /completions: one prompt, plain text.
 */
#include "sim/answer.h"
#include "sim/dialect.h"
#include "sim/reply.h"
#include "sim/step.h"

#include "base/buf.h"

static void write_top(const struct sy_sim_turn *t, struct sy_buf *out)
{
	sy_buf_printf(out,
	    "{\"id\":\"cmpl-%s\",\"object\":\"text_completion\",\"created\":%lld,\"model\":",
	    t->id, (long long)t->created);
	sy_buf_json_str(out, t->ask->model);
	sy_buf_puts(out, ",\"system_fingerprint\":\"fp_sim\",\"choices\":[");
}

static void write_choice(int64_t choice, const char *text, size_t len, const char *finish,
    struct sy_buf *out)
{
	sy_buf_printf(out, "{\"index\":%lld,\"text\":", (long long)choice);
	sy_buf_json(out, text, len);
	sy_buf_printf(out, ",\"logprobs\":null,\"finish_reason\":%s}", finish);
}

static void write_end(const struct sy_sim_turn *t, bool with_usage, struct sy_buf *out)
{
	sy_buf_putc(out, ']');
	if (with_usage && !t->step->no_usage) {
		sy_buf_puts(out, ",\"usage\":");
		sy_sim_openai_usage(t->answer, out);
	}
	sy_buf_putc(out, '}');
}

static void whole(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	const struct sy_buf *text = &t->answer->text;

	write_top(t, &r->body);
	for (int64_t i = 0; i < t->ask->n; i++) {
		if (i > 0)
			sy_buf_putc(&r->body, ',');
		write_choice(i, text->data, text->len, sy_sim_openai_finish(t), &r->body);
	}
	write_end(t, true, &r->body);
	sy_sim_reply_mark(r);
}

static void chunk(const struct sy_sim_turn *t, struct sy_sim_reply *r, int64_t choice,
    const char *text, size_t len, const char *finish)
{
	sy_buf_puts(&r->body, "data: ");
	write_top(t, &r->body);
	write_choice(choice, text, len, finish, &r->body);
	write_end(t, false, &r->body);
	sy_buf_puts(&r->body, "\n\n");
	sy_sim_reply_mark(r);
}

static void stream(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	const struct sy_buf *text = &t->answer->text;

	for (int64_t i = 0; i < t->ask->n; i++) {
		size_t n;

		for (size_t at = 0; at < text->len; at += n) {
			n = sy_sim_next_word(text->data + at, text->len - at);
			chunk(t, r, i, text->data + at, n, "null");
		}
		if (!t->step->no_finish)
			chunk(t, r, i, "", 0, sy_sim_openai_finish(t));
	}
	if (t->ask->include_usage && !t->step->no_usage) {
		sy_buf_puts(&r->body, "data: ");
		write_top(t, &r->body);
		write_end(t, true, &r->body);
		sy_buf_puts(&r->body, "\n\n");
		sy_sim_reply_mark(r);
	}
	sy_sim_openai_done(t, r);
}

const struct sy_sim_dialect sy_sim_legacy = {
	.whole = whole,
	.stream = stream,
	.error = sy_sim_openai_error,
	.error_event = "",
	.error_open = "{\"error\":",
	.broken_status = 500,
	.id_header = "x-request-id",
};
