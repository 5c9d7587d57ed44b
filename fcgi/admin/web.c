/*
 * web.c - see web.h.
 */
#include "admin/web.h"

#include "base/arena.h"
#include "base/http.h"
#include "base/text.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BODY_BYTES  (64 << 10)
#define QUERY_BYTES (16 << 10)

const char *sy_web_header(struct sy_web *w, const char *cgi_name)
{
	return FCGX_GetParam(cgi_name, w->fcgi->envp);
}

static const char *param_or_empty(struct sy_web *w, const char *name)
{
	const char *value = sy_web_header(w, name);

	return value != NULL ? value : "";
}

/* Servers split the path between these two in their own ways; together they are whole. */
static const char *path_below_api(struct sy_web *w)
{
	const char *path = sy_strf(w->arena, "%s%s", param_or_empty(w, "SCRIPT_NAME"),
	    param_or_empty(w, "PATH_INFO"));
	const char *mark = strstr(path, "/ui/api/");

	return mark != NULL ? mark + strlen("/ui/api/") : path;
}

static int read_body(struct sy_web *w, struct sy_error *err)
{
	char *body = sy_alloc(w->arena, BODY_BYTES + 2);
	int len = FCGX_GetStr(body, BODY_BYTES + 1, w->fcgi->in);

	if (len > BODY_BYTES)
		return sy_fail(err, SY_TOO_LARGE, "", "the body is longer than %d bytes",
		    BODY_BYTES);
	w->body = body;
	w->body_len = len > 0 ? (size_t)len : 0;
	return 0;
}

int sy_web_read(struct sy_web *w, struct sy_error *err)
{
	const char *https = sy_web_header(w, "HTTPS");

	w->method = param_or_empty(w, "REQUEST_METHOD");
	w->path = path_below_api(w);
	w->query = param_or_empty(w, "QUERY_STRING");
	w->secure = https != NULL && strcmp(https, "off") != 0;
	w->now_s = (int64_t)time(NULL);
	w->status = 200;
	if (strlen(w->query) > QUERY_BYTES)
		return sy_fail(err, SY_BAD_REQUEST, "", "the query is longer than %d bytes",
		    QUERY_BYTES);
	if (strcmp(w->method, "POST") == 0)
		return read_body(w, err);
	return 0;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c | 0x20);

	return at == NULL ? -1 : (int)(at - digits);
}

/* NULL when what comes out cannot be a value: a broken escape, a NUL, no UTF-8. */
static char *decode(struct sy_arena *a, const char *s, size_t len)
{
	char *out = sy_alloc(a, len + 1);
	size_t n = 0, step;

	for (size_t i = 0; i < len; i++) {
		out[n++] = s[i] == '+' ? ' ' : s[i];
		if (s[i] != '%')
			continue;
		if (i + 2 >= len || hex_digit(s[i + 1]) < 0 || hex_digit(s[i + 2]) < 0)
			return NULL;
		out[n - 1] = (char)(hex_digit(s[i + 1]) << 4 | hex_digit(s[i + 2]));
		i += 2;
		if (out[n - 1] == '\0')
			return NULL;
	}
	for (size_t i = 0; i < n; i += step)
		if ((step = sy_utf8_step(out + i, n - i)) == 0)
			return NULL;
	return out;
}

void sy_web_params(struct sy_web *w, const char *prefix,
    void (*fn)(void *arg, const char *name, const char *value), void *arg)
{
	const char *at = w->query;

	while (*at != '\0') {
		size_t len = strcspn(at, "&"), name_len = strcspn(at, "=&");
		size_t value_at = name_len < len ? name_len + 1 : len;
		char *name = decode(w->arena, at, name_len);
		char *value = decode(w->arena, at + value_at, len - value_at);

		if (name != NULL && value != NULL && sy_starts(name, prefix))
			fn(arg, name, value);
		at += len + (at[len] == '&');
	}
}

struct wanted {
	const char *name;
	const char *value;
};

static void take_wanted(void *arg, const char *name, const char *value)
{
	struct wanted *wanted = arg;

	if (wanted->value == NULL && strcmp(name, wanted->name) == 0)
		wanted->value = value;
}

