/*
 * openai_chat_members.h - what chunks and whole answers of chat completions have in common.
 *
 * Each appends members to an object that is open, without its brackets unless it says so.
 */
#ifndef SY_DIALECT_OPENAI_CHAT_MEMBERS_H
#define SY_DIALECT_OPENAI_CHAT_MEMBERS_H

#include "dialect/surface.h"
#include "model/answer.h"

#include <stdbool.h>
#include <stddef.h>

/* The client used functions and function_call, and is answered in kind. */
bool sy_openai_old_functions(const struct sy_ask *ask);
const char *sy_openai_finish_word(const struct sy_ask *ask, enum sy_finish finish);

/* Opens the object: its id, kind, time and model. */
void sy_openai_put_head(struct sy_buf *out, const struct sy_face *face,
    const char *object);
void sy_openai_put_usage(struct sy_buf *out, const struct sy_usage *usage);

/* An element of reasoning_details, from a SY_EV_REASONING. */
void sy_openai_put_thought(struct sy_buf *out, const struct sy_event *ev, int index);

/* A call's signature: in the call, as Google's own endpoint gives it; and as an element of
 * reasoning_details, where clients look for thoughts that have to go back: more of them keep
 * it. */
void sy_openai_put_call_mark(struct sy_buf *out, const char *signature);
void sy_openai_put_call_thought(struct sy_buf *out, const char *signature, const char *id,
    int index);

/* Whether a citation is in the form of this dialect already.  If not, official clients know
 * those of the web alone: the members of such an element of annotations, whose url there is. */
bool sy_openai_own_citation(const struct sy_event *ev);
void sy_openai_put_citation(struct sy_buf *out, const struct sy_event *ev);

/* An element of images, as OpenRouter's clients know it; for sounds there is no such shape. */
void sy_openai_put_picture(struct sy_buf *out, const char *media_type, const char *data);
bool sy_openai_is_picture(const char *media_type);

void sy_openai_put_extra(struct sy_buf *out, const char *key, const char *json,
    size_t len);

/* The elements of all pieces of one extra, from its first one on, as an array; of log
 * probabilities, those of `inner`. */
void sy_openai_join_pieces(struct sy_buf *out, const struct sy_answer_extra *e,
    const char *inner);

#endif
