/*
 * anthropic_build.h - a planned request, written as the body of POST /messages.
 */
#ifndef SY_DIALECT_ANTHROPIC_BUILD_H
#define SY_DIALECT_ANTHROPIC_BUILD_H

#include <stdbool.h>

struct sy_arena;
struct sy_anthropic_plan;
struct sy_buf;
struct sy_call;
struct sy_error;
struct sy_http;

/* The beta features that a body makes use of: names with commas between. */
struct sy_betas {
	char text[1024];
};

/* Begins with those of the client.  False when it names some and the host takes none. */
bool sy_betas_begin(struct sy_betas *betas, const struct sy_call *call);

/* The beta that a field of Anthropic's own is part of, "" where it is none; NULL for a field
 * that is not its own. */
const char *sy_anthropic_beta_of(const char *field);

int sy_anthropic_headers(const struct sy_betas *betas, const char *version,
    struct sy_arena *a, struct sy_http *out, struct sy_error *err);

int sy_anthropic_write(struct sy_anthropic_plan *plan, bool stream, struct sy_arena *a,
    struct sy_buf *out, struct sy_betas *betas, struct sy_error *err);

#endif
