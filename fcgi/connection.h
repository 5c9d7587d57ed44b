/*
 * connection.h - FastCGI connections from a web server, on the event loop.
 *
 * All that one turn of the loop brings for a connection leaves in one send; what the web
 * server does not take waits, and the relay is told to pause.
 */
#ifndef SY_FCGI_CONNECTION_H
#define SY_FCGI_CONNECTION_H

#include <stdbool.h>

struct ev_loop;
struct sy_connections;
struct sy_edge;

#define SY_CONNECTION_LONG_BYTES  262144 /* queued: pause */
#define SY_CONNECTION_SHORT_BYTES 65536  /* queued: go on */

/* Accepts from `listener`, which becomes non-blocking and may be shared with other
 * processes. */
struct sy_connections *sy_connections_new(struct ev_loop *loop, struct sy_edge *edge,
    int listener);
void sy_connections_free(struct sy_connections *cs);

/* No more are accepted, and those without a request are closed, also later. */
void sy_connections_stop(struct sy_connections *cs);

/* Of those that are open. */
unsigned sy_connections_count(const struct sy_connections *cs);

#endif
