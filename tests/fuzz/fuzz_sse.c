/*
 * Event streams: however they are cut, the same records come out.  The first byte says where.
 */
#include "base/sse.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static int note(void *arg, const struct sy_record *rec, struct sy_error *err)
{
	struct sy_buf *seen = arg;

	(void)err;
	if (rec->data[rec->len] != '\0')
		abort();
	sy_buf_puts(seen, rec->event);
	sy_buf_putc(seen, '|');
	sy_buf_add(seen, rec->data, rec->len);
	sy_buf_putc(seen, '\n');
	return 0;
}

/* Each piece in memory of its own size. */
static int feed(struct sy_sse *s, const char *data, size_t len, struct sy_buf *seen)
{
	char *copy = malloc(len > 0 ? len : 1);
	struct sy_error err;
	int rc;

	memcpy(copy, data, len);
	rc = sy_sse_feed(s, copy, len, note, seen, &err);
	free(copy);
	return rc;
}

static void cut(const char *data, size_t len, size_t step, struct sy_buf *seen)
{
	struct sy_error err;
	struct sy_sse s;

	sy_buf_init(seen, 64 << 20);
	sy_sse_init(&s);
	for (size_t at = 0; at < len; at += step)
		if (feed(&s, data + at, len - at < step ? len - at : step, seen) < 0)
			break;
	sy_sse_end(&s, note, seen, &err);
	sy_sse_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct sy_buf whole, cut_up;

	if (size < 2)
		return 0;
	cut(text, size - 1, size, &whole);
	cut(text, size - 1, data[0] % 64 + 1, &cut_up);
	if (whole.len != cut_up.len ||
	    (whole.len > 0 && memcmp(whole.data, cut_up.data, whole.len) != 0))
		abort();
	sy_buf_release(&whole);
	sy_buf_release(&cut_up);
	return 0;
}
