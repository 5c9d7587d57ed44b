/*
 * cohere_blame.c - what an error of Cohere's means.
 *
 * Its body has an id and a sentence, and seldom a type; the sentence says most: one status
 * stands for a trial key's minute and for its month.
 */
#include "dialect/cohere.h"

#include "base/scan.h"
#include "base/text.h"
#include "base/walk.h"
#include "model/config.h"

#include <string.h>

static const struct sy_word sentences[] = {
	{ "too many tokens", SY_CONTEXT },
	{ "TOO_MANY_TOKENS", SY_CONTEXT },
	{ "size limit exceeded", SY_CONTEXT },
	{ "ERROR_LIMIT", SY_CONTEXT },
	{ "calls / month", SY_CREDENTIAL },
	{ "invalid api token", SY_CREDENTIAL },
	{ "incorrect api key", SY_CREDENTIAL },
	{ "blocked", SY_POLICY },
	{ NULL, 0 },
};

static enum sy_kind kind_of_status(int status)
{
	switch (status) {
	case 401:
	case 402:
	case 403:
		return SY_CREDENTIAL;
	case 404:
		return SY_NO_UPSTREAM_MODEL;
	case 408:
	case 499:
		return SY_BROKEN;
	case 409:
		return SY_CONFLICT;
	case 429:
		return SY_BUSY;
	case 498: /* the words in it are not allowed */
		return SY_POLICY;
	case 503:
		return SY_OVERLOADED;
	}
	return status >= 400 && status < 500 ? SY_REFUSED : SY_BROKEN;
}

/* A busy or broken provider may say anything; a sentence counts where something can be done. */
static enum sy_kind kind_of(int status, const char *message, const char *type)
{
	bool counts = status < 500;

	for (const struct sy_word *row = sentences; counts && row->name != NULL; row++)
		if (strcasestr(message, row->name) != NULL ||
		    strcmp(type, row->name) == 0)
			return (enum sy_kind)row->value;
	return kind_of_status(status);
}

struct complaint {
	char message[400];
	char type[48];
};

static void take(char *out, size_t room, struct sy_span string)
{
	if (out[0] == '\0' && sy_span_is_string(string))
		sy_unquote_copy(out, room, string);
}

/* An error's body; or the end of an answer that failed, whose reason is its type. */
static void read_complaint(struct complaint *c, const char *body, size_t len)
{
	struct sy_span root = sy_span_trim(body, len);
	struct sy_error ignored;

	if (sy_scan_check(root.at, root.len, NULL, &ignored) < 0)
		return;
	take(c->message, sizeof(c->message), sy_walk_get(root, "message"));
	take(c->message, sizeof(c->message), sy_walk_get(root, "error"));
	take(c->message, sizeof(c->message),
	    sy_walk_get(sy_walk_get(root, "error"), "message"));
	take(c->type, sizeof(c->type), sy_walk_get(root, "error_type"));
	take(c->type, sizeof(c->type), sy_walk_get(root, "finish_reason"));
}

void sy_cohere_blame(const struct sy_call *call, int status, const char *body, size_t len,
    struct sy_error *err)
{
	const char *name = call->model->provider->name;
	struct complaint c = { .message = "" };
	enum sy_kind kind;

	read_complaint(&c, body, len);
	kind = kind_of(status, c.message, c.type);
	/* Whose account it is, and what is wrong with it, is no client's business. */
	if (kind == SY_CREDENTIAL)
		sy_fail(err, kind, "", "the gateway's account at %s was refused", name);
	else if (c.message[0] != '\0')
		sy_fail(err, kind, "", "%s: %s", name, c.message);
	else if (c.type[0] != '\0')
		sy_fail(err, kind, "", "%s ended its answer with '%s'", name, c.type);
	else
		sy_fail(err, kind, "", "%s answered with status %d", name, status);
	if (kind == SY_REFUSED && status == 413)
		err->status = status;
}
