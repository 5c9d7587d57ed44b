/*
 * ctl_print.c - a page: collected first, because widths are known only when all is there.
 */
#include "ctl_print.h"

#include "base/arena.h"
#include "base/buf.h"
#include "ctl_value.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define GAP       2
#define CUT_LEAST 12 /* a column that is too wide is not cut below this */
#define JSON_MAX  (256u << 20)

struct fact {
	struct fact *next;
	const struct sy_column *column;
	struct sy_value value;
};

struct row {
	struct row *next;
	struct sy_value values[];
};

struct note {
	struct note *next;
	const char *text;
};

struct table {
	struct table *next;
	const char *field;
	const char *if_empty;
	const struct sy_column *columns;
	size_t column_count;
	struct row *rows, **tail;
	unsigned *digits; /* after the point, of money in each column */
};

struct sy_page {
	const struct sy_view *view;
	struct sy_arena *arena;
	struct fact *facts, **fact_tail;
	struct table *tables, **table_tail;
	struct table *last; /* the table that takes rows */
	struct note *notes, **note_tail;
};

struct sy_page *sy_page_new(const struct sy_view *v, struct sy_arena *a)
{
	struct sy_page *p = sy_alloc(a, sizeof(*p));

	p->view = v;
	p->arena = a;
	p->fact_tail = &p->facts;
	p->table_tail = &p->tables;
	p->note_tail = &p->notes;
	return p;
}

void sy_page_fact(struct sy_page *p, const struct sy_column *c, struct sy_value value)
{
	struct fact *f = sy_alloc(p->arena, sizeof(*f));

	f->column = c;
	f->value = value;
	*p->fact_tail = f;
	p->fact_tail = &f->next;
}

void sy_page_table(struct sy_page *p, const char *field, const struct sy_column *columns,
    size_t count)
{
	struct table *t = sy_alloc(p->arena, sizeof(*t));

	t->field = field;
	t->columns = columns;
	t->column_count = count;
	t->tail = &t->rows;
	*p->table_tail = t;
	p->table_tail = &t->next;
	p->last = t;
}

void sy_page_row(struct sy_page *p, const struct sy_value *values)
{
	struct table *t = p->last;
	size_t size = t->column_count * sizeof(*values);
	struct row *r = sy_alloc(p->arena, sizeof(*r) + size);

	memcpy(r->values, values, size);
	*t->tail = r;
	t->tail = &r->next;
}

void sy_page_if_empty(struct sy_page *p, const char *text)
{
	p->last->if_empty = text;
}

void sy_page_note(struct sy_page *p, const char *fmt, ...)
{
	struct note *n = sy_alloc(p->arena, sizeof(*n));
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n->text = sy_strdup(p->arena, text);
	*p->note_tail = n;
	p->note_tail = &n->next;
}

/* --- For programs. ------------------------------------------------------------------------ */

static void json_rows(struct sy_buf *b, const struct table *t)
{
	sy_buf_putc(b, '[');
	for (const struct row *r = t->rows; r != NULL; r = r->next) {
		sy_buf_puts(b, r == t->rows ? "{" : ",{");
		for (size_t c = 0; c < t->column_count; c++) {
			sy_buf_printf(b, "%s\"%s\":", c > 0 ? "," : "",
			    t->columns[c].field);
			sy_value_json(b, t->columns[c].type, r->values[c]);
		}
		sy_buf_putc(b, '}');
	}
	sy_buf_putc(b, ']');
}

static void print_json(const struct sy_page *p, FILE *out)
{
	struct sy_buf b;

	sy_buf_init(&b, JSON_MAX);
	sy_buf_puts(&b, "{\"v\":1");
	for (const struct fact *f = p->facts; f != NULL; f = f->next) {
		sy_buf_printf(&b, ",\"%s\":", f->column->field);
		sy_value_json(&b, f->column->type, f->value);
	}
	for (const struct table *t = p->tables; t != NULL; t = t->next) {
		sy_buf_printf(&b, ",\"%s\":", t->field);
		json_rows(&b, t);
	}
	sy_buf_puts(&b, "}\n");
	fwrite(b.data, 1, b.len, out);
	sy_buf_release(&b);
}

