/*
 * cgi.h - one request by plain CGI: the environment, standard input and output.
 *
 * The same visit as FastCGI's; one request, then the process ends.
 */
#ifndef SY_FCGI_CGI_H
#define SY_FCGI_CGI_H

struct ev_loop;
struct sy_cgi;
struct sy_edge;

/*
 * Reads the meta-variables from `environment` (as environ) at once, the body from `in` and
 * writes the answer to `out` from the loop; calls over() once all is written or nobody reads
 * any more.
 */
struct sy_cgi *sy_cgi_new(struct ev_loop *loop, struct sy_edge *edge, char **environment,
    int in, int out, void (*over)(void *arg), void *arg);
void sy_cgi_free(struct sy_cgi *c);

#endif
