/*
 * error.c - the table of kinds.
 *
 * Statuses, types and codes are those that the official OpenAI and Anthropic clients map to
 * their exception classes; the class letters decide what the relay does next.
 */
#include "base/error.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define INVALID "invalid_request_error"

/* clang-format off */
static const struct sy_kind_info kinds[SY_KINDS] = {
	[SY_BAD_REQUEST] = { "bad_request", 400, INVALID, "", INVALID, '-', false, false, false },
	[SY_TOO_LARGE] = { "too_large", 413, INVALID, "request_too_large", "request_too_large", '-', false, false, false },
	[SY_BAD_MEDIA] = { "bad_media", 415, INVALID, "unsupported_media_type", INVALID, '-', false, false, false },
	[SY_UNKNOWN_KEY] = { "unknown_key", 401, INVALID, "invalid_api_key", "authentication_error", '-', false, false, false },
	[SY_FORBIDDEN] = { "forbidden", 403, "permission_error", "insufficient_permissions", "permission_error", '-', false, false, false },
	[SY_NOT_FOUND] = { "not_found", 404, INVALID, "", "not_found_error", '-', false, false, false },
	[SY_BAD_METHOD] = { "bad_method", 405, INVALID, "method_not_supported", INVALID, '-', false, false, false },
	[SY_NO_MODEL] = { "no_model", 404, INVALID, "model_not_found", "not_found_error", '-', false, false, false },
	[SY_OVER_LIMIT] = { "over_limit", 429, "requests", "rate_limit_exceeded", "rate_limit_error", '-', false, false, false },
	[SY_OVER_BUDGET] = { "over_budget", 429, "insufficient_quota", "insufficient_quota", "rate_limit_error", '-', false, false, false },
	[SY_CLIENT_GONE] = { "client_gone", 499, INVALID, "", INVALID, '-', false, false, false },
	[SY_CLIENT_SLOW] = { "client_slow", 408, "timeout_error", "request_timeout", INVALID, '-', false, false, false },

	[SY_UNREACHED] = { "unreached", 503, "service_unavailable_error", "no_available_provider", "overloaded_error", 'A', true, true, false },
	[SY_OVERLOADED] = { "overloaded", 503, "service_unavailable_error", "server_is_overloaded", "overloaded_error", 'A', true, true, false },
	[SY_BUSY] = { "busy", 429, "requests", "rate_limit_exceeded", "rate_limit_error", 'A', true, false, false },
	[SY_CONFLICT] = { "conflict", 503, "service_unavailable_error", "no_available_provider", "overloaded_error", 'A', true, false, false },
	[SY_LOST] = { "lost", 502, "server_error", "upstream_error", "api_error", 'B', true, true, true },
	[SY_BROKEN] = { "broken", 502, "server_error", "upstream_error", "api_error", 'B', true, true, false },
	[SY_TOO_SLOW] = { "too_slow", 504, "server_error", "upstream_timeout", "timeout_error", 'B', true, true, true },
	[SY_REFUSED] = { "refused", 400, INVALID, "", INVALID, 'C', false, false, false },
	[SY_CONTEXT] = { "context", 400, INVALID, "context_length_exceeded", INVALID, 'C', false, false, false },
	[SY_POLICY] = { "policy", 400, INVALID, "content_policy_violation", INVALID, 'C', false, false, false },
	[SY_TRUNCATED] = { "truncated", 502, "server_error", "upstream_error", "api_error", 'D', true, true, true },
	[SY_UNUSABLE] = { "unusable", 502, "server_error", "upstream_error", "api_error", 'F', true, true, true },
	[SY_CREDENTIAL] = { "credential", 502, "server_error", "upstream_auth_error", "api_error", 'G', true, false, false },
	[SY_NO_UPSTREAM_MODEL] = { "no_upstream_model", 404, INVALID, "model_not_found", "not_found_error", 'H', true, false, false },

	[SY_NO_PROVIDER] = { "no_provider", 503, "service_unavailable_error", "no_available_provider", "overloaded_error", 'I', false, false, false },
	[SY_STORE_BUSY] = { "store_busy", 503, "service_unavailable_error", "store_busy", "overloaded_error", 'I', false, false, false },
	[SY_STORE] = { "store", 503, "service_unavailable_error", "store_unavailable", "api_error", 'I', false, false, false },
	[SY_CONFIG] = { "config", 503, "service_unavailable_error", "not_configured", "api_error", 'I', false, false, false },
	[SY_USAGE] = { "usage", 400, INVALID, "", INVALID, '-', false, false, false },
	[SY_BUG] = { "bug", 500, "server_error", "internal_error", "api_error", 'I', false, false, false },
};
/* clang-format on */

const struct sy_kind_info *sy_kind_info(enum sy_kind kind)
{
	return &kinds[kind < SY_KINDS ? kind : SY_BUG];
}

int sy_kind_find(const char *name)
{
	for (int k = 0; k < SY_KINDS; k++)
		if (strcmp(kinds[k].name, name) == 0)
			return k;
	return -1;
}

static void fill(struct sy_error *err, enum sy_kind kind, const char *param,
    const char *code, const char *fmt, va_list ap) __attribute__((format(printf, 5, 0)));

static void fill(struct sy_error *err, enum sy_kind kind, const char *param,
    const char *code, const char *fmt, va_list ap)
{
	const struct sy_kind_info *info = sy_kind_info(kind);
	char message[sizeof(err->message) * 2]; /* fmt may quote err->message itself */

	vsnprintf(message, sizeof(message), fmt, ap);
	err->kind = kind;
	err->status = info->status;
	err->retry_after_ms = 0;
	sy_copy(err->type, sizeof(err->type), info->openai_type);
	sy_copy(err->code, sizeof(err->code), code != NULL ? code : info->openai_code);
	sy_copy(err->param, sizeof(err->param), param);
	sy_copy(err->message, sizeof(err->message), message);
}

int sy_fail(struct sy_error *err, enum sy_kind kind, const char *param, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, kind, param, NULL, fmt, ap);
	va_end(ap);
	return -1;
}

int sy_fail_code(struct sy_error *err, enum sy_kind kind, const char *param,
    const char *code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, kind, param, code, fmt, ap);
	va_end(ap);
	return -1;
}

int sy_fail_file(struct sy_error *err, enum sy_kind kind, const char *doing,
    const char *path)
{
	bool rights = errno == EACCES || errno == EPERM || errno == EROFS;

	return sy_fail(err, rights ? SY_FORBIDDEN : kind, "", "cannot %s %s: %s", doing, path,
	    strerror(errno));
}