static void plain_row(const struct sy_page *p, const struct table *t, const struct row *r,
    FILE *out)
{
	for (size_t c = 0; c < t->column_count; c++)
		fprintf(out, "%s%s", c > 0 ? "\t" : "",
		    r == NULL ? t->columns[c].field
		              : sy_value_plain(p->view, t->columns[c].type, r->values[c],
		                    p->arena));
	fputc('\n', out);
}

static void print_plain(const struct sy_page *p, FILE *out)
{
	for (const struct fact *f = p->facts; f != NULL; f = f->next)
		fprintf(out, "%s\t%s\n", f->column->field,
		    sy_value_plain(p->view, f->column->type, f->value, p->arena));
	for (const struct table *t = p->tables; t != NULL; t = t->next) {
		if (p->view->header)
			plain_row(p, t, NULL, out);
		for (const struct row *r = t->rows; r != NULL; r = r->next)
			plain_row(p, t, r, out);
	}
}

/* --- For people. -------------------------------------------------------------------------- */

static const char *color_of(const char *state)
{
	static const struct {
		const char *word, *color;
	} colors[] = {
		{ "closed", "32" },
		{ "ok", "32" },
		{ "active", "32" },
		{ "set", "32" },
		{ "usable", "32" },
		{ "half_open", "33" },
		{ "drained", "33" },
		{ "warning", "33" },
		{ "expired", "33" },
		{ "cancelled", "33" },
		{ "skip", "33" },
		{ "open", "31;1" },
		{ "fail", "31;1" },
		{ "missing", "31;1" },
		{ "revoked", "31;1" },
		{ "error", "31;1" },
	};

	for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++)
		if (strcmp(colors[i].word, state) == 0)
			return colors[i].color;
	return NULL;
}

static bool is_text(enum sy_value_type type)
{
	return type == SY_V_TEXT || type == SY_V_ID || type == SY_V_STATE ||
	       type == SY_V_YES;
}

/* Text cut to so many characters, the last of them an ellipsis. */
static const char *cut(const struct sy_view *v, const char *s, size_t width,
    struct sy_arena *a)
{
	const char *end = s;

	if (sy_show_width(s) <= width)
		return s;
	for (size_t n = 0; n < width - 1; n++)
		for (end++; ((unsigned char)*end & 0xc0) == 0x80; end++)
			;
	return sy_strf(a, "%.*s%s", (int)(end - s), s, v->utf8 ? "\u2026" : "~");
}

static void put_value(const struct sy_page *p, const struct sy_column *c,
    const char *text, size_t width, bool last, FILE *out)
{
	const char *color =
	    c->type == SY_V_STATE && sy_view_colored(p->view) ? color_of(text) : NULL;
	const char *shown = cut(p->view, text, width, p->arena);
	int pad = (int)(width - sy_show_width(shown));

	if (!is_text(c->type))
		fprintf(out, "%*s%s", pad, "", shown);
	else if (color != NULL)
		fprintf(out, "\033[%sm%s\033[0m%*s", color, shown, last ? 0 : pad, "");
	else
		fprintf(out, "%s%*s", shown, last ? 0 : pad, "");
}

/* Money in one column has its points below each other: as many digits as its largest needs. */
static unsigned digits_of(const struct table *t, size_t c)
{
	int64_t largest = 0;

	for (const struct row *r = t->rows; r != NULL; r = r->next)
		if (r->values[c].known && llabs(r->values[c].n) > largest)
			largest = llabs(r->values[c].n);
	return sy_money_digits(largest);
}

static const char *shown_value(const struct sy_page *p, const struct table *t,
    const struct row *r, size_t c)
{
	if (t->columns[c].type == SY_V_MONEY && r->values[c].known)
		return sy_money_show(p->view, r->values[c].n, t->digits[c], p->arena);
	return sy_value_show(p->view, t->columns[c].type, r->values[c], p->arena);
}

