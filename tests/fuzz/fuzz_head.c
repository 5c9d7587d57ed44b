/*
 * The head of a provider's answer, line by line: what is handed on has names in lower case
 * and no line end in it, and there is never too much of it.
 */
#include "fuzz.h"
#include "net/head.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct sy_head *h)
{
	struct sy_header headers[SY_HEAD_LINES];
	size_t count = sy_head_headers(h, headers);

	for (size_t i = 0; i < count; i++) {
		if (headers[i].name[0] == '\0' || strchr(headers[i].name, ':') != NULL)
			abort();
		for (const char *p = headers[i].name; *p != '\0'; p++)
			if (*p >= 'A' && *p <= 'Z')
				abort();
		if (strchr(headers[i].value, '\n') != NULL)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sy_head h;
	const char *at = (const char *)data, *end = at + size;

	if (h.text.limit == 0)
		sy_head_init(&h);
	sy_head_reset(&h);
	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));

		line_end = line_end != NULL ? line_end + 1 : end;
		if (sy_head_line(&h, at, (size_t)(line_end - at)) != NULL)
			break;
		check(&h);
		at = line_end;
	}
	return 0;
}
