/*
 * record.h - one piece of a stream, as its framing cut it.
 */
#ifndef SY_BASE_RECORD_H
#define SY_BASE_RECORD_H

#include <stddef.h>

/* Borrowed: valid during the call that hands it over. */
struct sy_record {
	const char *event; /* SSE event name, "" when none */
	const char *data;  /* NUL-terminated; may hold NULs of its own */
	size_t len;
};

#endif
