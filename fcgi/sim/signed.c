/*
 * signed.c - see signed.h.
 *
 * A signature is checked by making it again, from the bytes on the wire: what a client library
 * changed on the way (host, path, body) shows.
 */
#include "sim/signed.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/http.h"
#include "base/text.h"
#include "net/sigv4.h"

#include <string.h>
#include <time.h>

#define SIGNED "AWS4-HMAC-SHA256 Credential="

static int refuse(struct sy_error *err, const char *why)
{
	sy_fail(err, SY_UNKNOWN_KEY, "", "%s", why);
	err->status = 403;
	return -1;
}

/* The part of "KEY/20260102/REGION/SERVICE/aws4_request, ..." behind so many slashes. */
static char *scope_part(struct sy_arena *a, const char *credential, int slashes)
{
	for (; slashes > 0 && *credential != '\0'; credential++)
		slashes -= *credential == '/';
	return sy_strndup(a, credential, strcspn(credential, "/,"));
}

static const char *header(const struct sy_sim_http *http, const char *name)
{
	const char *value = sy_sim_http_header(http, name);

	return value != NULL ? value : "";
}

static bool read_time(const char *text, int64_t *unix_ms)
{
	struct tm tm = { 0 };

	if (strptime(text, "%Y%m%dT%H%M%SZ", &tm) == NULL)
		return false;
	*unix_ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

/* What should stand in Authorization, or NULL. */
static const char *sign_again(const struct sy_sim_http *http, const char *key,
    struct sy_arena *a)
{
	const char *credential = header(http, "authorization") + strlen(SIGNED);
	struct sy_sigv4 how = { .credential = key,
		.region = scope_part(a, credential, 2),
		.service = scope_part(a, credential, 3) };
	struct sy_http again = { .method = http->method };
	struct sy_error ignored;

	again.url = sy_strf(a, "http://%s%s", header(http, "host"), http->path);
	if (!read_time(header(http, "x-amz-date"), &how.unix_ms) ||
	    sy_http_header(&again, "Content-Type", header(http, "content-type"),
	        &ignored) < 0 ||
	    sy_http_piece(&again, http->body.data, http->body.len, &ignored) < 0 ||
	    sy_sigv4_sign(&again, &how, a, &ignored) < 0)
		return NULL;
	return again.headers[again.header_count - 1].value;
}

static int check_signature(const struct sy_sim_http *http, const char *key,
    struct sy_error *err)
{
	struct sy_arena *a = sy_arena_new();
	const char *want = sign_again(http, key, a);
	bool same = want != NULL && strcmp(want, header(http, "authorization")) == 0;

	sy_arena_free(a);
	return same
	           ? 0
	           : refuse(err, "The request signature we calculated does not match the "
	                         "signature you provided.");
}

int sy_sim_signed(const struct sy_sim_http *http, const char *key, struct sy_error *err)
{
	const char *said = header(http, "authorization");

	if (*said == '\0')
		return refuse(err, "Missing Authentication Token");
	if (key == NULL)
		return 0;
	if (sy_starts(said, SIGNED))
		return check_signature(http, key, err);
	if (sy_starts(said, "Bearer ") && strcmp(said + strlen("Bearer "), key) == 0)
		return 0;
	return refuse(err, "The security token included in the request is invalid.");
}
