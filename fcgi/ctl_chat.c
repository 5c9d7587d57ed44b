/*
 * ctl_chat.c - chat: one request through the gateway, run here as plain CGI or asked at a URL.
 *
 * Either way the request takes the way of any other: key, route, ledger.
 */
#include "ctl.h"
#include "ctl_answer.h"
#include "ctl_programs.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/buf.h"
#include "model/config.h"
#include "net/fetch.h"
#include "ops/op_key.h"

#include <errno.h>
#include <fcntl.h>
#include <ev.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY_MAX  (8u << 20)
#define CLI_LABEL "command-line"

/*
 * The command line's own key, made at its first chat and kept beside the store.  Who can
 * read that file can read the store as well.
 */
static int own_key(struct sy_cli *cli, char text[SY_KEY_TEXT], struct sy_error *err)
{
	const char *path = sy_strf(cli->arena, "%s/command-line.key", cli->root.var_dir);
	struct sy_key key = { .label = CLI_LABEL };
	ssize_t len = 0;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0) {
		len = read(fd, text, SY_KEY_TEXT - 1);
		close(fd);
	}
	text[len > 0 ? len : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (text[0] != '\0' && sy_key_find(cli->ops.book, text, &key, err) > 0 &&
	    !key.revoked)
		return 0;
	/* The file went, or the key was revoked: one label, one good key. */
	if (sy_key_get(cli->ops.book, CLI_LABEL, &key, err) > 0 && !key.revoked &&
	    sy_op_key_revoke(&cli->ops, key.id, &key, err) < 0)
		return -1;
	key = (struct sy_key){ .label = CLI_LABEL };
	if (sy_op_key_create(&cli->ops, &key, NULL, text, err) < 0)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%s\n", text) < 0 || close(fd) < 0)
		return sy_fail(err, SY_STORE, "", "cannot write %s: %s", path,
		    strerror(errno));
	return 0;
}

