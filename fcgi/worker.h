/*
 * worker.h - the gateway's process: one loop, from start to graceful end.
 */
#ifndef SY_FCGI_WORKER_H
#define SY_FCGI_WORKER_H

#include "base/error.h"

/* Serves FastCGI on the listening socket until told to stop; 0, or -1 when it can't start. */
int sy_worker_serve(int listener, struct sy_error *err);

/* Serves the one request of a CGI program. */
int sy_worker_serve_cgi(char **environment, struct sy_error *err);

#endif
