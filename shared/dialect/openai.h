/*
 * openai.h - what the files of the OpenAI dialect share.
 *
 *	openai_names     the dialect's words
 *	openai_chat_in   surface: what the engine asks of a request
 *	openai_chat_read surface: requests to the waist
 *	openai_messages  surface: their messages
 *	openai_choice    surface: which tool is wanted
 *	openai_chat_stream, openai_chat_whole  surface: answers as clients read them
 *	openai_build     adapter: a request made from the waist
 *	openai_turns     adapter: its messages
 *	openai_splice    adapter: a request edited in place
 *	openai_decode    adapter: answers to events
 *	openai_delta     adapter: the content of one
 *	openai_usage     adapter: token counts
 *	openai_blame     adapter: what an error means
 *	openai_out       adapter: the table
 *
 * Tasks that are no chat are in openai_task.h.
 */
#ifndef SY_DIALECT_OPENAI_H
#define SY_DIALECT_OPENAI_H

#include "base/walk.h"
#include "base/word.h"
#include "dialect/adapter.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_buf;
struct sy_chat;
struct sy_quirks;

#define SY_OPENAI_PATH      "/chat/completions"
#define SY_OPENAI_N_MAX     128
#define SY_OPENAI_TOOLS_MAX 512

/* The format of an encrypted thought that, with the id of a call, is that call's signature. */
#define SY_OPENAI_CALL_SIGNATURE "google-gemini"

/* --- Words. ------------------------------------------------------------------------------ */

/* Beside the values of enum sy_finish: the word says that the answer failed. */
#define SY_OPENAI_FAILED 100

/* What a provider's finish_reason means; unknown words are a stop. */
int sy_openai_finish(const char *native);

/* The top-level fields of a request, by what becomes of them. */
enum sy_openai_use {
	SY_USE_WAIST,    /* read into the canonical request */
	SY_USE_STANDARD, /* of the specification: kept in extra, sent where not dropped */
	SY_USE_OPENAI, /* of the specification, but of use to OpenAI alone: sent to providers
	                  * that pass unknown fields or are clean */
	SY_USE_UNKNOWN, /* anything else: to providers that pass unknown fields */
	SY_USE_WITHHELD, /* of the specification, never forwarded, and that is said */
	SY_USE_GATEWAY, /* for us, never forwarded */
	SY_USE_ROUTER,  /* routing wishes: to providers that pass unknown fields */
};

enum sy_openai_use sy_openai_use(const char *field);

/* What the scan of a request looks out for inside its members. */
enum { SY_SEEN_IMAGE, SY_SEEN_AUDIO, SY_SEEN_FILE, SY_SEEN_DEVELOPER };
enum {
	SY_KEY_REASONING_CONTENT,
	SY_KEY_REASONING,
	SY_KEY_REASONING_DETAILS,
	SY_KEY_CACHE_CONTROL,
	SY_KEY_TOOL_CALLS,
	SY_KEY_STRICT,
	SY_KEY_NAME,
};
extern const char *const sy_openai_watch[];
extern const char *const sy_openai_watch_keys[];

/* The provider's name for a field: its rename pair's right half, or the field itself. */
const char *sy_openai_renamed(const struct sy_quirks *q, const char *field,
    struct sy_arena *a);

/* JSON text on one line, as framing wants it: its line ends are white space, since its strings
 * hold none. */
void sy_openai_put_line(struct sy_buf *out, struct sy_span json);

/* --- Answers. ---------------------------------------------------------------------------- */

#define SY_OPENAI_STATE_BYTES 320 /* what a stream keeps between records */

int sy_openai_parse(const struct sy_call *call, const char *body, size_t len,
    const struct sy_sink *sink, struct sy_error *err);
int sy_openai_feed(const struct sy_call *call, void *state, const struct sy_record *rec,
    const struct sy_sink *sink, struct sy_error *err);
void sy_openai_finish_stream(const struct sy_call *call, void *state,
    const struct sy_sink *sink);

/* False when the object holds no counts, or counts that cannot be true. */
bool sy_openai_usage(const struct sy_call *call, struct sy_span usage,
    struct sy_usage *out);

void sy_openai_blame(const struct sy_call *call, int status, const char *body, size_t len,
    struct sy_error *err);

/* What an object inside a 2xx answer fails with; false when it is no error at all. */
bool sy_openai_blame_inside(const struct sy_call *call, struct sy_span root,
    struct sy_error *err);

/* --- Requests. --------------------------------------------------------------------------- */

/* The value of tool_choice (or of `field`), once the tools are read; NULL says nothing. */
int sy_openai_read_choice(struct json_object *choice, const char *field,
    struct sy_chat *out, struct sy_error *err);

/* Refuses, by the field's name, what this provider cannot be asked at all. */
int sy_openai_check(const struct sy_call *call, struct sy_error *err);

int sy_openai_build(struct sy_call *call, struct sy_http *out, struct sy_error *err);
int sy_openai_splice(struct sy_call *call, struct sy_http *out, struct sy_error *err);
int sy_openai_pass(const struct sy_call *call, const struct sy_record *rec,
    struct sy_buf *out);

extern const struct sy_adapter sy_adapter_openai;

#endif