/* Takes width from the widest column of text until all fits, or nothing more can give. */
static void fit(const struct sy_page *p, const struct table *t, size_t *width)
{
	for (;;) {
		size_t total = 0, widest = t->column_count;

		for (size_t c = 0; c < t->column_count; c++) {
			if (t->columns[c].head == NULL)
				continue;
			total += width[c] + (total > 0 ? GAP : 0);
			if (t->columns[c].type == SY_V_TEXT &&
			    (widest == t->column_count || width[c] > width[widest]))
				widest = c;
		}
		if (total <= (size_t)p->view->width || widest == t->column_count ||
		    width[widest] <= CUT_LEAST)
			return;
		width[widest]--;
	}
}

static size_t *measure(const struct sy_page *p, const struct table *t)
{
	size_t *width = sy_alloc(p->arena, t->column_count * sizeof(*width));

	for (size_t c = 0; c < t->column_count; c++) {
		if (t->columns[c].head == NULL)
			continue;
		width[c] = sy_show_width(t->columns[c].head);
		for (const struct row *r = t->rows; r != NULL; r = r->next) {
			size_t w = sy_show_width(shown_value(p, t, r, c));

			if (w > width[c])
				width[c] = w;
		}
	}
	/* A pipe has no width, and what is cut there is lost. */
	if (p->view->terminal)
		fit(p, t, width);
	return width;
}

static void print_line(const struct sy_page *p, const struct table *t,
    const struct row *r, const size_t *width, FILE *out)
{
	size_t last = t->column_count - 1;
	bool first = true;

	while (last > 0 && t->columns[last].head == NULL)
		last--;
	for (size_t c = 0; c <= last; c++) {
		const struct sy_column *column = &t->columns[c];

		if (column->head == NULL)
			continue;
		fprintf(out, "%*s", first ? 0 : GAP, "");
		put_value(p, column, r == NULL ? column->head : shown_value(p, t, r, c),
		    width[c], c == last, out);
		first = false;
	}
	fputc('\n', out);
}

static void print_table(const struct sy_page *p, struct table *t, FILE *out)
{
	const size_t *width;

	if (t->rows == NULL) {
		if (t->if_empty != NULL)
			fprintf(out, "%s\n", t->if_empty);
		return;
	}
	t->digits = sy_alloc(p->arena, t->column_count * sizeof(*t->digits));
	for (size_t c = 0; c < t->column_count; c++)
		t->digits[c] = digits_of(t, c);
	width = measure(p, t);
	print_line(p, t, NULL, width, out);
	for (const struct row *r = t->rows; r != NULL; r = r->next)
		print_line(p, t, r, width, out);
}

static void print_facts(const struct sy_page *p, FILE *out)
{
	size_t width = 0;

	for (const struct fact *f = p->facts; f != NULL; f = f->next)
		if (f->column->head != NULL && sy_show_width(f->column->head) > width)
			width = sy_show_width(f->column->head);
	for (const struct fact *f = p->facts; f != NULL; f = f->next) {
		const struct sy_column *c = f->column;
		const char *shown = sy_value_show(p->view, c->type, f->value, p->arena);

		if (c->head == NULL)
			continue;
		fprintf(out, "%s%*s", c->head,
		    (int)(width - sy_show_width(c->head)) + GAP, "");
		/* Facts stand to the left, whatever they are, and are never cut. */
		put_value(p,
		    &(struct sy_column){ .type = is_text(c->type) ? c->type : SY_V_TEXT },
		    shown, sy_show_width(shown), true, out);
		fputc('\n', out);
	}
}

void sy_page_print(struct sy_page *p, FILE *out)
{
	if (p->view->form == SY_FORM_JSON) {
		print_json(p, out);
		return;
	}
	if (p->view->form == SY_FORM_PLAIN) {
		print_plain(p, out);
		return;
	}
	print_facts(p, out);
	for (struct table *t = p->tables; t != NULL; t = t->next) {
		if (t != p->tables || p->facts != NULL)
			fputc('\n', out);
		print_table(p, t, out);
	}
	if (p->notes != NULL && (p->facts != NULL || p->tables != NULL))
		fputc('\n', out);
	for (const struct note *n = p->notes; n != NULL; n = n->next)
		fprintf(out, "%s\n", sy_show_safe(p->view, n->text, p->arena));
}
