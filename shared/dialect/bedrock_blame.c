/*
 * bedrock_blame.c - see bedrock_blame.h.
 *
 * The sentence decides first, the exception's name second and the status last: a 400 may be a
 * prompt that is too long, a model that needs a profile, or a quota.
 */
#include "dialect/bedrock_blame.h"

#include "base/scan.h"
#include "base/text.h"
#include "base/walk.h"
#include "dialect/blame.h"
#include "model/config.h"

#include <string.h>
#include <strings.h>

#define NAME_BYTES 64
#define HOUR_MS    3600000

static const struct sy_word sentences[] = {
	{ "input is too long", SY_CONTEXT },
	{ "too many input tokens", SY_CONTEXT },
	{ "prompt is too long", SY_CONTEXT },
	{ "input tokens exceed", SY_CONTEXT },
	{ "exceeds maximum length", SY_CONTEXT },
	{ "maximum context length", SY_CONTEXT },
	{ "on-demand throughput", SY_NO_UPSTREAM_MODEL },
	{ "model identifier is invalid", SY_NO_UPSTREAM_MODEL },
	{ "end of its life", SY_NO_UPSTREAM_MODEL },
	{ NULL, 0 },
};

static const struct sy_word exceptions[] = {
	{ "ValidationException", SY_REFUSED },
	{ "AccessDeniedException", SY_CREDENTIAL },
	{ "UnrecognizedClientException", SY_CREDENTIAL },
	{ "InvalidSignatureException", SY_CREDENTIAL },
	{ "IncompleteSignatureException", SY_CREDENTIAL },
	{ "ExpiredTokenException", SY_CREDENTIAL },
	{ "RequestExpired", SY_CREDENTIAL },
	{ "MissingAuthenticationToken", SY_CREDENTIAL },
	{ "MissingAuthenticationTokenException", SY_CREDENTIAL },
	{ "ResourceNotFoundException", SY_NO_UPSTREAM_MODEL },
	{ "ModelTimeoutException", SY_BROKEN },
	{ "ModelErrorException", SY_BROKEN },
	{ "ModelStreamErrorException", SY_BROKEN },
	{ "InternalServerException", SY_BROKEN },
	{ "InternalFailure", SY_BROKEN },
	{ "ThrottlingException", SY_BUSY },
	{ "TooManyRequestsException", SY_BUSY },
	{ "ModelNotReadyException", SY_BUSY },
	{ "ServiceQuotaExceededException", SY_BUSY },
	{ "ServiceUnavailableException", SY_OVERLOADED },
	{ NULL, 0 },
};

/* Events write the first letter small. */
static int kind_of_name(const char *name)
{
	for (const struct sy_word *row = exceptions; row->name != NULL; row++)
		if (strcasecmp(row->name, name) == 0)
			return row->value;
	return -1;
}

/* What is known of a failure. */
struct failure {
	int status;
	char name[NAME_BYTES];
	char message[sizeof(((struct sy_error *)NULL)->message)];
	int64_t original; /* the status that the model itself failed with; 0 not said */
};

/* "com.amazon.coral#ValidationException:http://..." */
static void set_name(struct failure *f, const char *said)
{
	const char *hash = strchr(said, '#');
	const char *name = hash != NULL ? hash + 1 : said;

	if (f->name[0] == '\0')
		sy_copy_n(f->name, sizeof(f->name), name, strcspn(name, ":"));
}

static void read_body(struct failure *f, const char *body, size_t len)
{
	struct sy_span tree = { body, len }, said;
	struct sy_error ignored;
	char name[2 * NAME_BYTES];

	if (len == 0 || sy_scan_check(body, len, NULL, &ignored) < 0)
		return;
	said = sy_walk_get(tree, "message");
	if (said.at == NULL)
		said = sy_walk_get(tree, "Message");
	sy_unquote_copy(f->message, sizeof(f->message), said);
	said = sy_walk_get(tree, "__type");
	if (sy_span_is_string(said)) {
		sy_unquote_copy(name, sizeof(name), said);
		set_name(f, name);
	}
	sy_span_int(sy_walk_get(tree, "originalStatusCode"), &f->original);
}

static enum sy_kind kind_of(const struct failure *f)
{
	int kind;

	for (const struct sy_word *row = sentences; row->name != NULL; row++)
		if (strcasestr(f->message, row->name) != NULL)
			return (enum sy_kind)row->value;
	if (f->original == 429 || f->original == 503 || f->original == 529)
		return sy_kind_of_status((int)f->original);
	kind = kind_of_name(f->name);
	return kind >= 0 ? (enum sy_kind)kind : sy_kind_of_status(f->status);
}

static void tell(const struct sy_call *call, const struct failure *f,
    struct sy_error *err)
{
	const char *provider = call->model->provider->name;
	enum sy_kind kind = kind_of(f);

	/* Whose account it is, and what is wrong with it, is no client's business. */
	if (kind == SY_CREDENTIAL)
		sy_fail(err, kind, "", "the gateway's account at %s was refused",
		    provider);
	else if (f->message[0] != '\0')
		sy_fail(err, kind, "", "%s", f->message);
	else if (f->name[0] != '\0')
		sy_fail(err, kind, "", "%s failed with %s", provider, f->name);
	else
		sy_fail(err, kind, "", "%s answered with status %d", provider, f->status);
	/* A day's quota is gone until midnight: there is no use in asking every few seconds. */
	if (kind == SY_BUSY && strcasestr(f->message, "per day") != NULL)
		err->retry_after_ms = HOUR_MS;
}

void sy_bedrock_blame(const struct sy_call *call, int status, const char *body,
    size_t len, struct sy_error *err)
{
	struct failure f = { .status = status };

	if (call->error_type != NULL)
		set_name(&f, call->error_type);
	read_body(&f, body, len);
	tell(call, &f, err);
}

void sy_bedrock_blame_exception(const struct sy_call *call, const char *name,
    const char *data, size_t len, struct sy_error *err)
{
	struct failure f = { .status = 200 };

	set_name(&f, name);
	read_body(&f, data, len);
	if (f.message[0] == '\0' && len > 0 && data[0] != '{')
		sy_copy_n(f.message, sizeof(f.message), data, len);
	tell(call, &f, err);
}
