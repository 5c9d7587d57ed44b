/*
 * site.h - the providers that one simulator plays, and the script of each.
 *
 * A site is made by the first request or script that names it and lives as long as the
 * process.
 */
#ifndef SY_SIM_SITE_H
#define SY_SIM_SITE_H

#include "sim/step.h"

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct json_object;
struct sy_error;

enum { SY_SIM_SITES = 256, SY_SIM_NAME = 48, SY_SIM_KEPT = 64 };

/* Bytes kept of one request's body; its real length is kept beside them. */
#define SY_SIM_KEPT_BYTES (1024 * 1024)

/* What a script says of one site.  Counted, since calls in flight outlive a new script. */
struct sy_sim_plan {
	int holders;
	char *key; /* NULL: any key will do */
	struct sy_sim_step *steps;
	size_t count;
	struct sy_sim_step then;
};

struct sy_sim_plan *sy_sim_plan_new(void); /* answers plainly, for ever */
struct sy_sim_plan *sy_sim_plan_hold(struct sy_sim_plan *plan);
void sy_sim_plan_drop(struct sy_sim_plan *plan); /* NULL does nothing */

/* A request as it came. */
struct sy_sim_kept {
	uint64_t sequence; /* of its attempt */
	struct sy_buf head, body;
	size_t body_bytes;
};

struct sy_sim_site {
	char name[SY_SIM_NAME];
	struct sy_sim_plan *plan;
	uint64_t calls; /* since the plan was set */
	uint64_t dice;  /* state of the site's own, seeded sequence */
	struct sy_sim_kept kept[SY_SIM_KEPT];
	uint64_t kept_count; /* ever; the newest is at (kept_count - 1) % SY_SIM_KEPT */
};

struct sy_sim_sites {
	struct sy_sim_site *list[SY_SIM_SITES];
	size_t count;
};

void sy_sim_sites_release(struct sy_sim_sites *sites);

/* The site of that name, made if need be; NULL with *err for no name or too many. */
struct sy_sim_site *sy_sim_site_get(struct sy_sim_sites *sites, const char *name,
    size_t len, struct sy_error *err);

/* Counts a call and finds its step, borrowed from site->plan. */
const struct sy_sim_step *sy_sim_site_next(struct sy_sim_site *site);

/* A number in [0, 1): the next of the site's sequence, the same in each run. */
double sy_sim_site_roll(struct sy_sim_site *site);

void sy_sim_site_keep(struct sy_sim_site *site, uint64_t sequence,
    const struct sy_buf *head, const struct sy_buf *body);

/* Reads {"sites":{NAME:{...}}} and puts it in place of all scripts; or nothing changes. */
int sy_sim_script_set(struct sy_sim_sites *sites, struct json_object *script,
    struct sy_error *err);

/* The same for one site: {"key":..., "steps":[...], "then":{...}}. */
int sy_sim_script_set_site(struct sy_sim_sites *sites, const char *name,
    struct json_object *in, struct sy_error *err);

#endif
