#include "dialect/media.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/chat.h"

#include "../suites.h"

#include <string.h>

#define PNG "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"

static const struct {
	struct sy_part part;
	const char *type, *base64; /* NULL type: refused */
} cases[] = {
	{ { .url = "data:image/jpg;base64," PNG }, "image/png", PNG },
	{ { .url = "data:image/png;charset=x;base64," PNG }, "image/png", PNG },
	{ { .data = PNG, .media_type = "image/gif" }, "image/png", PNG },
	{ { .data = "data:image/png;base64," PNG }, "image/png", PNG },
	{ { .data = "iVBO\r\nRw0K GgoA", .media_type = "image/png" }, "image/png",
	    "iVBORw0KGgoA" },
	/* URL-safe letters, and padding that was left off */
	{ { .data = "JVBERi0_-_8", .media_type = "application/pdf" }, "application/pdf",
	    "JVBERi0/+/8=" },
	{ { .data = "/9j/4AA=", .media_type = "" }, "image/jpeg", "/9j/4AA=" },
	{ { .url = "data:image/svg+xml,<svg/>" }, NULL, NULL },
	{ { .url = "data:" }, NULL, NULL },
	{ { .data = "!!!!", .media_type = "image/png" }, NULL, NULL },
	{ { .data = "", .media_type = "image/png" }, NULL, NULL },
	{ { .name = "nothing" }, NULL, NULL },
};

static void test_attachments(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sy_arena *a = sy_arena_new();
		struct sy_media media;
		struct sy_error err;
		struct sy_buf out;
		int rc = sy_media_of(&cases[i].part, "messages[0].content[0]", a, &media,
		    &err);

		CU_ASSERT_EQUAL(rc < 0, cases[i].type == NULL);
		if (rc < 0) {
			CU_ASSERT_STRING_EQUAL(err.param, "messages[0].content[0]");
			sy_arena_free(a);
			continue;
		}
		sy_buf_init(&out, 1000);
		CU_ASSERT_EQUAL(sy_media_base64(&media, "", &out, &err), 0);
		CU_ASSERT_STRING_EQUAL(media.type, cases[i].type);
		CU_ASSERT_STRING_EQUAL(out.data, cases[i].base64);
		sy_buf_release(&out);
		sy_arena_free(a);
	}
}

static void test_bad_letter_late(void)
{
	struct sy_part part = { .data = PNG "AAAA*AAA" };
	struct sy_arena *a = sy_arena_new();
	struct sy_media media;
	struct sy_error err;
	struct sy_buf out;

	sy_buf_init(&out, 1000);
	CU_ASSERT_EQUAL(sy_media_of(&part, "p", a, &media, &err), 0);
	CU_ASSERT_EQUAL(sy_media_base64(&media, "p", &out, &err), -1);
	CU_ASSERT_EQUAL(err.kind, SY_REFUSED);
	sy_buf_release(&out);
	sy_arena_free(a);
}

static void test_text(void)
{
	struct sy_media hello = { .data = "Z3LDvMOfZQ==", .len = 12 };
	struct sy_media latin1 = { .data = "Z3L8", .len = 4 };
	struct sy_arena *a = sy_arena_new();
	size_t len;

	CU_ASSERT_STRING_EQUAL(sy_media_text(&hello, a, &len), "gr\xc3\xbc\xc3\x9f"
	                                                       "e");
	CU_ASSERT_EQUAL(len, 7);
	CU_ASSERT_PTR_NULL(sy_media_text(&latin1, a, &len));
	sy_arena_free(a);
}

CU_TestInfo media_tests[] = {
	{ "attachments are what their bytes say", test_attachments },
	{ "a letter that is none, far into the data", test_bad_letter_late },
	{ "text files", test_text },
	CU_TEST_INFO_NULL,
};
