/*
 * fault.h - what a step spoils in a reply that was whole.
 */
#ifndef SY_SIM_FAULT_H
#define SY_SIM_FAULT_H

struct sy_buf;
struct sy_sim;
struct sy_sim_call;
struct sy_sim_dialect;
struct sy_sim_site;
struct sy_sim_step;

/* Appends the body of an error: the step's own, or what a provider sends with that status. */
void sy_sim_fault_write(const struct sy_sim_dialect *dialect,
    const struct sy_sim_step *step, int status, struct sy_buf *out);

/* The status this call fails with: scripted, in an outage, or by the dice; 0 if none. */
int sy_sim_fault_status(struct sy_sim *sim, struct sy_sim_site *site,
    const struct sy_sim_step *step);

/* Spoils call->reply and fills in the call's part for the wire. */
void sy_sim_fault_apply(struct sy_sim *sim, struct sy_sim_site *site,
    const struct sy_sim_dialect *dialect, struct sy_sim_call *call);

#endif
