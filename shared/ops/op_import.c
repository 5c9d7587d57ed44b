/*
 * op_import.c - see op_import.h.
 *
 * The feed's rows and the catalogue's lines are both sorted by provider and name, and gone
 * through side by side: what is in one, in the other, or in both, decides what becomes of it.
 */
#include "ops/op_import.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "config/root.h"
#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMPORTED     "imported.csv"
#define CSV_MAX      (256 << 20)
#define DAY_S        86400
#define JUMP         10 /* a price so many times what it was, or less, is looked at */
#define MEDIAN_LEAST 10 /* so many prices tell something of all of them */
#define MEDIAN_JUMP  5
#define REMOVED_PART 5 /* one in so many may go */
#define NAMED_MAX    400

const struct sy_word sy_change_words[] = {
	{ "price", SY_PRICE_CHANGED },
	{ "fact", SY_FACT_CHANGED },
	{ "removed", SY_MODEL_REMOVED },
	{ "added", SY_MODEL_ADDED },
	{ NULL, 0 },
};

/* The lines of one model that are in force, by who wrote them. */
struct lines {
	const struct sy_draft_model *any, *packaged, *imported, *yours;
};

struct import {
	const struct sy_import_ask *ask;
	struct sy_arena *arena;
	struct sy_import *out;
	struct sy_draft known; /* providers, and the catalogue as it is */
	struct sy_draft feed;
	const char **providers; /* of the feed, in order */
	size_t provider_count;
	int64_t *ratios; /* new price over old, in thousandths */
	size_t ratio_count;
	size_t removed, imported;
};

/* --- What is there. ---------------------------------------------------------------------- */

static int compare_names(const struct sy_draft_model *a, const struct sy_draft_model *b)
{
	int order = strcmp(a->provider, b->provider);

	return order != 0 ? order : strcmp(a->m.name, b->m.name);
}

static int compare_lines(const void *pa, const void *pb)
{
	const struct sy_draft_model *a = pa, *b = pb;
	int order = compare_names(a, b);

	return order != 0 ? order
	                  : (a->m.price_from > b->m.price_from) -
	                        (a->m.price_from < b->m.price_from);
}

/* What is wrong with the files in use is `check`'s business; what can be read counts. */
static void read_known(struct import *im, const struct sy_root *root)
{
	struct sy_findings *unheard = sy_alloc(im->arena, sizeof(*unheard));
	struct sy_draft *d = &im->known;

	d->arena = im->arena;
	d->findings = unheard;
	sy_draft_read(d, root);
	d->model_count = 0; /* blocks stand over any file */
	sy_draft_read_catalogue(d, root);
	if (d->model_count > 1)
		qsort(d->models, d->model_count, sizeof(*d->models), compare_lines);
}

static struct lines take_lines(const struct import *im, size_t *at)
{
	const struct sy_draft *d = &im->known;
	struct lines l = { .any = &d->models[*at] };

	for (; *at < d->model_count && compare_names(l.any, &d->models[*at]) == 0;
	     ++*at) {
		const struct sy_draft_model *m = &d->models[*at];

		if (m->m.price_from * 1000 > im->ask->now_ms)
			continue;
		if (m->level == SY_FROM_PACKAGE)
			l.packaged = m;
		else if (sy_ends(m->place.source->name, "/" IMPORTED))
			l.imported = m;
		else
			l.yours = m;
	}
	return l;
}

/* --- What differs. ----------------------------------------------------------------------- */

static struct sy_change *add_change(struct import *im, enum sy_change_kind kind,
    const struct sy_draft_model *m, const char *what)
{
	struct sy_import *out = im->out;
	struct sy_change *c;

	out->changes = sy_draft_grow(im->arena, out->changes, out->count, &out->room,
	    sizeof(*out->changes));
	c = &out->changes[out->count++];
	*c = (struct sy_change){ .kind = kind,
		.provider = m->provider,
		.model = m->m.name,
		.what = what,
		.before = "",
		.after = "" };
	return c;
}

/* Input and output of a model in one line, for what has no line of its own. */
static const char *both_prices(const struct sy_draft_model *m, struct sy_arena *a)
{
	const char *in = sy_catalogue_value(m, "in", a),
	           *out = sy_catalogue_value(m, "out", a);

	return *in != '\0' ? sy_strf(a, "in %s out %s", in, *out != '\0' ? out : "-")
	                   : "";
}

