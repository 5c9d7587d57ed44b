/*
 * messages.h - Anthropic's Messages API as our clients speak it: what its files share.
 *
 *	messages_ask     what the engine asks of a request
 *	messages_read    requests to the waist
 *	messages_turns   their messages
 *	messages_stream  streams, as clients read them
 *	messages_whole   whole answers
 *	messages_members what both of these write
 *	messages_error   errors
 */
#ifndef SY_DIALECT_MESSAGES_H
#define SY_DIALECT_MESSAGES_H

#include "base/json.h"
#include "dialect/notes.h"
#include "dialect/surface.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_chat;
struct sy_message;
struct sy_usage;

/* --- Requests. --------------------------------------------------------------------------- */

int sy_messages_ask(const char *body, size_t len, struct sy_arena *a, struct sy_ask *out,
    struct sy_error *err);
int sy_messages_read(const struct sy_ask *ask, struct sy_arena *a, struct sy_chat *out,
    struct sy_error *err);

/* The system prompt and the messages of a parsed body; what has no place is noted. */
int sy_messages_read_turns(struct json_object *root, struct sy_arena *a,
    struct sy_chat *out, struct sy_notes *unread, struct sy_error *err);

/* --- Answers. ---------------------------------------------------------------------------- */

/* Thoughts are for clients that asked for them; who asked the provider in its own words has
 * no canonical request, and gets what it says. */
bool sy_messages_shows_thoughts(const struct sy_ask *ask);

/* Opens a message, and says all but its content and its end. */
void sy_messages_put_head(struct sy_buf *out, const struct sy_face *face);

/* The word for why an answer ended: the provider's own, if it is one of this API's. */
const char *sy_messages_stop_reason(enum sy_finish finish, const char *native,
    bool stop_sequence, bool calls);

void sy_messages_put_stop(struct sy_buf *out, const char *reason, const char *sequence);
void sy_messages_put_usage(struct sy_buf *out, const struct sy_usage *usage);
/* An element of citations, from a SY_EV_CITATION. */
void sy_messages_put_citation(struct sy_buf *out, const struct sy_event *ev);

/* The stop sequence that a provider names in a field of its own; false for any other. */
bool sy_messages_is_stop_sequence(const char *key, const char *json, size_t len);

void sy_messages_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out);

#define SY_MESSAGES_STREAM_BYTES sizeof(void *)
void sy_messages_begin(void *state, struct sy_arena *a);
void sy_messages_event(const struct sy_ask *ask, const struct sy_face *face, void *state,
    const struct sy_event *ev, struct sy_buf *out);

/* --- Errors. ----------------------------------------------------------------------------- */

/* A code of errors: of a request that asks for a thread. */
#define SY_MESSAGES_NO_THREAD "thread_unsupported_request"

void sy_messages_error(const struct sy_error *err, const char *request_id, bool streaming,
    struct sy_buf *out);
int sy_messages_status(const struct sy_error *err);

#endif
