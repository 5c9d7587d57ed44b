/*
 * op_secret.c - see op_secret.h.
 */
#include "ops/op_secret.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "config/root.h"
#include "config/secret.h"
#include "model/config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MOST   64
#define TAIL_LEAST  12 /* a shorter secret would be given away by its tail */
#define SECRETS_MAX 512

int sy_op_secret_name(const char *name, struct sy_error *err)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL)
			return sy_fail(err, SY_USAGE, "name",
			    "\"%.60s\" is no name of a secret: letters, digits, \".\", \"_\" and \"-\"",
			    name);
	if (len == 0 || len > NAME_MOST || name[0] == '.')
		return sy_fail(err, SY_USAGE, "name",
		    "a secret's name has 1 to %d characters and does not begin with a dot",
		    NAME_MOST);
	return 0;
}

static int open_dir(const struct sy_root *root, struct sy_error *err)
{
	struct stat st;
	int fd;

	if (mkdir(root->secrets_dir, 0700) < 0 && errno != EEXIST)
		return sy_fail_file(err, SY_CONFIG, "make", root->secrets_dir);
	fd = open(root->secrets_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return sy_fail_file(err, SY_CONFIG, "open", root->secrets_dir);
	if ((st.st_mode & 077) == 0)
		return fd;
	close(fd);
	return sy_fail(err, SY_FORBIDDEN, "", "others can reach %s: chmod 700 %s",
	    root->secrets_dir, root->secrets_dir);
}

/* The text without white space at its ends; a secret within has none either. */
static int trim(const char *text, const char **from, size_t *len, struct sy_error *err)
{
	*from = text + strspn(text, " \t\r\n");
	*len = strlen(*from);
	while (*len > 0 && strchr(" \t\r\n", (*from)[*len - 1]) != NULL)
		--*len;
	if (*len == 0)
		return sy_fail(err, SY_USAGE, "",
		    "the secret is empty; nothing was changed");
	if (*len >= SY_SECRET_MAX)
		return sy_fail(err, SY_USAGE, "", "a secret has at most %d characters",
		    SY_SECRET_MAX - 1);
	for (size_t i = 0; i < *len; i++)
		if ((unsigned char)(*from)[i] <= 0x20 ||
		    (unsigned char)(*from)[i] >= 0x7f)
			return sy_fail(err, SY_USAGE, "",
			    "the secret has a character at position %zu that cannot stand in a header",
			    i + 1);
	return 0;
}

/* With a line end, which trim() takes for nothing. */
static int write_file(int dir, const char *name, const char *text, size_t len)
{
	char line[SY_SECRET_MAX + 1];
	int rc;

	memcpy(line, text, len);
	line[len] = '\n';
	rc = sy_file_replace(dir, name, 0600, line, len + 1);
	explicit_bzero(line, sizeof(line));
	return rc;
}

int sy_op_secret_set(const struct sy_root *root, const char *name, const char *text,
    struct sy_error *err)
{
	const char *from;
	size_t len;
	int dir, before, rc = -1;

	if (sy_op_secret_name(name, err) < 0 || trim(text, &from, &len, err) < 0)
		return -1;
	dir = open_dir(root, err);
	if (dir < 0)
		return -1;
	before = faccessat(dir, name, F_OK, 0) == 0;
	if (write_file(dir, name, from, len) < 0)
		sy_fail_file(err, SY_CONFIG, "write a secret in", root->secrets_dir);
	else
		rc = before;
	close(dir);
	return rc;
}

int sy_op_secret_remove(const struct sy_root *root, const char *name,
    struct sy_error *err)
{
	int dir, rc = 0;

	if (sy_op_secret_name(name, err) < 0)
		return -1;
	dir = open_dir(root, err);
	if (dir < 0)
		return -1;
	if (unlinkat(dir, name, 0) < 0)
		rc = errno == ENOENT ? sy_fail(err, SY_NOT_FOUND, "name",
		                           "there is no secret \"%s\"", name)
		                     : sy_fail_file(err, SY_CONFIG, "remove a secret in",
		                           root->secrets_dir);
	close(dir);
	return rc;
}

static void describe(const char *secret, struct sy_secret_info *info)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	size_t len = strlen(secret);

	crypto_hash_sha256(hash, (const unsigned char *)secret, len);
	for (int i = 0; i < 4; i++)
		snprintf(info->fingerprint + 2 * i, 3, "%02x", hash[i]);
	if (len >= TAIL_LEAST)
		sy_copy(info->tail, sizeof(info->tail), secret + len - 4);
}

