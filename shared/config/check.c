/*
 * check.c - providers and time limits, each on its own: see draft.h.
 */
#include "config/draft.h"

#include "base/arena.h"
#include "base/text.h"
#include "config/config_file.h"
#include "config/secret.h"
#include "config/source.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char *const dialects[] = { "openai", "anthropic", "bedrock", "cohere",
	"gemini", NULL };

static void check_dialect(struct sy_draft *d, const struct sy_draft_provider *p)
{
	const char *dialect = p->p.dialect;

	if (dialect == NULL) {
		sy_find_error(d->findings, d->arena, p->place, p->p.name, NULL,
		    "provider \"%s\" is not one that is packaged, so it needs a dialect and a base",
		    p->p.name);
		return;
	}
	for (size_t i = 0; dialects[i] != NULL; i++)
		if (strcmp(dialects[i], dialect) == 0)
			return;
	sy_find_error(d->findings, d->arena, p->place, dialect,
	    sy_hint_near(d->arena, dialect, dialects),
	    "provider \"%s\": there is no dialect \"%s\"", p->p.name, dialect);
}

static bool is_loopback(const char *host, size_t len)
{
	static const char *const names[] = { "localhost", "[::1]", "127.0.0.1" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && strncasecmp(host, names[i], len) == 0)
			return true;
	return false;
}

/* host or host:port, with nothing in it that a parser could take for something else */
static bool authority_ok(const char *host, size_t len, size_t *host_len)
{
	const char *bracket = memchr(host, ']', len);
	size_t at = host[0] == '[' && bracket != NULL ? (size_t)(bracket - host) + 1 : 0;
	bool ipv6 = at > 0;

	for (size_t i = 1; ipv6 && i + 1 < at; i++)
		if (strchr("0123456789abcdefABCDEF:.", host[i]) == NULL)
			return false;
	while (!ipv6 && at < len && host[at] != ':') {
		unsigned char u = (unsigned char)host[at++];

		if (!(u >= 'a' && u <= 'z') && !(u >= 'A' && u <= 'Z') &&
		    !(u >= '0' && u <= '9') && u != '.' && u != '-' && u != '_')
			return false;
	}
	*host_len = at;
	if (at == 0 || at == len)
		return at > 0;
	return host[at] == ':' && len - at > 1 && len - at <= 6 &&
	       strspn(host + at + 1, "0123456789") >= len - at - 1;
}

/* What is wrong with an address, or NULL. */
static const char *blame_url(const char *url, bool plain_ok, bool path_ok)
{
	const char *host = sy_starts(url, "https://")  ? url + 8
	                   : sy_starts(url, "http://") ? url + 7
	                                               : NULL;
	size_t len, host_len;

	if (strchr(url, '{') != NULL)
		return "is not complete: put what is yours in place of the {...}";
	if (host == NULL)
		return "does not begin with https://";
	len = strcspn(host, "/");
	if (strpbrk(url, "?#@\\ ") != NULL || strstr(host, "//") != NULL)
		return "has a character in it that an address of a provider may not have";
	if (!authority_ok(host, len, &host_len))
		return "has no proper host name";
	if (host == url + 7 && !plain_ok && !is_loopback(host, host_len))
		return "sends the secret over http without TLS; if that is meant, say "
		       "plain_http = yes";
	if (!path_ok && host[len] != '\0' && host[len + 1] != '\0')
		return "has a path, which an address of a proxy may not have";
	return NULL;
}

#define REGION "{region}"

/* A region is a part of a host's name. */
static bool region_ok(const char *region)
{
	return *region != '\0' &&
	       strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(region);
}

static void check_region(struct sy_draft *d, struct sy_draft_provider *p)
{
	const char *region = p->p.region, *at;

	if (region == NULL && p->p.auth == SY_AUTH_SIGV4)
		sy_find_error(d->findings, d->arena, p->place, p->p.name, NULL,
		    "provider \"%s\": auth sigv4 needs a region", p->p.name);
	if (region != NULL && !region_ok(region))
		sy_find_error(d->findings, d->arena, p->place, region, NULL,
		    "provider \"%s\": region %s is not like eu-central-1", p->p.name,
		    region);
	if (p->p.auth == SY_AUTH_SIGV4 && p->p.query != NULL)
		sy_find_error(d->findings, d->arena, p->place, p->p.query, NULL,
		    "provider \"%s\": auth sigv4 signs no query", p->p.name);
	at = region != NULL && p->p.base_url != NULL ? strstr(p->p.base_url, REGION)
	                                             : NULL;
	if (at != NULL)
		p->p.base_url = sy_strf(d->arena, "%.*s%s%s", (int)(at - p->p.base_url),
		    p->p.base_url, region, at + strlen(REGION));
}

