/*
 * trial.h - one exchange through the translation, without a network: for tests that compare
 * what is sent and received with what should be.
 */
#ifndef SY_TESTS_TRIAL_H
#define SY_TESTS_TRIAL_H

#include "base/buf.h"
#include "dialect/surface.h"
#include "model/config.h"

#include <stdbool.h>

/* Who is asked what, and what they answer. */
struct trial {
	const struct sy_surface *surface; /* the shape that the client speaks */
	struct sy_provider provider;
	struct sy_model model;
	const char *betas, *version; /* the client's anthropic- headers; or NULL */
	const char *request; /* the client's body */
	size_t request_len;
	unsigned attempt; /* which of the request it is */
	int status;  /* of the answer */
	const char *content_type; /* of the answer; NULL: JSON, or where it streams */
	const char *error_type; /* as its head says it, or NULL */
	bool stream; /* its content type is a stream's */
	const char *answer;
	size_t answer_len;
};

void trial_init(struct trial *t);

/*
 * Sets one thing by its name: surface, dialect, model, name (of the model in our catalogue),
 * base_url, max_output_tokens, context_tokens, caps (one of them), attempt, status, stream,
 * betas, version, content_type, error_type, or a quirk.  False when there is no such thing.  The value
 * outlives *t.
 */
bool trial_set(struct trial *t, const char *name, const char *value);

/*
 * An answer whose dialect frames its streams in bytes is written as lines, each a frame:
 *
 *	messageStop {"stopReason":"end_turn"}
 *	!throttlingException {"message":"an exception"}
 *	?InternalError an error of the framing's own
 *	-5	the last five bytes are missing
 *	~5	the fifth byte from the end is another
 *
 * False when this answer is none of these: a document, or a stream in lines of its own.
 */
bool trial_frames(const struct trial *t, const char *text, size_t len, struct sy_buf *out);

/* What the provider is sent: headers, a blank line, the body with a line a member, and what
 * was left out; or one line that begins with "error". */
void trial_send(const struct trial *t, struct sy_buf *out);

/* What the client reads when the answer comes in pieces of so many bytes, and below it a line
 * about what was learned of the answer. */
void trial_receive(const struct trial *t, size_t piece, struct sy_buf *out);

#endif
