/*
 * embed.h - texts to vectors: the canonical request, and the answer to it.
 *
 * Values are spans of the texts they were read from, so that what one side wrote the other
 * side reads: a number keeps the digits that its provider sent.
 */
#ifndef SY_MODEL_EMBED_H
#define SY_MODEL_EMBED_H

#include "model/usage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_span; /* base/walk.h */

#define SY_EMBED_INPUTS 2048 /* in one request, as in OpenAI's API */

enum sy_vector_form {
	SY_VECTOR_ANY,    /* not said: as the provider has them */
	SY_VECTOR_FLOATS, /* a JSON array of numbers */
	SY_VECTOR_BASE64, /* of binary32 values, little-endian */
	SY_VECTOR_OWN,    /* a word that only some provider knows */
};

struct sy_embed {
	struct sy_span *inputs; /* JSON strings, or arrays of token ids */
	size_t count;
	bool tokens; /* at least one is token ids: for who shares the tokenizer */
	enum sy_vector_form form;
	int64_t dimensions;  /* 0 not said */
	const char *purpose; /* "input_type" as the client wrote it; NULL not said */
};

struct sy_vectors {
	struct sy_span *list; /* one an input, in their order: JSON array, or string of base64 */
	size_t count;
	const char *model; /* as the provider says; NULL not said */
	struct sy_usage usage;
	bool as_asked; /* the answer as it came is what the surface's client expects */
};

#endif
