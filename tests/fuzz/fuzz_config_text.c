/*
 * Any bytes as switchyard.conf: what is read prints as text that reads as the same again;
 * what is not has a finding.
 */
#include "fuzz.h"

#include "base/arena.h"
#include "config/config_file.h"

#include <stdlib.h>
#include <string.h>

static void read_again(struct sy_config *c, struct sy_arena *a)
{
	const char *text = sy_config_print(c, a), *again;
	struct sy_findings findings;
	struct sy_config *same;
	struct sy_error err;

	if (sy_config_read_text(text, strlen(text), a, &findings, &same, &err) < 0)
		abort();
	again = sy_config_print(same, a);
	if (strcmp(text, again) != 0 || sy_config_diff(c, same, NULL, NULL) != 0)
		abort();
	sy_config_unref(same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_findings findings;
	struct sy_config *c;
	struct sy_error err;

	if (sy_config_read_text((const char *)data, size, a, &findings, &c, &err) == 0)
		read_again(c, a);
	else if (findings.errors == 0 || c != NULL)
		abort();
	sy_config_unref(c);
	sy_arena_free(a);
	return 0;
}
