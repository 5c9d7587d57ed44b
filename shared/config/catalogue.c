/*
 * catalogue.c - models and prices from CSV files, with libcsv.
 *
 * One model a line, dollars for a million tokens; columns are found by the names in the first
 * line.  Several lines of one model with different valid_from are its price history.
 */
#include "config/draft.h"

#include "base/arena.h"
#include "base/text.h"
#include "config/root.h"
#include "config/source.h"

#include <csv.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 32
#define FIELD_MAX   512

const char *const sy_catalogue_columns[] = { "model", "provider", "upstream", "context",
	"max_output", "in", "cache_read", "cache_write", "out", "reasoning", "tiers",
	"caps", "valid_from", "deprecated", "source", NULL };

struct csv_reader {
	struct sy_draft *draft;
	struct sy_place place; /* of the row that is being read */
	enum sy_model_level level;
	int columns[COLUMNS_MAX]; /* index into sy_catalogue_columns; -1 not known */
	size_t column_count;      /* 0 before the first line */
	const char *fields[COLUMNS_MAX];
	size_t field_count;
	int rows;
};

static void on_field(void *data, size_t len, void *arg)
{
	struct csv_reader *r = arg;

	if (r->field_count < COLUMNS_MAX)
		r->fields[r->field_count] =
		    sy_strndup(r->draft->arena, data, len < FIELD_MAX ? len : FIELD_MAX);
	r->field_count++;
}

static void read_header(struct csv_reader *r)
{
	struct sy_draft *d = r->draft;
	bool seen[COLUMNS_MAX] = { false };

	r->column_count = r->field_count < COLUMNS_MAX ? r->field_count : COLUMNS_MAX;
	for (size_t i = 0; i < r->column_count; i++) {
		const char *name = r->fields[i];
		int n = 0;

		while (sy_catalogue_columns[n] != NULL &&
		       strcmp(sy_catalogue_columns[n], name) != 0)
			n++;
		r->columns[i] = sy_catalogue_columns[n] != NULL ? n : -1;
		if (sy_catalogue_columns[n] == NULL)
			sy_find_error(d->findings, d->arena, r->place, name,
			    sy_hint_near(d->arena, name, sy_catalogue_columns),
			    "there is no column called \"%s\"", name);
		else if (seen[n])
			sy_find_error(d->findings, d->arena, r->place, name, NULL,
			    "the column \"%s\" is there twice", name);
		else
			seen[n] = true;
	}
	if (!seen[0] || !seen[1])
		sy_find_error(d->findings, d->arena, r->place, NULL, NULL,
		    "the first line names the columns, \"model\" and \"provider\" among them");
}

bool sy_model_name_ok(const char *name)
{
	size_t len = strlen(name), step;

	for (size_t i = 0; i < len; i += step) {
		step = sy_utf8_step(name + i, len - i);
		if (step == 0 || (unsigned char)name[i] <= 0x20 || name[i] == 0x7f ||
		    name[i] == '"' || name[i] == '\\')
			return false;
	}
	return len > 0 && len <= SY_MODEL_NAME_MAX;
}

/* One field into the row's draft; a finding names the column. */
static bool take_field(struct csv_reader *r, const char *column, const char *text,
    struct sy_draft_model *m)
{
	const struct sy_conf_option *o = sy_conf_option_find(&sy_block_model, column);
	struct sy_error err;

	if (strcmp(column, "model") == 0)
		m->m.name = text;
	if (o == NULL || *text == '\0')
		return true; /* model and source are no options; empty is not known */
	if (sy_conf_option_parse(o, text, (char *)m + o->offset, r->draft->arena, &err) ==
	    0)
		return true;
	sy_find_error(r->draft->findings, r->draft->arena, r->place, text, NULL,
	    "column %s cannot be \"%s\": %s", column, text, err.message);
	return false;
}

