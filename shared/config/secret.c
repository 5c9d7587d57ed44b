/*
 * secret.c - see secret.h.
 */
#include "config/secret.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

#define LOOK_AGAIN_US 1000000

/* A secret that was read from a file, or taken from the environment. */
struct held {
	struct held *next;
	char *name; /* of the secret, or of the variable */
	bool variable;
	bool there;
	int64_t looked_us;
	struct timespec changed; /* contents or mode */
	ino_t inode;
	off_t size;
	enum sy_secret_state state;
	char text[SY_SECRET_MAX + 1];
};

struct sy_secrets {
	char *dir;
	char *credentials_dir; /* NULL: none */
	struct held *first;
};

struct sy_secrets *sy_secrets_new(const struct sy_root *root)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	struct sy_secrets *s = sy_xcalloc(1, sizeof(*s));

	s->dir = strdup(root->secrets_dir);
	s->credentials_dir =
	    credentials != NULL && credentials[0] == '/' ? strdup(credentials) : NULL;
	return s;
}

void sy_secrets_free(struct sy_secrets *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL) {
		struct held *h = s->first;

		s->first = h->next;
		explicit_bzero(h->text, sizeof(h->text));
		free(h->name);
		free(h);
	}
	free(s->dir);
	free(s->credentials_dir);
	free(s);
}

