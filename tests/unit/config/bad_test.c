/*
 * bad_test.c - what is wrong, and what is said about it.
 */
#include "world.h"

#include "base/arena.h"
#include "base/buf.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OPENAI "provider openai { }\n"
#define ROUTE  "route chat { targets = { \"openai:gpt-x\" } }\n"

static const struct bad {
	const char *text;
	int line;
	const char *says; /* a part of the finding's text */
	const char *hint; /* a part of it, or NULL */
} bad[] = {
	/* What the parser hears. */
	{ "gatway { }", 1, "no block called \"gatway\"", "gateway" },
	{ "gateway {\n\tbody_limt = 32M\n}", 2, "a gateway has no option \"body_limt\"",
	    "body_limit" },
	{ "gateway {\n\tzone = UTC\n\tdrian = 8s\n}", 3, "no option \"drian\"", "drain" },
	{ "gateway { body_limit 32M }", 1, "missing equal sign after option 'body_limit'",
	    NULL },
	{ "gateway { body_limit = }", 1, "unexpected token '}'", NULL },
	{ "gateway { body_limit = 32M body_limit = 64M }", 1,
	    "\"body_limit\" is there twice", NULL },
	{ "gateway { }\ngateway { }", 2,
	    "\"gateway\" is there twice, first at switchyard.conf:1", NULL },
	{ "gateway {\n\tdrain = 8s\n", 1, "not closed: a '}' is missing", NULL },
	{ "gateway {\n\tdrain = 8s\n\nroute chat { }\n", 1, "missing before line 4",
	    NULL },
	{ "}\n" OPENAI, 1, "a '}' outside of any block", NULL },
	{ "provider { }", 1, "missing title for section 'provider'", NULL },
	{ "provider x", 1, "premature end of file", NULL },
	{ "provider x {\n\tlabel = \"open\n}", 2, "this string is not closed", NULL },
	{ "provider x {\n\tlabel = 'open\n}", 2, "this string is not closed", NULL },
	{ "/* a comment\n\n" OPENAI, 1, "this comment is not closed", NULL },
	{ "provider openai {\n\tlabel = \"${HOME}\"\n}", 2,
	    "not taken from the environment", NULL },
	{ "provider openai {\n\tlabel = \"\\\\${HOME}\"\n}", 2,
	    "not taken from the environment", NULL },
	{ "provider openai {\n\tlabel = ${HOME}\n}", 2, "not taken from the environment",
	    NULL },
	{ "provider openai {\n\tlabel = \"a\xff\"\n}", 2, "this is not UTF-8", NULL },
	{ "provider openai {\n\tlabel = a\x01z\n}", 2, "a control character", NULL },
	{ "provider openai {\n\tlabel = \"a\\nb\"\n}", 2, "control character in it",
	    NULL },
	{ "provider openai {\n\tlabel = \"a\\400\"\n}", 2, "invalid octal number", NULL },
	{ "include(\"nowhere.conf\")", 1, "nowhere.conf is not there", NULL },
	{ "include()", 1, "include takes one path", NULL },
	{ "include(\"switchyard.conf\")", 1, "switchyard.conf includes itself", NULL },

	/* Values. */
	{ "gateway { drain = 8 }", 1, "\"drain\" cannot be \"8\": it is a time", NULL },
	{ "gateway {\n\tdrain = 8s\n\tbody_limit = lots\n}", 3, "it is a size", NULL },
	{ "gateway { attempts = 99 }", 1, "it is between 1 and 10", NULL },
	{ "gateway { allow_direct = perhaps }", 1, "it is yes or no", NULL },
	{ "gateway { time_zone = \"Europe/Berlim\" }", 1, "time_zone:", NULL },
	{ "gateway { time_zone = \"../../etc/passwd\" }", 1, "time_zone:", NULL },
	{ OPENAI "route chat { strategy = wighted targets = { \"openai:gpt-x\" } }", 2,
	    "did you mean \"weighted\"", NULL },
	{ OPENAI "route chat { target \"openai:gpt-x\" { weight = 0 } }", 2,
	    "it is between 1 and", NULL },
	{ "model m { provider = openai in = 1,5 }", 1, "unexpected token", NULL },
	{ "model m { provider = openai in = \"1,5\" }", 1, "it is dollars for a million",
	    NULL },
	{ "model m { provider = openai in = -1 }", 1, "it is dollars for a million",
	    NULL },
	{ "model m { in = 1 }", 1, "needs a provider", NULL },
	{ "model m { provider = nobody }", 1, "there is no provider \"nobody\"", NULL },

	/* Names. */
	{ "provider \"a b\" { }", 1, "letters, digits and", NULL },
	{ "provider \"a:b\" { }", 1, "letters, digits and", NULL },
	{ "provider \"\" { }", 1, "1 to 63 characters", NULL },
	{ "provider a0123456789012345678901234567890123456789012345678901234567890123456789 { }",
	    1, "1 to 63 characters", NULL },
	{ "route \"a\\nb\" { }", 1, "letters, digits and", NULL },
	{ OPENAI OPENAI, 2,
	    "provider \"openai\" is there twice, first at switchyard.conf:1", NULL },
	{ OPENAI ROUTE ROUTE, 3, "the name \"chat\" is given twice", NULL },
	{ OPENAI ROUTE "alias chat { to = \"openai:gpt-x\" }", 3,
	    "\"chat\" is given twice", NULL },
	{ OPENAI "route chat { target \"openai:gpt-x\" { } target \"openai:gpt-x\" { } }",
	    2, "duplicate title", NULL },
	{ OPENAI "route chat { targets = { \"openai:gpt-x\", \"openai:gpt-x\" } }", 2,
	    "\"openai:gpt-x\" is there twice", NULL },

	/* Providers. */
	{ "provider acme { }", 1, "needs a dialect and a base", NULL },
	{ "provider acme { dialect = openai }", 1, "needs a base", NULL },
	{ "provider acme { dialect = opanai base = \"https://a.example\" }", 1,
	    "no dialect \"opanai\"", "openai" },
	{ "provider acme { dialect = bedrock base = \"https://a.example\" auth = sigv4 }", 1,
	    "auth sigv4 needs a region", NULL },
	{ "provider acme { dialect = bedrock base = \"https://a.example\" auth = sigv4 "
	  "region = \"eu-central-1\" query = \"a=b\" }",
	    1, "signs no query", NULL },
	{ "provider acme { dialect = bedrock base = \"https://{region}.example\" "
	  "region = \"evil.example/\" }",
	    1, "is not like eu-central-1", NULL },
	{ "provider acme { dialect = bedrock base = \"https://{region}.example\" }", 1,
	    "is not complete", NULL },
	{ "provider acme { dialect = openai base = \"http://a.example\" }", 1,
	    "plain_http = yes", NULL },
	{ "provider acme { dialect = openai base = \"http://localhost.example\" }", 1,
	    "plain_http = yes", NULL },
	{ "provider acme { dialect = openai base = \"ftp://a.example\" }", 1,
	    "does not begin with https://", NULL },
	{ "provider acme { dialect = openai base = \"https://x@evil.example\" }", 1,
	    "may not have", NULL },
	{ "provider acme { dialect = openai base = \"https://a.example/#\" }", 1,
	    "may not have", NULL },
	{ "provider acme { dialect = openai base = \"https://a.example/?k=1\" }", 1,
	    "may not have", NULL },
	{ "provider acme { dialect = openai base = \"https://:1\" }", 1, "no proper host",
	    NULL },
	{ "provider acme { dialect = openai base = \"https://a.example:99x\" }", 1,
	    "no proper host", NULL },
	{ "provider acme { dialect = openai base = \"https://{res}.example\" }", 1,
	    "not complete", NULL },
	{ "provider openai { secret = \"../../x\" }", 0, "name of a file", NULL },
	{ "provider openai { secret = \"sk-test-0123456789012345678901234567890123456789012345678\"}",
	    0, "the secret itself does not stand here", NULL },
	{ "provider openai { env = HTTP_X_API_KEY }", 0,
	    "name of an environment variable", NULL },
	{ "provider openai { env = PATH }", 0, "name of an environment variable", NULL },
	{ "provider openai { timeouts { first = 1m } timeouts { first = 1m } }", 1,
	    "\"timeouts\" is there twice", NULL },
	{ "provider openai {\n quirks { drp = x }\n}", 2, "no option \"drp\"", "drop" },

	/* Targets. */
	{ "route chat { }", 1, "has no target", NULL },
	{ OPENAI "route chat { targets = { \"gpt-x\" } }", 2,
	    "a target is \"provider:model\"", NULL },
	{ OPENAI "route chat {\n\ttargets = {\n\t\t\"openai:gpt-xx\"\n\t}\n}", 4,
	    "\"openai:gpt-xx\" is not in the catalogue", "openai:gpt-x" },
	{ OPENAI "route chat { targets = { \"opnai:gpt-x\" } }", 2,
	    "no provider \"opnai\"", "openai:gpt-x" },
	{ OPENAI "route chat { targets = { \"openai:free-1\" } }", 2, "has no price",
	    NULL },
	{ OPENAI
	    "route chat { targets = { \"openai:gpt-x\" }\n fallback = { \"openai:gone\" } }",
	    3, "\"openai:gone\" is not in the catalogue", NULL },
	{ "provider openai { enabled = no }\n" ROUTE, 2,
	    "provider \"openai\" is not enabled", NULL },
	{ OPENAI
	    "route chat { targets = { \"openai:gpt-x\" } target \"openai:small-1\" { } }",
	    2, "both targets and target blocks", NULL },

	/* Aliases. */
	{ "alias a { }", 1, "needs a \"to\"", NULL },
	{ OPENAI ROUTE "alias a { to = chatt }", 3, "no route \"chatt\"", "chat" },
	{ "alias a { to = a }", 1, "leads back to itself", NULL },
	{ "alias a { to = b }\nalias b { to = a }", 1, "leads back to itself", NULL },
	{ OPENAI "alias a { to = \"openai:gone\" }", 2, "not in the catalogue", NULL },
};

