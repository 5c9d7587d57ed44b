/*
 * ctl_answer.c - see ctl_answer.h.
 */
#include "ctl_answer.h"

#include "base/arena.h"
#include "base/text.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_MAX   (64u << 10)
#define ANSWER_MAX (64u << 20)

void sy_shown_init(struct sy_shown *an, const struct sy_cli *cli)
{
	*an = (struct sy_shown){ .cli = cli, .error = { .kind = SY_KINDS } };
	sy_buf_init(&an->head, HEAD_MAX);
	sy_buf_init(&an->body, ANSWER_MAX);
}

void sy_shown_release(struct sy_shown *an)
{
	sy_buf_release(&an->head);
	sy_buf_release(&an->body);
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

static void blame(struct sy_shown *an, const char *message)
{
	sy_fail(&an->error, an->status < 500 ? SY_USAGE : SY_BROKEN, "", "%s",
	    message != NULL ? message : "the gateway gave an answer that is none");
	if (an->status == 401 || an->status == 403)
		an->error.kind = SY_FORBIDDEN;
}

/* One event of a stream: the text that came, or the error. */
static void take_event(struct sy_shown *an, const char *data)
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

static void take_lines(struct sy_shown *an)
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

void sy_shown_begin(struct sy_shown *an, int status, const char *type,
    const char *request)
{
	an->in_body = true;
	an->status = status;
	an->streamed = type != NULL && sy_starts(type, "text/event-stream");
	if (request != NULL && an->cli->verbose)
		sy_cli_say(an->cli, "request %s", request);
}

void sy_shown_body(struct sy_shown *an, const char *data, size_t len)
{
	sy_buf_add(&an->body, data, len);
	if (an->streamed)
		take_lines(an);
}

/* The value of a header, in the arena; NULL when there is none. */
static const char *header(const struct sy_shown *an, const char *name)
{
	const char *line = strcasestr(an->head.data, name);

	if (line == NULL)
		return NULL;
	line += strlen(name);
	line += strspn(line, " ");
	return sy_strndup(an->cli->arena, line, strcspn(line, "\r\n"));
}

/* Where the body begins in the head's bytes; 0 while it is not there. */
static size_t end_of_head(const struct sy_buf *head)
{
	const char *end = head->len > 0 ? strstr(head->data, "\r\n\r\n") : NULL;

	return end != NULL ? (size_t)(end - head->data) + 4 : 0;
}

void sy_shown_bytes(struct sy_shown *an, const char *data, size_t len)
{
	const char *status;
	size_t end;

	if (an->in_body) {
		sy_shown_body(an, data, len);
		return;
	}
	sy_buf_add(&an->head, data, len);
	end = end_of_head(&an->head);
	if (end == 0)
		return;
	status = header(an, "Status:");
	sy_shown_begin(an, status != NULL ? atoi(status) : 200,
	    header(an, "content-type:"), header(an, "x-request-id:"));
	sy_shown_body(an, an->head.data + end, an->head.len - end);
}

static void finish_whole(struct sy_shown *an)
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

void sy_shown_end(struct sy_shown *an)
{
	if (!an->streamed)
		finish_whole(an);
	if (an->said)
		putchar('\n');
}
