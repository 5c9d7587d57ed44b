/*
 * meta.c - see meta.h.
 */
#include "meta.h"

#include "path.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_NAMES      200
#define SLOTS           128 /* a power of two, well above SY_META_NAMES */
#define MOST_DIGITS     15
#define MOST_TIMEOUT_MS (24 * 3600 * INT64_C(1000))

/* clang-format off */
const char *const sy_meta_names[SY_META_NAMES] = {
	[SY_META_CONTENT_LENGTH] = "CONTENT_LENGTH",
	[SY_META_CONTENT_TYPE] = "CONTENT_TYPE",
	[SY_META_ANTHROPIC_BETA] = "HTTP_ANTHROPIC_BETA",
	[SY_META_ANTHROPIC_VERSION] = "HTTP_ANTHROPIC_VERSION",
	[SY_META_API_KEY] = "HTTP_API_KEY",
	[SY_META_AUTHORIZATION] = "HTTP_AUTHORIZATION",
	[SY_META_CONTENT_ENCODING] = "HTTP_CONTENT_ENCODING",
	[SY_META_HOST] = "HTTP_HOST",
	[SY_META_TRANSFER_ENCODING] = "HTTP_TRANSFER_ENCODING",
	[SY_META_X_API_KEY] = "HTTP_X_API_KEY",
	[SY_META_FORWARDED_FOR] = "HTTP_X_FORWARDED_FOR",
	[SY_META_FORWARDED_HOST] = "HTTP_X_FORWARDED_HOST",
	[SY_META_FORWARDED_PROTO] = "HTTP_X_FORWARDED_PROTO",
	[SY_META_GOOG_API_KEY] = "HTTP_X_GOOG_API_KEY",
	[SY_META_REQUEST_TIMEOUT_MS] = "HTTP_X_REQUEST_TIMEOUT_MS",
	[SY_META_SERVER_TIMEOUT] = "HTTP_X_SERVER_TIMEOUT",
	[SY_META_STAINLESS_TIMEOUT] = "HTTP_X_STAINLESS_TIMEOUT",
	[SY_META_COMPLETE] = "HTTP_X_SWITCHYARD_COMPLETE",
	[SY_META_FEATURE] = "HTTP_X_SWITCHYARD_FEATURE",
	[SY_META_USER] = "HTTP_X_SWITCHYARD_USER",
	[SY_META_PATH_INFO] = "PATH_INFO",
	[SY_META_QUERY_STRING] = "QUERY_STRING",
	/* what Apache makes of HTTP_AUTHORIZATION when a rewrite rule has set it */
	[SY_META_REDIRECT_AUTHORIZATION] = "REDIRECT_HTTP_AUTHORIZATION",
	[SY_META_REMOTE_ADDR] = "REMOTE_ADDR",
	[SY_META_REQUEST_METHOD] = "REQUEST_METHOD",
	[SY_META_REQUEST_URI] = "REQUEST_URI",
	[SY_META_SCRIPT_NAME] = "SCRIPT_NAME",
	[SY_META_SERVER_SOFTWARE] = "SERVER_SOFTWARE",
	/* the path below which the gateway stands, when the web server is told so */
	[SY_META_MOUNT] = "SWITCHYARD_MOUNT",
};
/* clang-format on */

static size_t hash(const char *name, size_t len)
{
	uint32_t h = (uint32_t)len;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 0x01000193u;
	return (h ^ h >> 15) & (SLOTS - 1);
}

/* By hash, as a web server sends thirty and more with each request; 0: nothing is here. */
static uint8_t slots[SLOTS]; /* one more than the number of a name */

static void fill_slots(void)
{
	static bool filled;

	if (filled)
		return;
	filled = true;
	for (int i = 0; i < SY_META_NAMES; i++) {
		size_t at = hash(sy_meta_names[i], strlen(sy_meta_names[i]));

		while (slots[at] != 0)
			at = (at + 1) & (SLOTS - 1);
		slots[at] = (uint8_t)(i + 1);
	}
}

static int find(const char *name, size_t len)
{
	for (size_t at = hash(name, len); slots[at] != 0; at = (at + 1) & (SLOTS - 1)) {
		const char *known = sy_meta_names[slots[at] - 1];

		/* As memory, not as a string: a stranger's name may have a NUL in it. */
		if (strlen(known) == len && memcmp(known, name, len) == 0)
			return slots[at] - 1;
	}
	return -1;
}

void sy_meta_init(struct sy_meta *m)
{
	fill_slots();
	memset(m, 0, sizeof(*m));
	m->content_length = -1;
}

