/*
 * cohere_build.h - what a request to Cohere will ask for, decided before it is written.
 */
#ifndef SY_DIALECT_COHERE_BUILD_H
#define SY_DIALECT_COHERE_BUILD_H

#include "dialect/notes.h"

#include <stdbool.h>

struct sy_arena;
struct sy_buf;
struct sy_chat;
struct sy_error;
struct sy_message;
struct sy_model;
struct sy_part;

struct sy_cohere_plan {
	const struct sy_chat *chat;
	const struct sy_model *model;
	struct sy_arena *arena;
	struct sy_notes notes;
	bool tools;       /* some are offered */
	bool documents;   /* the client's own, or files of text */
	bool thinks;      /* known to reason: its thoughts may go back */
	bool json;        /* response_format is sent: */
	bool schema;      /* with the schema in it */
	const char *rule; /* a sentence for the system's part, or NULL */
};

/* A file that holds text is sent as a document, which the answer can cite; its text, or NULL
 * for any other part. */
const char *sy_cohere_document(const struct sy_part *part, struct sy_arena *a);

/* Appends the member `messages`; -1 with *err for what the provider cannot be shown. */
int sy_cohere_put_messages(struct sy_cohere_plan *plan, struct sy_buf *out,
    struct sy_error *err);

/* Appends the member `documents` where there are any. */
void sy_cohere_put_documents(struct sy_cohere_plan *plan, struct sy_buf *out);

#endif
