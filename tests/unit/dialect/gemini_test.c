#include "dialect/gemini.h"

#include "../suites.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "dialect/gemini_models.h"
#include "dialect/translate.h"
#include "model/config.h"

#include <string.h>

#define PICTURE_BYTES (8 << 20)
#define PIECE_BYTES   16384

/* What is known of a model by its name alone. */
static void test_generations(void)
{
	static const struct {
		const char *name;
		int generation;
		enum sy_gemini_thinking thinking;
	} cases[] = {
		{ "gemini-2.5-flash-preview-05-20", 25, SY_GEMINI_BUDGETS },
		{ "gemini-2.5-flash-lite", 25, SY_GEMINI_BUDGETS },
		{ "gemini-2.5-flash-image", 25, SY_GEMINI_THINKS_NOT },
		{ "gemini-2.0-flash", 20, SY_GEMINI_THINKS_NOT },
		{ "gemini-1.5-pro", 15, SY_GEMINI_THINKS_NOT },
		{ "gemma-3-27b-it", 20, SY_GEMINI_THINKS_NOT },
		{ "gemini-3-pro-preview", 30, SY_GEMINI_LEVELS },
		{ "gemini-3-pro-image-preview", 30, SY_GEMINI_THINKS_NOT },
		{ "gemini-9-ultra", 31, SY_GEMINI_LEVELS },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sy_gemini_model *m = sy_gemini_model(cases[i].name);

		CU_ASSERT_EQUAL(m->generation, cases[i].generation);
		CU_ASSERT_EQUAL(m->thinking, cases[i].thinking);
	}
}

static void put_picture(struct sy_buf *out)
{
	char block[1024];

	memset(block, 'A', sizeof(block));
	sy_buf_puts(out,
	    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"inlineData\":{"
	    "\"mimeType\":\"image/png\",\"data\":\"");
	for (size_t i = 0; i < PICTURE_BYTES / sizeof(block); i++)
		sy_buf_add(out, block, sizeof(block));
	sy_buf_puts(out, "\"}}]},\"finishReason\":\"STOP\"}]}\r\n\r\n");
}

/* A picture is one record of many megabytes, and content as any. */
static void test_picture_of_many_bytes(void)
{
	static const char request[] =
	    "{\"model\":\"m\",\"stream\":true,"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
	struct sy_arena *a = sy_arena_new();
	struct sy_provider provider = { .name = "google", .base_url = "" };
	struct sy_model model = { .provider = &provider,
		.upstream = "gemini-2.5-flash-image" };
	struct sy_face face = { "chatcmpl-1", "m", 1 };
	struct sy_ask ask;
	struct sy_call call = { .ask = &ask,
		.model = &model,
		.arena = a,
		.stream = true };
	struct sy_translation *t;
	struct sy_http http = { 0 };
	struct sy_buf in, out;
	struct sy_error err;

	sy_quirks_default(&provider.quirks);
	sy_buf_init(&in, 2 * PICTURE_BYTES);
	sy_buf_init(&out, 2 * PICTURE_BYTES);
	put_picture(&in);
	CU_ASSERT_EQUAL_FATAL(sy_surface_openai_chat.ask(request, strlen(request), a,
	                          &ask, &err),
	    0);
	t = sy_translation_new(&sy_surface_openai_chat, &sy_adapter_gemini, &call, &face);
	CU_ASSERT_EQUAL_FATAL(sy_translation_request(t, &http, &err), 0);
	for (size_t at = 0; at < in.len; at += PIECE_BYTES)
		CU_ASSERT_EQUAL_FATAL(sy_translation_feed(t, true, in.data + at,
		                          in.len - at < PIECE_BYTES ? in.len - at
		                                                    : PIECE_BYTES,
		                          &out, &err),
		    0);
	CU_ASSERT_TRUE(sy_translation_reading(t)->content);
	CU_ASSERT_EQUAL(sy_translation_finish(t, &out, &err), 0);
	CU_ASSERT_TRUE(out.len > PICTURE_BYTES);
	sy_buf_release(&in);
	sy_buf_release(&out);
	sy_arena_free(a);
}

CU_TestInfo gemini_tests[] = {
	{ "what is known of a model by its name", test_generations },
	{ "a picture of many bytes", test_picture_of_many_bytes },
	CU_TEST_INFO_NULL,
};
