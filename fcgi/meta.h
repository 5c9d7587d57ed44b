/*
 * meta.h - the meta-variables of a request (RFC 3875): what the web server says of it.
 *
 * FastCGI brings them as parameters, plain CGI as the environment; both end up here.  A name
 * that matters may come once: two headers that CGI spells alike ("X-Api-Key" and "X_Api_Key")
 * must not let one person's key travel with another's.
 */
#ifndef SY_FCGI_META_H
#define SY_FCGI_META_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct sy_arena;

enum sy_meta_name {
	SY_META_CONTENT_LENGTH,
	SY_META_CONTENT_TYPE,
	SY_META_ANTHROPIC_BETA,
	SY_META_ANTHROPIC_VERSION,
	SY_META_API_KEY,
	SY_META_AUTHORIZATION,
	SY_META_CONTENT_ENCODING,
	SY_META_HOST,
	SY_META_TRANSFER_ENCODING,
	SY_META_X_API_KEY,
	SY_META_FORWARDED_FOR,
	SY_META_FORWARDED_HOST,
	SY_META_FORWARDED_PROTO,
	SY_META_GOOG_API_KEY,
	SY_META_REQUEST_TIMEOUT_MS,
	SY_META_SERVER_TIMEOUT,
	SY_META_STAINLESS_TIMEOUT,
	SY_META_COMPLETE,
	SY_META_FEATURE,
	SY_META_USER,
	SY_META_PATH_INFO,
	SY_META_QUERY_STRING,
	SY_META_REDIRECT_AUTHORIZATION,
	SY_META_REMOTE_ADDR,
	SY_META_REQUEST_METHOD,
	SY_META_REQUEST_URI,
	SY_META_SCRIPT_NAME,
	SY_META_SERVER_SOFTWARE,
	SY_META_MOUNT,
	SY_META_NAMES
};

/* The name of each, as CGI spells it. */
extern const char *const sy_meta_names[SY_META_NAMES];

struct sy_meta {
	const char *value[SY_META_NAMES]; /* NULL: not given */
	int64_t content_length;           /* -1: not given */
	size_t count;
};

void sy_meta_init(struct sy_meta *m);

/* Takes one; names of no interest are only counted.  -1 with SY_BAD_REQUEST on a second one
 * of a name that matters, a NUL inside, or too many. */
int sy_meta_add(struct sy_meta *m, struct sy_arena *a, const char *name, size_t name_len,
    const char *value, size_t value_len, struct sy_error *err);

/* All have been taken: checks what the server always gives, and the length. */
int sy_meta_check(struct sy_meta *m, struct sy_error *err);

/* The client's key, from whichever header, one of ours before any other (clients may carry a
 * subscription's token beside it); NULL when there is none. */
const char *sy_meta_credential(const struct sy_meta *m);

/* A field of the query string, decoded; NULL when there is none, or it can't be decoded. */
const char *sy_meta_query(const struct sy_meta *m, const char *name, struct sy_arena *a);

/* -1 with SY_UNKNOWN_KEY when a key stands in the query string, where logs would keep it. */
int sy_meta_no_key_in_query(const struct sy_meta *m, struct sy_error *err);

/* The longest a client will wait, as it says; 0 when it does not. */
int64_t sy_meta_timeout_ms(const struct sy_meta *m);

#endif
