/*
 * translate.h - one attempt's exchange between a client's surface and a provider's adapter.
 *
 * Bytes in, bytes out, no I/O: the relay feeds what the provider sends, in whatever pieces
 * it comes, and gets what the client is to read.  Whether that is a splice (the same dialect
 * and a provider whose answers are clean: bytes pass verbatim while a tap reads usage,
 * finish and errors) or goes through events is decided here and shows only in the speed.
 */
#ifndef SY_DIALECT_TRANSLATE_H
#define SY_DIALECT_TRANSLATE_H

#include "dialect/adapter.h"
#include "dialect/surface.h"

#include <stdbool.h>
#include <stdint.h>

struct sy_translation;

#define SY_READING_NAME 96

/* What has been learned of the answer so far. */
struct sy_reading {
	bool content;  /* text, reasoning, refusal or a tool call has come: the commit point */
	bool flows;    /* raw bytes: what has come may go at once, though nobody streams */
	bool finished; /* every choice has its finish reason */
	bool whole;    /* the answer is complete by its dialect's own rule */
	enum sy_finish finish;
	char native_finish[32];
	char model[SY_READING_NAME]; /* as the provider says; "" */
	char id[SY_READING_NAME];    /* the provider's id of the answer; "" */
	struct sy_usage usage;
	int64_t text_bytes; /* of all content, for estimates */
	int64_t events;
	int skipped; /* malformed records left out */
};

/* `ask`, `surface` and `face` outlive it; its memory is the call's arena. */
struct sy_translation *sy_translation_new(const struct sy_surface *surface,
    const struct sy_adapter *adapter, struct sy_call *call, const struct sy_face *face);

/* What to send: path in url, the dialect's own headers, body.  No secret in it. */
int sy_translation_request(struct sy_translation *t, struct sy_http *out,
    struct sy_error *err);

/* The head of a 2xx answer says this type; NULL or "" where it says none. */
void sy_translation_head(struct sy_translation *t, const char *content_type);

/* The type of what the client is to read, where that is neither JSON nor a stream; or NULL. */
const char *sy_translation_type(const struct sy_translation *t);

/*
 * Bytes of a 2xx answer; `stream` is whether its content type is a stream's (a provider may
 * answer a stream request with one JSON document, and the reverse).  Appends to out what the
 * client may read now.  -1: the answer has failed, with the kind as the provider's own error
 * inside the answer says, or SY_UNUSABLE; what is in out from earlier calls stands.
 */
int sy_translation_feed(struct sy_translation *t, bool stream, const char *data, size_t len,
    struct sy_buf *out, struct sy_error *err);

/*
 * The provider closed.  0: the answer is whole and all of it is in out (for a stream, with
 * the dialect's end, usage where the client asked for it; for a whole answer the complete
 * document).  -1 with SY_TRUNCATED when its end never came (SY_UNUSABLE when nothing came).
 */
int sy_translation_finish(struct sy_translation *t, struct sy_buf *out,
    struct sy_error *err);

/* The answer is whole: what its surface keeps of it, which must have a `keeping`. */
void sy_translation_keep(const struct sy_translation *t, struct sy_buf *out);

/* The answer failed after some of it was given to a client that streams: appends to out how
 * the surface says so. */
void sy_translation_error(struct sy_translation *t, const struct sy_error *err,
    struct sy_buf *out);

/* The content type and nothing else is the client's to see before the body. */
const struct sy_reading *sy_translation_reading(const struct sy_translation *t);

#endif
