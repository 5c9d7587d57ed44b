/*
 * ctl_key.c - key and secret: clients' credentials and providers'.
 */
#include "ctl.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/secret.h"
#include "model/config.h"
#include "ops/op_key.h"
#include "ops/op_secret.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const struct sy_column key_columns[] = {
	{ "ID", "id", SY_V_ID },
	{ "LABEL", "label", SY_V_TEXT },
	{ "STATE", "state", SY_V_STATE },
	{ "CREATED", "created", SY_V_TIME },
	{ "EXPIRES", "expires", SY_V_TIME },
	{ "BUDGET", "budget_uusd", SY_V_MONEY },
	{ "REQUESTS/MIN", "requests_per_minute", SY_V_COUNT },
	{ "TOKENS/MIN", "tokens_per_minute", SY_V_COUNT },
	{ "AT ONCE", "max_in_flight", SY_V_COUNT },
	{ "FEATURE", "feature", SY_V_TEXT },
	{ "ROUTES", "routes", SY_V_TEXT },
};
#define KEY_COLUMNS (sizeof(key_columns) / sizeof(key_columns[0]))

static void key_values(const struct sy_cli *cli, const struct sy_key *k,
    struct sy_value out[KEY_COLUMNS])
{
	const struct sy_value values[KEY_COLUMNS] = {
		sy_value_text(sy_strdup(cli->arena, k->id)),
		sy_value_text(sy_strdup(cli->arena, k->label)),
		sy_value_text(sy_op_key_state(k, cli->view.now_ms)),
		sy_value_n(k->created_ms),
		sy_value_unless(k->expires_ms, 0),
		sy_value_unless(k->budget_nanodollars, 0),
		sy_value_unless(k->requests_per_minute, 0),
		sy_value_unless(k->tokens_per_minute, 0),
		sy_value_unless(k->max_in_flight, 0),
		sy_value_text(sy_strdup(cli->arena, k->feature)),
		sy_value_text(sy_strdup(cli->arena, k->routes)),
	};

	memcpy(out, values, sizeof(values));
}

static void page_key(const struct sy_cli *cli, struct sy_page *p, const struct sy_key *k)
{
	static const struct sy_column heads[KEY_COLUMNS] = {
		{ "Key", "id", SY_V_TEXT },
		{ "Label", "label", SY_V_TEXT },
		{ "State", "state", SY_V_STATE },
		{ "Created", "created", SY_V_TIME },
		{ "Expires", "expires", SY_V_TIME },
		{ "Budget", "budget_uusd", SY_V_MONEY },
		{ "Requests a minute", "requests_per_minute", SY_V_COUNT },
		{ "Tokens a minute", "tokens_per_minute", SY_V_COUNT },
		{ "Requests at once", "max_in_flight", SY_V_COUNT },
		{ "Feature", "feature", SY_V_TEXT },
		{ "Routes", "routes", SY_V_TEXT },
	};
	struct sy_value values[KEY_COLUMNS];

	key_values(cli, k, values);
	for (size_t i = 0; i < KEY_COLUMNS; i++)
		sy_page_fact(p, &heads[i], values[i]);
}

/* The key itself, which is never seen again: alone on standard output for a pipe. */
static void show_new_key(const struct sy_cli *cli, const struct sy_key *k,
    const char *text)
{
	static const struct sy_column secret = { NULL, "key", SY_V_TEXT };
	struct sy_page *p;

	if (cli->view.form == SY_FORM_JSON) {
		p = sy_page_new(&cli->view, cli->arena);
		sy_page_fact(p, &secret, sy_value_text(text));
		page_key(cli, p, k);
		sy_page_print(p, stdout);
		return;
	}
	printf("%s\n", text);
	sy_cli_say(cli, "Key %s for %s. It is shown this once: keep it now.", k->id,
	    k->label);
}

/* "12.50" dollars to nano-dollars. */
static int read_money(const struct sy_cli *cli, const char *name, int64_t *out,
    struct sy_error *err)
{
	const char *text = sy_cli_option(cli, name), *at = text;
	int64_t n = 0, unit = 1000000000;

