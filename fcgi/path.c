/*
 * path.c - see path.h.
 */
#include "path.h"

#include "meta.h"

#include "base/arena.h"
#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that %XX at s stands for, or -1. */
static int escaped(const char *s)
{
	int high = hex(s[1]), low = high >= 0 ? hex(s[2]) : -1;

	return low >= 0 ? high << 4 | low : -1;
}

static bool is_control(int c)
{
	return c < 0x20 || c == 0x7f;
}

static bool is_honest_escape(const char *s)
{
	int c = escaped(s);

	return c >= 0 && !is_control(c) && c != '.' && c != '\\';
}

static const char *fault(const char *p)
{
	if (p[0] != '/')
		return "the path does not begin with a slash";
	if (strstr(p, "..") != NULL || strstr(p, "/./") != NULL || sy_ends(p, "/."))
		return "the path has dot segments";
	if (strstr(p, "//") != NULL)
		return "the path has an empty segment";
	for (; *p != '\0'; p++) {
		if (is_control((unsigned char)*p) || *p == '\\' || *p == ' ')
			return "the path has a forbidden character";
		if (*p == '%' && !is_honest_escape(p))
			return "the path has a forbidden escape";
	}
	return NULL;
}

/* Whether path is the mount or lies below it. */
static bool is_below(const char *path, const char *mount)
{
	size_t len = mount != NULL ? strlen(mount) : 0;

	return len > 0 && strncmp(path, mount, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

static const char *below_mount(const char *path, const struct sy_meta *m,
    const char *mount)
{
	const char *info = m->value[SY_META_PATH_INFO];
	const char *script = m->value[SY_META_SCRIPT_NAME];

	if (is_below(path, m->value[SY_META_MOUNT]))
		return path + strlen(m->value[SY_META_MOUNT]);
	if (is_below(path, mount))
		return path + strlen(mount);
	/* "/cgi-bin/gw.cgi" and "/v1/models" below it */
	if (info != NULL && info[0] != '\0' && is_below(path, script))
		return path + strlen(script);
	return path;
}

int sy_path_read(const struct sy_meta *m, const char *mount, struct sy_arena *a,
    const char **out, struct sy_error *err)
{
	const char *uri = m->value[SY_META_REQUEST_URI];
	char *path = sy_strndup(a, uri, strcspn(uri, "?#"));
	const char *why = fault(path);
	size_t len = strlen(path);

	if (why != NULL)
		return sy_fail(err, SY_BAD_REQUEST, "", "%s", why);
	if (len > 1 && path[len - 1] == '/')
		path[len - 1] = '\0';
	*out = below_mount(path, m, mount);
	if (**out == '\0')
		*out = "/";
	return 0;
}

const char *sy_path_decode(const char *s, struct sy_arena *a)
{
	char *out = sy_alloc(a, strlen(s) + 1), *to = out;

	for (; *s != '\0'; s++) {
		int c = (unsigned char)*s;

		if (c == '%') {
			c = escaped(s);
			s += 2;
		}
		if (is_control(c))
			return NULL;
		*to++ = (char)c;
	}
	return out;
}
