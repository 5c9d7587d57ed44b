/*
 * server.h - the listening socket and its connections.
 */
#ifndef SY_SIM_SERVER_H
#define SY_SIM_SERVER_H

#include <ev.h>

struct sy_error;
struct sy_sim;
struct sy_sim_server;

/* Listens on "ADDRESS:PORT"; port 0 is any free one.  NULL with *err if that fails. */
struct sy_sim_server *sy_sim_server_new(struct ev_loop *loop, struct sy_sim *sim,
    const char *address, struct sy_error *err);

/* Closes all; attempts under way end as stopped.  NULL does nothing. */
void sy_sim_server_free(struct sy_sim_server *server);

int sy_sim_server_port(const struct sy_sim_server *server);

#endif