/* Where it comes from and whether it can be used, as a worker would find out. */
static void look(const struct sy_root *root, struct sy_secrets *secrets, const char *env,
    struct sy_arena *a, struct sy_secret_info *info)
{
	const struct sy_provider as = { .name = info->name,
		.secret = info->name,
		.secret_env = env };
	const char *path = sy_strf(a, "%s/%s", root->secrets_dir, info->name);
	const char *secret;
	struct sy_error err;
	struct stat st;

	if (stat(path, &st) == 0) {
		info->source = path;
		info->changed_ms = (int64_t)st.st_mtime * 1000;
	}
	if (sy_secret_get(secrets, &as, &secret, &err) < 0) {
		info->problem = sy_strdup(a, err.message);
		return;
	}
	if (secret == NULL)
		return;
	if (info->source == NULL)
		info->source = env != NULL && getenv(env) != NULL
		                   ? sy_strf(a, "environment %s", env)
		                   : "credentials directory";
	describe(secret, info);
}

struct listing {
	struct sy_secret_info list[SECRETS_MAX];
	const char *env[SECRETS_MAX];
	int count;
};

static int find(struct listing *l, const char *name)
{
	for (int i = 0; i < l->count; i++)
		if (strcmp(l->list[i].name, name) == 0)
			return i;
	if (l->count == SECRETS_MAX)
		return -1;
	l->list[l->count].name = name;
	l->list[l->count].used_by = "";
	return l->count++;
}

static void add_wanted(struct listing *l, const struct sy_config *c, struct sy_arena *a)
{
	for (size_t i = 0; c != NULL && i < c->provider_count; i++) {
		const struct sy_provider *p = &c->providers[i];
		int at = p->enabled && p->secret != NULL ? find(l, p->secret) : -1;

		if (at < 0)
			continue;
		l->env[at] = p->secret_env;
		l->list[at].used_by = sy_strf(a, "%s%s%s", l->list[at].used_by,
		    *l->list[at].used_by != '\0' ? " " : "", p->name);
	}
}

static void add_files(struct listing *l, const struct sy_root *root, struct sy_arena *a)
{
	DIR *dir = opendir(root->secrets_dir);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			find(l, sy_strdup(a, entry->d_name));
	if (dir != NULL)
		closedir(dir);
}

static int by_name(const void *x, const void *y)
{
	const struct sy_secret_info *a = x, *b = y;

	return strcmp(a->name, b->name);
}

int sy_op_secret_list(const struct sy_root *root, const struct sy_config *c,
    struct sy_arena *a, struct sy_secret_info **out, struct sy_error *err)
{
	struct listing *l = sy_alloc(a, sizeof(*l));
	struct sy_secrets *secrets = sy_secrets_new(root);

	add_wanted(l, c, a);
	add_files(l, root, a);
	if (l->count == SECRETS_MAX) {
		sy_secrets_free(secrets);
		return sy_fail(err, SY_CONFIG, "", "there are more than %d secrets",
		    SECRETS_MAX - 1);
	}
	for (int i = 0; i < l->count; i++)
		look(root, secrets, l->env[i], a, &l->list[i]);
	sy_secrets_free(secrets);
	qsort(l->list, (size_t)l->count, sizeof(l->list[0]), by_name);
	*out = l->list;
	return l->count;
}
