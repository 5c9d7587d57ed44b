/*
 * web.h - the web server's side of FastCGI, as bytes.
 */
#ifndef SY_TESTS_FCGI_WEB_H
#define SY_TESTS_FCGI_WEB_H

#include "base/buf.h"

#include <stdbool.h>

void web_record(struct sy_buf *b, int type, int id, const void *data, size_t len);
void web_begin(struct sy_buf *b, int id, int role, bool keep);
void web_pair(struct sy_buf *b, const char *name, const char *value);

/* A request from its beginning to its end; body NULL: none.  `more` are further pairs, as
 * name, value, ..., NULL; or NULL. */
void web_request(struct sy_buf *b, int id, bool keep, const char *method, const char *uri,
    const char *body, const char *const *more);

/* What a worker sent: its output, and how it ended. */
struct web_answer {
	struct sy_buf out;
	int ends;    /* END_REQUEST records */
	int status;  /* protocolStatus of the last */
	int records; /* STDOUT records with content */
	int others;  /* records of any other type */
	int other_type;
	bool broken; /* bytes that are no records */
};

/* Takes apart what came; returns the bytes used. */
size_t web_answer_read(struct web_answer *a, const char *data, size_t len);
void web_answer_release(struct web_answer *a);

#endif
