/*
 * eventstream.h - application/vnd.amazon.eventstream, cut into records, and made of them.
 *
 * Frames of a prelude (lengths and their checksum), headers, payload and a checksum of all
 * that; numbers are big-endian.  A record's data is the payload, its event the frame's
 * :event-type.  Exceptions and errors are records too, with `failure` set: their event is the
 * :exception-type or :error-code, and what an error says in a header is its data.  The bytes
 * may come cut anywhere.
 */
#ifndef SY_BASE_EVENTSTREAM_H
#define SY_BASE_EVENTSTREAM_H

#include "base/buf.h"
#include "base/error.h"
#include "base/record.h"

#include <stddef.h>
#include <stdint.h>

#define SY_EVENTSTREAM_HEADER_BYTES  (128 << 10)
#define SY_EVENTSTREAM_PAYLOAD_BYTES (24 << 20)

struct sy_eventstream {
	struct sy_buf frame; /* as far as it has come */
	size_t total;        /* its length; 0 while the prelude is not whole */
	size_t header_bytes;
	char name[64]; /* of the event, exception or error; longer ones are cut */
};

void sy_eventstream_init(struct sy_eventstream *s);
void sy_eventstream_release(struct sy_eventstream *s);

/* 0; or -1: what `take` failed with, or SY_UNUSABLE for what is no frame or over its limit.
 * There is no way to find the next frame after that. */
int sy_eventstream_feed(struct sy_eventstream *s, const char *data, size_t len,
    sy_take_record *take, void *arg, struct sy_error *err);

/* The stream has ended: -1 with SY_TRUNCATED inside of a frame. */
int sy_eventstream_end(struct sy_eventstream *s, struct sy_error *err);

/* Appends a frame as the service writes it; `type` is "event", "exception" or "error". */
void sy_eventstream_add(struct sy_buf *out, const char *type, const char *name,
    const char *data, size_t len);

/* CRC-32 as zlib and Ethernet have it; `crc` is 0 at first, or the value so far. */
uint32_t sy_crc32(uint32_t crc, const void *data, size_t len);

#endif
