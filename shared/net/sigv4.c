/*
 * sigv4.c - see sigv4.h.
 */
#include "net/sigv4.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define ALGORITHM  "AWS4-HMAC-SHA256"
#define TEXT_BYTES (64 << 10)
#define HASH_BYTES crypto_hash_sha256_BYTES
#define HEX_BYTES  (2 * HASH_BYTES + 1)

struct part {
	const char *at;
	size_t len;
};

struct signing {
	const struct sy_http *http;
	const struct sy_sigv4 *how;
	struct part access, secret, token; /* token.len 0: none */
	struct part host, path;
	char date[sizeof("20260102T030405Z")];
	char scope[128];
	const char *signed_headers;
};

/* --- What is to be signed. --------------------------------------------------------------- */

static int split_credential(struct signing *s, struct sy_error *err)
{
	const char *text = s->how->credential;
	size_t access = strcspn(text, ":"), secret;

	s->access = (struct part){ text, access };
	text += access + (text[access] == ':');
	secret = strcspn(text, ":");
	s->secret = (struct part){ text, secret };
	text += secret + (text[secret] == ':');
	s->token = (struct part){ text, strlen(text) };
	if (access == 0 || secret == 0)
		return sy_fail(err, SY_CREDENTIAL, "",
		    "a secret for signed requests is ACCESS_KEY_ID:SECRET, and "
		    ":SESSION_TOKEN for a session");
	return 0;
}

static int split_url(struct signing *s, struct sy_error *err)
{
	const char *url = s->http->url, *host = strstr(url, "://"), *path;

	if (host == NULL || strpbrk(url, "?#") != NULL)
		return sy_fail(err, SY_CONFIG, "",
		    "an address with a query cannot be signed");
	host += strlen("://");
	path = host + strcspn(host, "/");
	s->host = (struct part){ host, (size_t)(path - host) };
	s->path =
	    *path == '\0' ? (struct part){ "/", 1 } : (struct part){ path, strlen(path) };
	return 0;
}

static int set_time(struct signing *s, struct sy_error *err)
{
	time_t now = (time_t)(s->how->unix_ms / 1000);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(s->date, sizeof(s->date), "%Y%m%dT%H%M%SZ", &tm) == 0)
		return sy_fail(err, SY_BUG, "", "the time of a signature is none");
	snprintf(s->scope, sizeof(s->scope), "%.8s/%s/%s/aws4_request", s->date,
	    s->how->region, s->how->service);
	return 0;
}

/* --- The canonical request. -------------------------------------------------------------- */

/* Encoded once more, percent signs included; the slashes stay. */
static void put_path(struct sy_buf *out, struct part path)
{
	static const char kept[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                           "0123456789-._~/";

	for (size_t i = 0; i < path.len; i++)
		if (memchr(kept, path.at[i], sizeof(kept) - 1) != NULL)
			sy_buf_putc(out, path.at[i]);
		else
			sy_buf_printf(out, "%%%02X", (unsigned char)path.at[i]);
}

static const char *content_type(const struct sy_http *http)
{
	for (size_t i = 0; i < http->header_count; i++)
		if (strcasecmp(http->headers[i].name, "content-type") == 0)
			return http->headers[i].value;
	return NULL;
}

/* The signed headers in their order, and their names. */
static void put_headers(struct signing *s, struct sy_buf *out)
{
	const char *type = content_type(s->http);
	bool token = s->token.len > 0;

	if (type != NULL)
		sy_buf_printf(out, "content-type:%s\n", type);
	sy_buf_printf(out, "host:%.*s\nx-amz-date:%s\n", (int)s->host.len, s->host.at,
	    s->date);
	if (token)
		sy_buf_printf(out, "x-amz-security-token:%s\n", s->token.at);
	s->signed_headers =
	    type != NULL
	        ? (token ? "content-type;host;x-amz-date;x-amz-security-token"
	                 : "content-type;host;x-amz-date")
	        : (token ? "host;x-amz-date;x-amz-security-token" : "host;x-amz-date");
	sy_buf_printf(out, "\n%s\n", s->signed_headers);
}

static void put_body_hash(const struct sy_http *http, struct sy_buf *out)
{
	unsigned char hash[HASH_BYTES];
	crypto_hash_sha256_state state;
	char hex[HEX_BYTES];

	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < http->piece_count; i++)
		crypto_hash_sha256_update(&state, http->body[i].iov_base,
		    http->body[i].iov_len);
	crypto_hash_sha256_final(&state, hash);
	sy_buf_puts(out, sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
}

static void hash_request(struct signing *s, char hex[HEX_BYTES])
{
	unsigned char hash[HASH_BYTES];
	struct sy_buf text;

	sy_buf_init(&text, TEXT_BYTES);
	sy_buf_printf(&text, "%s\n", s->http->method != NULL ? s->http->method : "POST");
	put_path(&text, s->path);
	sy_buf_puts(&text, "\n\n");
	put_headers(s, &text);
	put_body_hash(s->http, &text);
	crypto_hash_sha256(hash, (unsigned char *)text.data, text.len);
	sodium_bin2hex(hex, HEX_BYTES, hash, sizeof(hash));
	sy_buf_release(&text);
}

/* --- The signature. ---------------------------------------------------------------------- */

static void hmac(unsigned char out[HASH_BYTES], const void *key, size_t key_len,
    const char *text, size_t len)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_len);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)text, len);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof(state));
}

/* A key for this day, region and service, made of the secret. */
static void derive_key(const struct signing *s, unsigned char key[HASH_BYTES])
{
	size_t len = strlen("AWS4") + s->secret.len;
	char *first = sy_xcalloc(1, len + 1);

	snprintf(first, len + 1, "AWS4%s", s->secret.at);
	hmac(key, first, len, s->date, 8);
	sodium_memzero(first, len);
	free(first);
	hmac(key, key, HASH_BYTES, s->how->region, strlen(s->how->region));
	hmac(key, key, HASH_BYTES, s->how->service, strlen(s->how->service));
	hmac(key, key, HASH_BYTES, "aws4_request", strlen("aws4_request"));
}

static char *make_authorization(struct signing *s, struct sy_arena *a)
{
	unsigned char key[HASH_BYTES], signature[HASH_BYTES];
	char hex[HEX_BYTES];
	const char *text;

	hash_request(s, hex);
	text = sy_strf(a, ALGORITHM "\n%s\n%s\n%s", s->date, s->scope, hex);
	derive_key(s, key);
	hmac(signature, key, sizeof(key), text, strlen(text));
	sodium_memzero(key, sizeof(key));
	sodium_bin2hex(hex, sizeof(hex), signature, sizeof(signature));
	return sy_strf(a, ALGORITHM " Credential=%.*s/%s, SignedHeaders=%s, Signature=%s",
	    (int)s->access.len, s->access.at, s->scope, s->signed_headers, hex);
}

int sy_sigv4_sign(struct sy_http *http, const struct sy_sigv4 *how, struct sy_arena *a,
    struct sy_error *err)
{
	struct signing s = { .http = http, .how = how };
	char *authorization;

	if (split_credential(&s, err) < 0 || split_url(&s, err) < 0 ||
	    set_time(&s, err) < 0)
		return -1;
	authorization = make_authorization(&s, a);
	if (sy_http_header(http, "X-Amz-Date", sy_strdup(a, s.date), err) < 0 ||
	    (s.token.len > 0 && sy_http_header(http, "X-Amz-Security-Token",
	                            sy_strdup(a, s.token.at), err) < 0))
		return -1;
	return sy_http_header(http, "Authorization", authorization, err);
}
