#include "dialect/translate.h"

#include "../suites.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/http.h"
#include "model/config.h"

#include <string.h>

/* One exchange with a provider of the OpenAI dialect. */
struct side {
	struct sy_arena *a;
	struct sy_provider provider;
	struct sy_model model;
	struct sy_ask ask;
	struct sy_call call;
	struct sy_face face;
	struct sy_http http;
	struct sy_translation *t;
	const struct sy_reading *r;
	struct sy_buf out;
	struct sy_error err;
};

static void begin(struct side *s, const char *request, bool clean)
{
	memset(s, 0, sizeof(*s));
	s->a = sy_arena_new();
	s->provider.name = "p";
	sy_quirks_default(&s->provider.quirks);
	s->provider.quirks.clean = clean;
	s->model = (struct sy_model){ .provider = &s->provider, .upstream = "up" };
	s->face = (struct sy_face){ "chatcmpl-1", "up", 1 };
	sy_buf_init(&s->out, 1 << 20);
	CU_ASSERT_EQUAL_FATAL(sy_surface_openai_chat.ask(request, strlen(request), s->a,
	                          &s->ask, &s->err),
	    0);
	s->call = (struct sy_call){ .ask = &s->ask,
		.model = &s->model,
		.arena = s->a,
		.stream = s->ask.stream };
	s->t = sy_translation_new(&sy_surface_openai_chat, sy_adapter_find("openai"),
	    &s->call, &s->face);
	CU_ASSERT_EQUAL_FATAL(sy_translation_request(s->t, &s->http, &s->err), 0);
	s->r = sy_translation_reading(s->t);
}

static void end(struct side *s)
{
	sy_buf_release(&s->out);
	sy_arena_free(s->a);
}

static int feed(struct side *s, const char *text)
{
	return sy_translation_feed(s->t, s->ask.stream, text, strlen(text), &s->out,
	    &s->err);
}

#define REQUEST "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
#define CHUNK(delta, finish)                                                              \
	"data: {\"id\":\"c1\",\"model\":\"m-1\",\"created\":5,\"choices\":[{\"index\":0," \
	"\"delta\":{" delta "},\"finish_reason\":" finish "}]}\n\n"

static const char streaming[] = REQUEST ",\"stream\":true}";

/* The commit point is the first content, not the first byte. */
static void test_commit_point(void)
{
	for (int clean = 0; clean < 2; clean++) {
		struct side s;

		begin(&s, streaming, clean);
		feed(&s, ": comment\n\n");
		feed(&s, CHUNK("\"role\":\"assistant\",\"content\":\"\"", "null"));
		CU_ASSERT_FALSE(s.r->content);
		feed(&s, CHUNK("\"content\":\"a\"", "null"));
		CU_ASSERT_TRUE(s.r->content);
		CU_ASSERT_FALSE(s.r->finished);
		feed(&s, CHUNK("", "\"stop\""));
		CU_ASSERT_TRUE(s.r->finished);
		CU_ASSERT_FALSE(s.r->whole);
		CU_ASSERT_EQUAL(feed(&s, "data: [DONE]\n\n"), 0);
		CU_ASSERT_TRUE(s.r->whole);
		CU_ASSERT_PTR_NOT_NULL(strstr(s.out.data, "data: [DONE]\n\n"));
		CU_ASSERT_EQUAL(sy_translation_finish(s.t, &s.out, &s.err), 0);
		CU_ASSERT_STRING_EQUAL(s.r->id, "c1");
		CU_ASSERT_STRING_EQUAL(s.r->model, "m-1");
		CU_ASSERT_EQUAL(s.r->finish, SY_FINISH_STOP);
		end(&s);
	}
}

