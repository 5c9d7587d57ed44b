/*
 * Forms: a part is inside the body, its name is text, and what stands between two parts is one
 * boundary; a form with another model is a form again, whose other parts are the same.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/multipart.h"
#include "base/http.h"
#include "dialect/openai_task.h"
#include "fuzz.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_inside(const struct sy_multipart *f)
{
	const char *at = f->text;

	for (size_t i = 0; i < f->count; i++) {
		const struct sy_multipart_part *p = &f->parts[i];

		demand(p->at >= at && p->at + p->len <= f->text + f->len);
		demand(p->name != NULL);
		at = p->at + p->len;
	}
}

static bool is_model(const struct sy_multipart_part *p)
{
	return strcmp(p->name, "model") == 0 || strcmp(p->name, "model[]") == 0;
}

/* Sent on and read again, by the same boundary. */
static void check_sent(const struct sy_multipart *f, struct sy_arena *a)
{
	struct sy_provider provider = { .name = "p" };
	struct sy_model model = { .provider = &provider, .upstream = "another" };
	struct sy_ask ask = { .task = SY_TASK_TRANSCRIBE, .form = f };
	struct sy_call call = { .ask = &ask, .model = &model, .arena = a };
	bool had = sy_multipart_find(f, "model") != NULL;
	struct sy_http http = { .method = NULL };
	struct sy_multipart again;
	struct sy_error err;
	struct sy_buf body;
	size_t j = 0;

	demand(sy_openai_task_build(&call, &http, &err) == 0);
	sy_buf_init(&body, 64 << 20);
	for (size_t i = 0; i < http.piece_count; i++)
		sy_buf_add(&body, http.body[i].iov_base, http.body[i].iov_len);
	if (f->count == SY_MULTIPART_PARTS && !had) {
		sy_buf_release(&body);
		return;
	}
	demand(sy_multipart_read(http.content_type, body.data, body.len, a, &again, &err) == 0);
	demand(again.count == f->count + !had);
	j += !had;
	demand(sy_multipart_find(&again, "model")->len == strlen("another"));
	for (size_t i = 0; i < f->count; i++, j++)
		demand(is_model(&f->parts[i]) ||
		       (again.parts[j].len == f->parts[i].len &&
		           memcmp(again.parts[j].at, f->parts[i].at, f->parts[i].len) == 0));
	sy_buf_release(&body);
}

/* The first line is the type, the rest the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *eol = size > 0 ? memchr(text, '\n', size) : NULL;
	struct sy_arena *a = sy_arena_new();
	struct sy_multipart form;
	struct sy_error err;

	if (eol != NULL) {
		const char *type = sy_strndup(a, text, (size_t)(eol - text));
		size_t len = size - (size_t)(eol + 1 - text);

		if (sy_multipart_read(type, eol + 1, len, a, &form, &err) == 0) {
			check_inside(&form);
			check_sent(&form, a);
		} else {
			demand(err.message[0] != '\0');
		}
	}
	sy_arena_free(a);
	return 0;
}
