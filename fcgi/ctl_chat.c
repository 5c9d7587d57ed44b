/*
 * ctl_chat.c - chat: one request through the gateway, run here as plain CGI.
 *
 * No server is needed, and the request takes the way of any other: key, route, ledger.
 */
#include "ctl.h"
#include "ctl_programs.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "model/config.h"
#include "ops/op_key.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY_MAX   (8u << 20)
#define ANSWER_MAX (64u << 20)
#define CLI_LABEL  "command-line"

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

struct answer {
	struct sy_cli *cli;
	struct sy_buf head,
	    body; /* of a stream, the body holds the line that is not whole yet */
	bool in_body;
	int status;
	bool streamed;
	bool said;             /* some text was printed */
	struct sy_error error; /* of kind SY_KINDS while there is none */
};

static void take_head(struct answer *an)
{
	const char *line = strstr(an->head.data, "Status:");
	const char *request = strcasestr(an->head.data, "x-request-id:");

	an->status = line != NULL ? atoi(line + 7) : 200;
	an->streamed = strcasestr(an->head.data, "text/event-stream") != NULL;
	if (request != NULL && an->cli->verbose)
		sy_cli_say(an->cli, "request %.*s", (int)strcspn(request + 14, "\r\n"),
		    request + 14);
}

static const char *text_at(struct json_object *o, const char *const *path)
{
	for (; *path != NULL && o != NULL; path++) {
		if (json_object_is_type(o, json_type_array))
			o = json_object_array_get_idx(o, 0);
		o = json_object_object_get(o, *path);
	}
	return json_object_is_type(o, json_type_string) ? json_object_get_string(o)
	                                                : NULL;
}

static void blame(struct answer *an, const char *message)
{
	sy_fail(&an->error, an->status < 500 ? SY_USAGE : SY_BROKEN, "", "%s",
	    message != NULL ? message : "the gateway gave an answer that is none");
	if (an->status == 401 || an->status == 403)
		an->error.kind = SY_FORBIDDEN;
}

/* One event of a stream: the text that came, or the error. */
static void take_event(struct answer *an, const char *data)
{
	static const char *const content[] = { "choices", "delta", "content", NULL };
	static const char *const message[] = { "error", "message", NULL };
	struct json_object *o = json_tokener_parse(data);
	const char *text;

	if (o == NULL)
		return;
	text = text_at(o, content);
	if (text != NULL) {
		fputs(text, stdout);
		fflush(stdout);
		an->said = true;
	}
	text = text_at(o, message);
	if (text != NULL) {
		an->status = 502;
		blame(an, text);
	}
	json_object_put(o);
}

static void take_lines(struct answer *an)
{
	char *end;

	while (an->body.len > 0 &&
	       (end = memchr(an->body.data, '\n', an->body.len)) != NULL) {
		*end = '\0';
		if (sy_starts(an->body.data, "data: {"))
			take_event(an, an->body.data + 6);
		sy_buf_eat(&an->body, (size_t)(end - an->body.data) + 1);
	}
}

static void take_bytes(struct answer *an, const char *data, size_t len)
{
	const char *end;
	size_t skip;

	if (!an->in_body) {
		sy_buf_add(&an->head, data, len);
		end = an->head.data != NULL ? strstr(an->head.data, "\r\n\r\n") : NULL;
		skip = 4;
		if (end == NULL && an->head.data != NULL) {
			end = strstr(an->head.data, "\n\n");
			skip = 2;
		}
		if (end == NULL)
			return;
		an->in_body = true;
		take_head(an);
		skip += (size_t)(end - an->head.data);
		take_bytes(an, an->head.data + skip, an->head.len - skip);
		return;
	}
	sy_buf_add(&an->body, data, len);
	if (an->streamed)
		take_lines(an);
}

static void finish_whole(struct answer *an)
{
	static const char *const content[] = { "choices", "message", "content", NULL };
	static const char *const message[] = { "error", "message", NULL };
	struct json_object *o =
	    an->body.len > 0 ? json_tokener_parse(an->body.data) : NULL;
	const char *text = NULL;

	if (o != NULL)
		text = text_at(o, an->status >= 400 ? message : content);
	if (an->status >= 400)
		blame(an, text);
	else if (an->cli->view.form == SY_FORM_JSON)
		fwrite(an->body.data, 1, an->body.len, stdout);
	else if (text != NULL)
		fputs(text, stdout);
	else
		blame(an, NULL);
	an->said = an->status < 400;
	json_object_put(o);
}

static int converse(struct sy_cli *cli, const struct sy_buf *body, const char *key,
    struct answer *an, struct sy_error *err)
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
			take_bytes(an, chunk, (size_t)n);
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

int sy_run_chat(struct sy_cli *cli)
{
	bool stream = cli->view.form != SY_FORM_JSON && !sy_cli_flag(cli, "no-stream");
	const char *asked = sy_cli_option(cli, "key");
	struct answer an = { .cli = cli, .error = { .kind = SY_KINDS } };
	char key[SY_KEY_TEXT] = "";
	struct sy_error err;
	struct sy_buf body;
	int rc = -1;

	sy_buf_init(&body, BODY_MAX * 2);
	sy_buf_init(&an.head, 64 * 1024);
	sy_buf_init(&an.body, ANSWER_MAX);
	if (sy_cli_open(cli, SY_OPS_BOOK, &err) == 0 &&
	    sy_ops_configured(&cli->ops, &err) == 0 &&
	    make_body(cli, stream, &body, &err) == 0 &&
	    (asked != NULL || own_key(cli, key, &err) == 0))
		rc = converse(cli, &body, asked != NULL ? asked : key, &an, &err);
	sodium_memzero(key, sizeof(key));
	if (rc == 0 && !an.streamed)
		finish_whole(&an);
	if (an.said)
		putchar('\n');
	sy_buf_release(&body);
	sy_buf_release(&an.head);
	sy_buf_release(&an.body);
	if (rc < 0)
		return sy_cli_fail(cli, &err);
	return an.error.kind != SY_KINDS ? sy_cli_fail(cli, &an.error) : SY_EXIT_OK;
}
