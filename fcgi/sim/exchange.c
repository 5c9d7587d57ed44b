/*
 * exchange.c - see exchange.h.
 */
#include "sim/exchange.h"

#include "sim/reply.h"
#include "sim/tree.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/framing.h"
#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { PATH_BYTES = 512, FILE_BYTES = 16 * 1024 * 1024 };

static int read_file(const char *path, struct sy_buf *out)
{
	FILE *f = fopen(path, "re");
	char part[16 * 1024];
	size_t n;

	if (f == NULL)
		return -1;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		sy_buf_add(out, part, n);
	n = (size_t)ferror(f);
	fclose(f);
	return n != 0 || out->full ? -1 : 0;
}

/* What HTTP/1.1 says of one connection is not replayed: this one is framed anew. */
static bool is_framing(const char *name)
{
	static const char *const names[] = { "connection", "content-length", "keep-alive",
		"transfer-encoding" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

static void put_headers(struct json_object *headers, struct sy_sim_reply *r)
{
	r->content_type = NULL;
	if (!json_object_is_type(headers, json_type_object))
		return;
	json_object_object_foreach(headers, name, value) {
		const char *text = json_object_get_string(value);

		if (text == NULL || is_framing(name) || strpbrk(text, "\r\n") != NULL)
			continue;
		sy_buf_printf(&r->headers, "%s: %s\r\n", name, text);
		if (strcasecmp(name, "content-type") == 0) {
			r->framed = sy_framing_is(SY_FRAMING_AMAZON, text);
			r->streamed = r->framed || sy_framing_is(SY_FRAMING_SSE, text);
		}
	}
}

static int put_base64(const char *text, size_t len, struct sy_buf *out,
    struct sy_error *err)
{
	size_t written;

	if (!sy_buf_reserve(out, len) ||
	    sodium_base642bin((unsigned char *)out->data, len, text, len, "\r\n",
	        &written, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return sy_fail(err, SY_BUG, "exchange", "its body is not base64");
	out->len = written;
	return 0;
}

/* Frames begin with their length. */
static void mark_frames(struct sy_sim_reply *r)
{
	const unsigned char *p = (const unsigned char *)r->body.data;
	size_t len = r->body.len, total = 0;

	for (size_t at = 0; len - at >= 4; at += total) {
		total = (size_t)p[at] << 24 | (size_t)p[at + 1] << 16 |
		        (size_t)p[at + 2] << 8 | p[at + 3];
		if (total < 16 || total > len - at)
			break;
		r->body.len = at + total;
		sy_sim_reply_mark(r);
	}
	r->body.len = len;
}

/* Marks the events of a stream: each ends with an empty line, in either line ending. */
static void mark_events(struct sy_sim_reply *r)
{
	size_t len = r->body.len, line = 0;

	if (r->framed)
		mark_frames(r);
	for (size_t i = 0; r->streamed && !r->framed && i < len; i++) {
		const char *p = r->body.data;

		if (p[i] != '\n')
			continue;
		if (i == line || (i == line + 1 && p[line] == '\r')) {
			r->body.len = i + 1;
			sy_sim_reply_mark(r);
		}
		line = i + 1;
	}
	r->body.len = len;
	if (r->count == 0 || sy_sim_reply_event(r, r->count) < len)
		sy_sim_reply_mark(r);
}

static int put_response(struct json_object *response, struct sy_sim_reply *r,
    struct sy_error *err)
{
	struct json_object *body = sy_json_get(response, "body");
	size_t len = (size_t)json_object_get_string_len(body);

	if (!json_object_is_type(body, json_type_string))
		return sy_fail(err, SY_BUG, "exchange", "it has no response.body");
	r->status = json_object_get_int(sy_json_get(response, "status"));
	put_headers(sy_json_get(response, "headers"), r);
	if (strcmp(sy_sim_word(response, "body_encoding"), "base64") != 0)
		sy_buf_add(&r->body, json_object_get_string(body), len);
	else if (put_base64(json_object_get_string(body), len, &r->body, err) < 0)
		return -1;
	mark_events(r);
	return 0;
}

static int play_file(const struct sy_buf *file, struct sy_sim_reply *r,
    struct sy_error *err)
{
	struct sy_arena *a = sy_arena_new();
	struct json_object *root;
	int rc = sy_sim_parse(a, file->data, file->len, &root, err);

	if (rc == 0)
		rc = put_response(sy_json_get(root, "response"), r, err);
	sy_arena_free(a);
	return rc;
}

int sy_sim_exchange(const char *data, const char *name, struct sy_sim_reply *reply,
    struct sy_error *err)
{
	char path[PATH_BYTES];
	struct sy_buf file;
	int rc;

	if (data == NULL || strstr(name, "..") != NULL ||
	    snprintf(path, sizeof(path), "%s/%s", data, name) >= (int)sizeof(path))
		return sy_fail(err, SY_BUG, "exchange", "no folder has the recording %s",
		    name);
	sy_buf_init(&file, FILE_BYTES);
	if (read_file(path, &file) < 0)
		rc = sy_fail(err, SY_BUG, "exchange", "cannot read %s", path);
	else
		rc = play_file(&file, reply, err);
	sy_buf_release(&file);
	return rc;
}
