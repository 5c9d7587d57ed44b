/*
 * record.h - one piece of a stream, as its framing cut it.
 */
#ifndef SY_BASE_RECORD_H
#define SY_BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct sy_error;

/* Borrowed: valid during the call that hands it over. */
struct sy_record {
	const char *event; /* its name, "" when none */
	const char *data;  /* NUL-terminated; may hold NULs of its own */
	size_t len;
	bool failure; /* the framing says that it is an error, whose name is `event` */
};

/* Takes a record; negative stops the feed, with *err filled. */
typedef int sy_take_record(void *arg, const struct sy_record *rec, struct sy_error *err);

#endif
