/*
 * tree.h - JSON trees, beyond what base/json.h reads.
 */
#ifndef SY_SIM_TREE_H
#define SY_SIM_TREE_H

#include "base/json.h"

/* Strictly one JSON text; *out is the arena's.  0, or -1 with SY_BAD_REQUEST. */
int sy_sim_parse(struct sy_arena *a, const char *text, size_t len,
    struct json_object **out, struct sy_error *err);

/* The member's text, borrowed; "" if it is no string. */
const char *sy_sim_word(struct json_object *in, const char *name);

#endif
