/*
 * wishes.h - what a request says of its own routing.
 */
#ifndef SY_RELAY_WISHES_H
#define SY_RELAY_WISHES_H

#include "base/error.h"

#include <stdbool.h>

struct sy_ask;

struct sy_wishes {
	bool require_parameters; /* no target may leave a field out */
};

/* OpenRouter's member "provider" of a body in any dialect.  -1 with SY_BAD_REQUEST. */
int sy_wishes_read(const struct sy_ask *ask, struct sy_wishes *out, struct sy_error *err);

#endif
