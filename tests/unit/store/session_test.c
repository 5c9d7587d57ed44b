#include "scratch.h"

#include "store/session.h"

#include <ctype.h>
#include <string.h>

#define T0 INT64_C(1000000)

static int redeem(const char *code, int64_t at, struct sy_session *out, char *token)
{
	struct sy_error err;

	return ok(sy_code_redeem(s.live, code, at, out, token, &err), &err);
}

static int find(const char *token, int64_t at, struct sy_session *out)
{
	struct sy_error err;

	return ok(sy_session_find(s.live, token, at, out, &err), &err);
}

static void test_code_once(void)
{
	char code[SY_CODE_TEXT], token[SY_SESSION_TEXT], again[SY_SESSION_TEXT];
	struct sy_session session, found;
	struct sy_error err;

	ok(sy_code_create(s.live, "ann", SY_ACCESS_ADMIN, T0, code, &err), &err);
	CU_ASSERT_EQUAL(strlen(code), 9);
	CU_ASSERT_EQUAL(code[4], '-');
	CU_ASSERT_EQUAL(redeem("AAAA-AAAA", T0, &session, token), 0);
	CU_ASSERT_EQUAL(redeem(code, T0 + 1000, &session, token), 1);
	CU_ASSERT_STRING_EQUAL(session.user, "ann");
	CU_ASSERT_EQUAL(session.access, SY_ACCESS_ADMIN);
	CU_ASSERT_EQUAL(redeem(code, T0 + 1000, &session, again), 0);
	CU_ASSERT_EQUAL(find(token, T0 + 2000, &found), 1);
	CU_ASSERT_STRING_EQUAL(found.csrf, session.csrf);
	CU_ASSERT_EQUAL(strlen(found.csrf), 64);
	CU_ASSERT_PTR_NULL(strstr(found.csrf, token));
	token[0] = token[0] == 'a' ? 'b' : 'a';
	CU_ASSERT_EQUAL(find(token, T0 + 2000, &found), 0);
	CU_ASSERT_EQUAL(find("", T0, &found), 0);
}

static void test_code_ends(void)
{
	char code[SY_CODE_TEXT], token[SY_SESSION_TEXT];
	struct sy_session session;
	struct sy_error err;

	ok(sy_code_create(s.live, "ann", SY_ACCESS_VIEWER, T0, code, &err), &err);
	CU_ASSERT_EQUAL(redeem(code, T0 + SY_CODE_MS, &session, token), 0);
	CU_ASSERT_EQUAL(redeem(code, T0, &session, token), 0); /* and is gone */
}

static void test_code_as_people_type_it(void)
{
	char code[SY_CODE_TEXT], typed[SY_CODE_TEXT], token[SY_SESSION_TEXT];
	struct sy_session session;
	struct sy_error err;
	size_t len = 0;

	ok(sy_code_create(s.live, "ann", SY_ACCESS_VIEWER, T0, code, &err), &err);
	for (const char *c = code; *c != '\0'; c++) {
		char small = *c == '0' ? 'o' : *c == '1' ? 'l' : (char)tolower(*c);

		if (*c != '-')
			typed[len++] = small;
	}
	typed[len] = '\0';
	CU_ASSERT_EQUAL(redeem(typed, T0, &session, token), 1);
	CU_ASSERT_EQUAL(redeem("", T0, &session, token), 0);
	CU_ASSERT_EQUAL(redeem("123456789012345678901234567890", T0, &session, token), 0);
}

static void test_session_ends(void)
{
	struct sy_session session = { .user = "ann", .access = SY_ACCESS_ADMIN }, found;
	char token[SY_SESSION_TEXT];
	struct sy_error err;
	int64_t at = T0;

	ok(sy_session_create(s.live, &session, T0, token, &err), &err);
	CU_ASSERT_EQUAL(find(token, T0 + SY_SESSION_IDLE_MS, &found), 0);
	ok(sy_session_create(s.live, &session, T0, token, &err), &err);
	for (; at < T0 + SY_SESSION_MAX_MS; at += SY_SESSION_IDLE_MS / 2)
		CU_ASSERT_EQUAL(find(token, at, &found), 1); /* used all the time */
	CU_ASSERT_EQUAL(find(token, T0 + SY_SESSION_MAX_MS, &found), 0);
}

static void test_signing_out(void)
{
	struct sy_session ann = { .user = "ann" }, bob = { .user = "bob" }, found;
	char a[SY_SESSION_TEXT], b[SY_SESSION_TEXT], c[SY_SESSION_TEXT];
	struct sy_error err;

	ok(sy_session_create(s.live, &ann, T0, a, &err), &err);
	ok(sy_session_create(s.live, &ann, T0, b, &err), &err);
	ok(sy_session_create(s.live, &bob, T0, c, &err), &err);
	CU_ASSERT_EQUAL(sy_session_end(s.live, a, &err), 1);
	CU_ASSERT_EQUAL(sy_session_end(s.live, a, &err), 0);
	CU_ASSERT_EQUAL(find(a, T0, &found), 0);
	CU_ASSERT_EQUAL(find(b, T0, &found), 1);
	CU_ASSERT_EQUAL(sy_session_end_user(s.live, "ann", &err), 1);
	CU_ASSERT_EQUAL(find(b, T0, &found), 0);
	CU_ASSERT_EQUAL(find(c, T0, &found), 1);
}

static void test_back_off(void)
{
	static const int64_t waits[] = { 0, 0, 1000, 2000, 4000, 8000, 16000, 32000,
		64000, 128000, 256000, 512000, 900000, 900000 };
	struct sy_error err;
	int64_t at = T0;

	CU_ASSERT_EQUAL(sy_login_wait(s.live, "user:ann", at, &err), 0);
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		ok(sy_login_note(s.live, "user:ann", false, at, &err), &err);
		CU_ASSERT_EQUAL(sy_login_wait(s.live, "user:ann", at, &err), waits[i]);
		at += waits[i];
		CU_ASSERT_EQUAL(sy_login_wait(s.live, "user:ann", at, &err), 0);
	}
	CU_ASSERT_EQUAL(sy_login_wait(s.live, "user:bob", T0, &err), 0);
	ok(sy_login_note(s.live, "user:ann", true, at, &err), &err);
	ok(sy_login_note(s.live, "user:ann", false, at, &err), &err);
	CU_ASSERT_EQUAL(sy_login_wait(s.live, "user:ann", at, &err), 0);
}

CU_TestInfo session_tests[] = {
	{ "a code is good once", test_code_once },
	{ "a code ends", test_code_ends },
	{ "a code as people type it", test_code_as_people_type_it },
	{ "a session ends unused, and at the latest", test_session_ends },
	{ "signing out", test_signing_out },
	{ "failed sign-ins wait longer and longer", test_back_off },
	CU_TEST_INFO_NULL,
};
