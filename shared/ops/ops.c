/*
 * ops.c - see ops.h.
 */
#include "ops/ops.h"

#include "base/clock.h"
#include "base/zone.h"
#include "model/config.h"
#include "ops/op_config.h"
#include "store/rollup.h"

#include <string.h>
#include <time.h>

#define GATE_WAIT_MS 2000
#define GATE_NAP_NS  2000000

static int load_config(struct sy_ops *o, struct sy_error *err)
{
	int found = sy_op_load(o->book, 0, &o->generation, &o->config, err);

	if (found == 0)
		o->generation.number = 0;
	return found;
}

static int load_zone(struct sy_ops *o, struct sy_error *err)
{
	struct sy_rollup_state state;

	if (sy_rollup_state(o->book, &state, err) < 0)
		return -1;
	return sy_zone_load(state.zone, &o->zone, err);
}

int sy_ops_open(struct sy_ops *o, const struct sy_root *root, enum sy_ops_want want,
    struct sy_error *err)
{
	bool make = want == SY_OPS_MAKE || want == SY_OPS_LIVE_MAKE;
	bool live = want == SY_OPS_LIVE || want == SY_OPS_LIVE_MAKE;

	memset(o, 0, sizeof(*o));
	o->root = root;
	if (sy_book_open(root->book_dir, make, &o->book, err) < 0 ||
	    load_config(o, err) < 0 || load_zone(o, err) < 0 ||
	    (live && sy_live_open(root->live_dir, o->book, &o->live, err) < 0)) {
		sy_ops_close(o);
		return -1;
	}
	return 0;
}

int sy_ops_reload(struct sy_ops *o, struct sy_error *err)
{
	sy_config_unref(o->config);
	o->config = NULL;
	if (load_config(o, err) < 0)
		return -1;
	if (o->config != NULL && sy_rollup_zone(o->book, o->config->time_zone, err) < 0)
		return -1;
	sy_zone_free(o->zone);
	o->zone = NULL;
	return load_zone(o, err);
}

void sy_ops_close(struct sy_ops *o)
{
	if (o->live != NULL)
		sy_live_close(o->live);
	sy_config_unref(o->config);
	sy_zone_free(o->zone);
	if (o->book != NULL)
		sy_book_close(o->book);
	memset(o, 0, sizeof(*o));
}

int sy_ops_configured(const struct sy_ops *o, struct sy_error *err)
{
	if (o->config != NULL)
		return 0;
	return sy_fail(err, SY_CONFIG, "",
	    "no configuration has been applied yet: edit %s, then \"switchyard apply\"",
	    o->root->conf_file);
}

int sy_ops_turn(struct sy_ops *o, void (*change)(struct sy_turn *t, void *arg), void *arg,
    struct sy_error *err)
{
	const struct timespec nap = { .tv_nsec = GATE_NAP_NS };
	int64_t until = sy_boot_ms() + GATE_WAIT_MS;
	struct sy_turn *turn;
	int begun;

	while ((begun = sy_turn_begin(o->live, &turn, err)) == 0) {
		if (sy_boot_ms() > until)
			return sy_fail(err, SY_STORE_BUSY, "",
			    "the store was busy for two seconds; nothing was changed");
		nanosleep(&nap, NULL);
	}
	if (begun < 0)
		return -1;
	change(turn, arg);
	return sy_turn_end(turn, err);
}