static void weigh_price(struct import *im, const struct sy_draft_model *row,
    struct sy_change *c, int64_t before, int64_t after)
{
	if (before <= 0 || after <= 0)
		return;
	c->counted = true;
	c->permille = (after - before) * 1000 / before;
	if (after <= before * JUMP && before <= after * JUMP)
		return;
	sy_find_error(&im->out->findings, im->arena, row->place, NULL, NULL,
	    "%s:%s: %s goes from %s to %s dollars, more than %d times %s", row->provider,
	    row->m.name, c->what, c->before, c->after, JUMP,
	    after > before ? "up" : "down");
}

static void count_ratio(struct import *im, int64_t before, int64_t after)
{
	if (before > 0 && after > 0)
		im->ratios[im->ratio_count++] = after * 1000 / before;
}

static int price_class(const char *column)
{
	return sy_word_value(sy_price_words, column);
}

/* The number of columns that differ. */
static size_t compare_columns(struct import *im, const struct sy_draft_model *before,
    const struct sy_draft_model *row, bool tell)
{
	size_t differ = 0;

	for (const char *const *column = sy_catalogue_columns; *column != NULL;
	     column++) {
		const char *was, *is;
		struct sy_change *c;
		int class = price_class(*column);
		bool price = class >= 0 || strcmp(*column, "tiers") == 0;

		if (strcmp(*column, "valid_from") == 0)
			continue;
		was = sy_catalogue_value(before, *column, im->arena);
		is = sy_catalogue_value(row, *column, im->arena);
		if (strcmp(was, is) == 0)
			continue;
		differ++;
		if (!tell)
			continue;
		c = add_change(im, price ? SY_PRICE_CHANGED : SY_FACT_CHANGED, row,
		    *column);
		c->before = was;
		c->after = is;
		if (class >= 0)
			weigh_price(im, row, c, before->m.price.per_class[class],
			    row->m.price.per_class[class]);
	}
	return differ;
}

/* What a feed has nothing to say of stays as it is known. */
static void keep_what_is_known(struct import *im, struct sy_draft_model *row,
    const struct sy_draft_model *before)
{
	struct sy_model *m = &row->m;
	const struct sy_model *b = &before->m;

	m->upstream = b->upstream;
	if (m->context_tokens == 0)
		m->context_tokens = b->context_tokens;
	if (m->max_output_tokens == 0)
		m->max_output_tokens = b->max_output_tokens;
	if (b->deprecated != 0 && m->deprecated != 0)
		m->deprecated = b->deprecated;
	if (sy_model_priced(b) && !sy_model_priced(m)) {
		m->price = b->price;
		sy_find_warning(&im->out->findings, im->arena, row->place, NULL, NULL,
		    "%s:%s: it has no price any more; the one that is known is kept",
		    row->provider, m->name);
	}
}

/* --- What becomes of it. ----------------------------------------------------------------- */

static void write_row(struct import *im, struct sy_draft_model *row)
{
	im->out->rows[im->out->row_count++] = row;
}