/* A price that can't be right is worse than none. */
static void weigh_price(struct csv_reader *r, struct sy_draft_model *m)
{
	const int64_t *price = m->m.price.per_class;

	if (price[SY_IN_CACHE_READ] > price[SY_IN] && price[SY_IN] >= 0)
		sy_find_warning(r->draft->findings, r->draft->arena, r->place, NULL, NULL,
		    "%s:%s: cache_read costs more than in", m->provider, m->m.name);
	if (price[SY_OUT] > 10000000000)
		sy_find_warning(r->draft->findings, r->draft->arena, r->place, NULL, NULL,
		    "%s:%s: out is more than 10,000 dollars", m->provider, m->m.name);
}

static void read_row(struct csv_reader *r)
{
	struct sy_draft *d = r->draft;
	struct sy_draft_model *m;
	bool good = true;

	if (r->field_count != r->column_count) {
		sy_find_error(d->findings, d->arena, r->place, NULL, NULL,
		    "this line has %zu fields, the first one %zu", r->field_count,
		    r->column_count);
		return;
	}
	if (d->model_count >= SY_MODELS_MAX) {
		if (d->model_count == SY_MODELS_MAX)
			sy_find_error(d->findings, d->arena, r->place, NULL, NULL,
			    "there are more than %d models", SY_MODELS_MAX);
		return;
	}
	m = SY_DRAFT_ADD(d, models, model_count, model_room);
	sy_block_init(&sy_block_model, m);
	m->level = r->level;
	m->place = r->place;
	for (size_t i = 0; i < r->column_count; i++)
		if (r->columns[i] >= 0 &&
		    !take_field(r, sy_catalogue_columns[r->columns[i]], r->fields[i], m))
			good = false;
	if (m->m.name == NULL || !sy_model_name_ok(m->m.name) || m->provider == NULL) {
		sy_find_error(d->findings, d->arena, r->place, m->m.name, NULL,
		    m->provider == NULL
		        ? "a model needs a provider"
		        : "a model's name is 1 to 160 visible characters, without \" and \\");
		good = false;
	}
	if (good)
		weigh_price(r, m);
	else
		d->model_count--;
}

static void on_row(int end, void *arg)
{
	struct csv_reader *r = arg;

	(void)end;
	if (r->field_count > 0 && r->column_count == 0)
		read_header(r);
	else if (r->field_count > 0 && !(r->field_count == 1 && *r->fields[0] == '\0'))
		read_row(r);
	r->field_count = 0;
}

static void blame_quotes(struct csv_reader *r)
{
	sy_find_error(r->draft->findings, r->draft->arena, r->place, "\"", NULL,
	    "the quotes of this line do not match");
}

void sy_draft_read_csv(struct sy_draft *d, const struct sy_source *s, bool local)
{
	struct csv_reader r = { .draft = d,
		.place = { s, 0 },
		.level = local ? SY_FROM_LOCAL_FILE : SY_FROM_PACKAGE };
	const char *p = s->raw, *end = p + s->len;
	struct csv_parser csv;

	if (csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
		return;
	/* Line by line, so that a finding knows its line; no field goes over one. */
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol != NULL ? eol + 1 : end) - p);

		r.place.line++;
		if (*p == '#' && r.field_count == 0) {
			p += len;
			continue;
		}
		if (csv_parse(&csv, p, len, on_field, on_row, &r) != len ||
		    (eol != NULL && r.field_count > 0)) {
			blame_quotes(&r);
			break;
		}
		p += len;
	}
	if (p == end && csv_fini(&csv, on_field, on_row, &r) != 0)
		blame_quotes(&r);
	csv_free(&csv);
}

static void read_file(struct sy_draft *d, const char *path, const char *name, bool local)
{
	struct sy_source *s = sy_source_load(path, name, (struct sy_place){ NULL, 0 },
	    d->arena, d->findings);

	if (s != NULL)
		sy_draft_read_csv(d, s, local);
}

void sy_draft_read_catalogue(struct sy_draft *d, const struct sy_root *root)
{
	glob_t found;

	read_file(d, sy_strf(d->arena, "%s/models.csv", root->data_dir), "models.csv",
	    false);
	if (glob(sy_strf(d->arena, "%s/*.csv", root->models_dir), 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_file(d, found.gl_pathv[i],
		    sy_strf(d->arena, "models.d/%s", strrchr(found.gl_pathv[i], '/') + 1),
		    true);
	globfree(&found);
}
