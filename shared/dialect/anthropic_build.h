/*
 * anthropic_build.h - a planned request, written as the body of POST /messages.
 */
#ifndef SY_DIALECT_ANTHROPIC_BUILD_H
#define SY_DIALECT_ANTHROPIC_BUILD_H

#include <stdbool.h>

struct sy_arena;
struct sy_anthropic_plan;
struct sy_buf;
struct sy_error;

/* The beta features that a body makes use of: names with commas between. */
struct sy_betas {
	char text[256];
};

int sy_anthropic_write(struct sy_anthropic_plan *plan, bool stream, struct sy_arena *a,
    struct sy_buf *out, struct sy_betas *betas, struct sy_error *err);

#endif
