#include "base/multipart.h"

#include "base/arena.h"

#include "../suites.h"

#include <stdio.h>
#include <string.h>

#define TYPE "multipart/form-data; boundary=b"

struct reading {
	struct sy_arena *arena;
	struct sy_multipart form;
	struct sy_error err;
	int rc;
};

static struct reading read_n(const char *type, const char *body, size_t len)
{
	struct reading r = { .arena = sy_arena_new() };

	r.rc = sy_multipart_read(type, body, len, r.arena, &r.form, &r.err);
	return r;
}

static struct reading read_text(const char *body)
{
	return read_n(TYPE, body, strlen(body));
}

static void check_part(const struct sy_multipart *f, size_t i, const char *name,
    const char *filename, const char *value)
{
	const struct sy_multipart_part *p = &f->parts[i];

	CU_ASSERT_FATAL(i < f->count);
	CU_ASSERT_STRING_EQUAL(p->name, name);
	CU_ASSERT_EQUAL(p->filename == NULL, filename == NULL);
	if (p->filename != NULL && filename != NULL)
		CU_ASSERT_STRING_EQUAL(p->filename, filename);
	CU_ASSERT_EQUAL(p->len, strlen(value));
	CU_ASSERT_EQUAL(memcmp(p->at, value, strlen(value)), 0);
}

static void test_parts(void)
{
	static const char body[] =
	    "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
	    "--b\r\ncontent-type:  image/png\r\n"
	    "CONTENT-DISPOSITION: form-data; filename=\"x;y \\\"z\\\".png\"; name=file\r\n"
	    "\r\n\r\n--bb\r\n--b-\r\n--b \tc\r\n\r\n"
	    "--b \t\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n"
	    "--b\r\nContent-Disposition: form-data; name=\"list[]\"\r\n\r\nx\r\n"
	    "--b--\r\nepilogue";
	struct reading r = read_text(body);

	CU_ASSERT_EQUAL_FATAL(r.rc, 0);
	CU_ASSERT_EQUAL(r.form.count, 4);
	check_part(&r.form, 0, "a", NULL, "one");
	check_part(&r.form, 1, "file", "x;y \"z\".png", "\r\n--bb\r\n--b-\r\n--b \tc\r\n");
	CU_ASSERT_STRING_EQUAL(r.form.parts[1].type, "image/png");
	check_part(&r.form, 2, "empty", NULL, "");
	check_part(&r.form, 3, "list[]", NULL, "x");
	CU_ASSERT_PTR_EQUAL(sy_multipart_find(&r.form, "list"), &r.form.parts[3]);
	CU_ASSERT_PTR_EQUAL(sy_multipart_find(&r.form, "file"), &r.form.parts[1]);
	CU_ASSERT_PTR_NULL(sy_multipart_find(&r.form, "lis"));
	CU_ASSERT_PTR_NULL(sy_multipart_find(&r.form, "lists"));
	CU_ASSERT_EQUAL(r.form.len, sizeof(body) - 1);
	sy_arena_free(r.arena);
}

static void test_preamble(void)
{
	struct reading r = read_text("see below\r\n--b\r\n"
	                             "Content-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--");

	CU_ASSERT_EQUAL_FATAL(r.rc, 0);
	check_part(&r.form, 0, "a", NULL, "1");
	CU_ASSERT_EQUAL(strncmp(r.form.text, "--b\r\nContent", 12), 0);
	sy_arena_free(r.arena);
}

static const struct {
	const char *type;
	bool is_form;
	const char *boundary; /* NULL: none that holds */
} types[] = {
	{ "multipart/form-data; boundary=b", true, "b" },
	{ "Multipart/Form-Data;charset=utf-8; Boundary=\"a b;c\"", true, "a b;c" },
	{ "multipart/form-data;boundary = b ; x=y", true, "b" },
	{ "multipart/form-data; boundary=b; boundary=c", true, "b" },
	{ "multipart/form-data", true, NULL },
	{ "multipart/form-data; boundary=", true, NULL },
	{ "multipart/form-data; boundary=\"\"", true, NULL },
	{ "multipart/form-data; border=b", true, NULL },
	{ "multipart/form-data; boundary=1234567890123456789012345678901234567890"
	  "1234567890123456789012345678901",
	    true, NULL },
	{ "multipart/mixed; boundary=b", false, "b" },
	{ "multipart/form-dataset; boundary=b", false, "b" },
	{ "application/json", false, NULL },
	{ "", false, NULL },
};

static void test_types(void)
{
	CU_ASSERT_FALSE(sy_multipart_is(NULL));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char body[200];
		struct reading r;

		snprintf(body, sizeof(body), "--%s--", types[i].boundary ? types[i].boundary : "");
		r = read_n(types[i].type, body, strlen(body));
		CU_ASSERT_EQUAL(sy_multipart_is(types[i].type), types[i].is_form);
		CU_ASSERT_EQUAL(r.rc == 0, types[i].boundary != NULL);
		if (r.rc == 0)
			CU_ASSERT_STRING_EQUAL(r.form.boundary, types[i].boundary);
		sy_arena_free(r.arena);
	}
}

#define HEAD "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"

static const struct {
	const char *body, *param, *says;
} broken[] = {
	{ "", "", "its boundary is not in it" },
	{ "--b", "", "its boundary is not in it" },
	{ "--c--", "", "its boundary is not in it" },
	{ "x--b--", "", "its boundary is not in it" },
	{ "--b\r\n", "", "has no end" },
	{ "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n", "", "has no end" },
	{ HEAD, "", "its last boundary is missing" },
	{ HEAD "1\r\n", "", "its last boundary is missing" },
	{ HEAD "1\r\n--b", "", "its last boundary is missing" },
	{ HEAD "1\n--b--", "", "its last boundary is missing" },
	{ HEAD "1\r\n--b\r\n\r\n2\r\n--b--", "", "a part has no name" },
	{ "--b\r\nContent-Disposition: form-data\r\n\r\n2\r\n--b--", "", "a part has no name" },
	{ "--b\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n2\r\n--b--", "",
	    "is no UTF-8" },
	{ HEAD "\xc3\r\n--b--", "a", "is no text in UTF-8" },
};

static void test_broken(void)
{
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct reading r = read_text(broken[i].body);

		CU_ASSERT_EQUAL_FATAL(r.rc, -1);
		CU_ASSERT_EQUAL(r.err.kind, SY_BAD_REQUEST);
		CU_ASSERT_STRING_EQUAL(r.err.param, broken[i].param);
		CU_ASSERT_PTR_NOT_NULL(strstr(r.err.message, broken[i].says));
		sy_arena_free(r.arena);
	}
}

/* Wherever it is cut, it is refused, and nothing behind the cut is read. */
static void test_cut_anywhere(void)
{
	static const char body[] = HEAD "1\r\n--b\r\nContent-Disposition: form-data; "
					"name=\"f\"; filename=\"x\"\r\n\r\n\0\1\2\r\n--b--";
	size_t whole = sizeof(body) - 1;

	for (size_t len = 0; len <= whole; len++) {
		struct reading r = read_n(TYPE, body, len);

		CU_ASSERT_EQUAL(r.rc, len == whole ? 0 : -1);
		sy_arena_free(r.arena);
	}
}

CU_TestInfo multipart_tests[] = {
	{ "parts", test_parts },
	{ "preamble", test_preamble },
	{ "types and boundaries", test_types },
	{ "broken", test_broken },
	{ "cut anywhere", test_cut_anywhere },
	CU_TEST_INFO_NULL,
};
