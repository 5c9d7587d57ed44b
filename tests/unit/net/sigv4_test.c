#include "net/sigv4.h"

#include "base/arena.h"
#include "base/http.h"

#include "../suites.h"

#include <stdio.h>
#include <string.h>

#define SECRET                                                                           \
	"AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" /* AWS's own example */
#define MODEL "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0"
#define PROFILE                                                                          \
	"arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile" \
	"%2Fabc123"
#define HOST "https://bedrock-runtime.us-east-1.amazonaws.com"
#define HI   "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}"

/* 2015-08-30 12:36:00 and 2026-01-02 03:04:05 UTC */
#define SUITE_MS INT64_C(1440938160000)
#define OWN_MS   INT64_C(1767323045000)

static const struct vector {
	const char *name, *credential, *method, *url, *type, *body, *service;
	int64_t unix_ms;
	const char *signed_headers, *signature;
} vectors[] = {
	/* of the suite that AWS published */
	{ "get-vanilla", SECRET, "GET", "https://example.amazonaws.com/", NULL, "",
	    "service", SUITE_MS, "host;x-amz-date",
	    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "post-vanilla", SECRET, "POST", "https://example.amazonaws.com", NULL, "",
	    "service", SUITE_MS, "host;x-amz-date",
	    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
	{ "post-x-www-form-urlencoded", SECRET, NULL, "https://example.amazonaws.com/",
	    "application/x-www-form-urlencoded", "Param1=value1", "service", SUITE_MS,
	    "content-type;host;x-amz-date",
	    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a" },
	/* a colon in the path, and one in a session's */
	{ "model", SECRET, NULL, HOST "/model/" MODEL "/converse", "application/json", HI,
	    "bedrock", OWN_MS, "content-type;host;x-amz-date",
	    "6b18186d5132c71249f705372d764ddfd8a9890b662230fb355af564c05e1c35" },
	{ "profile, session", SECRET ":TOKENEXAMPLE", NULL,
	    HOST "/model/" PROFILE "/converse", "application/json", HI, "bedrock", OWN_MS,
	    "content-type;host;x-amz-date;x-amz-security-token",
	    "871cfc23506f812e0042cfd3791d6306534e7813747fb12f6c39664b8662d4f9" },
};

static const char *header(const struct sy_http *http, const char *name)
{
	for (size_t i = 0; i < http->header_count; i++)
		if (strcmp(http->headers[i].name, name) == 0)
			return http->headers[i].value;
	return NULL;
}

/* The body comes in two pieces, as a spliced one does. */
static void fill(struct sy_http *http, const struct vector *v)
{
	size_t len = strlen(v->body), half = len / 2;
	struct sy_error err;

	memset(http, 0, sizeof(*http));
	http->method = v->method;
	http->url = v->url;
	sy_http_piece(http, v->body, half, &err);
	sy_http_piece(http, v->body + half, len - half, &err);
	sy_http_header(http, "User-Agent", "none of it", &err);
	if (v->type != NULL)
		sy_http_header(http, "Content-Type", v->type, &err);
}

static void test_vectors(void)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		struct sy_sigv4 how = { v->credential, "us-east-1", v->service,
			v->unix_ms };
		struct sy_arena *a = sy_arena_new();
		char want[512];
		struct sy_http http;
		struct sy_error err;

		fill(&http, v);
		CU_ASSERT_EQUAL_FATAL(sy_sigv4_sign(&http, &how, a, &err), 0);
		snprintf(want, sizeof(want),
		    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/%.8s/us-east-1/%s/aws4_request, "
		    "SignedHeaders=%s, Signature=%s",
		    header(&http, "X-Amz-Date"), v->service, v->signed_headers,
		    v->signature);
		CU_ASSERT_STRING_EQUAL(header(&http, "Authorization"), want);
		CU_ASSERT_EQUAL(header(&http, "X-Amz-Security-Token") != NULL,
		    strstr(v->signed_headers, "token") != NULL);
		sy_arena_free(a);
	}
}

static void test_time_in_its_form(void)
{
	struct sy_sigv4 how = { SECRET, "us-east-1", "bedrock", OWN_MS };
	struct sy_arena *a = sy_arena_new();
	struct sy_http http;
	struct sy_error err;

	fill(&http, &vectors[3]);
	CU_ASSERT_EQUAL_FATAL(sy_sigv4_sign(&http, &how, a, &err), 0);
	CU_ASSERT_STRING_EQUAL(header(&http, "X-Amz-Date"), "20260102T030405Z");
	sy_arena_free(a);
}

static void test_credentials_of_another_form(void)
{
	static const char *const bad[] = { "", "AKIDEXAMPLE", ":secret",
		"AKIDEXAMPLE:", "AKIDEXAMPLE::token" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sy_sigv4 how = { bad[i], "us-east-1", "bedrock", OWN_MS };
		struct sy_arena *a = sy_arena_new();
		struct sy_http http;
		struct sy_error err;

		fill(&http, &vectors[3]);
		CU_ASSERT_EQUAL(sy_sigv4_sign(&http, &how, a, &err), -1);
		CU_ASSERT_EQUAL(err.kind, SY_CREDENTIAL);
		CU_ASSERT_PTR_NULL(header(&http, "Authorization"));
		sy_arena_free(a);
	}
}

static void test_a_query_is_not_signed(void)
{
	struct sy_sigv4 how = { SECRET, "us-east-1", "bedrock", OWN_MS };
	struct sy_arena *a = sy_arena_new();
	struct sy_http http;
	struct sy_error err;

	fill(&http, &vectors[3]);
	http.url = HOST "/model/m/converse?a=b";
	CU_ASSERT_EQUAL(sy_sigv4_sign(&http, &how, a, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_CONFIG);
	sy_arena_free(a);
}

CU_TestInfo sigv4_tests[] = {
	{ "published signatures, and of ids with colons", test_vectors },
	{ "the time in its form", test_time_in_its_form },
	{ "credentials of another form", test_credentials_of_another_form },
	{ "a query is not signed", test_a_query_is_not_signed },
	CU_TEST_INFO_NULL,
};
