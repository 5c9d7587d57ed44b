/*
 * gemini_splice.c - requests and answers that stay in the dialect.
 *
 * Model and stream are in the path, so a body goes out as it came, and records come back so.
 */
#include "dialect/gemini.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/http.h"

int sy_gemini_splice(struct sy_call *call, struct sy_http *out, struct sy_error *err)
{
	const struct sy_scan *scan = &call->ask->scan;

	out->url = sy_gemini_path(call);
	if (out->url == NULL)
		return sy_fail(err, SY_CONFIG, "", "the model's name is too long for a path");
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
