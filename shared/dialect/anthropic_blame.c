/*
 * anthropic_blame.c - see anthropic_blame.h.
 *
 * The provider's sentence decides first, its error type second and the status last: a 400 may
 * be an empty account or a prompt that is too long, and proxies answer HTML.
 */
#include "dialect/anthropic_blame.h"

#include "base/scan.h"
#include "base/walk.h"
#include "dialect/anthropic_names.h"
#include "dialect/blame.h"
#include "model/config.h"

#include <string.h>

static const struct sy_word sentences[] = {
	{ "prompt is too long", SY_CONTEXT },
	{ "exceed context limit", SY_CONTEXT },
	{ "input is too long", SY_CONTEXT },
	{ "maximum context length", SY_CONTEXT },
	{ "credit balance is too low", SY_CREDENTIAL },
	{ "content filtering policy", SY_POLICY },
	{ NULL, 0 },
};

static enum sy_kind kind_of(int status, const char *type, const char *message)
{
	int kind;

	for (const struct sy_word *row = sentences; row->name != NULL; row++)
		if (strcasestr(message, row->name) != NULL)
			return (enum sy_kind)row->value;
	kind = sy_word_value(sy_anthropic_errors, type);
	return kind >= 0 ? (enum sy_kind)kind : sy_kind_of_status(status);
}

/* The words of the document's error; "" where there are none. */
static void read_error(const char *body, size_t len, char *type, size_t type_room,
    char *message, size_t message_room)
{
	struct sy_span error = { body, len };
	struct sy_error ignored;

	*type = *message = '\0';
	if (len == 0 || sy_scan_check(body, len, NULL, &ignored) < 0)
		return;
	error = sy_walk_get(error, "error");
	if (sy_span_is_string(sy_walk_get(error, "type")))
		sy_unquote_copy(type, type_room, sy_walk_get(error, "type"));
	if (sy_span_is_string(sy_walk_get(error, "message")))
		sy_unquote_copy(message, message_room, sy_walk_get(error, "message"));
}

void sy_anthropic_blame(const struct sy_call *call, int status, const char *body,
    size_t len, struct sy_error *err)
{
	const char *provider = call->model->provider->name;
	char type[48], message[sizeof(err->message)];
	enum sy_kind kind;

	read_error(body, len, type, sizeof(type), message, sizeof(message));
	kind = kind_of(status, type, message);
	/* Whose account it is, and what is wrong with it, is no client's business. */
	if (kind == SY_CREDENTIAL)
		sy_fail(err, kind, "", "the gateway's account at %s was refused",
		    provider);
	else if (message[0] != '\0')
		sy_fail(err, kind, "", "%s", message);
	else
		sy_fail(err, kind, "", "%s answered with status %d", provider, status);
	if (kind == SY_REFUSED &&
	    (status == 413 || strcmp(type, "request_too_large") == 0)) {
		sy_fail_code(err, kind, "", "request_too_large", "%s", err->message);
		err->status = 413;
	}
}
