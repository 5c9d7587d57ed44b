/*
 * site.c - see site.h.
 */
#include "sim/site.h"

#include "sim/tree.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 96, HEAD_BYTES = 64 * 1024 };

struct sy_sim_plan *sy_sim_plan_new(void)
{
	struct sy_sim_plan *plan = sy_xcalloc(1, sizeof(*plan));

	plan->holders = 1;
	sy_sim_step_init(&plan->then);
	return plan;
}

struct sy_sim_plan *sy_sim_plan_hold(struct sy_sim_plan *plan)
{
	plan->holders++;
	return plan;
}

void sy_sim_plan_drop(struct sy_sim_plan *plan)
{
	if (plan == NULL || --plan->holders > 0)
		return;
	for (size_t i = 0; i < plan->count; i++)
		sy_sim_step_release(&plan->steps[i]);
	free(plan->steps);
	sy_sim_step_release(&plan->then);
	free(plan->key);
	free(plan);
}

static void site_free(struct sy_sim_site *site)
{
	sy_sim_plan_drop(site->plan);
	for (size_t i = 0; i < SY_SIM_KEPT; i++) {
		sy_buf_release(&site->kept[i].head);
		sy_buf_release(&site->kept[i].body);
	}
	free(site);
}

void sy_sim_sites_release(struct sy_sim_sites *sites)
{
	for (size_t i = 0; i < sites->count; i++)
		site_free(sites->list[i]);
	sites->count = 0;
}

static struct sy_sim_site *find(struct sy_sim_sites *sites, const char *name, size_t len)
{
	for (size_t i = 0; i < sites->count; i++)
		if (strncmp(sites->list[i]->name, name, len) == 0 &&
		    sites->list[i]->name[len] == '\0')
			return sites->list[i];
	return NULL;
}

static bool is_name(const char *name, size_t len)
{
	if (len == 0 || len >= SY_SIM_NAME || name[0] == '.' || name[0] == '_')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL)
			return false;
	return true;
}

static void set_plan(struct sy_sim_site *site, struct sy_sim_plan *plan)
{
	sy_sim_plan_drop(site->plan);
	site->plan = plan;
	site->calls = 0;
	site->dice =
	    0xcbf29ce484222325u; /* FNV-1a of the name: each site rolls its own */
	for (const char *p = site->name; *p != '\0'; p++)
		site->dice = (site->dice ^ (unsigned char)*p) * 0x100000001b3u;
}

struct sy_sim_site *sy_sim_site_get(struct sy_sim_sites *sites, const char *name,
    size_t len, struct sy_error *err)
{
	struct sy_sim_site *site = len < SY_SIM_NAME ? find(sites, name, len) : NULL;

	if (site != NULL)
		return site;
	if (!is_name(name, len)) {
		sy_fail(err, SY_NOT_FOUND, "",
		    "a site's name has letters, digits, '.', '_', "
		    "'-', %d at most",
		    SY_SIM_NAME - 1);
		return NULL;
	}
	if (sites->count == SY_SIM_SITES) {
		sy_fail(err, SY_NOT_FOUND, "", "there are %d sites already",
		    SY_SIM_SITES);
		return NULL;
	}
	site = sy_xcalloc(1, sizeof(*site));
	sy_copy_n(site->name, sizeof(site->name), name, len);
	for (size_t i = 0; i < SY_SIM_KEPT; i++) {
		sy_buf_init(&site->kept[i].head, HEAD_BYTES);
		sy_buf_init(&site->kept[i].body, SY_SIM_KEPT_BYTES);
	}
	set_plan(site, sy_sim_plan_new());
	sites->list[sites->count++] = site;
	return site;
}

const struct sy_sim_step *sy_sim_site_next(struct sy_sim_site *site)
{
	const struct sy_sim_plan *plan = site->plan;
	uint64_t n = site->calls++;

	return n < plan->count ? &plan->steps[n] : &plan->then;
}

