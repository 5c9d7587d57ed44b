/*
 * secret.h - providers' credentials: files by name, 0600, or an environment variable.
 *
 * Looked for in etc/secrets/NAME below the root, then $CREDENTIALS_DIRECTORY/NAME (systemd),
 * then the environment variable that the provider's row names.  A secret has no print
 * function, stands in no error, and its memory is wiped when it goes.
 */
#ifndef SY_CONFIG_SECRET_H
#define SY_CONFIG_SECRET_H

#include "base/error.h"
#include "model/config.h"

#include <stdbool.h>
#include <stddef.h>

#define SY_SECRET_MAX 4096

struct sy_root;
struct sy_secrets;

struct sy_secrets *sy_secrets_new(const struct sy_root *root);
void sy_secrets_free(struct sy_secrets *s); /* wipes; NULL does nothing */

/*
 * The secret of a provider, NUL-terminated, borrowed until the next call or until freed; NULL
 * in *out for a provider that needs none.  A changed file is read again (its time and size
 * are looked at once a second at most).  -1 with SY_CREDENTIAL, naming where it was looked
 * for, when there is none, or a file that others can read.
 */
int sy_secret_get(struct sy_secrets *s, const struct sy_provider *p, const char **out,
    struct sy_error *err);

enum sy_secret_state {
	SY_SECRET_UNNEEDED,
	SY_SECRET_IN_FILE,
	SY_SECRET_IN_CREDENTIALS,
	SY_SECRET_IN_ENVIRONMENT,
	SY_SECRET_MISSING,
	SY_SECRET_UNSAFE, /* it is there, but others can read it, or it is no text */
};

/* Where the secret is, without keeping it; *err is filled for the last two. */
enum sy_secret_state sy_secret_look(struct sy_secrets *s, const struct sy_provider *p,
    struct sy_error *err);

/*
 * Takes every variable that may hold a credential (KEY, TOKEN, SECRET or PAT is a part of its
 * name) out of the process's environment, so that none is inherited or in reach of
 * libraries; called once, at start, before the environment is cleared.
 */
void sy_secrets_take_env(struct sy_secrets *s);

/* Whether a secret may have this name, which becomes the name of a file; what looks like a
 * secret itself may not. */
bool sy_secret_name_ok(const char *name);

/* Whether a variable of this name is one that sy_secrets_take_env() takes. */
bool sy_secret_env_ok(const char *name);

#endif
