/*
 * config_file.c - reading a configuration: see config_file.h.
 */
#include "config/config_file.h"

#include "base/arena.h"
#include "base/clock.h"
#include "config/draft.h"

#include <string.h>

static int finish(struct sy_draft *d, const struct sy_root *root, struct sy_config **out,
    struct sy_error *err)
{
	const struct sy_findings *f = d->findings;

	sy_draft_compile(d, root, sy_unix_ms(), out);
	if (*out != NULL)
		return 0;
	return sy_fail(err, SY_CONFIG, "", "the configuration has %zu error%s", f->errors,
	    f->errors == 1 ? "" : "s");
}

int sy_config_read(const struct sy_root *root, struct sy_arena *a,
    struct sy_findings *findings, struct sy_config **out, struct sy_error *err)
{
	struct sy_draft d = { .arena = a, .findings = findings };

	memset(findings, 0, sizeof(*findings));
	sy_draft_read(&d, root);
	if (!d.gateway.standalone)
		sy_draft_read_catalogue(&d, root);
	return finish(&d, root, out, err);
}

int sy_config_read_text(const char *text, size_t len, struct sy_arena *a,
    struct sy_findings *findings, struct sy_config **out, struct sy_error *err)
{
	struct sy_draft d = { .arena = a, .findings = findings };

	memset(findings, 0, sizeof(*findings));
	sy_draft_read_text(&d, text, len, "switchyard.conf");
	return finish(&d, NULL, out, err);
}

int sy_config_load(const void *blob, size_t len, const char *text, struct sy_config **out,
    struct sy_error *err)
{
	struct sy_findings findings;
	struct sy_arena *a;
	int rc = sy_config_unpack(blob, len, out, err);

	if (rc == 0 || text == NULL || strcmp(err->code, "other_version") != 0)
		return rc;
	a = sy_arena_new();
	rc = sy_config_read_text(text, strlen(text), a, &findings, out, err);
	sy_arena_free(a);
	return rc;
}
