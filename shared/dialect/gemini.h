/*
 * gemini.h - what the files of Gemini's dialect share.
 *
 *	gemini_names     the dialect's words, and the names that it forbids
 *	gemini_models    what differs between the generations of models
 *	gemini_plan      what a request will ask for
 *	gemini_turns     its conversation, in the order that is taken
 *	gemini_schema    JSON schemas, in the two forms that are taken
 *	gemini_build     the request's body as a whole
 *	gemini_parts     its conversation
 *	gemini_tools     its tools
 *	gemini_splice    requests and answers of clients who speak the dialect themselves
 *	gemini_read      answers to events
 *	gemini_content   what a candidate says
 *	gemini_grounding what it rests on
 *	gemini_usage     token counts
 *	gemini_blame     what an error means
 *	gemini_embed     embeddings
 *	gemini_out       the table
 *
 * The Gemini API and Vertex AI speak it; what differs between them is in a provider's row: its
 * address, and the quirk `vertex`.
 */
#ifndef SY_DIALECT_GEMINI_H
#define SY_DIALECT_GEMINI_H

#include "base/walk.h"
#include "dialect/adapter.h"
#include "model/event.h"

#include <stdbool.h>

struct sy_chat;
struct sy_tool;
struct sy_vectors;

/* --- Words. ------------------------------------------------------------------------------ */

/* sy_part.format begins with it; sy_event.format is all of it. */
#define SY_GEMINI_FORMAT    "google-gemini"
#define SY_GEMINI_REASONING SY_GEMINI_FORMAT "-v1"

/* Stands for the signature of a call that Gemini did not make, or that was lost. */
#define SY_GEMINI_NO_SIGNATURE "skip_thought_signature_validator"

enum sy_gemini_fate {
	SY_GEMINI_ENDS,          /* the answer is over */
	SY_GEMINI_NEEDS_CONTENT, /* it failed, unless it said something */
	SY_GEMINI_FAILS,         /* it failed, whatever it said */
	SY_GEMINI_REFUSES,       /* the request is at fault */
};

struct sy_gemini_finish {
	const char *native; /* NULL: a word that we do not know */
	enum sy_finish finish;
	enum sy_gemini_fate fate;
};

/* Never NULL. */
const struct sy_gemini_finish *sy_gemini_finish(const char *native);

/* A tool's name as it may be sent; the client's tool that was sent so, or NULL. */
const char *sy_gemini_legal(struct sy_arena *a, const char *name);
const struct sy_tool *sy_gemini_tool(const struct sy_chat *chat, struct sy_arena *a,
    const char *sent);

/* The path below a provider's address; in the arena, or NULL when the model's name cannot
 * stand in one. */
const char *sy_gemini_path(const struct sy_call *call);
const char *sy_gemini_path_to(const struct sy_call *call, const char *method);

/* --- Requests. --------------------------------------------------------------------------- */

int sy_gemini_build(struct sy_call *call, struct sy_http *out, struct sy_error *err);
int sy_gemini_embed_build(struct sy_call *call, struct sy_http *out,
    struct sy_error *err);
int sy_gemini_splice(struct sy_call *call, struct sy_http *out, struct sy_error *err);
int sy_gemini_pass(const struct sy_call *call, const struct sy_record *rec,
    struct sy_buf *out);

/* --- Answers. ---------------------------------------------------------------------------- */

int sy_gemini_vectors(const struct sy_call *call, struct sy_span body,
    struct sy_vectors *out, struct sy_error *err);

#define SY_GEMINI_STATE_BYTES sizeof(void *)

int sy_gemini_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err);
int sy_gemini_feed(const struct sy_call *call, void *state, const struct sy_record *rec,
    const struct sy_sink *sink, struct sy_error *err);
void sy_gemini_finish_stream(const struct sy_call *call, void *state,
    const struct sy_sink *sink);

/* As sy_adapter.blame; `status` 200 for an error that came inside an answer. */
void sy_gemini_blame(const struct sy_call *call, int status, const char *body, size_t len,
    struct sy_error *err);

extern const struct sy_adapter sy_adapter_gemini;

#endif
