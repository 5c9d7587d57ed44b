/*
 * embed.c - see embed.h.
 */
#include "sim/embed.h"

#include "sim/answer.h"
#include "sim/dialect.h"
#include "sim/reply.h"

#include "base/error.h"

#include <json-c/json.h>
#include <math.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

enum { DIMENSIONS = 64 };

uint64_t sy_sim_hash(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h;
}

static void make_vector(const char *text, size_t len, float *v, size_t count)
{
	uint64_t state = sy_sim_hash(text, len) | 1;
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		v[i] = (float)((double)(state >> 11) / 4503599627370496.0 - 1);
		sum += (double)v[i] * (double)v[i];
	}
	for (size_t i = 0; i < count; i++)
		v[i] = (float)((double)v[i] / sqrt(sum));
}

/* Little-endian binary32, as OpenAI packs it. */
static void write_base64(const float *v, size_t count, struct sy_buf *out)
{
	unsigned char bytes[SY_SIM_DIMENSIONS * 4];
	char text[SY_SIM_DIMENSIONS * 4 / 3 * 4 + 8];

	for (size_t i = 0; i < count; i++) {
		uint32_t bits;

		memcpy(&bits, &v[i], sizeof(bits));
		for (int b = 0; b < 4; b++)
			bytes[i * 4 + (size_t)b] = (unsigned char)(bits >> 8 * b);
	}
	sodium_bin2base64(text, sizeof(text), bytes, count * 4,
	    sodium_base64_VARIANT_ORIGINAL);
	sy_buf_json_str(out, text);
}

static void write_vector(const struct sy_sim_ask *ask, const char *text, size_t len,
    struct sy_buf *out)
{
	size_t count = ask->dimensions > 0 ? (size_t)ask->dimensions : DIMENSIONS;
	float v[SY_SIM_DIMENSIONS];

	make_vector(text, len, v, count);
	if (ask->base64) {
		write_base64(v, count, out);
		return;
	}
	for (size_t i = 0; i < count; i++)
		sy_buf_printf(out, "%c%.9g", i > 0 ? ',' : '[', (double)v[i]);
	sy_buf_putc(out, ']');
}

/* How the dialects write them: before all, before and behind each, behind all. */
static const struct shape {
	enum sy_sim_endpoint endpoint;
	const char *open, *before, *after, *close;
} shapes[] = {
	{ SY_SIM_EMBEDDINGS, "{\"object\":\"list\",\"data\":[",
	    "{\"object\":\"embedding\",\"embedding\":", "}", "]" },
	{ SY_SIM_COHERE_EMBED, "{\"response_type\":\"embeddings_by_type\",\"embeddings\":{\"float\":[",
	    "", "", "]}" },
	{ SY_SIM_BATCH_EMBED, "{\"embeddings\":[", "{\"values\":", "}", "]" },
};

static const struct shape *shape_of(enum sy_sim_endpoint endpoint)
{
	const struct shape *s = shapes;

	while (s->endpoint != endpoint)
		s++;
	return s;
}

static void write_row(const struct sy_sim_ask *ask, const struct shape *shape, size_t index,
    struct json_object *in, struct sy_buf *out)
{
	const char *text = json_object_get_string(in);

	sy_buf_puts(out, index > 0 ? "," : "");
	sy_buf_puts(out, shape->before);
	write_vector(ask, text != NULL ? text : "", text != NULL ? strlen(text) : 0, out);
	if (shape->endpoint == SY_SIM_EMBEDDINGS)
		sy_buf_member_int(out, "index", (int64_t)index);
	sy_buf_puts(out, shape->after);
}

/* Gemini's has none. */
static void write_usage(const struct sy_sim_turn *t, struct sy_buf *out)
{
	long long tokens = (long long)t->answer->usage.prompt;

	if (t->ask->endpoint == SY_SIM_EMBEDDINGS) {
		sy_buf_member(out, "model", t->ask->model);
		sy_buf_printf(out, ",\"usage\":{\"prompt_tokens\":%lld,\"total_tokens\":%lld}",
		    tokens, tokens);
	} else if (t->ask->endpoint == SY_SIM_COHERE_EMBED) {
		sy_buf_printf(out, ",\"meta\":{\"billed_units\":{\"input_tokens\":%lld}}",
		    tokens);
	}
}

/* A list of numbers is one text in tokens; a list of anything else is many texts. */
static bool is_many(struct json_object *input)
{
	return json_object_is_type(input, json_type_array) &&
	       !json_object_is_type(json_object_array_get_idx(input, 0), json_type_int);
}

void sy_sim_embeddings(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	const struct shape *shape = shape_of(t->ask->endpoint);
	struct json_object *input = t->ask->input;
	struct sy_buf *out = &r->body;
	size_t count = is_many(input) ? json_object_array_length(input) : 1;

	sy_buf_puts(out, shape->open);
	for (size_t i = 0; i < count; i++)
		write_row(t->ask, shape, i,
		    is_many(input) ? json_object_array_get_idx(input, i) : input, out);
	sy_buf_puts(out, shape->close);
	write_usage(t, out);
	sy_buf_putc(out, '}');
	sy_sim_reply_mark(r);
}

void sy_sim_token_count(const struct sy_sim_turn *t, struct sy_sim_reply *r)
{
	sy_buf_printf(&r->body, "{\"input_tokens\":%lld}",
	    (long long)t->answer->usage.prompt);
	sy_sim_reply_mark(r);
}

static void write_model(const char *id, struct sy_buf *out)
{
	sy_buf_printf(out,
	    "{\"id\":\"%s\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"sim\"}",
	    id);
}

int sy_sim_model_list(const char *id, struct sy_sim_reply *r, struct sy_error *err)
{
	bool found = *id == '\0';

	if (found)
		sy_buf_puts(&r->body, "{\"object\":\"list\",\"data\":[");
	for (const char *const *m = sy_sim_models; *m != NULL; m++) {
		if (*id != '\0' && strcmp(*m, id) != 0)
			continue;
		found = true;
		if (*id == '\0' && m != sy_sim_models)
			sy_buf_putc(&r->body, ',');
		write_model(*m, &r->body);
	}
	if (*id == '\0')
		sy_buf_puts(&r->body, "]}");
	if (!found)
		return sy_fail(err, SY_NO_MODEL, "model", "no model is called '%s'", id);
	sy_sim_reply_mark(r);
	return 0;
}
