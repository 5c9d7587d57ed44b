#include "model/answer.h"

#include "base/arena.h"

#include "../suites.h"

#include <string.h>

struct fold {
	struct sy_arena *a;
	struct sy_answer answer;
};

static void begin(struct fold *f)
{
	f->a = sy_arena_new();
	sy_answer_init(&f->answer, f->a);
}

static void end(struct fold *f)
{
	sy_arena_free(f->a);
}

static void take(struct fold *f, struct sy_event ev)
{
	if (ev.text != NULL && ev.text_len == 0)
		ev.text_len = strlen(ev.text);
	sy_answer_take(&f->answer, &ev);
}

#define TAKE(f, ...) take(f, (struct sy_event){ __VA_ARGS__ })

static const struct sy_answer_block *nth(const struct fold *f, int n)
{
	const struct sy_answer_block *b = f->answer.choices[0]->blocks;

	while (b != NULL && n-- > 0)
		b = b->next;
	return b;
}

static bool holds(const struct sy_answer_block *b, enum sy_block_kind kind,
    const char *text)
{
	return b != NULL && b->kind == kind && b->text.len == strlen(text) &&
	       (b->text.len == 0 || memcmp(b->text.data, text, b->text.len) == 0);
}

static void test_order_is_kept(void)
{
	struct fold f;

	begin(&f);
	TAKE(&f, .kind = SY_EV_REASONING, .text = "Hm");
	TAKE(&f, .kind = SY_EV_TEXT, .text = "One");
	TAKE(&f, .kind = SY_EV_TEXT, .text = " text");
	TAKE(&f, .kind = SY_EV_TOOL_CALL, .id = "c0", .name = "f");
	TAKE(&f, .kind = SY_EV_TEXT, .text = "Two");
	TAKE(&f, .kind = SY_EV_REASONING, .text = "So");
	TAKE(&f, .kind = SY_EV_REFUSAL, .text = "No");
	CU_ASSERT_TRUE(holds(nth(&f, 0), SY_BLOCK_REASONING, "Hm"));
	CU_ASSERT_TRUE(holds(nth(&f, 1), SY_BLOCK_TEXT, "One text"));
	CU_ASSERT_TRUE(holds(nth(&f, 2), SY_BLOCK_CALL, ""));
	CU_ASSERT_TRUE(holds(nth(&f, 3), SY_BLOCK_TEXT, "Two"));
	CU_ASSERT_TRUE(holds(nth(&f, 4), SY_BLOCK_REASONING, "So"));
	CU_ASSERT_TRUE(holds(nth(&f, 5), SY_BLOCK_REFUSAL, "No"));
	CU_ASSERT_PTR_NULL(nth(&f, 6));
	CU_ASSERT_PTR_EQUAL(sy_answer_block(nth(&f, 2), SY_BLOCK_TEXT), nth(&f, 3));
	CU_ASSERT_PTR_NULL(sy_answer_block(nth(&f, 0), SY_BLOCK_MEDIA));
	end(&f);
}

static void test_nothing_opens_no_block(void)
{
	struct fold f;

	begin(&f);
	TAKE(&f, .kind = SY_EV_START, .id = "x", .model = "m", .created = 7);
	TAKE(&f, .kind = SY_EV_TEXT, .text = "");
	TAKE(&f, .kind = SY_EV_REASONING, .text = "");
	TAKE(&f, .kind = SY_EV_TOOL_ARGS, .text = "{}", .call_index = 3);
	CU_ASSERT_PTR_NULL(nth(&f, 0));
	CU_ASSERT_STRING_EQUAL(f.answer.id, "x");
	CU_ASSERT_EQUAL(f.answer.created, 7);
	end(&f);
}

