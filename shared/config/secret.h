/*
 * secret.h - providers' credentials: files by name, 0600, or an environment variable.
 *
 * Looked for in etc/secrets/NAME below the root, then $CREDENTIALS_DIRECTORY/NAME (systemd), then the
 * environment variable that the provider's row names.  A secret has no print function, and
 * its memory is wiped when it goes.
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
void sy_secrets_free(struct sy_secrets *s); /* wipes */

/*
 * The secret of a provider, NUL-terminated, borrowed until the next call or until freed; NULL
 * in *out for a provider that needs none.  A changed file is read again (its time and size
 * are looked at once a second at most).  -1 with SY_CREDENTIAL, naming where it was looked
 * for, when there is none, or a file that others can read.
 */
int sy_secret_get(struct sy_secrets *s, const struct sy_provider *p, const char **out,
    struct sy_error *err);

/* Takes the environment variables that providers name out of the process's environment, so
 * that they are neither inherited nor in reach of libraries; called once, at start, before
 * the environment is cleared. */
void sy_secrets_take_env(struct sy_secrets *s);

#endif