static void test_bad(void)
{
	struct world w;

	world_make(&w);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct sy_finding *f;
		bool good;

		world_puts(&w, "etc/switchyard.conf", bad[i].text);
		CU_ASSERT_EQUAL(world_read(&w), -1);
		CU_ASSERT_PTR_NULL(w.config);
		f = world_finding(&w.findings, bad[i].says);
		good = f != NULL && f->line == bad[i].line && !f->warning &&
		       (bad[i].hint == NULL ||
		           (f->hint != NULL && strstr(f->hint, bad[i].hint) != NULL));
		CU_ASSERT(good);
		if (good)
			continue;
		fprintf(stderr, "--- %s\nwanted line %d: %s\n", bad[i].text, bad[i].line,
		    bad[i].says);
		for (size_t n = 0; n < w.findings.count; n++)
			fprintf(stderr, "found %d: %s (%s)\n", w.findings.list[n].line,
			    w.findings.list[n].text, w.findings.list[n].hint);
	}
	world_drop(&w);
}

/* A key in the wrong place is not repeated by the message about it. */
static void test_key_is_not_told(void)
{
	static const char key[] =
	    "sk-test-0123456789012345678901234567890123456789012345678901234";
	struct sy_buf b;
	struct world w;
	char text[256];

	world_make(&w);
	snprintf(text, sizeof(text), "provider openai { secret = \"%s\" }", key);
	world_puts(&w, "etc/switchyard.conf", text);
	CU_ASSERT_EQUAL(world_read(&w), -1);
	sy_buf_init(&b, 100000);
	for (size_t i = 0; i < w.findings.count; i++)
		sy_finding_print(&w.findings.list[i], &b);
	CU_ASSERT(b.len > 0 && strstr(b.data, key) == NULL);
	sy_buf_release(&b);
	world_drop(&w);
}

