/*
 * web.h - one request to the admin worker and its answer, over libfcgi's own calls.
 */
#ifndef SY_FCGI_ADMIN_WEB_H
#define SY_FCGI_ADMIN_WEB_H

#include "base/buf.h"
#include "base/error.h"
#include "store/session.h"

#include <fcgiapp.h>
#include <stdbool.h>
#include <stdint.h>

struct sy_arena;
struct sy_book;
struct sy_config;
struct sy_live;
struct sy_root;
struct sy_zone;

/* What all requests of the process share. */
struct sy_admin {
	const struct sy_root *root;
	struct sy_book *book;
	struct sy_live *live;
	struct sy_config *config; /* the active generation, or NULL */
	struct sy_zone *zone;     /* of the roll-ups */
};

struct sy_web {
	struct sy_admin *admin;
	FCGX_Request *fcgi;
	struct sy_arena *arena;
	const char *method;
	const char *path;  /* below ui/api/: "summary" */
	const char *query; /* undecoded, without the question mark */
	const char *body;
	size_t body_len;
	bool secure; /* by https */
	struct sy_session session;
	bool signed_in;
	int64_t now_s;

	/* The answer. */
	int status;
	const char *allow;      /* with 405 */
	const char *set_cookie; /* or NULL */
	int64_t as_of;          /* 0: none */
	uint64_t seq;           /* with as_of: what the ETag is made of */
	struct sy_buf out;      /* the body */
};

/* Reads the request, body included (at most 64 KiB).  -1 with the error to answer. */
int sy_web_read(struct sy_web *w, struct sy_error *err);

/* Sends what is in *w; 304 where the client has the same already. */
void sy_web_send(struct sy_web *w);

/* The error as the API words it, into w->out. */
void sy_web_error(struct sy_web *w, const struct sy_error *err);

/* A query parameter, decoded; NULL when absent, or when it holds a NUL or no UTF-8. */
const char *sy_web_param(struct sy_web *w, const char *name);

/* Calls fn for each parameter whose name begins with `prefix`, in order. */
void sy_web_params(struct sy_web *w, const char *prefix,
    void (*fn)(void *arg, const char *name, const char *value), void *arg);

const char *sy_web_header(struct sy_web *w, const char *cgi_name); /* "HTTP_..." */
const char *sy_web_cookie(struct sy_web *w, const char *name);

#endif
