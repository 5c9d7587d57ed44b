/*
 * gemini_splice.c - requests and answers that stay in the dialect.
 *
 * Model and stream are in the path, so a body goes out as it came, and records come back so;
 * unless the conversation has thoughts in it that others had.
 */
#include "dialect/gemini.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/http.h"
#include "dialect/gemini_generate.h"

#include <string.h>

int sy_gemini_splice(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const struct sy_scan *scan = &call->ask->scan;

	/* Thoughts of others, which Google would refuse. */
	if (memmem(scan->text, scan->len, "\"" SY_GEMINI_SEALED,
	        strlen("\"" SY_GEMINI_SEALED)) != NULL)
		return 0;
	out->url = sy_gemini_path(call);
	if (out->url == NULL)
		return sy_fail(err, SY_CONFIG, "",
		    "the model's name is too long for a path");
	return sy_http_piece(out, scan->text, scan->len, err) < 0 ? -1 : 1;
}

/* Every record has the counts so far. */
int sy_gemini_pass(const struct sy_call *call, const struct sy_record *rec,
    struct sy_buf *out)
{
	(void)call;
	sy_buf_puts(out, "data: ");
	for (size_t i = 0; i < rec->len; i++)
		if (rec->data[i] != '\n')
			sy_buf_putc(out, rec->data[i]);
	sy_buf_puts(out, "\n\n");
	return 1;
}
