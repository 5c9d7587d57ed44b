/*
 * ask.h - what a request asks for, as far as the simulated models care.
 *
 * One reader for all endpoints: OpenAI and Anthropic differ in where a few things stand, not
 * in what they are.  Checked as a provider checks, so that a wrong body earns a 400 that
 * names the field.
 */
#ifndef SY_SIM_ASK_H
#define SY_SIM_ASK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct sy_arena;
struct sy_error;
struct sy_multipart;

enum sy_sim_endpoint {
	SY_SIM_CHAT,
	SY_SIM_MESSAGES,
	SY_SIM_COUNT_TOKENS,
	SY_SIM_COHERE,
	SY_SIM_CONVERSE,
	SY_SIM_CONVERSE_STREAM,
	SY_SIM_GENERATE,
	SY_SIM_GENERATE_STREAM,
	SY_SIM_COMPLETIONS,
	SY_SIM_EMBEDDINGS,
	SY_SIM_COHERE_EMBED,
	SY_SIM_BATCH_EMBED, /* Gemini's */
	SY_SIM_MODERATIONS,
	SY_SIM_RERANK,
	SY_SIM_IMAGES,
	SY_SIM_IMAGE_FORM, /* edits and variations */
	SY_SIM_SPEECH,
	SY_SIM_AUDIO_FORM, /* transcriptions and translations */
	SY_SIM_MODELS,
};

enum { SY_SIM_TOOLS = 3, SY_SIM_MOST_CHOICES = 16, SY_SIM_DIMENSIONS = 4096 };

struct sy_sim_tool {
	const char *name;
	struct json_object *schema; /* NULL if it has none */
};

struct sy_sim_ask {
	struct sy_arena *arena; /* owned; has the tree, which all pointers lead into */
	struct json_object *root;
	enum sy_sim_endpoint endpoint;
	const char *model;
	bool stream, include_usage;
	int64_t n;
	int64_t max_tokens; /* 0: no limit */

	size_t text_bytes;    /* of all messages */
	struct sy_buf user;   /* the text of the last user message */
	struct sy_buf result; /* the text of the tool results in the last message */
	bool has_result;
	bool has_calls; /* Converse: in the history */
	int images;
	struct sy_buf media; /* their types: "image/png, image/jpeg" */

	struct sy_sim_tool tools[SY_SIM_TOOLS]; /* the first; a forced one comes first */
	size_t tool_count;
	bool tool_forced, one_call;
	struct json_object *schema; /* of the text, or NULL */

	struct json_object *input; /* of embeddings, completions, moderations; documents */
	const char *format;        /* "response_format"; "" not said */
	const struct sy_multipart *form; /* of those that are one */
	int64_t dimensions;
	bool base64;
};

void sy_sim_ask_init(struct sy_sim_ask *ask);
void sy_sim_ask_reset(struct sy_sim_ask *ask); /* frees the tree, keeps the buffers */
void sy_sim_ask_release(struct sy_sim_ask *ask);

/*
 * Reads a body for an endpoint; reset comes first.  Negative with *err if it is wrong.  `name`
 * is the model where the path says it and the body does not, `type` the Content-Type, or NULL.
 */
int sy_sim_ask_read(struct sy_sim_ask *ask, enum sy_sim_endpoint endpoint, const char *name,
    const char *type, const struct sy_buf *body, struct sy_error *err);

/* converse.c: the body of Bedrock's Converse. */
int sy_sim_converse_read(struct sy_sim_ask *ask, struct sy_error *err);

/* generate.c: the body of Gemini's generateContent. */
int sy_sim_generate_read(struct sy_sim_ask *ask, struct sy_error *err);

/* For its readers: adds a text to the sum, and to `out` (or NULL) where its words matter; a
 * picture by its type. */
void sy_sim_take_text(struct sy_sim_ask *ask, struct json_object *text,
    struct sy_buf *out);
void sy_sim_take_image(struct sy_sim_ask *ask, const char *type, size_t len);

#endif
