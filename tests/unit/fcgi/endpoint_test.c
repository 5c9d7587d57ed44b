#include "endpoint.h"

#include "meta.h"
#include "path.h"

#include "base/arena.h"
#include "dialect/surface.h"

#include "../suites.h"

#include <stdio.h>
#include <string.h>

/* What a request line leads to: "pattern subject", or the status of the refusal. */
static void lead(const char *method, const char *uri, const char *script,
    const char *info, const char *mount, char *out, size_t room)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_endpoint_found found;
	struct sy_error err;
	struct sy_meta m;
	const char *path;

	sy_meta_init(&m);
	m.value[SY_META_REQUEST_URI] = uri;
	m.value[SY_META_SCRIPT_NAME] = script;
	m.value[SY_META_PATH_INFO] = info;
	if (sy_path_read(&m, mount, a, &path, &err) < 0 ||
	    sy_endpoint_find(method, path, a, &found, &err) < 0)
		snprintf(out, room, "%d", err.status);
	else
		snprintf(out, room, "%s%s%s", found.endpoint->path,
		    found.subject != NULL ? " " : "",
		    found.subject != NULL ? found.subject : "");
	sy_arena_free(a);
}

#define CHAT   "/v1/chat/completions"
#define MODELS "/v1/models"
#define MODEL  "/v1/models/{} "
#define GOOGLE "/v1beta/models/{}"
#define AZURE  "/v1/deployments/{}/chat/completions "

