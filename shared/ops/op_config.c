/*
 * op_config.c - see op_config.h.
 */
#include "ops/op_config.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/config_file.h"
#include "config/draft.h"
#include "config/root.h"
#include "config/source.h"

#include <stdlib.h>
#include <string.h>

static int resolve(struct sy_book *b, uint32_t *number, struct sy_error *err)
{
	if (*number != 0)
		return 0;
	return sy_generation_active(b, number, err);
}

/* The stored parts of a generation; 1, 0, -1. */
static int load(struct sy_book *b, uint32_t number, struct sy_arena *a,
    struct sy_generation *meta, const void **blob, size_t *len, const char **text,
    struct sy_error *err)
{
	if (resolve(b, &number, err) < 0)
		return -1;
	return number == 0 ? 0
	                   : sy_generation_load(b, number, a, meta, blob, len, text, err);
}

int sy_op_load(struct sy_book *b, uint32_t number, struct sy_generation *meta,
    struct sy_config **out, struct sy_error *err)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_generation found;
	const void *blob;
	const char *text;
	size_t len;
	int rc = load(b, number, a, &found, &blob, &len, &text, err);

	*out = NULL;
	if (rc > 0 && sy_config_load(blob, len, text, out, err) < 0)
		rc = -1;
	if (rc > 0) {
		(*out)->generation = found.number;
		(*out)->applied_ms = found.applied_ms;
		if (meta != NULL)
			*meta = found;
	}
	sy_arena_free(a);
	return rc;
}

/* Against what an empty file would be, where there is nothing yet. */
static int diff(const struct sy_config *from, const struct sy_config *to,
    const struct sy_lines *lines)
{
	struct sy_arena *a = sy_arena_new();
	struct sy_config *empty = NULL;
	struct sy_findings unused;
	struct sy_error err;
	int count = 0;

	if (from == NULL && sy_config_read_text("", 0, a, &unused, &empty, &err) == 0)
		from = empty;
	if (from != NULL)
		count = sy_config_diff(from, to, lines != NULL ? lines->line : NULL,
		    lines != NULL ? lines->arg : NULL);
	sy_config_unref(empty);
	sy_arena_free(a);
	return count;
}

int sy_op_diff(const struct sy_root *root, struct sy_book *b, uint32_t number,
    struct sy_arena *a, struct sy_findings *findings, const struct sy_lines *to,
    struct sy_error *err)
{
	struct sy_config *from, *files = NULL;
	int rc = sy_op_load(b, number, NULL, &from, err);

	if (rc == 0 && number != 0)
		rc = sy_fail(err, SY_CONFIG, "", "there is no generation %u", number);
	if (rc >= 0)
		rc = sy_config_read(root, a, findings, &files, err);
	if (rc >= 0)
		rc = diff(from, files, to);
	sy_config_unref(from);
	sy_config_unref(files);
	return rc;
}

static int save(struct sy_book *b, const struct sy_config *c, const char *text,
    const struct sy_apply *how, struct sy_arena *a, struct sy_generation *made,
    struct sy_error *err)
{
	const void *blob;
	size_t len;

	memset(made, 0, sizeof(*made));
	made->applied_ms = sy_unix_ms();
	sy_copy(made->who, sizeof(made->who), how->who != NULL ? how->who : "");
	sy_copy(made->note, sizeof(made->note), how->note != NULL ? how->note : "");
	sy_config_pack(c, a, &blob, &len);
	return sy_generation_save(b, made, blob, len, text, err) < 0 ? -1 : 1;
}

int sy_op_apply(const struct sy_root *root, struct sy_book *b, const struct sy_apply *how,
    struct sy_arena *a, struct sy_findings *findings, const struct sy_lines *to,
    struct sy_generation *made, struct sy_error *err)
{
	struct sy_config *active = NULL, *files = NULL;
	const char *text, *before = NULL;
	int rc;

	memset(made, 0, sizeof(*made));
	if (sy_config_read(root, a, findings, &files, err) < 0)
		return -1;
	/* What is active may be damaged: applying is how that is mended. */
	if (sy_op_load(b, 0, made, &active, err) > 0)
		before = sy_config_print(active, a);
	text = sy_config_print(files, a);
	rc = before == NULL || strcmp(before, text) != 0;
	if (rc > 0)
		diff(active, files, to);
	if (rc > 0 && !how->dry_run)
		rc = save(b, files, text, how, a, made, err);
	sy_config_unref(active);
	sy_config_unref(files);
	return rc;
}

int sy_op_rollback(struct sy_book *b, uint32_t number, const struct sy_lines *to,
    struct sy_generation *now, struct sy_error *err)
{
	struct sy_config *active = NULL, *old = NULL;
	struct sy_generation current = { 0 };
	int rc = -1;

