/*
 * blame.c - what a provider's failed answer means, and which of its words may be passed on.
 */
#include "base/text.h"
#include "relay/engine.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

void sy_blame_status(struct sy_try *t)
{
	const struct sy_provider *p = t->model->provider;
	const struct sy_adapter *adapter = sy_adapter_find(p->dialect);

	t->failed = true;
	if (t->status >= 300 && t->status < 400)
		sy_fail(&t->err, SY_UNUSABLE, "", "%s answered with a redirect (HTTP %d).",
		    p->name, t->status);
	else
		adapter->blame(&t->call, t->status,
		    t->error_body.data != NULL ? t->error_body.data : "", t->error_body.len,
		    &t->err);
	if (sy_sign_learn(t))
		sy_fail(&t->err, SY_CONFLICT, "",
		    "The gateway's clock differs from that of %s by %lld s.", p->name,
		    (long long)(t->q->relay->signing_offset_ms / 1000));
	if (t->retry_after_ms > t->err.retry_after_ms) /* a header, or a body's own words */
		t->err.retry_after_ms = t->retry_after_ms;
}

static void percent_encode(struct sy_buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (isalnum((unsigned char)*text) || strchr("-._~", *text) != NULL)
			sy_buf_putc(out, *text);
		else
			sy_buf_printf(out, "%%%02X", (unsigned char)*text);
}

/* A secret as it is, in base 64 (without the last letters, which depend on what follows), or
 * as a query would hold it. */
static bool holds_secret(const char *text, const char *secret)
{
	char base64[SY_SECRET_MAX * 4 / 3 + 8];
	size_t len = strlen(secret);
	struct sy_buf encoded;
	bool held;

	if (len < 4)
		return false;
	sodium_bin2base64(base64, sizeof(base64), (const unsigned char *)secret, len - len % 3,
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	sy_buf_init(&encoded, SY_SECRET_MAX * 3);
	percent_encode(&encoded, secret);
	held = strstr(text, secret) != NULL || strstr(text, base64) != NULL ||
	    strstr(text, encoded.data) != NULL;
	sodium_memzero(base64, sizeof(base64));
	sodium_memzero(encoded.data, encoded.len);
	sy_buf_release(&encoded);
	return held;
}

static bool tells(const struct sy_error *err, const char *secret)
{
	return holds_secret(err->message, secret) || holds_secret(err->param, secret) ||
	    holds_secret(err->code, secret);
}

/* What signs a request is several secrets in one, with colons between. */
static bool tells_any(const struct sy_error *err, const char *secret)
{
	char part[SY_SECRET_MAX + 1];
	bool told = tells(err, secret);

	for (size_t len; !told && *secret != '\0'; secret += len + (secret[len] == ':')) {
		len = strcspn(secret, ":");
		sy_copy_n(part, sizeof(part), secret, len);
		told = tells(err, part);
	}
	sodium_memzero(part, sizeof(part));
	return told;
}

/*
 * Providers quote keys and accounts when they refuse a credential: of that nothing is handed
 * on.  In any other text a look is taken, because people debug from a provider's own words.
 */
void sy_blame_clean(struct sy_try *t)
{
	const struct sy_provider *p = t->model->provider;
	int retry_after_ms = t->err.retry_after_ms;
	const char *secret;
	struct sy_error err;

	if (t->err.kind == SY_CREDENTIAL)
		sy_fail(&t->err, SY_CREDENTIAL, "",
		    "%s does not accept the gateway's credential (HTTP %d); its operator has to "
		    "look into it.",
		    p->name, t->status);
	else if (sy_secret_get(t->q->relay->secrets, p, &secret, &err) >= 0 &&
	    secret != NULL &&
	    (p->auth == SY_AUTH_SIGV4 ? tells_any : tells)(&t->err, secret))
		sy_fail(&t->err, t->err.kind, "",
		    "%s failed with words that held a secret; they are withheld.", p->name);
	t->err.retry_after_ms = retry_after_ms;
}
