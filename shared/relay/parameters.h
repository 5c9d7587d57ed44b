/*
 * parameters.h - which request parameters a model takes, found by asking its adapter.
 *
 * No list of its own: a request with all parameters is built for the model, and what the
 * adapter leaves out or refuses is what it does not take.
 */
#ifndef SY_RELAY_PARAMETERS_H
#define SY_RELAY_PARAMETERS_H

#include <stdint.h>

struct sy_arena;
struct sy_buf;
struct sy_model;
struct sy_parameters;

/* The requests that are asked with; for use while the arena lives. */
struct sy_parameters *sy_parameters_new(struct sy_arena *a);

/* Bits of parameters. */
uint64_t sy_parameters_of(const struct sy_parameters *p, const struct sy_model *m);

/* Their names as JSON strings with commas between. */
void sy_parameters_put(uint64_t parameters, struct sy_buf *out);

#endif
