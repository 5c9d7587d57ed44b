/*
 * records.h - the FastCGI record protocol as bytes: what a web server sends, and what it
 * reads.
 *
 * libfcgi's own calls block, so only its header of constants is used.  The reader takes
 * bytes as they come, in pieces of any size, and has one request at a time on a connection
 * (we answer MPXS_CONNS 0).  No sockets and no clock in here.
 */
#ifndef SY_FCGI_RECORDS_H
#define SY_FCGI_RECORDS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SY_FCGI_PARAMS_BYTES 65536

struct sy_fcgi_ops {
	void (*begin)(void *arg);
	/* The meta-variables are all there, in fcgi.params. */
	void (*params)(void *arg);
	void (*input)(void *arg, const char *data, size_t len);
	void (*input_end)(void *arg);
	void (*aborted)(void *arg);
	/* A record that is to be sent back at once. */
	void (*reply)(void *arg, const void *record, size_t len);
};

enum sy_fcgi_phase {
	SY_FCGI_IDLE,   /* no request */
	SY_FCGI_PARAMS, /* its meta-variables are coming */
	SY_FCGI_INPUT,  /* its body is coming */
	SY_FCGI_READ,   /* all of it is here */
};

struct sy_fcgi {
	enum sy_fcgi_phase phase;
	bool keep; /* the web server wants the connection kept */
	bool done; /* answered before all was read: the rest is skipped */
	unsigned id;
	struct sy_buf params;
	bool params_too_long;

	unsigned char head[8], begin[8];
	size_t head_len, small_len;
	int type;
	unsigned record_id;
	size_t content_left, padding_left;
	struct sy_buf values; /* the content of a GET_VALUES record */
};

void sy_fcgi_init(struct sy_fcgi *f);
void sy_fcgi_release(struct sy_fcgi *f);

/* Takes bytes; -1 once they break the protocol, then the connection is of no more use. */
int sy_fcgi_feed(struct sy_fcgi *f, const struct sy_fcgi_ops *ops, void *arg,
    const char *data, size_t len);

/* The request has been answered; another may follow. */
void sy_fcgi_done(struct sy_fcgi *f);

/* The next name and value at *at; 1, 0 at the end, -1 when lengths and bytes disagree. */
struct sy_fcgi_pair {
	const char *name, *value; /* not terminated */
	size_t name_len, value_len;
};
int sy_fcgi_pair(const struct sy_buf *params, size_t *at, struct sy_fcgi_pair *out);

/*
 * What we send.  Output is appended to a record that stays open for more until
 * sy_fcgi_out_close(), so that one turn's pieces make one record.
 */
struct sy_fcgi_out {
	struct sy_buf bytes;
	size_t record; /* where the open record begins */
	bool open;
	unsigned id;
};

void sy_fcgi_out_add(struct sy_fcgi_out *o, const void *data, size_t len);
void sy_fcgi_out_close(struct sy_fcgi_out *o);
/* The end of the output and of the request. */
void sy_fcgi_out_end(struct sy_fcgi_out *o);

#endif
