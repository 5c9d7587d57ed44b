/*
 * reply.h - a response as bytes, with the borders of its events.
 *
 * The body of a stream is made whole before its first byte leaves: when each event goes, and
 * whether it goes at all, is decided by marks in one buffer.
 */
#ifndef SY_SIM_REPLY_H
#define SY_SIM_REPLY_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define SY_SIM_REPLY_BYTES (256 * 1024 * 1024)

struct sy_sim_reply {
	int status;
	bool streamed;            /* events; else one body */
	bool framed;              /* they are Amazon's frames, not server-sent */
	const char *content_type; /* NULL: the headers have it */
	struct sy_buf headers;    /* further "name: value\r\n" lines */
	struct sy_buf body;
	size_t *marks; /* where each event ends in body */
	size_t count, room;
};

void sy_sim_reply_init(struct sy_sim_reply *r);
void sy_sim_reply_release(struct sy_sim_reply *r);
void sy_sim_reply_reset(struct sy_sim_reply *r); /* to an empty 200 of JSON */

/* Ends an event at the body's present end. */
void sy_sim_reply_mark(struct sy_sim_reply *r);

/* Where event n begins in the body; its end if there are not so many. */
size_t sy_sim_reply_event(const struct sy_sim_reply *r, size_t n);

/* Takes away all events from n on. */
void sy_sim_reply_cut(struct sy_sim_reply *r, size_t n);

#endif
