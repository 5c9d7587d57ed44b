/*
 * trial.c - see trial.h.
 */
#include "trial.h"

#include "base/arena.h"
#include "base/http.h"
#include "base/json.h"
#include "dialect/translate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void trial_init(struct trial *t)
{
	memset(t, 0, sizeof(*t));
	t->surface = &sy_surface_openai_chat;
	t->provider.name = "test";
	t->provider.dialect = "openai";
	t->provider.base_url = "https://example.com/v1";
	sy_quirks_default(&t->provider.quirks);
	t->model.name = t->model.upstream = "m";
	t->status = 200;
}

static bool set_quirk(struct sy_quirks *q, const char *name, const char *value)
{
	for (const struct sy_quirk_row *row = sy_quirk_rows; row->name != NULL; row++) {
		void *member = (char *)q + row->offset;

		if (strcmp(row->name, name) != 0)
			continue;
		if (row->type == SY_QUIRK_BOOL)
			*(bool *)member = strcmp(value, "yes") == 0;
		else if (row->type == SY_QUIRK_INT)
			*(int *)member = atoi(value);
		else if (row->type == SY_QUIRK_WORD)
			*(int *)member = sy_word_value(row->words, value);
		else
			*(const char **)member = value;
		return true;
	}
	return false;
}

bool trial_set(struct trial *t, const char *name, const char *value)
{
	if (strcmp(name, "surface") == 0)
		return (t->surface = sy_surface_find(value)) != NULL;
	if (strcmp(name, "dialect") == 0)
		t->provider.dialect = value;
	else if (strcmp(name, "model") == 0)
		t->model.upstream = value;
	else if (strcmp(name, "name") == 0)
		t->model.name = value;
	else if (strcmp(name, "error_type") == 0)
		t->error_type = value;
	else if (strcmp(name, "base_url") == 0)
		t->provider.base_url = value;
	else if (strcmp(name, "max_output_tokens") == 0)
		t->model.max_output_tokens = atoll(value);
	else if (strcmp(name, "context_tokens") == 0)
		t->model.context_tokens = atoll(value);
	else if (strcmp(name, "caps") == 0)
		t->model.caps = (uint32_t)sy_word_value(sy_cap_words, value);
	else if (strcmp(name, "status") == 0)
		t->status = atoi(value);
	else if (strcmp(name, "caps") == 0)
		t->model.caps = (uint32_t)sy_word_value(sy_cap_words, value);
	else if (strcmp(name, "content_type") == 0)
		t->content_type = value;
	else if (strcmp(name, "attempt") == 0)
		t->attempt = (unsigned)atoi(value);
	else if (strcmp(name, "betas") == 0)
		t->betas = value;
	else if (strcmp(name, "version") == 0)
		t->version = value;
	else if (strcmp(name, "stream") == 0)
		t->stream = strcmp(value, "yes") == 0;
	else
		return set_quirk(&t->provider.quirks, name, value);
	return true;
}

/* --- Frames. ----------------------------------------------------------------------------- */

static void add_line(struct sy_buf *out, const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t name_len = blank != NULL ? (size_t)(blank - line) : len;
	const char *data = blank != NULL ? blank + 1 : line + len;
	bool other = *line == '!' || *line == '?';
	char name[64];

	if (*line == '-') {
		out->len -= (size_t)atoi(line + 1);
	} else if (*line == '~') {
		out->data[out->len - (size_t)atoi(line + 1)] ^= 1;
	} else {
		snprintf(name, sizeof(name), "%.*s", (int)(name_len - other),
		    line + other);
		sy_eventstream_add(out,
		    *line == '!'   ? "exception"
		    : *line == '?' ? "error"
				   : "event",
		    name, data, (size_t)(line + len - data));
	}
}

bool trial_frames(const struct trial *t, const char *text, size_t len, struct sy_buf *out)
{
	const struct sy_adapter *adapter = sy_adapter_find(t->provider.dialect);

	if (adapter == NULL || adapter->framing != SY_FRAMING_AMAZON || len == 0 ||
	    t->status != 200 || strchr("{<", text[0]) != NULL)
		return false;
	for (const char *end, *line = text; line < text + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		if (end == NULL)
			end = text + len;
		if (end > line)
			add_line(out, line, (size_t)(end - line));
	}
	return true;
}

/* --- One exchange. ----------------------------------------------------------------------- */

struct exchange {
	struct sy_arena *arena;
	struct sy_model model; /* points to the trial's provider */
	struct sy_ask ask;
	struct sy_face face;
	struct sy_chat *chat;
	struct sy_call call;
	struct sy_http http;
	struct sy_translation *translation;
};

