/*
 * play.h - sends a reply on a connection: its timing, its pieces, and how it breaks off.
 */
#ifndef SY_SIM_PLAY_H
#define SY_SIM_PLAY_H

#include "sim/attempts.h"

#include "base/buf.h"

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

struct sy_sim_call;

enum sy_sim_phase {
	SY_SIM_PLAY_DELAY,
	SY_SIM_PLAY_HEAD,
	SY_SIM_PLAY_BODY,
	SY_SIM_PLAY_STALLED,
	SY_SIM_PLAY_DONE,
};

/* What is to become of the connection. */
enum sy_sim_after { SY_SIM_KEEP, SY_SIM_CLOSE, SY_SIM_CLOSE_RST };

struct sy_sim_play {
	struct ev_loop *loop;
	int fd;
	struct ev_io writable;
	struct ev_timer timer;

	/* Called once a play, when it ends by itself. */
	void (*ended)(struct sy_sim_play *p, enum sy_sim_outcome outcome,
	    enum sy_sim_after after);

	struct sy_sim_call *call; /* NULL between plays */
	enum sy_sim_phase phase;
	struct sy_buf wire; /* what is on its way */
	size_t written;     /* of wire */
	size_t sent;        /* of the reply's body, put on the wire */
	size_t event;       /* the one that is being sent */
	bool chunked;
	bool pausing;
	double pause_s;
	double due; /* when the next event is, on the loop's clock */
	enum sy_sim_outcome outcome;
	enum sy_sim_after after;
};

void sy_sim_play_init(struct sy_sim_play *p, struct ev_loop *loop, int fd);
void sy_sim_play_release(struct sy_sim_play *p);

/* Begins to send call->reply; `ended` may be called before this returns. */
void sy_sim_play_start(struct sy_sim_play *p, struct sy_sim_call *call);

/* Stops without calling `ended`. */
void sy_sim_play_stop(struct sy_sim_play *p);

#endif
