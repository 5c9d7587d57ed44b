/*
 * embed.h - the endpoints that do not chat: embeddings, token counts, models.
 */
#ifndef SY_SIM_EMBED_H
#define SY_SIM_EMBED_H

#include <stddef.h>
#include <stdint.h>

struct sy_error;
struct sy_sim_reply;
struct sy_sim_turn;

uint64_t sy_sim_hash(const char *s, size_t len); /* FNV-1a */

/* A unit vector a text, made from its bytes: the same text, the same vector. */
void sy_sim_embeddings(const struct sy_sim_turn *t, struct sy_sim_reply *out);

/* Anthropic's count of a request's tokens. */
void sy_sim_token_count(const struct sy_sim_turn *t, struct sy_sim_reply *out);

/* All models for "", else the one of that id; -1 with *err if there is none. */
int sy_sim_model_list(const char *id, struct sy_sim_reply *out, struct sy_error *err);

#endif
