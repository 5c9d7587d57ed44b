/*
 * tree.h - members of JSON trees, where a wrong type is as good as absent, and the names of
 * their places.
 */
#ifndef SY_SIM_TREE_H
#define SY_SIM_TREE_H

#include "base/buf.h"

#include <stddef.h>

enum { SY_SIM_PATH = 96 }; /* as long as an error's param */

struct json_object;

/* The member, borrowed; NULL if it is absent or null, or `in` is no object. */
struct json_object *sy_sim_get(struct json_object *in, const char *name);

/* The member's text, borrowed; "" if it is no string. */
const char *sy_sim_word(struct json_object *in, const char *name);

/* A whole JSON text, or NULL if it is none or something follows it; the caller's. */
struct json_object *sy_sim_parse(const char *text, size_t len);

/* Appends the tree as JSON, without white space. */
void sy_sim_write_tree(struct json_object *tree, struct sy_buf *out);

/* A member's place below another, for errors: "messages[2]" and "role"; cut if too long. */
void sy_sim_path(char out[SY_SIM_PATH], const char *path, const char *name);
void sy_sim_path_index(char out[SY_SIM_PATH], const char *path, size_t index);

#endif