/* One mistake hides no other. */
static void test_all_are_told(void)
{
	static const char text[] = "gateway {\n"
	                           "	drian = 8s\n"
	                           "	body_limt = 1M\n"
	                           "	heartbeat = often\n"
	                           "}\n"
	                           "provider openai { label = \"open\n}\n"
	                           "rout x { }\n"
	                           "provider acme {\n"
	                           "	base = \"https://a.example\"\n"
	                           "	dialekt = openai\n"
	                           "	quirks { no_m = yes }\n"
	                           "}\n"
	                           "route chat { targets = { \"openai:gone\" } }\n";
	static const struct {
		int line;
		const char *says;
	} wanted[] = {
		{ 2, "drian" },
		{ 3, "body_limt" },
		{ 4, "heartbeat" },
		{ 6, "not closed" },
		{ 8, "no block called \"rout\"" },
		{ 11, "dialekt" },
		{ 12, "no_m" },
		{ 14, "openai:gone" },
	};
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", text);
	CU_ASSERT_EQUAL(world_read(&w), -1);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct sy_finding *f = world_finding(&w.findings, wanted[i].says);

		CU_ASSERT(f != NULL && f->line == wanted[i].line);
		if (f == NULL || f->line != wanted[i].line)
			fprintf(stderr, "%s: %d\n", wanted[i].says,
			    f != NULL ? f->line : -1);
	}
	world_drop(&w);
}