static void check_base(struct sy_draft *d, struct sy_draft_provider *p)
{
	const char *url = p->p.base_url, *why;
	size_t len = url != NULL ? strlen(url) : 0;

	if (url == NULL) {
		if (p->p.dialect != NULL)
			sy_find_error(d->findings, d->arena, p->place, p->p.name, NULL,
			    "provider \"%s\" needs a base", p->p.name);
		return;
	}
	while (len > 0 && url[len - 1] == '/')
		len--;
	p->p.base_url = sy_strndup(d->arena, url, len);
	why = blame_url(p->p.base_url, p->p.plain_http, true);
	if (why != NULL)
		sy_find_error(d->findings, d->arena, p->place, url, NULL,
		    "provider \"%s\": base %s %s", p->p.name, url, why);
	why = p->p.proxy != NULL ? blame_url(p->p.proxy, true, false) : NULL;
	if (why != NULL)
		sy_find_error(d->findings, d->arena, p->place, p->p.proxy, NULL,
		    "provider \"%s\": proxy %s %s", p->p.name, p->p.proxy, why);
	if (p->p.ca_file != NULL && access(p->p.ca_file, R_OK) < 0)
		sy_find_error(d->findings, d->arena, p->place, p->p.ca_file, NULL,
		    "provider \"%s\": ca_file %s cannot be read: %s", p->p.name,
		    p->p.ca_file, strerror(errno));
	if (p->p.query != NULL &&
	    (p->p.query[0] == '?' || strpbrk(p->p.query, "# \"\\") != NULL))
		sy_find_error(d->findings, d->arena, p->place, p->p.query, NULL,
		    "provider \"%s\": query is name=value, without the '?'", p->p.name);
}

static void check_secret_names(struct sy_draft *d, struct sy_draft_provider *p)
{
	if (p->p.auth == SY_AUTH_NONE)
		return;
	if (p->p.secret == NULL)
		p->p.secret = p->p.name;
	/* The text may be a key that was put in the wrong place: it is not repeated. */
	if (!sy_secret_name_ok(p->p.secret))
		sy_find_error(d->findings, d->arena,
		    (struct sy_place){ p->place.source, 0 }, NULL, NULL,
		    "provider \"%s\": secret is the name of a file in secrets/: up to 39 letters, "
		    "digits, '.', '_' and '-'; the secret itself does not stand here",
		    p->p.name);
	if (p->p.secret_env != NULL && !sy_secret_env_ok(p->p.secret_env))
		sy_find_error(d->findings, d->arena,
		    (struct sy_place){ p->place.source, 0 }, NULL, NULL,
		    "provider \"%s\": env is the name of an environment variable, in capitals, with "
		    "KEY, TOKEN, SECRET or PAT as a part, such as OPENAI_API_KEY",
		    p->p.name);
}

static void check_secret(struct sy_draft *d, const struct sy_draft_provider *p,
    enum sy_secret_state state, const struct sy_error *err)
{
	if (state == SY_SECRET_UNSAFE)
		sy_find_error(d->findings, d->arena, p->place, p->p.name, NULL, "%s",
		    err->message);
	else if (state == SY_SECRET_MISSING)
		sy_find_warning(d->findings, d->arena, p->place, p->p.name,
		    sy_strf(d->arena, "switchyard secret set %s", p->p.secret), "%s",
		    err->message);
	else if (state == SY_SECRET_IN_ENVIRONMENT)
		sy_find_warning(d->findings, d->arena, p->place, p->p.name,
		    sy_strf(d->arena, "switchyard secret set %s", p->p.secret),
		    "the secret for provider %s comes from %s: the worker needs it in its own "
		    "environment, where other programs of the same user can read it",
		    p->p.name, p->p.secret_env);
}

void sy_check_providers(struct sy_draft *d, const struct sy_root *root)
{
	struct sy_secrets *secrets = root != NULL ? sy_secrets_new(root) : NULL;

	for (size_t i = 0; i < d->provider_count; i++) {
		struct sy_draft_provider *p = &d->providers[i];
		enum sy_secret_state state = SY_SECRET_UNNEEDED;
		struct sy_error err;

		check_secret_names(d, p);
		if (secrets != NULL &&
		    (p->p.secret == NULL || sy_secret_name_ok(p->p.secret)))
			state = sy_secret_look(secrets, &p->p, &err);
		if (p->enabled == SY_ENABLED_AUTO)
			p->enabled = p->used || !p->packaged ||
			                     (state != SY_SECRET_MISSING &&
			                         state != SY_SECRET_UNNEEDED)
			                 ? SY_ENABLED_YES
			                 : SY_ENABLED_NO;
		/* A packaged row that nobody speaks of is left out; so is what it lacks. */
		if (p->packaged && p->enabled != SY_ENABLED_YES)
			continue;
		check_dialect(d, p);
		if (p->enabled != SY_ENABLED_YES)
			continue;
		check_region(d, p);
		check_base(d, p);
		check_secret(d, p, state, &err);
	}
	sy_secrets_free(secrets);
}

/* --- Time limits. ---------------------------------------------------------------------- */

static int set_or(int inner, int outer)
{
	return inner != 0 ? inner : outer;
}

void sy_check_timeouts(struct sy_draft *d, const char *what,
    const struct sy_timeouts *inner, struct sy_place place)
{
	const struct sy_timeouts *outer = &d->timeouts;
	const struct {
		const char *name, *within;
		int short_ms, long_ms;
	} pairs[] = {
		{ "connect", "first", set_or(inner->connect_ms, outer->connect_ms),
		    set_or(inner->first_ms, outer->first_ms) },
		{ "first", "stream", set_or(inner->first_ms, outer->first_ms),
		    set_or(inner->stream_ms, outer->stream_ms) },
		{ "idle", "stream", set_or(inner->idle_ms, outer->idle_ms),
		    set_or(inner->stream_ms, outer->stream_ms) },
		{ "no_progress", "stream",
		    set_or(inner->no_progress_ms, outer->no_progress_ms),
		    set_or(inner->stream_ms, outer->stream_ms) },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i].short_ms > pairs[i].long_ms)
			sy_find_warning(d->findings, d->arena, place, NULL, NULL,
			    "%s: the limit \"%s\" is longer than \"%s\", so it is never reached",
			    what, pairs[i].name, pairs[i].within);
}
