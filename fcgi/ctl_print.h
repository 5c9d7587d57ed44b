/*
 * ctl_print.h - one description of facts and rows, printed for whoever reads it.
 *
 * A terminal gets aligned columns, thousands separators, relative times and colour on words
 * of state; a pipe the same columns without those; --plain lines of tab-separated values;
 * --json one document with the field names of the dashboard's API.
 */
#ifndef SY_FCGI_CTL_PRINT_H
#define SY_FCGI_CTL_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct sy_arena;
struct sy_page;

enum sy_form { SY_FORM_TABLE, SY_FORM_PLAIN, SY_FORM_JSON };

enum sy_when { SY_WHEN_AUTO, SY_WHEN_ALWAYS, SY_WHEN_NEVER };

struct sy_view {
	enum sy_form form;
	enum sy_when color;
	bool header; /* a first line of field names in the plain form */
	bool terminal;
	bool utf8;
	int width;      /* of the terminal */
	int64_t now_ms; /* Unix; what relative times count from */
	char group[8];  /* thousands separator */
	char point[8];  /* decimal point */
};

/* As the environment and the file say: is it a terminal, how wide, which locale. */
void sy_view_init(struct sy_view *v, FILE *out);

enum sy_value_type {
	SY_V_TEXT,
	SY_V_ID,    /* text that is never cut: people copy it */
	SY_V_STATE, /* a word, coloured by what it means */
	SY_V_COUNT,
	SY_V_MONEY, /* nano-dollars; whole micro-dollars in plain and JSON */
	SY_V_MS,    /* a duration in milliseconds */
	SY_V_TIME,  /* Unix milliseconds; Unix seconds in JSON */
	SY_V_BYTES,
	SY_V_SHARE, /* thousandths */
	SY_V_YES,   /* 0 or 1 */
};

struct sy_column {
	const char *head;  /* over the column, or before a fact; NULL: not in a table */
	const char *field; /* the name in JSON */
	enum sy_value_type type;
};

/* One value; which member counts is the column's business. */
struct sy_value {
	const char *s;
	int64_t n;
	bool known; /* else "-", or null */
};

static inline struct sy_value sy_value_text(const char *s)
{
	return (struct sy_value){ .s = s, .known = s != NULL && s[0] != '\0' };
}

static inline struct sy_value sy_value_n(int64_t n)
{
	return (struct sy_value){ .n = n, .known = true };
}

/* A number of which some value stands for "not known". */
static inline struct sy_value sy_value_unless(int64_t n, int64_t unknown)
{
	return (struct sy_value){ .n = n, .known = n != unknown };
}

/* Everything handed to a page is borrowed until sy_page_print(). */
struct sy_page *sy_page_new(const struct sy_view *v, struct sy_arena *a);

/* A value of its own: a line "head  value". */
void sy_page_fact(struct sy_page *p, const struct sy_column *c, struct sy_value value);

/* Begins a table; `field` is its name in JSON, where it is an array of objects. */
void sy_page_table(struct sy_page *p, const char *field, const struct sy_column *columns,
    size_t count);

/* A row of the table begun last: one value a column, copied. */
void sy_page_row(struct sy_page *p, const struct sy_value *values);

/* What people read in place of a table without rows. */
void sy_page_if_empty(struct sy_page *p, const char *text);

/* A line for people; neither plain nor JSON has it. */
void sy_page_note(struct sy_page *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void sy_page_print(struct sy_page *p, FILE *out);

/* One value as people read it; the text is in the arena. */
const char *sy_value_show(const struct sy_view *v, enum sy_value_type type,
    struct sy_value value, struct sy_arena *a);

/* Text with control characters escaped, and without what the terminal cannot show. */
const char *sy_show_safe(const struct sy_view *v, const char *s, struct sy_arena *a);

#endif
