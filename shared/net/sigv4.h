/*
 * sigv4.h - requests signed with AWS's Signature Version 4.
 *
 * A signer of our own, because a path that holds percent signs already (ids of models have
 * colons and slashes) is to be encoded once more, which libcurl does from 8.14 on only.
 */
#ifndef SY_NET_SIGV4_H
#define SY_NET_SIGV4_H

#include "base/error.h"

#include <stdint.h>

struct sy_arena;
struct sy_http;

struct sy_sigv4 {
	const char *credential; /* "ACCESS_KEY_ID:SECRET[:SESSION_TOKEN]" */
	const char *region;     /* "eu-central-1" */
	const char *service;    /* "bedrock" */
	int64_t unix_ms;        /* now; a quarter of an hour later it is worth nothing */
};

/*
 * Signs what http holds: method, URL (whole, without a query), Content-Type if there is one,
 * and body; none of these may change after it.  Adds X-Amz-Date, X-Amz-Security-Token for
 * credentials of a session, and Authorization.  -1 with SY_CREDENTIAL for a credential of
 * another form, SY_CONFIG for a URL that cannot be signed.
 */
int sy_sigv4_sign(struct sy_http *http, const struct sy_sigv4 *how, struct sy_arena *a,
    struct sy_error *err);

#endif