	if (sy_op_load(b, 0, &current, &active, err) < 0 &&
	    sy_generation_active(b, &current.number, err) < 0)
		goto out;
	if (number == 0)
		number = current.parent;
	if (number == 0) {
		sy_fail(err, SY_CONFIG, "",
		    "there is no generation before the active one");
		goto out;
	}
	if (number == current.number) {
		*now = current;
		rc = 0;
		goto out;
	}
	rc = sy_op_load(b, number, now, &old, err);
	if (rc == 0)
		rc = sy_fail(err, SY_CONFIG, "", "there is no generation %u", number);
	if (rc > 0 && sy_generation_activate(b, number, err) < 0)
		rc = -1;
	if (rc > 0)
		diff(active, old, to);
out:
	sy_config_unref(active);
	sy_config_unref(old);
	return rc;
}

int sy_op_export(struct sy_book *b, uint32_t number, struct sy_arena *a,
    const char **text, struct sy_error *err)
{
	struct sy_generation meta;
	const void *blob;
	size_t len;

	return load(b, number, a, &meta, &blob, &len, text, err);
}

/* --- show ------------------------------------------------------------------------------ */

struct shown {
	struct sy_setting s;
	size_t seq; /* as it was read */
	bool last;  /* nothing later says the same */
};

static int by_name(const void *pa, const void *pb)
{
	const struct shown *a = pa, *b = pb;
	int order = strcmp(a->s.name, b->s.name);

	return order != 0 ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static int by_seq(const void *pa, const void *pb)
{
	const struct shown *a = pa, *b = pb;

	return (a->seq > b->seq) - (a->seq < b->seq);
}

/* What gateway and timeouts have without being told, before all that is told. */
static size_t add_defaults(struct sy_draft *d, const struct sy_draft *plain,
    struct shown *list)
{
	const struct {
		const struct sy_block *block;
		const void *at;
	} blocks[] = {
		{ &sy_block_gateway, &plain->gateway },
		{ &sy_block_timeouts, &plain->timeouts },
	};
	size_t n = 0;

	for (size_t i = 0; i < 2; i++)
		for (const struct sy_conf_option *o = sy_block_options(blocks[i].block);
		     o->name != NULL; o++) {
			struct sy_buf value;

			sy_buf_init(&value, 4096);
			sy_conf_option_print(o, (const char *)blocks[i].at + o->offset,
			    &value);
			list[n].s.name =
			    sy_strf(d->arena, "%s.%s", blocks[i].block->name, o->name);
			list[n].s.value = sy_strdup(d->arena, value.data);
			list[n].s.origin = "default";
			list[n].seq = n;
			n++;
			sy_buf_release(&value);
		}
	return n;
}

/* Of several that say the same, the last; elements of a list stand in several lines. */
static void keep_last(struct shown *list, size_t count)
{
	qsort(list, count, sizeof(*list), by_name);
	for (size_t i = 0; i < count; i++)
		list[i].last =
		    i + 1 == count || strcmp(list[i].s.name, list[i + 1].s.name) != 0;
	qsort(list, count, sizeof(*list), by_seq);
}

#define DEFAULTS_MAX 64

int sy_op_show(const struct sy_root *root, const char *prefix, struct sy_arena *a,
    struct sy_findings *findings, void (*each)(void *arg, const struct sy_setting *s),
    void *arg, struct sy_error *err)
{
	struct sy_findings unused = { 0 };
	struct sy_draft d = { .arena = a, .findings = findings };
	struct sy_draft plain = { .arena = a, .findings = &unused };
	struct shown *list;
	size_t count;
	int told = 0;

	memset(findings, 0, sizeof(*findings));
	sy_draft_read(&d, root);
	if (findings->errors > 0)
		return sy_fail(err, SY_CONFIG, "", "the configuration has errors");
	sy_draft_read_text(&plain, "", 0, "");
	list = sy_alloc(a, (d.setting_count + DEFAULTS_MAX) * sizeof(*list));
	count = add_defaults(&d, &plain, list);
	for (size_t i = 0; i < d.setting_count; i++, count++)
		list[count] = (struct shown){ .seq = count,
			.s = { sy_strf(a, "%s.%s", d.settings[i].block,
			           d.settings[i].option),
			    d.settings[i].value,
			    sy_place_text(d.settings[i].place, a) } };
	keep_last(list, count);
	for (size_t i = 0; i < count; i++)
		if (list[i].last && sy_starts(list[i].s.name, prefix)) {
			each(arg, &list[i].s);
			told++;
		}
	return told;
}
