/*
 * gemini_content.h - what one candidate of an answer says, told as events.
 *
 * Parts go out as they come; what only the end can tell (citations, how it finished) waits.
 * Also where names and inputs that the request had to change become the client's again.
 */
#ifndef SY_DIALECT_GEMINI_CONTENT_H
#define SY_DIALECT_GEMINI_CONTENT_H

#include "base/buf.h"
#include "base/walk.h"
#include "dialect/gemini.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_gemini_candidate {
	struct sy_gemini_candidate *next;
	int index;
	int calls;
	bool said;                             /* anything at all */
	struct sy_buf text;                    /* so far, as citations count it */
	const struct sy_gemini_finish *finish; /* NULL while it has not come */
	char native[48];
	char message[256];                   /* why it finished so */
	struct sy_span grounding, citations; /* the last that came, in the arena */
};

/* What an answer is read with. */
struct sy_gemini_teller {
	const struct sy_call *call;
	const struct sy_sink *sink;
	struct sy_buf *scratch;
	uint64_t seed; /* of ids that the provider leaves out */
};

/* An element of `candidates`. */
void sy_gemini_read_candidate(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_span candidate);

/* It is over: what it rests on, a refusal in words, and its finish; false, with *err filled,
 * where it failed after all. */
bool sy_gemini_end_candidate(struct sy_gemini_teller *t, struct sy_gemini_candidate *c,
    struct sy_error *err);

/* Citations, of the text that the candidate has by then. */
void sy_gemini_tell_grounding(struct sy_gemini_teller *t,
    const struct sy_gemini_candidate *c);

/* A string's text in the scratch buffer: valid until the next. */
struct sy_span sy_gemini_decode(struct sy_gemini_teller *t, struct sy_span string);

#endif