static void test_printed(void)
{
	struct world w;
	struct sy_buf b;

	world_make(&w);
	world_puts(&w, "etc/conf.d/30-routes.conf",
	    "\n# routes\nroute chat {\n\ttargets = { \"openai:gpt-xx\" }\n}\n");
	world_puts(&w, "etc/switchyard.conf", OPENAI "include(\"conf.d/*.conf\")\n");
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_EQUAL_FATAL(w.findings.count, 1);
	sy_buf_init(&b, 10000);
	sy_finding_print(&w.findings.list[0], &b);
	CU_ASSERT_STRING_EQUAL(b.data,
	    "conf.d/30-routes.conf:4:15: error: route \"chat\": target \"openai:gpt-xx\" is not in "
	    "the catalogue\n"
	    "     4 |  targets = { \"openai:gpt-xx\" }\n"
	    "       |               ^~~~~~~~~~~~~ did you mean \"openai:gpt-x\"?\n");
	sy_buf_release(&b);
	world_drop(&w);
}

static void test_files(void)
{
	struct world w;
	char path[128];

	world_make(&w);
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "No such file"));

	world_write(&w, "etc/switchyard.conf", "gateway { }\0\0", 13);
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "NUL bytes"));

	snprintf(path, sizeof(path), "%s/etc/switchyard.conf", w.dir);
	world_puts(&w, "etc/switchyard.conf", OPENAI ROUTE);
	chmod(path, 0660);
	CU_ASSERT_EQUAL(world_read(&w), 0);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "its group can write"));
	chmod(path, 0606);
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "everybody can write"));

	remove(path);
	mkdir(path, 0700);
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "no regular file"));
	world_drop(&w);
}

static void test_include_loop(void)
{
	struct world w;

	world_make(&w);
	world_puts(&w, "etc/switchyard.conf", "include(\"a.conf\")\n");
	world_puts(&w, "etc/a.conf", "\ninclude(\"b.conf\")\n");
	world_puts(&w, "etc/b.conf", "\n\ninclude(\"a.conf\")\n");
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_EQUAL(w.findings.errors, 1);
	CU_ASSERT_STRING_EQUAL(w.findings.list[0].file, "b.conf");
	CU_ASSERT_EQUAL(w.findings.list[0].line, 3);
	for (char c = 'a'; c < 'h'; c++) {
		char name[] = "etc/x.conf", text[] = "include(\"x.conf\")\n";

		name[4] = c;
		text[9] = (char)(c + 1);
		world_puts(&w, name, text);
	}
	CU_ASSERT_EQUAL(world_read(&w), -1);
	CU_ASSERT_PTR_NOT_NULL(world_finding(&w.findings, "included 4 deep"));
	world_drop(&w);
}

/* Bytes without any sense: said, not crashed on. */
static void test_junk(void)
{
	unsigned char junk[4096];
	unsigned seed = 1;
	struct world w;

	world_make(&w);
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < sizeof(junk); i++) {
			seed = seed * 1103515245 + 12345;
			junk[i] = (unsigned char)(seed >> 16);
			/* Half of the rounds: printable, so that it gets further. */
			if (round % 2)
				junk[i] =
				    (unsigned char)(" {}=\"'\n#/route"[junk[i] % 14]);
		}
		world_write(&w, "etc/switchyard.conf", junk, sizeof(junk));
		CU_ASSERT_EQUAL(world_read(&w), -1);
		CU_ASSERT(w.findings.errors > 0);
	}
	world_drop(&w);
}

CU_TestInfo bad_tests[] = {
	{ "bad input", test_bad },
	{ "a key is not told", test_key_is_not_told },
	{ "all are told", test_all_are_told },
	{ "printed", test_printed },
	{ "files", test_files },
	{ "include loop", test_include_loop },
	{ "junk", test_junk },
	CU_TEST_INFO_NULL,
};