static void test_paths(void)
{
	/* clang-format off */
	static const struct {
		const char *method, *uri, *wanted;
	} cases[] = {
		{ "POST", "/v1/chat/completions", CHAT },
		{ "POST", "/v1/chat/completions?beta=true", CHAT },
		{ "POST", "/v1/chat/completions/", CHAT },
		{ "POST", "/chat/completions", CHAT },
		{ "POST", "/v1/v1/chat/completions", CHAT },
		{ "POST", "/openai/v1/chat/completions", CHAT },
		{ "POST", "/openai/deployments/gpt-x/chat/completions?api-version=2024-10-21", AZURE "gpt-x" },
		{ "POST", "/openai/deployments/a%2Fb/chat/completions", AZURE "a/b" },
		{ "POST", "/openai/deployments//chat/completions", "400" },
		{ "GET", "/v1/models", MODELS },
		{ "GET", "/v1/models/", MODELS },
		{ "HEAD", "/v1/models", MODELS },
		{ "GET", "/models", MODELS },
		{ "GET", "/v1/models/gpt-x", MODEL "gpt-x" },
		{ "GET", "/v1/models/openai%2Fgpt-x", MODEL "openai/gpt-x" },
		{ "GET", "/v1/models/openai/gpt-x", MODEL "openai/gpt-x" },
		{ "GET", "/v1/models/openai%252Fgpt-x", MODEL "openai%2Fgpt-x" },
		{ "GET", "/v1/models/a:b@c", MODEL "a:b@c" },
		{ "GET", "/v1/models/%C3%BC", MODEL "\xc3\xbc" },
		{ "POST", "/v1beta/models/gemini-x:generateContent", GOOGLE ":generateContent gemini-x" },
		{ "POST", "/v1beta/models/gemini-x:streamGenerateContent?alt=sse", GOOGLE ":streamGenerateContent gemini-x" },
		{ "POST", "/v1beta/models/gemini-x:countTokens", GOOGLE ":countTokens gemini-x" },
		{ "POST", "/v1beta/models/openai/gpt-x:generateContent", GOOGLE ":generateContent openai/gpt-x" },
		{ "POST", "/v1beta/models/openai%2Fgpt-x:generateContent", GOOGLE ":generateContent openai/gpt-x" },
		{ "POST", "/v1beta/models/acme:large:generateContent", GOOGLE ":generateContent acme:large" },
		{ "POST", "/v1beta/models/a:generateContent:generateContent", GOOGLE ":generateContent a:generateContent" },
		{ "POST", "/v1/v1beta/models/gemini-x:generateContent", GOOGLE ":generateContent gemini-x" },
		{ "POST", "/v1/models/gemini-x:generateContent", "/v1/models/{}:generateContent gemini-x" },
		{ "POST", "/v1beta1/publishers/google/models/gemini-x:generateContent", "/v1beta1/publishers/google/models/{}:generateContent gemini-x" },
		{ "GET", "/v1beta/models?pageSize=100", "/v1beta/models" },
		{ "GET", "/v1beta/models/a/b:c", GOOGLE " a/b:c" },
		{ "GET", "/v1beta/models/gemini-x:generateContent", GOOGLE " gemini-x:generateContent" },
		{ "POST", "/v1beta/models/:generateContent", "405" },
		{ "POST", "/v1beta/models/gemini-x", "405" },
		{ "POST", "/v1beta/models/gemini-x:embedContent", "405" },
		{ "POST", "/v1beta/models/..:generateContent", "400" },
		{ "GET", "/healthz", "/healthz" },
		{ "HEAD", "/healthz", "/healthz" },
		{ "GET", "/readyz", "/readyz" },
		{ "GET", "/v1/healthz", "404" },
		{ "POST", "/healthz", "405" },
		{ "GET", "/v1/chat/completions", "405" },
		{ "OPTIONS", "/v1/chat/completions", "405" },
		{ "post", "/v1/chat/completions", "405" },
		{ "", "/v1/chat/completions", "405" },
		{ "GET", "/", "404" },
		{ "GET", "/v1", "404" },
		{ "GET", "/v1/", "404" },
		{ "GET", "/V1/models", "404" },
		{ "GET", "/v1/modelsx", "404" },
		{ "POST", "/v1/chat%2Fcompletions", "404" },
		{ "POST", "/v1/chat/completions/x", "404" },
		{ "GET", "/admin/api/keys", "404" },
		{ "GET", "/v1/../admin", "400" },
		{ "GET", "/v1/models/..", "400" },
		{ "GET", "/v1/models/../../healthz", "400" },
		{ "GET", "/v1/models/%2e%2e", "400" },
		{ "GET", "/v1/models/%2E%2e/x", "400" },
		{ "GET", "/v1/models/%2e", "400" },
		{ "GET", "/v1/./models", "400" },
		{ "GET", "/v1/models/.", "400" },
		{ "GET", "//v1/models", "400" },
		{ "GET", "/v1//models", "400" },
		{ "GET", "/v1/models//x", "400" },
		{ "GET", "/v1\\models", "400" },
		{ "GET", "/v1/models/%5cx", "400" },
		{ "GET", "/v1/models/%00", "400" },
		{ "GET", "/v1/models/a%0d%0ab", "400" },
		{ "GET", "/v1/models/%7f", "400" },
		{ "GET", "/v1/models/%", "400" },
		{ "GET", "/v1/models/%2", "400" },
		{ "GET", "/v1/models/%zz", "400" },
		{ "GET", "/v1/models/a\rb", "400" },
		{ "GET", "/v1/models/a b", "400" },
		{ "GET", "http://host/v1/models", "400" },
		{ "GET", "*", "400" },
		{ "GET", "", "400" },
		{ "GET", "?x", "400" },
		{ "GET", "v1/models", "400" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[200];

		lead(cases[i].method, cases[i].uri, cases[i].uri, "", NULL, got,
		    sizeof(got));
		CU_ASSERT_STRING_EQUAL(got, cases[i].wanted);
		if (strcmp(got, cases[i].wanted) != 0)
			printf("\n%s %s: %s\n", cases[i].method, cases[i].uri, got);
	}
}

static void test_mounts(void)
{
	/* clang-format off */
	static const struct {
		const char *uri, *script, *info, *mount, *wanted;
	} cases[] = {
		{ "/cgi-bin/gw.cgi/v1/models", "/cgi-bin/gw.cgi", "/v1/models", NULL, MODELS },
		{ "/cgi-bin/gw.cgi/v1/models/a%2Fb", "/cgi-bin/gw.cgi", "/v1/models/a/b", NULL, MODEL "a/b" },
		{ "/v1/models", "/v1", "/models", NULL, MODELS },
		{ "/v1/models", "/gw.cgi", "/v1/models", NULL, MODELS },
		{ "/gw/v1/models", "/gw/v1/models", "", NULL, "404" },
		{ "/gw/v1/models", "/gw/v1/models", "", "/gw", MODELS },
		{ "/gateway/v1/models", "/gateway/v1/models", "", "/gw", "404" },
		{ "/v1/models", "/v1/models", "", "/gw", MODELS },
		{ "/gw", "/gw", "", "/gw", "404" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[200];

		lead("GET", cases[i].uri, cases[i].script, cases[i].info, cases[i].mount,
		    got, sizeof(got));
		CU_ASSERT_STRING_EQUAL(got, cases[i].wanted);
	}
}

static void test_allow(void)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_endpoint_found found;
	struct sy_error err;

	CU_ASSERT_EQUAL(sy_endpoint_find("DELETE", "/v1/models/x", a, &found, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_BAD_METHOD);
	CU_ASSERT_STRING_EQUAL(found.allow, "GET, HEAD");
	CU_ASSERT_EQUAL(sy_endpoint_find("GET", "/v1/messages", a, &found, &err), -1);
	CU_ASSERT_PTR_EQUAL_FATAL(found.endpoint->surface, &sy_surface_messages);
	CU_ASSERT_EQUAL(sy_endpoint_find("DELETE", "/nowhere", a, &found, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_NOT_FOUND);
	CU_ASSERT_PTR_NULL(found.allow);
	CU_ASSERT_PTR_NULL(found.endpoint);
	sy_arena_free(a);
}

CU_TestInfo endpoint_tests[] = {
	{ "paths", test_paths },
	{ "below a mount", test_mounts },
	{ "methods that there are", test_allow },
	CU_TEST_INFO_NULL,
};