double sy_sim_site_roll(struct sy_sim_site *site)
{
	uint64_t z = site->dice += 0x9e3779b97f4a7c15u; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

void sy_sim_site_keep(struct sy_sim_site *site, uint64_t sequence,
    const struct sy_buf *head, const struct sy_buf *body)
{
	struct sy_sim_kept *kept = &site->kept[site->kept_count++ % SY_SIM_KEPT];

	kept->sequence = sequence;
	kept->body_bytes = body->len;
	sy_buf_reset(&kept->head);
	sy_buf_reset(&kept->body);
	sy_buf_add(&kept->head, head->data, head->len);
	sy_buf_add(&kept->body, body->data,
	    body->len < SY_SIM_KEPT_BYTES ? body->len : SY_SIM_KEPT_BYTES);
}

static int read_steps(struct sy_sim_plan *plan, struct json_object *in, const char *path,
    struct sy_error *err)
{
	struct json_object *list = NULL;
	char below[PATH_ROOM];

	if (sy_json_array(in, "steps", path, &list, err) < 0)
		return -1;
	if (list == NULL)
		return 0;
	plan->count = json_object_array_length(list);
	plan->steps = sy_xcalloc(plan->count, sizeof(*plan->steps));
	for (size_t i = 0; i < plan->count; i++)
		sy_sim_step_init(&plan->steps[i]);
	for (size_t i = 0; i < plan->count; i++) {
		sy_json_path_at(below, sizeof(below), path, "steps", i);
		if (sy_sim_step_read(&plan->steps[i], json_object_array_get_idx(list, i),
		        below, err) < 0)
			return -1;
	}
	return 0;
}

static int read_then(struct sy_sim_plan *plan, struct json_object *in, const char *path,
    struct sy_error *err)
{
	struct json_object *step = sy_json_get(in, "then");
	char below[PATH_ROOM];

	sy_json_path(below, sizeof(below), path, "then");
	return step != NULL ? sy_sim_step_read(&plan->then, step, below, err) : 0;
}

static int read_key(struct sy_sim_plan *plan, struct json_object *in, const char *path,
    struct sy_error *err)
{
	const char *key = NULL;

	if (sy_json_string(in, "key", path, &key, err) < 0)
		return -1;
	if (key != NULL)
		plan->key = strcpy(sy_xcalloc(1, strlen(key) + 1), key);
	return 0;
}

static int read_plan(struct sy_sim_plan *plan, struct json_object *in, const char *path,
    struct sy_error *err)
{
	if (!json_object_is_type(in, json_type_object))
		return sy_fail(err, SY_BAD_REQUEST, path, "a site must be an object");
	json_object_object_foreach(in, name, value) {
		(void)value;
		if (strcmp(name, "key") != 0 && strcmp(name, "steps") != 0 &&
		    strcmp(name, "then") != 0)
			return sy_fail(err, SY_BAD_REQUEST, path,
			    "a site has key, steps and then, but no '%s'", name);
	}
	if (read_key(plan, in, path, err) < 0 || read_steps(plan, in, path, err) < 0)
		return -1;
	return read_then(plan, in, path, err);
}

int sy_sim_script_set_site(struct sy_sim_sites *sites, const char *name,
    struct json_object *in, struct sy_error *err)
{
	struct sy_sim_site *site = sy_sim_site_get(sites, name, strlen(name), err);
	struct sy_sim_plan *plan;
	char path[PATH_ROOM];

	if (site == NULL)
		return -1;
	plan = sy_sim_plan_new();
	sy_json_path(path, sizeof(path), "sites", name);
	if (read_plan(plan, in, path, err) < 0) {
		sy_sim_plan_drop(plan);
		return -1;
	}
	set_plan(site, plan);
	return 0;
}

/* All is read once for its errors before the first site is changed. */
static int check(struct json_object *list, struct sy_error *err)
{
	struct sy_sim_sites trial = { .count = 0 };
	int rc = 0;

	json_object_object_foreach(list, name, value)
		if (rc == 0)
			rc = sy_sim_script_set_site(&trial, name, value, err);
	sy_sim_sites_release(&trial);
	return rc;
}

int sy_sim_script_set(struct sy_sim_sites *sites, struct json_object *script,
    struct sy_error *err)
{
	struct json_object *list = sy_json_get(script, "sites");

	if (!json_object_is_type(list, json_type_object))
		return sy_fail(err, SY_BAD_REQUEST, "sites",
		    "must be an object of sites");
	if (check(list, err) < 0)
		return -1;
	for (size_t i = 0; i < sites->count; i++)
		set_plan(sites->list[i], sy_sim_plan_new());
	json_object_object_foreach(list, name, value)
		if (sy_sim_script_set_site(sites, name, value, err) < 0)
			return -1; /* only when there are too many sites */
	return 0;
}
