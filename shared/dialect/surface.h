/*
 * surface.h - a wire shape as our clients speak it to us.
 *
 * A surface turns JSON into the canonical request, and events back into JSON.  It does no
 * I/O and keeps no state beyond what it is handed.
 */
#ifndef SY_DIALECT_SURFACE_H
#define SY_DIALECT_SURFACE_H

#include "model/ask.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_answer;
struct sy_arena;
struct sy_buf;
struct sy_chat;
struct sy_multipart;
struct sy_ranking;
struct sy_vectors;

/* What each answer says of itself, the same in all chunks of a stream. */
struct sy_face {
	const char *id;    /* the surface's prefix and the request's own id */
	const char *model; /* the model that answered */
	int64_t created;   /* Unix seconds */
};

/* What a client may see of an answer that was kept. */
enum sy_kept_view { SY_KEPT_ANSWER, SY_KEPT_INPUT, SY_KEPT_DELETED };

/* For a surface whose clients may go on from an answer by its id. */
struct sy_keeping {
	/* What is kept of a whole exchange, appended to out: a later request finds it in
	 * ask->earlier.  `answer` is NULL where it was streamed and the state has it. */
	void (*keep)(const struct sy_ask *ask, const struct sy_face *face,
	    const void *state, const struct sy_answer *answer, struct sy_buf *out);

	/* `query` is the request's query string, or NULL. */
	void (*show)(const char *id, const char *kept, size_t len, enum sy_kept_view view,
	    const char *query, struct sy_buf *out);
};

struct sy_surface {
	const char *name;    /* "openai-chat": the word in logs, ledger and tests */
	const char *dialect; /* adapters of the same dialect can be spliced */
	const char *id_prefix; /* of an answer's id: "chatcmpl-" */
	const char *id_header; /* that the request's id goes by beside x-request-id; or NULL */
	const char *ping;      /* keeps a stream alive once it has begun; NULL: a comment does */
	const char *stream_type; /* content type of a stream that is no SSE; NULL: it is */
	size_t stream_state;   /* bytes of zeroed state that one stream needs */

	/* Body to what the engine needs, with the checks that hold for every provider.  NULL:
	 * JSON is not taken. */
	int (*ask)(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
	    struct sy_error *err);

	/* MAY be NULL.  The same from multipart/form-data, which outlives *out. */
	int (*ask_form)(const struct sy_multipart *form, struct sy_arena *a, struct sy_ask *out,
	    struct sy_error *err);

	/* The canonical request, for a crossing.  Everything in *out lives in the arena. */
	int (*read)(const struct sy_ask *ask, struct sy_arena *a, struct sy_chat *out,
	    struct sy_error *err);

	/* MAY be NULL.  Before a stream's first event: what its state points to lives there. */
	void (*begin)(void *state, struct sy_arena *a);

	/* A whole answer, appended to out. */
	void (*write)(const struct sy_ask *ask, const struct sy_face *face,
	    const struct sy_answer *answer, struct sy_buf *out);

	/* The same of embeddings, for a surface of theirs.  -1 with SY_UNUSABLE where a vector
	 * is none. */
	int (*write_vectors)(const struct sy_ask *ask, const struct sy_face *face,
	    const struct sy_vectors *vectors, struct sy_buf *out, struct sy_error *err);

	/* The same of a ranking. */
	void (*write_ranking)(const struct sy_ask *ask, const struct sy_face *face,
	    const struct sy_ranking *ranking, struct sy_buf *out);

	/* One event of a stream, appended as zero or more SSE records; SY_EV_ERROR when it
	 * fails after its beginning, and nothing after that. */
	void (*event)(const struct sy_ask *ask, const struct sy_face *face, void *state,
	    const struct sy_event *ev, struct sy_buf *out);

	/* The error object; as an SSE record when the head of a stream went out and nothing
	 * of the answer after it. */
	void (*error)(const struct sy_error *err, const char *request_id, bool streaming,
	    struct sy_buf *out);

	const struct sy_keeping *keeping; /* NULL: answers are not kept */

	/* MAY be NULL.  The answer that the gateway gives by itself, appended to out: no provider
	 * is asked, and the ledger has no row of it. */
	void (*count)(const struct sy_ask *ask, struct sy_buf *out);

	/* MAY be NULL.  The HTTP status of an error, where it is not the error's own. */
	int (*status)(const struct sy_error *err);
};

static inline int sy_surface_status(const struct sy_surface *s, const struct sy_error *err)
{
	return s->status != NULL ? s->status(err) : err->status;
}

/* The surfaces' names, in the order of the registry; ends with NULL. */
const char *const *sy_surface_names(void);

extern const struct sy_surface sy_surface_gemini;
extern const struct sy_surface sy_surface_gemini_array; /* a stream without alt=sse */
extern const struct sy_surface sy_surface_gemini_count; /* of tokens, estimated */
extern const struct sy_surface sy_surface_gemini_stream;
extern const struct sy_surface sy_surface_openai_chat;
extern const struct sy_surface sy_surface_messages;
extern const struct sy_surface sy_surface_messages_count; /* of tokens */
extern const struct sy_surface sy_surface_openai_completions;
extern const struct sy_surface sy_surface_openai_embed;
extern const struct sy_surface sy_surface_openai_image;
extern const struct sy_surface sy_surface_openai_image_edit;
extern const struct sy_surface sy_surface_openai_image_variation;
extern const struct sy_surface sy_surface_openai_moderation;
extern const struct sy_surface sy_surface_openai_responses;
extern const struct sy_surface sy_surface_openai_speech;
extern const struct sy_surface sy_surface_openai_transcription;
extern const struct sy_surface sy_surface_openai_translation;
extern const struct sy_surface sy_surface_rerank;

/* The surface of that name, or NULL. */
const struct sy_surface *sy_surface_find(const char *name);

#endif
