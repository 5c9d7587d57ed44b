/*
 * responses_object.c - the response object, which a client gets whole or inside events.
 *
 * Most of it repeats the request: those members are copied from its body as they stand.
 */
#include "dialect/responses.h"

#include "base/buf.h"
#include "base/walk.h"
#include "dialect/fields.h"
#include "dialect/openai.h"
#include "dialect/openai_chat.h"

#include <string.h>

static const struct {
	const char *field, *unless; /* what it is when the client did not say */
} echoes[] = {
	{ "instructions", "null" },
	{ "max_output_tokens", "null" },
	{ "max_tool_calls", "null" },
	{ "metadata", "{}" },
	{ "parallel_tool_calls", "true" },
	{ "previous_response_id", "null" },
	{ "prompt_cache_key", "null" },
	{ "reasoning", "{\"effort\":null,\"summary\":null}" },
	{ "safety_identifier", "null" },
	{ "temperature", "1.0" },
	{ "text", "{\"format\":{\"type\":\"text\"}}" },
	{ "tool_choice", "\"auto\"" },
	{ "tools", "[]" },
	{ "top_logprobs", "0" },
	{ "top_p", "1.0" },
	{ "user", "null" },
};

static void put_echoes(struct sy_buf *out, const struct sy_response *r)
{
	for (size_t i = 0; i < sizeof(echoes) / sizeof(echoes[0]); i++) {
		struct sy_span said = sy_field_span(&r->ask->scan, echoes[i].field);

		sy_buf_key(out, echoes[i].field);
		if (said.at != NULL)
			sy_openai_put_line(out, said);
		else
			sy_buf_puts(out, echoes[i].unless);
	}
}

enum sy_response_status sy_response_ended(const struct sy_answer *answer)
{
	const struct sy_answer_choice *c = answer->choices[0];

	if (c != NULL &&
	    (c->finish == SY_FINISH_LENGTH || c->finish == SY_FINISH_CONTENT_FILTER))
		return SY_RESPONSE_INCOMPLETE;
	return SY_RESPONSE_COMPLETED;
}

static void put_status(struct sy_buf *out, const struct sy_response *r)
{
	static const char *const words[] = {
		[SY_RESPONSE_IN_PROGRESS] = "in_progress",
		[SY_RESPONSE_COMPLETED] = "completed",
		[SY_RESPONSE_INCOMPLETE] = "incomplete",
		[SY_RESPONSE_FAILED] = "failed",
	};
	bool filtered = r->status == SY_RESPONSE_INCOMPLETE &&
	                sy_response_choice(r)->finish == SY_FINISH_CONTENT_FILTER;

	sy_buf_member(out, "status", words[r->status]);
	sy_buf_key(out, "incomplete_details");
	if (r->status == SY_RESPONSE_INCOMPLETE)
		sy_buf_puts(out, filtered ? "{\"reason\":\"content_filter\"}"
		                          : "{\"reason\":\"max_output_tokens\"}");
	else
		sy_buf_lit(out, "null");
}

/* The codes are a closed list, most of it about images; what is not on it is a fault. */
static const char *error_code(enum sy_kind kind)
{
	switch (kind) {
	case SY_BUSY:
	case SY_OVER_LIMIT:
		return "rate_limit_exceeded";
	case SY_REFUSED:
	case SY_CONTEXT:
	case SY_POLICY:
		return "invalid_prompt";
	default:
		return "server_error";
	}
}

static void put_error(struct sy_buf *out, const struct sy_response *r)
{
	sy_buf_key(out, "error");
	if (r->error == NULL) {
		sy_buf_lit(out, "null");
		return;
	}
	sy_buf_putc(out, '{');
	sy_buf_member(out, "code", error_code(r->error->kind));
	sy_buf_member(out, "message", r->error->message);
	sy_buf_putc(out, '}');
}

static void put_usage(struct sy_buf *out, const struct sy_usage *u)
{
	sy_buf_key(out, "usage");
	if (u->source == SY_USAGE_NONE) {
		sy_buf_lit(out, "null");
		return;
	}
	sy_buf_putc(out, '{');
	sy_buf_member_int(out, "input_tokens", sy_usage_in(u));
	sy_buf_lit(out, ",\"input_tokens_details\":{");
	sy_buf_member_int(out, "cached_tokens", u->tokens[SY_IN_CACHE_READ]);
	sy_buf_member_int(out, "cache_write_tokens", u->tokens[SY_IN_CACHE_WRITE]);
	sy_buf_putc(out, '}');
	sy_buf_member_int(out, "output_tokens", sy_usage_out(u));
	sy_buf_lit(out, ",\"output_tokens_details\":{");
	sy_buf_member_int(out, "reasoning_tokens", u->tokens[SY_OUT_REASONING]);
	sy_buf_putc(out, '}');
	sy_buf_member_int(out, "total_tokens", sy_usage_in(u) + sy_usage_out(u));
	sy_buf_putc(out, '}');
}

/* As the provider says, for it is what was billed. */
static void put_tier(struct sy_buf *out, const struct sy_answer *answer)
{
	const char *tier = "\"default\"";

	for (const struct sy_answer_extra *e = answer->extras; e != NULL; e = e->next)
		if (strcmp(e->key, "service_tier") == 0)
			tier = e->json;
	sy_buf_key(out, "service_tier");
	sy_buf_puts(out, tier);
}

void sy_response_put_object(struct sy_buf *out, const struct sy_response *r)
{
	sy_buf_putc(out, '{');
	sy_buf_member(out, "id", r->face->id);
	sy_buf_member(out, "object", "response");
	sy_buf_member_int(out, "created_at", r->face->created);
	sy_buf_member(out, "model", r->face->model);
	put_status(out, r);
	put_error(out, r);
	sy_response_put_output(out, r);
	put_usage(out, &r->answer->usage);
	put_tier(out, r->answer);
	put_echoes(out, r);
	/* What this gateway never does, whatever was asked for. */
	sy_buf_lit(out, ",\"background\":false,\"truncation\":\"disabled\"");
	sy_buf_key(out, "store");
	sy_buf_puts(out, r->ask->keep ? "true}" : "false}");
}

void sy_responses_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out)
{
	const struct sy_response r = { ask, face, answer, sy_response_ended(answer),
		NULL };

	sy_response_put_object(out, &r);
	sy_buf_putc(out, '\n');
}

void sy_responses_error(const struct sy_error *err, const char *request_id,
    bool streaming, struct sy_buf *out)
{
	if (!streaming) {
		sy_openai_chat_error(err, request_id, false, out);
		return;
	}
	/* Both clients raise when the error stands in an object, as in other APIs; the
	 * specification has it flat. */
	sy_buf_lit(out, "event: error\ndata: {\"type\":\"error\",\"sequence_number\":0");
	sy_buf_member(out, "code", err->code[0] != '\0' ? err->code : NULL);
	sy_buf_member(out, "message", err->message);
	sy_buf_member(out, "param", err->param[0] != '\0' ? err->param : NULL);
	sy_buf_lit(out, ",\"error\":{");
	sy_buf_member(out, "message", err->message);
	sy_buf_member(out, "type", err->type);
	sy_buf_member(out, "param", err->param[0] != '\0' ? err->param : NULL);
	sy_buf_member(out, "code", err->code[0] != '\0' ? err->code : NULL);
	sy_buf_lit(out, "}}\n\n");
}
