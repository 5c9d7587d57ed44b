#include "ops/op_config.h"
#include "world.h"

#include "base/arena.h"
#include "base/buf.h"

#include <CUnit/CUnit.h>
#include <string.h>

static void collect(void *arg, const char *text)
{
	sy_buf_puts(arg, text);
	sy_buf_putc(arg, '\n');
}

struct ops {
	struct world w;
	struct sy_book *book;
	struct sy_buf said;
	struct sy_lines lines;
	struct sy_generation made;
};

static void ops_make(struct ops *o)
{
	world_make(&o->w);
	sy_buf_init(&o->said, 100000);
	o->lines = (struct sy_lines){ collect, &o->said };
	CU_ASSERT_EQUAL_FATAL(sy_book_open(o->w.root.book_dir, true, &o->book, &o->w.err),
	    0);
}

static void ops_drop(struct ops *o)
{
	sy_book_close(o->book);
	sy_buf_release(&o->said);
	world_drop(&o->w);
}

static int apply(struct ops *o, const char *text, bool dry_run)
{
	struct sy_apply how = { .who = "anna", .note = "a note", .dry_run = dry_run };

	world_puts(&o->w, "etc/switchyard.conf", text);
	sy_buf_reset(&o->said);
	return sy_op_apply(&o->w.root, o->book, &how, o->w.arena, &o->w.findings,
	    &o->lines, &o->made, &o->w.err);
}

static uint32_t active(struct ops *o)
{
	uint32_t number = 99;

	CU_ASSERT_EQUAL(sy_generation_active(o->book, &number, &o->w.err), 0);
	return number;
}

#define FIRST  "provider openai { }\nroute chat { targets = \"openai:gpt-x\" }\n"
#define SECOND "provider openai { }\nroute chat { targets = \"openai:small-1\" }\n"

static void test_apply(void)
{
	struct sy_config *c;
	const char *text;
	struct ops o;

	ops_make(&o);
	CU_ASSERT_EQUAL(active(&o), 0);
	CU_ASSERT_EQUAL(sy_op_export(o.book, 0, o.w.arena, &text, &o.w.err), 0);

	CU_ASSERT_EQUAL(apply(&o, FIRST, true), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(o.said.data, "route chat added\n"));
	CU_ASSERT_EQUAL(active(&o), 0);
	CU_ASSERT_EQUAL(apply(&o, FIRST, false), 1);
	CU_ASSERT_EQUAL(o.made.number, 1);
	CU_ASSERT_STRING_EQUAL(o.made.who, "anna");
	CU_ASSERT_STRING_EQUAL(o.made.note, "a note");
	CU_ASSERT_EQUAL(active(&o), 1);

	/* Comments and spaces are nothing to do. */
	CU_ASSERT_EQUAL(apply(&o, "# hello\n\n" FIRST, false), 0);
	CU_ASSERT_EQUAL(active(&o), 1);

	CU_ASSERT_EQUAL(apply(&o, SECOND, false), 1);
	CU_ASSERT_EQUAL(active(&o), 2);
	CU_ASSERT_STRING_EQUAL(o.said.data,
	    "route chat: openai:gpt-x removed\n"
	    "route chat: openai:small-1 added, weight 1\n");

	/* What is wrong is not applied, and what was active goes on. */
	CU_ASSERT_EQUAL(apply(&o, "gatway { }\n", false), -1);
	CU_ASSERT_EQUAL(o.w.err.kind, SY_CONFIG);
	CU_ASSERT_EQUAL(o.w.findings.errors, 1);
	CU_ASSERT_EQUAL(active(&o), 2);
	CU_ASSERT_EQUAL_FATAL(sy_op_load(o.book, 0, NULL, &c, &o.w.err), 1);
	CU_ASSERT_EQUAL(c->generation, 2);
	CU_ASSERT_STRING_EQUAL(c->routes[0].targets[0].model->name, "small-1");
	sy_config_unref(c);
	CU_ASSERT_EQUAL(sy_op_load(o.book, 77, NULL, &c, &o.w.err), 0);
	CU_ASSERT_PTR_NULL(c);
	ops_drop(&o);
}

