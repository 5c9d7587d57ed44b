/*
 * openai_blame.c - what a provider's error means.
 *
 * Fifteen shapes of error bodies are about; they are read by looking for the few members that
 * all of them share, wherever those stand.  The provider's own code says more than the status
 * (403 is a too long prompt at one, an empty balance at another), so it is asked first, its
 * sentence second, the status last.
 */
#include "dialect/openai.h"

#include "base/arena.h"
#include "base/scan.h"
#include "base/text.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct complaint {
	char message[400];
	char code[64];
	char type[64];
	char param[96];
	int status; /* of the body, where it names one; 0 */
	bool base_resp;
};

/* --- Reading. ---------------------------------------------------------------------------- */

/* A string or a number, as text. */
static void take(char *dst, size_t room, struct sy_span v)
{
	if (dst[0] != '\0' || v.at == NULL)
		return;
	if (sy_span_is_string(v))
		sy_unquote_copy(dst, room, v);
	else if (!sy_span_is_object(v) && !sy_span_is_array(v))
		sy_copy_n(dst, room, v.at, v.len);
}

static struct sy_span first_of(struct sy_span v)
{
	struct sy_span element = v;
	size_t pos = 0;

	if (sy_span_is_array(v))
		sy_walk_element(v, &pos, &element);
	return element;
}

static void read_complaint(struct complaint *c, struct sy_span o, int depth);

/* FastAPI: [{"loc":["body","messages"],"msg":"..."}] */
static void read_location(struct complaint *c, struct sy_span loc)
{
	struct sy_span step;
	size_t pos = 0;

	while (c->param[0] == '\0' && sy_walk_element(loc, &pos, &step))
		if (sy_span_is_string(step) && !sy_span_is(step, "body"))
			take(c->param, sizeof(c->param), step);
}

static void read_base_resp(struct complaint *c, struct sy_span base)
{
	if (!sy_span_is_object(base))
		return;
	c->base_resp = true;
	take(c->code, sizeof(c->code), sy_walk_get(base, "status_code"));
	take(c->message, sizeof(c->message), sy_walk_get(base, "status_msg"));
}

/* The members that hold a complaint of their own, from the most to the least telling. */
static void read_nested(struct complaint *c, struct sy_span o, int depth)
{
	static const char *const names[] = { "error", "innererror", "message", "detail",
		"errors", "fault", "x_groq" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct sy_span v = first_of(sy_walk_get(o, names[i]));

		if (sy_span_is_object(v))
			read_complaint(c, v, depth + 1);
	}
}

static void read_complaint(struct complaint *c, struct sy_span o, int depth)
{
	static const char *const messages[] = { "message", "Message", "msg", "error",
		"detail", "faultstring", "title" };
	static const char *const codes[] = { "code", "error_code", "errorcode",
		"status" };

	if (depth > 3)
		return;
	read_base_resp(c, sy_walk_get(o, "base_resp"));
	read_nested(c, o, depth);
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		take(c->message, sizeof(c->message), sy_walk_get(o, messages[i]));
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		take(c->code, sizeof(c->code), sy_walk_get(o, codes[i]));
	take(c->type, sizeof(c->type), sy_walk_get(o, "type"));
	take(c->param, sizeof(c->param), sy_walk_get(o, "param"));
	read_location(c, sy_walk_get(o, "loc"));
}

static bool read_body(struct complaint *c, const char *body, size_t len)
{
	struct sy_span root = sy_span_trim(body, len);
	struct sy_error unused;

	if (sy_scan_check(root.at, root.len, NULL, &unused) < 0)
		return false;
	root = first_of(root);
	if (!sy_span_is_object(root))
		return false;
	read_complaint(c, root, 0);
	c->status = atoi(c->code);
	if (c->status < 400 || c->status > 599)
		c->status = 0;
	return true;
}

/* --- Judging. ---------------------------------------------------------------------------- */

