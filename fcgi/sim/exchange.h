/*
 * exchange.h - plays back what a real provider once sent.
 */
#ifndef SY_SIM_EXCHANGE_H
#define SY_SIM_EXCHANGE_H

struct sy_error;
struct sy_sim_reply;

/*
 * Reads the recording data/name ("openai/ID.json") and makes its response the reply:
 * status, headers and exact body; the framing of HTTP is ours.  -1 with *err if there is no
 * such recording, or data is NULL.
 */
int sy_sim_exchange(const char *data, const char *name, struct sy_sim_reply *reply,
    struct sy_error *err);

#endif
