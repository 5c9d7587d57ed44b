/*
 * keep.c - answers that clients go on from: what earlier requests left, and what this one does.
 *
 * Where and for how long is the store's affair, what is kept the surface's.  An answer is in
 * the store before the client reads its end, for it may ask again at once.
 */
#include "base/clock.h"
#include "base/text.h"
#include "relay/engine.h"

#include <string.h>

/* A request of more than this leaves no room for its answer. */
#define REQUEST_BYTES (SY_KEPT_BYTES / 2)

/* The id of the request that such an answer was given to. */
static bool request_of(const struct sy_request *q, const char *id, struct sy_id *out)
{
	const char *prefix = q->in.surface->id_prefix;

	return sy_starts(id, prefix) &&
	    sy_id_parse(sy_strf(q->in.arena, "req_%s", id + strlen(prefix)), out);
}

static int find(const struct sy_request *q, const char *id, const char **text, size_t *len,
    struct sy_error *err)
{
	struct sy_id request;

	if (!request_of(q, id, &request))
		return 0;
	return sy_kept_find(q->relay->live, q->key.id, &request, sy_boot_ms(), q->in.arena, text,
	    len, err);
}

int sy_keep_recall(struct sy_request *q, struct sy_error *err)
{
	size_t bytes = q->in.body_len;

	for (struct sy_earlier *e = q->ask.earlier; e != NULL; e = e->next) {
		if (find(q, e->id, &e->text, &e->len, err) < 0)
			return -1;
		bytes += e->len;
		q->ask.input_tokens += sy_tokens_estimate((int64_t)e->len);
	}
	q->ask.keep &= q->in.surface->keeping != NULL && q->config->keep_ms > 0 &&
	    bytes <= REQUEST_BYTES;
	return 0;
}

static void release(void *buf)
{
	sy_buf_release(buf);
}

const struct sy_kept *sy_keep_answer(struct sy_try *t)
{
	const struct sy_request *q = t->q;
	struct sy_buf *text;
	struct sy_kept *kept;

	if (!q->ask.keep)
		return NULL;
	text = sy_alloc(t->arena, sizeof(*text));
	sy_buf_init(text, SY_KEPT_BYTES);
	sy_defer(t->arena, release, text);
	sy_translation_keep(t->translation, text);
	if (text->full)
		return NULL;
	kept = sy_alloc(t->arena, sizeof(*kept));
	*kept = (struct sy_kept){
		.key = q->key.id,
		.id = &q->in.id,
		.expires_ms = sy_boot_ms() + q->config->keep_ms,
		.text = text->data,
		.len = text->len,
	};
	return kept;
}

static void on_forgotten(void *arg, const struct sy_error *err)
{
	sy_request_forgot(arg, err);
}

static void forget(struct sy_request *q)
{
	struct sy_id *request = sy_alloc(q->in.arena, sizeof(*request));
	struct sy_kept *kept = sy_alloc(q->in.arena, sizeof(*kept));

	request_of(q, q->subject, request);
	*kept = (struct sy_kept){ .key = q->key.id, .id = request };
	q->op = (struct sy_op){
		.kind = SY_OP_FORGET, .kept = kept, .done = on_forgotten, .arg = q
	};
	sy_turns_add(&q->relay->turns, &q->op);
}

int sy_keep_serve(struct sy_request *q, struct sy_error *err)
{
	const char *text = NULL;
	size_t len = 0;
	int rc = find(q, q->subject, &text, &len, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return sy_fail(err, SY_NOT_FOUND, "",
		    "No answer with the id '%.80s' is kept for this key.", q->subject);
	q->in.surface->keeping->show(q->subject, text, len, q->view, q->in.query, &q->held);
	if (q->view != SY_KEPT_DELETED)
		return 0;
	forget(q);
	return 1;
}