/* Codes and types, whole words. */
static const struct sy_word code_kinds[] = {
	{ "context_length_exceeded", SY_CONTEXT },
	{ "model_context_window_exceeded", SY_CONTEXT },
	{ "exceed_context_size_error", SY_CONTEXT },
	{ "too_many_prompt_tokens", SY_CONTEXT },
	{ "1261", SY_CONTEXT },
	{ "content_filter", SY_POLICY },
	{ "content_policy_violation", SY_POLICY },
	{ "moderation_blocked", SY_POLICY },
	{ "invalid_prompt", SY_POLICY },
	{ "ResponsibleAIPolicyViolation", SY_POLICY },
	{ "DataInspectionFailed", SY_POLICY },
	{ "data_inspection_failed", SY_POLICY },
	{ "1301", SY_POLICY },
	{ "insufficient_quota", SY_CREDENTIAL },
	{ "credit_balance_exhausted", SY_CREDENTIAL },
	{ "exceeded_current_quota_error", SY_CREDENTIAL },
	{ "invalid_api_key", SY_CREDENTIAL },
	{ "API_KEY_INVALID", SY_CREDENTIAL },
	{ "authentication_error", SY_CREDENTIAL },
	{ "Arrearage", SY_CREDENTIAL },
	{ "AccessDenied", SY_CREDENTIAL },
	{ "PERMISSION_DENIED", SY_CREDENTIAL },
	{ "1000", SY_CREDENTIAL },
	{ "1001", SY_CREDENTIAL },
	{ "1002", SY_CREDENTIAL },
	{ "1003", SY_CREDENTIAL },
	{ "1004", SY_CREDENTIAL },
	{ "1113", SY_CREDENTIAL },
	{ "1308", SY_CREDENTIAL },
	{ "1309", SY_CREDENTIAL },
	{ "1310", SY_CREDENTIAL },
	{ "rate_limit_exceeded", SY_BUSY },
	{ "rate_limit_reached_error", SY_BUSY },
	{ "RateLimitReached", SY_BUSY },
	{ "REQUEST_LIMIT_EXCEEDED", SY_BUSY },
	{ "RESOURCE_EXHAUSTED", SY_BUSY },
	{ "slow_down", SY_BUSY },
	{ "1302", SY_BUSY },
	{ "1303", SY_BUSY },
	{ "1304", SY_BUSY },
	{ "server_is_overloaded", SY_OVERLOADED },
	{ "capacity_exceeded", SY_OVERLOADED },
	{ "queue_exceeded", SY_OVERLOADED },
	{ "overloaded_error", SY_OVERLOADED },
	{ "UNAVAILABLE", SY_OVERLOADED },
	{ "1305", SY_OVERLOADED },
	{ "1312", SY_OVERLOADED },
	{ "model_not_found", SY_NO_UPSTREAM_MODEL },
	{ "ModelNotFound", SY_NO_UPSTREAM_MODEL },
	{ "DeploymentNotFound", SY_NO_UPSTREAM_MODEL },
	{ "1211", SY_NO_UPSTREAM_MODEL },
	{ NULL, 0 },
};

/* MiniMax counts in the same thousands as Zhipu, with other meanings. */
static const struct sy_word base_resp_kinds[] = {
	{ "1000", SY_BROKEN },
	{ "1001", SY_BROKEN },
	{ "1002", SY_BUSY },
	{ "1004", SY_CREDENTIAL },
	{ "1008", SY_CREDENTIAL },
	{ "1026", SY_POLICY },
	{ "1027", SY_POLICY },
	{ "1039", SY_CONTEXT },
	{ "2013", SY_REFUSED },
	{ NULL, 0 },
};

/* Parts of sentences, in lower case; `also` must be there too. */
static const struct {
	const char *text, *also;
	enum sy_kind kind;
} sentences[] = {
	{ "maximum context length", "", SY_CONTEXT },
	{ "max context length", "", SY_CONTEXT },
	{ "context length", "exceed", SY_CONTEXT },
	{ "context window", "exceed", SY_CONTEXT },
	{ "exceed context limit", "", SY_CONTEXT },
	{ "longer than the model's context length", "", SY_CONTEXT },
	{ "input tokens exceed", "", SY_CONTEXT },
	{ "exceeds the available context size", "", SY_CONTEXT },
	{ "exceeds the maximum number of tokens allowed", "", SY_CONTEXT },
	{ "prompt is too long", "", SY_CONTEXT },
	{ "prompt too long", "", SY_CONTEXT },
	{ "input is too long", "", SY_CONTEXT },
	{ "current length is", "while limit is", SY_CONTEXT },
	{ "exceeded model token limit", "", SY_CONTEXT },
	{ "maximum input length is", "tokens", SY_CONTEXT },
	{ "range of input length should be", "", SY_CONTEXT },
	{ "too many tokens", "", SY_CONTEXT },
	{ "content management policy", "", SY_POLICY },
	{ "content policy", "", SY_POLICY },
	{ "moderation", "flagged", SY_POLICY },
	{ "incorrect api key", "", SY_CREDENTIAL },
	{ "invalid api key", "", SY_CREDENTIAL },
	{ "api key not valid", "", SY_CREDENTIAL },
	{ "insufficient balance", "", SY_CREDENTIAL },
	{ "engine is currently overloaded", "", SY_OVERLOADED },
	{ "service tier capacity exceeded", "", SY_OVERLOADED },
};

static int kind_of_sentence(const char *message)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (strcasestr(message, sentences[i].text) != NULL &&
		    strcasestr(message, sentences[i].also) != NULL)
			return (int)sentences[i].kind;
	return -1;
}