static void test_failures(void)
{
	static const struct {
		const char *answer;
		enum sy_kind kind;
		bool content;
	} cases[] = {
		{ "", SY_UNUSABLE, false },
		{ "\n \n", SY_UNUSABLE, false },
		{ ": only comments\n\n", SY_UNUSABLE, false },
		{ "data: [DONE]\n\n", SY_UNUSABLE, false },
		{ "data: {nonsense\n\n", SY_UNUSABLE, false },
		{ "<html>", SY_UNUSABLE, false },
		{ CHUNK("\"role\":\"assistant\"", "null"), SY_TRUNCATED, false },
		{ CHUNK("\"content\":\"a\"", "null"), SY_TRUNCATED, true },
		{ CHUNK("\"content\":\"a\"",
		      "null") "data: {\"error\":{\"code\":503}}\n\n",
		    SY_OVERLOADED, true },
		{ "{\"error\":{\"message\":\"x\",\"code\":\"context_length_exceeded\"}}",
		    SY_CONTEXT, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int clean = 0; clean < 2; clean++) {
			struct side s;
			int rc;

			begin(&s, streaming, clean);
			rc = feed(&s, cases[i].answer);
			if (rc == 0)
				rc = sy_translation_finish(s.t, &s.out, &s.err);
			CU_ASSERT_EQUAL(rc, -1);
			CU_ASSERT_EQUAL(s.err.kind, cases[i].kind);
			CU_ASSERT_EQUAL(s.r->content, cases[i].content);
			CU_ASSERT_FALSE(s.r->whole);
			/* A failure stays one. */
			CU_ASSERT_EQUAL(feed(&s, "data: [DONE]\n\n"), -1);
			CU_ASSERT_PTR_NULL(
			    strstr(s.out.data != NULL ? s.out.data : "", "[DONE]"));
			end(&s);
		}
}

static void test_malformed_record_is_skipped(void)
{
	struct side s;

	begin(&s, streaming, true);
	feed(&s,
	    CHUNK("\"content\":\"a\"", "null") "data: {\"id\n\n" CHUNK("", "\"stop\""));
	CU_ASSERT_EQUAL(sy_translation_finish(s.t, &s.out, &s.err), 0);
	CU_ASSERT_EQUAL(s.r->skipped, 1);
	CU_ASSERT_EQUAL(s.r->usage.source, SY_USAGE_ESTIMATED);
	end(&s);
}

/* A whole answer is the client's only when it is whole. */
static void test_whole_answer_is_held(void)
{
	static const char answer[] =
	    "{\"id\":\"c1\",\"choices\":[{\"message\":{\"content\":"
	    "\"a\"},\"finish_reason\":\"length\"}],\"x\":1}";
	struct side s;

	begin(&s, REQUEST "}", true);
	CU_ASSERT_EQUAL(feed(&s, answer), 0);
	CU_ASSERT_EQUAL(s.out.len, 0);
	CU_ASSERT_FALSE(s.r->content);
	CU_ASSERT_EQUAL(sy_translation_finish(s.t, &s.out, &s.err), 0);
	CU_ASSERT_STRING_EQUAL(s.out.data, answer);
	CU_ASSERT_TRUE(s.r->content && s.r->whole);
	CU_ASSERT_EQUAL(s.r->finish, SY_FINISH_LENGTH);
	end(&s);
}

/* A large body is sent from where it stands, and the client's own bytes of it. */
static void test_splice_sends_in_place(void)
{
	struct sy_buf request;
	struct side s;
	bool found = false;

	sy_buf_init(&request, 1 << 20);
	sy_buf_puts(&request,
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"");
	for (int i = 0; i < 1000; i++)
		sy_buf_puts(&request, "0123456789");
	sy_buf_puts(&request, "\"}],\"temperature\":0.10}");
	begin(&s, request.data, true);
	for (size_t i = 0; i < s.http.piece_count; i++) {
		const char *at = s.http.body[i].iov_base;

		found |= at > request.data && at < request.data + request.len;
	}
	CU_ASSERT_TRUE(found);
	CU_ASSERT_TRUE(s.http.piece_count <= 3);
	end(&s);
	sy_buf_release(&request);
}

CU_TestInfo translate_tests[] = {
	{ "the commit point is the first content", test_commit_point },
	{ "failures", test_failures },
	{ "a malformed record is skipped", test_malformed_record_is_skipped },
	{ "a whole answer is held until it is whole", test_whole_answer_is_held },
	{ "a splice sends from where the body stands", test_splice_sends_in_place },
	CU_TEST_INFO_NULL,
};
