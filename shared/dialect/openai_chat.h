/*
 * openai_chat.h - the two halves of the chat completions surface: requests in, answers out.
 */
#ifndef SY_DIALECT_OPENAI_CHAT_H
#define SY_DIALECT_OPENAI_CHAT_H

#include "dialect/surface.h"
#include "model/answer.h"

struct json_object;

/* What has been told of each choice of a stream. */
struct sy_openai_told {
	bool begun, finished;
	uint16_t thoughts; /* that are over: the index of the one under way */
	uint16_t elements; /* of arrays that are told in pieces */
};

struct sy_openai_chat_stream {
	struct sy_openai_told choices[SY_ANSWER_CHOICES];
	struct sy_usage usage;
};

/* The messages of a parsed body; message_count grows with each that was read. */
int sy_openai_read_messages(struct json_object *root, struct sy_arena *a,
    struct sy_chat *out, struct sy_error *err);
int sy_openai_chat_read(const struct sy_ask *ask, struct sy_arena *a, struct sy_chat *out,
    struct sy_error *err);

void sy_openai_chat_write(const struct sy_ask *ask, const struct sy_face *face,
    const struct sy_answer *answer, struct sy_buf *out);
void sy_openai_chat_event(const struct sy_ask *ask, const struct sy_face *face,
    void *state, const struct sy_event *ev, struct sy_buf *out);
void sy_openai_chat_error(const struct sy_error *err, const char *request_id,
    bool streaming, struct sy_buf *out);

#endif
