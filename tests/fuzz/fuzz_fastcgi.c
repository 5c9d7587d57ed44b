/*
 * What a web server (or whoever reached its socket) sends: however it is cut, the same is
 * heard; what is taken for a path is one.
 */
#include "fuzz.h"
#include "meta.h"
#include "path.h"
#include "records.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct heard {
	struct sy_fcgi f;
	struct sy_buf text;
};

static void on_begin(void *arg)
{
	struct heard *h = arg;

	sy_buf_printf(&h->text, "[begin %u %d]", h->f.id, h->f.keep);
}

static void check_path(const struct sy_meta *m, struct sy_arena *a)
{
	struct sy_error err;
	const char *path;

	if (sy_path_read(m, "/gw", a, &path, &err) < 0)
		return;
	if (path[0] != '/' || strstr(path, "..") != NULL ||
	    strpbrk(path, "\\\r\n?# ") != NULL)
		abort();
	sy_path_decode(path, a);
}

static void on_params(void *arg)
{
	struct heard *h = arg;
	struct sy_arena *a = sy_arena_new();
	struct sy_fcgi_pair p;
	struct sy_error err;
	struct sy_meta m;
	size_t at = 0;

	sy_meta_init(&m);
	while (sy_fcgi_pair(&h->f.params, &at, &p) == 1) {
		sy_buf_add(&h->text, p.name, p.name_len);
		sy_buf_add(&h->text, p.value, p.value_len);
		sy_meta_add(&m, a, p.name, p.name_len, p.value, p.value_len, &err);
	}
	if (sy_meta_check(&m, &err) == 0) {
		sy_meta_credential(&m);
		sy_meta_no_key_in_query(&m, &err);
		if (sy_meta_timeout_ms(&m) < 0)
			abort();
		check_path(&m, a);
	}
	sy_arena_free(a);
}

static void on_input(void *arg, const char *data, size_t len)
{
	struct heard *h = arg;

	sy_buf_add(&h->text, data, len);
}

static void on_input_end(void *arg)
{
	struct heard *h = arg;

	sy_buf_puts(&h->text, "[end]");
	sy_fcgi_done(&h->f);
}

static void on_aborted(void *arg)
{
	struct heard *h = arg;

	sy_buf_puts(&h->text, "[aborted]");
	sy_fcgi_done(&h->f);
}

static void on_reply(void *arg, const void *record, size_t len)
{
	struct heard *h = arg;

	sy_buf_add(&h->text, record, len);
}

static const struct sy_fcgi_ops ops = {
	.begin = on_begin,
	.params = on_params,
	.input = on_input,
	.input_end = on_input_end,
	.aborted = on_aborted,
	.reply = on_reply,
};

static int hear(struct heard *h, const char *data, size_t size, size_t step)
{
	memset(h, 0, sizeof(*h));
	sy_buf_init(&h->text, 1 << 24);
	sy_fcgi_init(&h->f);
	while (size > 0) {
		size_t n = size < step ? size : step;

		if (sy_fcgi_feed(&h->f, &ops, h, data, n) < 0)
			return -1;
		data += n;
		size -= n;
	}
	return 0;
}

static void release(struct heard *h)
{
	sy_fcgi_release(&h->f);
	sy_buf_release(&h->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard whole, cut;
	size_t step = size > 0 ? data[size - 1] % 16 + 1 : 1;
	int a = hear(&whole, (const char *)data, size, size);
	int b = hear(&cut, (const char *)data, size, step);

	if (a != b || whole.text.len != cut.text.len ||
	    (whole.text.len > 0 &&
	        memcmp(whole.text.data, cut.text.data, cut.text.len) != 0))
		abort();
	release(&whole);
	release(&cut);
	return 0;
}
