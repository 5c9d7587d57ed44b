/*
 * visit.c - see visit.h.
 */
#include "visit.h"

#include "endpoint.h"
#include "path.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/multipart.h"
#include "base/http.h"
#include "base/text.h"
#include "dialect/surface.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FIRST_ROOM 16384 /* before more of a body has come than was announced */
#define HEAD_BYTES 32768

/* --- The answer. ------------------------------------------------------------------------- */

static void put_header(struct sy_buf *b, const char *name, const char *value)
{
	sy_buf_puts(b, name);
	sy_buf_puts(b, ": ");
	sy_buf_puts(b, value);
	sy_buf_puts(b, "\r\n");
}

/* Proxies on the way must pass on each event when it comes. */
static bool is_stream(const struct sy_header *h)
{
	return strcasecmp(h->name, "content-type") == 0 &&
	       sy_starts(h->value, "text/event-stream");
}

static void put_head(struct sy_visit *v, struct sy_buf *b, int status,
    const struct sy_header *headers, size_t count)
{
	const struct sy_surface *surface =
	    v->endpoint != NULL ? v->endpoint->surface : NULL;
	char id[SY_ID_TEXT];

	sy_id_text(&v->id, id);
	sy_buf_puts(b, "Status: ");
	sy_buf_int(b, status);
	sy_buf_putc(b, ' ');
	sy_buf_puts(b, sy_http_reason(status));
	sy_buf_puts(b, "\r\n");
	for (size_t i = 0; i < count; i++) {
		put_header(b, headers[i].name, headers[i].value);
		if (is_stream(&headers[i]))
			put_header(b, "X-Accel-Buffering", "no");
	}
	put_header(b, "x-request-id", id);
	if (surface != NULL && surface->id_header != NULL)
		put_header(b, surface->id_header, id);
	sy_buf_puts(b, "Cache-Control: private, no-store\r\n"
	               "Vary: Authorization, X-Api-Key\r\n"
	               "X-Content-Type-Options: nosniff\r\n"
	               "\r\n");
}

static void on_head(struct sy_client *c, int status, const struct sy_header *headers,
    size_t count)
{
	struct sy_visit *v = (struct sy_visit *)c;
	struct sy_buf b;

	sy_buf_init(&b, HEAD_BYTES);
	put_head(v, &b, status, headers, count);
	v->wire->ops->write(v->wire, b.data, b.len);
	sy_buf_release(&b);
}

static bool on_body(struct sy_client *c, const void *data, size_t len)
{
	struct sy_visit *v = (struct sy_visit *)c;

	return v->head_only || v->wire->ops->write(v->wire, data, len);
}

static void be_over(struct sy_visit *v)
{
	v->phase = SY_VISIT_NONE;
	v->request = NULL;
	v->arena = NULL; /* the relay's */
}

static void on_end(struct sy_client *c)
{
	struct sy_visit *v = (struct sy_visit *)c;

	be_over(v);
	v->wire->ops->end(v->wire);
}

static void on_cut(struct sy_client *c)
{
	struct sy_visit *v = (struct sy_visit *)c;

	be_over(v);
	v->wire->ops->cut(v->wire);
}

static const struct sy_client_ops client_ops = { on_head, on_body, on_end, on_cut };

void sy_visit_answer(struct sy_visit *v, int status, const struct sy_header *headers,
    size_t count, const char *body, size_t len)
{
	struct sy_arena *arena = v->arena;

	on_head(&v->client, status, headers, count);
	on_body(&v->client, body, len);
	on_end(&v->client);
	sy_arena_free(arena);
}

void sy_visit_refuse(struct sy_visit *v, const struct sy_error *err)
{
	const struct sy_surface *surface =
	    v->endpoint != NULL ? v->endpoint->surface : NULL;
	struct sy_header headers[3] = { { "content-type", "application/json" } };
	char id[SY_ID_TEXT];
	size_t count = 1;
	struct sy_buf b;

	if (v->allow != NULL)
		headers[count++] = (struct sy_header){ "allow", v->allow };
	if (err->status >= 500 || err->status == 408)
		headers[count++] = (struct sy_header){ "x-should-retry", "true" };
	if (surface == NULL)
		surface = &sy_surface_openai_chat;
	sy_buf_init(&b, HEAD_BYTES);
	sy_id_text(&v->id, id);
	surface->error(err, id, false, &b);
	sy_visit_answer(v, sy_surface_status(surface, err), headers, count, b.data, b.len);
	sy_buf_release(&b);
}

