/*
 * gemini_blame.c - what a failure of Gemini means.
 *
 * The sentence decides first, since a 400 may be a key that is no good or a prompt that is too
 * long; then the status word, and the HTTP status last, for what proxies answer.
 */
#include "dialect/gemini.h"

#include "base/scan.h"
#include "base/text.h"
#include "base/word.h"
#include "dialect/blame.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A quota of the day comes back with the next one; a provider is asked again in an hour. */
#define DAY_QUOTA_MS 3600000

struct complaint {
	char status[48];
	char message[400];
	char reason[48];                  /* of ErrorInfo */
	char field[96], description[256]; /* of BadRequest */
	int64_t code;
	int retry_ms;
	bool daily;
};

static const struct sy_word sentences[] = {
	{ "exceeds the maximum number of tokens", SY_CONTEXT },
	{ "input token count", SY_CONTEXT },
	{ "API key not valid", SY_CREDENTIAL },
	{ "API key expired", SY_CREDENTIAL },
	{ "API Key not found", SY_CREDENTIAL },
	{ "User location is not supported", SY_CREDENTIAL },
	{ NULL, 0 },
};

static const struct sy_word reasons[] = {
	{ "API_KEY_INVALID", SY_CREDENTIAL },
	{ "API_KEY_SERVICE_BLOCKED", SY_CREDENTIAL },
	{ "SERVICE_DISABLED", SY_CREDENTIAL },
	{ "BILLING_DISABLED", SY_CREDENTIAL },
	{ "ACCESS_TOKEN_EXPIRED", SY_CREDENTIAL },
	{ NULL, 0 },
};

static const struct sy_word statuses[] = {
	{ "INVALID_ARGUMENT", SY_REFUSED },
	{ "OUT_OF_RANGE", SY_REFUSED },
	{ "UNIMPLEMENTED", SY_REFUSED },
	{ "FAILED_PRECONDITION", SY_CREDENTIAL }, /* region, or money */
	{ "UNAUTHENTICATED", SY_CREDENTIAL },
	{ "PERMISSION_DENIED", SY_CREDENTIAL },
	{ "NOT_FOUND", SY_NO_UPSTREAM_MODEL },
	{ "RESOURCE_EXHAUSTED", SY_BUSY },
	{ "ABORTED", SY_CONFLICT },
	{ "UNAVAILABLE", SY_OVERLOADED },
	{ "DEADLINE_EXCEEDED", SY_TOO_SLOW },
	{ "CANCELLED", SY_BROKEN },
	{ "INTERNAL", SY_BROKEN },
	{ "UNKNOWN", SY_BROKEN },
	{ NULL, 0 },
};

/* Two that mean more here than elsewhere. */
static enum sy_kind kind_of_status(int64_t status)
{
	return status == 504   ? SY_TOO_SLOW
	       : status == 499 ? SY_BROKEN
	                       : sy_kind_of_status((int)status);
}

/* --- The words of it. -------------------------------------------------------------------- */

static void copy(char *dst, size_t room, struct sy_span object, const char *key)
{
	struct sy_span value = sy_walk_get(object, key);

	if (sy_span_is_string(value))
		sy_unquote_copy(dst, room, value);
}

/* "36s", "0.523s" */
static void read_retry(struct complaint *c, struct sy_span detail)
{
	char text[24] = "";
	double seconds;

	copy(text, sizeof(text), detail, "retryDelay");
	seconds = strtod(text, NULL);
	if (seconds > 0 && seconds < 1e6)
		c->retry_ms = (int)(seconds * 1000);
}

static void read_quota(struct complaint *c, struct sy_span detail)
{
	struct sy_span list = sy_walk_get(detail, "violations"), violation;
	char id[128];
	size_t at = 0;

	while (sy_walk_element(list, &at, &violation)) {
		id[0] = '\0';
		copy(id, sizeof(id), violation, "quotaId");
		c->daily |= strstr(id, "PerDay") != NULL;
	}
}

