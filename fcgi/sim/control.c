/*
 * control.c - sets scripts and reads the counts back.
 */
#include "sim/control.h"

#include "sim/serve.h"
#include "sim/tree.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* `tail` is what follows the path of the row. */
typedef int control_fn(struct sy_sim *sim, struct sy_sim_call *call, const char *tail,
    struct sy_error *err);

static int get_health(struct sy_sim *sim, struct sy_sim_call *call, const char *tail,
    struct sy_error *err)
{
	(void)tail;
	(void)err;
	sy_buf_printf(&call->reply.body, "{\"ok\":true,\"attempts\":%llu}",
	    (unsigned long long)sim->attempts.count);
	return 0;
}

static int put_script(struct sy_sim *sim, struct sy_sim_call *call, const char *tail,
    struct sy_error *err)
{
	const struct sy_buf *body = &call->http.body;
	struct sy_arena *a = sy_arena_new();
	struct json_object *root;
	int rc = sy_sim_parse(a, body->data, body->len, &root, err);

	if (rc == 0)
		rc = *tail != '\0' ? sy_sim_script_set_site(&sim->sites, tail, root, err)
		                   : sy_sim_script_set(&sim->sites, root, err);
	sy_arena_free(a);
	if (rc == 0)
		sy_buf_puts(&call->reply.body, "{\"ok\":true}");
	return rc;
}

/* The site of the query; NULL if it names none.  One that nobody has used yet is made, so
 * that a test may ask whether anybody has. */
static int query_site(struct sy_sim *sim, const struct sy_sim_http *http,
    struct sy_sim_site **site, struct sy_error *err)
{
	char name[SY_SIM_NAME];

	*site = NULL;
	if (!sy_sim_http_query(http, "site", name, sizeof(name)))
		return 0;
	*site = sy_sim_site_get(&sim->sites, name, strlen(name), err);
	return *site != NULL ? 0 : -1;
}

static int get_attempts(struct sy_sim *sim, struct sy_sim_call *call, const char *tail,
    struct sy_error *err)
{
	struct sy_sim_site *site;

	(void)tail;
	if (query_site(sim, &call->http, &site, err) < 0)
		return -1;
	sy_sim_attempts_list(&sim->attempts, site, &call->reply.body);
	return 0;
}

static int delete_attempts(struct sy_sim *sim, struct sy_sim_call *call, const char *tail,
    struct sy_error *err)
{
	(void)tail;
	(void)err;
	sy_sim_attempts_clear(&sim->attempts);
	sy_buf_puts(&call->reply.body, "{\"ok\":true}");
	return 0;
}

static void write_kept(const struct sy_sim_kept *kept, struct sy_buf *out)
{
	sy_buf_printf(out, "{\"sequence\":%llu,\"body_bytes\":%zu,\"head\":",
	    (unsigned long long)kept->sequence, kept->body_bytes);
	sy_buf_json(out, kept->head.data, kept->head.len);
	sy_buf_puts(out, ",\"body\":");
	sy_buf_json(out, kept->body.len > 0 ? kept->body.data : "", kept->body.len);
	sy_buf_putc(out, '}');
}

/* The last of a site's requests, oldest of them first. */
static int get_requests(struct sy_sim *sim, struct sy_sim_call *call, const char *tail,
    struct sy_error *err)
{
	struct sy_buf *out = &call->reply.body;
	struct sy_sim_site *site;
	uint64_t last = SY_SIM_KEPT;
	char text[24];

	(void)tail;
	if (query_site(sim, &call->http, &site, err) < 0)
		return -1;
	if (site == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "site", "which site: ?site=NAME");
	if (sy_sim_http_query(&call->http, "last", text, sizeof(text)))
		last = strtoull(text, NULL, 10);
	if (last > SY_SIM_KEPT)
		last = SY_SIM_KEPT;
	if (last > site->kept_count)
		last = site->kept_count;
	sy_buf_putc(out, '[');
	for (uint64_t i = site->kept_count - last; i < site->kept_count; i++) {
		if (i > site->kept_count - last)
			sy_buf_puts(out, ",\n");
		write_kept(&site->kept[i % SY_SIM_KEPT], out);
	}
	sy_buf_putc(out, ']');
	return 0;
}

static const struct {
	const char *method, *path;
	bool has_tail;
	control_fn *run;
} controls[] = {
	{ "GET", "/_sim/healthz", false, get_health },
	{ "PUT", "/_sim/script", false, put_script },
	{ "PUT", "/_sim/site/", true, put_script },
	{ "GET", "/_sim/attempts", false, get_attempts },
	{ "DELETE", "/_sim/attempts", false, delete_attempts },
	{ "GET", "/_sim/requests", false, get_requests },
};

void sy_sim_control(struct sy_sim *sim, struct sy_sim_call *call)
{
	const char *path = call->http.path;
	struct sy_error err;

	for (size_t i = 0; i < sizeof(controls) / sizeof(*controls); i++) {
		size_t len = strlen(controls[i].path);

		if (strcmp(controls[i].method, call->http.method) != 0 ||
		    strncmp(path, controls[i].path, len) != 0 ||
		    (path[len] != '\0') != controls[i].has_tail)
			continue;
		if (controls[i].run(sim, call, path + len, &err) < 0)
			sy_sim_serve_error(call, &err);
		else
			sy_sim_reply_mark(&call->reply);
		return;
	}
	sy_fail(&err, SY_NOT_FOUND, "", "no such control: %s %s", call->http.method,
	    path);
	sy_sim_serve_error(call, &err);
}
