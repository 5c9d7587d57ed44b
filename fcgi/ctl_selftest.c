/*
 * ctl_selftest.c - selftest: recorded answers through this program's own translation, and
 * what each pairing of provider's and client's dialect keeps of them.
 */
#include "ctl.h"
#include "ctl_replay.h"
#include "ctl_run.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct sy_column columns[] = {
	{ "PROVIDER", "adapter", SY_V_TEXT },
	{ "CLIENT", "surface", SY_V_TEXT },
	{ "HOW", "how", SY_V_TEXT },
	{ "ANSWERS", "answers", SY_V_COUNT },
	{ "FAILED", "failed", SY_V_COUNT },
	{ "TEXT", "text", SY_V_TEXT },
	{ "REFUSAL", "refusal", SY_V_TEXT },
	{ "REASONING", "reasoning", SY_V_TEXT },
	{ "CALLS", "calls", SY_V_TEXT },
	{ "CITATIONS", "citations", SY_V_TEXT },
	{ "MEDIA", "media", SY_V_TEXT },
	{ "FINISH", "finish", SY_V_TEXT },
	{ "IN", "in", SY_V_TEXT },
	{ "CACHE READ", "in_cache_read", SY_V_TEXT },
	{ "CACHE WRITE", "in_cache_write", SY_V_TEXT },
	{ "OUT", "out", SY_V_TEXT },
	{ "THOUGHT", "out_reasoning", SY_V_TEXT },
};
#define FIXED   5
#define COLUMNS (FIXED + SY_KEEPS)

_Static_assert(sizeof(columns) / sizeof(columns[0]) == COLUMNS, "a column a field");

/* "all", "none" of those that have it, or "7/9"; nothing where none has. */
static const char *share(const struct sy_pairing *p, int i, struct sy_arena *a)
{
	if (p->recorded[i] == 0)
		return NULL;
	if (p->kept[i] == p->recorded[i])
		return "all";
	return p->kept[i] == 0 ? "none" : sy_strf(a, "%d/%d", p->kept[i], p->recorded[i]);
}

static void page_matrix(const struct sy_replay *r, struct sy_arena *a,
    struct sy_page *page)
{
	sy_page_table(page, "matrix", columns, COLUMNS);
	for (size_t n = 0; n < r->count; n++) {
		const struct sy_pairing *p = &r->list[n];
		struct sy_value row[COLUMNS] = {
			sy_value_text(p->adapter),
			sy_value_text(p->surface),
			sy_value_text(p->stream ? "stream" : "whole"),
			sy_value_n(p->answers),
			sy_value_n(p->failed),
		};

		for (int i = 0; i < SY_KEEPS; i++)
			row[FIXED + i] = sy_value_text(share(p, i, a));
		sy_page_row(page, row);
	}
}

static const struct sy_column lost_columns[] = {
	{ "PROVIDER", "adapter", SY_V_TEXT },
	{ "CLIENT", "surface", SY_V_TEXT },
	{ "HOW", "how", SY_V_TEXT },
	{ "LOST", "what", SY_V_TEXT },
	{ "OF", "recorded", SY_V_COUNT },
	{ "KEPT", "kept", SY_V_COUNT },
	{ "WHY", "why", SY_V_TEXT },
	{ "FOR INSTANCE", "example", SY_V_ID },
};

static void page_lost(const struct sy_replay *r, struct sy_page *page)
{
	sy_page_table(page, "lost", lost_columns, 8);
	sy_page_if_empty(page, "Nothing is lost.");
	for (size_t n = 0; n < r->count; n++)
		for (int i = 0; i < SY_KEEPS; i++) {
			const struct sy_pairing *p = &r->list[n];
			const struct sy_value row[] = {
				sy_value_text(p->adapter),
				sy_value_text(p->surface),
				sy_value_text(p->stream ? "stream" : "whole"),
				sy_value_text(sy_keep_names[i]),
				sy_value_n(p->recorded[i]),
				sy_value_n(p->kept[i]),
				sy_value_text(
				    sy_replay_reason(p->surface, (enum sy_keep)i)),
				sy_value_text(p->lost[i]),
			};

			if (p->lost[i] != NULL)
				sy_page_row(page, row);
		}
}