static void read_fields(struct complaint *c, struct sy_span detail)
{
	struct sy_span list = sy_walk_get(detail, "fieldViolations"), violation;
	size_t at = 0;

	if (!sy_walk_element(list, &at, &violation))
		return;
	copy(c->field, sizeof(c->field), violation, "field");
	copy(c->description, sizeof(c->description), violation, "description");
}

static void read_detail(struct complaint *c, struct sy_span detail)
{
	char type[96] = "";

	copy(type, sizeof(type), detail, "@type");
	if (sy_ends(type, "RetryInfo"))
		read_retry(c, detail);
	else if (sy_ends(type, "QuotaFailure"))
		read_quota(c, detail);
	else if (sy_ends(type, "BadRequest"))
		read_fields(c, detail);
	else if (sy_ends(type, "ErrorInfo"))
		copy(c->reason, sizeof(c->reason), detail, "reason");
}

/* Which field it is, where the sentence does not tell; it is Google's name of it. */
static void add_field(struct complaint *c)
{
	size_t used = strlen(c->message);

	if (c->field[0] != '\0' && strstr(c->message, c->field) == NULL)
		snprintf(c->message + used, sizeof(c->message) - used, " (%s%s%s)",
		    c->field, c->description[0] != '\0' ? ": " : "", c->description);
}

/* The document is an object, or the array of a stream with an object in it. */
static void read_error(struct complaint *c, const char *body, size_t len)
{
	struct sy_span error = { body, len }, details, detail;
	struct sy_error ignored;
	size_t at = 0;

	if (len == 0 || sy_scan_check(body, len, NULL, &ignored) < 0)
		return;
	error = sy_span_trim(body, len);
	if (sy_span_is_array(error) && !sy_walk_element(error, &at, &error))
		return;
	error = sy_walk_get(error, "error");
	copy(c->status, sizeof(c->status), error, "status");
	copy(c->message, sizeof(c->message), error, "message");
	sy_span_int(sy_walk_get(error, "code"), &c->code);
	details = sy_walk_get(error, "details");
	for (at = 0; sy_walk_element(details, &at, &detail);)
		read_detail(c, detail);
	add_field(c);
}

/* --- The meaning. ------------------------------------------------------------------------ */

/* A quota is a quota, whatever words it comes with. */
static enum sy_kind judge(const struct complaint *c, int status)
{
	int kind = sy_word_value(statuses, c->status);

	if (kind != SY_BUSY && status != 429) {
		for (const struct sy_word *row = sentences; row->name != NULL; row++)
			if (strcasestr(c->message, row->name) != NULL)
				return (enum sy_kind)row->value;
		if (sy_word_value(reasons, c->reason) >= 0)
			return (enum sy_kind)sy_word_value(reasons, c->reason);
	}
	if (kind >= 0)
		return (enum sy_kind)kind;
	return kind_of_status(status == 200 && c->code > 0 ? c->code : status);
}

void sy_gemini_blame(const struct sy_call *call, int status, const char *body, size_t len,
    struct sy_error *err)
{
	const char *provider = call->model->provider->name;
	struct complaint c = { .status = "" };
	enum sy_kind kind;

	read_error(&c, body, len);
	kind = judge(&c, status);
	/* Whose account it is, and what is wrong with it, is no client's business. */
	if (kind == SY_CREDENTIAL)
		sy_fail(err, kind, "", "the gateway's account at %s was refused",
		    provider);
	else if (c.message[0] != '\0')
		sy_fail(err, kind, "", "%s", c.message);
	else
		sy_fail(err, kind, "", "%s answered with status %d", provider, status);
	err->retry_after_ms = c.daily ? DAY_QUOTA_MS : c.retry_ms;
	if (kind == SY_REFUSED && status == 413) {
		sy_fail_code(err, kind, "", "request_too_large", "%s", err->message);
		err->status = 413;
	}
}