/* --- The request. ------------------------------------------------------------------------ */

void sy_visit_begin(struct sy_visit *v, struct sy_edge *edge, struct sy_wire *wire)
{
	memset(v, 0, sizeof(*v));
	v->client.ops = &client_ops;
	v->edge = edge;
	v->wire = wire;
	v->phase = SY_VISIT_HEAD;
	v->began_us = v->heard_us = sy_monotonic_us();
	v->id = sy_id_new(sy_unix_ms());
	v->arena = sy_arena_new();
	sy_meta_init(&v->meta);
}

/* Remembers the first fault; what it is told in waits until the request has been read, as
 * some web servers take an early answer for a broken connection. */
static void spoil(struct sy_visit *v, const struct sy_error *err)
{
	if (!v->refused)
		v->error = *err;
	v->refused = true;
}

void sy_visit_meta(struct sy_visit *v, const char *name, size_t name_len,
    const char *value, size_t value_len)
{
	struct sy_error err;

	if (!v->refused &&
	    sy_meta_add(&v->meta, v->arena, name, name_len, value, value_len, &err) < 0)
		spoil(v, &err);
}

void sy_visit_spoil(struct sy_visit *v, const char *why)
{
	struct sy_error err;

	sy_fail(&err, SY_BAD_REQUEST, "", "%s", why);
	spoil(v, &err);
}

static int too_large(const struct sy_visit *v, struct sy_error *err)
{
	return sy_fail(err, SY_TOO_LARGE, "",
	    "the body is longer than the limit of %lld bytes", (long long)v->body_limit);
}

static bool is_empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

/* "application/json", "application/vnd.x+json", either with parameters. */
static bool is_json(const char *type)
{
	size_t len = strcspn(type, "; \t");

	return (len == 16 && strncasecmp(type, "application/json", 16) == 0) ||
	       (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0);
}

/* JSON, a form, or both, as the surface can read it. */
static int check_type(const char *type, const struct sy_surface *surface,
    struct sy_error *err)
{
	bool no_json = surface != NULL && surface->ask == NULL;
	bool form = surface != NULL && surface->ask_form != NULL;

	if (sy_multipart_is(type) ? form : !no_json && (is_empty(type) || is_json(type)))
		return 0;
	return sy_fail(err, SY_BAD_MEDIA, "", "the body is '%.80s'; send %s",
	    is_empty(type) ? "of no said type" : type,
	    no_json ? "multipart/form-data"
	    : form  ? "JSON or multipart/form-data"
	            : "JSON, as 'Content-Type: application/json'");
}

static int check_media(const struct sy_visit *v, struct sy_error *err)
{
	const char *coding = v->meta.value[SY_META_CONTENT_ENCODING];

	if (!is_empty(coding) && strcasecmp(coding, "identity") != 0)
		return sy_fail(err, SY_BAD_MEDIA, "",
		    "the body is compressed (%.40s); send it as it is", coding);
	return check_type(v->meta.value[SY_META_CONTENT_TYPE], v->endpoint->surface, err);
}

static int find_endpoint(struct sy_visit *v, struct sy_error *err)
{
	struct sy_endpoint_found found;
	const char *path;
	int rc;

	if (sy_meta_check(&v->meta, err) < 0 ||
	    sy_path_read(&v->meta, v->edge->mount, v->arena, &path, err) < 0)
		return -1;
	rc = sy_endpoint_find(v->meta.value[SY_META_REQUEST_METHOD], path, v->arena,
	    &found, err);
	v->endpoint = found.endpoint;
	v->subject = found.subject;
	v->allow = found.allow;
	v->head_only = found.head_only;
	return rc;
}

static int weigh_head(struct sy_visit *v, struct sy_error *err)
{
	if (find_endpoint(v, err) < 0)
		return -1;
	if (v->endpoint->role == SY_FOR_KEYS &&
	    sy_meta_no_key_in_query(&v->meta, err) < 0)
		return -1;
	if (strcmp(v->endpoint->method, "POST") == 0 && check_media(v, err) < 0)
		return -1;
	return 0;
}

void sy_visit_head(struct sy_visit *v)
{
	struct sy_error err;

	v->body_limit = sy_relay_body_limit(v->edge->relay);
	v->phase = SY_VISIT_BODY;
	v->heard_us = sy_monotonic_us();
	if (!v->refused && weigh_head(v, &err) < 0)
		spoil(v, &err);
	if (v->meta.content_length > v->body_limit) {
		too_large(v, &err);
		sy_visit_refuse(v, &err);
	}
}