/* A text argument, or standard input for "-". */
static int read_text(struct sy_cli *cli, struct sy_buf *out, struct sy_error *err)
{
	const char *text = sy_cli_arg(cli, 0);
	char chunk[4096];
	size_t len;

	if (strcmp(text, "-") != 0) {
		sy_buf_puts(out, text);
	} else {
		while ((len = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
			sy_buf_add(out, chunk, len);
	}
	if (out->full)
		return sy_fail(err, SY_USAGE, "", "the text is longer than %u MB",
		    BODY_MAX >> 20);
	if (out->len == 0)
		return sy_fail(err, SY_USAGE, "", "there is no text to send");
	return 0;
}

static const char *default_model(const struct sy_cli *cli)
{
	const struct sy_config *c = cli->ops.config;

	return c->route_count > 0 ? c->routes[0].name : NULL;
}

static int make_body(struct sy_cli *cli, bool stream, struct sy_buf *out,
    struct sy_error *err)
{
	const char *model = sy_cli_option(cli, "model"),
	           *system = sy_cli_option(cli, "system");
	struct sy_buf text;
	int rc;

	if (model == NULL)
		model = default_model(cli);
	if (model == NULL)
		return sy_fail(err, SY_USAGE, "model",
		    "there are no routes; name a model: --model NAME");
	sy_buf_init(&text, BODY_MAX);
	rc = read_text(cli, &text, err);
	sy_buf_puts(out, "{\"model\":");
	sy_buf_json_str(out, model);
	sy_buf_printf(out, ",\"stream\":%s,\"messages\":[", stream ? "true" : "false");
	if (system != NULL) {
		sy_buf_puts(out, "{\"role\":\"system\",\"content\":");
		sy_buf_json_str(out, system);
		sy_buf_puts(out, "},");
	}
	sy_buf_puts(out, "{\"role\":\"user\",\"content\":");
	sy_buf_json(out, text.data != NULL ? text.data : "", text.len);
	sy_buf_puts(out, "}]}");
	sy_buf_release(&text);
	return rc;
}

/* --- As plain CGI. ------------------------------------------------------------------------ */

/* The gateway as plain CGI: one request on standard input, its answer on standard output. */
static pid_t start_gateway(struct sy_cli *cli, const char *key, size_t len, int in,
    int out, struct sy_error *err)
{
	struct sy_arena *a = cli->arena;
	const char *path;
	const char *argv[] = { NULL, NULL };
	const char *env[] = {
		"GATEWAY_INTERFACE=CGI/1.1",
		"SERVER_PROTOCOL=HTTP/1.1",
		"REQUEST_METHOD=POST",
		"REQUEST_URI=/v1/chat/completions",
		"SCRIPT_NAME=/v1/chat/completions",
		"CONTENT_TYPE=application/json",
		"REMOTE_ADDR=127.0.0.1",
		"HTTP_X_SWITCHYARD_FEATURE=command-line",
		sy_strf(a, "CONTENT_LENGTH=%zu", len),
		sy_strf(a, "HTTP_AUTHORIZATION=Bearer %s", key),
		sy_strf(a, "SWITCHYARD_ROOT=%s",
		    cli->root.dir != NULL ? cli->root.dir : ""),
		sy_strf(a, "PATH=%s",
		    getenv("PATH") != NULL ? getenv("PATH") : "/usr/bin:/bin"),
		NULL,
	};
	struct sy_spawn s = { argv, env, NULL, in, out };

	if (sy_program_find("switchyard.fcgi", a, &path, err) < 0)
		return -1;
	argv[0] = path;
	return sy_spawn(&s, err);
}

static int ask_cgi(struct sy_cli *cli, const struct sy_buf *body, const char *key,
    struct sy_shown *an, struct sy_error *err)
{
	int from[2], status = 0;
	char chunk[16384];
	FILE *request = tmpfile(); /* a file cannot fill up as a pipe does */
	ssize_t n;
	pid_t pid;

	if (request == NULL || fwrite(body->data, 1, body->len, request) != body->len ||
	    fflush(request) != 0 || pipe2(from, O_CLOEXEC) < 0)
		return sy_fail(err, SY_BUG, "", "cannot make a pipe: %s",
		    strerror(errno));
	rewind(request);
	pid = start_gateway(cli, key, body->len, fileno(request), from[1], err);
	close(from[1]);
	if (pid > 0) {
		while ((n = read(from[0], chunk, sizeof(chunk))) > 0)
			sy_shown_bytes(an, chunk, (size_t)n);
		waitpid(pid, &status, 0);
	}
	close(from[0]);
	fclose(request);
	if (pid < 0)
		return -1;
	if (!an->in_body)
		return sy_fail(err, SY_BUG, "",
		    "the gateway ended without an answer (status %d)",
		    WEXITSTATUS(status));
	return 0;
}

/* --- At a URL. ---------------------------------------------------------------------------- */

#define CONNECT_MS 10000

struct call {
	struct sy_shown *answer;
	struct ev_loop *loop;
	struct sy_fetched end;
};

static const char *value_of(const struct sy_header *headers, size_t count,
    const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(headers[i].name, name) == 0)
			return headers[i].value;
	return NULL;
}

static void on_head(void *arg, int status, const struct sy_header *headers, size_t count)
{
	struct call *c = arg;

	sy_shown_begin(c->answer, status, value_of(headers, count, "content-type"),
	    value_of(headers, count, "x-request-id"));
}

static bool on_data(void *arg, const char *data, size_t len)
{
	struct call *c = arg;

	sy_shown_body(c->answer, data, len);
	return true;
}

static void on_done(void *arg, const struct sy_fetched *end)
{
	struct call *c = arg;

	c->end = *end;
	ev_break(c->loop, EVBREAK_ALL);
}

/* With or without a slash at its end, with or without the path of the API. */
static const char *chat_url(const char *url, struct sy_arena *a)
{
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	if (len > 3 && strncmp(url + len - 3, "/v1", 3) == 0)
		len -= 3;
	return sy_strf(a, "%.*s/v1/chat/completions", (int)len, url);
}

static int ask_url(struct sy_cli *cli, const char *url, const struct sy_buf *body,
    const char *key, struct sy_shown *an, struct sy_error *err)
{
	const struct sy_fetch_options options = { .connect_ms = CONNECT_MS, .pool = "" };
	struct call c = { .answer = an, .loop = ev_default_loop(EVFLAG_NOENV) };
	const struct sy_fetch_taker taker = { on_head, on_data, on_done, &c };
	struct sy_http http = { .url = chat_url(url, cli->arena) };
	struct sy_net *net;

	if (sy_http_header(&http, "content-type", "application/json", err) < 0 ||
	    sy_http_header(&http, "authorization", sy_strf(cli->arena, "Bearer %s", key),
	        err) < 0 ||
	    sy_http_header(&http, "x-switchyard-feature", CLI_LABEL, err) < 0 ||
	    sy_http_piece(&http, body->data, body->len, err) < 0 ||
	    sy_net_new(c.loop, NULL, &net, err) < 0)
		return -1;
	sy_fetch_start(net, &http, &options, &taker);
	ev_run(c.loop, 0);
	sy_net_free(net);
	if (!c.end.ok)
		return sy_fail(err, c.end.kind, "", "%s: %s", http.url, c.end.why);
	return 0;
}

/* --- The command. ------------------------------------------------------------------------- */

/* The installation here is needed for what was not given, and to be the gateway. */
static int prepare(struct sy_cli *cli, const char *url, struct sy_error *err)
{
	if (url != NULL && sy_cli_flag(cli, "key") && sy_cli_flag(cli, "model"))
		return 0;
	if (sy_cli_open(cli, SY_OPS_BOOK, err) < 0)
		return -1;
	return sy_ops_configured(&cli->ops, err);
}

static int ask(struct sy_cli *cli, struct sy_shown *an, struct sy_error *err)
{
	bool stream = cli->view.form != SY_FORM_JSON && !sy_cli_flag(cli, "no-stream");
	const char *url = sy_cli_option(cli, "url"), *key = sy_cli_option(cli, "key");
	char own[SY_KEY_TEXT] = "";
	struct sy_buf body;
	int rc = -1;

	sy_buf_init(&body, BODY_MAX * 2);
	if (prepare(cli, url, err) == 0 && make_body(cli, stream, &body, err) == 0 &&
	    (key != NULL || own_key(cli, own, err) == 0)) {
		key = key != NULL ? key : own;
		rc = url != NULL ? ask_url(cli, url, &body, key, an, err)
		                 : ask_cgi(cli, &body, key, an, err);
	}
	sodium_memzero(own, sizeof(own));
	sy_buf_release(&body);
	return rc;
}

int sy_run_chat(struct sy_cli *cli)
{
	struct sy_shown an;
	struct sy_error err;
	int code = SY_EXIT_OK;

	sy_shown_init(&an, cli);
	if (ask(cli, &an, &err) < 0) {
		code = sy_cli_fail(cli, &err);
	} else {
		sy_shown_end(&an);
		if (an.error.kind != SY_KINDS)
			code = sy_cli_fail(cli, &an.error);
	}
	sy_shown_release(&an);
	return code;
}
