#include "config/root.h"

#include "base/arena.h"
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_rules(void)
{
	struct sy_root r;
	struct sy_error err;
	struct world w;
	char path[128];

	world_make(&w);
	CU_ASSERT_EQUAL(w.root.rule, SY_ROOT_ARGUMENT);
	setenv("SWITCHYARD_ROOT", w.dir, 1);
	CU_ASSERT_EQUAL(sy_root_find(NULL, w.arena, &r, &err), 0);
	CU_ASSERT_EQUAL(r.rule, SY_ROOT_ENVIRONMENT);
	snprintf(path, sizeof(path), "%s/etc/switchyard.conf", r.dir);
	CU_ASSERT_STRING_EQUAL(r.conf_file, path);
	snprintf(path, sizeof(path), "%s/share", r.dir);
	CU_ASSERT_STRING_EQUAL(r.data_dir, path);
	setenv("SWITCHYARD_DATADIR", "/nowhere", 1);
	CU_ASSERT_EQUAL(sy_root_find("/tmp", w.arena, &r, &err), 0);
	CU_ASSERT_EQUAL(r.rule, SY_ROOT_ARGUMENT);
	CU_ASSERT_STRING_EQUAL(r.data_dir, "/nowhere");
	unsetenv("SWITCHYARD_DATADIR");
	setenv("SWITCHYARD_ROOT", "relative", 1);
	CU_ASSERT_EQUAL(sy_root_find(NULL, w.arena, &r, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_CONFIG);
	setenv("SWITCHYARD_ROOT", "/nowhere/at/all", 1);
	CU_ASSERT_EQUAL(sy_root_find(NULL, w.arena, &r, &err), -1);
	unsetenv("SWITCHYARD_ROOT");
	/* A client's header is no environment of ours. */
	setenv("HTTP_SWITCHYARD_ROOT", w.dir, 1);
	CU_ASSERT_EQUAL(sy_root_find(NULL, w.arena, &r, &err), 0);
	CU_ASSERT(r.rule == SY_ROOT_SYSTEM || r.rule == SY_ROOT_HOME);
	unsetenv("HTTP_SWITCHYARD_ROOT");
	world_drop(&w);
}

CU_TestInfo root_tests[] = {
	{ "rules", test_rules },
	CU_TEST_INFO_NULL,
};