	*out = 0;
	if (text == NULL)
		return 0;
	at += *at == '$';
	for (; *at >= '0' && *at <= '9' && n < 1000000000; at++)
		n = n * 10 + (*at - '0');
	n *= unit;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9' && unit > 1; at++)
			n += (*at - '0') * (unit /= 10);
	*out = n;
	if (*at == '\0' && n > 0)
		return 0;
	return sy_fail(err, SY_USAGE, name,
	    "--%s is an amount in dollars, such as 25 or 12.50, not \"%s\"", name, text);
}

/* "30d", "12h", "90m" or "45s" to seconds. */
static int read_span(const struct sy_cli *cli, const char *name, int64_t def,
    int64_t *out, struct sy_error *err)
{
	static const struct {
		char letter;
		int seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	const char *text = sy_cli_option(cli, name);
	char *end;
	long long n;

	*out = def;
	if (text == NULL)
		return 0;
	n = strtoll(text, &end, 10);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end > text && *end == units[i].letter && end[1] == '\0' && n >= 0 &&
		    n <= 36500LL * 86400 / units[i].seconds) {
			*out = n * units[i].seconds;
			return 0;
		}
	return sy_fail(err, SY_USAGE, name,
	    "--%s is a number with s, m, h or d behind it, such as 30d, not \"%s\"", name,
	    text);
}

/* A list with commas or spaces, kept with single spaces. */
static int read_routes(const struct sy_cli *cli, char *out, size_t room,
    struct sy_error *err)
{
	const char *text = sy_cli_option(cli, "routes");
	size_t len = 0;

	for (; text != NULL && *text != '\0'; text++) {
		bool gap = *text == ',' || *text == ' ';

		if (gap && (len == 0 || out[len - 1] == ' '))
			continue;
		if (len + 1 >= room)
			return sy_fail(err, SY_USAGE, "routes",
			    "--routes has room for %zu characters", room - 1);
		out[len++] = gap ? ' ' : *text;
	}
	if (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	return 0;
}

static int read_text(const struct sy_cli *cli, const char *name, char *out, size_t room,
    struct sy_error *err)
{
	const char *text = sy_cli_option(cli, name);

