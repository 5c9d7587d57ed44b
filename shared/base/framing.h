/*
 * framing.h - how a stream is cut into records, whichever way its provider frames it.
 */
#ifndef SY_BASE_FRAMING_H
#define SY_BASE_FRAMING_H

#include "base/eventstream.h"
#include "base/record.h"
#include "base/sse.h"

#include <stdbool.h>
#include <stddef.h>

enum sy_framing {
	SY_FRAMING_SSE,    /* text/event-stream */
	SY_FRAMING_AMAZON, /* application/vnd.amazon.eventstream */
};

/* The content type, for a request to accept. */
const char *sy_framing_type(enum sy_framing framing);

/* Whether a Content-Type header says that the answer is such a stream. */
bool sy_framing_is(enum sy_framing framing, const char *content_type);

/* Whether an answer that begins with this byte is such a stream whatever its type says. */
bool sy_framing_begins(enum sy_framing framing, char first);

/* A stream being cut; feed and end are those of sse.h and eventstream.h. */
struct sy_framer {
	enum sy_framing framing;
	union {
		struct sy_sse sse;
		struct sy_eventstream amazon;
	} as;
};

void sy_framer_init(struct sy_framer *f, enum sy_framing framing);
void sy_framer_release(struct sy_framer *f);
int sy_framer_feed(struct sy_framer *f, const char *data, size_t len,
    sy_take_record *take, void *arg, struct sy_error *err);
int sy_framer_end(struct sy_framer *f, sy_take_record *take, void *arg,
    struct sy_error *err);

#endif