int sy_meta_add(struct sy_meta *m, struct sy_arena *a, const char *name, size_t name_len,
    const char *value, size_t value_len, struct sy_error *err)
{
	int which = find(name, name_len);

	if (++m->count > MOST_NAMES)
		return sy_fail(err, SY_BAD_REQUEST, "",
		    "the request has too many headers");
	if (which < 0)
		return 0;
	if (m->value[which] != NULL)
		return sy_fail(err, SY_BAD_REQUEST, "",
		    "the request has the header or variable %s twice",
		    sy_meta_names[which]);
	if (memchr(value, '\0', value_len) != NULL)
		return sy_fail(err, SY_BAD_REQUEST, "", "the value of %s has a NUL",
		    sy_meta_names[which]);
	m->value[which] = sy_strndup(a, value, value_len);
	return 0;
}

static int read_length(struct sy_meta *m, struct sy_error *err)
{
	const char *s = m->value[SY_META_CONTENT_LENGTH];
	size_t digits;

	if (s == NULL || s[0] == '\0')
		return 0;
	digits = strspn(s, "0123456789");
	if (s[digits] != '\0' || digits > MOST_DIGITS)
		return sy_fail(err, SY_BAD_REQUEST, "", "Content-Length is not a number");
	m->content_length = strtoll(s, NULL, 10);
	return 0;
}

int sy_meta_check(struct sy_meta *m, struct sy_error *err)
{
	static const char missing[] = "the web server did not say the request's %s";

	if (m->value[SY_META_REQUEST_METHOD] == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "", missing, "method");
	if (m->value[SY_META_REQUEST_URI] == NULL)
		return sy_fail(err, SY_BAD_REQUEST, "", missing, "address (REQUEST_URI)");
	return read_length(m, err);
}

static const char *bearer(const char *s)
{
	if (s == NULL || strncasecmp(s, "Bearer", 6) != 0 ||
	    (s[6] != ' ' && s[6] != '\t'))
		return NULL;
	s += 6;
	return s + strspn(s, " \t");
}

static bool is_given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

const char *sy_meta_credential(const struct sy_meta *m)
{
	const char *const from[] = {
		bearer(m->value[SY_META_AUTHORIZATION]),
		bearer(m->value[SY_META_REDIRECT_AUTHORIZATION]),
		m->value[SY_META_X_API_KEY],
		m->value[SY_META_GOOG_API_KEY],
		m->value[SY_META_API_KEY],
	};

	const char *first = NULL;

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		if (!is_given(from[i]))
			continue;
		if (sy_starts(from[i], "sy_")) /* as the keys made here begin */
			return from[i];
		if (first == NULL)
			first = from[i];
	}
	return first;
}

const char *sy_meta_query(const struct sy_meta *m, const char *name, struct sy_arena *a)
{
	const char *at = m->value[SY_META_QUERY_STRING];
	size_t len = strlen(name);

	while (is_given(at)) {
		size_t end = strcspn(at, "&");

		if (end > len && strncmp(at, name, len) == 0 && at[len] == '=')
			return sy_path_decode(
			    sy_strndup(a, at + len + 1, end - len - 1), a);
		at += end + (at[end] == '&');
	}
	return NULL;
}

int sy_meta_no_key_in_query(const struct sy_meta *m, struct sy_error *err)
{
	static const char *const keys[] = { "key=", "api_key=", "api-key=", "apikey=",
		"access_token=" };
	const char *at = m->value[SY_META_QUERY_STRING];

	while (is_given(at)) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (strncasecmp(at, keys[i], strlen(keys[i])) == 0)
				return sy_fail(err, SY_UNKNOWN_KEY, "",
				    "a key in the address ends up in logs: send it as "
				    "'Authorization: Bearer KEY', and replace this one");
		at = strchr(at, '&');
		if (at != NULL)
			at++;
	}
	return 0;
}

/* Digits, and a fraction that does not count; 0 for anything else. */
static int64_t number(const char *s)
{
	size_t digits = s != NULL ? strspn(s, "0123456789") : 0;

	if (digits == 0 || digits > MOST_DIGITS ||
	    (s[digits] != '\0' && s[digits] != '.'))
		return 0;
	return strtoll(s, NULL, 10);
}

int64_t sy_meta_timeout_ms(const struct sy_meta *m)
{
	int64_t ms = number(m->value[SY_META_REQUEST_TIMEOUT_MS]);
	int64_t s = number(m->value[SY_META_STAINLESS_TIMEOUT]);

	if (s == 0)
		s = number(m->value[SY_META_SERVER_TIMEOUT]);
	if (ms == 0 && s <= MOST_TIMEOUT_MS / 1000)
		ms = s * 1000;
	return ms <= MOST_TIMEOUT_MS ? ms : 0;
}