	if (text == NULL)
		return 0;
	if (strlen(text) >= room)
		return sy_fail(err, SY_USAGE, name, "--%s has at most %zu characters",
		    name, room - 1);
	sy_copy(out, room, text);
	return 0;
}

static int read_key(const struct sy_cli *cli, struct sy_key *k, struct sy_error *err)
{
	int64_t lasts;

	if (read_text(cli, "label", k->label, sizeof(k->label), err) < 0 ||
	    read_text(cli, "feature", k->feature, sizeof(k->feature), err) < 0 ||
	    read_routes(cli, k->routes, sizeof(k->routes), err) < 0 ||
	    read_money(cli, "budget", &k->budget_nanodollars, err) < 0 ||
	    read_span(cli, "expires", 0, &lasts, err) < 0 ||
	    sy_cli_number(cli, "requests", 1, 1000000, 0, &k->requests_per_minute, err) <
	        0 ||
	    sy_cli_number(cli, "tokens", 1, 1000000000, 0, &k->tokens_per_minute, err) <
	        0 ||
	    sy_cli_number(cli, "at-once", 1, 100000, 0, &k->max_in_flight, err) < 0)
		return -1;
	if (lasts > 0)
		k->expires_ms = sy_unix_ms() + lasts * 1000;
	return 0;
}

int sy_run_key_create(struct sy_cli *cli)
{
	struct sy_key k = { 0 };
	char text[SY_KEY_TEXT];
	struct sy_error err;

	if (read_key(cli, &k, &err) < 0 || sy_cli_open(cli, SY_OPS_MAKE, &err) < 0 ||
	    sy_op_key_create(&cli->ops, &k, NULL, text, &err) < 0)
		return sy_cli_fail(cli, &err);
	show_new_key(cli, &k, text);
	sodium_memzero(text, sizeof(text));
	return SY_EXIT_OK;
}

int sy_run_key_rotate(struct sy_cli *cli)
{
	struct sy_key made = { 0 };
	char text[SY_KEY_TEXT];
	struct sy_error err;
	int64_t grace;

	if (read_span(cli, "grace", 86400, &grace, &err) < 0 ||
	    sy_cli_open(cli, SY_OPS_BOOK, &err) < 0 ||
	    sy_op_key_rotate(&cli->ops, sy_cli_arg(cli, 0), grace, &made, text, &err) < 0)
		return sy_cli_fail(cli, &err);
	show_new_key(cli, &made, text);
	sodium_memzero(text, sizeof(text));
	return SY_EXIT_OK;
}

int sy_run_key_revoke(struct sy_cli *cli)
{
	struct sy_key k = { 0 };
	struct sy_error err;
	int code, rc;

	if (sy_cli_open(cli, SY_OPS_BOOK, &err) < 0 ||
	    sy_op_key_get(&cli->ops, sy_cli_arg(cli, 0), &k, &err) < 0)
		return sy_cli_fail(cli, &err);
	if (k.revoked) {
		sy_cli_say(cli, "Key %s (%s) is revoked already.", k.id, k.label);
		return SY_EXIT_OK;
	}
	code = sy_cli_confirm(cli, "Key %s (%s) will be refused from the next request on",
	    k.id, k.label);
	if (code != SY_EXIT_OK)
		return code;
	rc = sy_op_key_revoke(&cli->ops, k.id, &k, &err);
	if (rc < 0)
		return sy_cli_fail(cli, &err);
	sy_cli_say(cli, "Key %s (%s) is revoked.", k.id, k.label);
	return SY_EXIT_OK;
}

struct key_list {
	const struct sy_cli *cli;
	struct sy_page *page;
};

static void list_key(void *arg, const struct sy_key *k)
{
	const struct key_list *l = arg;
	struct sy_value values[KEY_COLUMNS];

	key_values(l->cli, k, values);
	sy_page_row(l->page, values);
}

int sy_run_key_list(struct sy_cli *cli)
{
	struct key_list l = { cli, sy_page_new(&cli->view, cli->arena) };
	struct sy_error err;

	if (sy_cli_open(cli, SY_OPS_BOOK, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_page_table(l.page, "keys", key_columns, KEY_COLUMNS);
	sy_page_if_empty(l.page,
	    "There are no keys yet. Next: switchyard key create --label NAME");
	if (sy_key_each(cli->ops.book, list_key, &l, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_page_print(l.page, stdout);
	return SY_EXIT_OK;
}

int sy_run_key_show(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_key k = { 0 };
	struct sy_error err;

	if (sy_cli_open(cli, SY_OPS_BOOK, &err) < 0 ||
	    sy_op_key_get(&cli->ops, sy_cli_arg(cli, 0), &k, &err) < 0)
		return sy_cli_fail(cli, &err);
	page_key(cli, page, &k);
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

/* --- Providers' credentials. -------------------------------------------------------------- */

/* One line from standard input, not echoed at a terminal. */
static int read_secret(const char *name, char *text, size_t room, struct sy_error *err)
{
	struct termios before, silent;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	ssize_t len;
	size_t have = 0;

	if (terminal) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		fprintf(stderr, "Secret %s (not shown): ", name);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	while (have < room - 1 &&
	       (len = read(STDIN_FILENO, text + have, room - 1 - have)) > 0) {
		have += (size_t)len;
		if (terminal && text[have - 1] == '\n')
			break;
	}
	text[have] = '\0';
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	if (memchr(text, '\0', have) != NULL)
		return sy_fail(err, SY_USAGE, "", "the secret has a NUL in it");
	return 0;
}

int sy_run_secret_set(struct sy_cli *cli)
{
	const char *name = sy_cli_arg(cli, 0);
	char text[SY_SECRET_MAX + 2];
	struct sy_error err;
	int rc;

	if (sy_op_secret_name(name, &err) < 0 || sy_cli_root(cli, &err) < 0 ||
	    read_secret(name, text, sizeof(text), &err) < 0)
		return sy_cli_fail(cli, &err);
	rc = sy_op_secret_set(&cli->root, name, text, &err);
	sodium_memzero(text, sizeof(text));
	if (rc < 0)
		return sy_cli_fail(cli, &err);
	sy_cli_say(cli, "Secret %s is %s: %s/%s", name, rc > 0 ? "replaced" : "set",
	    cli->root.secrets_dir, name);
	return SY_EXIT_OK;
}

int sy_run_secret_rm(struct sy_cli *cli)
{
	const char *name = sy_cli_arg(cli, 0);
	struct sy_error err;
	int code;

	if (sy_op_secret_name(name, &err) < 0 || sy_cli_root(cli, &err) < 0)
		return sy_cli_fail(cli, &err);
	code = sy_cli_confirm(cli, "Secret %s will be gone for good", name);
	if (code != SY_EXIT_OK)
		return code;
	if (sy_op_secret_remove(&cli->root, name, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_cli_say(cli, "Secret %s is removed.", name);
	return SY_EXIT_OK;
}

static const struct sy_column secret_columns[] = {
	{ "NAME", "name", SY_V_TEXT },
	{ "STATE", "state", SY_V_STATE },
	{ "USED BY", "used_by", SY_V_TEXT },
	{ "ENDS IN", "tail", SY_V_TEXT },
	{ "FINGERPRINT", "fingerprint", SY_V_TEXT },
	{ "CHANGED", "changed", SY_V_TIME },
	{ "FROM", "source", SY_V_TEXT },
	{ "PROBLEM", "problem", SY_V_TEXT },
};

/* Rows of those secrets that `wanted` lets through; how many of them cannot be used. */
static int page_secrets(struct sy_cli *cli, struct sy_page *page, const char *only,
    bool all, int *shown, struct sy_error *err)
{
	struct sy_secret_info *list;
	int bad = 0, count = sy_op_secret_list(&cli->root, cli->ops.config, cli->arena,
	                 &list, err);

	sy_page_table(page, "secrets", secret_columns, 8);
	*shown = 0;
	for (int i = 0; i < count; i++) {
		const struct sy_secret_info *s = &list[i];
		const struct sy_value row[] = {
			sy_value_text(s->name),
			sy_value_text(s->problem == NULL ? "set"
			              : s->source        ? "error"
			                                 : "missing"),
			sy_value_text(s->used_by),
			sy_value_text(s->tail),
			sy_value_text(s->fingerprint),
			sy_value_unless(s->changed_ms, 0),
			sy_value_text(s->source),
			sy_value_text(s->problem),
		};

		if ((only != NULL && strcmp(only, s->name) != 0) ||
		    (!all && only == NULL && s->source == NULL && *s->used_by == '\0'))
			continue;
		bad += s->problem != NULL;
		++*shown;
		sy_page_row(page, row);
	}
	return count < 0 ? -1 : bad;
}

/* The store is opened for what is used by whom; secrets can be listed without. */
static int open_for_secrets(struct sy_cli *cli, struct sy_error *err)
{
	if (sy_cli_root(cli, err) < 0)
		return -1;
	if (access(cli->root.book_dir, F_OK) == 0)
		return sy_ops_open(&cli->ops, &cli->root, SY_OPS_BOOK, err);
	return 0;
}

int sy_run_secret_list(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	struct sy_error err;
	int shown;

	if (open_for_secrets(cli, &err) < 0 ||
	    page_secrets(cli, page, NULL, true, &shown, &err) < 0)
		return sy_cli_fail(cli, &err);
	sy_page_if_empty(page,
	    "There are no secrets yet. Next: switchyard secret set NAME");
	sy_page_print(page, stdout);
	return SY_EXIT_OK;
}

int sy_run_secret_check(struct sy_cli *cli)
{
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	const char *only = sy_cli_arg(cli, 0);
	struct sy_error err;
	int bad, shown;

	if (open_for_secrets(cli, &err) < 0)
		return sy_cli_fail(cli, &err);
	bad = page_secrets(cli, page, only, false, &shown, &err);
	if (bad < 0)
		return sy_cli_fail(cli, &err);
	if (only != NULL && shown == 0) {
		sy_fail(&err, SY_NOT_FOUND, "name", "there is no secret \"%.60s\"", only);
		return sy_cli_fail(cli, &err);
	}
	sy_page_if_empty(page, "No provider wants a secret.");
	sy_page_print(page, stdout);
	return bad > 0 ? SY_EXIT_NO : SY_EXIT_OK;
}