static int begin(struct exchange *x, const struct trial *t, struct sy_error *err)
{
	const struct sy_adapter *adapter = sy_adapter_find(t->provider.dialect);

	memset(x, 0, sizeof(*x));
	x->arena = sy_arena_new();
	x->model = t->model;
	x->model.provider = &t->provider;
	if (adapter == NULL)
		return sy_fail(err, SY_CONFIG, "", "no dialect is called '%s'",
		    t->provider.dialect);
	x->face = (struct sy_face){ .id = sy_strf(x->arena, "%s1", t->surface->id_prefix),
		.model = "m",
		.created = 1700000000 };
	if (t->surface->ask(t->request, t->request_len, x->arena, &x->ask, err) < 0)
		return -1;
	x->ask.betas = t->betas;
	x->ask.version = t->version;
	x->call = (struct sy_call){ .ask = &x->ask,
		.model = &x->model,
		.arena = x->arena,
		.stream = x->ask.stream,
		.attempt = t->attempt };
	x->translation = sy_translation_new(t->surface, adapter, &x->call, &x->face);
	return sy_translation_request(x->translation, &x->http, err);
}

static void put_error(struct sy_buf *out, const struct sy_error *err)
{
	sy_buf_printf(out, "error %s %d type=%s code=%s param=%s: %s\n",
	    sy_kind_info(err->kind)->name, err->status, err->type, err->code, err->param,
	    err->message);
}

static void put_body(struct sy_buf *out, const struct sy_http *http)
{
	struct sy_arena *a = sy_arena_new();
	struct json_object *tree;
	struct sy_error err;
	struct sy_buf body;

	sy_buf_init(&body, 64 << 20);
	for (size_t i = 0; i < http->piece_count; i++)
		sy_buf_add(&body, http->body[i].iov_base, http->body[i].iov_len);
	if (sy_scan_check(body.data, body.len, NULL, &err) < 0 ||
	    sy_json_parse(a, body.data, body.len, &tree, &err) < 0)
		sy_buf_printf(out, "NOT JSON: %.*s\n", (int)body.len, body.data);
	else
		sy_buf_printf(out, "%s\n",
		    json_object_to_json_string_ext(tree,
		        JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
		            JSON_C_TO_STRING_NOSLASHESCAPE));
	sy_buf_release(&body);
	sy_arena_free(a);
}

void trial_send(const struct trial *t, struct sy_buf *out)
{
	struct exchange x;
	struct sy_error err;

	if (begin(&x, t, &err) < 0) {
		put_error(out, &err);
		sy_arena_free(x.arena);
		return;
	}
	sy_buf_printf(out, "POST %s\n", x.http.url);
	for (size_t i = 0; i < x.http.header_count; i++)
		sy_buf_printf(out, "%s: %s\n", x.http.headers[i].name,
		    x.http.headers[i].value);
	sy_buf_putc(out, '\n');
	put_body(out, &x.http);
	if (x.call.stream != x.ask.stream)
		sy_buf_printf(out, "streamed: %s\n", x.call.stream ? "yes" : "no");
	if (x.call.dropped != NULL)
		sy_buf_printf(out, "dropped: %s\n", x.call.dropped);
	sy_arena_free(x.arena);
}

static void put_reading(struct sy_buf *out, const struct sy_reading *r)
{
	static const char *const sources[] = { "none", "provider", "estimated" };
	const char *finish = sy_word_name(sy_finish_words, (int)r->finish);

	sy_buf_printf(out, "\n-- %s finish=%s native=%s model=%s usage=%s",
	    r->whole ? "whole" : "cut", finish != NULL ? finish : "none",
	    r->native_finish, r->model, sources[r->usage.source]);
	for (int i = 0; i < SY_TOKEN_CLASSES; i++)
		sy_buf_printf(out, " %s=%lld", sy_token_class_names[i],
		    (long long)r->usage.tokens[i]);
	if (r->usage.billed)
		sy_buf_printf(out, " billed=%lld+%lld", (long long)r->usage.billed_in,
		    (long long)r->usage.billed_out);
	if (r->skipped > 0)
		sy_buf_printf(out, " skipped=%d", r->skipped);
	sy_buf_putc(out, '\n');
}

static int feed(struct exchange *x, const struct trial *t, size_t piece,
    struct sy_buf *out, struct sy_error *err)
{
	const char *type = t->content_type;

	if (type == NULL)
		type = t->stream ? "text/event-stream" : "application/json";
	sy_translation_head(x->translation, type);
	for (size_t at = 0; at < t->answer_len; at += piece) {
		size_t left = t->answer_len - at;

		if (sy_translation_feed(x->translation, t->stream, t->answer + at,
		        left < piece ? left : piece, out, err) < 0)
			return -1;
	}
	return sy_translation_finish(x->translation, out, err);
}

/* As the relay does it: inside a stream, once some of it is out. */
static void fail(struct exchange *x, struct sy_buf *out, const struct sy_error *err)
{
	if (x->ask.stream && sy_translation_reading(x->translation)->content)
		sy_translation_error(x->translation, err, out);
	put_error(out, err);
}

void trial_receive(const struct trial *t, size_t piece, struct sy_buf *out)
{
	struct exchange x;
	struct sy_error err;

	if (begin(&x, t, &err) < 0) {
		put_error(out, &err);
	} else if (t->status >= 300) {
		x.call.error_type = t->error_type;
		sy_adapter_find(t->provider.dialect)
		    ->blame(&x.call, t->status, t->answer, t->answer_len, &err);
		put_error(out, &err);
	} else {
		if (feed(&x, t, piece, out, &err) < 0)
			fail(&x, out, &err);
		put_reading(out, sy_translation_reading(x.translation));
	}
	sy_arena_free(x.arena);
}
