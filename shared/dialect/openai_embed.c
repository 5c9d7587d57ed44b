/*
 * openai_embed.c - embeddings in OpenAI's shape: requests in, answers in and out.
 *
 * A provider's numbers are never printed anew where the client wants numbers, nor its base64
 * where the client wants that.  The official clients ask for base64 on their own and one of them
 * decodes whatever comes, so providers that ignore the wish are set right here.
 */
#include "dialect/openai_task.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/walk.h"
#include "dialect/fields.h"
#include "dialect/openai.h"
#include "dialect/openai_chat.h"
#include "dialect/vector.h"
#include "model/config.h"
#include "model/embed.h"

#include <stdio.h>
#include <string.h>

#define DIMENSIONS_MAX 65536

/* --- Requests. --------------------------------------------------------------------------- */

static bool is_number(struct sy_span v)
{
	return v.at[0] == '-' || (v.at[0] >= '0' && v.at[0] <= '9');
}

static bool is_token(struct sy_span v)
{
	int64_t id;

	return sy_span_int(v, &id) && id >= 0 && id <= INT32_MAX;
}

static int wrong_input(const char *param, const char *code, const char *what,
    struct sy_error *err)
{
	return sy_fail_code(err, SY_BAD_REQUEST, param, code, "'%s' %s", param, what);
}

/* One text, or the same in tokens; *tokens counts the latter. */
static int check_input(struct sy_span v, const char *param, int64_t *tokens,
    struct sy_error *err)
{
	struct sy_span id;
	size_t pos = 0;

	if (!sy_span_is_string(v) && !sy_span_is_array(v))
		return wrong_input(param, "invalid_type",
		    "must be a string or an array of token ids", err);
	for (; sy_walk_element(v, &pos, &id); ++*tokens)
		if (!is_token(id))
			return wrong_input(param, "invalid_type",
			    "must hold token ids: whole numbers, and nothing else", err);
	if (sy_span_is_empty(v) || (sy_span_is_array(v) && *tokens == 0))
		return wrong_input(param, "invalid_value", "must not be empty", err);
	return 0;
}

static int add_input(struct sy_embed *e, struct sy_span v, const char *param,
    struct sy_ask *ask, struct sy_error *err)
{
	int64_t tokens = 0;

	if (check_input(v, param, &tokens, err) < 0)
		return -1;
	e->tokens |= tokens > 0;
	ask->input_tokens += tokens;
	e->inputs[e->count++] = v;
	return 0;
}

static int add_inputs(struct sy_embed *e, struct sy_span list, struct sy_ask *ask,
    struct sy_error *err)
{
	struct sy_span v;
	size_t pos = 0;
	char param[32];

	while (sy_walk_element(list, &pos, &v)) {
		snprintf(param, sizeof(param), "input[%zu]", e->count);
		if (e->count == SY_EMBED_INPUTS)
			return sy_fail_code(err, SY_BAD_REQUEST, "input",
			    "array_above_max_length", "'input' may hold %d texts",
			    SY_EMBED_INPUTS);
		if (add_input(e, v, param, ask, err) < 0)
			return -1;
	}
	if (e->count == 0)
		return sy_fail_code(err, SY_BAD_REQUEST, "input", "empty_array",
		    "'input' must hold at least one text");
	return 0;
}

/* A string; an array of strings; token ids; an array of arrays of them. */
static int read_input(struct sy_ask *ask, struct sy_arena *a, struct sy_embed *e,
    struct sy_error *err)
{
	const struct sy_member *m = sy_field(&ask->scan, "input");
	struct sy_span input = sy_field_span(&ask->scan, "input"), first = { NULL, 0 };
	size_t pos = 0;

	if (input.at == NULL)
		return sy_openai_missing("input", err);
	sy_walk_element(input, &pos, &first);
	if (!sy_span_is_array(input) || (first.at != NULL && is_number(first))) {
		e->inputs = sy_alloc(a, sizeof(*e->inputs));
		return add_input(e, input, "input", ask, err);
	}
	e->inputs = sy_alloc(a, (m->elements + 1) * sizeof(*e->inputs));
	return add_inputs(e, input, ask, err);
}

static int read_form(const struct sy_scan *s, struct sy_arena *a, struct sy_embed *e,
    struct sy_error *err)
{
	static const struct sy_word words[] = { { "float", SY_VECTOR_FLOATS },
		{ "base64", SY_VECTOR_BASE64 }, { NULL, 0 } };
	const char *word = NULL;
	int form;

	if (sy_scan_string(s, "encoding_format", a, &word, err) < 0)
		return -1;
	if (word == NULL)
		return 0;
	form = sy_word_value(words, word);
	e->form = form >= 0 ? (enum sy_vector_form)form : SY_VECTOR_OWN;
	return 0;
}

