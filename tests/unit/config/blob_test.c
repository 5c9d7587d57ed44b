/*
 * blob_test.c - a compiled configuration that is cut, or in which a bit has flipped.
 */
#include "world.h"

#include "base/arena.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

static void pack(struct world *w, unsigned char **blob, size_t *len)
{
	const void *packed;

	world_make(w);
	world_puts(w, "etc/switchyard.conf",
	    "provider openai { }\n"
	    "route chat { targets = { \"openai:gpt-x\" } fallback = \"openai:small-1\" }\n"
	    "alias a { to = chat }\n");
	CU_ASSERT_EQUAL_FATAL(world_read(w), 0);
	sy_config_pack(w->config, w->arena, &packed, len);
	/* A block of its own, so that a sanitizer sees a step behind its end. */
	*blob = malloc(*len);
	memcpy(*blob, packed, *len);
}

static bool refused(const unsigned char *blob, size_t len)
{
	unsigned char *own = malloc(len > 0 ? len : 1);
	struct sy_config *c;
	struct sy_error err;
	int rc;

	memcpy(own, blob, len);
	rc = sy_config_unpack(own, len, &c, &err);
	free(own);
	sy_config_unref(c);
	return rc < 0 && err.kind == SY_CONFIG && c == NULL;
}

static void test_cut(void)
{
	unsigned char *blob;
	struct world w;
	size_t len;

	pack(&w, &blob, &len);
	CU_ASSERT_FALSE(refused(blob, len));
	for (size_t i = 0; i < len; i++)
		CU_ASSERT(refused(blob, i));
	free(blob);
	world_drop(&w);
}

static void test_flipped(void)
{
	unsigned char *blob;
	struct world w;
	size_t len;

	pack(&w, &blob, &len);
	for (size_t bit = 0; bit < len * 8; bit++) {
		blob[bit / 8] ^= (unsigned char)(1 << bit % 8);
		CU_ASSERT(refused(blob, len));
		blob[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	free(blob);
	world_drop(&w);
}

/* A generation of another version of the program comes back from its text. */
static void test_other_version(void)
{
	struct sy_config *c;
	struct sy_error err;
	unsigned char *blob;
	const char *text;
	struct world w;
	size_t len;

	pack(&w, &blob, &len);
	text = sy_config_print(w.config, w.arena);
	blob[8]++;
	CU_ASSERT_EQUAL(sy_config_unpack(blob, len, &c, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.code, "other_version");
	CU_ASSERT_EQUAL_FATAL(sy_config_load(blob, len, text, &c, &err), 0);
	CU_ASSERT_STRING_EQUAL(sy_config_print(c, w.arena), text);
	sy_config_unref(c);
	blob[8]--;
	blob[len - 1] ^= 1;
	CU_ASSERT_EQUAL(sy_config_load(blob, len, text, &c, &err), -1);
	free(blob);
	world_drop(&w);
}

CU_TestInfo blob_tests[] = {
	{ "cut", test_cut },
	{ "flipped", test_flipped },
	{ "other version", test_other_version },
	CU_TEST_INFO_NULL,
};