static void take_row(struct import *im, struct sy_draft_model *row, const struct lines *l)
{
	const struct sy_draft_model *before =
	    l->imported != NULL ? l->imported : l->packaged;
	int64_t today = im->ask->now_ms / 1000 / DAY_S * DAY_S;
	size_t changes;

	im->out->models++;
	if (row->m.deprecated == 1)
		row->m.deprecated = today;
	if (l->yours != NULL && im->ask->output == NULL) {
		im->out->yours++;
		return;
	}
	if (before == NULL) {
		add_change(im, SY_MODEL_ADDED, row, "")->after =
		    both_prices(row, im->arena);
		write_row(im, row);
		return;
	}
	keep_what_is_known(im, row, before);
	for (int class = 0; class < SY_TOKEN_CLASSES; class ++)
		count_ratio(im, before->m.price.per_class[class],
		    row->m.price.per_class[class]);
	changes = compare_columns(im, before, row, true);
	im->out->same += changes == 0;
	row->m.price_from = before->m.price_from;
	if (im->ask->output == NULL &&
	    memcmp(&before->m.price, &row->m.price, sizeof(row->m.price)) != 0)
		row->m.price_from = today;
	if (im->ask->output != NULL || l->packaged == NULL ||
	    compare_columns(im, l->packaged, row, false) > 0)
		write_row(im, row);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool of_the_feed(const struct import *im, const char *provider)
{
	return bsearch(&provider, im->providers, im->provider_count,
	           sizeof(*im->providers), compare_texts) != NULL;
}

/* Lines of a model that the feed does not have. */
static void take_rest(struct import *im, const struct lines *l)
{
	if (!of_the_feed(im, l->any->provider)) {
		if (l->imported != NULL && im->ask->output == NULL) {
			struct sy_draft_model *kept = sy_alloc(im->arena, sizeof(*kept));

			*kept = *l->imported;
			write_row(im, kept);
		}
		return;
	}
	if (l->imported == NULL) {
		im->out->not_in_it += l->packaged != NULL;
		return;
	}
	im->removed++;
	add_change(im, SY_MODEL_REMOVED, l->imported, "")->before =
	    both_prices(l->imported, im->arena);
}

static void go_through(struct import *im)
{
	struct sy_draft *feed = &im->feed, *known = &im->known;
	size_t f = 0, k = 0;

	while (f < feed->model_count || k < known->model_count) {
		struct lines l = { NULL, NULL, NULL, NULL };
		int order = f == feed->model_count ? 1
		            : k == known->model_count
		                ? -1
		                : compare_names(&feed->models[f], &known->models[k]);

		if (order >= 0)
			l = take_lines(im, &k);
		im->imported += l.imported != NULL && of_the_feed(im, l.any->provider);
		if (order <= 0)
			take_row(im, &feed->models[f++], &l);
		else
			take_rest(im, &l);
	}
}

/* --- The feed as a whole. ---------------------------------------------------------------- */

static void note_stranger(struct import *im, const char *provider)
{
	const char *names = im->out->unknown != NULL ? im->out->unknown : "";

	im->out->strangers++;
	if (!sy_listed(names, provider) && strlen(names) < NAMED_MAX)
		im->out->unknown = sy_strf(im->arena, "%s%s%s", names,
		    *names != '\0' ? " " : "", provider);
}

/* Only the rows of providers that we have rows for, and that are asked for. */
static void choose_rows(struct import *im)
{
	struct sy_draft *d = &im->feed;
	const char *before = "";
	size_t kept = 0;

	im->providers =
	    sy_alloc(im->arena, (d->model_count + 1) * sizeof(*im->providers));
	for (size_t i = 0; i < d->model_count; i++) {
		const char *provider = d->models[i].provider;

		if (im->ask->provider != NULL && strcmp(provider, im->ask->provider) != 0)
			continue;
		if (sy_draft_provider(&im->known, provider) == NULL) {
			note_stranger(im, provider);
			continue;
		}
		if (strcmp(provider, before) != 0)
			im->providers[im->provider_count++] = before = provider;
		d->models[kept++] = d->models[i];
	}
	d->model_count = kept;
}

static int compare_numbers(const void *pa, const void *pb)
{
	int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;

	return (a > b) - (a < b);
}

/* A unit that was mistaken moves all prices by as much; a file that was cut loses many rows. */
static void weigh_all(struct import *im)
{
	struct sy_place nowhere = { NULL, 0 };
	int64_t median;

	if (im->removed * REMOVED_PART > im->imported && im->removed > 1)
		sy_find_error(&im->out->findings, im->arena, nowhere, NULL, NULL,
		    "%zu of the %zu models that were imported are no longer in it",
		    im->removed, im->imported);
	if (im->ratio_count < MEDIAN_LEAST)
		return;
	qsort(im->ratios, im->ratio_count, sizeof(*im->ratios), compare_numbers);
	median = im->ratios[im->ratio_count / 2];
	if (median > 1000 * MEDIAN_JUMP || median < 1000 / MEDIAN_JUMP)
		sy_find_error(&im->out->findings, im->arena, nowhere, NULL, NULL,
		    "its prices look as if they were in another unit: half of %zu are more "
		    "than %d times %s than what is known",
		    im->ratio_count, MEDIAN_JUMP, median > 1000 ? "higher" : "lower");
}

static int compare_changes(const void *pa, const void *pb)
{
	const struct sy_change *a = pa, *b = pb;
	int order = ((int)a->kind > (int)b->kind) - ((int)a->kind < (int)b->kind);

	if (order == 0)
		order = strcmp(a->provider, b->provider);
	return order != 0 ? order : strcmp(a->model, b->model);
}

static int read_feed(struct import *im, struct sy_error *err)
{
	const char *slash = strrchr(im->ask->path, '/');
	struct sy_source *s =
	    sy_source_load(im->ask->path, slash != NULL ? slash + 1 : im->ask->path,
	        (struct sy_place){ NULL, 0 }, im->arena, &im->out->findings);

	im->feed.arena = im->arena;
	im->feed.findings = &im->out->findings;
	if (s == NULL)
		return sy_fail(err, SY_CONFIG, "", "%s", im->out->findings.list[0].text);
	return sy_feed_read(&im->feed, s, im->ask->shape, &im->out->feed, err);
}

static const char *source_text(const struct import *im)
{
	const char *name = sy_word_name(sy_feed_words, (int)im->out->feed.shape);
	struct sy_buf day;
	const char *text;

	if (im->out->feed.day != NULL)
		return sy_strf(im->arena, "%s %s", name, im->out->feed.day);
	sy_buf_init(&day, 64);
	sy_date_print(im->ask->now_ms / 1000, &day);
	text = sy_strf(im->arena, "%s %s", name, day.data);
	sy_buf_release(&day);
	return text;
}

int sy_op_import(const struct sy_root *root, const struct sy_import_ask *ask,
    struct sy_arena *a, struct sy_import *out, struct sy_error *err)
{
	struct import im = { .ask = ask, .arena = a, .out = out };

	memset(out, 0, sizeof(*out));
	if (read_feed(&im, err) < 0)
		return -1;
	read_known(&im, root);
	choose_rows(&im);
	if (im.feed.model_count == 0)
		return sy_fail(err, SY_CONFIG, "", "there is no model of %s in it",
		    ask->provider != NULL ? ask->provider : "a provider that is known");
	im.ratios =
	    sy_alloc(a, im.feed.model_count * SY_TOKEN_CLASSES * sizeof(*im.ratios));
	out->rows = sy_alloc(a,
	    (im.feed.model_count + im.known.model_count) * sizeof(*out->rows));
	out->path = ask->output != NULL ? ask->output
	                                : sy_strf(a, "%s/" IMPORTED, root->models_dir);
	out->source = source_text(&im);
	out->arena = a;
	go_through(&im);
	weigh_all(&im);
	if (out->count > 1)
		qsort(out->changes, out->count, sizeof(*out->changes), compare_changes);
	return 0;
}

/* --- Writing. ---------------------------------------------------------------------------- */

static int write_csv(const struct sy_import *in, const char *dir_name, const char *name,
    const struct sy_buf *text, struct sy_error *err)
{
	int dir, rc = 0;

	if (mkdir(dir_name, 0755) < 0 && errno != EEXIST)
		return sy_fail_file(err, SY_CONFIG, "make", dir_name);
	dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return sy_fail_file(err, SY_CONFIG, "open", dir_name);
	if (sy_file_replace(dir, name, 0644, text->data, text->len) < 0)
		rc = sy_fail_file(err, SY_CONFIG, "write", in->path);
	close(dir);
	return rc;
}

int sy_op_import_write(const struct sy_import *in, struct sy_error *err)
{
	const char *slash = strrchr(in->path, '/');
	const char *dir = slash == NULL       ? "."
	                  : slash == in->path ? "/"
	                                      : sy_strndup(in->arena, in->path,
	                                            (size_t)(slash - in->path));
	struct sy_buf text;
	int rc;

	sy_buf_init(&text, CSV_MAX);
	sy_buf_puts(&text,
	    "# Models and prices, in dollars for a million tokens, as switchyard "
	    "model import wrote them.\n"
	    "# What is yours goes into another file beside this one.\n");
	sy_catalogue_print(in->rows, in->row_count, in->source, in->arena, &text);
	rc = write_csv(in, dir, slash != NULL ? slash + 1 : in->path, &text, err);
	sy_buf_release(&text);
	return rc;
}
