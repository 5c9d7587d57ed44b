/*
 * embed.h - embeddings at providers of other dialects than OpenAI's: what they all refuse, leave
 * out and answer in much the same way.
 */
#ifndef SY_DIALECT_EMBED_H
#define SY_DIALECT_EMBED_H

#include "dialect/adapter.h"
#include "dialect/task.h"
#include "model/embed.h"

struct sy_buf;

/* Refuses by the field's name what cannot be asked: tokens, more texts than `most` at once, a
 * form that only some provider knows.  What is left out is noted. */
int sy_embed_check(struct sy_call *call, size_t most, struct sy_error *err);

/* What the vectors are for, in the provider's words: rows of the client's word and the
 * provider's, ended by NULL.  A word that is not there is sent as it is; `unsaid` where the
 * client said nothing. */
struct sy_embed_purpose {
	const char *said, *sent;
};
const char *sy_embed_purpose(const struct sy_call *call, const struct sy_embed_purpose *rows,
    const char *unsaid);

/* Texts as a JSON array. */
void sy_embed_put_texts(const struct sy_call *call, struct sy_buf *out);

/* A body that lives in the arena; one that is full fails at its end. */
struct sy_buf *sy_embed_body(struct sy_call *call);
int sy_embed_end(const struct sy_buf *body, struct sy_http *out, struct sy_error *err);

/* The vectors of a list in the order of the inputs: elements, or their members of that key
 * (with a dot, of an object in them).  -1 with SY_UNUSABLE for another number of them. */
int sy_embed_take(const struct sy_call *call, struct sy_span list, const char *key,
    struct sy_vectors *out, struct sy_error *err);

/* The same of a vector that stands alone. */
int sy_embed_take_one(const struct sy_call *call, struct sy_span v, struct sy_vectors *out,
    struct sy_error *err);

/* A count of input tokens, where there is one. */
void sy_embed_count(struct sy_span tokens, struct sy_vectors *out);

#endif
