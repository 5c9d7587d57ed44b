/*
 * sse.h - text/event-stream, cut into records.
 *
 * The rules of the HTML standard: lines end in CR, LF or CRLF, a BOM before the first is
 * skipped, comments and unknown fields are ignored, the lines of one event's data are joined
 * with LF, a blank line ends an event.  `id` and `retry` are dropped: nobody here reconnects.
 * The bytes may come cut anywhere.
 */
#ifndef SY_BASE_SSE_H
#define SY_BASE_SSE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/record.h"

/* A line may be a picture. */
#define SY_SSE_LINE_BYTES  (16 << 20)
#define SY_SSE_EVENT_BYTES (16 << 20)

struct sy_sse {
	struct sy_buf line; /* a line whose end has not come */
	struct sy_buf data; /* of the event that is being gathered */
	char event[64];     /* its name; longer names are cut */
	bool has_data;
	bool past_first; /* line: a BOM is no BOM any more */
	bool after_cr;   /* an LF now belongs to the line that ended */
};

void sy_sse_init(struct sy_sse *s);
void sy_sse_release(struct sy_sse *s);

/* 0; or -1: what `take` failed with, or SY_UNUSABLE for a line or an event over its limit. */
int sy_sse_feed(struct sy_sse *s, const char *data, size_t len, sy_take_record *take,
    void *arg, struct sy_error *err);

/* The stream has ended: an event without its blank line is handed over after all, since
 * whether it is whole shows in its own syntax. */
int sy_sse_end(struct sy_sse *s, sy_take_record *take, void *arg, struct sy_error *err);

#endif
