/*
 * stopwatch.h - stop sequences that a provider does not take, kept by us.
 *
 * Anthropic refuses stops of white space alone; a client that sends "\n" relies on getting
 * one line.  Text is passed on up to the first of them, and none after it.
 */
#ifndef SY_DIALECT_STOPWATCH_H
#define SY_DIALECT_STOPWATCH_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct sy_chat;

#define SY_STOPS_WATCHED 8 /* each costs a search a piece; more are not watched for */

struct sy_stopwatch {
	const char *stops[SY_STOPS_WATCHED];
	size_t count; /* 0: nothing to watch for */
	size_t longest;
	bool stopped;
	struct sy_buf held; /* what may be the beginning of a stop */
};

typedef void sy_pass_text(void *arg, const char *text, size_t len);

void sy_stopwatch_init(struct sy_stopwatch *w,
    const struct sy_chat *chat); /* may be NULL */
void sy_stopwatch_release(struct sy_stopwatch *w);
void sy_stopwatch_feed(struct sy_stopwatch *w, const char *text, size_t len,
    sy_pass_text *pass, void *arg);
void sy_stopwatch_flush(struct sy_stopwatch *w, sy_pass_text *pass, void *arg);

#endif
