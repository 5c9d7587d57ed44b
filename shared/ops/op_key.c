/*
 * op_key.c - see op_key.h.
 */
#include "ops/op_key.h"

#include "base/clock.h"
#include "base/text.h"
#include "model/config.h"
#include "ops/ops.h"

#include <stdio.h>
#include <string.h>

#define NEAR_MOST 3

const char *sy_op_key_state(const struct sy_key *k, int64_t unix_ms)
{
	if (k->revoked)
		return "revoked";
	return k->expires_ms != 0 && k->expires_ms <= unix_ms ? "expired" : "active";
}

static bool is_good(const struct sy_key *k)
{
	return strcmp(sy_op_key_state(k, sy_unix_ms()), "active") == 0;
}

/* Labels stand in tables, logs and the dashboard's addresses. */
static int check_label(const char *label, struct sy_error *err)
{
	size_t len = strlen(label);

	if (len == 0)
		return sy_fail(err, SY_USAGE, "label",
		    "a key needs a label, so that its spend can be told from others'");
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)label[i] < 0x21 || label[i] == 0x7f)
			return sy_fail(err, SY_USAGE, "label",
			    "a label has no spaces or control characters");
	if (sy_starts(label, "sy_"))
		return sy_fail(err, SY_USAGE, "label",
		    "a label does not begin with \"sy_\": it would read like a key");
	return 0;
}

static int check_routes(const struct sy_config *c, const char *routes,
    struct sy_error *err)
{
	for (const char *at = routes; *at != '\0';) {
		size_t len = strcspn(at, " ");
		char name[sizeof(((struct sy_key *)NULL)->routes)];

		sy_copy_n(name, sizeof(name), at, len);
		if (len > 0 && c != NULL && sy_config_route(c, name) == NULL)
			return sy_fail(err, SY_USAGE, "routes",
			    "there is no route \"%s\"", name);
		at += len;
		at += strspn(at, " ");
	}
	return 0;
}

int sy_op_key_create(struct sy_ops *o, struct sy_key *k, const char *fixed,
    char text[SY_KEY_TEXT], struct sy_error *err)
{
	struct sy_key other;
	int found;

	if (check_label(k->label, err) < 0 || check_routes(o->config, k->routes, err) < 0)
		return -1;
	if (k->expires_ms != 0 && k->expires_ms <= sy_unix_ms())
		return sy_fail(err, SY_USAGE, "expires",
		    "the key would have expired already");
	found = sy_key_get(o->book, k->label, &other, err);
	if (found < 0)
		return -1;
	if (found > 0 && is_good(&other))
		return sy_fail(err, SY_USAGE, "label",
		    "key %s has the label \"%s\" already; rotate it, or revoke it first",
		    other.id, k->label);
	return sy_key_create(o->book, k, fixed, text, err);
}

struct nearest {
	const char *asked;
	size_t distance;
	char label[SY_LABEL_MAX];
};

static void look_near(void *arg, const struct sy_key *k)
{
	struct nearest *near = arg;
	size_t d = sy_edit_distance(near->asked, k->label, NEAR_MOST);

	if (d >= near->distance)
		return;
	near->distance = d;
	sy_copy(near->label, sizeof(near->label), k->label);
}

int sy_op_key_get(struct sy_ops *o, const char *name, struct sy_key *out,
    struct sy_error *err)
{
	struct nearest near = { .asked = name, .distance = NEAR_MOST + 1 };
	int found = sy_key_get(o->book, name, out, err);

	if (found != 0)
		return found < 0 ? -1 : 0;
	if (sy_key_each(o->book, look_near, &near, err) < 0)
		return -1;
	if (near.label[0] != '\0')
		return sy_fail(err, SY_NOT_FOUND, "key",
		    "there is no key \"%.60s\"; did you mean \"%s\"?", name, near.label);
	return sy_fail(err, SY_NOT_FOUND, "key", "there is no key \"%.60s\"", name);
}

int sy_op_key_revoke(struct sy_ops *o, const char *name, struct sy_key *out,
    struct sy_error *err)
{
	if (sy_op_key_get(o, name, out, err) < 0)
		return -1;
	if (out->revoked)
		return 0;
	out->revoked = true;
	return sy_key_save(o->book, out, err) < 0 ? -1 : 1;
}

/* The old key steps aside: a label is one key's alone. */
static void retire(struct sy_key *old, int64_t ends_ms)
{
	char label[sizeof(old->label)];

	/* Its id is in the new label, so that a second rotation finds another. */
	snprintf(label, sizeof(label), "%.40s.%s", old->label, old->id + 3);
	sy_copy(old->label, sizeof(old->label), label);
	if (old->expires_ms == 0 || old->expires_ms > ends_ms)
		old->expires_ms = ends_ms;
}

int sy_op_key_rotate(struct sy_ops *o, const char *name, int64_t grace_s,
    struct sy_key *made, char text[SY_KEY_TEXT], struct sy_error *err)
{
	struct sy_key old, before;

	if (sy_op_key_get(o, name, &old, err) < 0)
		return -1;
	if (!is_good(&old))
		return sy_fail(err, SY_USAGE, "key",
		    "key %s is %s; make a new one instead", old.id,
		    sy_op_key_state(&old, sy_unix_ms()));
	before = *made = old;
	retire(&old, sy_unix_ms() + grace_s * 1000);
	if (sy_key_save(o->book, &old, err) < 0)
		return -1;
	if (sy_key_create(o->book, made, NULL, text, err) == 0)
		return 0;
	sy_key_save(o->book, &before, &(struct sy_error){ 0 });
	return -1;
}
