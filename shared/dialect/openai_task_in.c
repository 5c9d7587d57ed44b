/*
 * openai_task_in.c - requests for tasks that are no chat: what the engine asks of them.
 *
 * Works on the scan alone.  The checks are those that hold whichever provider is chosen.
 */
#include "dialect/openai_task.h"

#include "base/arena.h"

#include <string.h>

#define NODES_MAX 1000000 /* token ids, mostly */

static const struct sy_scan_limits limits = {
	.nodes = NODES_MAX,
	.depth = SY_SCAN_DEPTH,
	.messages = NODES_MAX,
};

int sy_openai_missing(const char *field, struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, field, "missing_required_parameter",
	    "'%s' is missing", field);
}

int sy_openai_task_ask(enum sy_task task, const char *body, size_t len, struct sy_arena *a,
    struct sy_ask *out, struct sy_error *err)
{
	struct sy_scan *s = &out->scan;

	memset(out, 0, sizeof(*out));
	out->task = task;
	out->n = 1;
	out->caps = sy_task_info(task)->cap;
	out->model = sy_task_info(task)->default_model;
	if (sy_scan(body, len, &limits, a, s, err) < 0)
		return -1;
	if (s->type != SY_J_OBJECT)
		return sy_fail_code(err, SY_BAD_REQUEST, "", "invalid_type",
		    "the body must be a JSON object");
	if (sy_scan_string(s, "model", a, &out->model, err) < 0 ||
	    sy_scan_string(s, "user", a, &out->user, err) < 0 ||
	    sy_scan_bool(s, "stream", &out->stream, err) < 0)
		return -1;
	out->input_tokens = sy_tokens_estimate((int64_t)s->string_bytes);
	if (out->input_tokens < 1)
		out->input_tokens = 1;
	return 0;
}