const char *sy_web_param(struct sy_web *w, const char *name)
{
	struct wanted wanted = { name, NULL };

	sy_web_params(w, name, take_wanted, &wanted);
	return wanted.value;
}

const char *sy_web_cookie(struct sy_web *w, const char *name)
{
	const char *at = sy_web_header(w, "HTTP_COOKIE");
	size_t len = strlen(name);

	while (at != NULL && *at != '\0') {
		at += strspn(at, "; ");
		if (strncmp(at, name, len) == 0 && at[len] == '=')
			return sy_strndup(w->arena, at + len + 1, strcspn(at + len + 1, "; "));
		at = strchr(at, ';');
	}
	return NULL;
}

static const char *error_word(const struct sy_error *err)
{
	switch (err->status) {
	case 401:
		return "not_signed_in";
	case 403:
		return "forbidden";
	case 404:
		return "not_found";
	case 429:
		return "busy";
	default:
		return err->code[0] != '\0' && err->status == 400 ? err->code
		    : err->status < 500				  ? "bad_param"
								  : "store_unavailable";
	}
}

void sy_web_error(struct sy_web *w, const struct sy_error *err)
{
	sy_buf_reset(&w->out);
	w->status = err->status;
	w->as_of = 0;
	sy_buf_puts(&w->out, "{\"v\":1,\"error\":{\"code\":");
	sy_buf_json_str(&w->out, error_word(err));
	sy_buf_puts(&w->out, ",\"message\":");
	sy_buf_json_str(&w->out, err->message);
	if (err->param[0] != '\0') {
		sy_buf_puts(&w->out, ",\"hint\":");
		sy_buf_json_str(&w->out, sy_strf(w->arena, "Look at '%s'.", err->param));
	}
	sy_buf_puts(&w->out, "}}");
}

/* Changes when the roll-ups do, when the answer is to another question or another person,
 * and with the clock where the answer depends on it: it is made of the answer itself. */
static const char *etag(struct sy_web *w)
{
	unsigned char hash[16];
	char hex[33];
	const char *data = strstr(w->out.data, "\"data\":");

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)(data ? data : w->out.data),
	    strlen(data ? data : w->out.data), NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	return sy_strf(w->arena, "W/\"%s\"", hex);
}

static void send_date(struct sy_web *w)
{
	struct tm tm;
	char text[64];
	time_t now = (time_t)w->now_s;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	FCGX_FPrintF(w->fcgi->out, "Date: %s\r\n", text);
}

void sy_web_send(struct sy_web *w)
{
	FCGX_Stream *out = w->fcgi->out;

	if (w->as_of != 0 && w->status == 200) {
		const char *tag = etag(w), *had = sy_web_header(w, "HTTP_IF_NONE_MATCH");

		if (had != NULL && strcmp(had, tag) == 0) {
			w->status = 304;
			sy_buf_reset(&w->out);
		}
		FCGX_FPrintF(out, "ETag: %s\r\nX-Switchyard-As-Of: %s\r\n", tag,
		    sy_strf(w->arena, "%" PRId64, w->as_of));
	}
	FCGX_FPrintF(out, "Status: %d %s\r\n", w->status, sy_http_reason(w->status));
	send_date(w);
	if (w->allow != NULL)
		FCGX_FPrintF(out, "Allow: %s\r\n", w->allow);
	if (w->set_cookie != NULL)
		FCGX_FPrintF(out, "Set-Cookie: %s\r\n", w->set_cookie);
	if (w->status == 429)
		FCGX_FPrintF(out, "Retry-After: 10\r\n");
	FCGX_FPrintF(out, "Cache-Control: private, no-cache\r\nVary: Cookie\r\n"
	    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
	    "Cross-Origin-Resource-Policy: same-origin\r\n"
	    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
	if (w->status != 204 && w->status != 304)
		FCGX_FPrintF(out, "Content-Type: application/json\r\n");
	FCGX_FPrintF(out, "\r\n");
	if (w->out.len > 0)
		FCGX_PutStr(w->out.data, (int)w->out.len, out);
}
