/*
 * openai_task.c - tasks that are no chat, at providers of OpenAI's dialect: the request edited
 * in place, and the tap on its answer.
 */
#include "dialect/openai_task.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/notes.h"
#include "dialect/openai.h"
#include "model/config.h"

#include <string.h>

#define ROOM_EXTRA 1024 /* of what is added: the model's name in JSON, stream options */

static const char *const paths[SY_TASKS] = {
	[SY_TASK_EMBED] = "/embeddings",
};

/* --- Requests. --------------------------------------------------------------------------- */

static bool may_be_sent(const struct sy_quirks *q, const char *field)
{
	enum sy_openai_use use = sy_openai_use(field);

	return !sy_listed(q->drop, field) && use != SY_USE_GATEWAY && use != SY_USE_WITHHELD &&
	       (use != SY_USE_ROUTER || q->pass_unknown);
}

static void put_member(struct sy_call *call, const struct sy_member *m,
    struct sy_notes *notes, struct sy_buf *out)
{
	const struct sy_quirks *q = &call->model->provider->quirks;

	if (m->type == SY_J_NULL || strcmp(m->key, "model") == 0)
		return;
	if (!may_be_sent(q, m->key)) {
		sy_note(notes, m->key);
		return;
	}
	sy_buf_putc(out, ',');
	sy_buf_json_str(out, sy_openai_renamed(q, m->key, call->arena));
	sy_buf_putc(out, ':');
	sy_buf_add(out, call->ask->scan.text + m->at, m->len);
}

static void release(void *buf)
{
	sy_buf_release(buf);
}

int sy_openai_task_build(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const struct sy_scan *s = &call->ask->scan;
	struct sy_notes *notes = sy_alloc(call->arena, sizeof(*notes));
	struct sy_buf *body = sy_alloc(call->arena, sizeof(*body));

	sy_buf_init(body, 2 * s->len + 6 * strlen(call->model->upstream) + ROOM_EXTRA);
	sy_defer(call->arena, release, body);
	sy_buf_puts(body, "{\"model\":");
	sy_buf_json_str(body, call->model->upstream);
	for (size_t i = 0; i < s->member_count; i++)
		put_member(call, &s->members[i], notes, body);
	sy_buf_putc(body, '}');
	if (notes->text[0] != '\0')
		call->dropped = notes->text;
	out->url = paths[call->ask->task];
	return sy_http_piece(out, body->data, body->len, err);
}

/* --- Answers. ---------------------------------------------------------------------------- */

static bool count(struct sy_span usage, const char *key, int64_t *out)
{
	int64_t n;

	if (!sy_span_int(sy_walk_get(usage, key), &n) || n < 0 || n > SY_TOKENS_MAX)
		return false;
	*out = n;
	return true;
}

bool sy_openai_task_usage(const struct sy_call *call, struct sy_span usage,
    struct sy_usage *out)
{
	int64_t *t = out->tokens;
	bool said;

	if (!sy_span_is_object(usage))
		return false;
	if (sy_openai_usage(call, usage, out))
		return true;
	said = count(usage, "input_tokens", &t[SY_IN]);
	said |= count(usage, "output_tokens", &t[SY_OUT]);
	if (!said) /* Voyage's */
		said = count(usage, "total_tokens", &t[SY_IN]);
	if (said)
		out->source = SY_USAGE_PROVIDER;
	return said;
}

const struct sy_task_way sy_openai_ways[] = {
	{ SY_TASK_EMBED, sy_openai_task_build, .vectors = sy_openai_vectors },
	{ .build = NULL },
};