static void put_reasons(const struct sy_replay *r)
{
	puts("\nWhat is not kept, and why:\n");
	for (size_t n = 0; n < r->count; n++)
		for (int i = 0; i < SY_KEEPS; i++) {
			const struct sy_pairing *p = &r->list[n];
			const char *why = sy_replay_reason(p->surface, (enum sy_keep)i);

			if (p->lost[i] != NULL)
				printf("- %s to %s, %s, %s: %s; for instance `%s`\n",
				    p->adapter, p->surface,
				    p->stream ? "stream" : "whole", sy_keep_names[i],
				    why != NULL ? why : "not known", p->lost[i]);
		}
}

/* The matrix as a page of the documentation. */
static void put_document(const struct sy_replay *r, struct sy_arena *a)
{
	puts(
	    "<!-- Written by script/matrix; do not edit. -->\n"
	    "# What each pairing keeps\n\n"
	    "Recorded answers of providers, put through every pairing of a provider's dialect\n"
	    "and a client's: of the answers that have something, how many clients get the same.\n"
	    "`switchyard selftest` shows it for the program that is installed, and which\n"
	    "recording an instance of a loss is.\n");
	for (int i = 0; i < COLUMNS; i++)
		printf("| %s ", columns[i].field);
	puts("|");
	for (int i = 0; i < COLUMNS; i++)
		fputs(i < 3 ? "|---" : "|--:", stdout);
	puts("|");
	for (size_t n = 0; n < r->count; n++) {
		const struct sy_pairing *p = &r->list[n];

		printf("| %s | %s | %s | %d | %d ", p->adapter, p->surface,
		    p->stream ? "stream" : "whole", p->answers, p->failed);
		for (int i = 0; i < SY_KEEPS; i++) {
			const char *text = share(p, i, a);

			printf("| %s ", text != NULL ? text : "");
		}
		puts("|");
	}
	put_reasons(r);
}

/* The folder that is named; recordings for tests where there are some; what is packaged. */
static const char *find_folder(const struct sy_cli *cli, const struct sy_root *root)
{
	const char *asked = sy_cli_arg(cli, 0), *data = getenv("SWITCHYARD_DATA");

	if (asked != NULL)
		return asked;
	if (data != NULL && *data != '\0')
		return sy_strf(cli->arena, "%s/exchanges", data);
	return sy_strf(cli->arena, "%s/selftest", root->data_dir);
}

static const char *first_failure(const struct sy_replay *r)
{
	for (size_t n = 0; n < r->count; n++)
		if (r->list[n].failure != NULL)
			return r->list[n].failure;
	return NULL;
}

int sy_run_selftest(struct sy_cli *cli)
{
	static const struct sy_column facts[] = {
		{ "Recordings", "folder", SY_V_TEXT },
		{ "Answers", "answers", SY_V_COUNT },
		{ "Left out", "left_out", SY_V_COUNT },
		{ "Cut off", "unread", SY_V_COUNT },
	};
	struct sy_page *page = sy_page_new(&cli->view, cli->arena);
	const char *folder, *failure;
	struct sy_replay replay;
	struct sy_root root;
	struct sy_error err;

	if (sy_root_find(cli->root_asked, cli->arena, &root, &err) < 0)
		return sy_cli_fail(cli, &err);
	folder = find_folder(cli, &root);
	if (sy_replay_folder(folder, cli->arena, &replay, &err) < 0)
		return sy_cli_fail(cli, &err);
	if (sy_cli_flag(cli, "page")) {
		put_document(&replay, cli->arena);
		return SY_EXIT_OK;
	}
	sy_page_fact(page, &facts[0], sy_value_text(folder));
	sy_page_fact(page, &facts[1], sy_value_n(replay.answers));
	sy_page_fact(page, &facts[2], sy_value_n(replay.left_out));
	sy_page_fact(page, &facts[3], sy_value_n(replay.unread));
	page_matrix(&replay, cli->arena, page);
	page_lost(&replay, page);
	failure = first_failure(&replay);
	if (failure != NULL)
		sy_page_note(page, "Not all came through: %s", failure);
	sy_page_print(page, stdout);
	return failure == NULL ? SY_EXIT_OK : SY_EXIT_NO;
}