static void test_signature_ends_a_thought(void)
{
	struct fold f;

	begin(&f);
	TAKE(&f, .kind = SY_EV_REASONING, .text = "One", .format = "f");
	TAKE(&f, .kind = SY_EV_REASONING, .signature = "s1", .format = "f");
	TAKE(&f, .kind = SY_EV_REASONING, .data = "secret", .format = "g");
	TAKE(&f, .kind = SY_EV_REASONING, .text = "Two");
	TAKE(&f, .kind = SY_EV_REASONING, .text = "!", .signature = "s2");
	TAKE(&f, .kind = SY_EV_REASONING, .signature = "s3");
	CU_ASSERT_TRUE(holds(nth(&f, 0), SY_BLOCK_REASONING, "One"));
	CU_ASSERT_STRING_EQUAL(nth(&f, 0)->signature, "s1");
	CU_ASSERT_STRING_EQUAL(nth(&f, 0)->format, "f");
	CU_ASSERT_TRUE(holds(nth(&f, 1), SY_BLOCK_REASONING, ""));
	CU_ASSERT_STRING_EQUAL(nth(&f, 1)->data, "secret");
	CU_ASSERT_TRUE(holds(nth(&f, 2), SY_BLOCK_REASONING, "Two!"));
	CU_ASSERT_STRING_EQUAL(nth(&f, 2)->signature, "s2");
	CU_ASSERT_TRUE(holds(nth(&f, 3), SY_BLOCK_REASONING, ""));
	CU_ASSERT_STRING_EQUAL(nth(&f, 3)->signature, "s3");
	CU_ASSERT_PTR_NULL(nth(&f, 4));
	end(&f);
}

static void test_arguments_find_their_call(void)
{
	struct fold f;

	begin(&f);
	TAKE(&f, .kind = SY_EV_TOOL_CALL, .call_index = 0, .id = "a", .name = "f");
	TAKE(&f, .kind = SY_EV_TEXT, .text = "between");
	TAKE(&f, .kind = SY_EV_TOOL_CALL, .call_index = 1, .id = "b", .name = "g",
	    .signature = "sig");
	TAKE(&f, .kind = SY_EV_TOOL_ARGS, .call_index = 1, .text = "{\"y\":");
	TAKE(&f, .kind = SY_EV_TOOL_ARGS, .call_index = 0, .text = "{}");
	TAKE(&f, .kind = SY_EV_TOOL_ARGS, .call_index = 1, .text = "1}");
	TAKE(&f, .kind = SY_EV_TOOL_ARGS, .call_index = 2, .text = "lost");
	CU_ASSERT_TRUE(holds(nth(&f, 0), SY_BLOCK_CALL, "{}"));
	CU_ASSERT_TRUE(holds(nth(&f, 2), SY_BLOCK_CALL, "{\"y\":1}"));
	CU_ASSERT_STRING_EQUAL(nth(&f, 2)->id, "b");
	CU_ASSERT_STRING_EQUAL(nth(&f, 2)->signature, "sig");
	end(&f);
}

static void test_citations_belong_to_the_last_text(void)
{
	struct fold f;
	const struct sy_answer_citation *c;

	begin(&f);
	TAKE(&f, .kind = SY_EV_CITATION, .url = "https://a", .from = -1, .to = -1);
	TAKE(&f, .kind = SY_EV_TEXT, .text = "rain");
	TAKE(&f, .kind = SY_EV_CITATION, .url = "https://b", .title = "B", .text = "wet",
	    .from = 0, .to = 4, .json = "{\"x\":1}", .json_len = 7);
	TAKE(&f, .kind = SY_EV_TOOL_CALL, .id = "c", .name = "f");
	TAKE(&f, .kind = SY_EV_CITATION, .data = "doc", .from = -1, .to = -1);
	CU_ASSERT_TRUE(holds(nth(&f, 0), SY_BLOCK_TEXT, "rain"));
	c = nth(&f, 0)->citations;
	CU_ASSERT_STRING_EQUAL(c->url, "https://a");
	c = c->next;
	CU_ASSERT_STRING_EQUAL(c->title, "B");
	CU_ASSERT_STRING_EQUAL(c->cited, "wet");
	CU_ASSERT_EQUAL(c->to, 4);
	CU_ASSERT_STRING_EQUAL(c->json, "{\"x\":1}");
	c = c->next;
	CU_ASSERT_STRING_EQUAL(c->document, "doc");
	CU_ASSERT_PTR_NULL(c->next);
	CU_ASSERT_PTR_NULL(nth(&f, 2));
	end(&f);
}