static int ask(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err)
{
	struct sy_embed *e = sy_alloc(a, sizeof(*e));

	if (sy_openai_task_ask(SY_TASK_EMBED, body, len, a, out, err) < 0 ||
	    read_input(out, a, e, err) < 0 || read_form(&out->scan, a, e, err) < 0 ||
	    sy_scan_int(&out->scan, "dimensions", 1, DIMENSIONS_MAX, &e->dimensions, err) <
	        0 ||
	    sy_scan_string(&out->scan, "input_type", a, &e->purpose, err) < 0)
		return -1;
	out->stream = false; /* there is nothing to stream */
	out->embed = e;
	return 0;
}

/* --- Answers out. ------------------------------------------------------------------------ */

static bool put_vector(enum sy_vector_form form, struct sy_span v, struct sy_buf *out)
{
	if (form == SY_VECTOR_BASE64 && !sy_span_is_string(v))
		return sy_vector_pack(v, out);
	if (form == SY_VECTOR_FLOATS && sy_span_is_string(v))
		return sy_vector_unpack(v, out);
	sy_buf_add(out, v.at, v.len);
	return true;
}

static int write_vectors(const struct sy_ask *asked, const struct sy_face *face,
    const struct sy_vectors *v, struct sy_buf *out, struct sy_error *err)
{
	long long in = (long long)sy_usage_in(&v->usage);

	sy_buf_puts(out, "{\"object\":\"list\",\"data\":[");
	for (size_t i = 0; i < v->count; i++) {
		sy_buf_printf(out, "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":",
		    i > 0 ? "," : "", i);
		if (!put_vector(asked->embed->form, v->list[i], out))
			return sy_fail(err, SY_UNUSABLE, "",
			    "the vector for input %zu is none", i);
		sy_buf_putc(out, '}');
	}
	sy_buf_puts(out, "],\"model\":");
	sy_buf_json_str(out, v->model != NULL ? v->model : face->model);
	sy_buf_printf(out, ",\"usage\":{\"prompt_tokens\":%lld,\"total_tokens\":%lld}}", in,
	    in);
	return 0;
}

const struct sy_surface sy_surface_openai_embed = {
	.name = "openai-embeddings",
	.dialect = "openai",
	.id_prefix = "embd-",
	.ask = ask,
	.write_vectors = write_vectors,
	.error = sy_openai_chat_error,
};

/* --- Answers in. ------------------------------------------------------------------------- */

static int unusable(const struct sy_call *call, const char *what, struct sy_error *err)
{
	return sy_fail(err, SY_UNUSABLE, "", "%s answered with %s",
	    call->model->provider->name, what);
}

/* Whether the clients of this surface can take it as it is. */
static bool fits(enum sy_vector_form form, struct sy_span v)
{
	return form == SY_VECTOR_ANY || form == SY_VECTOR_OWN ||
	       (form == SY_VECTOR_BASE64) == sy_span_is_string(v);
}

static int take_row(const struct sy_call *call, struct sy_span row, size_t place,
    struct sy_vectors *out, struct sy_error *err)
{
	struct sy_span v = sy_walk_get(row, "embedding");
	struct sy_span number = sy_walk_get(row, "index");
	int64_t index = (int64_t)place;

	if (number.at != NULL && !sy_span_int(number, &index))
		index = -1;
	if (index < 0 || index >= (int64_t)out->count || out->list[index].at != NULL)
		return unusable(call, "an index that is not in its place", err);
	if ((!sy_span_is_string(v) && !sy_span_is_array(v)) || sy_span_is_empty(v))
		return unusable(call, "a vector that is none", err);
	out->as_asked = out->as_asked && number.at != NULL && index == (int64_t)place &&
	                sy_span_is(sy_walk_get(row, "object"), "embedding") &&
	                fits(call->ask->embed->form, v);
	out->list[index] = v;
	return 0;
}

static bool has_usage(struct sy_span usage)
{
	int64_t n;

	return sy_span_int(sy_walk_get(usage, "prompt_tokens"), &n) &&
	       sy_span_int(sy_walk_get(usage, "total_tokens"), &n);
}

int sy_openai_vectors(const struct sy_call *call, struct sy_span body,
    struct sy_vectors *out, struct sy_error *err)
{
	struct sy_span data = sy_walk_get(body, "data"), model = sy_walk_get(body, "model"),
	               usage = sy_walk_get(body, "usage"), row;
	size_t pos = 0, place = 0;

	if (sy_openai_blame_inside(call, body, err))
		return -1;
	out->count = call->ask->embed->count;
	out->list = sy_alloc(call->arena, out->count * sizeof(*out->list));
	out->as_asked = sy_span_is(sy_walk_get(body, "object"), "list") &&
	                sy_span_is_string(model) && has_usage(usage);
	for (; sy_walk_element(data, &pos, &row); place++)
		if (take_row(call, row, place, out, err) < 0)
			return -1;
	if (place != out->count)
		return unusable(call, "another number of vectors than of inputs", err);
	if (sy_span_is_string(model))
		out->model = sy_unquote(call->arena, model, NULL);
	sy_openai_task_usage(call, usage, &out->usage);
	return 0;
}
