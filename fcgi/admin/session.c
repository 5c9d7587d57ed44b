/*
 * session.c - signing in with a one-time code, and out; cookies; cross-site calls.
 */
#include "admin/session.h"

#include "admin/answer.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#define CODE_MAX 32

/* The prefix makes the browser refuse the cookie over plain HTTP; without TLS (a loopback
 * demo) there can be no such promise. */
static const char *cookie_name(const struct sy_web *w)
{
	return w->secure ? "__Secure-sy" : "sy";
}

/* The page and its API lie below one path, and the cookie goes nowhere else. */
static const char *cookie_path(struct sy_web *w)
{
	const char *script = sy_web_header(w, "SCRIPT_NAME");
	const char *mark = script != NULL ? strstr(script, "/ui/api") : NULL;

	/* Servers hand it over decoded: it may hold what ends an attribute, or a line. */
	if (mark == NULL || strcspn(script, "; \t\r\n") < (size_t)(mark - script))
		return "/ui/";
	return sy_strf(w->arena, "%.*s/ui/", (int)(mark - script), script);
}

static void set_cookie(struct sy_web *w, const char *token, int64_t max_age_s)
{
	w->set_cookie = sy_strf(w->arena, "%s=%s; Path=%s; HttpOnly; SameSite=Strict%s; Max-Age=%"
	    PRId64, cookie_name(w), token, cookie_path(w), w->secure ? "; Secure" : "", max_age_s);
}

int sy_web_identify(struct sy_web *w, struct sy_error *err)
{
	const char *token = sy_web_cookie(w, cookie_name(w));
	int rc;

	if (token == NULL || strlen(token) >= SY_SESSION_TEXT)
		return 0;
	rc = sy_session_find(w->admin->live, token, sy_boot_ms(), &w->session, err);
	w->signed_in = rc > 0;
	return rc < 0 ? -1 : 0;
}

/* Same origin by the browser's own word; older ones that send none name their origin. */
static bool same_origin(struct sy_web *w)
{
	const char *site = sy_web_header(w, "HTTP_SEC_FETCH_SITE");
	const char *origin = sy_web_header(w, "HTTP_ORIGIN");
	const char *host = sy_web_header(w, "HTTP_HOST");
	const char *at;

	if (site != NULL)
		return strcmp(site, "same-origin") == 0;
	if (origin == NULL || host == NULL)
		return origin == NULL; /* no browser */
	at = strstr(origin, "://");
	return at != NULL && strcmp(at + 3, host) == 0;
}

int sy_web_check_csrf(struct sy_web *w, struct sy_error *err)
{
	const char *token = sy_web_header(w, "HTTP_X_CSRF");

	if (!same_origin(w) || token == NULL || strlen(token) != strlen(w->session.csrf) ||
	    sodium_memcmp(token, w->session.csrf, strlen(token)) != 0)
		return sy_fail(err, SY_FORBIDDEN, "",
		    "This call did not come from the dashboard's own page.");
	return 0;
}

void sy_web_put_session(struct sy_web *w)
{
	const struct sy_session *s = &w->session;

	sy_buf_puts(&w->out, "{\"user\":");
	sy_buf_json_str(&w->out, s->user);
	sy_buf_printf(&w->out, ",\"role\":\"%s\",\"expires\":%" PRId64 ",\"csrf\":\"%s\"}",
	    sy_word_name(sy_access_words, (int)s->access),
	    w->now_s + (s->expires_ms - sy_boot_ms()) / 1000, s->csrf);
}

static int refused(struct sy_error *err)
{
	return sy_fail(err, SY_UNKNOWN_KEY, "", "That did not work. Ask for a new link.");
}

static int read_code(struct sy_web *w, const char **code, struct sy_error *err)
{
	const char *type = sy_web_header(w, "CONTENT_TYPE");
	struct json_object *body;

	if (type == NULL || strncasecmp(type, "application/json", 16) != 0 || !same_origin(w))
		return sy_fail(err, SY_FORBIDDEN, "",
		    "Signing in takes JSON, sent by the dashboard's own page.");
	if (sy_json_parse(w->arena, w->body, w->body_len, &body, err) < 0 ||
	    sy_json_string(body, "code", "", code, err) < 0)
		return -1;
	return 0;
}

/* Guessing is slowed down for each address, whichever code it tries. */
int sy_answer_sign_in(struct sy_web *w, struct sy_error *err)
{
	const char *address = sy_web_header(w, "REMOTE_ADDR"), *code = NULL;
	const char *who = sy_strf(w->arena, "addr:%s", address != NULL ? address : "");
	int64_t now = sy_boot_ms(), wait = sy_login_wait(w->admin->live, who, now, err);
	char token[SY_SESSION_TEXT];
	int rc;

	if (wait < 0 || read_code(w, &code, err) < 0)
		return -1;
	if (wait > 0)
		return sy_fail(err, SY_OVER_LIMIT, "",
		    "Too many tries. Wait %" PRId64 " s, then try again.", wait / 1000 + 1);
	if (code == NULL || strlen(code) > CODE_MAX)
		return refused(err);
	rc = sy_code_redeem(w->admin->live, code, now, &w->session, token, err);
	if (rc < 0 || sy_login_note(w->admin->live, who, rc > 0, now, err) < 0)
		return -1;
	if (rc == 0)
		return refused(err);
	set_cookie(w, token, SY_SESSION_MAX_MS / 1000);
	sy_buf_puts(&w->out, "{\"v\":1,\"data\":{\"session\":");
	sy_web_put_session(w);
	sy_buf_puts(&w->out, "}}");
	return 0;
}

int sy_answer_sign_out(struct sy_web *w, struct sy_error *err)
{
	const char *token = sy_web_cookie(w, cookie_name(w));

	if (sy_web_check_csrf(w, err) < 0 ||
	    sy_session_end(w->admin->live, token, err) < 0)
		return -1;
	set_cookie(w, "", 0);
	w->status = 204;
	return 0;
}
