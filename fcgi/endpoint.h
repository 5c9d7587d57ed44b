/*
 * endpoint.h - the table of what is served where, to whom.
 */
#ifndef SY_FCGI_ENDPOINT_H
#define SY_FCGI_ENDPOINT_H

#include "base/error.h"

#include <stdbool.h>

struct sy_arena;
struct sy_surface;
struct sy_visit;

enum sy_role {
	SY_FOR_ANYONE = 1,
	SY_FOR_KEYS, /* clients with an API key; the relay knows which */
	SY_FOR_KEYS_IN_QUERY, /* the same; Google's older ones have it in the address */
};

struct sy_endpoint {
	const char *method;
	const char *path; /* "{}" is one segment where a slash follows it, else all that is left
	                   * before what follows it */
	enum sy_role role;
	void (*serve)(struct sy_visit *v);
	const struct sy_surface *surface; /* how requests are read and errors written */
};

struct sy_endpoint_found {
	/* With SY_BAD_METHOD one of the path's, in whose words to say so. */
	const struct sy_endpoint *endpoint;
	const char *subject; /* what stood for "{}", decoded; or NULL */
	const char *allow;   /* with SY_BAD_METHOD: the methods there are */
	bool head_only;
};

/* -1 with SY_NOT_FOUND or SY_BAD_METHOD.  HEAD is served where GET is. */
int sy_endpoint_find(const char *method, const char *path, struct sy_arena *a,
    struct sy_endpoint_found *out, struct sy_error *err);

#endif