static void test_rollback(void)
{
	struct sy_generation now;
	const char *text;
	struct ops o;

	ops_make(&o);
	CU_ASSERT_EQUAL(sy_op_rollback(o.book, 0, &o.lines, &now, &o.w.err), -1);
	apply(&o, FIRST, false);
	apply(&o, SECOND, false);
	sy_buf_reset(&o.said);
	CU_ASSERT_EQUAL(sy_op_rollback(o.book, 0, &o.lines, &now, &o.w.err), 1);
	CU_ASSERT_EQUAL(now.number, 1);
	CU_ASSERT_EQUAL(active(&o), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(o.said.data, "openai:gpt-x added"));
	CU_ASSERT_EQUAL(sy_op_rollback(o.book, 1, &o.lines, &now, &o.w.err), 0);
	CU_ASSERT_EQUAL(sy_op_rollback(o.book, 9, &o.lines, &now, &o.w.err), -1);
	CU_ASSERT_EQUAL(active(&o), 1);

	/* Exported, and applied as it is: nothing to do. */
	CU_ASSERT_EQUAL_FATAL(sy_op_export(o.book, 0, o.w.arena, &text, &o.w.err), 1);
	CU_ASSERT_EQUAL(apply(&o, text, false), 0);
	ops_drop(&o);
}

static void test_diff(void)
{
	struct ops o;

	ops_make(&o);
	apply(&o, FIRST, false);
	world_puts(&o.w, "etc/switchyard.conf", SECOND);
	sy_buf_reset(&o.said);
	CU_ASSERT_EQUAL(sy_op_diff(&o.w.root, o.book, 0, o.w.arena, &o.w.findings,
	                    &o.lines, &o.w.err),
	    2);
	CU_ASSERT_EQUAL(sy_op_diff(&o.w.root, o.book, 5, o.w.arena, &o.w.findings,
	                    &o.lines, &o.w.err),
	    -1);
	ops_drop(&o);
}

static void show_one(void *arg, const struct sy_setting *s)
{
	sy_buf_printf(arg, "%s = %s (%s)\n", s->name, s->value, s->origin);
}

static void test_show(void)
{
	struct ops o;

	ops_make(&o);
	world_puts(&o.w, "etc/switchyard.conf",
	    "gateway { drain = 5s }\n"
	    "provider openai { label = Ours }\n"
	    "route chat { targets = { \"openai:gpt-x\",\n \"openai:small-1\" } }\n");
	CU_ASSERT_EQUAL(sy_op_show(&o.w.root, "gateway.d", o.w.arena, &o.w.findings,
	                    show_one, &o.said, &o.w.err),
	    1);
	CU_ASSERT_STRING_EQUAL(o.said.data, "gateway.drain = 5s (switchyard.conf:1)\n");
	sy_buf_reset(&o.said);
	CU_ASSERT_EQUAL(sy_op_show(&o.w.root, "gateway.h", o.w.arena, &o.w.findings,
	                    show_one, &o.said, &o.w.err),
	    1);
	CU_ASSERT_STRING_EQUAL(o.said.data, "gateway.heartbeat = 15s (default)\n");
	sy_buf_reset(&o.said);
	sy_op_show(&o.w.root, "provider.openai.", o.w.arena, &o.w.findings, show_one,
	    &o.said, &o.w.err);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(o.said.data, "provider.openai.label = Ours (switchyard.conf:2)\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(o.said.data,
	    "provider.openai.quirks.clean = yes (providers.conf:6)\n"));
	CU_ASSERT_PTR_NULL(strstr(o.said.data, "= OpenAI"));
	sy_buf_reset(&o.said);
	sy_op_show(&o.w.root, "route.", o.w.arena, &o.w.findings, show_one, &o.said,
	    &o.w.err);
	CU_ASSERT_STRING_EQUAL(o.said.data,
	    "route.chat.targets = { \"openai:gpt-x\", \"openai:small-1\" } (switchyard.conf:3)\n");
	ops_drop(&o);
}

CU_TestInfo apply_tests[] = {
	{ "apply", test_apply },
	{ "rollback", test_rollback },
	{ "diff", test_diff },
	{ "show", test_show },
	CU_TEST_INFO_NULL,
};
