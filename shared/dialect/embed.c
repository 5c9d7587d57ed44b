/*
 * embed.c - see embed.h.
 */
#include "dialect/embed.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "base/text.h"
#include "base/walk.h"
#include "model/config.h"

#include <string.h>

#define BODY_BYTES (64 << 20)

/* --- Requests. --------------------------------------------------------------------------- */

int sy_embed_check(struct sy_call *call, size_t most, struct sy_error *err)
{
	const struct sy_embed *e = call->ask->embed;
	const char *name = call->model->provider->name;

	if (e->tokens)
		return sy_fail_code(err, SY_REFUSED, "input", "unsupported_value",
		    "%s takes texts, not token ids", name);
	if (e->count > most)
		return sy_fail_code(err, SY_REFUSED, "input", "array_above_max_length",
		    "%s takes no more than %zu at once", name, most);
	if (e->form == SY_VECTOR_OWN)
		return sy_fail_code(err, SY_REFUSED, "encoding_format", "unsupported_value",
		    "%s gives 'float' and 'base64'", name);
	sy_task_note_rest(call, "model input encoding_format dimensions input_type");
	return 0;
}

const char *sy_embed_purpose(const struct sy_call *call, const struct sy_embed_purpose *rows,
    const char *unsaid)
{
	const char *said = call->ask->embed->purpose;

	if (said == NULL)
		return unsaid;
	for (; rows->said != NULL; rows++)
		if (strcmp(rows->said, said) == 0)
			return rows->sent;
	return said;
}

void sy_embed_put_texts(const struct sy_call *call, struct sy_buf *out)
{
	const struct sy_embed *e = call->ask->embed;

	for (size_t i = 0; i < e->count; i++) {
		sy_buf_putc(out, i > 0 ? ',' : '[');
		sy_buf_add(out, e->inputs[i].at, e->inputs[i].len);
	}
	sy_buf_putc(out, ']');
}

static void release(void *body)
{
	sy_buf_release(body);
}

struct sy_buf *sy_embed_body(struct sy_call *call)
{
	struct sy_buf *body = sy_alloc(call->arena, sizeof(*body));

	sy_buf_init(body, BODY_BYTES);
	sy_defer(call->arena, release, body);
	return body;
}

int sy_embed_end(const struct sy_buf *body, struct sy_http *out, struct sy_error *err)
{
	if (body->full)
		return sy_fail(err, SY_TOO_LARGE, "", "the request is larger than %d MiB",
		    BODY_BYTES >> 20);
	return sy_http_piece(out, body->data, body->len, err);
}

/* --- Answers. ---------------------------------------------------------------------------- */

static struct sy_span member(struct sy_span row, const char *key)
{
	const char *dot = strchr(key, '.');
	char outer[32];

	if (dot == NULL)
		return sy_walk_get(row, key);
	sy_copy_n(outer, sizeof(outer), key, (size_t)(dot - key));
	return sy_walk_get(sy_walk_get(row, outer), dot + 1);
}

static void begin(const struct sy_call *call, struct sy_vectors *out)
{
	out->list = sy_alloc(call->arena, call->ask->embed->count * sizeof(*out->list));
}

static int add(const struct sy_call *call, struct sy_span v, struct sy_vectors *out,
    struct sy_error *err)
{
	if (!sy_span_is_array(v) || sy_span_is_empty(v))
		return sy_fail(err, SY_UNUSABLE, "", "%s answered with a vector that is none",
		    call->model->provider->name);
	if (out->count < call->ask->embed->count)
		out->list[out->count] = v;
	out->count++;
	return 0;
}

static int end(const struct sy_call *call, const struct sy_vectors *out, struct sy_error *err)
{
	if (out->count == call->ask->embed->count)
		return 0;
	return sy_fail(err, SY_UNUSABLE, "",
	    "%s answered with another number of vectors than of inputs",
	    call->model->provider->name);
}

int sy_embed_take(const struct sy_call *call, struct sy_span list, const char *key,
    struct sy_vectors *out, struct sy_error *err)
{
	struct sy_span row;
	size_t pos = 0;

	begin(call, out);
	while (sy_walk_element(list, &pos, &row))
		if (add(call, key != NULL ? member(row, key) : row, out, err) < 0)
			return -1;
	return end(call, out, err);
}

int sy_embed_take_one(const struct sy_call *call, struct sy_span v, struct sy_vectors *out,
    struct sy_error *err)
{
	begin(call, out);
	return add(call, v, out, err) < 0 ? -1 : end(call, out, err);
}

void sy_embed_count(struct sy_span tokens, struct sy_vectors *out)
{
	int64_t n;

	if (!sy_span_int(tokens, &n) || n < 0 || n > SY_TOKENS_MAX)
		return;
	out->usage.tokens[SY_IN] = n;
	out->usage.source = SY_USAGE_PROVIDER;
}