static void test_choices(void)
{
	struct fold f;

	begin(&f);
	TAKE(&f, .kind = SY_EV_TEXT, .choice = 2, .text = "third");
	TAKE(&f, .kind = SY_EV_FINISH, .choice = 2, .finish = SY_FINISH_LENGTH,
	    .native = "max");
	TAKE(&f, .kind = SY_EV_TEXT, .choice = SY_ANSWER_CHOICES, .text = "no");
	TAKE(&f, .kind = SY_EV_TEXT, .choice = -1, .text = "no");
	TAKE(&f, .kind = SY_EV_MEDIA, .choice = 2, .media_type = "image/png",
	    .data = "aWs=");
	CU_ASSERT_EQUAL(f.answer.choice_count, 3);
	CU_ASSERT_PTR_NULL(f.answer.choices[0]);
	CU_ASSERT_EQUAL(f.answer.choices[2]->finish, SY_FINISH_LENGTH);
	CU_ASSERT_STRING_EQUAL(f.answer.choices[2]->native, "max");
	CU_ASSERT_EQUAL(f.answer.choices[2]->last->kind, SY_BLOCK_MEDIA);
	CU_ASSERT_STRING_EQUAL(f.answer.choices[2]->last->data, "aWs=");
	end(&f);
}

static void test_extras_and_the_end(void)
{
	struct fold f;

	begin(&f);
	TAKE(&f, .kind = SY_EV_EXTRA, .place = SY_EXTRA_ANSWER, .key = "tier",
	    .json = "\"x\"", .json_len = 3);
	TAKE(&f, .kind = SY_EV_EXTRA, .place = SY_EXTRA_CHOICE, .key = "p", .json = "[1]",
	    .json_len = 3);
	TAKE(&f, .kind = SY_EV_EXTRA, .place = SY_EXTRA_MESSAGE, .key = "p",
	    .json = "[2]", .json_len = 3);
	TAKE(&f, .kind = SY_EV_USAGE, .usage = { .tokens = { 1 } });
	TAKE(&f, .kind = SY_EV_USAGE, .usage = { .tokens = { 2 } });
	CU_ASSERT_FALSE(f.answer.ended);
	TAKE(&f, .kind = SY_EV_END);
	CU_ASSERT_TRUE(f.answer.ended);
	CU_ASSERT_EQUAL(f.answer.usage.tokens[SY_IN], 2);
	CU_ASSERT_STRING_EQUAL(f.answer.extras->key, "tier");
	CU_ASSERT_STRING_EQUAL(f.answer.choices[0]->extras->next->json, "[2]");
	CU_ASSERT_EQUAL(f.answer.choices[0]->extras->next->place, SY_EXTRA_MESSAGE);
	end(&f);
}

static void test_too_many_blocks(void)
{
	struct fold f;

	begin(&f);
	for (int i = 0; i < SY_ANSWER_BLOCKS + 5; i++)
		TAKE(&f, .kind = SY_EV_TOOL_CALL, .call_index = i, .id = "c",
		    .name = "f");
	TAKE(&f, .kind = SY_EV_TOOL_ARGS, .call_index = SY_ANSWER_BLOCKS + 1,
	    .text = "{}");
	TAKE(&f, .kind = SY_EV_TEXT, .text = "left out");
	CU_ASSERT_EQUAL(f.answer.choices[0]->block_count, SY_ANSWER_BLOCKS);
	CU_ASSERT_PTR_NULL(sy_answer_block(f.answer.choices[0]->blocks, SY_BLOCK_TEXT));
	end(&f);
}

CU_TestInfo answer_tests[] = {
	{ "blocks stand in the order in which they came", test_order_is_kept },
	{ "nothing opens no block", test_nothing_opens_no_block },
	{ "a signature ends a thought", test_signature_ends_a_thought },
	{ "arguments find their call", test_arguments_find_their_call },
	{ "citations belong to the last text", test_citations_belong_to_the_last_text },
	{ "choices of any number, and none beyond", test_choices },
	{ "extras, usage and the end", test_extras_and_the_end },
	{ "more blocks than can be", test_too_many_blocks },
	CU_TEST_INFO_NULL,
};
