/*
 * docs_test.c - the manual and the sample have every option, and no other.
 */
#include "world.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "config/option.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *load(const char *name, struct sy_arena *a)
{
	const char *top = getenv("srcdir");
	char path[512], *text = sy_alloc(a, 1 << 20);
	FILE *f;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", top != NULL ? top : "..", name);
	f = fopen(path, "r");
	if (f == NULL) {
		fprintf(stderr, "%s is not there\n", path);
		abort();
	}
	len = fread(text, 1, (1 << 20) - 1, f);
	fclose(f);
	text[len] = '\0';
	return text;
}

struct page {
	struct sy_arena *arena;
	struct sy_buf options; /* "|route.strategy|route.targets|" */
};

/* The options that the page has under the headings of their blocks. */
static void read_page(struct page *p, const char *text)
{
	char block[64] = "", option[64];

	p->arena = sy_arena_new();
	sy_buf_init(&p->options, 1 << 20);
	sy_buf_putc(&p->options, '|');
	for (const char *line = text; line != NULL && *line != '\0';) {
		if (sscanf(line, ".Ss %63s", block) == 0 &&
		    sscanf(line, ".It Ic %63s", option) == 1)
			sy_buf_printf(&p->options, "%s.%s|", block, option);
		if (sy_starts(line, ".Sh "))
			block[0] = '\0';
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
}

static size_t check_block(const struct page *p, const struct sy_block *b)
{
	size_t count = 0;

	for (const struct sy_conf_option *o = sy_block_options(b); o->name != NULL;
	     o++, count++) {
		const char *name = sy_strf(p->arena, "|%s.%s|", b->name, o->name);

		if (strstr(p->options.data, name) == NULL)
			fprintf(stderr, "switchyard.conf(5) lacks %s\n", name);
		CU_ASSERT_PTR_NOT_NULL(strstr(p->options.data, name));
	}
	for (const struct sy_block *const *in = b->inner; in != NULL && *in != NULL; in++)
		if (*in != &sy_block_timeouts)
			count += check_block(p, *in);
	return count;
}

static void test_manual(void)
{
	size_t count = 0, there = 0;
	struct page p;
	struct sy_arena *a = sy_arena_new();

	read_page(&p, load("fcgi/switchyard.conf.5", a));
	for (const struct sy_block *const *b = sy_blocks; *b != NULL; b++)
		count += check_block(&p, *b);
	for (size_t i = 1; i < p.options.len; i++)
		there += p.options.data[i] == '|';
	CU_ASSERT_EQUAL(there, count);
	sy_buf_release(&p.options);
	sy_arena_free(p.arena);
	sy_arena_free(a);
}

/* The text between two lines of the manual's examples, as mdoc prints it. */
static char *example(const char **at, struct sy_arena *a)
{
	const char *begin = strstr(*at, ".Bd -literal -offset indent\n"), *end;
	char *text, *to;

	if (begin == NULL)
		return NULL;
	begin = strchr(begin, '\n') + 1;
	end = strstr(begin, "\n.Ed");
	*at = end;
	to = text = sy_strndup(a, begin, (size_t)(end + 1 - begin));
	for (const char *p = text; *p != '\0'; p++)
		if (!sy_starts(p, "\\&"))
			*to++ = *p;
		else
			p++;
	*to = '\0';
	return text;
}

/* Each example of the manual is one that the reader takes, with what is packaged. */
static void test_examples(void)
{
	struct world w;
	const char *at;
	char *text;
	int count = 0;

	world_make(&w);
	w.root.data_dir = sy_strf(w.arena, "%s/etc",
	    getenv("srcdir") != NULL ? getenv("srcdir") : "..");
	at = strstr(load("fcgi/switchyard.conf.5", w.arena), ".Sh EXAMPLES");
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	for (; (text = example(&at, w.arena)) != NULL; count++) {
		world_puts(&w, "etc/switchyard.conf", text);
		CU_ASSERT_EQUAL(world_read(&w), 0);
		for (size_t i = 0; i < w.findings.count; i++)
			if (!w.findings.list[i].warning)
				fprintf(stderr, "example: %s\n", w.findings.list[i].text);
	}
	CU_ASSERT_EQUAL(count, 3);
	world_drop(&w);
}

/* The sample as it stands, and with every setting switched on. */
static void test_sample(void)
{
	const char *text;
	struct sy_buf on;
	struct world w;

	world_make(&w);
	text = load("etc/switchyard.conf.sample", w.arena);
	world_puts(&w, "etc/switchyard.conf", text);
	CU_ASSERT_EQUAL(world_read(&w), 0);
	CU_ASSERT_EQUAL(w.findings.count, 0);
	sy_buf_init(&on, 1 << 20);
	for (const char *p = text; *p != '\0'; p++)
		if (*p != '#' || (p > text && p[-1] != '\n') || p[1] == ' ' ||
		    p[1] == '\n')
			sy_buf_putc(&on, *p);
	/* The commands in its head are no settings. */
	text = strstr(on.data, "include(");
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	world_puts(&w, "etc/switchyard.conf", text);
	CU_ASSERT_EQUAL(world_read(&w), 0);
	CU_ASSERT_EQUAL(w.findings.errors, 0);
	for (size_t i = 0; i < w.findings.count; i++)
		if (!w.findings.list[i].warning)
			fprintf(stderr, "sample: %s\n", w.findings.list[i].text);
	CU_ASSERT(w.config != NULL && w.config->route_count == 2);
	for (const struct sy_block *const *b = sy_blocks; *b != NULL; b++)
		for (const struct sy_conf_option *o = sy_block_options(*b);
		     o->name != NULL; o++)
			CU_ASSERT_PTR_NOT_NULL(strstr(text, o->name));
	for (const struct sy_conf_option *o = sy_block_options(&sy_block_quirks);
	     o->name != NULL; o++)
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(text, sy_strf(w.arena, "\t%s = ", o->name)));
	sy_buf_release(&on);
	world_drop(&w);
}

CU_TestInfo docs_tests[] = {
	{ "manual", test_manual },
	{ "examples", test_examples },
	{ "sample", test_sample },
	CU_TEST_INFO_NULL,
};