static int kind_of_status(int status)
{
	switch (status) {
	case 401:
	case 402:
	case 403:
	case 412: /* Fireworks: the account is suspended */
		return SY_CREDENTIAL;
	case 404:
	case 410:
		return SY_NO_UPSTREAM_MODEL;
	case 408:
		return SY_BROKEN;
	case 409:
		return SY_CONFLICT;
	case 425:
	case 498: /* Groq: no capacity in this tier */
	case 503:
	case 529:
		return SY_OVERLOADED;
	case 429:
		return SY_BUSY;
	default:
		return status >= 400 && status < 500 ? SY_REFUSED : SY_BROKEN;
	}
}

static int kind_of_code(const struct complaint *c)
{
	int kind;

	if (c->base_resp)
		return sy_word_value(base_resp_kinds, c->code);
	if (sy_starts(c->code, "Throttling"))
		return SY_BUSY;
	kind = sy_word_value(code_kinds, c->code);
	return kind >= 0 ? kind : sy_word_value(code_kinds, c->type);
}

/* A rate limit that talks of tokens is no long prompt, and a broken server's sentence says
 * little; so the sentence counts where the request or the credential may be at fault. */
static enum sy_kind judge(const struct complaint *c, int status)
{
	int kind = kind_of_code(c);

	if (kind < 0 && status != 429 && (status < 501 || status > 599))
		kind = kind_of_sentence(c->message);
	return (enum sy_kind)(kind >= 0 ? kind : kind_of_status(status));
}

/* --- Telling. ---------------------------------------------------------------------------- */

/* Google says when to come back in the body. */
static int retry_delay_ms(const char *body, size_t len)
{
	static const char key[] = "\"retryDelay\"";
	const char *at = memmem(body, len, key, sizeof(key) - 1);
	char digits[16];
	size_t n = 0;

	if (at == NULL)
		return 0;
	at += sizeof(key) - 1;
	while (at < body + len && strchr(" \t\r\n:\"", *at) != NULL)
		at++;
	while (at < body + len && n < sizeof(digits) - 1 &&
	       strchr("0123456789.", *at) != NULL)
		digits[n++] = *at++;
	digits[n] = '\0';
	return n > 0 && strlen(digits) < 6 ? (int)(strtod(digits, NULL) * 1000) : 0;
}

/* The client learns the sentence where it can mend something; an error of the account is not
 * its business, and may name the account. */
static void tell(const struct sy_call *call, const struct complaint *c, enum sy_kind kind,
    int status, struct sy_error *err)
{
	const char *name = call->model->provider->name;

	if (kind == SY_CREDENTIAL)
		sy_fail(err, kind, "",
		    "%s refused the gateway's own credential, or its account has no money left",
		    name);
	else if (c->message[0] != '\0')
		sy_fail(err, kind, "", "%s: %s", name, c->message);
	else
		sy_fail(err, kind, "", "%s answered with HTTP %d", name, status);
	if (sy_kind_info(kind)->class != 'C')
		return;
	if (kind == SY_REFUSED && (status == 413 || status == 415))
		err->status = status;
	if (kind == SY_REFUSED && c->code[0] != '\0' && c->status == 0)
		sy_copy(err->code, sizeof(err->code), c->code);
	/* Azure's own word, which its clients look for; inside of it stands another. */
	if (kind == SY_POLICY &&
	    (strcmp(c->code, "content_filter") == 0 ||
	        strcmp(c->code, "ResponsibleAIPolicyViolation") == 0))
		sy_copy(err->code, sizeof(err->code), "content_filter");
	sy_copy(err->param, sizeof(err->param), c->param);
}

void sy_openai_blame(const struct sy_call *call, int status, const char *body, size_t len,
    struct sy_error *err)
{
	struct complaint c = { .message = "" };

	if (read_body(&c, body, len) && status < 400)
		status = c.status;
	tell(call, &c, judge(&c, status), status, err);
	err->retry_after_ms = retry_delay_ms(body, len);
}

bool sy_openai_blame_inside(const struct sy_call *call, struct sy_span root,
    struct sy_error *err)
{
	static const char *const marks[] = { "error", "detail", "errors", "fault",
		"error_code" };
	struct sy_span base = sy_walk_get(root, "base_resp"),
	               groq = sy_walk_get(root, "x_groq");
	bool found = sy_span_is(sy_walk_get(root, "object"), "error");
	int64_t code = 0;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && !found; i++) {
		struct sy_span v = sy_walk_get(root, marks[i]);

		found = v.at != NULL && v.len > 2;
	}
	found |= sy_walk_get(groq, "error").at != NULL;
	found |= sy_span_int(sy_walk_get(base, "status_code"), &code) && code != 0;
	if (found)
		sy_openai_blame(call, 0, root.at, root.len, err);
	return found;
}
