/*
 * ctl_route.c - route: which targets a request would go to, in which order, and why.
 */
#include "ctl.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/ask.h"
#include "model/config.h"
#include "route/plan.h"

#include <sodium.h>

static int load_health(struct sy_cli *cli, struct sy_candidate *list, size_t count,
    struct sy_error *err)
{
	struct sy_target_name *names = sy_alloc(cli->arena, (count + 1) * sizeof(*names));
	struct sy_health *health = sy_alloc(cli->arena, (count + 1) * sizeof(*health));

	for (size_t i = 0; i < count; i++)
		names[i] = (struct sy_target_name){ list[i].model->provider->name,
			list[i].model->name };
	if (sy_live_health(cli->ops.live, names, count, health, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		list[i].health = health[i];
	return 0;
}

static int64_t estimate(const struct sy_model *m, const struct sy_ask *ask, bool *priced)
{
	struct sy_usage usage = { .source = SY_USAGE_ESTIMATED };
	int64_t cost;

	usage.tokens[SY_IN] = ask->input_tokens;
	usage.tokens[SY_OUT] = ask->max_output_tokens;
	*priced = sy_usage_cost(&usage, &m->price, &cost);
	return cost;
}

static const struct sy_column choice_columns[] = {
	{ "ORDER", "order", SY_V_COUNT },
	{ "TARGET", "target", SY_V_TEXT },
	{ "ROLE", "role", SY_V_TEXT },
	{ "STATE", "state", SY_V_STATE },
	{ "EST. COST", "est_cost_uusd", SY_V_MONEY },
	{ "WHY", "why", SY_V_TEXT },
};

static void page_choice(const struct sy_cli *cli, const struct sy_choice *c, size_t order,
    const struct sy_ask *ask, struct sy_page *page)
{
	const struct sy_model *m = c->candidate->model;
	bool priced, usable = c->leave != SY_MAY_NOT;
	int64_t cost = estimate(m, ask, &priced);
	const struct sy_value row[] = {
		sy_value_n((int64_t)order),
		sy_value_text(sy_strf(cli->arena, "%s:%s", m->provider->name, m->name)),
		sy_value_text(c->candidate->fallback ? "fallback" : "target"),
		sy_value_text(usable ? "usable" : "skip"),
		priced ? sy_value_n(cost) : sy_value_text(NULL),
		sy_value_text(c->why),
	};

	sy_page_row(page, row);
}

static int unknown_model(const struct sy_cli *cli, const char *name, struct sy_error *err)
{
	const struct sy_config *c = cli->ops.config;
	const char **words =
	    sy_alloc(cli->arena, (c->route_count + c->alias_count + 1) * sizeof(*words));
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < c->route_count; i++)
		words[n++] = c->routes[i].name;
	for (size_t i = 0; i < c->alias_count; i++)
		words[n++] = c->aliases[i].name;
	near = sy_did_you_mean(name, words);
	if (near != NULL)
		return sy_fail(err, SY_NO_MODEL, "model",
		    "no route and no model is called \"%.100s\"; did you mean \"%s\"?",
		    name, near);
	return sy_fail(err, SY_NO_MODEL, "model",
	    "no route and no model is called \"%.100s\"", name);
}

int sy_run_route(struct sy_cli *cli)
{
	static const struct sy_column origin = { "From", "origin", SY_V_TEXT };
	const char *name = sy_cli_arg(cli, 0);
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_ask ask = { .model = name, .n = 1 };
	struct sy_candidate *list;
	struct sy_meaning meaning;
	struct sy_plan plan;
	struct sy_error err;
	size_t count;

	if (sy_cli_number(cli, "input", 1, SY_TOKENS_MAX, 1000, &ask.input_tokens, &err) <
	        0 ||
	    sy_cli_number(cli, "output", 1, SY_TOKENS_MAX, 300, &ask.max_output_tokens,
	        &err) < 0 ||
	    sy_cli_open(cli, SY_OPS_LIVE, &err) < 0 ||
	    sy_ops_configured(&cli->ops, &err) < 0)
		return sy_cli_fail(cli, &err);
	if (!sy_config_meaning(cli->ops.config, name, &meaning)) {
		unknown_model(cli, name, &err);
		return sy_cli_fail(cli, &err);
	}
	list = sy_candidates(&meaning, cli->arena, &count);
	if (load_health(cli, list, count, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_plan_make(&ask, meaning.route, list, count, sy_boot_ms(), randombytes_random(),
	    cli->arena, &plan);
	if (meaning.route != NULL)
		sy_page_fact(page, &origin, sy_value_text(meaning.route->origin));
	sy_page_table(page, "plan", choice_columns, 6);
	for (size_t i = 0; i < plan.count; i++)
		page_choice(cli, &plan.choices[i], i + 1, &ask, page);
	if (plan.usable == 0)
		sy_page_note(page, "No target can be used now.");
	else
		sy_page_note(page, "Would go to %s:%s first.",
		    plan.choices[0].candidate->model->provider->name,
		    plan.choices[0].candidate->model->name);
	sy_page_print(page, stdout);
	return plan.usable > 0 ? SY_EXIT_OK : SY_EXIT_NO;
}
