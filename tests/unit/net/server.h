/*
 * server.h - an HTTP server that misbehaves as the path asks; a thread a connection.
 */
#ifndef SY_TESTS_NET_SERVER_H
#define SY_TESTS_NET_SERVER_H

/* Starts it on a free loopback port, once in a process; returns the port. */
int server_start(void);

/* Whole requests (head and body) and connections since the last server_reset(). */
int server_requests(void);
int server_connections(void);
void server_reset(void);

/* The head of the last request, as it came; valid until the next request. */
const char *server_last_head(void);

#endif
