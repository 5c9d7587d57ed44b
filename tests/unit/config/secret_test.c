#include "config/secret.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_file(void)
{
	struct sy_provider p = { .name = "openai", .secret = "openai" };
	const char *secret;
	struct sy_error err;
	struct sy_secrets *s;
	char path[128];
	struct world w;

	world_make(&w);
	s = sy_secrets_new(&w.root);
	CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err), 0);
	CU_ASSERT_STRING_EQUAL(secret, "sk-test-0000");
	CU_ASSERT_EQUAL(sy_secret_look(s, &p, &err), SY_SECRET_IN_FILE);
	p.auth = SY_AUTH_NONE;
	CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err), 0);
	CU_ASSERT_PTR_NULL(secret);
	CU_ASSERT_EQUAL(sy_secret_look(s, &p, &err), SY_SECRET_UNNEEDED);
	p.auth = SY_AUTH_BEARER;
	sy_secrets_free(s);

	/* A new look, since within a second the old answer holds. */
	s = sy_secrets_new(&w.root);
	snprintf(path, sizeof(path), "%s/etc/secrets/openai", w.dir);
	chmod(path, 0640);
	CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_CREDENTIAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "can be read by others"));
	CU_ASSERT_PTR_NULL(strstr(err.message, "sk-test"));
	CU_ASSERT_EQUAL(sy_secret_look(s, &p, &err), SY_SECRET_UNSAFE);
	remove(path);
	CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, path));
	CU_ASSERT_EQUAL(sy_secret_look(s, &p, &err), SY_SECRET_MISSING);
	symlink("/etc/hostname", path);
	CU_ASSERT_EQUAL(sy_secret_look(s, &p, &err), SY_SECRET_UNSAFE);
	sy_secrets_free(s);
	world_drop(&w);
}

/* What a file may hold: one line of visible characters, of bearable length. */
static void test_contents(void)
{
	static const struct {
		const char *text;
		const char *secret; /* NULL: refused */
	} cases[] = {
		{ "sk-test-1", "sk-test-1" },
		{ "sk-test-1\n", "sk-test-1" },
		{ "sk-test-1 \r\n\n", "sk-test-1" },
		{ "", NULL },
		{ "\n", NULL },
		{ "two words", NULL },
		{ "a\nb", NULL },
		{ "a\x01z", NULL },
		{ "k\xc3\xa4se", NULL },
	};
	struct sy_provider p = { .name = "openai", .secret = "openai" };
	char long_one[SY_SECRET_MAX + 2];
	struct world w;

	world_make(&w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_secrets *s = sy_secrets_new(&w.root);
		const char *secret = NULL;
		struct sy_error err;

		world_puts(&w, "etc/secrets/openai", cases[i].text);
		CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err),
		    cases[i].secret != NULL ? 0 : -1);
		if (cases[i].secret != NULL)
			CU_ASSERT_STRING_EQUAL(secret, cases[i].secret);
		sy_secrets_free(s);
	}
	memset(long_one, 'k', sizeof(long_one));
	for (size_t len = SY_SECRET_MAX; len <= SY_SECRET_MAX + 1; len++) {
		struct sy_secrets *s = sy_secrets_new(&w.root);
		const char *secret = NULL;
		struct sy_error err;

		world_write(&w, "etc/secrets/openai", long_one, len);
		CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err),
		    len == SY_SECRET_MAX ? 0 : -1);
		sy_secrets_free(s);
	}
	world_drop(&w);
}

static void test_environment(void)
{
	struct sy_provider p = { .name = "acme",
		.secret = "acme",
		.secret_env = "ACME_API_KEY" };
	const char *secret;
	struct sy_error err;
	struct sy_secrets *s;
	struct world w;

	world_make(&w);
	setenv("ACME_API_KEY", "sk-test-env", 1);
	setenv("ACME_TOKEN_2", "sk-test-other", 1);
	setenv("HTTP_X_API_KEY", "from a client", 1);
	setenv("ACME_MONKEY", "is no key", 1);
	s = sy_secrets_new(&w.root);
	CU_ASSERT_EQUAL(sy_secret_look(s, &p, &err), SY_SECRET_IN_ENVIRONMENT);
	sy_secrets_take_env(s);
	CU_ASSERT_PTR_NULL(getenv("ACME_API_KEY"));
	CU_ASSERT_PTR_NULL(getenv("ACME_TOKEN_2"));
	CU_ASSERT_PTR_NOT_NULL(getenv("ACME_MONKEY"));
	CU_ASSERT_PTR_NOT_NULL(getenv("HTTP_X_API_KEY"));
	CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err), 0);
	CU_ASSERT_STRING_EQUAL(secret, "sk-test-env");
	p.secret_env = "HTTP_X_API_KEY";
	CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err), -1);
	p.secret_env = "NOBODY_API_KEY";
	CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "NOBODY_API_KEY"));
	sy_secrets_free(s);
	unsetenv("HTTP_X_API_KEY");
	unsetenv("ACME_MONKEY");

	/* systemd's directory, before the environment and behind our own. */
	world_puts(&w, "var/acme", "sk-test-credential");
	setenv("CREDENTIALS_DIRECTORY", w.root.var_dir, 1);
	s = sy_secrets_new(&w.root);
	unsetenv("CREDENTIALS_DIRECTORY");
	CU_ASSERT_EQUAL(sy_secret_get(s, &p, &secret, &err), 0);
	CU_ASSERT_STRING_EQUAL(secret, "sk-test-credential");
	CU_ASSERT_EQUAL(sy_secret_look(s, &p, &err), SY_SECRET_IN_CREDENTIALS);
	sy_secrets_free(s);
	world_drop(&w);
}

static void test_names(void)
{
	CU_ASSERT(sy_secret_name_ok("openai"));
	CU_ASSERT(sy_secret_name_ok("azure-eu.2"));
	CU_ASSERT_FALSE(sy_secret_name_ok(""));
	CU_ASSERT_FALSE(sy_secret_name_ok(".hidden"));
	CU_ASSERT_FALSE(sy_secret_name_ok("../x"));
	CU_ASSERT_FALSE(sy_secret_name_ok("a/b"));
	CU_ASSERT_FALSE(sy_secret_name_ok("sk-test-1"));
	CU_ASSERT(sy_secret_env_ok("OPENAI_API_KEY"));
	CU_ASSERT(sy_secret_env_ok("HF_TOKEN"));
	CU_ASSERT(sy_secret_env_ok("AWS_BEARER_TOKEN_BEDROCK"));
	CU_ASSERT(sy_secret_env_ok("SNOWFLAKE_CORTEX_PAT"));
	CU_ASSERT_FALSE(sy_secret_env_ok("PATH"));
	CU_ASSERT_FALSE(sy_secret_env_ok("HTTP_API_KEY"));
	CU_ASSERT_FALSE(sy_secret_env_ok("api_key"));
	CU_ASSERT_FALSE(sy_secret_env_ok(""));
}

CU_TestInfo secret_tests[] = {
	{ "file", test_file },
	{ "contents", test_contents },
	{ "environment", test_environment },
	{ "names", test_names },
	CU_TEST_INFO_NULL,
};