static void release_body(void *body)
{
	sy_buf_release(body);
}

static void keep_body(struct sy_visit *v, const char *data, size_t len)
{
	int64_t announced = v->meta.content_length;

	if (v->body == NULL) {
		v->body = sy_alloc(v->arena, sizeof(*v->body));
		sy_buf_init(v->body, (size_t)v->body_limit + 1);
		sy_defer(v->arena, release_body, v->body);
		if (announced > 0)
			sy_buf_reserve(v->body,
			    announced < FIRST_ROOM ? (size_t)announced : FIRST_ROOM);
	}
	sy_buf_add(v->body, data, len);
}

void sy_visit_body(struct sy_visit *v, const char *data, size_t len)
{
	struct sy_error err;

	if (v->phase != SY_VISIT_BODY)
		return;
	v->heard_us = sy_monotonic_us();
	v->body_seen += (int64_t)len;
	if (v->body_seen > v->body_limit) {
		too_large(v, &err);
		sy_visit_refuse(v, &err);
	} else if (!v->refused) {
		keep_body(v, data, len);
	}
}

static int check_whole(const struct sy_visit *v, struct sy_error *err)
{
	if (v->meta.content_length >= 0 && v->meta.content_length != v->body_seen)
		return sy_fail(err, SY_BAD_REQUEST, "",
		    "the body has %lld bytes, but Content-Length says %lld",
		    (long long)v->body_seen, (long long)v->meta.content_length);
	if (v->edge->draining && v->endpoint->role != SY_FOR_ANYONE)
		return sy_fail(err, SY_NO_PROVIDER, "",
		    "the gateway is being restarted; try again");
	return 0;
}

void sy_visit_body_end(struct sy_visit *v)
{
	if (v->phase != SY_VISIT_BODY)
		return;
	if (v->refused || check_whole(v, &v->error) < 0) {
		sy_visit_refuse(v, &v->error);
		return;
	}
	v->phase = SY_VISIT_ANSWER;
	v->endpoint->serve(v);
}

static const char *credential_of(const struct sy_visit *v)
{
	const char *key = sy_meta_credential(&v->meta);

	if (key == NULL && v->endpoint->role == SY_FOR_KEYS_IN_QUERY)
		key = sy_meta_query(&v->meta, "key", v->arena);
	return key;
}

struct sy_inbound sy_visit_inbound(const struct sy_visit *v)
{
	const struct sy_meta *m = &v->meta;

	return (struct sy_inbound){
		.id = v->id,
		.arena = v->arena,
		.surface = v->endpoint->surface,
		.credential = credential_of(v),
		.server = m->value[SY_META_SERVER_SOFTWARE],
		.address = m->value[SY_META_REMOTE_ADDR],
		.content_type = m->value[SY_META_CONTENT_TYPE],
		.body = v->body != NULL ? v->body->data : "",
		.body_len = v->body != NULL ? v->body->len : 0,
		.arrived_us = v->began_us,
		.feature = m->value[SY_META_FEATURE],
		.user = m->value[SY_META_USER],
		.complete = m->value[SY_META_COMPLETE],
		.betas = m->value[SY_META_ANTHROPIC_BETA],
		.version = m->value[SY_META_ANTHROPIC_VERSION],
		.timeout_ms = sy_meta_timeout_ms(m),
		.query = m->value[SY_META_QUERY_STRING],
	};
}

/* --- At any time. ------------------------------------------------------------------------ */

void sy_visit_gone(struct sy_visit *v)
{
	if (v->phase == SY_VISIT_ANSWER && v->request != NULL)
		sy_request_gone(v->request); /* which keeps the arena */
	else
		sy_arena_free(v->arena);
	v->phase = SY_VISIT_NONE;
	v->request = NULL;
	v->arena = NULL;
}

void sy_visit_drained(struct sy_visit *v)
{
	if (v->request != NULL)
		sy_request_drained(v->request);
}

void sy_visit_tick(struct sy_visit *v, int64_t now_us)
{
	struct sy_error err;

	if (v->phase != SY_VISIT_HEAD && v->phase != SY_VISIT_BODY)
		return;
	if (now_us - v->began_us < SY_VISIT_BODY_US &&
	    now_us - v->heard_us < SY_VISIT_SILENT_US)
		return;
	sy_fail(&err, SY_CLIENT_SLOW, "", "the request did not arrive in time");
	sy_visit_refuse(v, &err);
}
