/*
 * responses.h - what the files of OpenAI's Responses surface share.
 *
 *	responses_in      what the engine asks of a request
 *	responses_read    requests to the waist
 *	responses_items   their input items
 *	responses_object  the response object, as a whole answer and inside events
 *	responses_output  the items of an answer
  *	responses_stream  answers as streams
 *	responses_kept    what is kept of an exchange, and going on from it
 *
 * The API is another view of chat completions: input and output are lists of items, where a
 * call, its result, a thought and a message are items of their own, and a stream says of
 * each how it begins and ends.
 */
#ifndef SY_DIALECT_RESPONSES_H
#define SY_DIALECT_RESPONSES_H

#include "base/walk.h"
#include "dialect/surface.h"
#include "model/answer.h"
#include "model/chat.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* --- Requests. --------------------------------------------------------------------------- */

int sy_responses_read(const struct sy_ask *ask, struct sy_arena *a, struct sy_chat *out,
    struct sy_error *err);

/* A message of one text, behind the messages that are there. */
void sy_responses_add_text(enum sy_role role, const char *text, struct sy_arena *a,
    struct sy_chat *out);

/* A list of items, `path` its place in the body, behind the messages that are there. */
int sy_responses_read_items(const struct sy_ask *ask, struct json_object *list,
    const char *path, struct sy_arena *a, struct sy_chat *out, struct sy_error *err);

/*
 * What a thought's encrypted_content says, which is ours (sy_responses_put_seal()) unless it
 * comes from OpenAI itself.  A call's signature travels in a thought of its own before it.
 */
enum sy_seal_kind { SY_SEAL_SIGNATURE = 's', SY_SEAL_DATA = 'd', SY_SEAL_CALL = 'c' };

struct sy_seal {
	enum sy_seal_kind kind;
	const char *format; /* whose it is; NULL nobody's in particular */
	const char *text;
};

void sy_responses_put_seal(struct sy_buf *out, const struct sy_seal *seal);
struct sy_seal sy_responses_open_seal(const char *sealed, struct sy_arena *a);

/* --- Answers. ---------------------------------------------------------------------------- */

enum sy_response_status {
	SY_RESPONSE_IN_PROGRESS,
	SY_RESPONSE_COMPLETED,
	SY_RESPONSE_INCOMPLETE,
	SY_RESPONSE_FAILED,
};

/* An answer as far as it has come. */
struct sy_response {
	const struct sy_ask *ask;
	const struct sy_face *face;
	const struct sy_answer *answer;
	enum sy_response_status status;
	const struct sy_error *error; /* when failed */
};

/* The one choice of an answer; NULL while nothing has come. */
static inline const struct sy_answer_choice *sy_response_choice(
    const struct sy_response *r)
{
	return r->answer->choices[0];
}

/* How it ended, by the finish reason. */
enum sy_response_status sy_response_ended(const struct sy_answer *answer);

void sy_response_put_object(struct sy_buf *out, const struct sy_response *r);
void sy_responses_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out);

/* Where a block stands: which item, and which part of it.  An item of -1 is not shown. */
struct sy_place {
	int item, part;
	const struct sy_answer_block *first; /* of its item */
};

struct sy_place sy_response_place(const struct sy_response *r,
    const struct sy_answer_block *block);

/* Text and refusal: parts of messages. */
static inline bool sy_response_is_said(const struct sy_answer_block *b)
{
	return b->kind == SY_BLOCK_TEXT || b->kind == SY_BLOCK_REFUSAL;
}

/* The member `key` ("id", "item_id") with the id of the item at `place`. */
void sy_response_put_id(struct sy_buf *out, const char *key, const struct sy_response *r,
    const struct sy_place *place);

/* The item at `place`: as it begins, empty; or with all that has come. */
void sy_response_put_item(struct sy_buf *out, const struct sy_response *r,
    const struct sy_place *place, bool whole);

/* The thought that carries a call's signature, in the item before the call's. */
void sy_response_put_call_thought(struct sy_buf *out, const struct sy_response *r,
    const struct sy_place *place);

/* A part of a message or the summary of a thought: empty, or with all that has come. */
void sy_response_put_part(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *block, bool whole);
void sy_response_put_annotation(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *block, const struct sy_answer_citation *c);
void sy_response_put_logprobs(struct sy_buf *out, const struct sy_response *r,
    const struct sy_answer_block *block);

/* What a call was given: JSON text, or plain text when the tool is a custom one. */
void sy_response_put_arguments(struct sy_buf *out, const struct sy_answer_block *call);

/* The member "output", an array. */
void sy_response_put_output(struct sy_buf *out, const struct sy_response *r);

/* --- What is kept. ----------------------------------------------------------------------- */

/* An answer that the request needs to find again, once. */
void sy_responses_want(struct sy_ask *ask, const char *id, struct sy_arena *a);
/* Those whose items the input refers to by their ids. */
int sy_responses_want_references(struct sy_ask *ask, struct sy_arena *a,
    struct sy_error *err);

/* The item of that id in an answer that was found; no span when there is none. */
struct sy_span sy_responses_item(const struct sy_ask *ask, const char *id);

/* The exchange that the request goes on from, and all before it; 0 as well when it goes on
 * from none. */
int sy_responses_read_previous(const struct sy_ask *ask, struct sy_arena *a,
    struct sy_chat *out, struct sy_error *err);

extern const struct sy_keeping sy_responses_keeping;

/* --- Streams. ---------------------------------------------------------------------------- */

struct sy_responses_stream {
	struct sy_answer answer;            /* so far */
	const struct sy_answer_block *last; /* told of; not closed unless it is a call */
	int64_t sequence;
	bool begun;
};

void sy_responses_begin(void *state, struct sy_arena *a);
void sy_responses_event(const struct sy_ask *ask, const struct sy_face *face, void *state,
    const struct sy_event *ev, struct sy_buf *out);
void sy_responses_error(const struct sy_error *err, const char *request_id,
    bool streaming, struct sy_buf *out);

#endif
