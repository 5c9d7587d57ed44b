/*
 * control.h - the simulator's own paths, below /_sim/.
 */
#ifndef SY_SIM_CONTROL_H
#define SY_SIM_CONTROL_H

struct sy_sim;
struct sy_sim_call;

/* Answers a request below /_sim/; no attempt is counted. */
void sy_sim_control(struct sy_sim *sim, struct sy_sim_call *call);

#endif