/* How the keys of providers begin: somebody put the secret where its name belongs. */
static bool looks_like_key(const char *name)
{
	static const char *const begins[] = { "sk-", "sk_", "gsk_", "xai-", "AIza",
		"pplx-", "nvapi-", "hf_", "r8_", "csk-", "tgp_", "fw_" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (sy_starts(name, begins[i]))
			return true;
	return strlen(name) >= 40;
}

bool sy_secret_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && !looks_like_key(name) && name[0] != '.' &&
	       strspn(name,
	           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
	           len;
}

bool sy_secret_env_ok(const char *name)
{
	static const char *const parts[] = { "KEY", "TOKEN", "SECRET", "PAT" };
	size_t len = strlen(name);

	if (len == 0 || sy_starts(name, "HTTP_") ||
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != len)
		return false;
	for (const char *p = name; *p != '\0'; p += *p == '_') {
		len = strcspn(p, "_");
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (len == strlen(parts[i]) && memcmp(p, parts[i], len) == 0)
				return true;
		p += len;
	}
	return false;
}

static struct held *find(struct sy_secrets *s, const char *name, bool variable)
{
	struct held *h;

	for (h = s->first; h != NULL; h = h->next)
		if (h->variable == variable && strcmp(h->name, name) == 0)
			return h;
	h = sy_xcalloc(1, sizeof(*h));
	h->name = strdup(name);
	h->variable = variable;
	h->next = s->first;
	s->first = h;
	return h;
}

/* A header is made of it: visible ASCII, without the line's end that editors leave. */
static bool trim(char *text, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		text[--len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (text[i] <= 0x20 || text[i] > 0x7e)
			return false;
	return len > 0;
}

void sy_secrets_take_env(struct sy_secrets *s)
{
	size_t at = 0;

	while (environ != NULL && environ[at] != NULL) {
		char *entry = environ[at], *value = strchr(entry, '=');
		char name[64];
		struct held *h;

		if (value == NULL || (size_t)(value - entry) >= sizeof(name)) {
			at++;
			continue;
		}
		sy_copy_n(name, sizeof(name), entry, (size_t)(value - entry));
		if (!sy_secret_env_ok(name)) {
			at++;
			continue;
		}
		h = find(s, name, true);
		sy_copy(h->text, sizeof(h->text), ++value);
		h->there = trim(h->text, strlen(h->text));
		explicit_bzero(value, strlen(value));
		unsetenv(name); /* moves the entries behind it to here */
	}
}

/* Reads the file again where it is not the one read before. */
static int read_file(struct held *h, const char *path, bool ours, struct sy_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (ours ? O_NOFOLLOW : 0));
	struct stat st;
	ssize_t len;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		sy_fail(err, SY_CREDENTIAL, "", "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (h->there && h->inode == st.st_ino && h->size == st.st_size &&
	    memcmp(&h->changed, &st.st_ctim, sizeof(h->changed)) == 0) {
		close(fd);
		return 1;
	}
	explicit_bzero(h->text, sizeof(h->text));
	h->there = false;
	len = S_ISREG(st.st_mode) ? read(fd, h->text, sizeof(h->text)) : -1;
	close(fd);
	if (!S_ISREG(st.st_mode))
		return sy_fail(err, SY_CREDENTIAL, "", "%s is no regular file", path);
	if (ours && (st.st_mode & 077) != 0)
		return sy_fail(err, SY_CREDENTIAL, "",
		    "%s can be read by others: chmod 600 %s", path, path);
	if (ours && st.st_uid != geteuid() && st.st_uid != 0)
		return sy_fail(err, SY_CREDENTIAL, "", "%s belongs to another user",
		    path);
	if (len < 0 || len > SY_SECRET_MAX || !trim(h->text, (size_t)len)) {
		explicit_bzero(h->text, sizeof(h->text));
		return sy_fail(err, SY_CREDENTIAL, "",
		    "%s does not hold one line of visible characters", path);
	}
	h->changed = st.st_ctim;
	h->inode = st.st_ino;
	h->size = st.st_size;
	h->there = true;
	return 1;
}

/* From the files, into *h; its state. */
static enum sy_secret_state look_in_files(struct sy_secrets *s, struct held *h,
    struct sy_error *err)
{
	const struct {
		const char *dir;
		bool ours;
		enum sy_secret_state state;
	} places[] = {
		{ s->dir, true, SY_SECRET_IN_FILE },
		{ s->credentials_dir, false, SY_SECRET_IN_CREDENTIALS },
	};

	for (size_t i = 0; i < 2; i++) {
		char path[PATH_MAX];
		int rc;

		if (places[i].dir == NULL ||
		    snprintf(path, sizeof(path), "%s/%s", places[i].dir, h->name) >=
		        (int)sizeof(path))
			continue;
		rc = read_file(h, path, places[i].ours, err);
		if (rc < 0)
			return SY_SECRET_UNSAFE;
		if (rc > 0)
			return places[i].state;
	}
	explicit_bzero(h->text, sizeof(h->text));
	h->there = false;
	return SY_SECRET_MISSING;
}

static enum sy_secret_state look_in_environment(struct sy_secrets *s, const char *name,
    struct held **out)
{
	const char *value;
	struct held *h;

	if (name == NULL || !sy_secret_env_ok(name))
		return SY_SECRET_MISSING;
	h = find(s, name, true);
	/* The command line leaves its environment as it is. */
	if (!h->there && (value = getenv(name)) != NULL &&
	    strlen(value) <= SY_SECRET_MAX) {
		sy_copy(h->text, sizeof(h->text), value);
		h->there = trim(h->text, strlen(h->text));
	}
	if (!h->there)
		return SY_SECRET_MISSING;
	*out = h;
	return SY_SECRET_IN_ENVIRONMENT;
}

static enum sy_secret_state look(struct sy_secrets *s, const struct sy_provider *p,
    struct held **out, struct sy_error *err)
{
	int64_t now_us = sy_monotonic_us();
	enum sy_secret_state state;

	*out = NULL;
	if (p->auth == SY_AUTH_NONE || p->secret == NULL)
		return SY_SECRET_UNNEEDED;
	if (!sy_secret_name_ok(p->secret)) {
		sy_fail(err, SY_CREDENTIAL, "", "provider %s: its secret has an odd name",
		    p->name);
		return SY_SECRET_UNSAFE;
	}
	*out = find(s, p->secret, false);
	if ((*out)->there && now_us - (*out)->looked_us < LOOK_AGAIN_US)
		return (*out)->state;
	state = look_in_files(s, *out, err);
	(*out)->looked_us = now_us;
	(*out)->state = state;
	if (state == SY_SECRET_MISSING)
		state = look_in_environment(s, p->secret_env, out);
	if (state == SY_SECRET_MISSING)
		sy_fail(err, SY_CREDENTIAL, "",
		    "there is no secret for provider %s: neither a file %s/%s%s%s",
		    p->name, s->dir, p->secret, p->secret_env != NULL ? " nor " : "",
		    p->secret_env != NULL ? p->secret_env : "");
	return state;
}

enum sy_secret_state sy_secret_look(struct sy_secrets *s, const struct sy_provider *p,
    struct sy_error *err)
{
	struct held *h;

	return look(s, p, &h, err);
}

int sy_secret_get(struct sy_secrets *s, const struct sy_provider *p, const char **out,
    struct sy_error *err)
{
	struct held *h;
	enum sy_secret_state state = look(s, p, &h, err);

	*out = NULL;
	if (state == SY_SECRET_MISSING || state == SY_SECRET_UNSAFE)
		return -1;
	if (state != SY_SECRET_UNNEEDED)
		*out = h->text;
	return 0;
}
